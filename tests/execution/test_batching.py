from typing import Any

import numpy as np
import pytest
from litert_reference import single_operator
from quantized_operands import integers, plain

from qviz.execution import Executor
from qviz.execution.batching import is_batch_transparent
from qviz.graph import Tensor


def constant(name: str, *shape: int) -> Tensor:
    data = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return Tensor(name, shape, data.dtype, data)


X = plain("x", (1, 4, 6))
ROW = plain("x", (1, 6))
VECTOR = plain("x", (1,))
CASES: list[tuple[bool, str, list[Any], tuple[int, ...], dict[str, Any]]] = [
    (True, "SOFTMAX", [ROW], (1, 6), {}),
    (False, "SOFTMAX", [VECTOR], (1,), {}),
    (True, "BATCH_MATMUL", [X, constant("w", 6, 2)], (1, 4, 2), {}),
    (True, "BATCH_MATMUL", [X, constant("w", 1, 4, 2)], (1, 6, 2), {"adj_x": True}),
    (True, "BATCH_MATMUL", [ROW, constant("w", 6, 2)], (1, 2), {}),
    (True, "BATCH_MATMUL", [constant("w", 3, 4), X], (1, 3, 6), {}),
    (False, "BATCH_MATMUL", [plain("x", (1, 1)), constant("w", 1, 2)], (1, 2), {"adj_x": True}),
    (True, "BROADCAST_TO", [plain("x", (1, 1, 6)), integers("s", [1, 4, 6])], (1, 4, 6), {}),
    (False, "BROADCAST_TO", [ROW, integers("s", [1, 1, 6])], (1, 1, 6), {}),
    (True, "ADD", [X, constant("w", 6)], (1, 4, 6), {}),
    (True, "MEAN", [X, integers("a", [1])], (1, 6), {}),
    (False, "MEAN", [X, integers("a", [0])], (4, 6), {}),
    (False, "SUM", [X, integers("a", [0])], (1, 4, 6), {"keep_dims": True}),
    (False, "TRANSPOSE", [plain("x", (1, 1, 6)), integers("o", [1, 0, 2])], (1, 1, 6), {}),
    (False, "CONCATENATION", [ROW, constant("w", 1, 6)], (2, 6), {"axis": 0}),
    (True, "GATHER", [X, integers("i", [3, 1])], (1, 2, 6), {"axis": 1}),
    (False, "GATHER", [X, integers("i", [0])], (1, 4, 6), {"axis": 0}),
    (True, "GATHER", [X, integers("i", [[3, 1]])], (1, 2, 6), {"axis": 1, "batch_dims": 1}),
    (True, "TOPK_V2", [ROW, integers("k", 2)], (1, 2), {}),
    (True, "L2_NORMALIZATION", [ROW], (1, 6), {}),
    (True, "FAKE_QUANT", [X], (1, 4, 6), {"min": -1.0, "max": 2.0, "num_bits": 8}),
    (True, "ATAN2", [X, constant("w", 1, 4, 6)], (1, 4, 6), {}),
    (
        True,
        "CONV_3D",
        [plain("x", (1, 4, 4, 4, 2)), constant("w", 2, 2, 2, 2, 3)],
        (1, 4, 4, 4, 3),
        {"padding": "SAME"},
    ),
    (
        True,
        "CONV_3D_TRANSPOSE",
        [
            integers("s", [1, 8, 8, 8, 3]),
            constant("w", 2, 2, 2, 3, 2),
            plain("x", (1, 4, 4, 4, 2)),
        ],
        (1, 8, 8, 8, 3),
        {"padding": "SAME", "stride_d": 2, "stride_h": 2, "stride_w": 2},
    ),
]


@pytest.mark.parametrize(("apart", "kind", "inputs", "shape", "options"), CASES)
def test_a_batch_gives_what_its_samples_give(
    apart: bool, kind: str, inputs: list[Any], shape: tuple[int, ...], options: dict[str, Any]
) -> None:
    outputs = [plain("y", shape)]
    if kind == "TOPK_V2":
        outputs.append(plain("i", shape, np.int32))
    graph = single_operator(kind, inputs, outputs, **options)
    assert is_batch_transparent(graph) == apart
    executor = Executor(graph)
    sample = next(t for t in inputs if not t.is_constant)
    x = np.random.default_rng(1).normal(size=(3, *sample.shape[1:])).astype(np.float32)
    together = executor.run(x).outputs[0]
    singles = [executor.run(x[i : i + 1]).outputs[0] for i in range(3)]
    np.testing.assert_allclose(together, np.concatenate(singles), rtol=1e-6)
