import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from random_operators import float_constant, float_tensor, random_floats

from qviz.errors import ExecutionError, UnsupportedOperatorError
from qviz.execution import Executor, kernels
from qviz.execution.kernels.registry import _PREPARE, Context, Kernel, kernel
from qviz.graph import Graph, Operator, Tensor


def dense(x: str, weights: str, y: str, **options: Any) -> Operator:
    return Operator("FULLY_CONNECTED", (x, weights), (y,), options, layer=y)


def chain(layers: int = 3, width: int = 4) -> Graph:
    """Dense layers one after the other, on rows of `width`."""
    rng = np.random.default_rng(0)
    tensors = [float_tensor(f"t{i}", 1, width) for i in range(layers + 1)]
    weights = [float_constant(f"w{i}", random_floats(rng, width, width)) for i in range(layers)]
    operators = [dense(f"t{i}", f"w{i}", f"t{i + 1}") for i in range(layers)]
    return Graph.build(operators, [*tensors, *weights], ["t0"], [f"t{layers}"])


class Probe:
    """Watches the inputs of PROBE operators, which add 1."""

    def __init__(self) -> None:
        self.seen: list[NDArray[Any]] = []
        self.watch: Callable[[NDArray[Any]], None] = self.seen.append

    def prepare(self, context: Context) -> Kernel:
        def run(inputs: Any) -> tuple[NDArray[Any]]:
            self.watch(inputs[0])
            return (inputs[0] + 1,)

        return run


@pytest.fixture
def probe() -> Iterator[Probe]:
    watcher = Probe()
    kernel("PROBE")(watcher.prepare)
    yield watcher
    del _PREPARE["PROBE"]


def test_outputs_and_taps() -> None:
    graph = chain()
    x = random_floats(np.random.default_rng(1), 5, 4)
    trace = Executor(graph).run(x, taps=["t1"])
    assert set(trace) == {"t1", "t3"}
    expected = x @ graph.tensors["w0"].real().T
    np.testing.assert_allclose(trace["t1"], expected, rtol=1e-5)
    assert trace.outputs[0] is trace["t3"]
    assert trace.outputs[0].shape == (5, 4)


def test_all_taps_include_inputs_and_constants() -> None:
    graph = chain()
    trace = Executor(graph).run(np.zeros((2, 4), np.float32), taps="all")
    assert set(trace) == set(graph.tensors)
    np.testing.assert_array_equal(trace["w1"], graph.tensors["w1"].data)


def test_an_unknown_tap_is_named() -> None:
    with pytest.raises(ExecutionError, match="no tensor 'nowhere'"):
        Executor(chain()).run(np.zeros((1, 4), np.float32), taps=["nowhere"])


def test_an_untapped_tensor_is_named() -> None:
    trace = Executor(chain()).run(np.zeros((1, 4), np.float32))
    with pytest.raises(KeyError, match="'t1' was not tapped"):
        trace["t1"]


def test_inputs_stay_as_they_were_and_results_are_read_only() -> None:
    x = np.ones((2, 4), np.float32)
    graph = chain()
    before = graph.tensors["w0"].data.copy()
    trace = Executor(graph).run(x, taps="all")
    np.testing.assert_array_equal(x, 1)
    assert x.flags.writeable
    np.testing.assert_array_equal(graph.tensors["w0"].data, before)
    for array in trace.values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_kernel_cannot_write_into_its_inputs(probe: Probe) -> None:
    def overwrite(array: NDArray[Any]) -> None:
        array += 1

    tensors = [float_tensor("x", 1, 2), float_tensor("y", 1, 2)]
    operator = Operator("PROBE", ("x",), ("y",), layer="probe")
    executor = Executor(Graph.build([operator], tensors, ["x"], ["y"]))
    probe.watch = overwrite
    x = np.zeros((1, 2), np.float32)
    with pytest.raises(ExecutionError, match=r"PROBE of layer 'probe'.*read-only"):
        executor.run(x)
    np.testing.assert_array_equal(x, 0)


