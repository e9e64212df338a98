"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from qviz.errors import DatasetError, ExportError, ModelFormatError, SchemeError

Model = Annotated[
    str,
    typer.Argument(metavar="MODEL", help="A .keras, .h5, .tflite file or a SavedModel folder."),
]
Data = Annotated[
    str,
    typer.Option(
        "--data",
        "-d",
        metavar="D",
        help="An .npz or .csv file, a folder of images (one folder a class), or a name: digits, "
        "mnist, fashion-mnist, cifar10, california-housing.",
    ),
]
OptionalData = Annotated[
    str | None,
    typer.Option(
        "--data",
        "-d",
        metavar="D",
        help="An .npz or .csv file, a folder of images, or a name: digits, mnist, fashion-mnist, "
        "cifar10, california-housing.",
    ),
]
Preprocess = Annotated[
    str | None,
    typer.Option(
        "--preprocess",
        "-p",
        metavar="P",
        help="What is done to samples, e.g. 0..1 or -1..1 for images, or "
        "shorter=256,crop=224x224,scale=1/255,mean=0.485:0.456:0.406,std=0.229:0.224:0.225.",
    ),
]
DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data-folder",
        metavar="F",
        help="Where the files of a named data set lie; also QVIZ_DATA. Else Keras' cache.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target", metavar="COLUMN", help="Column of the labels in a table; the last if not given."
    ),
]
Schemes = Annotated[
    str | None,
    typer.Option(
        "--schemes",
        "-s",
        metavar="A,B,C",
        help="All that fit, if not given. float32 is always shown beside them.",
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Use only the first so many samples.")
]
CalibrationSamples = Annotated[
    int,
    typer.Option("--calibration-samples", min=1, help="Samples that ranges are found from."),
]
LayerSamples = Annotated[
    int,
    typer.Option("--layer-samples", min=0, help="Samples that layer errors are measured on."),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, help="Samples run at once; bounds the memory.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the choice of calibration samples.")]
Samples = Annotated[
    int,
    typer.Option(
        "--samples", "-n", min=1, help="Random inputs to run, and as many samples of the data."
    ),
]
_RANGES = ("min-max", "percentile")
_CALIBRATIONS = ("tensorflow", "true")
ROUNDING_MODES = ("reference", "xnnpack")
Rounding = Annotated[
    str,
    typer.Option(
        "--rounding",
        metavar="|".join(ROUNDING_MODES),
        help="Whose integers: reference (TFLite's reference kernels) or xnnpack (the default "
        "interpreter).",
    ),
]
Modes = Annotated[
    str | None,
    typer.Option(
        "--modes", "-m", metavar="A,B", help="reference, xnnpack; all there are if not given."
    ),
]
Range = Annotated[
    str | None,
    typer.Option("--range", metavar="|".join(_RANGES), help="How values become a range."),
]
Percentile = Annotated[
    float | None,
    typer.Option(
        "--percentile",
        min=50.0,
        max=100.0,
        help="Percent of values kept; means --range percentile.",
    ),
]
Ranges = Annotated[
    str | None,
    typer.Option(
        "--calibration",
        metavar="|".join(_CALIBRATIONS),
        help="tensorflow: ranges as TensorFlow 2.21 records them; true: each tensor's own.",
    ),
]
KeepFloat = Annotated[
    str | None,
    typer.Option("--keep-float", metavar="A,B", help="Layers that stay in float32."),
]
Prune = Annotated[
    float | None,
    typer.Option(
        "--prune", metavar="S", help="Set this share of the weights to 0 first, e.g. 0.5."
    ),
]
PruneScope = Annotated[
    str | None,
    typer.Option(
        "--prune-scope",
        metavar="layer|global",
        help="layer: that share of each layer; global: of all together.",
    ),
]
Clusters = Annotated[
    int | None,
    typer.Option("--clusters", metavar="N", help="Leave N different values in each kernel first."),
]
ClusterStart = Annotated[
    str | None,
    typer.Option("--cluster-start", metavar="linear|k-means++", help="Where clustering begins."),
]
Latency = Annotated[
    bool, typer.Option("--latency", help="Time each .tflite in LiteRT on this computer.")
]
ModelOutput = Annotated[
    str | None,
    typer.Option(
        "--model-output",
        metavar="NAME|N",
        help="Output that labels and metrics are about, by name or counted from 0; else the first.",
    ),
]
AllowCode = Annotated[
    bool,
    typer.Option("--allow-code", help="Run code that is stored in the model (Lambda layers)."),
]


def scheme_options(
    range_estimator: str | None,
    percentile: float | None,
    calibration: str | None,
    keep_float: str | None,
) -> dict[str, Any]:
    """Changes to schemes that the options ask for.

    Raises
    ------
    SchemeError
        If a word is not one of those there are.
    """
    changes: dict[str, Any] = {}
    if percentile is not None:
        changes["percentile"] = percentile
        range_estimator = range_estimator or "percentile"
    if range_estimator is not None:
        _one_of("--range", range_estimator, _RANGES)
        changes["range_estimator"] = range_estimator
    if calibration is not None:
        _one_of("--calibration", calibration, _CALIBRATIONS)
        changes["calibration"] = calibration
    if keep_float:
        changes["float_layers"] = tuple(names(keep_float))
    return changes


def weight_options(
    prune: float | None, scope: str | None, clusters: int | None, start: str | None
) -> dict[str, Any]:
    """Changes to schemes that prune and cluster; Scheme says which values there are.

    Raises
    ------
    SchemeError
        If an option has nothing to act on.
    """
    if scope is not None and prune is None:
        raise SchemeError("--prune-scope goes with --prune.")
    if start is not None and clusters is None:
        raise SchemeError("--cluster-start goes with --clusters.")
    given = {
        "pruning": prune,
        "pruning_scope": scope,
        "clusters": clusters,
        "cluster_start": start,
    }
    return {name: value for name, value in given.items() if value is not None}


def rounding_mode(name: str) -> str:
    """`name`, if it is a rounding mode.

    Raises
    ------
    SchemeError
        If it is not.
    """
    _one_of("--rounding", name, ROUNDING_MODES)
    return name


def _one_of(option: str, word: str, words: Sequence[str]) -> None:
    if word not in words:
        raise SchemeError(f"{option} is one of {', '.join(words)}, not {word!r}.")


def names(text: str) -> list[str]:
    """Words between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def find_model(name: str) -> str:
    """Path of a model; the name of a sample stands for its file.

    Raises
    ------
    ModelFormatError
        If there is no such file.
    """
    from qviz.resources import named_model

    path = named_model(name)
    if Path(path).exists():
        return path
    raise ModelFormatError(f"There is no file {name!r}.")


def check_target(
    path: Path | None, suffixes: Sequence[str] = (), *, sources: Sequence[str | None] = ()
) -> None:
    """Say before the work begins that its result could not be written.

    Raises
    ------
    ExportError
        If the folder is missing, the name has another extension, or it is that of one of the
        `sources`, the model and the data.
    """
    from qviz.files import refuse_overwriting

    if path is None:
        return
    if not path.parent.is_dir():
        raise ExportError(f"Cannot write {path}: there is no folder {path.parent}.")
    if suffixes and path.suffix.lower() not in suffixes:
        raise ExportError(f"{path} should be named {' or '.join(suffixes)}.")
    refuse_overwriting(path, *(source or "" for source in sources))


def need_data(data: str | None, scheme: str) -> str:
    """The data, which a scheme with integer activations cannot do without."""
    if data is None:
        raise DatasetError(
            f"{scheme} needs samples to find the ranges of activations: give --data FILE.npz."
        )
    return data
