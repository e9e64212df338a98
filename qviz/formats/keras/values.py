"""Values in Keras' JSON: how numbers, arrays, slices and code are written there."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from qviz.errors import ModelFormatError


def read_json(data: bytes | str, name: str) -> dict[str, Any]:
    """Decode a JSON object, once more if it is a string that holds JSON itself.

    Raises
    ------
    ModelFormatError
        If it is no JSON, too deeply nested, or no object.
    """
    try:
        value = json.loads(data)
        if isinstance(value, str):
            value = json.loads(value)
    except RecursionError:
        raise ModelFormatError(
            f"The configuration in {name} is nested deeper than any Keras model; "
            "it is not safe to open."
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelFormatError(f"The configuration in {name} is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ModelFormatError(f"The configuration in {name} describes no model.")
    return value


def plain(value: Any) -> Any:
    """`value` with Keras' wrappers taken off.

    ``__numpy__`` and ``__tensor__`` become numbers or nested lists, ``__slice__`` a slice,
    ``__ellipsis__`` an Ellipsis, ``__tuple__`` a tuple. Everything else stays as it is.
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind, config = value.get("class_name"), value.get("config")
    if isinstance(config, dict):
        if kind in ("__numpy__", "__tensor__"):
            return plain(config.get("value"))
        if kind == "__slice__":
            return slice(*(plain(config.get(k)) for k in ("start", "stop", "step")))
    if kind == "__tuple__":
        return tuple(plain(item) for item in value.get("items") or ())
    if kind == "__ellipsis__":
        return Ellipsis
    # Keras 2.12 wrote arrays as {"type": "ndarray", "value": ...} in some layers.
    if value.keys() <= {"type", "value", "dtype"} and value.get("type") == "ndarray":
        return plain(value.get("value"))
    return {k: plain(v) for k, v in value.items()}


def class_name(value: Mapping[str, Any]) -> str:
    """Class in a serialized object, without a ``package>`` prefix."""
    return str(value.get("class_name", "")).rsplit(">", 1)[-1]


def holds_code(value: Any) -> bool:
    """Whether a configuration carries marshalled Python code anywhere."""
    if isinstance(value, Mapping):
        if value.get("class_name") in ("__lambda__", "Lambda"):
            return True
        if value.get("function_type") == "lambda" or value.get("output_shape_type") == "lambda":
            return True
        if is_code(value):
            return True
        return any(holds_code(item) for item in value.values())
    return isinstance(value, list | tuple) and any(holds_code(item) for item in value)


def is_code(value: Any) -> bool:
    """Whether `value` stands for a Python lambda where a name is expected.

    Keras writes ``{"value": [code, defaults, closure]}`` there, code as base64 of a marshalled
    code object, whose first byte is 0xE3.
    """
    if not isinstance(value, Mapping):
        return False
    inner = value.get("value")
    return isinstance(inner, list) and bool(inner) and isinstance(inner[0], str)


def number(value: Any, what: str) -> float:
    """A finite number.

    Raises
    ------
    ModelFormatError
        If it is none; `what` is named in the message.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ModelFormatError(f"{what} should be a number and is {value!r}.")
    return float(value)


def integer(value: Any, what: str) -> int:
    """A whole number, as :func:`number`."""
    result = number(value, what)
    if result != int(result):
        raise ModelFormatError(f"{what} should be a whole number and is {value!r}.")
    return int(result)


def dtype_name(value: Any) -> str:
    """Name of a dtype or dtype policy, as ``float32`` or ``mixed_float16``; empty if unknown."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        config = value.get("config")
        if isinstance(config, Mapping):
            return str(config.get("name") or config.get("mode") or value.get("class_name", ""))
        return str(value.get("class_name", ""))
    return ""
