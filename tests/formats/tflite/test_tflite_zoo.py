"""Files that others made: all open, and a rewritten one computes the same."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from tflite_runs import RESOLVERS, assert_same, run

from qviz.formats.tflite import read_tflite, write_tflite
from qviz.graph import layers

# The interpreter itself fails on random inputs (an index outside) or takes no arrays (strings).
NOT_RUN = {"a5c3b4-simple_scatter_nd_op.tflite", "9f0256-string_input_model_with_signature.bin"}
LARGE_BYTES = 20_000


@pytest.fixture(scope="module")
def index(shared_folder: Path) -> list[dict[str, str]]:
    with (shared_folder / "zoo" / "tflite" / "INDEX.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def files(shared_folder: Path, index: list[dict[str, str]]) -> dict[str, bytes]:
    folder = shared_folder / "zoo" / "tflite"
    return {row["file"]: (folder / row["file"]).read_bytes() for row in index}


def test_every_file_opens(files: dict[str, bytes], index: list[dict[str, str]]) -> None:
    assert len(files) >= 112
    for row in index:
        graph = read_tflite(files[row["file"]], row["file"])
        listed = {kind for kind in row["operators"].split(",") if kind}
        kinds = {o.kind for g in graph.source.model.subgraphs for o in g.operators}
        # A DENSIFY is done when the file is read.
        assert kinds == listed - {"DENSIFY"}, row["file"]
        types = [graph.tensors[name].dtype for name in graph.inputs]
        named = [n if n != "string" else "object" for n in row["input_dtypes"].split(",") if n]
        assert types == [np.dtype(n) for n in named], row["file"]
        assert sum(len(layer.operators) for layer in layers(graph)) == len(graph.operators)


def test_constants_are_views_into_the_file(files: dict[str, bytes]) -> None:
    data = files["5b9e0d-vww96_f.tflite"]
    stored = np.frombuffer(data, np.uint8)
    graph = read_tflite(data)
    weights = [t for t in graph.tensors.values() if t.is_constant and t.size > 100]
    assert len(weights) > 20
    assert all(np.shares_memory(stored, t.data) for t in weights)


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_a_rewritten_file_computes_the_same(files: dict[str, bytes], resolver: str) -> None:
    for name, data in files.items():
        rewritten = write_tflite(read_tflite(data, name))
        if name not in NOT_RUN:
            assert_same(run(data, resolver), run(rewritten, resolver))


def test_a_rewritten_file_is_hardly_larger(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if len(data) >= LARGE_BYTES and "sparse" not in name:
            assert len(write_tflite(read_tflite(data, name))) <= 1.03 * len(data), name


def test_reading_what_was_written_changes_nothing(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        written = write_tflite(read_tflite(data, name))
        assert write_tflite(read_tflite(written, name)) == written, name


def test_layers_have_the_names_of_the_author(files: dict[str, bytes]) -> None:
    def names(file: str) -> list[str]:
        return [layer.name for layer in layers(read_tflite(files[file], file))]

    resnet = names("b5c004-pretrainedResnet.tflite")
    assert {f"conv2d_{i}" for i in range(1, 9)} | {"conv2d", "dense"} <= set(resnet)
    mobilenet = names("3cc6d2-mobilenet_v1_0.5_160_quant.tflite")
    assert mobilenet[:3] == [
        "MobilenetV1/Conv2d_0",
        "MobilenetV1/Conv2d_1_depthwise",
        "MobilenetV1/Conv2d_1_pointwise",
    ]
    hello = names("505ee4-hello_world_int8.tflite")
    assert hello == ["dense", "dense_1", "dense_2"]


def test_float16_weights_belong_to_the_layer_that_reads_them(files: dict[str, bytes]) -> None:
    graph = read_tflite(files["99bf94-face_detection_full_range.tflite"])
    (first,) = [layer for layer in layers(graph) if layer.name == "conv2d"]
    kinds = [graph.operators[i].kind for i in first.operators]
    assert sorted(kinds) == ["CONV_2D", "DEQUANTIZE", "DEQUANTIZE"]
    assert len(first.weights) == 2


def test_sparse_weights_are_those_of_the_dense_twin(files: dict[str, bytes]) -> None:
    graph = read_tflite(files["671dd2-face_detection_full_range_sparse.tflite"])
    weights = [
        t.data
        for t in graph.tensors.values()
        if t.is_constant and t.dtype == np.float16 and t.size > 5000
    ]
    share = [float((w == 0).mean()) for w in weights]
    # The network was pruned; if levels were read wrongly, runs of the two resolvers would differ.
    assert max(share) > 0.5


def test_integer_lstm_keeps_the_scales_of_its_inner_steps(files: dict[str, bytes]) -> None:
    graph = read_tflite(files["a44e4d-trained_lstm_quant.tflite"])
    (lstm,) = [o for o in graph.operators if o.kind == "UNIDIRECTIONAL_SEQUENCE_LSTM"]
    assert len(lstm.options["intermediates"]) == 5
    state = graph.tensors[lstm.inputs[18]]
    assert state.data is not None
    assert (state.data == state.quantization.zero_point[0]).all()
