from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders import activation, constant, operator
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import qviz
from qviz.errors import SchemeError
from qviz.evaluation import artifact_files
from qviz.execution import Executor
from qviz.formats.keras.model import KerasModel
from qviz.graph import Graph
from qviz.quantization import SCHEMES, calibrate, change_weights, quantize, scheme
from qviz.quantization.changed_weights import kernel_names
from qviz.quantization.clustering import clustering
from qviz.quantization.pruning import prunings
from qviz.resources import sample_models

STARTS = ("linear", "k-means++")
RANDOM = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(5).normal(0, 1, shape).astype(np.float32)


@pytest.fixture(scope="module")
def digits() -> Graph:
    return qviz.open_model(sample_models() / "digits" / "digits.keras")


def pruned(values: np.ndarray, sparsity: float) -> np.ndarray:
    return prunings({"w": values}, sparsity)["w"](values)


@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_the_smallest_weights_go(sparsity: float) -> None:
    values = normal(40, 25)
    left = pruned(values, sparsity)
    gone = left == 0
    assert gone.sum() == round(sparsity * 1000)
    assert np.array_equal(left[~gone], values[~gone])
    if gone.any():
        assert np.abs(values[gone]).max() < np.abs(values[~gone]).min()


def test_equal_magnitudes_share_their_fate() -> None:
    values = np.array([1, -1, 1, 1, 2, -3, 4, 5], np.float32)
    # 4 of 8 are 1: nearer to 3 than none.
    assert (pruned(values, 3 / 8) == 0).sum() == 4
    assert (pruned(values, 1 / 8) == 0).sum() == 0
    assert (pruned(np.ones(10, np.float32), 0.3) == 0).sum() == 0


def test_zeros_that_are_there_count() -> None:
    values = np.array([0, 0, 0, 1, 2, 3, 4, 5], np.float32)
    assert np.array_equal(pruned(values, 0.25), values)
    assert (pruned(values, 0.5) == 0).sum() == 4


def test_global_pruning_takes_from_the_layers_with_small_weights() -> None:
    weights = {"small": normal(100) / 10, "large": normal(300)}
    by_name = prunings(weights, 0.25, "global")
    zeros = {name: int((by_name[name](w) == 0).sum()) for name, w in weights.items()}
    assert sum(zeros.values()) == 100
    assert zeros["small"] > 2 * 25
    by_layer = prunings(weights, 0.25)
    assert [int((by_layer[n](w) == 0).sum()) for n, w in weights.items()] == [25, 75]


@pytest.mark.parametrize("start", ["linear", "k-means++"])
def test_clustering_finds_clusters_that_are_there(start: str) -> None:
    centres = np.array([-3.0, -0.5, 0.25, 2.0])
    values = (np.repeat(centres, 50) + normal(200) / 100).astype(np.float32)
    found = clustering(values, 4, start=start)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.centroids, centres, atol=0.01)
    left = found(values)
    assert len(np.unique(left)) == 4
    assert np.abs(left - values).max() < 0.05


@pytest.mark.parametrize("start", ["linear", "k-means++"])
def test_clustering_ends_in_a_fixed_point_of_lloyd(start: str) -> None:
    values = normal(3000)
    left = clustering(values, 16, start=start)(values)  # type: ignore[arg-type]
    centroids = np.unique(left)
    assert len(centroids) == 16
    nearest = centroids[np.abs(values[:, None] - centroids).argmin(axis=1)]
    assert np.array_equal(nearest, left)
    means = [values[left == c].mean(dtype=np.float64) for c in centroids]
    np.testing.assert_allclose(means, centroids, atol=0.02)
    # Sixteen values chosen for the data are better than sixteen equal steps.
    steps = np.linspace(values.min(), values.max(), 16)
    equal = steps[np.abs(values[:, None] - steps).argmin(axis=1)]
    assert ((left - values) ** 2).mean() < 0.7 * ((equal - values) ** 2).mean()


def test_clustering_is_the_same_every_time_and_seeded() -> None:
    values = normal(2000)
    one = clustering(values, 8, start="k-means++", seed=3).centroids
    assert np.array_equal(one, clustering(values, 8, start="k-means++", seed=3).centroids)
    # The start matters little where there is much; but it is drawn.
    other = clustering(values[:50], 8, start="k-means++", seed=4).centroids
    assert not np.array_equal(
        other, clustering(values[:50], 8, start="k-means++", seed=5).centroids
    )


@pytest.mark.parametrize("start", ["linear", "k-means++"])
def test_no_cluster_is_wasted_on_a_gap(start: str) -> None:
    # A linear start puts most centroids where there is nothing.
    values = np.concatenate([normal(500) / 100, normal(500) / 100 + 50, [-70]]).astype(np.float32)
    left = clustering(values, 12, start=start)(values)  # type: ignore[arg-type]
    assert len(np.unique(left)) == 12
    assert np.abs(left - values).max() < 0.02


