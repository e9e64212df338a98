"""What a verification found, as frozen data that the command line and the window show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qviz.evaluation.model_part import ModelPart

FLOAT_TOLERANCE = 1e-5
"""Real values may differ by this share of their tensor's range, 0 included."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Values of qviz beside those of LiteRT.

    Attributes
    ----------
    values : int
        Compared.
    differing : int
        Integers that are not equal, and real values that are further apart than
        `FLOAT_TOLERANCE`. Not-a-number equals itself.
    max_codes : int
        Largest difference of integers.
    max_share : float
        Largest difference of real values as a share of the tensor's range; infinite where one of
        the two is not finite.
    note : str
        Why nothing could be compared value by value (another shape or type); then all values
        count as differing.
    """

    values: int = 0
    differing: int = 0
    max_codes: int = 0
    max_share: float = 0.0
    note: str = ""

    def __add__(self, other: Difference) -> Difference:
        return Difference(
            self.values + other.values,
            self.differing + other.differing,
            max(self.max_codes, other.max_codes),
            max(self.max_share, other.max_share),
            self.note or other.note,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """An operator of the model, for reading.

    Attributes
    ----------
    index : int
        Position in the file, from 0.
    kind : str
    layer : str
    """

    index: int
    kind: str
    layer: str

    def __str__(self) -> str:
        return f"{self.index} {self.kind} ({self.layer})"


@dataclass(frozen=True, slots=True)
class TensorCheck:
    """One tensor in the run of the whole model.

    Attributes
    ----------
    name, dtype : str
    made_by : Place
    difference : Difference
        Over all samples.
    """

    name: str
    dtype: str
    made_by: Place
    difference: Difference


@dataclass(frozen=True, slots=True)
class OperatorCheck:
    """One operator, given the very inputs that it had in LiteRT.

    Attributes
    ----------
    place : Place
    difference : Difference
        Of its outputs, over all samples.
    problem : str
        Why it could not be run alone; empty if it was.
    """

    place: Place
    difference: Difference
    problem: str = ""


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """One rounding mode.

    Attributes
    ----------
    mode : str
        ``reference``: against LiteRT's reference kernels; ``xnnpack``: against the interpreter as
        it runs by default.
    samples : int
        Run to their end.
    tensors : tuple of TensorCheck
        In the order of execution; constants are not among them.
    operators : tuple of OperatorCheck
        In the order of execution.
    not_compared : tuple of (str, str)
        Tensors that LiteRT did not keep, and why.
    problem : str
        One sentence if the mode could not be run; empty otherwise.
    """

    mode: str
    samples: int = 0
    tensors: tuple[TensorCheck, ...] = ()
    operators: tuple[OperatorCheck, ...] = ()
    not_compared: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    @property
    def difference(self) -> Difference:
        """Over all tensors."""
        return sum((check.difference for check in self.tensors), Difference())

    @property
    def first_operator(self) -> Place | None:
        """Where the two part first, in the order of execution."""
        return next((c.made_by for c in self.tensors if c.difference.differing), None)

    @property
    def wrong_operators(self) -> tuple[OperatorCheck, ...]:
        """Operators that differ although their inputs are the same."""
        return tuple(c for c in self.operators if c.difference.differing or c.problem)


@dataclass(frozen=True, slots=True)
class Verification:
    """A model held against LiteRT.

    Attributes
    ----------
    model : str
        Its name.
    sha256 : str
        Of the ``.tflite`` file that was run.
    seed : int
        Of the random inputs.
    random_samples, data_samples : int
        Inputs made up, and taken from the data.
    data : str
        Name of the data; empty if there were none.
    modes : tuple of VerificationReport
    versions : Mapping of str to str
        Of qviz, LiteRT and what else the values may depend on.
    part : ModelPart or None
        What was compared of a model that holds an operator that cannot be run; None if all of it.
    """

    model: str
    sha256: str
    seed: int
    random_samples: int
    data_samples: int
    data: str
    modes: tuple[VerificationReport, ...]
    versions: Mapping[str, str]
    part: ModelPart | None = None

    @property
    def differs(self) -> bool:
        """Whether any value differs in any mode."""
        return any(report.difference.differing for report in self.modes)

    @property
    def complete(self) -> bool:
        """Whether all of the model could be run in every mode."""
        return self.part is None and not any(report.problem for report in self.modes)
