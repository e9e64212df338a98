"""Samples and labels, fitted to a model's inputs and read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.evaluation.labels import Task, clean_labels, fit_labels, guess_task
from qviz.evaluation.preprocessing import Preprocessing
from qviz.evaluation.sample_shape import fitting_shape, is_row, shape_advice, shape_text
from qviz.graph import Graph, Tensor

Array = NDArray[np.generic]
Batch = Array | tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class InputShape:
    """What one input of a model takes.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Of one sample, without the batch; -1 where any size goes.
    integers : bool
        Whether it takes indices, which are not preprocessed, instead of real values.
    """

    name: str
    shape: tuple[int, ...]
    integers: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Samples with or without labels.

    Attributes
    ----------
    name : str
    inputs : tuple of ndarray
        One for each input of the model, as stored; dimension 0 counts samples. Images in files
        stand here as an ``ImageFiles``, which is read like an array, batch by batch.
    y : ndarray or None
        int64 classes of shape (n,), or float32 numbers of shape (n, k).
    task : {"classification", "regression", "none"}
    preprocessing : Preprocessing
        Applied batch by batch, to inputs of real values.
    class_names : tuple of str
        Empty if unknown.
    path, sha256 : str
        Where the samples come from.
    calibration : tuple of ndarray
        Samples set aside for calibration; empty where the samples themselves have to serve.
    shapes : tuple of InputShape
        The model's inputs; empty where no model is known.
    target : str
        Column of a table that the labels are from; empty for data of another kind.
    """

    name: str
    inputs: tuple[Array, ...]
    y: Array | None = None
    task: Task = "none"
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    class_names: tuple[str, ...] = ()
    path: str = ""
    sha256: str = ""
    calibration: tuple[Array, ...] = ()
    shapes: tuple[InputShape, ...] = ()
    target: str = ""

    @classmethod
    def of(
        cls,
        x: Array | tuple[Array, ...],
        y: Array | None = None,
        *,
        name: str = "arrays",
        preprocessing: Preprocessing | str = "",
    ) -> Dataset:
        """Data from arrays: one of samples, or a tuple of one for each input, and labels.

        Raises
        ------
        DatasetError
            If there are no samples or not as many labels.
        """
        inputs = x if isinstance(x, tuple) else (x,)
        if not inputs or any(a.ndim < 1 or len(a) != len(inputs[0]) or not len(a) for a in inputs):
            raise DatasetError(f"{name} needs samples, as many for every input.")
        labels = None if y is None else clean_labels(y, len(inputs[0]), name)
        if isinstance(preprocessing, str):
            preprocessing = Preprocessing.parse(preprocessing)
        return cls(name, inputs, labels, guess_task(labels), preprocessing)

    def __len__(self) -> int:
        return len(self.inputs[0])

    @property
    def x(self) -> Array:
        """Samples of the first input, as stored."""
        return self.inputs[0]

    def batch(self, start: int, stop: int) -> Batch:
        """Preprocessed samples ``start:stop``: an array, or a tuple for several inputs.

        float32 for real values; integers as they are for inputs that take indices.
        """
        return self._prepare(tuple(x[start:stop] for x in self.inputs))

    def batches(self, size: int = 32) -> Iterator[Batch]:
        """All samples in order, `size` at a time."""
        for start in range(0, len(self), size):
            yield self.batch(start, start + size)

    def calibration_count(self, count: int = 100) -> int:
        """How many samples :meth:`calibration_batches` yields when asked for `count`."""
        return min(count, len((self.calibration or self.inputs)[0]))

    def calibration_batches(
        self, count: int = 100, size: int = 32, seed: int = 0
    ) -> Iterator[Batch]:
        """Preprocessed samples for calibration, drawn without repetition, in stored order.

        They come from the samples set aside for calibration where there are any, else from the
        samples themselves; labels are not used.
        """
        source = self.calibration or self.inputs
        available = len(source[0])
        picked = np.random.default_rng(seed).permutation(available)[: min(count, available)]
        picked.sort()
        for start in range(0, len(picked), size):
            rows = picked[start : start + size]
            yield self._prepare(tuple(x[rows] for x in source))

    def describe_calibration(self, count: int, seed: int) -> str:
        """One line: how many samples, from where, with which seed."""
        where = "the calibration samples of the file" if self.calibration else "the test samples"
        return f"{self.calibration_count(count)} of {where}, seed {seed}"

    def head(self, limit: int | None) -> Dataset:
        """The first `limit` samples; all for None."""
        if limit is None or limit >= len(self):
            return self
        if limit < 1:
            raise DatasetError(f"At least one sample is needed, not {limit}.")
        labels = None if self.y is None else self.y[:limit]
        return self._replaced(tuple(_first(x, limit) for x in self.inputs), labels, self.task)

    def limited(self, limit: int | None) -> Dataset:
        """`limit` samples: the first, but of image files evenly spread ones.

        Files stand class by class, so that the first would be of few classes.
        """
        files = cast(Any, self.inputs[0])
        if limit is None or isinstance(files, np.ndarray) or not 1 <= limit < len(self):
            return self.head(limit)
        rows = np.arange(limit) * len(self) // limit
        labels = None if self.y is None else self.y[rows]
        return self._replaced((files.at(rows),), labels, self.task)

    def fitted(self, graph: Graph) -> Dataset:
        """The same samples for a model's inputs, and the labels for its first output.

        A missing dimension of size 1 is added, one too many is dropped: (28, 28) fits
        (28, 28, 1). As many values in a row are laid out as the model takes them, and back: (784,)
        fits (28, 28, 1). Anything else has to be said in the preprocessing.

        Raises
        ------
        DatasetError
            If samples or labels do not fit; the message says what was expected and what came.
        """
        shapes = input_shapes(graph)
        if len(shapes) != len(self.inputs):
            names = ", ".join(s.name for s in shapes)
            raise DatasetError(
                f"The model has {len(shapes)} inputs ({names}), the data have "
                f"{len(self.inputs)}; store one array for each, named x0, x1, ..."
            )
        for shape, x in zip(shapes, self.inputs, strict=True):
            self._check_fit(shape, x)
        for shape, x in zip(shapes, self.calibration, strict=False):
            self._check_fit(shape, x, "calibration samples")
        output, *others = graph.outputs
        try:
            labels, task = fit_labels(self.y, graph.tensors[output], self.name)
        except DatasetError as error:
            if not others:
                raise
            named = ", ".join(repr(name) for name in others)
            raise DatasetError(
                f"{error} This is about the output {output!r}; the model has {named} too, and "
                "labels and metrics can be about any of them."
            ) from None
        return self._replaced(self.inputs, labels, task, shapes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be known of the data beside the preprocessing: which column is the target."""
        if not self.target:
            return ()
        return (f"The labels are the column {self.target!r}, the samples all other columns.",)

    def describe_preprocessing(self) -> str:
        """What is done to samples, in one line: the steps, and how flat samples are laid out."""
        told = self.preprocessing.describe()
        laid_out = [
            f"{' × '.join(map(str, x.shape[1:]))} values laid out as {'×'.join(map(str, s.shape))}"
            for s, x in zip(self.shapes, self.inputs, strict=False)
            if is_row(tuple(x.shape[1:]), s.shape)
        ]
        if not laid_out:
            return told
        steps = [] if self.preprocessing.does_nothing else [told]
        return ", ".join((*steps, *laid_out, "row by row"))

    def _replaced(
        self,
        inputs: tuple[Array, ...],
        y: Array | None,
        task: Task,
        shapes: tuple[InputShape, ...] | None = None,
    ) -> Dataset:
        shapes = self.shapes if shapes is None else shapes
        return replace(self, inputs=inputs, y=y, task=task, shapes=shapes)

    def _check_fit(self, shape: InputShape, x: Array, what: str = "samples") -> None:
        if x.dtype.kind not in "fiub":
            raise DatasetError(f"The {what} of {self.name} are {x.dtype}, numbers are needed.")
        if shape.integers and x.dtype.kind == "f":
            raise DatasetError(
                f"The input {shape.name} takes integers, the {what} of {self.name} are {x.dtype}."
            )
        probe = x[:1] if shape.integers else self._steps().apply(x[:1])
        if fitting_shape(probe.shape[1:], shape.shape) is None:
            got = f"{tuple(probe.shape[1:])}"
            if not shape.integers and not self.preprocessing.does_nothing:
                got += f" after preprocessing ({self.preprocessing.describe()})"
            advice = shape_advice(probe.shape[1:], shape.shape, self.preprocessing)
            raise DatasetError(
                f"The model expects samples of shape {shape_text(shape.shape)}, "
                f"the {what} of {self.name} have {got}{advice}."
            )

    def _steps(self) -> Preprocessing:
        """What is left to do: files of images come with their final size."""
        as_arrays = isinstance(self.inputs[0], np.ndarray)
        return self.preprocessing if as_arrays else self.preprocessing.values_only()

    def _prepare(self, stored: tuple[Array, ...]) -> Batch:
        if not self.shapes:
            ready = tuple(self._steps().apply(x) for x in stored)
            return ready[0] if len(ready) == 1 else ready
        prepared = []
        for shape, x in zip(self.shapes, stored, strict=True):
            values: Array = x if shape.integers else self._steps().apply(x)
            fit = fitting_shape(values.shape[1:], shape.shape)
            if fit is None:
                raise DatasetError(
                    f"The model expects samples of shape {shape_text(shape.shape)}, "
                    f"got {values.shape[1:]}."
                )
            prepared.append(values.reshape(len(values), *fit))
        return prepared[0] if len(prepared) == 1 else tuple(prepared)


def _first(x: Array, limit: int) -> Array:
    """The first samples; images in files stay unread."""
    first: Array = x[:limit] if isinstance(x, np.ndarray) else x.head(limit)
    return first


def input_shapes(graph: Graph) -> tuple[InputShape, ...]:
    """What the inputs of `graph` take.

    Raises
    ------
    DatasetError
        If an input has no dimension for samples, or a fixed number of them.
    """
    return tuple(_input_shape(graph.tensors[name]) for name in graph.inputs)


def _input_shape(tensor: Tensor) -> InputShape:
    if not tensor.shape or tensor.shape[0] not in (1, -1):
        raise DatasetError(
            f"The input {tensor.name} has the fixed shape {shape_text(tensor.shape)}; data can be "
            f"run only through models that take one sample at a time (a first dimension of 1)."
        )
    integers = not tensor.is_float and tensor.quantization is None
    return InputShape(tensor.name, tensor.shape[1:], integers)