def test_zero_is_kept_as_a_value_of_its_own() -> None:
    values = pruned(normal(4000), 0.6)
    zeros = values == 0
    kept = clustering(values, 16, keep_zero=True)(values)
    assert np.array_equal(kept == 0, zeros)
    assert len(np.unique(kept)) == 16
    mixed = normal(4000) + np.float32(0.3)
    mixed[:400] = 0
    assert not (clustering(mixed, 16)(mixed) == 0).any()
    assert (clustering(mixed, 16, keep_zero=True)(mixed) == 0).sum() == 400


def test_few_values_stay_as_they_are() -> None:
    values = np.array([1, 2, 2, 3, 0], np.float32)
    assert np.array_equal(clustering(values, 4)(values), values)
    assert np.array_equal(clustering(values, 4, keep_zero=True)(values), values)
    assert clustering(values, 3)(values).size == 5
    same = np.full(7, 0.5, np.float32)
    assert np.array_equal(clustering(same, 2)(same), same)
    none = np.zeros((0, 3), np.float32)
    assert clustering(none, 2)(none).shape == (0, 3)


def test_only_kernels_are_changed() -> None:
    tensors = [
        activation("x", 1, 4, 4, 2),
        constant("dw/kernel", normal(1, 3, 3, 2)),
        constant("dw/bias", normal(2)),
        activation("dw", 1, 4, 4, 2),
        constant("shape", [-1, 32], np.int32),
        activation("flat", 1, 32),
        constant("dense/kernel", normal(3, 32)),
        constant("dense/bias", normal(3)),
        activation("dense", 1, 3),
    ]
    options = dict.fromkeys(
        ("stride_h", "stride_w", "dilation_h_factor", "dilation_w_factor", "depth_multiplier"), 1
    )
    operators = [
        operator(
            "DEPTHWISE_CONV_2D", ("x", "dw/kernel", "dw/bias"), "dw", padding="SAME", **options
        ),
        operator("RESHAPE", ("dw", "shape"), "flat", new_shape=(-1, 32)),
        operator("FULLY_CONNECTED", ("flat", "dense/kernel", "dense/bias"), "dense"),
    ]
    graph = Graph.build(operators, tensors, ["x"], ["dense"])
    assert kernel_names(graph) == ("dense/kernel",)
    changed = change_weights(graph, scheme("float32:prune=0.5:clusters=4"))
    for name, tensor in graph.constants().items():
        same = np.array_equal(tensor.data, changed.tensors[name].data)  # type: ignore[arg-type]
        assert same == (name != "dense/kernel"), name
    assert change_weights(graph, SCHEMES["int8"]) is graph


def test_weights_that_are_no_numbers_are_refused() -> None:
    tensors = [
        activation("x", 1, 2),
        constant("dense/kernel", [[1, np.nan]]),
        activation("dense", 1, 1),
    ]
    layer = operator("FULLY_CONNECTED", ("x", "dense/kernel", None), "dense")
    graph = Graph.build([layer], tensors, ["x"], ["dense"])
    with pytest.raises(SchemeError, match="dense/kernel holds NaN"):
        change_weights(graph, scheme("int8:clusters=4"))


WEIGHTS = arrays(
    np.float32,
    array_shapes(max_dims=4, max_side=6),
    elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
)


@given(WEIGHTS, st.floats(0, 0.99), st.integers(2, 20), st.booleans(), st.sampled_from(STARTS))
def test_any_weights_can_be_pruned_and_clustered(
    values: np.ndarray, sparsity: float, clusters: int, keep_zero: bool, start: str
) -> None:
    left = pruned(values, sparsity)
    assert left.shape == values.shape
    assert left.dtype == values.dtype
    kept = left != 0
    assert np.array_equal(left[kept], values[kept])
    found = clustering(left, clusters, start=start, keep_zero=keep_zero)  # type: ignore[arg-type]
    clustered = found(left)
    assert len(np.unique(clustered)) <= clusters
    assert left.min() <= clustered.min() <= clustered.max() <= left.max()
    if keep_zero:
        assert (clustered[left == 0] == 0).all()
    # A layout is no matter.
    assert np.array_equal(found(left.T), clustered.T)


def test_layers_and_graph_are_changed_alike(digits: Graph) -> None:
    changed = change_weights(digits, scheme("tfjs-uint8:prune=0.7:clusters=8"))
    assert changed.source is not None
    assert digits.source is not None
    assert isinstance(changed.source.model, KerasModel)
    layers = {layer.path: layer for layer in changed.source.model.leaves()}
    before = {layer.path: layer for layer in digits.source.model.leaves()}
    for name in kernel_names(digits):
        path, weight = name.rsplit("/", 1)
        stored = layers[path].weight(weight)
        values = changed.tensors[name].real()
        assert stored is not None
        assert stored.shape == before[path].weight(weight).shape
        assert len(np.unique(stored)) == 8
        assert np.array_equal(np.sort(stored, axis=None), np.sort(values, axis=None))
    dense = layers["dense1"].weight("kernel")
    assert dense is not None
    assert np.array_equal(dense.T, changed.tensors["dense1/kernel"].real())
    # What is not a kernel is the same object still.
    assert layers["dense1"].weight("bias") is before["dense1"].weight("bias")


