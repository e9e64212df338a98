"""What the worker sends to the window: small frozen summaries, never whole models."""

from __future__ import annotations

from dataclasses import dataclass

from qviz.evaluation.model_part import ModelPart
from qviz.evaluation.results import ModelInfo
from qviz.evaluation.weights import WeightView
from qviz.quantization.scheme import Scheme

__all__ = [
    "DataSpec",
    "DemoSetup",
    "Exported",
    "LayerSummary",
    "ModelSummary",
    "RunOptions",
    "TensorSummary",
    "WeightView",
]


@dataclass(frozen=True, slots=True)
class TensorSummary:
    """One weight tensor of a layer.

    Attributes
    ----------
    name : str
        In the graph.
    shape : tuple of int
    dtype : str
    channels : int
        Length of the channel dimension; 1 if the tensor has none.
    minimum, maximum : float
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    channels: int
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer as lists show it.

    Attributes
    ----------
    name : str
    kind : str
        Kind of its main operator.
    parameters : int
    output_shape : tuple of int
    weights : tuple of TensorSummary
        Largest first, those in subgraphs that the layer runs among them.
    in_folded : bool
        Whether the layer is still there once batch norms are folded.
    state : str
        ``cannot`` if an operator of it cannot be run, ``behind`` if it depends on one that cannot;
        else empty.
    taken_in : tuple of str
        Batch norms and other layers that were folded into its weights.
    """

    name: str
    kind: str
    parameters: int
    output_shape: tuple[int, ...]
    weights: tuple[TensorSummary, ...]
    in_folded: bool = True
    state: str = ""
    taken_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What the window knows of an open model.

    Attributes
    ----------
    info : ModelInfo
    layers : tuple of LayerSummary
        Of the folded graph, which is what the schemes quantize and layer errors name.
    unfolded_layers : tuple of LayerSummary
        As the author wrote them.
    notes : tuple of str
        From the reader and the passes (what was folded, what was not and why).
    first_weights : WeightView or None
        Histogram of the largest weight tensor: the first picture needs no second round trip.
    part : ModelPart or None
        What can be run of a model that holds an operator that cannot be; None if all of it can.
    stored : str
        What shows that the file is quantized already, so that no scheme can be applied to it; empty
        for a float model.
    """

    info: ModelInfo
    layers: tuple[LayerSummary, ...]
    unfolded_layers: tuple[LayerSummary, ...]
    notes: tuple[str, ...] = ()
    first_weights: WeightView | None = None
    part: ModelPart | None = None
    stored: str = ""


@dataclass(frozen=True, slots=True)
class DataSpec:
    """Which data a job loads.

    Attributes
    ----------
    name_or_path : str
        Built-in name or file.
    preprocessing : str
        As the command line's ``--preprocess``, e.g. ``scale=1/255``; empty for none.
    limit : int or None
        Use only the first samples; of image files evenly spread ones.
    folder : str
        Where the files of a named set lie; empty to search QVIZ_DATA and Keras' cache.
    target : str
        Column of the labels in a table; empty for the last.
    """

    name_or_path: str
    preprocessing: str = ""
    limit: int | None = None
    folder: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class DemoSetup:
    """A demo that is ready to be run: its model and its data are there.

    Attributes
    ----------
    name, title : str
    model_path : str
    data : DataSpec
    schemes : tuple of Scheme
        What the demo compares; any others may be added.
    notes : tuple of str
        What there is to know before it runs.
    trained_range : tuple of float or None
        Smallest and largest input that the network was trained on, where that is known.
    """

    name: str
    title: str
    model_path: str
    data: DataSpec
    schemes: tuple[Scheme, ...]
    notes: tuple[str, ...] = ()
    trained_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """An artifact that was written.

    Attributes
    ----------
    path : str
        The file or folder that was asked for.
    paths : tuple of str
        All that was written: two files for a C array, else `path` alone.
    size_bytes, gzip_bytes : int
        Of the model that a program loads, whatever the text of a C array takes.
    """

    path: str
    paths: tuple[str, ...]
    size_bytes: int
    gzip_bytes: int


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a comparison is made.

    Attributes
    ----------
    calibration_samples : int
        Samples that find the ranges of activations.
    layer_samples : int
        Samples that layer errors are measured on.
    seed : int
        Of the choice of calibration samples.
    latency : bool
        Time each ``.tflite`` artifact in the LiteRT interpreter on this computer.
    rounding : str
        Rounding mode of the executor, one of ``qviz.execution.MODES``.
    output : str
        Name of the model's output that labels and metrics are about; empty for the first.
    """

    calibration_samples: int = 100
    layer_samples: int = 20
    seed: int = 0
    latency: bool = False
    rounding: str = "reference"
    output: str = ""
