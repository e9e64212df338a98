"""NON_MAX_SUPPRESSION_V4 and V5: the best of boxes that overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qviz.execution.kernels.boxes import overlaps
from qviz.execution.kernels.operands import kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

_F32 = np.float32


@dataclass(slots=True)
class _Candidate:
    """A box that may still be chosen, and how many of the chosen ones it was compared with."""

    index: int
    score: np.float32
    compared: int


class _Heap:
    """A binary heap that puts equal scores in the same order as the C++ standard library's.

    References
    ----------
    libstdc++, bits/stl_heap.h: __push_heap, __adjust_heap.
    """

    def __init__(self) -> None:
        self._items: list[_Candidate] = []

    def __len__(self) -> int:
        return len(self._items)

    def push(self, item: _Candidate) -> None:
        """Add an item."""
        self._items.append(item)
        self._rise(len(self._items) - 1, item)

    def pop(self) -> _Candidate:
        """Take out the item with the highest score."""
        items = self._items
        best, last = items[0], items.pop()
        size = len(items)
        if size:
            hole = 0
            # The hole sinks to a leaf along the larger children, then the last item rises from it.
            while (right := 2 * hole + 2) <= size:
                child = right
                if right == size or items[right].score < items[right - 1].score:
                    child = right - 1
                items[hole] = items[child]
                hole = child
            self._rise(hole, last)
        return best

    def _rise(self, hole: int, item: _Candidate) -> None:
        items = self._items
        while hole > 0 and items[(hole - 1) // 2].score < item.score:
            items[hole] = items[(hole - 1) // 2]
            hole = (hole - 1) // 2
        items[hole] = item


def _select(
    boxes: Array, scores: Array, most: int, limits: tuple[Array, Array], sigma: np.float32
) -> tuple[list[int], list[np.float32]]:
    """Chosen boxes, the best first, and their scores.

    A candidate goes where it overlaps a chosen box by `limits` [0] or more; with `sigma` > 0 its
    score is lowered by ``exp(-overlap**2 / (2 sigma))`` for each chosen box, and it queues again.
    """
    overlap_limit, score_limit = (_F32(v.reshape(-1)[0]) for v in limits)
    heap = _Heap()
    for index in np.flatnonzero(scores > score_limit):
        heap.push(_Candidate(int(index), scores[index], 0))
    scale = _F32(-0.5 / float(sigma)) if sigma > 0 else _F32(0)
    chosen: list[int] = []
    chosen_scores: list[np.float32] = []
    most = min(most, len(heap))
    while len(chosen) < most and len(heap):
        candidate = heap.pop()
        before = candidate.score
        others = boxes[chosen[candidate.compared :]]
        dropped = False
        for overlap in overlaps(boxes[candidate.index], others)[::-1]:
            if overlap >= overlap_limit:
                dropped = True
                break
            if sigma > 0:
                candidate.score = candidate.score * np.exp(scale * overlap * overlap)
            if candidate.score <= score_limit:
                break
        candidate.compared = len(chosen)
        if dropped:
            continue
        if candidate.score == before:
            chosen.append(candidate.index)
            chosen_scores.append(candidate.score)
        if candidate.score > score_limit:
            heap.push(candidate)
    return chosen, chosen_scores


@kernel("NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5")
def prepare_non_max_suppression(context: Context) -> Kernel:
    """Indices of the chosen boxes (with V5 their scores, too) and how many there are.

    Inputs: boxes (n, 4), scores (n,), most boxes to choose, limits of overlap and of score, and
    for V5 sigma. The results are filled up with zeros; the interpreter does so only where the most
    boxes are a constant, and leaves there what was in memory where they are not.
    A chosen box queues again and is dropped since it overlaps itself; an empty one does not, and is
    chosen again, as in the kernel.

    References
    ----------
    LiteRT, tflite/kernels/non_max_suppression.cc and
    internal/reference/non_max_suppression.h.
    """
    is_soft = context.operator.kind == "NON_MAX_SUPPRESSION_V5"

    def run(
        boxes: Array,
        scores: Array,
        most: Array,
        overlap_limit: Array,
        score_limit: Array,
        sigma: Array | None = None,
    ) -> tuple[Array, ...]:
        spread = _F32(0) if sigma is None else _F32(sigma.reshape(-1)[0])
        count = int(most.reshape(-1)[0])
        chosen, values = _select(boxes, scores, count, (overlap_limit, score_limit), spread)
        indices = np.zeros(count, np.int32)
        indices[: len(chosen)] = chosen
        total = np.array(len(chosen), np.int32)
        if not is_soft:
            return indices, total
        kept = np.zeros(count, _F32)
        kept[: len(chosen)] = values
        return indices, kept, total

    return kernel_of(run)
