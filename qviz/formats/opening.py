"""Opening a model of any format: what a file is shows in its first bytes, not in its name."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from qviz.errors import ConversionError, ModelFormatError, QvizError, UnsupportedLayerError
from qviz.files import special_file
from qviz.formats.graph_archive import is_graph_archive, read_graph_archive
from qviz.formats.keras.lowering import lower
from qviz.formats.keras.lowering.classes import is_keras_class
from qviz.formats.keras.lowering.inputs import InputShape
from qviz.formats.keras.model import KerasModel
from qviz.formats.keras.reader import read_keras_archive, read_keras_hdf5
from qviz.formats.tensorflow import convert_to_tflite
from qviz.formats.tfjs.reader import is_layers_model, read_layers_model
from qviz.graph import Graph, Source
from qviz.resources import named_model

_ZIP = b"PK\x03\x04"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_TFLITE = b"TFL3"
_SAVED_MODEL = "saved_model.pb"
_MAX_MODEL_JSON_BYTES = 64 << 20

_KerasReader = Callable[..., tuple[KerasModel, list[str]]]


def open_model(
    path: str | os.PathLike[str],
    *,
    allow_code: bool = False,
    input_shape: InputShape = None,
    convert: bool = True,
) -> Graph:
    """Open a model as a float graph, batch normalization unfolded where the file has it.

    Parameters
    ----------
    path : str or path
        A ``.keras``, ``.h5``, ``.hdf5`` or ``.tflite`` file under any name, the ``model.json`` of a
        TensorFlow.js layers model or its folder, or a SavedModel's folder or ``saved_model.pb``.
        The name of a shipped sample, such as ``digits``, where there is no file of that name.
    allow_code : bool
        Let the converter run Python code that the file holds (Lambda layers). Only for files that
        you trust.
    input_shape : sequence of int or Mapping, optional
        Sizes of the input, without the batch, where the model leaves them open; for a model with
        several inputs by name.
    convert : bool
        Let TensorFlow's converter, in a process of its own, try what qviz cannot read itself.

    Returns
    -------
    Graph
        With ``source`` set; ``source.notes`` has sentences that the user should read.

    Raises
    ------
    ModelFormatError
        If it is no model, or damaged, unsafe, or without finite weights.
    UntrustedCodeError
        If it holds code and `allow_code` is false.
    UnsupportedLayerError
        If a layer cannot be read and `convert` is false or would not help.
    ConversionError
        If the converter failed.
    """
    target = Path(named_model(os.fspath(path)))
    if kind := special_file(target):
        raise ModelFormatError(f"{target} is {kind}; store the model in a file and open that.")
    with _readable(target):
        if target.name == _SAVED_MODEL and target.is_file():
            target = target.parent
        if target.is_dir():
            graph = _open_folder(target, allow_code, input_shape, convert)
        else:
            graph = _open_file(target, allow_code, input_shape, convert)
    # The weights of a Keras model were checked, by the names of their layers, when they were read.
    if graph.source is None or not isinstance(graph.source.model, KerasModel):
        _check_finite(graph)
    return graph


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what the file system and malformed content can raise into one sentence."""
    try:
        yield
    except QvizError:
        raise
    except FileNotFoundError:
        raise ModelFormatError(f"There is no file {path}.") from None
    except PermissionError:
        raise ModelFormatError(f"{path} cannot be read: permission denied.") from None
    except OSError as error:
        raise ModelFormatError(f"{path} cannot be read: {error.strerror or error}.") from error
    except RecursionError:
        raise ModelFormatError(
            f"{path.name} is nested deeper than any model; it is not safe to open."
        ) from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
        raise ModelFormatError(
            f"{path.name} is not written as a model should be ({type(error).__name__}: {error})."
        ) from error


def _open_file(path: Path, allow_code: bool, wanted: InputShape, convert: bool) -> Graph:
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise ModelFormatError(f"{path.name} is empty.")
    if head.startswith(_ZIP):
        if is_graph_archive(path):
            return _open_graph_archive(path)
        return _open_keras(path, "keras", read_keras_archive, allow_code, wanted, convert)
    if head == _HDF5:
        return _open_keras(path, "h5", read_keras_hdf5, allow_code, wanted, convert)
    if head[4:8] == _TFLITE:
        return _open_tflite(path)
    if path.suffix == ".json" or head.lstrip().startswith(b"{"):
        return _open_json(path, allow_code, wanted)
    if path.suffix == ".pb":
        raise ModelFormatError(
            f"{path.name} is part of a SavedModel or a frozen graph; open saved_model.pb or the "
            "folder that holds it."
        )
    raise ModelFormatError(
        f"{path.name} is no model that qviz knows: it is neither .keras, .h5, .tflite nor "
        "model.json."
    )


