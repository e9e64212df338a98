"""Names in a TFLite file: tensors made unique, and layers found again.

A TFLite file knows no layers, but converters name a tensor after what it was made from, joined by
semicolons: ``model/conv1/Relu;model/bn1/FusedBatchNormV3;model/conv1/Conv2D``. The rule here:

1. An operator's path is taken from the name of its weights, else of its output: from the part
   that ends in the operator's own word (``Conv2D``, ``MatMul``, ``kernel``), else from the
   output's first part; the last component, which names the operation, is dropped.
2. First components that all paths share (the model's name) are dropped. Where that name and all
   layers end in ``_1``, as TensorFlow writes when it traces a Keras 3 model once more, the ending
   is dropped too.
3. Operators are one layer where their paths are equal, each reads a result of the ones before it
   (or of a path below), and no more than one of them has weights. An operator for which this does
   not hold, or whose name has no path, is a layer of its own, named after its output tensor.
4. A DEQUANTIZE or other operator on a constant belongs to the layer that reads its result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qviz.graph import Graph, Operator

# What converters call the operation inside a layer, by kind.
_WORDS = {
    "CONV_2D": ("conv2d", "convolution", "conv1d", "conv"),
    "DEPTHWISE_CONV_2D": ("depthwise",),
    "TRANSPOSE_CONV": ("conv2d_transpose", "conv_transpose", "conv1d_transpose"),
    "FULLY_CONNECTED": ("matmul", "dot_general", "tensordot", "dot"),
    "BATCH_MATMUL": ("matmul", "dot_general", "tensordot", "einsum"),
    "PRELU": ("alpha",),
}
_WEIGHT_WORDS = ("kernel", "weights", "depthwise_kernel", "pointwise_kernel", "depthwise_weights")
_WEIGHT_POSITION = dict.fromkeys(_WORDS, 1)
# Endings that converters add to a name: uniqueness digits, folding, dequantizing.
_ENDING = re.compile(r"(_dequantize|_fold|\d+|_\d+)*$", re.IGNORECASE)
_NO_PATH = re.compile(r"^(stateful)?partitionedcall|^identity|^serving_default_", re.IGNORECASE)


def unique_names(names: Iterable[str]) -> list[str]:
    """Names as given, an empty or repeated one with a number."""
    stored = list(names)
    taken = set(stored)
    met: set[str] = set()
    result = []
    for i, name in enumerate(stored):
        unique = name or f"tensor_{i}"
        if not name or name in met:
            unique = _free(unique, taken)
        taken.add(unique)
        met.add(name)
        result.append(unique)
    return result


def layer_names(graph: Graph) -> list[str]:
    """Layer of each operator, by the rule of this module."""
    paths, shared = _without_shared_start([_path(graph, operator) for operator in graph.operators])
    names: list[str] = []
    weighted: set[str] = set()
    made_in: dict[str, str] = {}
    taken: set[str] = set()
    for operator, path in zip(graph.operators, paths, strict=True):
        has_weights = operator.kind in _WORDS
        name = "/".join(path)
        sources = [made_in[n] for n in operator.present_inputs if n in made_in]
        joins = any(source == name or source.startswith(f"{name}/") for source in sources)
        if not name or (name in taken and (not joins or (has_weights and name in weighted))):
            name = _free(_own_name(operator, shared), taken)
        taken.add(name)
        made_in.update(dict.fromkeys(operator.outputs, name))
        if has_weights:
            weighted.add(name)
        names.append(name)
    return _with_constants_at_readers(graph, names)


def _own_name(operator: Operator, shared: str) -> str:
    output = operator.outputs[0] if operator.outputs else operator.kind
    return (output.split(";")[0] or output).removeprefix(shared)


def _path(graph: Graph, operator: Operator) -> tuple[str, ...]:
    if not operator.outputs:
        return ()
    output = operator.outputs[0]
    words = _WORDS.get(operator.kind, ())
    if words:
        position = _WEIGHT_POSITION[operator.kind]
        weights = operator.inputs[position] if position < len(operator.inputs) else None
        for name in (weights, output):
            for part in (name or "").split(";"):
                path = _before(part, (*words, *_WEIGHT_WORDS))
                if path:
                    return path
    first = output.split(";")[0].split("/")
    if _NO_PATH.match(first[0]):
        return ()
    # Layers of TensorFlow 1 spell out their batch norm: conv/BatchNorm/batchnorm/add_1.
    inside = next((i for i, part in enumerate(first) if part == "BatchNorm"), len(first) - 1)
    return tuple(first[:inside])


def _before(part: str, words: Sequence[str]) -> tuple[str, ...]:
    """Components before the last one that is one of `words`."""
    components = part.split("/")
    for i in range(len(components) - 1, 0, -1):
        component = components[i].lower()
        if component in words or _ENDING.sub("", component) in words:
            return tuple(components[:i])
    return ()


def _without_shared_start(paths: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], str]:
    """Paths without the components that all begin with, and those components as a prefix."""
    known = {path for path in paths if path}
    shared: list[str] = []
    while len(known) > 1 and all(len(p) > 1 for p in known) and len({p[0] for p in known}) == 1:
        shared.append(next(iter(known))[0])
        known = {path[1:] for path in known}
    kept = [path[len(shared) :] for path in paths]
    if shared and all(name.endswith("_1") for name in (shared[-1], *(p[0] for p in known))):
        kept = [(path[0].removesuffix("_1"), *path[1:]) if path else path for path in kept]
    return kept, "".join(f"{name}/" for name in shared)


def _with_constants_at_readers(graph: Graph, names: list[str]) -> list[str]:
    """Operators whose inputs are all constant go to the layer that reads them."""
    reader: dict[str, int] = {}
    for i, operator in enumerate(graph.operators):
        for name in operator.present_inputs:
            reader.setdefault(name, i)
    # Backwards, so that a chain of such operators ends in one layer.
    constant = {n for n, tensor in graph.tensors.items() if tensor.is_constant}
    folded = []
    for i, operator in enumerate(graph.operators):
        if operator.inputs and all(n in constant for n in operator.present_inputs):
            constant.update(operator.outputs)
            folded.append(i)
    for i in reversed(folded):
        readers = [reader[n] for n in graph.operators[i].outputs if n in reader]
        if readers:
            names[i] = names[readers[0]]
    return names


def _free(name: str, taken: Iterable[str]) -> str:
    known = taken if isinstance(taken, set | dict) else set(taken)
    if name not in known:
        return name
    number = 2
    while f"{name}#{number}" in known:
        number += 1
    return f"{name}#{number}"
