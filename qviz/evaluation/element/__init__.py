"""One element of one operator, taken apart to its multiply-adds."""

from qviz.evaluation.element.results import (
    Contribution,
    ElementTrace,
    Operand,
    OperatorChoice,
    Step,
    Terms,
)
from qviz.evaluation.element.tracer import (
    MOST_TERMS,
    TRACED_KINDS,
    ElementChoice,
    ElementTracer,
)

__all__ = [
    "MOST_TERMS",
    "TRACED_KINDS",
    "Contribution",
    "ElementChoice",
    "ElementTrace",
    "ElementTracer",
    "Operand",
    "OperatorChoice",
    "Step",
    "Terms",
]
