"""Folding and fusing change the operators, never what is computed."""

from __future__ import annotations

import numpy as np
import pytest
from builders import activation, constant
from random_networks import RandomNetwork, random_network

from qviz.errors import QvizError
from qviz.execution import Executor
from qviz.graph import Graph, Operator
from qviz.graph.passes import (
    describe_folding,
    fold_batch_norm,
    fold_into_weights,
    fold_padding,
    fuse_activations,
    to_inference_form,
)


def run(graph: Graph, x: np.ndarray) -> tuple[np.ndarray, ...]:
    return Executor(graph).run(x).outputs


def assert_same_results(before: Graph, after: Graph, x: np.ndarray) -> None:
    assert after.inputs == before.inputs
    assert after.outputs == before.outputs
    for expected, got in zip(run(before, x), run(after, x), strict=True):
        reach = float(np.abs(expected).max()) or 1.0
        np.testing.assert_allclose(got, expected, rtol=0, atol=2e-5 * reach)


def kinds(graph: Graph) -> list[str]:
    return [
        o.kind + ("" if o.activation == "NONE" else f"+{o.activation}") for o in graph.operators
    ]


@pytest.mark.parametrize("seed", range(60))
def test_passes_keep_the_outputs_of_random_networks(seed: int) -> None:
    net = random_network(seed)
    graph, x = net.graph(), net.samples(3)
    only_norms = fold_batch_norm(graph)
    assert "BATCH_NORMALIZATION" not in kinds(only_norms)
    assert_same_results(graph, only_norms, x)
    folded = fold_into_weights(graph)
    assert_same_results(graph, folded, x)
    fused = fuse_activations(folded)
    assert_same_results(folded, fused, x)
    assert to_inference_form(fused) is fused
    report = describe_folding(graph)
    batch_norms = [o.layer for o in graph.operators if o.kind == "BATCH_NORMALIZATION"]
    assert [f.layer for f in report.foldings if f.layer.startswith("bn")] == batch_norms
    left = [o.layer for o in folded.operators if o.layer in batch_norms and o.kind == "ADD"]
    assert left == [f.layer for f in report.unfolded]
    gone = {o.layer for o in graph.operators} - {o.layer for o in folded.operators}
    assert gone == {f.layer for f in report.folded}


@pytest.mark.parametrize("seed", range(60, 75))
def test_fusing_before_folding_keeps_the_outputs_too(seed: int) -> None:
    net = random_network(seed)
    graph = net.graph()
    assert_same_results(graph, fold_into_weights(fuse_activations(graph)), net.samples(2))


def test_folded_weights_follow_the_formula_bit_by_bit() -> None:
    net = RandomNetwork(1, 6, 6, 3)
    net.conv(4)
    net.batch_norm()
    graph = net.graph()
    folded = fold_batch_norm(graph)
    conv, bn = graph.operators
    w, b = (graph.tensors[n].real() for n in conv.present_inputs[1:])
    gamma, beta, mean, variance = (graph.tensors[n].real() for n in bn.present_inputs[1:])
    shifted = variance + np.float32(1e-3)
    rs = np.array([np.float32(1 / np.sqrt(float(v))) for v in shifted])
    k = gamma * rs
    assert folded.operators[0].inputs == conv.inputs
    np.testing.assert_array_equal(folded.tensors["conv_0/kernel"].data, w * k[:, None, None, None])
    np.testing.assert_array_equal(folded.tensors["conv_0/bias"].data, (beta - mean * k) + b * k)


def test_folded_operator_keeps_its_layer_and_makes_the_batch_norms_tensor() -> None:
    net = RandomNetwork(2, 6, 6, 3)
    net.conv(4, bias=False)
    net.batch_norm()
    relu = net.unary("RELU")
    folded = to_inference_form(net.graph())
    (operator,) = folded.operators
    assert (operator.layer, operator.outputs) == ("conv_0", (relu,))
    assert operator.inputs == ("x", "conv_0/kernel", "conv_0/bias")
    assert operator.activation == "RELU"


def test_original_graph_is_left_alone() -> None:
    net = RandomNetwork(3, 6, 6, 3)
    net.conv(4)
    net.batch_norm()
    net.unary("RELU")
    graph = net.graph()
    weights = graph.tensors["conv_0/kernel"].real().copy()
    to_inference_form(graph)
    np.testing.assert_array_equal(graph.tensors["conv_0/kernel"].data, weights)
    assert kinds(graph) == ["CONV_2D", "BATCH_NORMALIZATION", "RELU"]


