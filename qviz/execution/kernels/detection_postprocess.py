"""TFLite_Detection_PostProcess, the last operator of the usual object detectors.

It is a custom operator that TFLite's own interpreters include.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from qviz.execution.kernels.boxes import overlaps
from qviz.execution.kernels.operands import is_quantized, kernel_of, scale_of, zero_point_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel
from qviz.graph import Tensor

_F32 = np.float32
_DETECTIONS_PER_CLASS = 100


@dataclass(frozen=True, slots=True)
class _Settings:
    """The operator's own options."""

    max_detections: int
    max_classes_per_detection: int
    detections_per_class: int
    use_regular_nms: bool
    score_threshold: np.float32
    iou_threshold: np.float32
    num_classes: int
    scales: tuple[float, ...]

    @classmethod
    def of(cls, context: Context) -> _Settings:
        try:
            stored: dict[str, Any] = flexbuffers.Loads(context.option("custom_options", b""))
            return cls(
                int(stored["max_detections"]),
                int(stored["max_classes_per_detection"]),
                int(stored.get("detections_per_class", _DETECTIONS_PER_CLASS)),
                bool(stored.get("use_regular_nms", False)),
                _F32(stored["nms_score_threshold"]),
                _F32(stored["nms_iou_threshold"]),
                int(stored["num_classes"]),
                tuple(float(_F32(stored[f"{n}_scale"])) for n in "yxhw"),
            )
        except Exception as error:
            raise context.unsupported(f"its options cannot be read ({error})") from error


@kernel("CUSTOM:TFLite_Detection_PostProcess")
def prepare_detection_postprocess(context: Context) -> Kernel:
    """Detections (boxes, classes, scores, their number) of box codes, class scores and anchors.

    Codes (y, x, h, w) become corners around their anchor, in double:
    ``centre = y / y_scale * anchor_h + anchor_y``, ``half = exp(h / h_scale) anchor_h / 2``. Boxes
    that overlap a better one are dropped, by the best class of each box or, with
    ``use_regular_nms``, for each class by itself. Places without a detection hold 0; what the
    interpreter leaves there is not defined.

    References
    ----------
    LiteRT, tflite/kernels/detection_postprocess.cc.
    """
    settings = _Settings.of(context)
    tensors = [context.input(i) for i in range(3)]
    choose = _regular if settings.use_regular_nms else _fast

    def run(codes: Array, scores: Array, anchors: Array) -> tuple[Array, ...]:
        corners = _corners(_real(tensors[0], codes)[0], _real(tensors[2], anchors), settings)
        values = _real(tensors[1], scores)[0]
        values = values[:, values.shape[1] - settings.num_classes :]
        slots = settings.max_detections
        slots *= 1 if settings.use_regular_nms else settings.max_classes_per_detection
        boxes, classes, kept = (
            np.zeros((1, slots, 4), _F32),
            np.zeros((1, slots), _F32),
            np.zeros((1, slots), _F32),
        )
        found, total = choose(corners, values, settings)
        for slot, (row, column) in found.items():
            boxes[0, slot], classes[0, slot] = corners[row], column
            kept[0, slot] = values[row, column]
        return boxes, classes, kept, np.array([total], _F32)

    return kernel_of(run)


def _real(tensor: Tensor, array: Array) -> Array:
    if not is_quantized(tensor):
        return array
    return np.asarray((array.astype(_F32) - _F32(zero_point_of(tensor))) * scale_of(tensor))


def _corners(codes: Array, anchors: Array, settings: _Settings) -> Array:
    wide = codes[:, :4].astype(np.float64) / np.array(settings.scales)
    place = anchors.astype(np.float64)
    centre = (wide[:, :2] * place[:, 2:] + place[:, :2]).astype(_F32)
    half = (0.5 * np.exp(wide[:, 2:]) * place[:, 2:]).astype(_F32)
    return np.concatenate([centre - half, centre + half], 1)


def _suppressed(corners: Array, scores: Array, most: int, settings: _Settings) -> list[int]:
    """Boxes that stay, the best first."""
    known = np.flatnonzero(scores >= settings.score_threshold)
    order = known[np.argsort(-scores[known], kind="stable")]
    stays = np.ones(len(order), bool)
    chosen: list[int] = []
    for i, box in enumerate(order):
        if len(chosen) >= most:
            break
        if stays[i]:
            chosen.append(int(box))
            overlap = overlaps(corners[box], corners[order[i + 1 :]])
            stays[i + 1 :] &= ~(overlap > settings.iou_threshold)
    return chosen


def _fast(
    corners: Array, scores: Array, settings: _Settings
) -> tuple[dict[int, tuple[int, int]], int]:
    """Each box with its best classes, as many as one detection may have."""
    wanted = min(settings.max_classes_per_detection, settings.num_classes)
    classes = np.argsort(-scores, 1, kind="stable")[:, :wanted]
    chosen = _suppressed(corners, scores.max(1), settings.max_detections, settings)
    return {
        settings.max_classes_per_detection * place + column: (box, int(classes[box, column]))
        for place, box in enumerate(chosen)
        for column in range(wanted)
    }, len(chosen)


def _regular(
    corners: Array, scores: Array, settings: _Settings
) -> tuple[dict[int, tuple[int, int]], int]:
    """The best of the boxes that stay in their class; of equal scores the lower class first."""
    most = min(settings.detections_per_class, settings.max_detections)
    found: list[tuple[int, int]] = []
    for column in range(settings.num_classes):
        chosen = _suppressed(corners, scores[:, column], most, settings)
        found += [(box, column) for box in chosen]
        found.sort(key=lambda pair: -scores[pair])
        del found[settings.max_detections :]
    return dict(enumerate(found)), len(found)
