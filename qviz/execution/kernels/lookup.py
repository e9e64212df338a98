"""Tables and sets.

HASHTABLE_LOOKUP, EMBEDDING_LOOKUP_SPARSE, SPARSE_TO_DENSE, UNIQUE, BUCKETIZE.
"""

from __future__ import annotations

import numpy as np

from qviz.execution.kernels.operands import integers_of, kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_F32 = np.float32


@kernel("HASHTABLE_LOOKUP")
def prepare_hashtable_lookup(context: Context) -> Kernel:
    """Rows of a table by key, zeros where the key is missing; and whether each was found.

    References
    ----------
    LiteRT, tflite/kernels/hashtable_lookup.cc.
    """
    if context.input(2).dtype.kind not in "fiu":
        raise context.unsupported("its table does not hold numbers")

    def look_up(wanted: Array, keys: Array, values: Array) -> tuple[Array, ...]:
        places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        found = keys[places] == wanted
        rows = values[places].copy()
        rows[~found] = 0
        return rows, found.astype(np.uint8)

    return kernel_of(look_up)


@kernel("EMBEDDING_LOOKUP_SPARSE")
def prepare_embedding_lookup_sparse(context: Context) -> Kernel:
    """Weighted sums of the rows of a table that a sparse tensor names.

    Inputs: ids, their places (n, rank) and dense shape, weights, table. Rows whose places differ
    only in the last dimension are added up, in order; MEAN divides by the sum of the weights,
    SQRTN by the root of the sum of their squares.

    References
    ----------
    LiteRT, tflite/kernels/embedding_lookup_sparse.cc.
    """
    combiner = str(context.option("combiner", "SUM"))

    def look_up(ids: Array, places: Array, shape: Array, weights: Array, table: Array) -> Array:
        rows = table[ids] * weights.reshape(-1, *(1,) * (table.ndim - 1))
        kept = tuple(integers_of(shape)[:-1])
        result = np.zeros((*kept, *table.shape[1:]), _F32)
        bucket = tuple(np.moveaxis(places[:, :-1], -1, 0))
        if not bucket:
            bucket = (np.zeros(len(ids), np.int64),)
            result, kept = result[None], (1,)
        np.add.at(result, bucket, rows)
        if combiner != "SUM":
            total = np.zeros(kept, _F32)
            np.add.at(total, bucket, weights if combiner == "MEAN" else weights * weights)
            divisor = total if combiner == "MEAN" else np.sqrt(total)
            used = np.zeros(kept, bool)
            used[bucket] = True
            divisor = np.where(used, divisor, _F32(1))
            result /= divisor.reshape(*kept, *(1,) * (table.ndim - 1))
        return result.reshape(*integers_of(shape)[:-1], *table.shape[1:])

    return kernel_of(look_up)


@kernel("SPARSE_TO_DENSE")
def prepare_sparse_to_dense(context: Context) -> Kernel:
    """A tensor of one value with others at the given places; one value may serve all places.

    References
    ----------
    LiteRT, tflite/kernels/sparse_to_dense.cc.
    """

    def fill(places: Array, shape: Array, values: Array, default: Array) -> Array:
        result = np.full(integers_of(shape), default.reshape(-1)[0], values.dtype)
        rows = places.reshape(-1, result.ndim)
        result[tuple(rows.T)] = values if values.size == 1 else values.reshape(-1)
        return result

    return kernel_of(fill)


@kernel("UNIQUE")
def prepare_unique(context: Context) -> Kernel:
    """The different values in the order in which they first stand, and the place of each input.

    References
    ----------
    LiteRT, tflite/kernels/unique.cc.
    """
    index_type = context.outputs[1].dtype

    def unique(x: Array) -> tuple[Array, ...]:
        values, first, inverse = np.unique(x, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return values[order], rank[inverse.reshape(x.shape)].astype(index_type)

    return kernel_of(unique)


@kernel("BUCKETIZE")
def prepare_bucketize(context: Context) -> Kernel:
    """Number of boundaries that are not above each value, int32.

    References
    ----------
    LiteRT, tflite/kernels/bucketize.cc.
    """
    boundaries = np.asarray(context.option("boundaries", ()), _F32)

    def bucketize(x: Array) -> Array:
        values = x if x.dtype == np.float64 else x.astype(_F32)
        return np.searchsorted(boundaries, values, "right").astype(np.int32)

    return kernel_of(bucketize)
