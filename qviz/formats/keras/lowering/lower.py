"""From the layer tree to a graph: every use of every layer in an order in which inputs exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qviz.errors import ModelFormatError, QvizError, UnsupportedLayerError
from qviz.formats.keras.lowering.builder import GraphBuilder, Value
from qviz.formats.keras.lowering.classes import is_keras_class
from qviz.formats.keras.lowering.inputs import InputShape, input_dtype, input_shape
from qviz.formats.keras.lowering.registry import FUNCTIONS, LAYERS, OPERATIONS, TAKES_INTEGERS
from qviz.formats.keras.lowering.scope import Scope
from qviz.formats.keras.model import Call, KerasLayer, KerasModel, TensorRef, tensors_in
from qviz.graph import Graph

# Layers through which the mask of an Embedding or Masking layer passes.
_PASSES_MASK = """
Dense Activation ReLU LeakyReLU ELU PReLU Softmax Dropout SpatialDropout1D GaussianDropout
GaussianNoise AlphaDropout BatchNormalization LayerNormalization Add Multiply Average Maximum
Minimum Subtract Concatenate TimeDistributed Identity Masking
"""
_READS_MASK = frozenset({"GlobalAveragePooling1D", "Softmax"})


def lower(model: KerasModel, wanted: InputShape = None) -> tuple[Graph, list[str]]:
    """Lower a model to TFLite's operators.

    Parameters
    ----------
    model : KerasModel
        With weights.
    wanted : sequence of int, Mapping or None
        Sizes of the inputs where the file leaves them open.

    Returns
    -------
    Graph
        With batch size 1 and batch normalization unfolded.
    list of str
        What had to be assumed, as sentences.

    Raises
    ------
    UnsupportedLayerError
        If a layer cannot be expressed.
    ModelFormatError
        If the model contradicts itself.
    """
    builder = GraphBuilder()
    by_name = {layer.name: layer for layer in model.layers}
    inputs, notes = [], []
    for ref in model.inputs:
        layer = by_name[ref.layer]
        if layer.model is not None:
            raise ModelFormatError(f"The input of the model is the nested model {layer.path!r}.")
        shape, note = input_shape(layer, model, wanted)
        inputs.append(builder.input(layer.name, shape, input_dtype(layer)))
        notes += [note] if note else []
    outputs = _Lowering(builder, model.major_version).model(model, inputs, "")
    # TFLite knows no output that is an input or a constant; such models do nothing.
    if any(value in inputs or value.data is not None for value in outputs):
        raise ModelFormatError("An output of the model is one of its inputs: nothing is computed.")
    if len(set(outputs)) != len(outputs):
        notes.append("Two outputs of the model are the same tensor.")
    return builder.finish(model.name, inputs, outputs), notes


class _Lowering:
    """One walk through a model and the models in it."""

    def __init__(self, builder: GraphBuilder, major_version: int) -> None:
        self._builder = builder
        self._major_version = major_version

    def model(self, model: KerasModel, inputs: Sequence[Value], prefix: str) -> list[Value]:
        """Values of the outputs of `model`, given those of its inputs."""
        if len(inputs) != len(model.inputs):
            raise ModelFormatError(
                f"The model {model.name!r} has {len(model.inputs)} inputs and is called with "
                f"{len(inputs)}."
            )
        values: dict[TensorRef, Value] = dict(zip(model.inputs, inputs, strict=True))
        for layer, index in _in_order(model, values):
            call = layer.calls[index]
            name = prefix + layer.name + (f" ({index + 1})" if index else "")
            for i, value in enumerate(self._call(layer, call, name, values)):
                values[TensorRef(layer.name, index, i)] = value
        missing = next((ref for ref in model.outputs if ref not in values), None)
        if missing is not None:
            raise ModelFormatError(
                f"Layer {missing.layer!r} has no output number {missing.output}, which the model "
                "should return."
            )
        return [values[ref] for ref in model.outputs]

    def _call(
        self, layer: KerasLayer, call: Call, name: str, values: Mapping[TensorRef, Value]
    ) -> list[Value]:
        missing = next((ref for ref in _needed(call) if ref not in values), None)
        if missing is not None:
            raise ModelFormatError(
                f"Layer {layer.path!r} takes output {missing.output} of {missing.layer!r}, which "
                "has none."
            )
        if call.keywords.get("training") is True:
            raise _unsupported(layer, "is called in training mode, whose results are random")
        if layer.model is not None:
            return self.model(layer.model, [values[ref] for ref in call.inputs], f"{name}/")
        scope = Scope(self._builder, layer, name, self._major_version)
        try:
            value = self._lower(scope, call, values)
        except QvizError:
            raise
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as e:
            raise scope.malformed(f"{type(e).__name__} ({e})") from e
        self._builder.claim(value, name)
        return [value]

    def _lower(self, scope: Scope, call: Call, values: Mapping[TensorRef, Value]) -> Value:
        layer = scope.layer
        if layer.kind in ("operation", "function"):
            return self._lower_call(scope, call, values)
        lowering = LAYERS.get(layer.class_name)
        if lowering is None:
            raise scope.unsupported(_why_unknown(layer.class_name))
        inputs = [values[ref] for ref in call.inputs]
        if not inputs:
            raise scope.malformed("it is called without a tensor")
        is_masked = any(tensors_in(call.keywords.get("mask"))) or (
            not self._builder.masked.isdisjoint(inputs)
        )
        if layer.class_name in _READS_MASK and is_masked:
            raise scope.unsupported("leaves out masked steps, which no operator does")
        if layer.class_name not in TAKES_INTEGERS:
            inputs = [scope.cast(x, "float32") for x in inputs]
        value = lowering(scope, inputs)
        if layer.class_name in _PASSES_MASK.split() and is_masked:
            self._builder.masked.add(value)
        return value

    def _lower_call(self, scope: Scope, call: Call, values: Mapping[TensorRef, Value]) -> Value:
        layer = scope.layer
        is_function = layer.kind == "function"
        name = str(layer.config.get("function", "")) if is_function else layer.class_name
        # TensorFlow records some functions under the name of its first version.
        short = name.removeprefix("compat.v1.")
        lowering = FUNCTIONS.get(short) if is_function else OPERATIONS.get(name)
        if lowering is None:
            raise scope.unsupported(f"calls {name!r}, which qviz does not know")
        parameters = {} if is_function else dict(layer.config)
        parameters.pop("name", None)
        keywords = {
            k: _resolve(v, values) for k, v in call.keywords.items() if k not in ("name", "mask")
        }
        return lowering(scope, _resolve(call.arguments, values), parameters | keywords)


def _resolve(value: Any, values: Mapping[TensorRef, Value]) -> Any:
    """`value` with tensors in place of references."""
    if isinstance(value, TensorRef):
        return values[value]
    if isinstance(value, Mapping):
        return {k: _resolve(v, values) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_resolve(v, values) for v in value]
    return value


def _in_order(model: KerasModel, given: Mapping[TensorRef, Value]) -> list[tuple[KerasLayer, int]]:
    """Uses of layers, each after the uses whose results it takes; only those that lead to outputs.

    Raises
    ------
    ModelFormatError
        If uses wait for each other.
    """
    by_name = {layer.name: layer for layer in model.layers}
    available = {(ref.layer, ref.call) for ref in given}
    order: list[tuple[KerasLayer, int]] = []
    done, opened = set(available), set(available)
    pending = [(ref.layer, ref.call) for ref in reversed(model.outputs)]
    while pending:
        key = pending[-1]
        layer, index = by_name[key[0]], key[1]
        if key in done:
            pending.pop()
            continue
        if index >= len(layer.calls) or index < 0:
            raise ModelFormatError(f"Layer {layer.path!r} is not connected to the inputs.")
        needed = dict.fromkeys((ref.layer, ref.call) for ref in _needed(layer.calls[index]))
        before = [use for use in needed if use not in done]
        if not before:
            order.append((layer, index))
            done.add(key)
            pending.pop()
        elif key in opened:
            raise ModelFormatError(f"Layer {layer.path!r} takes its own result as an input.")
        else:
            opened.add(key)
            pending += reversed(before)
    return order


def _why_unknown(class_name: str) -> str:
    if is_keras_class(class_name):
        return "has no counterpart among the operators that qviz lowers layers to"
    return (
        "is of a custom class, whose Python code the file does not hold; export the model with "
        "model.export() and open the SavedModel"
    )


def _needed(call: Call) -> list[TensorRef]:
    """Tensors that must be computed before a use; masks are refused or not needed."""
    keywords = {k: v for k, v in call.keywords.items() if k != "mask"}
    return [*call.inputs, *tensors_in(keywords)]


def _unsupported(layer: KerasLayer, reason: str) -> UnsupportedLayerError:
    return UnsupportedLayerError(
        f"Layer {layer.path!r} ({layer.class_name}) {reason}.",
        layer=layer.path,
        layer_class=layer.class_name,
    )
