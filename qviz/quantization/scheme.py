"""Schemes: recipes for quantizing a model, as data, and how they are written on a command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from qviz.errors import SchemeError

Family = Literal["float32", "tfjs", "float16", "dynamic-range", "int8", "int16x8", "eightbit"]

_WEIGHT_CHANGES = frozenset({"pruning", "pruning_scope", "clusters", "cluster_start"})


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
        float32, int8 or int16; uint8 for eightbit.
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
    pruning : float
        Share of the weights of convolutions and dense layers that are set to 0 before anything
        else, the smallest first; in [0, 1).
    pruning_scope : {"layer", "global"}
        Whether each layer loses that share, or all layers together.
    clusters : int
        Number of different values that each of these weight tensors keeps, after pruning; 0 for
        all. With pruning, 0 is one of them.
    cluster_start : {"linear", "k-means++"}
        Where the search for these values begins.
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
    pruning: float = 0.0
    pruning_scope: Literal["layer", "global"] = "layer"
    clusters: int = 0
    cluster_start: Literal["linear", "k-means++"] = "linear"

    def __post_init__(self) -> None:
        if not 0 <= self.pruning < 1:
            raise SchemeError(
                f"A share of {self.pruning:g} of the weights cannot be pruned: choose 0 or more, "
                f"and less than 1."
            )
        if self.clusters < 0 or self.clusters == 1:
            raise SchemeError(
                f"Weights cannot be clustered to {self.clusters} values: choose 2 or more, or 0 "
                f"for no clustering."
            )
        for name, value, known in (
            ("pruning scope", self.pruning_scope, ("layer", "global")),
            ("start of clustering", self.cluster_start, ("linear", "k-means++")),
        ):
            if value not in known:
                raise SchemeError(f"The {name} is {' or '.join(known)}, not {value!r}.")

    @property
    def changes_weights(self) -> bool:
        """Whether weights are pruned or clustered before they are quantized."""
        return self.pruning > 0 or self.clusters > 0

    @property
    def needs_calibration(self) -> bool:
        """Whether ranges of activations have to be known beforehand."""
        return self.is_integer

    @property
    def artifact(self) -> Literal["tflite", "tfjs", "eightbit"]:
        """What the scheme is written as; ``eightbit`` is qviz's own archive of a graph."""
        if self.family == "eightbit":
            return "eightbit"
        return "tfjs" if self.family == "tfjs" else "tflite"

    @property
    def is_integer(self) -> bool:
        """Whether activations are integers by scales that are fixed beforehand.

        Those of eightbit are integers too, but get their ranges while the model runs.
        """
        return self.activation_dtype != "float32" and self.family != "eightbit"

    def with_options(self, **changes: object) -> Scheme:
        """A copy with other options, e.g. ``calibration="true"``.

        One that prunes or clusters gets a name of its own, e.g. ``int8:prune=0.5``, as the same
        scheme without it stands beside it in a comparison.

        Raises
        ------
        SchemeError
            If the scheme has no such option.
        """
        try:
            changed = replace(self, **changes)  # type: ignore[arg-type]
        except TypeError as error:
            raise SchemeError(f"Scheme {self.id} has no such option: {error}.") from error
        return _named(changed) if _WEIGHT_CHANGES & set(changes) else changed

    def on_changed_weights(self) -> Scheme:
        """The scheme without pruning and clustering, for a graph where they are done already."""
        return replace(self, pruning=0.0, clusters=0) if self.changes_weights else self


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
        Scheme(
            "eightbit",
            "TensorFlow 1: uint8 between minimum and maximum, ranges found while it runs",
            "eightbit",
            "uint8",
            False,
            "uint8",
        ),
    )
}


def _percent(text: str) -> dict[str, Any]:
    return {"percentile": float(text), "range_estimator": "percentile"}


