"""An operator as the rules for its version look at it: types, ranks and scales of its tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qviz.graph import Operator, Tensor

INT8, INT16, INT32, INT64 = (np.dtype(f"<i{n}") for n in (1, 2, 4, 8))
UINT8, UINT16, UINT32 = (np.dtype(f"<u{n}") for n in (1, 2, 4))
BOOL, COMPLEX64 = np.dtype(np.bool_), np.dtype("<c8")
FLOAT16, FLOAT32, FLOAT64 = (np.dtype(f"<f{n}") for n in (2, 4, 8))

Types = Mapping[np.dtype[np.generic], int]


@dataclass(frozen=True, slots=True)
class Signature:
    """An operator with its tensors, as the rules look at them."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    def type(self, index: int) -> np.dtype[np.generic] | None:
        """Element type of an input; None if it is absent."""
        tensor = self.inputs[index] if index < len(self.inputs) else None
        return None if tensor is None else tensor.dtype

    def rank(self, index: int = 0) -> int:
        """Number of dimensions of an input; 0 if it is absent."""
        tensor = self.inputs[index] if index < len(self.inputs) else None
        return 0 if tensor is None else len(tensor.shape)

    def scale(self, tensor: Tensor | None) -> float:
        """First scale of a tensor; 0 if it is not quantized."""
        if tensor is None or tensor.quantization is None:
            return 0.0
        return float(tensor.quantization.scale[0])

    @property
    def output_type(self) -> np.dtype[np.generic]:
        """Element type of the first output."""
        return self.outputs[0].dtype

    @property
    def is_quantized(self) -> bool:
        """Whether the first input is quantized."""
        first = self.inputs[0]
        return first is not None and first.quantization is not None

    @property
    def is_hybrid(self) -> bool:
        """Whether floats meet int8 weights, to be quantized on the fly."""
        return self.types_are(FLOAT32, INT8, FLOAT32)

    @property
    def is_grouped(self) -> bool:
        """Whether weights have fewer input channels than the input."""
        channels = {t.shape[-1:] for t in self.inputs[:2] if t is not None}
        return len(channels) > 1

    @property
    def is_integer(self) -> bool:
        """Whether weights are int8 and activations int8 or int16."""
        return any(self.types_are(dtype, INT8, dtype) for dtype in (INT8, INT16))

    @property
    def has_narrow_bias(self) -> bool:
        """Whether 16x8 has an int32 bias, which runtimes before 2.15 take for int64.

        The converter's own rule asks for the newer version for int64 too, where it is not needed;
        TensorFlow's 16x8 quantizer does not.
        """
        bias_type = self.operator.option("quantized_bias_type", "FLOAT32")
        return self.types_are(INT16, INT8, INT16) and bias_type == "INT32"

    @property
    def has_per_channel_weights(self) -> bool:
        """Whether the second input has several scales."""
        weights = self.inputs[1] if len(self.inputs) > 1 else None
        params = None if weights is None else weights.quantization
        return params is not None and params.scale.size > 1

    def types_are(self, first: object, second: object, output: object) -> bool:
        """Whether the first two inputs and the output have these types."""
        return (self.type(0), self.type(1), self.output_type) == (first, second, output)

    def broadcasts_over(self, rank: int) -> bool:
        """Whether shapes of the first two inputs differ and one has more than `rank` dimensions."""
        shapes = [t.shape for t in self.inputs[:2] if t is not None]
        return len(set(shapes)) > 1 and max(map(len, shapes)) > rank