def test_arrays_are_freed_after_their_last_reader(probe: Probe) -> None:
    count = 6
    tensors = [float_tensor(f"t{i}", 1, 8) for i in range(count + 1)]
    operators = [Operator("PROBE", (f"t{i}",), (f"t{i + 1}",)) for i in range(count)]
    graph = Graph.build(operators, tensors, ["t0"], [f"t{count}"])
    references: list[weakref.ref[Any]] = []
    alive: list[int] = []

    def watch(array: NDArray[Any]) -> None:
        references.append(weakref.ref(array if array.base is None else array.base))
        gc.collect()
        alive.append(sum(reference() is not None for reference in references))

    probe.watch = watch
    executor = Executor(graph)
    executor.run(np.zeros((1, 8), np.float32))
    # The caller's array and the one that is being read.
    assert max(alive) == 2
    alive.clear()
    references.clear()
    executor.run(np.zeros((1, 8), np.float32), taps="all")
    assert max(alive) == count


def test_constant_operators_run_once(probe: Probe) -> None:
    operators = [Operator("PROBE", ("c",), ("w",)), dense("x", "w", "y")]
    tensors = [
        float_constant("c", np.eye(2)),
        float_tensor("w", 2, 2),
        float_tensor("x", 1, 2),
        float_tensor("y", 1, 2),
    ]
    executor = Executor(Graph.build(operators, tensors, ["x"], ["y"]))
    assert len(probe.seen) == 1
    x = np.array([[1, 2]], np.float32)
    for _ in range(2):
        trace = executor.run(x, taps=["w"])
        np.testing.assert_array_equal(trace.outputs[0], [[4, 5]])
        np.testing.assert_array_equal(trace["w"], [[2, 1], [1, 2]])
    assert len(probe.seen) == 1


def test_an_output_may_be_a_constant_or_an_input(probe: Probe) -> None:
    tensors = [float_constant("c", np.ones(3)), float_tensor("x", 1, 2), float_tensor("y", 1, 2)]
    graph = Graph.build([Operator("PROBE", ("x",), ("y",))], tensors, ["x"], ["c", "x", "y"])
    trace = Executor(graph).run(np.zeros((1, 2), np.float32))
    np.testing.assert_array_equal(trace.outputs[0], [1, 1, 1])
    np.testing.assert_array_equal(trace.outputs[1], [[0, 0]])
    np.testing.assert_array_equal(trace.outputs[2], [[1, 1]])


def test_a_graph_that_mixes_samples_is_run_one_by_one() -> None:
    weights = np.arange(8, dtype=np.float32).reshape(2, 4)
    tensors = [float_tensor("x", 1, 3, 4), float_constant("w", weights), float_tensor("y", 3, 2)]
    executor = Executor(Graph.build([dense("x", "w", "y")], tensors, ["x"], ["y"]))
    assert not executor.batch_transparent
    x = random_floats(np.random.default_rng(0), 4, 3, 4)
    trace = executor.run(x)
    assert trace.outputs[0].shape == (12, 2)
    np.testing.assert_allclose(trace.outputs[0], x.reshape(12, 4) @ weights.T, rtol=1e-5)


def test_large_samples_are_run_in_micro_batches(probe: Probe) -> None:
    tensors = [float_tensor("x", 1, 1024, 1600), float_tensor("y", 1, 1024, 1600)]
    graph = Graph.build([Operator("PROBE", ("x",), ("y",))], tensors, ["x"], ["y"])
    executor = Executor(graph)
    executor.batch_transparent = True
    executor.micro_batch = executor._choose_micro_batch()
    x = np.zeros((3, 1024, 1600), np.float32)
    assert executor.run(x).outputs[0].shape == x.shape
    assert [len(array) for array in probe.seen] == [1, 1, 1]


def test_predict_yields_batches_in_order() -> None:
    executor = Executor(chain())
    x = random_floats(np.random.default_rng(2), 7, 4)
    traces = list(executor.predict(x, batch_size=3, taps=["t1"]))
    assert [len(t.outputs[0]) for t in traces] == [3, 3, 1]
    joined = np.concatenate([t["t1"] for t in traces])
    np.testing.assert_allclose(joined, executor.run(x, taps=["t1"])["t1"], rtol=1e-5)
    with pytest.raises(ExecutionError, match="at least 1 sample"):
        next(executor.predict(x, batch_size=0))


def test_predict_checks_inputs() -> None:
    executor = Executor(chain())
    for wrong in (np.zeros((5, 3), np.float32), np.array(1.0), np.zeros((0, 4), np.float32)):
        with pytest.raises(ExecutionError, match="Input 't0'"):
            next(executor.predict(wrong))


def test_predict_takes_taps_from_an_iterator_for_every_batch() -> None:
    x = np.zeros((4, 4), np.float32)
    traces = list(Executor(chain()).predict(x, batch_size=2, taps=iter(["t1"])))
    assert all("t1" in trace for trace in traces)