# Words after the colons of ``int8:prune=0.5:clusters=16``, and the fields they stand for.
_WORDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "prune": lambda text: {"pruning": float(text)},
    "scope": lambda text: {"pruning_scope": text},
    "clusters": lambda text: {"clusters": int(text)},
    "start": lambda text: {"cluster_start": text},
    "percentile": _percent,
    "calibration": lambda text: {"calibration": text},
    "per-tensor": lambda text: {"per_channel": False},
}


# Which schemes can do with a field; the others would silently ignore it.
_FITTING: dict[str, Callable[[Scheme], bool]] = {
    "percentile": lambda preset: preset.needs_calibration,
    "calibration": lambda preset: preset.needs_calibration,
    "per_channel": lambda preset: preset.weight_dtype == "int8",
}


def scheme(id_or_scheme: str | Scheme) -> Scheme:
    """The scheme of that name; a Scheme passes through.

    Options may follow after colons: ``int8:prune=0.5:clusters=16``, ``int8-only:per-tensor``,
    ``int8:percentile=99.9``, ``int8:calibration=true``; ``scope=global`` goes with ``prune`` and
    ``start=k-means++`` with ``clusters``.

    Raises
    ------
    SchemeError
        If there is none; the message lists those there are.
    """
    if isinstance(id_or_scheme, Scheme):
        return id_or_scheme
    name, *options = id_or_scheme.split(":")
    if name not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise SchemeError(f"There is no scheme {name!r}. Schemes: {known}.")
    changes: dict[str, Any] = {}
    for option in options:
        changes |= _changes_of(option)
    preset = SCHEMES[name]
    for field, fits in _FITTING.items():
        if field in changes and not fits(preset):
            raise SchemeError(f"{name} has no use for {id_or_scheme.partition(':')[2]!r}.")
    return _named(replace(preset, **changes)) if changes else preset


def _changes_of(option: str) -> dict[str, Any]:
    word, _, value = option.partition("=")
    if word not in _WORDS or (not value) != (word == "per-tensor"):
        known = ", ".join(w if w == "per-tensor" else f"{w}=..." for w in _WORDS)
        raise SchemeError(f"A scheme has no option {option!r}. Options: {known}.")
    try:
        changes = _WORDS[word](value)
    except ValueError:
        raise SchemeError(f"{value!r} in {option!r} is not a number.") from None
    if word == "calibration" and value not in ("tensorflow", "true"):
        raise SchemeError(f"calibration is tensorflow or true, not {value!r}.")
    if word == "percentile" and not 50 <= changes["percentile"] <= 100:
        raise SchemeError(f"A percentile lies between 50 and 100, not at {value}.")
    return changes


def _named(recipe: Scheme) -> Scheme:
    """The recipe with a name and a title that tell its options from the preset's."""
    base = recipe.id.partition(":")[0]
    preset = SCHEMES.get(base)
    if preset is None:
        return recipe
    words, told = [base], [preset.title]
    if recipe.pruning:
        words.append(f"prune={recipe.pruning:g}")
        told.append(f"{recipe.pruning:.4g} of the weights pruned")
        if recipe.pruning_scope == "global":
            words.append("scope=global")
            told[-1] += " over all layers"
    if recipe.clusters:
        words.append(f"clusters={recipe.clusters}")
        told.append(f"weights clustered to {recipe.clusters} values")
        if recipe.cluster_start != "linear":
            words.append(f"start={recipe.cluster_start}")
    if recipe.range_estimator == "percentile":
        words.append(f"percentile={recipe.percentile:g}")
        told.append(f"ranges of {recipe.percentile:g}% of the values")
    if recipe.calibration != preset.calibration:
        words.append(f"calibration={recipe.calibration}")
        told.append("each tensor's own range")
    if recipe.per_channel != preset.per_channel and recipe.weight_dtype == "int8":
        words.append("per-tensor")
        told.append("one scale per tensor")
    return replace(recipe, id=":".join(words), title=", ".join(told))
