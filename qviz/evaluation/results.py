"""What came of a scheme, as frozen data that reports and views read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qviz.evaluation.model_part import ModelPart
from qviz.quantization.scheme import Scheme


@dataclass(frozen=True, slots=True)
class ErrorMetrics:
    """Distance between reference values x and quantized values y; d = y - x.

    Attributes
    ----------
    mse : float
        mean(d**2).
    sqnr_db : float
        10 * log10(sum(x**2) / sum(d**2)); +inf where d is 0 everywhere, -inf where only x is.
    cosine : float
        dot(x, y) / (norm(x) * norm(y)); 1 if both are 0, 0 if one is.
    max_abs : float
        max(abs(d)).
    rmse_over_scale : float or None
        sqrt(mse) / scale, the ideal being 1/sqrt(12) = 0.289; None where y has no scale. With one
        scale per channel, the root of the mean of (d / scale)**2.
    """

    mse: float
    sqnr_db: float
    cosine: float
    max_abs: float
    rmse_over_scale: float | None = None


@dataclass(frozen=True, slots=True)
class LayerError:
    """One layer under one scheme.

    Attributes
    ----------
    layer : str
        Name of the layer in the folded float graph.
    kind : str
        Kind of its main operator.
    tensor : str
        Float tensor that its output is compared with.
    weight : ErrorMetrics or None
        Of its largest weight tensor; None without weights or where weights stay as they are.
    local : ErrorMetrics or None
        Of its output, the layer alone being quantized and fed with float inputs.
    accumulated : ErrorMetrics or None
        Of its output inside the quantized network.
    in_float : bool
        Whether the layer stays in float32 in an integer scheme.
    """

    layer: str
    kind: str
    tensor: str
    weight: ErrorMetrics | None = None
    local: ErrorMetrics | None = None
    accumulated: ErrorMetrics | None = None
    in_float: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies, with 95 % confidence, if the samples were drawn at random.

    Attributes
    ----------
    low, high : float
    method : str
        ``Wilson`` for shares; ``normal`` for mean errors and their roots; ``Newcombe`` for
        differences of shares.
    """

    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class PairedTest:
    """A scheme against the float model, sample by sample.

    Attributes
    ----------
    name : str
        ``McNemar`` for classes, ``Wilcoxon signed-rank`` for numbers.
    p_value : float
        Two-sided: how often chance alone makes such a difference, or a greater one, where there is
        none. Mid-p for McNemar. Not adjusted for the number of schemes.
    method : str
        How it was found: ``mid-p``, ``exact`` or ``normal approximation``.
    exact_p_value : float or None
        McNemar's exact p-value, on the safe side of mid-p; for Wilcoxon the same as `p_value`, None
        if that was approximated.
    better, worse : int
        Samples that only the scheme, and only the float model, gets right; for numbers, samples
        whose error is smaller, and larger, than the float model's.
    difference : float
        Of ``top1`` or ``mae``: scheme minus float model.
    interval : Interval or None
        Of that difference, paired; None where it cannot be told (a single sample, NaN).
    """

    name: str
    p_value: float
    method: str
    exact_p_value: float | None
    better: int
    worse: int
    difference: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Flip:
    """A sample whose class is not the float model's.

    Attributes
    ----------
    index : int
        Of the sample, from 0.
    float_class, quantized_class : int
        -1 where every score is NaN.
    label : int or None
        None where there are no labels.
    """

    index: int
    float_class: int
    quantized_class: int
    label: int | None = None


