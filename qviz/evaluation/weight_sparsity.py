"""What is left, after quantization, of pruned and clustered weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qviz.evaluation.results import WeightSparsity
from qviz.graph import Graph, Tensor
from qviz.quantization.changed_weights import kernel_names
from qviz.quantization.scheme import Scheme

PLAIN_SIZE = (
    "Pruning and clustering do not make the file smaller, since every weight is still stored; "
    "only packing (gzip) gains from zeros and from values that repeat."
)


def weight_sparsity(changed: Graph, quantized: Graph) -> tuple[WeightSparsity, ...]:
    """Zeros and different values of every kernel, in the float model and under the scheme.

    Parameters
    ----------
    changed : Graph
        The float model, pruned and clustered, as its author wrote it otherwise.
    quantized : Graph
        What the scheme made of it.
    """
    found = []
    readers = changed.consumers()
    stored = {t.origin or t.name: t for t in quantized.tensors.values() if t.is_constant}
    for name in kernel_names(changed):
        after = stored.get(name)
        if after is None or after.data is None:
            continue
        values, left = changed.tensors[name].real(), after.real()
        distinct = len(np.unique(left))
        found.append(
            WeightSparsity(
                layer=changed.operators[readers[name][0]].layer,
                tensor=name,
                count=values.size,
                sparsity_before=float((values == 0).mean()),
                sparsity_after=float((left == 0).mean()),
                distinct_before=len(np.unique(values)),
                distinct_after=distinct,
                distinct_codes=distinct if after.is_float else _codes(after),
            )
        )
    return tuple(found)


def sparsity_notes(scheme: Scheme, found: Sequence[WeightSparsity]) -> tuple[str, ...]:
    """Sentences on what pruning and clustering are worth under the scheme."""
    if not scheme.changes_weights or not found:
        return ()
    notes = [PLAIN_SIZE]
    undone = [s for s in found if s.distinct_after > s.distinct_before]
    if scheme.clusters and undone:
        most = max(undone, key=lambda s: s.distinct_after / s.distinct_before)
        notes.append(
            f"Clustering is undone in {len(undone)} of {len(found)} layers by {_causes(scheme)}: "
            f"{most.layer} has {most.distinct_after} different weights now, not "
            f"{most.distinct_before}{_stored(most)}."
        )
    return tuple(notes)


def _causes(scheme: Scheme) -> str:
    folding = "batch norms that were folded into the weights"
    if scheme.weight_dtype == "int8" and scheme.per_channel:
        return f"scales per channel, and {folding}"
    return folding


def _stored(weights: WeightSparsity) -> str:
    if weights.distinct_codes == weights.distinct_after:
        return ""
    return f" (its codes have {weights.distinct_codes} values)"


def _codes(tensor: Tensor) -> int:
    return 0 if tensor.data is None else len(np.unique(tensor.data))
