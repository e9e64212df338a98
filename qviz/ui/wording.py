"""How numbers and names are written, the same in every view and table."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from qviz.evaluation.results import ErrorMetrics, LayerError
from qviz.quantities import decibel_text
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.report.reading import metric_text

#: The three kinds of layer error, by the attribute of LayerError that holds them.
ERROR_KINDS = ("weight", "local", "accumulated")
#: Metrics of a layer error, by the attribute of ErrorMetrics.
ERROR_METRICS = ("sqnr_db", "mse", "cosine", "max_abs", "rmse_over_scale")
#: Rounding modes of the executor, the plainest first.
ROUNDING_MODES = ("reference", "xnnpack")
#: Metrics of a whole model of which more is better.
HIGHER_IS_BETTER = frozenset({"top1", "top5", "agreement", "cosine", "sqnr_db"})


def tr(text: str) -> str:
    """Translate a text that stands outside a class, for which lupdate writes an empty context."""
    return QCoreApplication.translate("", text)


def already_quantized(found: str) -> str:
    """Why no scheme can be applied to a file that holds codes; `found` shows that it does."""
    return tr(
        "This file is quantized already ({0}), and a scheme needs the float model that it was "
        "made from. Run measures the file as it is."
    ).format(found)


def metric_title(name: str) -> str:
    """Title of a metric of a model or of a layer, with its unit."""
    titles = {
        "top1": tr("Top-1"),
        "top5": tr("Top-5"),
        "mae": tr("MAE"),
        "rmse": tr("RMSE"),
        "agreement": tr("Agreement"),
        "sqnr_db": tr("SQNR in dB"),
        "mse": tr("Mean squared error"),
        "cosine": tr("Cosine similarity"),
        "max_abs": tr("Largest absolute error"),
        "rmse_over_scale": tr("RMSE in steps"),
    }
    return titles.get(name, name)


def error_kind_title(kind: str) -> str:
    """Title of a kind of layer error."""
    titles = {
        "weight": tr("Weights"),
        "local": tr("Local"),
        "accumulated": tr("Accumulated"),
    }
    return titles[kind]


def rounding_about(mode: str) -> str:
    """One line on whose integers a rounding mode computes."""
    texts = {
        "reference": tr(
            "The integers of TFLite's reference kernels, as microcontrollers have them"
        ),
        "xnnpack": tr("The integers of the default interpreter, as phones and PCs have them"),
    }
    return texts.get(mode, mode)


def rounding_text(mode: str) -> str:
    """A rounding mode with the line on what it is."""
    return f"{mode} ({rounding_about(mode)})"


def is_worse(metric: str, value: float, threshold: float) -> bool:
    """Whether `value` lies on the bad side of `threshold`."""
    return value < threshold if metric in HIGHER_IS_BETTER else value > threshold


def format_metric(name: str, value: float | None) -> str:
    """A metric of a model, as reports write it; a dash for none."""
    return metric_text(name, math.nan if value is None else value)


def format_change(name: str, change: float | None) -> str:
    """Difference to float, signed; shares in percentage points."""
    if change is None or math.isnan(change):
        return "–"
    if name in ("top1", "top5", "agreement"):
        return "0" if change == 0 else f"{_signed(100 * change, '.2f')} pt"
    return "0" if change == 0 else _signed(change, ".3g")


def format_error(metric: str, value: float | None) -> str:
    """A metric of a layer."""
    if value is None:
        return "–"
    if math.isnan(value):
        return tr("not a number")
    if metric == "sqnr_db" or math.isinf(value):
        return tr("exact") if value == math.inf else decibel_text(value)
    if metric == "cosine":
        return f"{value:.6f}"
    return f"{value:.3g}"


def format_value(value: float) -> str:
    """A real value with five significant digits and a true minus sign."""
    return f"{value:.5g}".replace("-", "−")


def format_clock(seconds: float) -> str:
    """A duration as minutes and seconds."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def format_shape(shape: tuple[int, ...]) -> str:
    """A shape such as 3 × 3 × 32; unknown sizes as a question mark."""
    return " × ".join("?" if n < 0 else str(n) for n in shape) if shape else tr("scalar")


def format_decibel(value: float) -> str:
    """An SQNR with its unit; where there is no error, that, which has none."""
    return tr("no error") if value == math.inf else f"{format_error('sqnr_db', value)} dB"


def format_number_of(count: int, one: str, many: str) -> str:
    """How many there are: `one` for 1, else `many` with the count in place of {0}."""
    return one if count == 1 else many.format(format_count(count))


def format_count(count: int) -> str:
    """A whole number with commas between thousands, as in reports and on the command line."""
    return f"{count:,}"


def kind_title(kind: str) -> str:
    """A kind of operator in readable letters: CONV_2D becomes Conv 2D."""
    prefix, _, name = kind.partition(":")
    if prefix == "CUSTOM" and name:
        # Its author's spelling.
        return tr("{0} (custom)").format(name)
    return " ".join(
        word if any(c.isdigit() for c in word) else word.capitalize() for word in kind.split("_")
    )


def scheme_label(scheme: Scheme) -> str:
    """Id of a scheme and every option in which it departs from the preset of that name."""
    preset = SCHEMES.get(scheme.id)
    parts = [scheme.id]
    # An id with options of its own names them already.
    if preset is not None:
        if scheme.family == "int8" and scheme.per_channel != preset.per_channel:
            parts.append(tr("per channel") if scheme.per_channel else tr("per tensor"))
        if scheme.range_estimator == "percentile":
            parts.append(tr("{0} percentile").format(f"{scheme.percentile:g}"))
        if scheme.calibration != preset.calibration:
            parts.append(tr("true ranges"))
    if scheme.float_layers:
        parts.append(tr("{0} in float32").format(len(scheme.float_layers)))
    return " · ".join(parts)


def error_value(error: LayerError, kind: str, metric: str) -> float | None:
    """Value of a metric of one kind of error of a layer; None where it was not measured."""
    metrics: ErrorMetrics | None = getattr(error, kind)
    return None if metrics is None else getattr(metrics, metric)


def first_measured(error: LayerError) -> ErrorMetrics | None:
    """The error that ranks a layer in lists: accumulated, else local, else of the weights."""
    return error.accumulated or error.local or error.weight


def _signed(value: float, spec: str) -> str:
    return ("+" if value > 0 else "−") + format(abs(value), spec)
