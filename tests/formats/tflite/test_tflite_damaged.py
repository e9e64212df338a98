"""Damaged and hostile files: a graph or one clear sentence, at the cost of the file's size."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from builders import activation, constant, operator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qviz.errors import ModelFormatError
from qviz.formats.tflite import read_tflite, write_tflite
from qviz.graph import Graph

LARGEST_SEED_BYTES = 6000
CASES_PER_FILE = 150


def dense_file() -> bytes:
    weights = np.arange(12).reshape(3, 4)
    tensors = [activation("x", 1, 4), constant("w", weights), activation("y", 1, 3)]
    options = {"fused_activation_function": "RELU", "keep_num_dims": True}
    dense = operator("FULLY_CONNECTED", ("x", "w", None), "y", **options)
    return write_tflite(Graph.build([dense], tensors, ["x"], ["y"]))


def changed(change: Any) -> bytes:
    """The dense file with its unpacked model changed."""
    data = dense_file()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    change(model, model.subgraphs[0])
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def tensor(subgraph: Any, name: bytes) -> Any:
    return next(t for t in subgraph.tensors if t.name == name)


def set_at(target: str, attribute: str, value: Any) -> Any:
    def change(model: Any, subgraph: Any) -> None:
        thing = {
            "model": lambda: model,
            "subgraph": lambda: subgraph,
            "operator": lambda: subgraph.operators[0],
            "code": lambda: model.operatorCodes[0],
            "options": lambda: subgraph.operators[0].builtinOptions,
        }.get(target, lambda: tensor(subgraph, target.encode()))()
        setattr(thing, attribute, value)

    return change


def scales(model: Any, subgraph: Any) -> None:
    params = tensor(subgraph, b"w").quantization
    params.scale, params.zeroPoint, params.quantizedDimension = [1.0, 2.0], [0, 0], 0


def outside(model: Any, subgraph: Any) -> None:
    buffer = model.buffers[tensor(subgraph, b"w").buffer]
    buffer.data, buffer.offset, buffer.size = None, 100, 2**40


def sparse(dense_size: int) -> Any:
    def change(model: Any, subgraph: Any) -> None:
        level = schema.DimensionMetadataT()
        level.format, level.denseSize = schema.DimensionType.DENSE, dense_size
        sparsity = schema.SparsityParametersT()
        sparsity.traversalOrder, sparsity.dimMetadata = [0, 1], [level, level]
        tensor(subgraph, b"w").sparsity = sparsity

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (set_at("w", "shape", [3, 5]), "'w' of shape .3, 5. needs 60 stored"),
        (set_at("w", "shape", [2**31 - 1] * 4), "'w' of shape"),
        (set_at("x", "shape", [1, -4]), "'x' has the shape"),
        (set_at("x", "shape", [1] * 40), "40 dimensions"),
        (set_at("w", "buffer", 99), "no buffer 99"),
        (set_at("w", "buffer", 0), "'w' is read, but it has no data"),
        (set_at("w", "type", 21), "FLOAT8"),
        (set_at("w", "externalBuffer", 3), "another file"),
        (set_at("operator", "inputs", [0, 1, 55]), "no tensor 55"),
        (set_at("operator", "inputs", [0, -7, -1]), "no tensor -7"),
        (set_at("operator", "inputs", [2, 1, -1]), "reads 'y' before it is made"),
        (set_at("operator", "outputs", [0, 2]), "makes 'x' a second time"),
        (set_at("operator", "opcodeIndex", 4), "no operator code 4"),
        (set_at("code", "builtinCode", 4000), "builtin operator 4000"),
        (set_at("options", "fusedActivationFunction", 99), "fused_activation_function 99"),
        (set_at("subgraph", "inputs", [17]), "no tensor 17"),
        (set_at("model", "subgraphs", []), "without a network"),
        (scales, "2 scales along dimension 0"),
        (outside, "cut short"),
        (sparse(2), "stores 12 values for 4 places"),
        (sparse(2**30), "larger than its values"),
    ],
)
def test_each_fault_is_named(change: Any, words: str) -> None:
    with pytest.raises(ModelFormatError, match=words):
        read_tflite(changed(change), "bad.tflite")


@pytest.mark.parametrize("data", [b"", b"TFL3", b"\0" * 64, b"PK\x03\x04" + b"\0" * 64])
def test_another_file_is_not_a_model(data: bytes) -> None:
    with pytest.raises(ModelFormatError, match=r"bad\.tflite is not a TFLite file"):
        read_tflite(data, "folder/bad.tflite")


def test_the_unchanged_file_opens() -> None:
    graph = read_tflite(changed(lambda model, subgraph: None))
    assert [o.kind for o in graph.operators] == ["FULLY_CONNECTED"]


def test_a_count_larger_than_the_file_takes_no_memory() -> None:
    data = bytearray(dense_file())
    root = int.from_bytes(data[:4], "little")
    model = schema.Model.GetRootAsModel(bytes(data), 0)
    for slot in (6, 8, 12, 14):
        offset = model._tab.Offset(slot)
        vector = model._tab.Vector(offset) - 4
        hostile = bytearray(data)
        hostile[vector : vector + 4] = (2**30).to_bytes(4, "little")
        tracemalloc.start()
        with pytest.raises(ModelFormatError):
            read_tflite(bytes(hostile))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1_000_000
    assert root > 0


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.integers(0, 2**32 - 1))
def test_any_damage_gives_a_graph_or_a_sentence(seed: int) -> None:
    check(damaged(dense_file(), np.random.default_rng(seed)))


def test_any_damage_to_real_files_gives_a_graph_or_a_sentence(shared_folder: Path) -> None:
    random = np.random.default_rng(20)
    refused = cases = 0
    for path in sorted((shared_folder / "zoo" / "tflite").iterdir()):
        if path.suffix == ".tsv" or path.stat().st_size > LARGEST_SEED_BYTES:
            continue
        data = path.read_bytes()
        for _ in range(CASES_PER_FILE):
            refused += check(damaged(data, random))
            cases += 1
    assert cases > 9000
    assert cases // 10 < refused < cases


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """A copy cut short, or with one to eight bytes or words changed."""
    if random.random() < 0.15:
        return data[: random.integers(8, len(data))]
    bad = bytearray(data)
    for _ in range(random.integers(1, 9)):
        at = int(random.integers(8, len(bad) - 4))
        if random.random() < 0.5:
            bad[at] = random.integers(256)
        else:
            word = random.choice([0, 1, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, int(random.integers(2**32))])
            bad[at : at + 4] = int(word).to_bytes(4, "little")
    return bytes(bad)


def check(data: bytes) -> bool:
    """Read damaged data; whether they were refused. Every other error fails the test."""
    try:
        graph = read_tflite(data, "bad.tflite")
    except ModelFormatError:
        return True
    assert isinstance(graph, Graph)
    return False
