from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qviz import cli

ROOT = Path(__file__).parents[1]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        cli.main([str(a) for a in arguments])
    told = capsys.readouterr()
    return int(stop.value.code or 0), told.out, told.err


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of the sample with pruning, clustering and latency, as all three files."""
    folder = tmp_path_factory.mktemp("compared")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "qviz", "compare", "digits", "--data", "digits"),
            *("-s", "int8,tfjs-uint8,int8:clusters=16", "--prune", "0.1", "--latency"),
            *("--layer-samples", "2", "-o", str(folder / "r.html")),
            *("--json", str(folder / "r.json"), "--csv", str(folder / "r.csv")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder / "told.txt").write_text(done.stdout)
    return folder


def test_table_has_intervals_tests_latency_and_what_is_left(written: Path) -> None:
    told = (written / "told.txt").read_text()
    for word in (
        "95% interval",
        "p-value (McNemar)",
        "median",
        "98.06–99.77",
        "int8:prune=0.1:clusters=16",
    ):
        assert word in told
    assert "do not make the file smaller" in told
    assert "zeros before" in told
    assert "On a PC integers need not be faster" in told
    # The model as it is stands beside its pruned forms although nobody named it.
    assert told.splitlines()[5].startswith("float32 ")
    page = (written / "r.html").read_text()
    assert "Pruned and clustered weights" in page
    assert "Latency" in page
    row = json.loads((written / "r.json").read_text())["rows"][1]
    assert row["scheme"] == "int8:prune=0.1"
    assert row["latency"]["threads"] == 1
    assert [w["sparsity_after"] > 0.09 for w in row["sparsity"]] == [True] * 5
    assert row["paired"]["name"] == "McNemar"
    line = (written / "r.csv").read_text().splitlines()[0]
    assert "top1_low,top1_high" in line
    assert "latency_p90_ms" in line


def test_advice_of_a_comparison(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(
        capsys, "advise", written / "r.json", "--hardware", "browser", "--tolerance", "0.05"
    )
    assert code == 0, err
    assert "The documents advise tfjs-uint8" in out
    assert "Measured: Smallest artifact for a web browser" in out
    assert "tfjs-uint8:prune=0.1 with top-1" in out
    assert "does not run there" in out


def test_what_is_measured_is_for_the_hardware_that_is_printed(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "advise", written / "r.json", "--tolerance", "0.05")
    assert code == 0, err
    assert "Where will the model run? the CPU of a computer or a phone" in out
    assert "for the CPU of a computer or a phone" in out.split("Measured: ")[1]
    line = next(line for line in out.splitlines() if line.startswith("tfjs-uint8"))
    assert "does not run there" in line
    assert not line.rstrip().endswith(("size", "gzip"))


def test_advice_as_json(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("advise", written / "r.json", "--hardware", "edge-tpu", "--json", "-")
    code, out, err = run(capsys, *command)
    assert code == 0, err
    content = json.loads(out)
    assert content["documents"]["scheme"] == "int8-only"
    assert content["measured"]["scheme"] == ""
    assert {j["verdict"] for j in content["measured"]["judgements"]} == {"elsewhere"}


def test_advice_without_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "advise", "--hardware", "cpu", "--no-samples", "--no-labels")
    assert code == 0, err
    assert "The documents advise dynamic-range" in out
    assert "only the agreement" in out


def test_advice_that_measures(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "advise", "digits", "--data", "digits", "--limit", 40)
    assert code == 0, err
    assert "too few to say so with 95% confidence" in out
    assert "int8-per-tensor" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("advise", "--hardware", "toaster"), "--hardware is one of cpu"),
        (("advise", "--size", "3x"), "size cannot be '3x'"),
        (("advise", "digits"), "give data too"),
        (("advise", "nosuch.keras", "--data", "digits"), "There is no file"),
        (("compare", "digits", "-d", "digits", "--prune", "1.5"), "cannot be pruned"),
        (("compare", "digits", "-d", "digits", "--clusters", "1"), "clustered to 1 values"),
        (("compare", "digits", "-d", "digits", "--cluster-start", "linear"), "with --clusters"),
        (("compare", "digits", "-d", "digits", "--prune-scope", "global"), "with --prune"),
        (("compare", "digits", "-d", "digits", "-s", "int8:sparse"), "no option 'sparse'"),
    ],
)
def test_mistakes_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 1
    assert message in err
    assert err.count("\n") == 1
    assert out == ""


def test_pruned_artifacts_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(
        capsys,
        *("quantize", "digits", "-s", "int8", "-d", "digits", "-o", tmp_path),
        *("--prune", "0.5", "--clusters", "16"),
    )
    assert code == 0, err
    assert [p.name for p in tmp_path.iterdir()] == ["digits-int8-prune=0.5-clusters=16.tflite"]
    assert "151.4 kB, 72" in out
