"""Arguments of operations and functions, which files give by place or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.scope import Scope

_MISSING = object()


def argument(
    args: Sequence[Any], keywords: Mapping[str, Any], place: int, *names: str, default: Any = None
) -> Any:
    """An argument by place or by any of its names."""
    if place < len(args):
        return args[place]
    for name in names:
        value = keywords.get(name, _MISSING)
        if value is not _MISSING:
            return value
    return default


def tensor(scope: Scope, value: Any) -> Value:
    """`value` as a tensor; numbers and lists become constants."""
    if isinstance(value, Value):
        return value
    try:
        array = np.asarray(value, np.float32)
    except (TypeError, ValueError):
        raise scope.malformed(f"it is called with {value!r}") from None
    return scope.constant("constant", array)


def first(scope: Scope, args: Sequence[Any], keywords: Mapping[str, Any]) -> Value:
    """The first argument, as a tensor."""
    x = argument(args, keywords, 0, "x", "input", "inputs", "tensor", "input_tensor", "features")
    return tensor(scope, x)
