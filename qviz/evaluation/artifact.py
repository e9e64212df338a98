"""The files a scheme is shipped as: written, and weighed."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ExportError, SchemeError
from qviz.files import refuse_overwriting, whole_directory, write_bytes, write_together
from qviz.formats.keras.model import KerasModel
from qviz.formats.tflite.c_array import check_array_name, write_c_array
from qviz.graph import Graph
from qviz.quantization import encode_tfjs
from qviz.quantization.scheme import Scheme
from qviz.quantization.scheme import scheme as scheme_named

_GZIP_LEVEL = 6

_C_SOURCES = (".cc", ".cpp", ".c")
_FILE_ENDINGS = (
    *(".tflite", ".zip", ".h", *_C_SOURCES, ".keras", ".h5", ".hdf5", ".json"),
    *(".onnx", ".pb", ".pt", ".pth", ".bin"),
)


def write_artifact(
    graph: Graph, quantized: Graph, scheme: str | Scheme, path: str | os.PathLike[str]
) -> Path:
    """Write what the scheme is shipped as: ``.tflite``, a TensorFlow.js folder, an archive.

    Parameters
    ----------
    graph : Graph
        The model as it was opened.
    quantized : Graph
        What :func:`qviz.quantize` made of it.
    scheme : str or Scheme
    path : str or path
        File, or folder for the tfjs schemes. It is written whole or not at all. A ``.h``, ``.cc``,
        ``.cpp`` or ``.c`` file gets the TFLite file as a C array, header and source side by side.

    Raises
    ------
    SchemeError
        If the model has no layers that TensorFlow.js could load.
    ExportError
        If it cannot be written, `path` is the file of the model, or its ending is of another form.
    """
    recipe = scheme_named(scheme)
    if graph.source is not None:
        refuse_overwriting(path, graph.source.path)
        for target in artifact_targets(path, recipe):
            refuse_overwriting(target, graph.source.path)
    return write_artifact_files(artifact_files(graph, quantized, recipe), recipe, path)


def write_artifact_files(
    files: Mapping[str, bytes], scheme: Scheme, path: str | os.PathLike[str]
) -> Path:
    """Write what :func:`artifact_files` made; see :func:`write_artifact` for `path` and errors."""
    targets = artifact_targets(path, scheme)
    if len(targets) > 1:
        texts = write_c_array(next(iter(files.values())), Path(path).stem)
        write_together(dict(zip(targets, (text.encode() for text in texts), strict=True)))
        return Path(path)
    if scheme.artifact != "tfjs":
        return write_bytes(path, next(iter(files.values())))
    with whole_directory(path) as folder:
        for name, data in files.items():
            (folder / name).write_bytes(data)
    return Path(path)


def artifact_targets(path: str | os.PathLike[str], scheme: Scheme) -> tuple[Path, ...]:
    """What :func:`write_artifact` writes at `path`: one file or folder; header and source for C.

    Raises
    ------
    ExportError
        If the ending of the name is of another form than the scheme is shipped as.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if scheme.artifact == "eightbit" and ending != ".zip":
        raise ExportError(f"{scheme.id} is written as an archive: {target} should be named .zip.")
    if scheme.artifact == "tfjs" and ending in _FILE_ENDINGS:
        raise ExportError(
            f"{scheme.id} is written as a folder for TensorFlow.js: name {target} without {ending}."
        )
    if scheme.artifact == "tflite" and ending in (".h", *_C_SOURCES):
        source = target if ending in _C_SOURCES else target.with_suffix(_C_SOURCES[0])
        header = target if ending == ".h" else target.with_suffix(".h")
        # The array is named after the file; a name that C does not take is refused at once.
        check_array_name(target.stem)
        return header, source
    if scheme.artifact == "tflite" and ending not in ("", ".tflite"):
        raise ExportError(
            f"{scheme.id} is written as TensorFlow Lite: {target} should be named .tflite, or "
            f".h, {', '.join(_C_SOURCES)} for a C array."
        )
    return (target,)


def artifact_files(graph: Graph, quantized: Graph, scheme: str | Scheme) -> dict[str, bytes]:
    """Contents of the artifact's files by name; arguments and errors of :func:`write_artifact`."""
    recipe = scheme_named(scheme)
    if recipe.artifact == "tflite":
        from qviz.formats.tflite.writer import write_tflite

        return {"model.tflite": write_tflite(quantized)}
    if recipe.artifact == "eightbit":
        from qviz.formats.graph_archive import write_graph_archive

        return {"model.eightbit.zip": write_graph_archive(quantized)}
    # The layers of the quantized graph, whose weights a scheme may have pruned or clustered.
    return tfjs_files(quantized if quantized.source else graph, recipe.weight_dtype)


def artifact_size(files: Mapping[str, bytes]) -> tuple[int, int]:
    """Bytes of all files, plain and gzipped one by one.

    Level 6 without a time stamp, so that equal files have equal sizes.
    """
    packed = (gzip.compress(data, _GZIP_LEVEL, mtime=0) for data in files.values())
    return sum(len(data) for data in files.values()), sum(len(data) for data in packed)


def _float_weights(model: KerasModel) -> Iterator[tuple[str, NDArray[Any]]]:
    """The weights that TensorFlow.js quantizes: those of float32."""
    for layer in model.leaves():
        for weight in layer.weights:
            if weight.value.dtype == np.float32:
                yield f"{layer.path}/{weight.name}", weight.value


def tfjs_files(graph: Graph, weight_dtype: str) -> dict[str, bytes]:
    """A TensorFlow.js folder: ``model.json`` and the shards, by name.

    Parameters
    ----------
    graph : Graph
        The model as it was opened.
    weight_dtype : str
        float32 leaves the weights as they are; float16, uint8 or uint16.

    Raises
    ------
    SchemeError
        If the model has no layers that TensorFlow.js could load.
    """
    model = graph.source.model if graph.source is not None else None
    if not isinstance(model, KerasModel):
        raise SchemeError(
            f"Writing {weight_dtype} weights for TensorFlow.js needs a model with Keras layers "
            f"(.keras, .h5), because TensorFlow.js loads layers; this one has operators only."
        )
    from qviz.formats.tfjs.writer import write_layers_model

    weights = _float_weights(model) if weight_dtype != "float32" else ()
    encoded = {name: encode_tfjs(value, weight_dtype, name=name) for name, value in weights}
    with tempfile.TemporaryDirectory(prefix="qviz-") as name:
        folder = Path(name) / "model"
        write_layers_model(model, encoded, folder)
        return {f.name: f.read_bytes() for f in sorted(folder.iterdir())}
