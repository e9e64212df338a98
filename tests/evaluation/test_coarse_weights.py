"""Channels that one scale for a whole tensor does not fit are found where they really suffer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from builders import activation, constant, operator
from small_network import network, samples

from qviz.evaluation.coarse_weights import coarse_weight_notes
from qviz.evaluation.findings import findings
from qviz.execution import Executor
from qviz.graph import Graph
from qviz.quantization import SCHEMES, calibrate, quantize
from qviz.quantization.scheme import scheme

# Channels whose variances and means lie as far apart as those of MobileNetV2's do.
MEAN = np.array([0.07, -0.4, 3.0, 20.0, -12.0, 1.1], np.float32)
VARIANCE = np.array([0.0004, 0.3, 9.0, 40.0, 100.0, 0.02], np.float32)
CHANNELS = len(MEAN)


def normed(gamma: np.ndarray | None = None) -> Graph:
    """A 1×1 convolution that copies its input, and a batch norm."""
    kernel = np.eye(CHANNELS, dtype=np.float32).reshape(CHANNELS, 1, 1, CHANNELS)
    tensors = [
        activation("x", 1, 4, 4, CHANNELS),
        constant("conv/kernel", kernel),
        constant("conv/bias", np.zeros(CHANNELS)),
        activation("conv", 1, 4, 4, CHANNELS),
        constant("norm/gamma", np.ones(CHANNELS) if gamma is None else gamma),
        constant("norm/beta", np.zeros(CHANNELS)),
        constant("norm/moving_mean", MEAN),
        constant("norm/moving_variance", VARIANCE),
        activation("norm", 1, 4, 4, CHANNELS),
    ]
    convolution = operator(
        "CONV_2D",
        ("x", "conv/kernel", "conv/bias"),
        "conv",
        padding="VALID",
        stride_h=1,
        stride_w=1,
        dilation_h_factor=1,
        dilation_w_factor=1,
    )
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    inputs = ("conv", *(f"norm/{part}" for part in parts))
    norm = operator("BATCH_NORMALIZATION", inputs, "norm", epsilon=1e-3)
    return Graph.build([convolution, norm], tensors, ["x"], ["norm"])


def notes(graph: Graph, name: str) -> tuple[str, ...]:
    recipe = scheme(name)
    return coarse_weight_notes(graph, quantize(graph, recipe), recipe)


@pytest.mark.parametrize("name", ["tfjs-uint8", "tfjs-uint16", "tfjs-float16"])
def test_batch_norms_are_counted_whose_outputs_really_move(name: str) -> None:
    graph = normed()
    random = np.random.default_rng(0)
    x = random.normal(MEAN, np.sqrt(VARIANCE), (500, 4, 4, CHANNELS)).astype(np.float32)
    exact, coded = (
        Executor(g).run(x).outputs[0].reshape(-1, CHANNELS) for g in (graph, quantize(graph, name))
    )
    moved = np.sqrt(((coded - exact) ** 2).mean(axis=0)) / exact.std(axis=0)
    told = notes(graph, name)
    if name != "tfjs-uint8":
        assert moved.max() < 0.1
        assert told == ()
        return
    (note,) = told
    count = int((moved > 0.1).sum())
    assert 0 < count < CHANNELS
    assert f"in {count} of {CHANNELS} channels" in note
    worst = int(moved.argmax())
    assert f"norm, channel {worst}, factor × " in note
    gain, shift = (
        float(number)
        for number in re.findall(r"factor × (\S+), mean moved by (\S+) standard", note)[0]
    )
    assert gain == pytest.approx(coded[:, worst].std() / exact[:, worst].std(), rel=0.01)
    mean_shift = (coded - exact)[:, worst].mean() / exact[:, worst].std()
    assert shift == pytest.approx(mean_shift, rel=0.02)
    assert abs(shift) > 0.1
    assert note in findings(graph, quantize(graph, name), SCHEMES[name], {})


def test_what_no_scheme_stores_apart_is_not_told() -> None:
    # Folded before anything is quantized.
    assert not any("Batch norms" in note for note in notes(normed(), "dynamic-range:per-tensor"))


def test_channels_that_folding_leaves_few_codes_are_counted() -> None:
    graph = network()
    gamma = graph.tensors["bn/gamma"].real().copy()
    gamma[[1, 3]] *= 0.001
    widened = {"bn/gamma": constant("bn/gamma", gamma)}
    narrow = graph.rebuild(tensors=[widened.get(n, t) for n, t in graph.tensors.items()])
    for recipe, few in (("int8-per-tensor", True), ("int8", False)):
        statistics = calibrate(narrow, [samples(narrow).batch(0, 20)])
        quantized = quantize(narrow, recipe, statistics)
        told = coarse_weight_notes(narrow, quantized, SCHEMES[recipe])
        assert len(told) == few
        if few:
            stored = quantized.tensors["conv/kernel"]
            assert stored.data is not None
            spans = [int(np.ptp([0, *c.ravel()])) for c in stored.data.astype(int)]
            assert sorted(spans)[1] < 16 < sorted(spans)[2]
            assert "in 2 of 10 channels" in told[0]
            assert told[0].endswith("Most: conv (2 of 4).")
            whole = quantize(graph, recipe, statistics)
            assert coarse_weight_notes(graph, whole, SCHEMES[recipe]) == ()
