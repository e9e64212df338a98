"""Inbound nodes: which tensors a layer is called with, in the notations of Keras 1, 2 and 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qviz.errors import ModelFormatError
from qviz.formats.keras.model import Call, TensorRef
from qviz.formats.keras.values import plain

_CONSTANT = "_CONSTANT_VALUE"


def read_calls(nodes: Any, known: frozenset[str]) -> tuple[Call, ...]:
    """Calls of one layer.

    Parameters
    ----------
    nodes : list
        ``inbound_nodes`` of the layer.
    known : frozenset of str
        Names of the layers of the same model; only these can be references.

    Returns
    -------
    tuple of Call
        Call numbers in references are as the file counts them, not yet from 0.
    """
    return tuple(_call(node, known) for node in nodes or ())


def read_references(value: Any) -> tuple[TensorRef, ...]:
    """References in ``input_layers`` or ``output_layers``, flattened in order.

    A single tensor may be a bare triple, several a list of triples or a dict of them, which is
    read in the order of its keys, as Keras flattens it.
    """
    if isinstance(value, Mapping):
        return tuple(ref for key in sorted(value) for ref in read_references(value[key]))
    if not isinstance(value, list):
        raise ModelFormatError(f"The model's inputs or outputs are written as {value!r}.")
    if len(value) >= 3 and isinstance(value[0], str):
        return (_reference(value),)
    return tuple(ref for item in value for ref in read_references(item))


def replace_references(value: Any, base: Mapping[str, int]) -> Any:
    """`value` with `base` of its layer subtracted from the call number of every reference."""
    if isinstance(value, TensorRef):
        return value._replace(call=value.call - base.get(value.layer, 0))
    if isinstance(value, Mapping):
        return {k: replace_references(v, base) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(replace_references(item, base) for item in value)
    return value


def count_from_zero(
    is_keras3_functional: bool, calls: int, used: Iterable[int], returned: Iterable[int]
) -> tuple[int, int]:
    """First call number of one layer in its consumers' references and in the model's outputs.

    Calls of a nested model count from 1 in Keras 1 and 2, where call 0 is the model's own
    construction. In Keras 3 they count from 0, but for a Functional model from 1 in
    ``output_layers``. Since every call that was saved leads to an output, the right pair of
    numbers is the one by which each call is referred to and none is missing.

    Parameters
    ----------
    is_keras3_functional : bool
        Whether the layer is a Functional model in a file of Keras 3.
    calls : int
        Number of calls that the file lists.
    used, returned : iterable of int
        Call numbers by which consumers and outputs refer to the layer.
    """
    used, returned = set(used), set(returned)
    pairs = [(0, 0), (1, 1), (0, 1)]
    if is_keras3_functional:
        pairs = [(0, 1), (0, 0), (1, 1)]
    for first_used, first_returned in pairs:
        met = {n - first_used for n in used} | {n - first_returned for n in returned}
        if met == set(range(calls)):
            return first_used, first_returned
    lowest = min(used | returned, default=0)
    return lowest, lowest


def _call(node: Any, known: frozenset[str]) -> Call:
    if isinstance(node, dict) and "args" in node:
        arguments = tuple(_keras3(item) for item in node["args"])
        return Call(arguments, {k: _keras3(v) for k, v in (node.get("kwargs") or {}).items()})
    if _is_entry(node, known):
        # A TFOpLambda with one tensor: the entry itself, not a list of entries.
        return Call((_entry(node, known),), _keywords(node, known))
    if isinstance(node, dict):
        entries = list(node.values())
    elif isinstance(node, list):
        entries = node
    else:
        raise ModelFormatError(f"A connection between layers is written as {node!r}.")
    values = [_entry(entry, known) for entry in entries]
    keywords = _keywords(entries[0], known) if entries else {}
    return Call((values[0],) if len(values) == 1 else (values,), keywords)


def _keras3(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return _reference(value["config"]["keras_history"])
        if value.get("class_name") in _WRAPPERS:
            return plain(value)
        return {k: _keras3(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_keras3(item) for item in value]
    return value


_WRAPPERS = frozenset({"__numpy__", "__tensor__", "__slice__", "__ellipsis__", "__tuple__"})


def _is_entry(value: Any, known: frozenset[str]) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and (value[0] == _CONSTANT or (value[0] in known and isinstance(value[2], int)))
    )


def _entry(entry: Any, known: frozenset[str]) -> Any:
    if not _is_entry(entry, known):
        # Nested structures of tensors occur where a layer is called with lists of lists.
        if isinstance(entry, list) and not (entry and isinstance(entry[0], str)):
            return [_entry(item, known) for item in entry]
        raise ModelFormatError(f"A connection refers to {entry!r}, which is no layer of the model.")
    return plain(entry[2]) if entry[0] == _CONSTANT else _reference(entry)


def _keywords(entry: Any, known: frozenset[str]) -> dict[str, Any]:
    if not (isinstance(entry, list) and len(entry) == 4 and isinstance(entry[3], dict)):
        return {}
    return {k: _keyword(v, known) for k, v in entry[3].items()}


def _keyword(value: Any, known: frozenset[str]) -> Any:
    if _is_entry(value, known):
        return _entry(value, known)
    if isinstance(value, list):
        return [_keyword(item, known) for item in value]
    return plain(value)


def _reference(value: Any) -> TensorRef:
    layer, call, output = value[:3]
    if not (isinstance(layer, str) and isinstance(call, int) and isinstance(output, int)):
        raise ModelFormatError(f"A connection between layers is written as {value!r}.")
    return TensorRef(layer, call, output)
