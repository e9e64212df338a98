from __future__ import annotations

import numpy as np
import pytest
from small_network import network, samples

from qviz.errors import InterpreterError
from qviz.evaluation import artifact_files, compare
from qviz.evaluation.latency import measure_latency, this_computer
from qviz.quantization import quantize


@pytest.fixture(scope="module")
def model() -> bytes:
    graph = network()
    return artifact_files(graph, quantize(graph, "float32"), "float32")["model.tflite"]


def test_a_model_is_timed(model: bytes) -> None:
    found = measure_latency(model, [np.zeros((1, 6, 6, 2), np.float32)])
    assert 0 < found.median_ms <= found.p90_ms < 1e4
    assert 10 <= found.runs <= 300
    assert (found.warm_up, found.threads) == (5, 1)
    assert found.computer == this_computer()
    assert "processors" in found.computer
    assert found.litert


def test_threads_are_stated(model: bytes) -> None:
    assert measure_latency(model, [np.zeros((1, 6, 6, 2), np.float32)], threads=2).threads == 2


def test_what_litert_refuses_is_said(model: bytes) -> None:
    with pytest.raises(InterpreterError, match="LiteRT"):
        measure_latency(b"no model", [np.zeros(1, np.float32)])
    with pytest.raises(InterpreterError, match="does not run it"):
        measure_latency(model, [np.zeros((1, 6, 6, 2), np.int8)])


def test_comparison_times_what_litert_runs_and_only_when_asked() -> None:
    graph = network()
    data = samples(graph, 20)
    rows = compare(
        graph, data, ["float32", "int8", "int8-only-uint8"], layer_samples=0, latency=True
    ).rows
    assert all(row.latency is not None for row in rows)
    rows = compare(graph, data, ["float32", "int8"], layer_samples=0).rows
    assert all(row.latency is None for row in rows)


def test_failure_is_a_note_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise InterpreterError("LiteRT ended with code 1 while being timed.")

    monkeypatch.setattr("qviz.evaluation.scheme_run.measure_latency", refuse)
    graph = network()
    (row,) = compare(graph, samples(graph, 20), ["int8"], layer_samples=0, latency=True).rows
    assert row.latency is None
    assert any(note.startswith("The latency could not be measured. LiteRT") for note in row.notes)
