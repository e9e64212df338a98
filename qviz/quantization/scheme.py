"""Schemes: recipes for quantizing a model, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from qviz.errors import SchemeError

Family = Literal["float32", "tfjs", "float16", "dynamic-range", "int8", "int16x8"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """How to quantize a model.

    Attributes
    ----------
    id : str
        Name that users type, e.g. ``int8-per-tensor``.
    title : str
        One line for lists.
    family : str
        Which quantizer makes it.
    weight_dtype : str
        Type of the stored weights: float32, float16, uint8, uint16 or int8.
    per_channel : bool
        One scale per output channel, or one per tensor. Only for int8 weights.
    activation_dtype : str
        float32, int8 or int16.
    io_dtype : str
        Type of the model's inputs and outputs: float32, int8, uint8 or int16.
    integer_only : bool
        An operator without an integer kernel is an error instead of a float island.
    range_estimator : {"min-max", "percentile"}
        How calibration turns values into a range.
    percentile : float
        Share of values inside the range, in percent, for ``percentile``.
    calibration : {"tensorflow", "true"}
        ``tensorflow`` merges the ranges of in-place operators as TensorFlow 2.21's calibrator
        records them; ``true`` keeps each tensor's own range.
    profile : str
        The rules that choose scales and codes; ``tf-2.21`` are those of TensorFlow 2.21.
    float_layers : tuple of str
        Layers kept in float32, by name. Only for int8 and dynamic range.
    """

    id: str
    title: str
    family: Family
    weight_dtype: str = "float32"
    per_channel: bool = True
    activation_dtype: str = "float32"
    io_dtype: str = "float32"
    integer_only: bool = False
    range_estimator: Literal["min-max", "percentile"] = "min-max"
    percentile: float = 99.99
    calibration: Literal["tensorflow", "true"] = "tensorflow"
    profile: str = "tf-2.21"
    float_layers: tuple[str, ...] = ()

    @property
    def needs_calibration(self) -> bool:
        """Whether ranges of activations have to be known beforehand."""
        return self.activation_dtype != "float32"

    @property
    def artifact(self) -> Literal["tflite", "tfjs"]:
        """What the scheme is written as."""
        return "tfjs" if self.family == "tfjs" else "tflite"

    @property
    def is_integer(self) -> bool:
        """Whether activations are integers, so that outputs can be equal bit for bit."""
        return self.activation_dtype != "float32"

    def with_options(self, **changes: object) -> Scheme:
        """A copy with other options, e.g. ``calibration="true"``.

        Raises
        ------
        SchemeError
            If the scheme has no such option.
        """
        try:
            return replace(self, **changes)  # type: ignore[arg-type]
        except TypeError as error:
            raise SchemeError(f"Scheme {self.id} has no such option: {error}.") from error


_INT8 = Scheme(
    id="int8",
    title="int8 weights per channel, int8 activations, float operators where needed",
    family="int8",
    weight_dtype="int8",
    activation_dtype="int8",
)
_INT16 = Scheme(
    id="int16x8",
    title="int8 weights, int16 activations, float operators where needed",
    family="int16x8",
    weight_dtype="int8",
    activation_dtype="int16",
)

SCHEMES: dict[str, Scheme] = {
    scheme.id: scheme
    for scheme in (
        Scheme("float32", "The model as it is, batch norms folded", "float32"),
        Scheme("tfjs-float16", "TensorFlow.js, weights as float16", "tfjs", "float16", False),
        Scheme("tfjs-uint16", "TensorFlow.js, weights as 16-bit codes", "tfjs", "uint16", False),
        Scheme("tfjs-uint8", "TensorFlow.js, weights as 8-bit codes", "tfjs", "uint8", False),
        Scheme("float16", "float16 weights, float computation", "float16", "float16", False),
        Scheme(
            "dynamic-range",
            "int8 weights, activations quantized on the fly",
            "dynamic-range",
            "int8",
        ),
        _INT8,
        replace(
            _INT8,
            id="int8-per-tensor",
            title="int8 weights per tensor, int8 activations, float operators where needed",
            per_channel=False,
        ),
        replace(
            _INT8,
            id="int8-only",
            title="Integers from input to output, int8 input and output",
            io_dtype="int8",
            integer_only=True,
        ),
        replace(
            _INT8,
            id="int8-only-uint8",
            title="Integers from input to output, uint8 input and output",
            io_dtype="uint8",
            integer_only=True,
        ),
        _INT16,
        replace(
            _INT16,
            id="int16x8-only",
            title="Integers from input to output, int16 input and output",
            io_dtype="int16",
            integer_only=True,
        ),
    )
}


def scheme(id_or_scheme: str | Scheme) -> Scheme:
    """The scheme of that name; a Scheme passes through.

    Raises
    ------
    SchemeError
        If there is none; the message lists those there are.
    """
    if isinstance(id_or_scheme, Scheme):
        return id_or_scheme
    try:
        return SCHEMES[id_or_scheme]
    except KeyError:
        known = ", ".join(SCHEMES)
        raise SchemeError(f"There is no scheme {id_or_scheme!r}. Schemes: {known}.") from None