def conv_then_reshape(net: RandomNetwork) -> None:
    net.conv(4)
    net.reshape(1, 36, 4)
    net.batch_norm()
    net.unary("RELU6")


def dense_relu_dense(net: RandomNetwork, *, bias: bool) -> None:
    net.reshape(1, 108)
    net.dense(5)
    net.unary("RELU")
    net.batch_norm()
    net.dense(3, bias=bias)


def two_dense_readers(net: RandomNetwork) -> None:
    net.reshape(1, 108)
    normalized = net.batch_norm()
    net.binary("ADD", net.dense(3, source=normalized), net.dense(3, source=normalized))


def second_reader(net: RandomNetwork) -> None:
    conv = net.conv(4)
    net.binary("ADD", net.batch_norm(), conv)


def sequence(*layers: str):
    def build(net: RandomNetwork) -> None:
        for layer in layers:
            if layer in ("conv", "batch_norm", "depthwise", "dense", "transposed"):
                getattr(net, layer)(*([4] if layer in ("conv", "dense", "transposed") else []))
            elif layer.endswith("POOL_2D"):
                net.pool(layer)
            else:
                net.unary(layer)

    return build


# Operators as TF 2.21's converter gives them for the same Keras layers.
AS_THE_CONVERTER = {
    "conv bn relu": (sequence("conv", "batch_norm", "RELU"), ["CONV_2D+RELU"]),
    "depthwise bn relu6": (
        sequence("depthwise", "batch_norm", "RELU6"),
        ["DEPTHWISE_CONV_2D+RELU6"],
    ),
    "transposed bn relu": (sequence("transposed", "batch_norm", "RELU"), ["TRANSPOSE_CONV+RELU"]),
    "dense of 4 dimensions bn": (sequence("dense", "batch_norm"), ["FULLY_CONNECTED"]),
    "conv bn bn": (sequence("conv", "batch_norm", "batch_norm"), ["CONV_2D"]),
    "conv reshape bn relu6": (conv_then_reshape, ["CONV_2D+RELU6", "RESHAPE"]),
    "conv relu bn": (sequence("conv", "RELU", "batch_norm"), ["CONV_2D+RELU", "MUL", "ADD"]),
    "bn conv": (sequence("batch_norm", "conv"), ["MUL", "ADD", "CONV_2D"]),
    "pool bn relu": (
        sequence("MAX_POOL_2D", "batch_norm", "RELU"),
        ["MAX_POOL_2D", "MUL", "ADD+RELU"],
    ),
    "dense relu bn dense": (
        lambda net: dense_relu_dense(net, bias=True),
        ["RESHAPE", "FULLY_CONNECTED+RELU", "FULLY_CONNECTED"],
    ),
    "dense relu bn dense without bias": (
        lambda net: dense_relu_dense(net, bias=False),
        ["RESHAPE", "FULLY_CONNECTED+RELU", "MUL", "ADD", "FULLY_CONNECTED"],
    ),
    "bn with two dense readers": (
        two_dense_readers,
        ["RESHAPE", "FULLY_CONNECTED", "FULLY_CONNECTED", "ADD"],
    ),
    "second reader": (second_reader, ["CONV_2D", "MUL", "ADD", "ADD"]),
    "conv relu relu6": (sequence("conv", "RELU", "RELU6"), ["CONV_2D+RELU", "RELU6"]),
    "pool relu": (sequence("AVERAGE_POOL_2D", "RELU"), ["AVERAGE_POOL_2D+RELU"]),
    "relu first": (sequence("RELU", "conv"), ["RELU", "CONV_2D"]),
}


@pytest.mark.parametrize("case", AS_THE_CONVERTER)
def test_operators_are_those_of_the_converter(case: str) -> None:
    build, expected = AS_THE_CONVERTER[case]
    net = RandomNetwork(4, 6, 6, 3)
    build(net)
    graph = net.graph()
    assert kinds(to_inference_form(graph)) == expected
    assert_same_results(graph, to_inference_form(graph), net.samples(2))


FOUR = np.array([1.0, 2.0, -3.0, 0.5], np.float32)
THREE = FOUR[:3]


def steps(*calls: tuple[object, ...]):
    """Layers by method name and arguments; a dict at the end holds keywords."""

    def build(net: RandomNetwork) -> None:
        for name, *arguments in calls:
            keywords = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
            getattr(net, str(name))(*arguments, **keywords)

    return build


