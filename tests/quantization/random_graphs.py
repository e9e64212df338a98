"""Random float graphs in inference form, with the structures that make quantizers disagree.

Branches of different ranges meet in concatenations, maxima and sums; pads and pools only move
values; operators without an integer form stand anywhere; constants are shared, biases far too
large; outputs are also read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from builders import activation, constant

from qviz.graph import Graph, Operator, Tensor

_FREE = ("RELU", "RELU6", "ABS", "LEAKY_RELU", "HARD_SWISH", "GELU")
_FIXED = ("SOFTMAX", "LOGISTIC", "TANH", "LOG_SOFTMAX")
_FLOAT = ("ELU", "NEG", "SIN", "SQUARE")
_OPTIONS: dict[str, dict[str, Any]] = {
    "SOFTMAX": {"beta": 1.0},
    "LEAKY_RELU": {"alpha": 0.2},
    "GELU": {"approximate": False},
}


class RandomGraph:
    """Builds one graph from a seed."""

    def __init__(self, seed: int, size: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.operators: list[Operator] = []
        self.tensors: dict[str, Tensor] = {}
        self.inputs: list[str] = []
        self._shared: dict[tuple[int, ...], list[str]] = {}
        for number in range(int(self.random.integers(1, 3))):
            self.inputs.append(self._activation(f"x{number}", (1, 4, 4, 2)))
        steps: list[tuple[Callable[[], None], float]] = [
            (self._convolution, 6),
            (self._depthwise, 2),
            (self._transposed, 0.5),
            (self._dense, 1),
            (self._free, 2),
            (self._fixed, 2),
            (self._float, 2),
            (self._pool, 1.5),
            (self._move, 2),
            (self._reduce, 0.7),
            (self._binary, 4),
            (self._with_constant, 1.5),
            (self._concatenation, 4),
            (self._split, 1),
            (self._prelu, 0.5),
        ]
        weights = np.array([weight for _, weight in steps])
        for _ in range(size or int(self.random.integers(3, 16))):
            choice = self.random.choice(len(steps), p=weights / weights.sum())
            steps[int(choice)][0]()

    def graph(self) -> Graph:
        """The graph; what nobody reads is an output, and some of the rest."""
        read = {name for operator in self.operators for name in operator.present_inputs}
        made = [name for operator in self.operators for name in operator.outputs]
        outputs = [n for n in made if n not in read or self.random.random() < 0.07]
        inputs = [n for n in self.inputs if n in read]
        return Graph.build(self.operators, self.tensors.values(), inputs, outputs)

    # ---------------------------------------------------------------- pieces

    def _activation(self, name: str, shape: tuple[int, ...]) -> str:
        self.tensors[name] = activation(name, *shape)
        return name

    def _constant(self, values: Any, dtype: Any = np.float32) -> str:
        name = f"constant_{len(self.tensors)}"
        self.tensors[name] = constant(name, values, dtype)
        return name

    def _weights(self, *shape: int, share: bool = True) -> str:
        """Random weights; sometimes those of another layer, with a zero channel, or tiny."""
        known = self._shared.setdefault(shape, []) if share else []
        if known and self.random.random() < 0.25:
            return str(self.random.choice(known))
        values = self.random.normal(0, 0.6, shape)
        if len(shape) > 1 and self.random.random() < 0.1:  # x + 0 would be folded
            values[..., 0] = 0
        if self.random.random() < 0.05:
            values *= 1e-6
        known.append(self._constant(values))
        return known[-1]

    def _bias(self, channels: int) -> str:
        scale = self.random.choice([1, 1, 1, 1, 1e-3, 1e3, 1e6])
        return self._constant(self.random.normal(0, 0.5, channels) * scale)

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.tensors[name].shape

    def _pick(self, fits: Callable[[tuple[int, ...]], bool] = lambda _: True) -> str | None:
        """A value with a shape that fits, of late rather than of old."""
        values = [n for n, t in self.tensors.items() if not t.is_constant and fits(t.shape)]
        if not values:
            return None
        return values[-1 - min(int(self.random.geometric(0.4)) - 1, len(values) - 1)]

    def _image(self) -> str:
        found = self._pick(lambda s: len(s) == 4 and s[1] >= 2 and s[1] * s[2] * s[3] <= 500)
        return found or self.inputs[0]

    def _add(self, kind: str, inputs: tuple[str | None, ...], *shapes: Any, **options: Any) -> None:
        stem = f"{kind.lower()}_{len(self.operators)}"
        names = tuple(stem if len(shapes) == 1 else f"{stem}_{i}" for i in range(len(shapes)))
        for name, shape in zip(names, shapes, strict=True):
            self._activation(name, tuple(shape))
        self.operators.append(Operator(kind, inputs, names, options, layer=names[0]))

    def _fused(self) -> str:
        return str(self.random.choice(["NONE", "NONE", "RELU", "RELU6"]))

    # ---------------------------------------------------------------- steps

    def _convolution(self) -> None:
        x = self._image()
        n, h, w, c = self._shape(x)
        out, size = int(self.random.integers(1, 4)), int(self.random.choice([1, 3]))
        options = {"padding": "SAME", "stride_h": 1, "stride_w": 1}
        options["fused_activation_function"] = self._fused()
        inputs = (x, self._weights(out, size, size, c), self._bias(out))
        self._add("CONV_2D", inputs, (n, h, w, out), **options)

    def _depthwise(self) -> None:
        x = self._image()
        n, h, w, c = self._shape(x)
        options = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "depth_multiplier": 1}
        options["fused_activation_function"] = self._fused()
        inputs = (x, self._weights(1, 3, 3, c, share=False), self._bias(c))
        self._add("DEPTHWISE_CONV_2D", inputs, (n, h, w, c), **options)

    def _transposed(self) -> None:
        x = self._image()
        n, h, w, c = self._shape(x)
        shape = (n, 2 * h, 2 * w, 2)
        size = self._constant(shape, np.int32)
        options = {"padding": "SAME", "stride_h": 2, "stride_w": 2}
        inputs = (size, self._weights(2, 2, 2, c, share=False), x, self._bias(2))
        self._add("TRANSPOSE_CONV", inputs, shape, **options)

    def _dense(self) -> None:
        x = self._image()
        size = int(np.prod(self._shape(x)))
        shape = self._constant((1, size), np.int32)
        self._add("RESHAPE", (x, shape), (1, size))
        x = self.operators[-1].outputs[0]
        bias = self._bias(4) if self.random.random() < 0.8 else None
        inputs = (x, self._weights(4, size, share=False), bias)
        self._add("FULLY_CONNECTED", inputs, (1, 4), fused_activation_function=self._fused())

    def _unary(self, kinds: tuple[str, ...]) -> None:
        kind, x = str(self.random.choice(kinds)), self._pick()
        assert x is not None
        if kind.startswith("RELU") and x.startswith("fully_connected"):
            kind = "ABS"  # the converter would fuse them in ways of its own
        self._add(kind, (x,), self._shape(x), **_OPTIONS.get(kind, {}))

    def _free(self) -> None:
        self._unary(_FREE)

    def _fixed(self) -> None:
        self._unary(_FIXED)

    def _float(self) -> None:
        self._unary(_FLOAT)

    def _pool(self) -> None:
        x = self._image()
        n, h, w, c = self._shape(x)
        kind = str(self.random.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"]))
        options = {"stride_h": 1, "stride_w": 1, "filter_height": 2, "filter_width": 2}
        self._add(kind, (x,), (n, h - 1, w - 1, c), padding="VALID", **options)

    def _move(self) -> None:
        x = self._image()
        n, h, w, c = self._shape(x)
        kind = self.random.integers(4)
        if kind == 0 and x.split("_")[0] != "transpose":  # two of them would be folded
            self._add("TRANSPOSE", (x, self._constant([0, 2, 1, 3], np.int32)), (n, w, h, c))
        elif kind == 1:
            pads = self._constant([[0, 0], [1, 0], [0, 1], [0, 0]], np.int32)
            self._add("PAD", (x, pads), (n, h + 1, w + 1, c))
        elif kind == 2:
            size = self._constant([h + 1, w + 1], np.int32)
            self._add("RESIZE_NEAREST_NEIGHBOR", (x, size), (n, h + 1, w + 1, c))
        else:
            vectors = [self._constant(v, np.int32) for v in ([0] * 4, [n, h - 1, w, c])]
            self._add("SLICE", (x, *vectors), (n, h - 1, w, c))

    def _reduce(self) -> None:
        x = self._image()
        n, _, _, c = self._shape(x)
        kind = str(self.random.choice(["MEAN", "REDUCE_MAX", "SUM"]))
        self._add(kind, (x, self._constant([1, 2], np.int32)), (n, c), keep_dims=False)

    def _binary(self) -> None:
        x = self._pick()
        assert x is not None
        y = self._pick(lambda s: s == self._shape(x))
        # The converter folds x - x and min(x, x) and what follows from them.
        kinds = ["ADD", "MUL"] if x == y else ["ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM"]
        self._add(str(self.random.choice(kinds)), (x, y), self._shape(x))

    def _with_constant(self) -> None:
        x = self._pick()
        assert x is not None
        shape = self._shape(x)
        kind = str(self.random.choice(["ADD", "SUB", "MUL", "MAXIMUM"]))
        self._add(kind, (x, self._weights(shape[-1])), shape)

    def _concatenation(self) -> None:
        x = self._image()
        n, h, w, _ = self._shape(x)
        others = [
            self._pick(lambda s: s[:-1] == (n, h, w))
            for _ in range(int(self.random.integers(1, 3)))
        ]
        parts = [x, *(other for other in others if other is not None)]
        if self.random.random() < 0.1:
            parts.append(self._weights(n, h, w, 1))
        channels = sum(self._shape(part)[-1] for part in parts)
        options = {"axis": 3, "fused_activation_function": "NONE"}
        self._add("CONCATENATION", tuple(parts), (n, h, w, channels), **options)

    def _split(self) -> None:
        x = self._pick(lambda s: s[-1] % 2 == 0)
        if x is None:
            return
        shape = self._shape(x)
        half = (*shape[:-1], shape[-1] // 2)
        axis = self._constant(len(shape) - 1, np.int32)
        self._add("SPLIT", (axis, x), half, half, num_splits=2)

    def _prelu(self) -> None:
        x = self._image()
        alpha = self._weights(1, 1, self._shape(x)[-1])
        self._add("PRELU", (x, alpha), self._shape(x))
