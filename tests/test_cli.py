"""Commands as a shell runs them: output, exit codes, and nothing half-written."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from keras_files import input_layer, layer, sequential, write_keras

import qviz
from qviz.cli import main
from qviz.resources import sample_models

DIGITS = str(sample_models() / "digits" / "digits.keras")
ROOT = Path(qviz.__file__).parents[1]


class Ran:
    """What a command printed and returned."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command in this process."""

    def command(*arguments: str | Path) -> Ran:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = stop.value.code
        assert isinstance(code, int)
        return Ran(code, captured.out, captured.err)

    return command


def shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "qviz", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**kept, **environment},
        check=False,
    )


def test_help_names_the_commands(run) -> None:  # type: ignore[no-untyped-def]
    told = run("--help")
    assert told.code == 0
    for command in ("inspect", "schemes", "quantize", "compare", "report"):
        assert command in told.out
    for arguments in (("sample.keras", "--help"), ("compare", "--help"), ("quantize", "--help")):
        told = run(*arguments)
        assert told.code == 0
        assert "Usage: qviz" in told.out


def test_help_shows_the_choices_of_an_option(run) -> None:  # type: ignore[no-untyped-def]
    told = run("compare", "--help").out
    for choices in ("min-max|percentile", "tensorflow|true", "reference|xnnpack", "layer|global"):
        assert choices in told
    assert "cpu|gpu|edge-tpu|microcontroller|browser" in run("advise", "--help").out


def test_version(run) -> None:  # type: ignore[no-untyped-def]
    assert run("--version").out == f"qviz {qviz.__version__}\n"


def test_schemes_are_listed(run) -> None:  # type: ignore[no-untyped-def]
    told = run("schemes")
    lines = told.out.splitlines()
    for scheme in ("float32", "tfjs-uint8", "int8", "int16x8-only"):
        assert any(line.startswith(f"{scheme} ") for line in lines)
    assert told.err == ""


def test_inspect_prints_layers(run) -> None:  # type: ignore[no-untyped-def]
    told = run("inspect", DIGITS)
    assert told.code == 0
    assert "139,626 weights in 16 layers" in told.out
    assert "DEPTHWISE_CONV_2D" in told.out


def test_inspect_json_describes_the_model(run) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(run("inspect", DIGITS, "--json", "-").out)
    assert told["parameters"] == 139_626
    assert told["inputs"] == [{"name": "image", "shape": [1, 8, 8, 1], "dtype": "float32"}]
    conv = told["layers"][0]
    assert (conv["name"], conv["kind"], conv["output_shape"]) == ("conv1", "CONV_2D", [1, 8, 8, 32])
    assert conv["weights"][0]["shape"] == [32, 3, 3, 1]
    assert len(told["folding"]) == 4