VALID = {"padding": "VALID"}
PADDED = ((1, 1), (1, 1))
ARITHMETIC_AS_THE_CONVERTER = {
    "hard sigmoid": (
        steps(
            ("conv", 4), ("arithmetic", "ADD", 3), ("unary", "RELU6"), ("arithmetic", "MUL", 0.1)
        ),
        ["CONV_2D+RELU6", "MUL"],
    ),
    "channel by channel": (
        steps(
            ("conv", 4, {"bias": False}),
            ("arithmetic", "MUL", FOUR, {"swapped": True}),
            ("arithmetic", "SUB", FOUR.reshape(1, 1, 1, 4)),
            ("arithmetic", "DIV", 3),
        ),
        ["CONV_2D"],
    ),
    "constant minus x": (
        steps(("conv", 4), ("arithmetic", "SUB", 3, {"swapped": True})),
        ["CONV_2D", "SUB"],
    ),
    "division by zero": (steps(("conv", 4), ("arithmetic", "DIV", 0)), ["CONV_2D", "DIV"]),
    "after an activation": (
        steps(("conv", 4), ("unary", "RELU"), ("arithmetic", "MUL", 3)),
        ["CONV_2D+RELU", "MUL"],
    ),
    "conv add bn relu": (
        steps(("conv", 4), ("arithmetic", "ADD", 3), ("batch_norm",), ("unary", "RELU")),
        ["CONV_2D+RELU"],
    ),
    "rescaling, conv without padding": (
        steps(("arithmetic", "MUL", 0.1), ("arithmetic", "ADD", -0.5), ("conv", 4, 3, VALID)),
        ["CONV_2D"],
    ),
    "rescaling with an offset, padded conv": (
        steps(("arithmetic", "MUL", 0.1), ("arithmetic", "ADD", -0.5), ("conv", 4)),
        ["MUL", "ADD", "CONV_2D"],
    ),
    "rescaling without an offset, padding layer, conv": (
        steps(("arithmetic", "MUL", 0.1), ("pad", *PADDED), ("conv", 4, 3, VALID)),
        ["CONV_2D"],
    ),
    "channels scaled before a conv": (
        steps(("arithmetic", "MUL", THREE), ("conv", 4)),
        ["MUL", "CONV_2D"],
    ),
    "rescaling before depthwise": (
        steps(("arithmetic", "MUL", 0.1), ("arithmetic", "ADD", -0.5), ("depthwise", 2)),
        ["DEPTHWISE_CONV_2D"],
    ),
    "scaled before a transposed conv": (
        steps(("arithmetic", "MUL", 0.1), ("transposed", 4)),
        ["MUL", "TRANSPOSE_CONV"],
    ),
    "channels scaled and shifted before dense": (
        steps(("arithmetic", "MUL", THREE), ("arithmetic", "ADD", THREE), ("dense", 4)),
        ["FULLY_CONNECTED"],
    ),
    "channels scaled before dense without bias": (
        steps(("arithmetic", "MUL", THREE), ("dense", 4, {"bias": False})),
        ["FULLY_CONNECTED"],
    ),
    "shifted alike before dense without bias": (
        steps(("arithmetic", "ADD", 3), ("dense", 4, {"bias": False})),
        ["FULLY_CONNECTED"],
    ),
    "channels shifted before dense without bias": (
        steps(("arithmetic", "ADD", THREE), ("dense", 4, {"bias": False})),
        ["ADD", "FULLY_CONNECTED"],
    ),
    "rescaling, flatten, dense": (
        steps(("arithmetic", "MUL", 0.1), ("reshape", 1, 108), ("dense", 4)),
        ["MUL", "RESHAPE", "FULLY_CONNECTED"],
    ),
    "padding that is SAME": (steps(("pad", *PADDED), ("conv", 4, 3, VALID)), ["CONV_2D"]),
    "padding that is SAME with a stride": (
        steps(("pad", (0, 1), (0, 1)), ("conv", 4, 3, {"padding": "VALID", "stride": 2})),
        ["CONV_2D"],
    ),
    "padding that is not SAME with a stride": (
        steps(("pad", *PADDED), ("conv", 4, 3, {"padding": "VALID", "stride": 2})),
        ["PAD", "CONV_2D"],
    ),
    "padding before depthwise": (
        steps(("pad", *PADDED), ("depthwise", 1)),
        ["DEPTHWISE_CONV_2D"],
    ),
    "padding before a padded conv": (steps(("pad", *PADDED), ("conv", 4)), ["PAD", "CONV_2D"]),
    "padding before a pool": (
        steps(("pad", *PADDED), ("pool", "MAX_POOL_2D")),
        ["PAD", "MAX_POOL_2D"],
    ),
}


