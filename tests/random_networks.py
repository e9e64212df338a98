"""Random float networks as an author would write them: batch norms unfolded, activations apart."""

from __future__ import annotations

import numpy as np
from builders import activation, constant

from qviz.graph import Graph, Operator, Tensor


class RandomNetwork:
    """Builds a graph layer by layer, with weights from a seed.

    Every method appends one layer that reads `source` (default: the latest tensor) and gives the
    name of its output.
    """

    def __init__(self, seed: int, *shape: int) -> None:
        self.random = np.random.default_rng(seed)
        self.operators: list[Operator] = []
        self.tensors: dict[str, Tensor] = {"x": activation("x", 1, *shape)}
        self.last = "x"

    def graph(self, *outputs: str) -> Graph:
        """What was built so far."""
        ends = outputs or (self.last,)
        return Graph.build(self.operators, self.tensors.values(), ["x"], ends, name="random")

    def samples(self, count: int) -> np.ndarray:
        """Random inputs."""
        shape = (count, *self.tensors["x"].shape[1:])
        return self.random.normal(0, 1, shape).astype(np.float32)

    def shape(self, name: str | None = None) -> tuple[int, ...]:
        return self.tensors[name or self.last].shape

    def unary(self, kind: str, shape: tuple[int, ...] | None = None, source=None, **options) -> str:
        """An operator without weights; the shape stays unless one is given."""
        source = source or self.last
        return self._append(
            kind, (source,), shape or self.shape(source), self._layer(kind.lower()), options
        )

    def binary(self, kind: str, a: str, b: str) -> str:
        return self._append(kind, (a, b), self.shape(a), self._layer(kind.lower()), {})

    def reshape(self, *shape: int, source=None) -> str:
        return self.unary("RESHAPE", shape, source, new_shape=shape)

    def pool(self, kind: str) -> str:
        n, h, w, c = self.shape()
        options = {"padding": "VALID", "stride_h": 2, "stride_w": 2}
        sizes = {"filter_height": 2, "filter_width": 2}
        return self.unary(kind, (n, h // 2, w // 2, c), **options, **sizes)

    def arithmetic(self, kind: str, value: object, source=None, *, swapped: bool = False) -> str:
        """ADD, SUB, MUL or DIV with a constant."""
        source = source or self.last
        layer = self._layer(kind.lower())
        self._constant(f"{layer}/value", np.asarray(value, np.float32))
        inputs = (f"{layer}/value", source) if swapped else (source, f"{layer}/value")
        return self._append(kind, inputs, self.shape(source), layer, {})

    def pad(self, *amounts: tuple[int, int]) -> str:
        """Zeros before and after, in height and width."""
        n, h, w, c = self.shape()
        layer = self._layer("pad")
        self._constant(f"{layer}/amounts", np.array([(0, 0), *amounts, (0, 0)], np.int32))
        shape = (n, h + sum(amounts[0]), w + sum(amounts[1]), c)
        return self._append("PAD", (self.last, f"{layer}/amounts"), shape, layer, {})

    def conv(
        self,
        channels: int,
        size: int = 3,
        *,
        bias: bool = True,
        source=None,
        padding: str = "SAME",
        stride: int = 1,
    ) -> str:
        source = source or self.last
        n, h, w, c = self.shape(source)
        layer = self._layer("conv")
        names = self._weights(layer, (channels, size, size, c), channels if bias else 0)
        options = {"padding": padding, "stride_h": stride, "stride_w": stride}
        lost = size - 1 if padding == "VALID" else 0
        shape = (n, -(-(h - lost) // stride), -(-(w - lost) // stride), channels)
        return self._append("CONV_2D", (source, *names), shape, layer, options)

    def depthwise(self, multiplier: int = 1, *, bias: bool = True) -> str:
        n, h, w, c = self.shape()
        layer = self._layer("depthwise")
        names = self._weights(layer, (1, 3, 3, c * multiplier), c * multiplier if bias else 0)
        options = {
            "padding": "VALID",
            "stride_h": 1,
            "stride_w": 1,
            "depth_multiplier": multiplier,
        }
        shape = (n, h - 2, w - 2, c * multiplier)
        return self._append("DEPTHWISE_CONV_2D", (self.last, *names), shape, layer, options)

    def transposed(self, channels: int, *, bias: bool = True) -> str:
        n, h, w, c = self.shape()
        layer = self._layer("transposed")
        shape = (n, h * 2, w * 2, channels)
        names = self._weights(layer, (channels, 2, 2, c), channels if bias else 0)
        self._constant(f"{layer}/output_shape", np.array(shape, np.int32))
        options = {"padding": "SAME", "stride_h": 2, "stride_w": 2}
        inputs = (f"{layer}/output_shape", names[0], self.last, *names[1:])
        return self._append("TRANSPOSE_CONV", inputs, shape, layer, options)

    def dense(self, units: int, *, bias: bool = True, source=None) -> str:
        source = source or self.last
        shape = self.shape(source)
        layer = self._layer("dense")
        names = self._weights(layer, (units, shape[-1]), units if bias else 0)
        options = {"keep_num_dims": len(shape) > 2}
        inputs = (source, names[0], names[1] if bias else None)
        return self._append("FULLY_CONNECTED", inputs, (*shape[:-1], units), layer, options)

    def batch_norm(self, axis: int = -1, source=None, **parameters) -> str:
        source = source or self.last
        shape = self.shape(source)
        layer = self._layer("bn")
        size = shape[axis]
        defaults = {
            "gamma": self.random.uniform(-2, 2, size),
            "beta": self.random.normal(0, 1, size),
            "moving_mean": self.random.normal(0, 1, size),
            "moving_variance": self.random.uniform(0.01, 4, size),
        }
        names: list[str | None] = [source]
        for name, value in {**defaults, **parameters}.items():
            names.append(None if value is None else f"{layer}/{name}")
            if value is not None:
                self._constant(f"{layer}/{name}", np.asarray(value, np.float32))
        options = {"epsilon": 1e-3, "axis": axis}
        return self._append("BATCH_NORMALIZATION", tuple(names), shape, layer, options)

    def _weights(self, layer: str, shape: tuple[int, ...], bias: int) -> list[str]:
        fan_in = max(1, int(np.prod(shape)) // max(shape[0], shape[-1] if shape[0] == 1 else 1))
        self._constant(f"{layer}/kernel", self.random.normal(0, fan_in**-0.5, shape))
        if bias:
            self._constant(f"{layer}/bias", self.random.normal(0, 0.3, bias))
        return [f"{layer}/kernel", f"{layer}/bias"][: 1 + bool(bias)]

    def _constant(self, name: str, value: np.ndarray) -> None:
        dtype = np.int32 if value.dtype == np.int32 else np.float32
        self.tensors[name] = constant(name, value, dtype)

    def _layer(self, stem: str) -> str:
        return f"{stem}_{len(self.operators)}"

    def _append(self, kind, inputs, shape, layer, options) -> str:
        self.tensors[layer] = activation(layer, *shape)
        self.operators.append(Operator(kind, inputs, (layer,), options, layer))
        self.last = layer
        return layer


def random_network(seed: int) -> RandomNetwork:
    """A network of some ten layers in which batch norms and activations stand anywhere."""
    net = RandomNetwork(seed, 8, 8, 3)
    choose = net.random
    for _ in range(int(choose.integers(2, 5))):
        bias = bool(choose.integers(2))
        if choose.random() < 0.2:
            net.batch_norm()
        if choose.random() < 0.2:
            net.arithmetic(str(choose.choice(["ADD", "MUL"])), 1.5)
        if choose.random() < 0.2:
            net.pad((1, 1), (1, 1))
        skipped = net.last
        kind = choose.integers(6)
        if kind == 0 and net.shape()[1] >= 5:
            net.depthwise(int(choose.integers(1, 3)), bias=bias)
        elif kind == 1 and net.shape()[1] <= 8:
            net.transposed(4, bias=bias)
        elif kind == 2 and net.shape()[1] >= 4:
            net.pool(str(choose.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"])))
        elif kind == 3:
            net.conv(net.shape()[-1], bias=bias)
            net.binary(str(choose.choice(["ADD", "MUL", "SUB"])), net.last, skipped)
        else:
            padding = str(choose.choice(["SAME", "VALID"])) if net.shape()[1] > 4 else "SAME"
            net.conv(
                int(choose.integers(2, 7)), int(choose.integers(1, 4)), bias=bias, padding=padding
            )
        for _ in range(int(choose.integers(0, 3))):
            _random_touch(net)
    if choose.random() < 0.7:
        net.reshape(1, int(np.prod(net.shape())))
        net.dense(6)
        _random_touch(net)
        _random_touch(net)
        net.dense(4, bias=bool(choose.integers(2)))
    return net


def _random_touch(net: RandomNetwork) -> None:
    kind = net.random.integers(6)
    if kind == 5:
        value = net.random.uniform(0.5, 2, net.shape()[-1] if net.random.integers(2) else 1)
        net.arithmetic(str(net.random.choice(["ADD", "SUB", "MUL", "DIV"])), value)
    elif kind == 0:
        parameters = {"gamma": None} if net.random.integers(2) else {"beta": None}
        net.batch_norm(**(parameters if net.random.random() < 0.3 else {}))
    elif kind == 1:
        net.batch_norm()
    elif kind == 2:
        net.unary(str(net.random.choice(["RELU", "RELU6", "RELU_N1_TO_1"])))
    elif kind == 3 and len(net.shape()) == 4:
        n, h, w, c = net.shape()
        net.reshape(n, h * w, c)
        net.batch_norm()
        net.unary("RELU")
        net.reshape(n, h, w, c)
