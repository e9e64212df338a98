"""A network of a convolution, a batch norm and a dense layer, made by hand, with data that fit."""

from __future__ import annotations

import numpy as np
from builders import activation, constant, operator

from qviz.evaluation import Dataset
from qviz.evaluation.dataset import input_shapes
from qviz.graph import Graph, Operator, Tensor

CLASSES = 6


def network(*, softmax: bool = True) -> Graph:
    """(1, 6, 6, 2) -> conv 3x3, batch norm, relu -> dense 6 -> softmax."""
    random = np.random.default_rng(7)

    def normal(*shape: int, scale: float = 0.4) -> np.ndarray:
        return random.normal(0, scale, shape).astype(np.float32)

    tensors: list[Tensor] = [
        activation("image", 1, 6, 6, 2),
        constant("conv/kernel", normal(4, 3, 3, 2)),
        constant("conv/bias", normal(4)),
        activation("conv", 1, 6, 6, 4),
        constant("bn/gamma", 1 + normal(4)),
        constant("bn/beta", normal(4)),
        constant("bn/moving_mean", normal(4)),
        constant("bn/moving_variance", 1 + np.abs(normal(4))),
        activation("bn", 1, 6, 6, 4),
        activation("relu", 1, 6, 6, 4),
        constant("flatten/shape", [-1, 144], np.int32),
        activation("flatten", 1, 144),
        constant("dense/kernel", normal(CLASSES, 144)),
        constant("dense/bias", normal(CLASSES)),
        activation("dense", 1, CLASSES),
        activation("softmax", 1, CLASSES),
    ]
    batch_norm = ("conv", "bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance")
    operators: list[Operator] = [
        operator(
            "CONV_2D",
            ("image", "conv/kernel", "conv/bias"),
            "conv",
            padding="SAME",
            stride_h=1,
            stride_w=1,
            dilation_h_factor=1,
            dilation_w_factor=1,
        ),
        operator("BATCH_NORMALIZATION", batch_norm, "bn", epsilon=1e-3),
        operator("RELU", ("bn",), "relu"),
        operator("RESHAPE", ("relu", "flatten/shape"), "flatten", new_shape=(-1, 144)),
        operator("FULLY_CONNECTED", ("flatten", "dense/kernel", "dense/bias"), "dense"),
        operator("SOFTMAX", ("dense",), "softmax", beta=1.0),
    ]
    if not softmax:
        return Graph.build(operators[:-1], tensors[:-1], ["image"], ["dense"], name="small")
    return Graph.build(operators, tensors, ["image"], ["softmax"], name="small")


def samples(graph: Graph, count: int = 60, *, labels: str = "classes") -> Dataset:
    """Data whose labels are what the network says of nearly the same samples.

    Parameters
    ----------
    labels : {"classes", "numbers", "none"}
    """
    from qviz.execution import Executor

    random = np.random.default_rng(3)
    x = random.normal(0, 1, (count, 6, 6, 2)).astype(np.float32)
    noisy = x + random.normal(0, 0.05, x.shape).astype(np.float32)
    outputs = Executor(graph).run(noisy).outputs[0]
    y = {"classes": outputs.argmax(axis=1), "numbers": outputs, "none": None}[labels]
    task = {"classes": "classification", "numbers": "regression", "none": "none"}[labels]
    return Dataset(
        "made up",
        (x,),
        y,
        task,  # type: ignore[arg-type]
        shapes=input_shapes(graph),
    )