@pytest.mark.parametrize("case", ARITHMETIC_AS_THE_CONVERTER)
def test_arithmetic_and_padding_go_where_the_converter_puts_them(case: str) -> None:
    build, expected = ARITHMETIC_AS_THE_CONVERTER[case]
    net = RandomNetwork(4, 6, 6, 3)
    build(net)
    graph = net.graph()
    folded = to_inference_form(graph)
    assert kinds(folded) == expected
    if case != "division by zero":
        assert_same_results(graph, folded, net.samples(2))
    left = {o.layer for o in folded.operators}
    gone = {o.layer for o in graph.operators if not o.kind.startswith("RELU")} - left
    assert gone == {f.layer for f in describe_folding(graph).folded}


def test_weight_without_bias_stays_without_when_it_is_only_scaled() -> None:
    net = RandomNetwork(4, 6, 6, 3)
    net.dense(4, bias=False)
    net.arithmetic("MUL", FOUR)
    (dense,) = fold_into_weights(net.graph()).operators
    assert dense.inputs == ("x", "dense_0/kernel", None)


def test_padding_with_a_second_reader_stays() -> None:
    net = RandomNetwork(4, 6, 6, 3)
    padded = net.pad(*PADDED)
    net.conv(3, 3, padding="VALID")
    graph = net.graph(net.last, padded)
    assert fold_padding(graph) is graph
    net.unary("RELU", source=padded)
    graph = net.graph("conv_1", net.last)
    assert fold_padding(graph) is graph


def test_shared_weights_before_and_after_the_same_constant_are_kept_apart() -> None:
    # y = conv(x * 3) + conv(x) * 3: both scale the kernel, only one the bias.
    net = RandomNetwork(4, 6, 6, 3)
    net.arithmetic("MUL", 3)
    net.conv(3)
    first = net.operators[-1]
    net.operators.append(
        Operator("CONV_2D", ("x", *first.inputs[1:]), ("c2",), first.options, first.layer)
    )
    net.tensors["c2"] = activation("c2", *net.shape("conv_1"))
    product = Operator("MUL", ("c2", "mul_0/value"), ("scaled",), {}, "scaled")
    net.operators.append(product)
    net.tensors["scaled"] = activation("scaled", *net.shape("c2"))
    net.binary("ADD", "conv_1", "scaled")
    graph = net.graph()
    folded = fold_into_weights(graph)
    assert kinds(folded) == ["CONV_2D", "CONV_2D", "ADD"]
    assert_same_results(graph, folded, net.samples(2))


REASONS = {
    "conv relu bn": "RELU of relu_1",
    "bn conv": "before the first weights",
    "pool bn relu": "MAX_POOL_2D of max_pool_2d_0",
    "second reader": "has a second reader",
}


@pytest.mark.parametrize("case", REASONS)
def test_report_says_why_a_batch_norm_stays(case: str) -> None:
    net = RandomNetwork(4, 6, 6, 3)
    AS_THE_CONVERTER[case][0](net)
    report = describe_folding(net.graph())
    (folding,) = report.unfolded
    assert REASONS[case] in folding.reason
    assert report.sentences[0].startswith(f"{folding.layer} stays as a multiplication")


def test_report_names_the_layers_that_took_it_up_and_dead_channels() -> None:
    net = RandomNetwork(5, 6, 6, 3)
    net.conv(3)
    net.batch_norm(gamma=[0.0, 1.0, 0.0])
    net.reshape(1, 108)
    net.batch_norm()
    net.dense(2)
    back, forward = describe_folding(net.graph()).foldings
    assert (back.into, back.forward, back.dead_channels) == (("conv_0",), False, 2)
    assert (forward.into, forward.forward) == (("dense_4",), True)
    assert "folded into the layer before it, conv_0. 2 of its channels" in str(back)


def test_tensor_that_leaves_the_graph_is_neither_folded_nor_fused() -> None:
    net = RandomNetwork(6, 6, 6, 3)
    conv = net.conv(4)
    end = net.batch_norm()
    graph = net.graph(conv, end)
    assert kinds(fold_batch_norm(graph)) == ["CONV_2D", "MUL", "ADD"]
    assert_same_results(graph, fold_batch_norm(graph), net.samples(2))
    net = RandomNetwork(6, 6, 6, 3)
    conv = net.conv(4)
    assert kinds(fuse_activations(net.graph(conv, net.unary("RELU")))) == ["CONV_2D", "RELU"]


