"""Folded weights against those of TensorFlow's converter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders import activation, constant

from qviz.formats.tflite.reader import read_tflite
from qviz.graph import Graph, Operator
from qviz.graph.passes import to_inference_form

CONVERT = """
shape, layers = (7,) if dense else (6, 6, 4), keras.layers
x = keras.Input(shape)
weighted, norm = eval(layer), layers.BatchNormalization(epsilon=0.002)
y = norm(weighted(x)) if not forward else weighted(norm(x))
model = keras.Model(x, layers.ReLU()(y))
randomize(model, 3)
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
function = tf.function(lambda v: model(v, training=False))
frozen = convert_variables_to_constants_v2(
    function.get_concrete_function(tf.TensorSpec((1, *shape), tf.float32))
)
file = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
names = ("gamma", "beta", "moving_mean", "moving_variance")
result = {
    "kernel": np.asarray(weighted.weights[0]),
    "bias": np.asarray(weighted.bias) if weighted.use_bias else None,
    "norm": {name: np.asarray(getattr(norm, name)) for name in names},
    "file": file,
}
"""

# Kind, the Keras layer, axes of its kernel in TFLite's order, position of the weights.
LAYERS: dict[str, tuple[str, str, tuple[int, ...], int]] = {
    "conv": ("CONV_2D", "layers.Conv2D(5, 3, use_bias=False)", (3, 0, 1, 2), 1),
    "conv with bias": ("CONV_2D", "layers.Conv2D(5, 3)", (3, 0, 1, 2), 1),
    "depthwise": ("DEPTHWISE_CONV_2D", "layers.DepthwiseConv2D(3)", (0, 1, 2, 3), 1),
    "transposed": ("TRANSPOSE_CONV", "layers.Conv2DTranspose(5, 3)", (2, 0, 1, 3), 1),
    "dense": ("FULLY_CONNECTED", "layers.Dense(5)", (1, 0), 1),
    "forward into dense": ("FULLY_CONNECTED", "layers.Dense(5)", (1, 0), 1),
}


def unfolded(answer: dict[str, Any], name: str) -> Graph:
    """The same layers as qviz' readers lower them."""
    kind, _, axes, index = LAYERS[name]
    kernel = answer["kernel"].transpose(axes)
    if kind == "DEPTHWISE_CONV_2D":
        kernel = kernel.reshape(1, 3, 3, -1)
    forward = name.startswith("forward")
    theirs = read_tflite(answer["file"])
    given, made = theirs.tensors[theirs.inputs[0]].shape, theirs.tensors[theirs.outputs[0]].shape
    weights = ["w/kernel"] if answer["bias"] is None else ["w/kernel", "w/bias"]
    tensors = [activation("x", *given), activation("y", *made), constant("w/kernel", kernel)]
    tensors += [activation("between", *(given if forward else made)), activation("relu", *made)]
    if answer["bias"] is not None:
        tensors.append(constant("w/bias", answer["bias"]))
    source, result = ("between", "y") if forward else ("x", "between")
    inputs: tuple[str, ...] = (source, *weights)
    if kind == "TRANSPOSE_CONV":
        tensors.append(constant("shape", made, np.int32))
        inputs = ("shape", weights[0], source, *weights[1:])
    assert inputs[index] == "w/kernel"
    layer = Operator(kind, inputs, (result,), {"padding": "VALID"}, "w")
    tensors += [constant(f"norm/{n}", value) for n, value in answer["norm"].items()]
    parameters = tuple(f"norm/{n}" for n in answer["norm"])
    source, result = ("x", "between") if forward else ("between", "y")
    norm = Operator(
        "BATCH_NORMALIZATION", (source, *parameters), (result,), {"epsilon": 0.002}, "norm"
    )
    relu = Operator("RELU", ("y",), ("relu",), {}, "relu")
    order = [norm, layer, relu] if forward else [layer, norm, relu]
    return Graph.build(order, tensors, ["x"], ["relu"])


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", LAYERS)
def test_folded_weights_are_the_converters_but_for_its_rsqrt(name: str, keras_reference) -> None:
    _, code, _, _ = LAYERS[name]
    answer = keras_reference.run(
        CONVERT, layer=code, dense="Dense" in code, forward=name.startswith("forward")
    )
    theirs = read_tflite(answer["file"])
    (ours,) = to_inference_form(unfolded(answer, name)).operators
    (other,) = theirs.operators
    graph = to_inference_form(unfolded(answer, name))
    assert (ours.kind, ours.activation) == (other.kind, "RELU")
    position = 3 if ours.kind == "TRANSPOSE_CONV" else 2
    kernel, expected = graph.tensors["w/kernel"].data, theirs.tensors[other.inputs[1]].data
    # Its rsqrt is up to 2 units in the last place off, the product rounds once more.
    assert (np.abs(kernel - expected) <= 4 * np.spacing(np.abs(expected))).all()
    bias, expected = graph.tensors["w/bias"].data, theirs.tensors[other.inputs[position]].data
    assert np.abs(bias - expected).max() <= 5e-7 * np.abs(expected).max()
