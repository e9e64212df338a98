"""``qviz eightbit`` as a shell runs it."""

from __future__ import annotations

import pytest

from qviz.cli import main
from qviz.resources import sample_models

DIGITS = str(sample_models() / "digits" / "digits.keras")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["eightbit", *arguments])
    captured = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, captured.out, captured.err


def test_three_pictures_and_what_they_are_worth(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, DIGITS, "--layer", "conv2", "--data", "digits", "--limit", "100")
    assert code == 0
    titles = [line for line in out.splitlines() if line[:1].isdigit() and ". " in line[:4]]
    assert titles == ["1. Float", "2. Operators wrapped", "3. 3 of 3 pairs stripped"]
    assert out.count("QuantizedConv2D") == 2
    assert out.count("RequantizationRange") == 4
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert int(rows["wrapped"][1]) > int(rows["stripped"][1]) > int(rows["before"][1])
    assert float(rows["stripped"][-1]) > 0.97
    assert "128 is 10.0784 (MIN_COMBINED), 10.0392 (MIN_FIRST), the document says 10" in out


def test_single_steps(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, DIGITS, "--layer", "conv2", "--steps")
    assert code == 0
    for title in ("2. CONV_2D of conv2 wrapped", "3. ADD of conv2 wrapped", "4. 1 of 3 pairs"):
        assert title in out


def test_a_layer_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, DIGITS, "--layer", "nowhere")
    assert (code, out) == (1, "")
    assert "no layer 'nowhere'" in err


def test_a_layer_that_was_folded(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, DIGITS, "--layer", "conv1_bn")
    assert code == 1
    assert "is folded into the one before or after it" in err