def test_tfjs_files_hold_the_pruned_weights(digits: Graph) -> None:
    recipe = scheme("tfjs-uint8:prune=0.7")
    quantized = quantize(digits, recipe)
    files = artifact_files(digits, quantized, recipe)
    data = b"".join(f for name, f in sorted(files.items()) if name != "model.json")
    offset = 0
    for group in json.loads(files["model.json"])["weightsManifest"]:
        for weight in group["weights"]:
            count = int(np.prod(weight["shape"]))
            codes = np.frombuffer(data, np.uint8, count, offset)
            offset += count
            if weight["name"].endswith("dense1/kernel"):
                steps = weight["quantization"]
                real = codes * steps["scale"] + steps["min"]
                own = quantized.tensors["dense1/kernel"].real()
                np.testing.assert_allclose(real.reshape(weight["shape"]).T, own, atol=1e-6)
                assert (own == 0).mean() >= 0.7
                return
    pytest.fail("there is no kernel of dense1")


@pytest.mark.parametrize("name", ["float32", "float16", "dynamic-range", "int8", "int16x8"])
def test_quantizing_a_changed_model_is_quantizing_it_and_then_the_scheme(
    digits: Graph, name: str
) -> None:
    recipe = SCHEMES[name].with_options(pruning=0.5, clusters=16)
    changed = change_weights(digits, recipe)
    x = RANDOM.random((4, 8, 8, 1), np.float32)
    statistics = calibrate(changed, [x]) if recipe.needs_calibration else None
    at_once = quantize(digits, recipe, statistics)
    one_by_one = quantize(changed, recipe.on_changed_weights(), statistics)
    assert np.array_equal(
        Executor(at_once).run(x).outputs[0], Executor(one_by_one).run(x).outputs[0]
    )


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("int8:prune=0.5", {"pruning": 0.5}),
        ("int8:prune=0.5:scope=global", {"pruning": 0.5, "pruning_scope": "global"}),
        ("tfjs-uint8:clusters=16", {"clusters": 16}),
        ("int8:clusters=8:start=k-means++", {"clusters": 8, "cluster_start": "k-means++"}),
        ("int8-only:per-tensor", {"per_channel": False}),
        ("int8:percentile=99.9", {"percentile": 99.9, "range_estimator": "percentile"}),
        ("int16x8:calibration=true", {"calibration": "true"}),
    ],
)
def test_schemes_with_options_are_written_with_colons(text: str, fields: dict[str, object]) -> None:
    recipe = scheme(text)
    assert recipe.id == text
    assert {name: getattr(recipe, name) for name in fields} == fields
    preset = SCHEMES[text.partition(":")[0]]
    assert recipe.title.startswith(f"{preset.title}, ")
    assert scheme(recipe.id) == recipe


def test_pruning_names_a_scheme_and_undoing_it_takes_the_name_away() -> None:
    int8 = SCHEMES["int8"]
    assert int8.with_options(pruning=0.25, clusters=32).id == "int8:prune=0.25:clusters=32"
    assert int8.with_options(pruning=0.25).with_options(pruning=0.0) == int8
    assert int8.with_options(calibration="true").id == "int8"
    assert not int8.changes_weights


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int8:prune=1", "cannot be pruned"),
        ("int8:prune=-0.1", "cannot be pruned"),
        ("int8:prune=nan", "cannot be pruned"),
        ("int8:prune=half", "not a number"),
        ("int8:clusters=1", "clustered to 1 values"),
        ("int8:clusters=2.5", "not a number"),
        ("int8:scope=model", "layer or global"),
        ("int8:start=random", "linear or k-means"),
        ("int8:", "no option ''"),
        ("int8:sparse", "no option 'sparse'"),
        ("int8:prune", "no option 'prune'"),
        ("int8:per-tensor=yes", "no option"),
        ("int8:percentile=3", "between 50 and 100"),
        ("int8:calibration=none", "tensorflow or true"),
        ("int4:prune=0.5", "no scheme 'int4'"),
        ("float16:per-tensor", "no use for 'per-tensor'"),
        ("dynamic-range:percentile=99", "no use for"),
        ("tfjs-uint8:calibration=true", "no use for"),
    ],
)
def test_bad_options_are_said(text: str, message: str) -> None:
    with pytest.raises(SchemeError, match=message):
        scheme(text)


def test_sample_is_not_changed_by_its_path(digits: Graph, tmp_path: Path) -> None:
    before = digits.tensors["dense1/kernel"].real().copy()
    quantize(digits, "float16:prune=0.9")
    assert np.array_equal(digits.tensors["dense1/kernel"].real(), before)