def test_quantize_writes_the_artifact(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "digits.tflite"
    told = run("quantize", "digits", "--scheme", "int8", "--data", "digits", "-o", out)
    assert told.code == 0, told.err
    assert out.read_bytes()[4:8] == b"TFL3"
    assert str(out) in told.out
    told = run("quantize", DIGITS, "-s", "float16", "-o", tmp_path)
    assert told.code == 0, told.err
    assert (tmp_path / "digits-float16.tflite").is_file()
    told = run("quantize", DIGITS, "-s", "tfjs-uint8", "-o", tmp_path / "web")
    assert told.code == 0, told.err
    assert (tmp_path / "web" / "model.json").is_file()


def test_the_ending_says_what_is_written(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for given, other in (("a.h", "a.cc"), ("b.cc", "b.h"), ("c.c", "c.h")):
        told = run("quantize", DIGITS, "-s", "float16", "-o", tmp_path / given)
        assert told.code == 0, told.err
        assert given in told.out
        assert other in told.out
        name = Path(given).stem
        header = (tmp_path / f"{name}.h").read_text()
        source = (tmp_path / (other if given.endswith(".h") else given)).read_text()
        assert f"extern const unsigned char {name}[];" in header
        assert "0x54, 0x46, 0x4c, 0x33," in source
    before = sorted(tmp_path.iterdir())
    for scheme, name, said in (
        ("eightbit", "e.tflite", "named .zip"),
        ("tfjs-uint8", "web.tflite", "without .tflite"),
        ("tfjs-uint8", "web.onnx", "without .onnx"),
        ("float16", "my-model.h", "cannot name an array"),
        ("float16", "a.onnx", "a.onnx should be named .tflite, or .h, .cc, .cpp, .c"),
        ("float16", "a.zip", "should be named .tflite"),
    ):
        told = run("quantize", DIGITS, "-s", scheme, "-o", tmp_path / name)
        assert told.code != 0
        assert said in told.err
    assert sorted(tmp_path.iterdir()) == before


def test_no_output_overwrites_the_model_or_the_data(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model, data = tmp_path / "m.keras", tmp_path / "d.csv"
    model.write_bytes((sample_models() / "digits" / "digits.keras").read_bytes())
    data.write_text("1,2\n")
    link = tmp_path / "link.tflite"
    link.symlink_to(model)
    kept = model.read_bytes()
    for command in (
        ("quantize", model, "-s", "float16", "-o", tmp_path / "." / "m.keras"),
        ("quantize", model, "-s", "float16", "-o", link),
        ("quantize", model, "-s", "int8", "-d", data, "-o", data),
        ("compare", model, "-d", data, "--json", model),
        ("compare", model, "-d", data, "--layers-csv", data),
        ("report", model, "-d", data, "-o", tmp_path / "d.html"),
    ):
        ran = run(*command)
        assert ran.code != 0
        assert "which is read; choose another name" in ran.err
    assert model.read_bytes() == kept
    assert data.read_text() == "1,2\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.csv", "link.tflite", "m.keras"]


def test_quantize_options_change_the_result(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    common = ("quantize", DIGITS, "-s", "int8", "-d", "digits", "--calibration-samples", "30")
    variants: dict[str, tuple[str, ...]] = {
        "plain": (),
        "again": (),
        "seed": ("--seed", "5"),
        "percentile": ("--percentile", "99"),
        "kept": ("--keep-float", "conv2"),
    }
    written = {}
    for name, options in variants.items():
        told = run(*common, *options, "-o", tmp_path / f"{name}.tflite")
        assert told.code == 0, told.err
        written[name] = (tmp_path / f"{name}.tflite").read_bytes()
    assert written["plain"] == written["again"]
    assert len(set(written.values())) == 4


def test_compare_writes_every_form(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    paths = {form: tmp_path / f"c.{form}" for form in ("json", "csv", "html")}
    told = run(
        *("compare", DIGITS, "--data", "digits", "--schemes", "float32,int8", "--limit", "60"),
        *("--json", paths["json"], "--csv", paths["csv"], "-o", paths["html"]),
        *("--layers-csv", tmp_path / "layers.csv"),
    )
    assert told.code == 0, told.err
    assert "preprocessing: none" in told.out
    content = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert [row["scheme"] for row in content["rows"]] == ["float32", "int8"]
    assert content["data"]["samples"] == 60
    table = list(csv.DictReader(paths["csv"].read_text(encoding="utf-8").splitlines()))
    assert float(table[1]["top1"]) == content["rows"][1]["metrics"]["top1"]
    assert paths["html"].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "layers.csv").is_file()


def test_the_rounding_is_chosen(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = run(
        *("compare", DIGITS, "-d", "digits", "-s", "int8-only", "--limit", "20"),
        *("--rounding", "xnnpack", "--json", tmp_path / "c.json"),
    )
    assert told.code == 0, told.err
    content = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert {row["scheme"]: row["rounding"] for row in content["rows"]}["int8-only"] == "xnnpack"


def test_report_writes_page_and_numbers(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = run(
        *("report", "digits", "-d", "digits", "-s", "int8", "--limit", "20"),
        *("-o", tmp_path / "r.html"),
    )
    assert told.code == 0, told.err
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["r-layers.csv", "r.csv", "r.html", "r.json"]


def test_preprocessing_is_shown(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(0)
    np.savez(tmp_path / "big.npz", x=random.integers(0, 256, (6, 16, 16), np.uint8))
    told = run(
        *("compare", DIGITS, "-d", tmp_path / "big.npz", "-s", "float32,int8"),
        *("-p", "scale=1/255,resize=8x8"),
    )
    assert told.code == 0, told.err
    assert "preprocessing: resize to 8×8 (bilinear), × 1/255" in told.out


BAD: list[tuple[tuple[str, ...], int, str]] = [
    (("inspect",), 2, "Missing argument 'MODEL'. See qviz inspect --help."),
    (("compare", DIGITS), 2, "See qviz compare --help."),
    (("compare", DIGITS, "--data", "digits", "--nonsense"), 2, "No such option"),
    (("compare", DIGITS, "--data", "digits", "--seed", "many"), 2, "'--seed'"),
    (("nosuch",), 1, "neither a file nor a command"),
    (("compar", "--data", "x"), 1, "Did you mean compare? Commands: open, inspect, schemes, "),
    (("digits", "--data", "x"), 2, "No such option"),
    (("inspect", "nosuch.keras"), 1, "There is no file 'nosuch.keras'"),
    (("compare", DIGITS, "--data", "nosuch.npz"), 1, "no data set 'nosuch.npz'"),
    (("compare", DIGITS, "--data", "digits", "--schemes", "int4"), 1, "no scheme 'int4'"),
    (("compare", DIGITS, "--data", "digits", "--schemes", ","), 1, "names none"),
    (("compare", DIGITS, "--data", "digits", "-p", "scale=x"), 1, "not a number"),
    (("compare", DIGITS, "--data", "digits", "-o", "/nosuch/r.html"), 1, "no folder /nosuch"),
    (("compare", DIGITS, "--data", "digits", "-o", "r.pdf"), 1, "should be named .html"),
    (("compare", DIGITS, "--data", "digits", "--range", "widest"), 1, "--range is one of"),
    (("compare", DIGITS, "--data", "digits", "--rounding", "up"), 1, "--rounding is one of"),
    (("quantize", DIGITS, "-s", "int8", "-o", "o.tflite"), 1, "give --data"),
    (("quantize", DIGITS, "-s", "int8x", "-d", "digits", "-o", "o.tflite"), 1, "no scheme"),
    (("quantize", DIGITS, "-s", "int8", "-o", "/nosuch/o.tflite"), 1, "no folder"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), BAD)
def test_errors_are_one_line(  # type: ignore[no-untyped-def]
    run, arguments: tuple[str, ...], code: int, message: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(*arguments)
    assert told.code == code
    assert message in told.err
    assert told.err.startswith("qviz: ")
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert list(tmp_path.iterdir()) == []


def test_bad_files_are_one_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    whole = Path(DIGITS).read_bytes()
    damaged = {
        "empty.keras": b"",
        "cut.keras": whole[: len(whole) // 2],
        "text.keras": b"not a model\n",
        "text.tflite": b"not a model\n",
        "cut.h5": b"\x89HDF\r\n\x1a\n" + bytes(50),
    }
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
        told = run("inspect", tmp_path / name)
        assert told.code == 1, name
        assert told.err.startswith("qviz: "), name
        assert told.err.count("\n") == 1, told.err
        assert "Traceback" not in told.err


def test_code_in_a_model_names_the_option(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code = layer("Lambda", "f", function=["4wEAAAAAAAAA", None, None], function_type="lambda")
    path = write_keras(tmp_path / "m.keras", sequential(input_layer(3), code), {})
    for command in (("inspect", path), ("quantize", path, "-s", "float16", "-o", tmp_path / "q")):
        told = run(*command)
        assert told.code == 1
        assert "open it with code allowed. That is --allow-code." in told.err


def test_read_only_folder_is_said(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tmp_path.chmod(0o500)
    # Root may write everywhere but there.
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path
    if not folder.is_dir():
        pytest.skip("no folder here is read-only for root")
    for arguments in (
        ("compare", "digits", "-d", "digits", "-s", "float32", "-o", folder / "r.html"),
        ("quantize", "digits", "-s", "float16", "-o", folder / "r.tflite"),
        ("quantize", "digits", "-s", "tfjs-uint8", "-o", folder / "web"),
    ):
        told = run(*arguments)
        assert told.code == 1
        assert told.err.startswith(f"qviz: Cannot write {folder}")
        assert told.err.count("\n") == 1
        assert told.out == ""
    tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


def test_no_screen_says_how_to_get_a_window() -> None:
    for arguments in ((), (DIGITS,), ("open", DIGITS)):
        done = shell(*arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("qviz: There is no screen")
        assert "xvfb-run" in done.stderr
        assert done.stderr.count("\n") == 1


def test_without_a_screen_the_main_job_is_done_all_the_same(tmp_path: Path) -> None:
    done = shell("headless", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "int16x8-only" in done.stdout
    assert "xvfb-run" in done.stdout
    names = {p.name for p in tmp_path.iterdir()}
    assert {"qviz-report.html", "qviz-report.json", "qviz-report.csv"} <= names
    if "no picture of the window" not in done.stdout:
        assert (tmp_path / "qviz-window.png").read_bytes().startswith(b"\x89PNG")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    script = f"{sys.executable} -m qviz inspect {DIGITS} --json - | head -c 10"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.stderr == ""
    assert len(done.stdout) == 10


def test_starting_loads_nothing_heavy() -> None:
    program = (
        "import sys, qviz.cli.commands\n"
        "heavy = {m.partition('.')[0] for m in sys.modules}\n"
        "print(sorted(heavy & {'numpy', 'h5py', 'tensorflow', 'keras', 'PySide6', 'jinja2',"
        " 'ai_edge_litert'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr


STOPPED = """
import os, signal, sys
from qviz import cli, evaluation, files
from qviz.evaluation import artifact, calibration, layer_error, scheme_run

# A shell starts jobs in the background with Ctrl+C ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

def stop(*arguments, **options):
    os.kill(os.getpid(), signal.SIGINT)
    raise AssertionError("not stopped")

module, name = {
    "calibration": (calibration.Calibrator, "observe"),
    "accuracy": (scheme_run, "run_steps"),
    "artifact": (artifact.gzip, "compress"),
    "layers": (layer_error.LocalRunner, "run"),
    "disk": (files.os, "fsync"),
}[sys.argv[1]]
setattr(module, name, stop)
cli.main(sys.argv[2:])
"""


@pytest.mark.parametrize("stage", ["calibration", "accuracy", "artifact", "layers", "disk"])
def test_ctrl_c_leaves_nothing_half_written(stage: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c", STOPPED, stage, "compare", DIGITS, "--data", "digits"),
            *("--schemes", "int8", "--limit", "20"),
            *("-o", str(tmp_path / "r.html"), "--json", str(tmp_path / "r.json")),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert done.stderr == "qviz: stopped; nothing was left half-written.\n"
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