def test_one_operator_alone() -> None:
    graph = chain()
    executor = Executor(graph)
    x = random_floats(np.random.default_rng(3), 2, 4)
    (y,) = executor.run_operator(1, [x, None])
    np.testing.assert_allclose(y, x @ graph.tensors["w1"].real().T, rtol=1e-5)
    (same,) = executor.run_operator(1, [x, graph.tensors["w1"].data])
    np.testing.assert_array_equal(same, y)
    (other,) = executor.run_operator(1, [x, np.eye(4, dtype=np.float32)])
    np.testing.assert_array_equal(other, x)


def test_one_operator_needs_its_inputs() -> None:
    executor = Executor(chain())
    with pytest.raises(ExecutionError, match=r"2 input\(s\), but 1"):
        executor.run_operator(0, [np.zeros((1, 4), np.float32)])
    with pytest.raises(ExecutionError, match="Input 't0' of FULLY_CONNECTED is missing"):
        executor.run_operator(0, [None, None])


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ExecutionError, match="Unknown rounding mode 'xnn'; there is 'reference'"):
        Executor(chain(), mode="xnn")


def test_an_unknown_operator_is_named() -> None:
    tensors = [float_tensor("x", 1, 2), float_tensor("y", 1, 2)]
    operator = Operator("FFT_3D", ("x",), ("y",), layer="spectrum")
    with pytest.raises(UnsupportedOperatorError, match="FFT_3D of layer 'spectrum'") as caught:
        Executor(Graph.build([operator], tensors, ["x"], ["y"]))
    assert (caught.value.kind, caught.value.operator) == ("FFT_3D", "spectrum")


def test_a_kind_has_one_kernel() -> None:
    with pytest.raises(ValueError, match="CONV_2D has two kernels"):
        kernel("CONV_2D")(lambda context: lambda inputs: ())
    assert kernels.has_kernel("CONV_2D")
    assert not kernels.has_kernel("FFT_3D")


def test_shapes_that_do_not_meet_are_told_with_the_operator() -> None:
    tensors = [
        Tensor("x", (-1, -1), np.dtype(np.float32)),
        float_constant("w", np.ones((2, 4))),
        Tensor("y", (-1, 2), np.dtype(np.float32)),
    ]
    executor = Executor(Graph.build([dense("x", "w", "y")], tensors, ["x"], ["y"]))
    with pytest.raises(ExecutionError, match=r"FULLY_CONNECTED of layer 'y' .* shape \(1, 3\)"):
        executor.run(np.zeros((1, 3), np.float32))


def test_threads_share_an_executor() -> None:
    executor = Executor(chain(width=32))
    x = random_floats(np.random.default_rng(4), 8, 32)
    expected = executor.run(x).outputs[0]
    results: list[NDArray[Any]] = []
    threads = [
        threading.Thread(target=lambda: results.append(executor.run(x).outputs[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result, expected)


def test_options_that_do_not_fit_are_an_error_that_names_the_operator() -> None:
    codes = Tensor("x", (1, 4, 4, 2), np.dtype(np.int8))
    pooled = Tensor("y", (1, 2, 2, 2), np.dtype(np.int8))
    options = {"filter_height": 2, "filter_width": 2, "fused_activation_function": "RELU"}
    operator = Operator("MAX_POOL_2D", ("x",), ("y",), options, layer="pool")
    with pytest.raises(UnsupportedOperatorError, match="'pool' cannot be run because its inputs"):
        Executor(Graph.build([operator], [codes, pooled], ["x"], ["y"]))


def test_an_impossible_constant_is_an_error_that_names_the_operator() -> None:
    shape = Tensor("s", (2,), np.dtype(np.int32), np.array([3, 3], np.int32))
    value = Tensor("v", (4,), np.dtype(np.float32), np.zeros(4, np.float32))
    result = Tensor("y", (3, 3), np.dtype(np.float32))
    operator = Operator("RESHAPE", ("v", "s"), ("y",), layer="reshape")
    with pytest.raises(ExecutionError, match="RESHAPE of layer 'reshape'"):
        Executor(Graph.build([operator], [shape, value, result], [], ["y"]))


def test_an_operator_without_outputs_can_be_named() -> None:
    value = Tensor("v", (1,), np.dtype(np.float32))
    with pytest.raises(UnsupportedOperatorError, match="Print"):
        Executor(Graph.build([Operator("CUSTOM:Print", ("v",), ())], [value], ["v"], ["v"]))
