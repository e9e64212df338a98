from __future__ import annotations

from qviz.evaluation.verification_results import (
    Difference,
    Place,
    TensorCheck,
    VerificationReport,
)
from qviz.evaluation.verification_text import verdict

REAL = TensorCheck("a", "float32", Place(0, "CONV_2D", "a"), Difference(100, max_share=1e-6))
CODES = TensorCheck("b", "int8", Place(1, "QUANTIZE", "b"), Difference(40))
WRONG = TensorCheck("c", "int8", Place(2, "RELU", "c"), Difference(40, 2, max_codes=1))


def test_values_that_differ_a_little_are_not_said_not_to_differ() -> None:
    def told(*tensors: TensorCheck) -> str:
        return verdict(VerificationReport("reference", 1, tensors))

    assert told(REAL) == "all 100 real values lie within 1e-06 of their range"
    assert told(REAL, CODES) == (
        "no integer of 40 differs, and 100 real values lie within 1e-06 of their range"
    )
    assert told(CODES) == "no value of 40 differs"
    assert told(CODES, WRONG) == "2 of 80 values differ, first at operator 2 RELU (c)"
