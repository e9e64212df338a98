"""The full-integer quantizers against the installed converter, on random graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from quantizer_golden import calibrated_ranges, compare
from random_graphs import RandomGraph

from qviz.formats.tflite import write_tflite
from qviz.formats.tflite.reader import read_tflite
from qviz.graph import Graph
from qviz.graph.passes import fuse_activations
from qviz.quantization.affine_int16 import is_dead_range
from qviz.quantization.int8 import quantize_int8
from qviz.quantization.int16x8 import quantize_int16x8
from qviz.quantization.rules import BIAS_OPERANDS
from qviz.quantization.scheme import scheme

if TYPE_CHECKING:
    from keras_reference import KerasReference

# The two quantizers inside the converter, on a float file and calibration data.
_CONVERT = """
from tensorflow.lite.python.convert import mlir_quantize
from tensorflow.lite.python.optimize.calibrator import Calibrator
feed = lambda: iter(samples)
result = {}
result["float"] = Calibrator(model).calibrate(feed)
options = {
    "int8": {},
    "int8_per_tensor": {"disable_per_channel": True},
    "int8_io": {"input_data_type": tf.int8, "output_data_type": tf.int8},
    "uint8_io": {"input_data_type": tf.uint8, "output_data_type": tf.uint8},
}
for kind, keywords in options.items():
    try:
        result[kind] = mlir_quantize(result["float"], **keywords)
    except Exception as error:
        result[kind] = str(error)
try:
    result["int16x8"] = Calibrator(model).calibrate_and_quantize(
        feed, tf.float32, tf.float32, True, tf.int16, tf.int64, resize_input=False
    )
except Exception as error:
    result["int16x8"] = str(error)
"""
_FLOAT_KINDS = ("ELU", "NEG", "SIN", "SQUARE", "HARD_SWISH", "LOG_SOFTMAX", "PRELU")
_SCHEMES = {
    "int8": scheme("int8"),
    "int8_per_tensor": scheme("int8-per-tensor"),
    "int8_io": scheme("int8").with_options(io_dtype="int8"),
    "uint8_io": scheme("int8").with_options(io_dtype="uint8"),
    "int16x8": scheme("int16x8"),
}


def converted(seed: int, reference: KerasReference) -> dict[str, bytes | str]:
    """Files of the converter for one random graph; a text where it fails."""
    graph = fuse_activations(RandomGraph(seed).graph())
    random = np.random.default_rng(seed)
    samples = [
        [random.uniform(-1, 2, graph.tensors[n].shape).astype(np.float32) for n in graph.inputs]
        for _ in range(3)
    ]
    answer: dict[str, bytes | str] = reference.run(
        _CONVERT, model=write_tflite(graph), samples=samples
    )
    return answer


def quantized(kind: str, source: Graph, ranges: dict[str, tuple[float, float]]) -> Graph:
    quantizer = quantize_int16x8 if kind == "int16x8" else quantize_int8
    return quantizer(source, _SCHEMES[kind], ranges)


def deliberate_difference(
    kind: str, ours: Graph, theirs: Graph, ranges: dict[str, tuple[float, float]]
) -> str:
    """Why qviz and the converter differ on purpose; empty if they have to be the same."""
    if kind == "int16x8":
        if any(is_dead_range(*limits) for limits in ranges.values()):
            return "the converter takes scales that make those behind them infinite"
        for operator in theirs.operators:
            tensors = [theirs.tensors[name] for name in operator.present_inputs]
            weights = BIAS_OPERANDS.get(operator.kind)
            if weights is not None and tensors[weights.weights].dtype == np.int16:
                return "the converter gives weights that are values, too, 16 bits"
            if operator.kind in _FLOAT_KINDS and any(t.dtype == np.int16 for t in tensors):
                return "the converter lets a float operator read an int16 input"
    if kind.endswith("_io") and any(theirs.tensors[name].is_float for name in theirs.outputs):
        return "the converter returns float32 where a float operator reads an output, too"
    for operator in ours.operators:
        is_float = ours.tensors[operator.outputs[0]].is_float
        if kind != "int16x8" and operator.kind == "TRANSPOSE_CONV" and is_float:
            return "the converter keeps int8 weights in a float transposed convolution"
    return ""


@pytest.mark.tensorflow
@pytest.mark.parametrize("seed", range(32))
def test_random_graph(seed, keras_reference):
    files = converted(seed, keras_reference)
    cal = files["float"]
    assert isinstance(cal, bytes)
    source, ranges = read_tflite(cal, "float.tflite"), calibrated_ranges(cal)
    for kind in _SCHEMES:
        ours, theirs = quantized(kind, source, ranges), files[kind]
        if isinstance(theirs, str):
            continue  # the converter fails, qviz does not
        their_graph = read_tflite(theirs, kind)
        if not deliberate_difference(kind, ours, their_graph, ranges):
            compare(ours, their_graph)
