"""What the labels of a data set mean for a model's output."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError
from qviz.graph import Tensor
from qviz.quantities import counted

Array = NDArray[np.generic]
Task = Literal["classification", "regression", "none"]


def clean_labels(y: Array, samples: int, where: str) -> Array:
    """Check labels that were read and bring them to (n,) or (n, ...).

    One-hot rows become classes; (n, 1) becomes (n,).

    Raises
    ------
    DatasetError
        If they are not numbers, not finite, or not as many as the samples.
    """
    if y.ndim == 0 or len(y) != samples:
        count = 1 if y.ndim == 0 else len(y)
        raise DatasetError(f"{where} has {samples} samples but {count} labels.")
    if y.dtype.kind not in "fiub":
        raise DatasetError(f"The labels of {where} are {y.dtype}, numbers are needed.")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise DatasetError(f"The labels of {where} hold NaN or infinity.")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        classes: Array = y.argmax(axis=1).astype(np.int64)
        return classes
    return y


def guess_task(y: Array | None) -> Task:
    """Task of labels where no model says what they are for: integers are classes."""
    if y is None:
        return "none"
    return "classification" if y.dtype.kind in "iub" and y.ndim == 1 else "regression"


def fit_labels(y: Array | None, output: Tensor, where: str) -> tuple[Array | None, Task]:
    """Labels as the metrics want them for a model's first output.

    Parameters
    ----------
    y : ndarray or None
        As :func:`clean_labels` returns them.
    output : Tensor
        (1, classes) or (1, k) numbers; a single number with labels 0 and 1 of an integer type is
        taken for the probability of class 1.

    Returns
    -------
    labels : int64 (n,), float32 (n, ...) or None
    task : str

    Raises
    ------
    DatasetError
        If the labels cannot belong to that output.
    """
    if y is None:
        return None, "none"
    shape = output.shape[1:]
    wide = [n for n in shape if n != 1]
    if y.ndim > 1 and y.size == len(y) * int(np.prod(shape)) and -1 not in shape:
        return y.astype(np.float32), "regression"
    if y.ndim > 1:
        raise DatasetError(
            f"The labels of {where} have shape {y.shape[1:]} per sample, the model's output has "
            f"{shape}."
        )
    if not wide:
        if y.dtype.kind in "iub" and np.isin(y, (0, 1)).all():
            return y.astype(np.int64), "classification"
        return y.astype(np.float32)[:, None], "regression"
    if len(wide) > 1:
        raise DatasetError(
            f"The labels of {where} are one number a sample, the model's output has shape {shape}."
        )
    if y.dtype.kind == "f" and not np.array_equal(y, np.floor(y)):
        raise DatasetError(
            f"The labels of {where} are not whole numbers, the model tells "
            f"{counted(wide[0], 'class', 'classes')} apart."
        )
    labels = y.astype(np.int64)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= wide[0] > 0:
        raise DatasetError(
            f"The labels of {where} reach from {low} to {high}, the model tells "
            f"{counted(wide[0], 'class', 'classes')} apart (0 to {wide[0] - 1})."
        )
    return labels, "classification"
