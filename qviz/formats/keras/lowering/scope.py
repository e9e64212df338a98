"""What a layer's lowering works with: its configuration, its weights, and TFLite's operators."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qviz.errors import ModelFormatError, UnsupportedLayerError
from qviz.formats.keras.lowering.builder import GraphBuilder, Value
from qviz.formats.keras.model import KerasLayer
from qviz.formats.keras.values import integer

_FLOAT = np.dtype(np.float32)
_TFLITE_TYPES = {"float32": "FLOAT32", "int32": "INT32", "int64": "INT64", "bool": "BOOL"}


@dataclass(frozen=True, slots=True)
class Scope:
    """One use of a layer.

    Attributes
    ----------
    builder : GraphBuilder
        Where operators go.
    layer : KerasLayer
        The layer, or a layer wrapped in it.
    name : str
        Name of this use: the path, with a number from the second use on.
    major_version : int
        Of the Keras that wrote the file.
    """

    builder: GraphBuilder
    layer: KerasLayer
    name: str
    major_version: int

    def within(self, layer: KerasLayer) -> Scope:
        """Scope for a layer that this one wraps; its operators belong to this one."""
        return Scope(self.builder, layer, self.name, self.major_version)

    # -- configuration

    def get(self, key: str, default: Any = None) -> Any:
        """Value of a key in the layer's configuration; `default` also where it is null."""
        value = self.layer.config.get(key)
        return default if value is None else value

    def integers(self, key: str, count: int, default: Any = None) -> tuple[int, ...]:
        """`count` whole numbers; one number stands for all of them."""
        value = self.get(key, default)
        values = list(value) if isinstance(value, list | tuple) else [value] * count
        if len(values) != count:
            raise self.malformed(f"{key!r} is {value!r}, not {count} numbers")
        return tuple(self.integer(v, key) for v in values)

    def integer(self, value: Any, key: str) -> int:
        """`value` as a whole number; `key` says in errors what it is."""
        return integer(value, f"{key!r} of layer {self.layer.path!r}")

    def number(self, key: str, default: float) -> float:
        """A finite number, which some versions of Keras write as a list of one."""
        value = self.get(key, default)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise self.malformed(f"{key!r} is {value!r}, not a number")
        return float(value)

    @property
    def channels_first(self) -> bool:
        """Whether the layer's images have channels in dimension 1."""
        return bool(self.get("data_format", "channels_last") == "channels_first")

    def unsupported(self, reason: str) -> UnsupportedLayerError:
        """Error to raise where the layer asks for what no operator does."""
        return UnsupportedLayerError(
            f"Layer {self.layer.path!r} ({self.layer.class_name}) {reason}.",
            layer=self.layer.path,
            layer_class=self.layer.class_name,
        )

    def malformed(self, reason: str) -> ModelFormatError:
        """Error to raise where the configuration makes no sense."""
        return ModelFormatError(
            f"Layer {self.layer.path!r} ({self.layer.class_name}) is malformed: {reason}."
        )

    # -- constants

    def weight(
        self, name: str, change: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    ) -> Value | None:
        """The layer's weight `name`, laid out anew by `change`; None if it has none."""
        array = self.layer.weight(name)
        if array is None:
            return None
        array = np.asarray(array, np.float32)
        key = (id(self.layer), name)
        full_name = f"{self.layer.path}/{name}"
        return self.builder.shared_constant(key, full_name, change(array) if change else array)

    def required_weight(
        self, name: str, change: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    ) -> Value:
        """As :meth:`weight`, which must be there."""
        value = self.weight(name, change)
        if value is None:
            raise self.malformed(f"it has no weight {name!r}")
        return value

    def constant(self, name: str, values: ArrayLike, dtype: Any = np.float32) -> Value:
        """A constant that is part of this use of the layer."""
        return self.builder.constant(f"{self.name}/{name}", np.asarray(values, dtype))

    def integers_constant(self, name: str, values: Sequence[int]) -> Value:
        """An int32 vector, such as a shape or axes."""
        return self.constant(name, values, np.int32)

    # -- operators

    def op(
        self,
        kind: str,
        inputs: Sequence[Value | None],
        shape: Sequence[int],
        name: str = "",
        dtype: np.dtype[Any] = _FLOAT,
        **options: Any,
    ) -> Value:
        """Add an operator with one output of the given shape."""
        output = Value(tuple(shape), dtype)
        wish = f"{self.name}/{name or kind.lower()}"
        self.builder.emit(kind, inputs, (output,), options, self.name, wish)
        return output

    def unary(self, kind: str, x: Value, name: str = "", **options: Any) -> Value:
        """An operator on each element."""
        return self.op(kind, (x,), x.shape, name, x.dtype, **options)

    def binary(self, kind: str, a: Value | float, b: Value | float, name: str = "") -> Value:
        """An operator on two tensors with broadcasting; numbers become constants."""
        left, right = self._operand(a), self._operand(b)
        try:
            shape = np.broadcast_shapes(left.shape, right.shape)
        except ValueError:
            raise self.malformed(
                f"shapes {left.shape} and {right.shape} do not fit each other"
            ) from None
        options = {"fused_activation_function": "NONE"} if kind in _WITH_ACTIVATION else {}
        dtype = np.dtype(bool) if kind in _COMPARISONS else left.dtype
        return self.op(kind, (left, right), shape, name, dtype, **options)

    def _operand(self, value: Value | float) -> Value:
        return value if isinstance(value, Value) else self.constant("constant", value)

    def reshape(self, x: Value, shape: Sequence[int], name: str = "reshape") -> Value:
        """Same values in another shape; nothing if it is the same shape."""
        shape = tuple(int(n) for n in shape)
        if shape == x.shape:
            return x
        if math.prod(shape) != math.prod(x.shape):
            raise self.malformed(f"it cannot reshape {x.shape} to {shape}")
        target = self.integers_constant("shape", shape)
        return self.op("RESHAPE", (x, target), shape, name, x.dtype, new_shape=list(shape))

    def transpose(self, x: Value, permutation: Sequence[int], name: str = "transpose") -> Value:
        """Dimensions in another order; undoes an earlier transposition instead of adding one."""
        order = tuple(permutation)
        before = self.builder.source_of_transpose(x)
        if before is not None:
            source, first = before
            order = tuple(first[axis] for axis in order)
            x = source
        if order == tuple(range(len(order))):
            return x
        shape = [x.shape[axis] for axis in order]
        axes = self.integers_constant("permutation", order)
        return self.op("TRANSPOSE", (x, axes), shape, name, x.dtype)

    def pad(self, x: Value, padding: Sequence[tuple[int, int]], name: str = "pad") -> Value:
        """Zeros before and after each dimension."""
        if not any(before or after for before, after in padding):
            return x
        if any(before < 0 or after < 0 for before, after in padding):
            raise self.malformed(f"it pads by {list(padding)}")
        shape = [n + before + after for n, (before, after) in zip(x.shape, padding, strict=True)]
        sizes = self.constant("paddings", padding, np.int32)
        return self.op("PAD", (x, sizes), shape, name, x.dtype)

    def reduce(
        self, kind: str, x: Value, axes: Sequence[int], keep_dims: bool, name: str = ""
    ) -> Value:
        """MEAN, SUM, REDUCE_MAX or REDUCE_MIN over some dimensions."""
        chosen = sorted({axis % x.rank for axis in axes})
        if 0 in chosen:
            raise self.unsupported("computes across the samples of a batch")
        shape = [1 if i in chosen else n for i, n in enumerate(x.shape)]
        if not keep_dims:
            shape = [n for i, n in enumerate(x.shape) if i not in chosen]
        where = self.integers_constant("axes", chosen)
        return self.op(kind, (x, where), shape, name, x.dtype, keep_dims=keep_dims)

    def slice(self, x: Value, slices: Sequence[slice], name: str = "slice") -> Value:
        """Part of each dimension; whole dimensions are left open, so that any batch size fits."""
        begin, end, stride, shape, whole = [], [], [], [], 0
        for i, (size, part) in enumerate(zip(x.shape, slices, strict=True)):
            chosen = range(size)[part]
            if chosen == range(size):
                whole |= 1 << i
            begin.append(chosen.start)
            # A negative stop would count from the end; below 0 it is past the first element.
            end.append(chosen.stop if chosen.stop >= 0 else -size - 1)
            stride.append(chosen.step)
            shape.append(len(chosen))
        if whole == (1 << x.rank) - 1:
            return x
        if not whole & 1:
            raise self.unsupported("takes apart the samples of a batch")
        constants = [
            self.integers_constant(n, v)
            for n, v in (("begin", begin), ("end", end), ("strides", stride))
        ]
        return self.op(
            "STRIDED_SLICE",
            (x, *constants),
            shape,
            name,
            x.dtype,
            begin_mask=whole,
            end_mask=whole,
            ellipsis_mask=0,
            new_axis_mask=0,
            shrink_axis_mask=0,
        )

    def cast(self, x: Value, dtype: Any, name: str = "cast") -> Value:
        """Other type of elements."""
        target = np.dtype(dtype)
        if x.dtype == target:
            return x
        source_type = _TFLITE_TYPES.get(x.dtype.name, x.dtype.name.upper())
        target_type = _TFLITE_TYPES.get(target.name, target.name.upper())
        return self.op(
            "CAST",
            (x,),
            x.shape,
            name,
            target,
            in_data_type=source_type,
            out_data_type=target_type,
        )

    def concatenate(self, values: Sequence[Value], axis: int, name: str = "") -> Value:
        """Tensors side by side along a dimension."""
        rank = values[0].rank
        axis %= rank
        if axis == 0:
            raise self.unsupported("joins the samples of a batch")
        if any(
            v.rank != rank or v.shape[:axis] + v.shape[axis + 1 :] != _without(values[0], axis)
            for v in values
        ):
            raise self.malformed(f"it cannot join {', '.join(str(v.shape) for v in values)}")
        shape = list(values[0].shape)
        shape[axis] = sum(v.shape[axis] for v in values)
        if len(values) == 1:
            return values[0]
        return self.op(
            "CONCATENATION",
            values,
            shape,
            name,
            values[0].dtype,
            axis=axis,
            fused_activation_function="NONE",
        )


_WITH_ACTIVATION = frozenset({"ADD", "SUB", "MUL", "DIV"})
_COMPARISONS = frozenset({"GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "EQUAL", "NOT_EQUAL"})


def _without(value: Value, axis: int) -> tuple[int, ...]:
    return value.shape[:axis] + value.shape[axis + 1 :]
