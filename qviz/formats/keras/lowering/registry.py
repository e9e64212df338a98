"""Which function lowers which layer; the families register themselves here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qviz.formats.keras.lowering.builder import Value
from qviz.formats.keras.lowering.scope import Scope

LayerLowering = Callable[[Scope, Sequence[Value]], Value]
# Arguments may be values, numbers, slices, or lists of them.
CallLowering = Callable[[Scope, Sequence[Any], Mapping[str, Any]], Value]

LAYERS: dict[str, LayerLowering] = {}
OPERATIONS: dict[str, CallLowering] = {}
FUNCTIONS: dict[str, CallLowering] = {}
# Layers that take integers as they are; all others see float32.
TAKES_INTEGERS: set[str] = set()


def layer(*classes: str, integers: bool = False) -> Callable[[LayerLowering], LayerLowering]:
    """Register the lowering of layer classes."""

    def register(lowering: LayerLowering) -> LayerLowering:
        for name in classes:
            LAYERS[name] = lowering
            if integers:
                TAKES_INTEGERS.add(name)
        return lowering

    return register


def operation(*names: str) -> Callable[[CallLowering], CallLowering]:
    """Register the lowering of ``keras.ops`` nodes of Keras 3."""

    def register(lowering: CallLowering) -> CallLowering:
        OPERATIONS.update(dict.fromkeys(names, lowering))
        return lowering

    return register


def function(*names: str) -> Callable[[CallLowering], CallLowering]:
    """Register the lowering of TensorFlow functions that Keras 2 recorded as TFOpLambda."""

    def register(lowering: CallLowering) -> CallLowering:
        FUNCTIONS.update(dict.fromkeys(names, lowering))
        return lowering

    return register
