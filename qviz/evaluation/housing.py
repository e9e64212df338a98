"""California housing: the columns, the split, and what standardizes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError

Floats = NDArray[np.float32]

# Greatest value of each column of the 1990 census, in the order that the sample model takes. They
# tell the columns apart where a copy has them in another order.
_GREATEST = {
    "longitude": -114.31,
    "latitude": 41.95,
    "housing_median_age": 52.0,
    "total_rooms": 39320.0,
    "total_bedrooms": 6445.0,
    "population": 35682.0,
    "households": 6082.0,
    "median_income": 15.0001,
}
_TRAINING_SHARE = 0.8
_SEED = 113


@dataclass(frozen=True, slots=True, eq=False)
class Housing:
    """Training and test rows.

    Attributes
    ----------
    train, test : (ndarray, ndarray)
        float32 (n, 8) columns as published, and (n,) standardized house values.
    means, deviations : tuple of float
        Of the columns of the training rows.
    target : str
        What a label of 1 means.
    """

    train: tuple[Floats, Floats]
    test: tuple[Floats, Floats]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    target: str


def prepare_housing(x: NDArray[np.generic], y: NDArray[np.generic], where: str) -> Housing:
    """Split and standardize the 20,640 block groups.

    The house value is standardized as well, as TensorFlow.js' quantization example does, so that
    its MAE can be laid beside the published one. Copies differ in the order of rows; they are
    sorted before the split, so that all copies have the same test rows.

    Parameters
    ----------
    x : ndarray of shape (n, 8)
    y : ndarray of shape (n,)
        In dollars.

    Raises
    ------
    DatasetError
        If the columns are not those of the census.
    """
    values = np.asarray(y, np.float32).reshape(-1)
    columns = _in_order(np.asarray(x, np.float32), where)
    if len(values) != len(columns) or not np.isfinite(values).all():
        raise DatasetError(f"{where} has {len(columns)} rows but {len(values)} house values.")
    order = np.lexsort((values, *columns.T[::-1]))
    columns, values = columns[order], values[order]
    # The shuffling and the share of keras.datasets.
    order = np.random.RandomState(_SEED).permutation(len(columns))
    columns, values = columns[order], values[order]
    first = int(len(columns) * _TRAINING_SHARE)
    train = columns[:first]
    mean = values[:first].mean(dtype=np.float64)
    deviation = values[:first].std(dtype=np.float64)
    labels = ((values - mean) / deviation).astype(np.float32)
    return Housing(
        (train, labels[:first]),
        (columns[first:], labels[first:]),
        tuple(float(m) for m in train.mean(axis=0, dtype=np.float64)),
        tuple(float(s) for s in train.std(axis=0, dtype=np.float64)),
        f"target: house value − {mean:,.0f} dollars, ÷ {deviation:,.0f} dollars",
    )


def _in_order(x: Floats, where: str) -> Floats:
    """Columns in the order of `_GREATEST`."""
    found = [_column(x, greatest) for greatest in _GREATEST.values()] if x.ndim == 2 else []
    if x.ndim != 2 or len(x) < 2 or None in found or not np.isfinite(x).all():
        raise DatasetError(
            f"{where} does not have the columns {', '.join(_GREATEST)} of the 1990 census."
        )
    return np.ascontiguousarray(x[:, [index for index in found if index is not None]])


def _column(x: Floats, greatest: float) -> int | None:
    hits = np.flatnonzero(np.isclose(x.max(axis=0), greatest, rtol=1e-6))
    return int(hits[0]) if len(hits) == 1 else None