@pytest.mark.parametrize("axis", [1, 2])
def test_other_axes_become_broadcast_constants(axis: int) -> None:
    net = RandomNetwork(7, 6, 4, 3)
    net.conv(5)
    net.batch_norm(axis)
    graph = net.graph()
    folded = fold_batch_norm(graph)
    expected = [1, 1, 1, 1]
    expected[axis] = graph.tensors["conv_0"].shape[axis]
    factor = folded.operators[1].inputs[1]
    assert factor is not None
    assert folded.tensors[factor].shape == tuple(expected)
    assert "axis" in describe_folding(graph).unfolded[0].reason
    assert_same_results(graph, folded, net.samples(2))


def shared_conv(*, same_batch_norm: bool) -> tuple[Graph, np.ndarray]:
    """One convolution called on x and on -x, each followed by a batch norm, then added."""
    net = RandomNetwork(8, 5, 5, 2)
    net.conv(3, source="x")
    net.batch_norm()
    net.unary("NEG", source="x")
    conv, bn = net.operators[:2]
    net.operators.append(
        Operator("CONV_2D", ("neg_2", *conv.inputs[1:]), ("c2",), conv.options, "conv_0")
    )
    net.tensors["c2"] = activation("c2", *net.shape("conv_0"))
    net.last = "c2"
    if same_batch_norm:
        net.operators.append(
            Operator(bn.kind, ("c2", *bn.inputs[1:]), ("b2",), bn.options, bn.layer)
        )
        net.tensors["b2"] = activation("b2", *net.shape("c2"))
        net.last = "b2"
    else:
        net.batch_norm()
    net.binary("ADD", "bn_1", net.last)
    return net.graph(), net.samples(2)


def test_shared_layer_before_a_shared_batch_norm_stays_shared() -> None:
    graph, x = shared_conv(same_batch_norm=True)
    folded = fold_batch_norm(graph)
    first, second = (o for o in folded.operators if o.kind == "CONV_2D")
    assert first.inputs[1:] == second.inputs[1:]
    assert_same_results(graph, folded, x)


def test_shared_layer_before_two_batch_norms_gets_weights_of_its_own() -> None:
    graph, x = shared_conv(same_batch_norm=False)
    folded = fold_batch_norm(graph)
    first, second = (o for o in folded.operators if o.kind == "CONV_2D")
    assert first.inputs[1] != second.inputs[1]
    assert_same_results(graph, folded, x)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"moving_variance": [1.0, -0.5, 1.0]}, "variance of -0.5 in channel 1"),
        ({"moving_variance": [1.0, np.nan, 1.0]}, "moving variance"),
        ({"gamma": [np.inf, 1.0, 1.0]}, "gamma"),
        ({"gamma": [3e38, 1, 1], "moving_variance": [0, 1, 1]}, "overflows float32"),
        ({"moving_mean": [3e38, 1, 1], "gamma": [100, 1, 1]}, "overflows float32"),
    ],
)
def test_impossible_parameters_are_refused_with_the_layers_name(parameters, words: str) -> None:
    net = RandomNetwork(9, 6, 6, 3)
    net.conv(3)
    net.batch_norm(**parameters)
    with pytest.raises(QvizError, match=words) as caught:
        fold_batch_norm(net.graph())
    assert "'bn_1'" in str(caught.value)


def test_overflow_of_the_weights_names_both_layers() -> None:
    net = RandomNetwork(9, 6, 6, 3)
    net.conv(3)
    net.batch_norm(gamma=[1e38, 1, 1])
    net.tensors["conv_0/kernel"] = constant("conv_0/kernel", np.full((3, 3, 3, 3), 1e3))
    with pytest.raises(QvizError, match="'bn_1' into 'conv_0' overflows"):
        fold_batch_norm(net.graph())


def test_zero_gamma_and_zero_variance_are_legal() -> None:
    net = RandomNetwork(10, 6, 6, 3)
    net.conv(3)
    net.batch_norm(gamma=[0, 1, 1], moving_variance=[1, 0, 1])
    assert_same_results(net.graph(), fold_batch_norm(net.graph()), net.samples(2))


def test_graph_without_anything_to_do_is_given_back_as_it_is() -> None:
    net = RandomNetwork(11, 6, 6, 3)
    net.conv(3)
    graph = net.graph()
    assert to_inference_form(graph) is graph
    assert describe_folding(graph).foldings == ()
