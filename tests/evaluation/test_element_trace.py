"""One element taken apart: the steps give the executor's code, and say where it comes from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import activation, constant, operator
from random_integer_graphs import RandomGraph
from small_network import network, samples

import qviz
from qviz.errors import CalibrationError, DatasetError, ExecutionError, SchemeError
from qviz.evaluation import Dataset, load_dataset
from qviz.evaluation.element import MOST_TERMS, ElementChoice, ElementTrace, ElementTracer
from qviz.evaluation.element import requantizing as chain_module
from qviz.evaluation.element.preparing import sample_of, tracer_steps
from qviz.evaluation.element.text import as_csv, as_json, lines
from qviz.evaluation.random_inputs import random_inputs
from qviz.execution import MODES, Executor
from qviz.graph import Graph
from qviz.progress import finish
from qviz.quantization import scheme as scheme_named
from qviz.resources import sample_models

# By the first letters of their names.
SMALL_FILES = (
    *("505ee4", "b97b09", "b86192", "ce7980", "f2e8dc", "b268eb", "210702", "cc3e36", "79e488"),
    *("f6b445", "a6f209", "b18773", "42febf", "c1143b", "09d853", "f61797"),
)


@pytest.fixture(scope="module")
def digits() -> tuple[Graph, Dataset]:
    graph = qviz.open_model(str(sample_models() / "digits" / "digits.keras"))
    return graph, load_dataset("digits", model=graph)


def made(graph: Graph, data: Dataset | None, scheme: str, mode: str = "reference") -> ElementTracer:
    return finish(tracer_steps(graph, scheme_named(scheme), data, rounding=mode))


def some_elements(
    tracer: ElementTracer, sample: Any, count: int, random: np.random.Generator
) -> Iterator[ElementTrace]:
    """The element of the largest error of every operator, and random ones."""
    for name in tracer.layer_names:
        first = tracer.trace(sample, ElementChoice(name))
        for choice in first.operators:
            worst = tracer.trace(sample, ElementChoice(name, operator=choice.index))
            yield worst
            for _ in range(count if worst.steps else 0):
                at = tuple(int(random.integers(n)) for n in worst.output_shape)
                yield tracer.trace(sample, ElementChoice(name, at, operator=choice.index))


def check(trace: ElementTrace, codes: np.ndarray) -> None:
    """The steps end with what an executor of its own gave, and hang together."""
    stored = codes[trace.at]
    if trace.code is None:
        assert trace.steps[-1].value == pytest.approx(float(stored), nan_ok=True, abs=0)
        return
    assert trace.code == int(stored)
    assert trace.steps[-1].name == "Real value"
    assert trace.steps[-1].value == trace.value
    if len(trace.steps) > 1:
        assert trace.steps[-2].value == trace.code
    terms = trace.terms
    if terms is not None and not terms.is_maximum and terms.shown == terms.count:
        assert terms.total == terms.products.sum() == terms.running[-1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
def test_random_integer_graphs(dtype: Any, mode: str) -> None:
    random, kinds = np.random.default_rng(4), Counter[str]()
    for seed in range(900, 912):
        made_up = RandomGraph(seed, dtype, 8)
        x = made_up.input()
        tracer = ElementTracer(made_up.graph, None, mode)
        run = Executor(made_up.graph, mode).run(x, taps="all")
        for trace in some_elements(tracer, {"x": x}, 4, random):
            if trace.steps:
                kinds[trace.operator.kind] += 1
                check(trace, run[trace.operator.tensor])
            else:
                assert "has no step view here" in trace.note
    assert len(kinds) >= 14
    assert sum(kinds.values()) >= 300


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scheme", ["int8", "int8:per-tensor", "int16x8", "dynamic-range"])
def test_schemes_on_the_sample(digits: tuple[Graph, Dataset], scheme: str, mode: str) -> None:
    graph, data = digits
    tracer = made(graph, data, scheme, mode)
    sample = sample_of(tracer, data, 3)
    run = Executor(tracer.quantized, mode).run(_codes(tracer.quantized, sample), taps="all")
    floats = Executor(qviz.quantize(graph, "float32")).run(sample, taps="all")
    random, kinds = np.random.default_rng(1), Counter[str]()
    for trace in some_elements(tracer, sample, 6, random):
        if not trace.steps:
            continue
        kinds[trace.operator.kind] += 1
        check(trace, run[trace.operator.tensor])
        origin = tracer.quantized.tensors[trace.operator.tensor].origin or trace.operator.tensor
        assert trace.float_value == float(floats[origin][trace.at])
        parts = sum(part.value for part in trace.contributions)
        assert parts == pytest.approx(trace.difference, abs=1e-6)
        sums = next((p for p in trace.contributions if p.name == "float32 sums"), None)
        assert sums is not None
        # The float multiply-adds give what the float executor gives.
        assert abs(sums.value) < 1e-4 * max(1.0, abs(trace.float_value))
    wanted = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}
    if scheme == "dynamic-range":
        # Which leaves small weights in float32.
        wanted.remove("DEPTHWISE_CONV_2D")
    assert wanted <= kinds.keys()


def _codes(graph: Graph, sample: Any) -> Any:
    from qviz.execution import quantize_input

    return quantize_input(graph.tensors[graph.inputs[0]], sample)


@pytest.mark.parametrize("mode", MODES)
def test_real_files(shared_folder: Path, mode: str) -> None:
    random, kinds = np.random.default_rng(2), Counter[str]()
    for name in SMALL_FILES:
        (path,) = (shared_folder / "zoo" / "tflite").glob(f"{name}-*")
        graph = qviz.open_model(str(path))
        tracer = ElementTracer(graph, None, mode)
        inputs = random_inputs(graph, 0, 1)
        run = Executor(graph, mode).run(inputs, taps="all")
        for trace in some_elements(tracer, inputs, 2, random):
            if trace.steps:
                kinds[trace.operator.kind] += 1
                check(trace, run[trace.operator.tensor])
                assert trace.float_value is None
                assert [p.name for p in trace.contributions] == ["rounding the output"]
    assert {"CONV_2D", "ADD", "MAX_POOL_2D", "QUANTIZE", "CONCATENATION", "PAD"} <= kinds.keys()
    assert sum(kinds.values()) >= 250


def test_terms_are_the_multiply_adds() -> None:
    """Written out as loops over the window, beside the border too."""
    graph = network()
    data = samples(graph)
    tracer = made(graph, data, "int8")
    sample = sample_of(tracer, data, 0)
    quantized = tracer.quantized
    run = Executor(quantized).run(_codes(quantized, sample), taps="all")
    conv = next(o for o in quantized.operators if o.kind == "CONV_2D")
    x, kernel = run[conv.inputs[0]], run[conv.inputs[1]]
    zero_point = int(quantized.tensors[conv.inputs[0]].quantization.zero_point[0])
    for y, x_at, channel in ((0, 0, 1), (3, 2, 0), (5, 5, 3)):
        trace = tracer.trace(sample, ElementChoice("conv", (y, x_at, channel)))
        assert trace.at == (0, y, x_at, channel)
        products = []
        for c in range(2):
            for i in range(3):
                for j in range(3):
                    down, across = y + i - 1, x_at + j - 1
                    inside = 0 <= down < 6 and 0 <= across < 6
                    code = int(x[0, down, across, c]) if inside else zero_point
                    products.append((code - zero_point) * int(kernel[channel, i, j, c]))
        assert trace.terms is not None
        assert trace.terms.products.tolist() == products
        assert trace.terms.is_padding.sum() == (0 if (y, x_at) == (3, 2) else 10)
        assert trace.steps[0].value == sum(products)
        assert trace.terms.float_running is not None
        assert trace.terms.float_running[-1] == pytest.approx(trace.terms.float_total)


def test_elements_by_their_error(digits: tuple[Graph, Dataset]) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8")
    sample = sample_of(tracer, data, 0)
    found = [tracer.trace(sample, ElementChoice("dense1", None, rank)) for rank in range(96)]
    errors = [abs(trace.difference) for trace in found if trace.difference is not None]
    assert errors == sorted(errors, reverse=True)
    assert {trace.at[1] for trace in found} == set(range(96))
    assert [trace.rank for trace in found] == list(range(96))
    again = tracer.trace(sample, ElementChoice("dense1", found[7].at))
    assert again.rank == 7
    with pytest.raises(ExecutionError, match="no error number 97"):
        tracer.trace(sample, ElementChoice("dense1", None, 96))


def _unclamped(tracer: ElementTracer, sample: Any) -> tuple[int, ...]:
    codes = Executor(tracer.quantized).run(_codes(tracer.quantized, sample), taps="all")["relu"]
    middle = np.abs(codes.astype(np.int64)).reshape(-1).argmin()
    return tuple(int(n) for n in np.unravel_index(middle, codes.shape))


def test_what_does_not_agree_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = network()
    data = samples(graph)
    tracer = made(graph, data, "int8")
    sample = sample_of(tracer, data, 0)
    right = chain_module.saturating_rounding_doubling_high_mul
    monkeypatch.setattr(
        chain_module,
        "saturating_rounding_doubling_high_mul",
        lambda a, b: right(a, b) + (1 << 12),
    )
    # An element that nothing clamps.
    with pytest.raises(ExecutionError, match="This is a fault of qviz"):
        tracer.trace(sample, ElementChoice("conv", _unclamped(tracer, sample)))


def test_many_products_are_cut_and_counted(digits: tuple[Graph, Dataset]) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8")
    sample = sample_of(tracer, data, 0)
    whole = tracer.trace(sample, ElementChoice("dense1", (26,))).terms
    short = tracer.trace(sample, ElementChoice("dense1", (26,), most_terms=5))
    assert whole is not None
    assert short.terms is not None
    assert whole.shown == whole.count == 1024 < MOST_TERMS
    assert (short.terms.shown, short.terms.count) == (5, 1024)
    assert short.terms.total == whole.total
    assert short.terms.float_total == whole.float_total
    text = "\n".join(lines(short))
    assert "The first 5 of 1,024 terms are listed." in text


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (ElementChoice("nowhere"), "no layer 'nowhere'"),
        (ElementChoice("conv1_bn"), "became part of the one before or after it"),
        (ElementChoice("conv2", (0, 4, 0, 0)), "the last element is 0,3,3,63"),
        (ElementChoice("conv2", (0, -1, 0, 0)), "no element 0,-1,0,0"),
        (ElementChoice("conv2", (1, 2)), "no element 1,2"),
        (ElementChoice("conv2", None, -1), "no error number"),
        (ElementChoice("conv2", operator=99), "no operator 99"),
    ],
)
def test_bad_choices_are_sentences(
    digits: tuple[Graph, Dataset], choice: ElementChoice, words: str
) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8")
    with pytest.raises(ExecutionError, match=words):
        tracer.trace(sample_of(tracer, data, 0), choice)


def test_samples_that_are_not_there(digits: tuple[Graph, Dataset]) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8")
    with pytest.raises(DatasetError, match="There is no sample 450"):
        sample_of(tracer, data, 450)
    with pytest.raises(DatasetError, match="counted from 0"):
        sample_of(tracer, data, -1)


@pytest.mark.parametrize("scheme", ["float32", "float16", "tfjs-uint8"])
def test_schemes_without_steps(digits: tuple[Graph, Dataset], scheme: str) -> None:
    with pytest.raises(SchemeError, match=f"Under {scheme} the operators compute in float32"):
        made(*digits, scheme)


def test_eightbit_has_a_view_of_its_own(digits: tuple[Graph, Dataset]) -> None:
    with pytest.raises(SchemeError, match="the eightbit view shows their steps"):
        made(*digits, "eightbit")


def test_a_number_is_followed_to_the_input(digits: tuple[Graph, Dataset]) -> None:
    """From the last layer back to the image, each time to the code that was read."""
    graph, data = digits
    tracer = made(graph, data, "int8")
    sample = sample_of(tracer, data, 0)
    trace = tracer.trace(sample, ElementChoice("dense2"))
    kinds = [trace.operator.kind]
    for _ in range(20):
        source = trace.operands[0]
        if source.operator is None:
            break
        if source.at is not None:
            at, code = source.at, None
        else:
            assert trace.terms is not None
            inside = np.flatnonzero(~trace.terms.is_padding)[0]
            at, code = tuple(trace.terms.places[inside]), int(trace.terms.codes[inside])
        trace = tracer.trace(sample, ElementChoice(source.layer, at, operator=source.operator))
        assert code in (None, trace.code)
        kinds.append(trace.operator.kind)
    assert kinds[-1] == "QUANTIZE"
    assert trace.operands[0].tensor == graph.inputs[0]
    wanted = ["FULLY_CONNECTED", "FULLY_CONNECTED", "RESHAPE", "CONV_2D", "MAX_POOL_2D", "CONV_2D"]
    assert kinds[:6] == wanted


def test_integers_need_samples(digits: tuple[Graph, Dataset]) -> None:
    with pytest.raises(CalibrationError, match="int8 needs samples"):
        made(digits[0], None, "int8")
    # Dynamic range does not; the values are random then.
    tracer = made(digits[0], None, "dynamic-range")
    trace = tracer.trace(sample_of(tracer, None, 5), ElementChoice("dense1"))
    assert trace.steps
    assert trace.float_value is not None


def test_operators_without_steps_say_what_goes_in_and_out() -> None:
    graph = Graph.build(
        [operator("SOFTMAX", ("x",), "y", beta=1.0)],
        [activation("x", 1, 4), activation("y", 1, 4)],
        ["x"],
        ["y"],
    )
    x = np.arange(4, dtype=np.float32)[None]
    trace = ElementTracer(graph).trace((x,), ElementChoice("y", (2,)))
    assert trace.steps == ()
    assert trace.note.startswith("SOFTMAX has no step view here")
    assert trace.note.endswith("It makes float32 1 × 4 of float32 1 × 4.")
    assert trace.value == pytest.approx(0.2369, abs=1e-4)


def test_float_operators_say_so(digits: tuple[Graph, Dataset]) -> None:
    graph, data = digits
    recipe = scheme_named("int8").with_options(float_layers=("conv2",))
    tracer = finish(tracer_steps(graph, recipe, data))
    trace = tracer.trace(sample_of(tracer, data, 0), ElementChoice("conv2"))
    assert "it computes in float32, without codes" in trace.note
    assert trace.code is None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_values_that_are_no_numbers(digits: tuple[Graph, Dataset], mode: str, value: float) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8", mode)
    sample = np.array(sample_of(tracer, data, 0))
    sample[0, 2:4, 2:4] = value
    random = np.random.default_rng(6)
    traced = 0
    for trace in some_elements(tracer, sample, 3, random):
        traced += bool(trace.steps)
        assert json.loads(json.dumps(as_json(trace), allow_nan=False))["layer"] == trace.layer
        assert as_csv(trace).startswith("part,term,row")
        assert headless(trace)
    assert traced > 20


def headless(trace: ElementTrace) -> str:
    return "\n".join(lines(trace, 4))


def test_text_and_tables_hold_the_same(digits: tuple[Graph, Dataset]) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8")
    trace = tracer.trace(sample_of(tracer, data, 0), ElementChoice("conv2"))
    assert trace.terms is not None
    text = "\n".join(lines(trace, trace.terms.count))
    rows = as_csv(trace).splitlines()
    assert sum(row.startswith("term,") for row in rows) == trace.terms.count
    assert sum(row.startswith("step,") for row in rows) == len(trace.steps)
    for step in trace.steps:
        assert f"{step.name}: {step.formula}" in text
        assert step.sentence in text
    found = as_json(trace)
    assert found["terms"]["running"][-1] == trace.terms.total
    assert found["steps"][-1]["value"] == trace.value
    assert replace(trace, terms=None).terms is None


def test_inputs_quantized_by_an_operator_of_the_layer(digits: tuple[Graph, Dataset]) -> None:
    graph, data = digits
    tracer = made(graph, data, "int8")
    sample = sample_of(tracer, data, 0)
    first = tracer.trace(sample, ElementChoice("conv1"))
    kinds = {choice.kind: choice.index for choice in first.operators}
    assert {"QUANTIZE", "CONV_2D"} <= kinds.keys()
    assert first.operator.kind == "CONV_2D"
    quantize = tracer.trace(sample, ElementChoice("conv1", (0, 3, 3, 0), 0, kinds["QUANTIZE"]))
    names = [step.name for step in quantize.steps]
    assert names == ["Divide by the scale", "Round", "Add the zero point", "Clamp", "Real value"]


def test_concatenation_of_two_constants_says_which() -> None:
    tensors = [
        constant("a", [[1, 2]], np.int8),
        activation("x", 1, 3, dtype=np.int8),
        activation("y", 1, 5, dtype=np.int8),
    ]
    params = qviz.graph.QuantizationParams.per_tensor(0.5, 1)
    tensors = [replace(tensor, quantization=params) for tensor in tensors]
    graph = Graph.build([operator("CONCATENATION", ("a", "x"), "y", axis=1)], tensors, ["x"], ["y"])
    x = np.array([[7, 8, 9]], np.int8)
    trace = ElementTracer(graph).trace({"x": x}, ElementChoice("y", (0, 3)))
    assert trace.code == 8
    assert trace.value == 3.5
    assert trace.steps[0].formula == "input 2 of 2 at [0, 1] = 8"