def _open_keras(
    path: Path,
    format_: str,
    read: _KerasReader,
    allow_code: bool,
    wanted: InputShape,
    convert: bool,
) -> Graph:
    try:
        model, notes = read(path, allow_code=allow_code)
        graph, more = lower(model, wanted)
    except UnsupportedLayerError as error:
        # Keras itself would have to know the class; for a custom one that only costs time.
        if not convert or (error.layer_class and not is_keras_class(error.layer_class)):
            raise
        return _convert(path, allow_code, str(error))
    writer = f"Keras {model.keras_version}".strip()
    source = Source(str(path), format_, writer, _sha256(path), path.stat().st_size, model)
    return graph.with_source(replace(source, notes=(*notes, *more)))


def _open_tflite(path: Path) -> Graph:
    from qviz.formats.tflite.reader import read_tflite

    return read_tflite(path.read_bytes(), str(path))


def _open_graph_archive(path: Path) -> Graph:
    graph = read_graph_archive(path.read_bytes(), path.name)
    return graph.with_source(Source(str(path), "qviz", "qviz", _sha256(path), path.stat().st_size))


def _open_folder(path: Path, allow_code: bool, wanted: InputShape, convert: bool) -> Graph:
    if (path / _SAVED_MODEL).is_file():
        if not convert:
            raise ModelFormatError(f"{path} is a SavedModel, which only the converter can read.")
        return _convert(path, allow_code, "")
    if (path / "model.json").is_file():
        return _open_json(path / "model.json", allow_code, wanted)
    if (path / "config.json").is_file() and (path / "model.weights.h5").is_file():
        raise ModelFormatError(f"{path} is an unpacked .keras file; open the .keras file itself.")
    raise ModelFormatError(
        f"{path} is a folder without a SavedModel or a model.json (TensorFlow.js) in it; name the "
        f"model's own file or folder."
    )


def _open_json(path: Path, allow_code: bool, wanted: InputShape) -> Graph:
    """Open a TensorFlow.js layers model; other JSON is no model, and the error says what it is."""
    if path.stat().st_size > _MAX_MODEL_JSON_BYTES:
        raise ModelFormatError(f"{path.name} is larger than the description of any model.")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ModelFormatError(f"{path.name} is no model: it is not valid JSON.") from None
    if is_layers_model(content):
        return _open_layers_model(path, allow_code, wanted)
    if isinstance(content, dict) and "class_name" in content:
        raise ModelFormatError(
            f"{path.name} describes the layers of a Keras model without their weights; open the "
            ".h5 file of weights and keep this file beside it under the same name."
        )
    raise ModelFormatError(f"{path.name} is a JSON file but no model.")


def _open_layers_model(path: Path, allow_code: bool, wanted: InputShape) -> Graph:
    read = read_layers_model(path, allow_code=allow_code)
    graph, more = lower(read.model, wanted)
    size = sum(file.stat().st_size for file in read.files)
    source = Source(str(path), "tfjs", read.writer, _sha256(path), size, read.model)
    return graph.with_source(replace(source, notes=(*read.notes, *more)))


def _convert(path: Path, allow_code: bool, reason: str) -> Graph:
    """Read what TensorFlow's converter makes of the model."""
    from qviz.formats.tflite.reader import read_tflite

    try:
        data = convert_to_tflite(path, allow_code=allow_code)
    except ConversionError as error:
        raise ConversionError(f"{reason} {error}".strip()) from error
    graph = read_tflite(data, str(path))
    note = (
        "TensorFlow's converter made this graph, so it has the converter's operators instead of "
        "the layers that the author wrote."
    )
    main = path / _SAVED_MODEL if path.is_dir() else path
    writer = "SavedModel" if path.is_dir() else "Keras"
    notes = (reason, note) if reason else (note,)
    # What the reader knows of the file, such as subgraphs that loops call, stays with the graph.
    model = None if graph.source is None else graph.source.model
    source = Source(str(path), "converted", writer, _sha256(main), _size(path), model, notes)
    return graph.with_source(source)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    return path.stat().st_size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_finite(graph: Graph) -> None:
    """Refuse NaN in a constant: nothing computed from it has a range or a code.

    Raises
    ------
    ModelFormatError
        Naming the tensor and the operator that reads it.
    """
    for operator in graph.operators:
        for name in operator.present_inputs:
            data = graph.tensors[name].data
            if data is not None and data.dtype.kind == "f" and np.isnan(data).any():
                raise ModelFormatError(
                    f"The constant {name!r} of {operator.layer or operator.kind!r} has NaN "
                    "values, so the model cannot be run; its training has probably diverged."
                )