@dataclass(frozen=True, slots=True)
class WeightSparsity:
    """What quantization left of the zeros and of the few values of one weight tensor.

    Attributes
    ----------
    layer, tensor : str
    count : int
        Number of weights.
    sparsity_before, sparsity_after : float
        Share of zeros in the float model, pruned and clustered, and in what the scheme computes
        with.
    distinct_before, distinct_after : int
        Number of different real values.
    distinct_codes : int
        Number of different codes as they are stored; `distinct_after` where they are real numbers.
    """

    layer: str
    tensor: str
    count: int
    sparsity_before: float
    sparsity_after: float
    distinct_before: int
    distinct_after: int
    distinct_codes: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one sample takes in the LiteRT interpreter on this computer.

    Attributes
    ----------
    median_ms, p90_ms : float
        Median and 90th percentile of `runs` runs.
    runs, warm_up : int
        Runs that count, and runs before them that do not.
    threads : int
    computer : str
        Where it was measured; the numbers say nothing of another one.
    litert : str
        Version of the interpreter.
    """

    median_ms: float
    p90_ms: float
    runs: int
    warm_up: int
    threads: int
    computer: str
    litert: str = ""


@dataclass(frozen=True, slots=True)
class SchemeResult:
    """One row of a comparison.

    Attributes
    ----------
    scheme : Scheme
        What was done.
    metrics : Mapping of str to float
        ``top1`` and ``top5`` for classes, ``mae`` and ``rmse`` for numbers; empty without labels.
    agreement : float
        Share of samples whose class equals the float model's; for regression, the coefficient of
        determination of the quantized outputs against the float model's. NaN where the output is
        not reached.
    size_bytes, gzip_bytes : int
        All files of the artifact, plain and gzipped (level 6).
    layers : tuple of LayerError
        In execution order.
    float_operators : tuple of str
        Operators left in float by an integer scheme, as ``KIND layer``.
    notes : tuple of str
        Sentences worth reading: what stays float, saturated biases, ranges that do not fit.
    flipped : tuple of int
        Indices of the samples whose predicted class differs from the float model's.
    rounding : str
        Rounding mode of the executor that these numbers come from.
    seconds : float
        Time of the executor for all samples.
    intervals : Mapping of str to Interval
        Of each of `metrics`.
    paired : PairedTest or None
        Against the float model; None without labels, and for ``float32`` itself.
    flips : tuple of Flip
        The samples of `flipped`, with their classes.
    sparsity : tuple of WeightSparsity
        Of each weight tensor that the scheme has pruned or clustered.
    latency : Latency or None
        None where it was not asked for, or LiteRT does not run the artifact.
    output : str
        Name of the model's output that `metrics`, `agreement` and `flips` are about.
    """

    scheme: Scheme
    metrics: Mapping[str, float]
    agreement: float
    size_bytes: int
    gzip_bytes: int
    layers: tuple[LayerError, ...] = ()
    float_operators: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    flipped: tuple[int, ...] = ()
    rounding: str = "reference"
    seconds: float = 0.0
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    paired: PairedTest | None = None
    flips: tuple[Flip, ...] = ()
    sparsity: tuple[WeightSparsity, ...] = ()
    latency: Latency | None = None
    output: str = ""

    @property
    def gzip_ratio(self) -> float:
        """Uncompressed over compressed size of the artifact."""
        return self.size_bytes / self.gzip_bytes if self.gzip_bytes else 0.0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model of a comparison: file, format, writer, checksum and counts."""

    name: str
    path: str
    format: str
    writer: str
    sha256: str
    size_bytes: int
    parameters: int
    operators: int
    inputs: tuple[tuple[str, tuple[int, ...], str], ...] = ()
    outputs: tuple[tuple[str, tuple[int, ...], str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataInfo:
    """The data of a comparison: source, counts, preprocessing and what calibration used.

    `input_ranges` has the least and the greatest preprocessed value of every input; `notes` are
    sentences on model and data together, whatever the scheme. `baseline` is what the best answer
    that ignores the sample would measure: see :func:`qviz.evaluation.float_quality.baseline`.
    """

    name: str
    path: str
    task: str
    samples: int
    preprocessing: str
    calibration_samples: int = 0
    calibration: str = ""
    sha256: str = ""
    input_ranges: tuple[tuple[str, float, float], ...] = ()
    notes: tuple[str, ...] = ()
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Schemes side by side on one model and one data set.

    Attributes
    ----------
    model : ModelInfo
    data : DataInfo
    rows : tuple of SchemeResult
        In the order asked for; ``float32`` first where it was run.
    skipped : tuple of (str, str)
        Scheme ids that do not fit the model, each with the reason.
    versions : Mapping of str to str
        Of qviz, numpy and the rest, for the footer.
    created : str
        Time in ISO 8601, UTC.
    part : ModelPart or None
        What was run of a model that holds an operator that cannot be; None if all of it was. Sizes
        are then those of that part.
    """

    model: ModelInfo
    data: DataInfo
    rows: tuple[SchemeResult, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    part: ModelPart | None = None

    @property
    def reaches_output(self) -> bool:
        """Whether the output that metrics are about was computed."""
        return self.part is None or all(row.output in self.part.reached for row in self.rows)

    @property
    def part_note(self) -> str:
        """What of the model was run, and what that means for the numbers; empty if all of it."""
        if self.part is None:
            return ""
        text = f"{self.part.text} Sizes are those of a file of this part."
        if self.reaches_output:
            return text
        return f"{text} Without the output there is neither accuracy nor agreement."

    def row(self, scheme_id: str) -> SchemeResult | None:
        """Row of that scheme, or None."""
        return next((row for row in self.rows if row.scheme.id == scheme_id), None)
