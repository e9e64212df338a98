"""Operator versions against files of TensorFlow's converter, and in the resolvers."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from builders import activation, constant
from tflite_runs import RESOLVERS, interpreter

from qviz.formats.tflite import read_tflite, write_tflite
from qviz.formats.tflite.versions import operator_version
from qviz.graph import Operator, QuantizationParams, Tensor

GOLDEN = Path(__file__).parents[2] / "golden" / "quantizer"


def converted() -> Iterator[tuple[str, bytes]]:
    """Files that TensorFlow's converter wrote."""
    for path in sorted(GOLDEN.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".tflite"):
                    yield f"{path.stem}/{name}", archive.read(name)


def versions(data: bytes) -> dict[int, int]:
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    return {max(c.builtinCode, c.deprecatedBuiltinCode): c.version for c in model.operatorCodes}


def rewritten(data: bytes) -> bytes:
    """The file with versions chosen anew."""
    graph = read_tflite(data)
    return write_tflite(graph.rebuild([replace(o, version=0) for o in graph.operators]))


def test_versions_are_those_of_the_converter() -> None:
    compared = 0
    for name, data in converted():
        # The older 16x8 quantizer leaves the versions of int8 behind.
        if "int16" not in name:
            assert versions(rewritten(data)) == versions(data), name
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_a_resolver_that_takes_the_file_takes_the_rewritten_one(resolver: str) -> None:
    taken = 0
    for name, data in converted():
        try:
            interpreter(data, resolver)
        except (RuntimeError, ValueError):
            continue
        try:
            interpreter(rewritten(data), resolver)
        except (RuntimeError, ValueError) as error:
            pytest.fail(f"{name}: {error}")
        taken += 1
    assert taken > 200


def version(kind: str, *inputs: Tensor | None, output: Tensor, **options: Any) -> int:
    names = tuple(None if t is None else t.name for t in inputs)
    tensors = {t.name: t for t in (*inputs, output) if t is not None}
    return operator_version(Operator(kind, names, (output.name,), options), tensors)


def per_channel(tensor: Tensor) -> Tensor:
    scales = np.ones(tensor.shape[0], np.float32)
    params = QuantizationParams(scales, np.zeros(tensor.shape[0], np.int64), 0)
    return replace(tensor, quantization=params)


def test_hybrid_operators() -> None:
    x, y = activation("x", 1, 4, 4, 3), activation("y", 1, 4, 4, 2)
    weights = constant("w", np.ones((2, 1, 1, 3)), np.int8)
    assert version("CONV_2D", x, weights, None, output=y) == 2
    assert version("CONV_2D", x, per_channel(weights), None, output=y) == 5
    flat, dense = activation("x", 1, 3), constant("w", np.ones((2, 3)), np.int8)
    z = activation("z", 1, 2)
    assert version("FULLY_CONNECTED", flat, dense, None, output=z) == 3
    asymmetric = {"asymmetric_quantize_inputs": True}
    assert version("FULLY_CONNECTED", flat, dense, None, output=z, **asymmetric) == 9
    assert version("FULLY_CONNECTED", flat, per_channel(dense), None, output=z) == 12


def test_grouped_convolution() -> None:
    x, y = activation("x", 1, 4, 4, 6), activation("y", 1, 4, 4, 4)
    weights = constant("w", np.ones((4, 1, 1, 3)))
    assert version("CONV_2D", x, weights, None, output=y) == 6


def test_a_narrow_bias_of_16x8_needs_a_newer_runtime() -> None:
    x, y = activation("x", 1, 3, dtype=np.int16), activation("y", 1, 2, dtype=np.int16)
    weights = constant("w", np.ones((2, 3)), np.int8)
    for bias_type, needed in (("INT32", 11), ("INT64", 4), ("FLOAT32", 4)):
        options = {"quantized_bias_type": bias_type}
        assert version("FULLY_CONNECTED", x, weights, None, output=y, **options) == needed


def test_a_version_is_never_lowered() -> None:
    x, y = activation("x", 1, 3), activation("y", 1, 3)
    relu = Operator("RELU", ("x",), ("y",), version=7)
    assert operator_version(relu, {"x": x, "y": y}) == 7
