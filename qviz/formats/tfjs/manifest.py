"""The weights of a TensorFlow.js model: the manifest in ``model.json`` and the shards beside it.

Everything is checked against the sizes of the files before memory is taken: a manifest may come
from anywhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.keras.values import integer, number

_DTYPES = frozenset({"float32", "float16", "int32", "uint8", "uint16", "bool"})
_CODES = frozenset({"uint8", "uint16", "float16"})
_ORIGINALS = frozenset({"float32", "int32"})
_MAX_RANK = 8
_MAX_WEIGHTS = 200_000
_MAX_BYTES = 16 << 30
# A name, not a way to somewhere: no separators, drives or addresses, and not "..".
_PLAIN_NAME = re.compile(r"(?!\.{1,2}$)[^/\\:\x00-\x1f]{1,255}")


@dataclass(frozen=True, slots=True)
class _Spec:
    """One weight as the manifest describes it."""

    name: str
    shape: tuple[int, ...]
    stored: str
    target: str
    scale: float | None = None
    minimum: float = 0.0

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def size_bytes(self) -> int:
        return self.count * np.dtype(self.stored).itemsize


@dataclass(frozen=True, slots=True, eq=False)
class StoredWeights:
    """What a manifest holds.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Real values by the names that the manifest gives, in its order.
    shards : tuple of Path
        The files they were read from.
    codes : tuple of str
        The types that weights are stored as where these are not their own: ``uint8``, ...
    """

    arrays: dict[str, NDArray[Any]]
    shards: tuple[Path, ...]
    codes: tuple[str, ...]


def read_weights(manifest: Any, folder: Path) -> StoredWeights:
    """Read every weight of a ``weightsManifest``.

    Parameters
    ----------
    manifest : list
        As parsed from ``model.json``: groups of ``paths`` and ``weights``.
    folder : Path
        Where the shards lie.

    Returns
    -------
    StoredWeights
        Codes of 8 and 16 bits as ``float32(code * scale + min)``, computed in float64 as
        JavaScript does.

    Raises
    ------
    ModelFormatError
        If a shard is missing, or is not a plain file name; if the bytes of a group are not those
        that its weights need; if a weight is of an unknown type or holds NaN or infinity.

    References
    ----------
    tfjs-core, src/io/io_utils.ts, decodeWeights.
    """
    if not isinstance(manifest, list):
        raise ModelFormatError("The model has no list of weights (weightsManifest).")
    groups = [_group(entry) for entry in manifest]
    specs = [spec for _, weights in groups for spec in weights]
    if len(specs) > _MAX_WEIGHTS:
        raise ModelFormatError(f"The manifest lists {len(specs):,} weights, more than any model.")
    for name, count in Counter(spec.name for spec in specs).most_common(1):
        if count > 1:
            raise ModelFormatError(f"The manifest lists {count} weights under the name {name!r}.")
    # All sizes before the first byte is read.
    files = [_checked_shards(paths, weights, folder) for paths, weights in groups]
    shards = tuple(file for group in files for file in group)
    if sum(spec.size_bytes for spec in specs) > _MAX_BYTES:
        raise ModelFormatError(f"The weights take more than {_MAX_BYTES >> 30} GiB.")
    arrays: dict[str, NDArray[Any]] = {}
    for group, (_, weights) in zip(files, groups, strict=True):
        data = b"".join(file.read_bytes() for file in group)
        start = 0
        for spec in weights:
            arrays[spec.name] = _decode(spec, data, start)
            start += spec.size_bytes
    stored = sorted({spec.stored for spec in specs if spec.stored != spec.target})
    return StoredWeights(arrays, shards, tuple(stored))


def _group(entry: Any) -> tuple[list[str], list[_Spec]]:
    if not isinstance(entry, Mapping):
        raise ModelFormatError("A group of the weights manifest is not written as one.")
    paths, weights = entry.get("paths"), entry.get("weights")
    if not isinstance(paths, list) or not isinstance(weights, list):
        raise ModelFormatError("A group of the weights manifest lacks its paths or its weights.")
    for path in paths:
        if not isinstance(path, str) or not _PLAIN_NAME.fullmatch(path):
            raise ModelFormatError(
                f"The weights are said to lie in {path!r}, which is not the plain name of a file "
                "beside model.json; qviz reads no other places."
            )
    return paths, [_spec(weight) for weight in weights]


def _spec(entry: Any) -> _Spec:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str) or not name:
        raise ModelFormatError("A weight of the manifest has no name.")
    shape = entry.get("shape")
    if not isinstance(shape, list) or len(shape) > _MAX_RANK:
        raise ModelFormatError(f"The weight {name!r} has the shape {shape!r}, which is none.")
    sizes = tuple(integer(n, f"A size in the shape of {name!r}") for n in shape)
    if any(n < 0 for n in sizes):
        raise ModelFormatError(f"The weight {name!r} has the shape {shape!r}, which is none.")
    dtype = entry.get("dtype")
    how = entry.get("quantization")
    if how is None:
        if dtype not in _DTYPES:
            raise _unknown_type(name, dtype)
        return _Spec(name, sizes, str(dtype), "float32" if dtype == "float16" else str(dtype))
    if not isinstance(how, Mapping):
        raise ModelFormatError(f"The quantization of the weight {name!r} is not written as one.")
    stored, target = how.get("dtype"), how.get("original_dtype", dtype)
    if stored not in _CODES or target not in _ORIGINALS:
        raise _unknown_type(name, stored if stored not in _CODES else target)
    if stored == "float16":
        return _Spec(name, sizes, stored, "float32")
    scale = number(how.get("scale"), f"The scale of the weight {name!r}")
    minimum = number(how.get("min"), f"The minimum of the weight {name!r}")
    return _Spec(name, sizes, str(stored), str(target), scale, minimum)


def _unknown_type(name: str, dtype: Any) -> ModelFormatError:
    return ModelFormatError(
        f"The weight {name!r} is of type {dtype!r}; qviz reads {', '.join(sorted(_DTYPES))}."
    )


def _checked_shards(paths: Sequence[str], weights: Sequence[_Spec], folder: Path) -> list[Path]:
    """Files of a group, which together have the bytes that its weights need."""
    files = [folder / path for path in paths]
    for file in files:
        if not file.is_file():
            raise ModelFormatError(
                f"The shard {file.name} of the weights is not beside model.json; fetch all files "
                "of the model."
            )
    held = sum(file.stat().st_size for file in files)
    needed = sum(spec.size_bytes for spec in weights)
    if held != needed:
        listed = f"{files[0].name} ..." if len(files) > 1 else files[0].name if files else "no file"
        raise ModelFormatError(
            f"The weights need {needed:,} bytes and {listed} has {held:,}: the model is damaged "
            "or was not copied whole; fetch it again."
        )
    return files


def _decode(spec: _Spec, data: bytes, start: int) -> NDArray[Any]:
    """Real values of one weight."""
    dtype = np.dtype(spec.stored)
    codes = np.frombuffer(data, dtype.newbyteorder("<"), spec.count, start).reshape(spec.shape)
    if spec.scale is not None:
        values = codes.astype(np.float64) * spec.scale + spec.minimum
        with np.errstate(over="ignore"):
            decoded = np.rint(values) if spec.target == "int32" else values.astype(np.float32)
    else:
        decoded = codes.astype(np.float32 if dtype == np.float16 else dtype.newbyteorder("="))
    if decoded.dtype.kind == "f" and not np.isfinite(decoded).all():
        raise ModelFormatError(_not_finite(spec, bool(np.isnan(decoded).any())))
    return decoded.astype(spec.target, copy=False)


def _not_finite(spec: _Spec, is_nan: bool) -> str:
    what = "NaN" if is_nan else "infinite"
    why = "its training has probably diverged"
    if spec.stored == "float16" and not is_nan:
        why = "float16 ends at ±65504, and whoever converted the model did not look"
    return f"The weight {spec.name!r} has {what} values, so the model cannot be run; {why}."
