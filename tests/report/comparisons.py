"""Comparisons made by hand, for tests of reports."""

from __future__ import annotations

import math

from qviz.evaluation import (
    Comparison,
    DataInfo,
    ErrorMetrics,
    LayerError,
    ModelInfo,
    SchemeResult,
)
from qviz.quantization import SCHEMES

LAYERS = ("conv1", "depthwise", "pointwise", "conv2", "flatten", "dense1", "dense2")


def error(sqnr_db: float, scale: float | None = None) -> ErrorMetrics:
    mse = 0.0 if sqnr_db == math.inf else 10 ** (-sqnr_db / 10)
    return ErrorMetrics(mse, sqnr_db, 1 - mse / 2, 3 * math.sqrt(mse), scale)


def layer_errors(start: float, *, weights: bool = True) -> tuple[LayerError, ...]:
    return tuple(
        LayerError(
            layer=name,
            kind="RESHAPE" if name == "flatten" else "CONV_2D",
            tensor=f"{name}/output",
            weight=error(start + 6 - i) if weights and name != "flatten" else None,
            local=error(math.inf if name == "flatten" else start - i % 3, 0.3 + 0.1 * i),
            accumulated=error(start - 2 * i, 0.5),
        )
        for i, name in enumerate(LAYERS)
    )


def classification() -> Comparison:
    numbers = {
        "float32": (0.9867, 620_679, 566_000, None),
        "tfjs-float16": (0.9867, 312_345, 280_000, 66.0),
        "tfjs-uint16": (0.9867, 312_346, 295_000, 90.0),
        "tfjs-uint8": (0.9844, 160_000, 120_000, 38.0),
        "float16": (0.9867, 311_000, 285_000, 68.0),
        "dynamic-range": (0.9867, 161_000, 133_000, 40.0),
        "int8": (0.9822, 162_000, 133_400, 34.0),
        "int8-per-tensor": (0.9511, 161_500, 129_000, 24.0),
        "int8-only": (0.9822, 161_700, 133_000, 34.0),
        "int16x8": (0.9867, 165_000, 136_000, 41.0),
    }
    rows = tuple(
        SchemeResult(
            scheme=SCHEMES[scheme],
            metrics={"top1": top1, "top5": 1.0},
            agreement=1.0 if start is None else 1 - (0.9867 - top1),
            size_bytes=size,
            gzip_bytes=packed,
            layers=() if start is None else layer_errors(start),
            notes=("1 operator stays in float32: SOFTMAX dense2 <i>.",) if scheme == "int8" else (),
            flipped=(3, 17) if scheme.startswith("int8") else (),
            seconds=0.25,
        )
        for scheme, (top1, size, packed, start) in numbers.items()
    )
    return Comparison(
        model=ModelInfo(
            name="<b>digits</b>.keras",
            path="models/digits.keras",
            format="keras",
            writer="Keras 3.15.0",
            sha256="ab" * 32,
            size_bytes=620_679,
            parameters=151_000,
            operators=14,
            inputs=(("image", (1, 8, 8, 1), "float32"),),
            outputs=(("dense2", (1, 10), "float32"),),
        ),
        data=DataInfo(
            name="digits",
            path="digits.npz",
            task="classification",
            samples=450,
            preprocessing="× 1/16",
            calibration_samples=100,
            calibration="100 of the calibration samples of the file, seed 0",
            sha256="cd" * 32,
            input_ranges=(("image", 0.0, 1.0),),
        ),
        rows=rows,
        skipped=(("int16x8-only", "RESIZE_BILINEAR has no 16-bit kernel."),),
        versions={"qviz": "0.1.0", "numpy": "2.4.6"},
        created="2026-01-02T03:04:05+00:00",
    )


def regression(*, labels: bool = True) -> Comparison:
    rows = tuple(
        SchemeResult(
            scheme=SCHEMES[scheme],
            metrics={"mae": mae, "rmse": 1.5 * mae} if labels else {},
            agreement=agreement,
            size_bytes=size,
            gzip_bytes=size - 900,
            layers=(),
        )
        for scheme, mae, agreement, size in (
            ("float32", 0.3312, 1.0, 60_000),
            ("int8", 0.3391, 0.99812, 17_000),
        )
    )
    model = ModelInfo("housing.h5", "housing.h5", "h5", "Keras 2.4.0", "", 60_000, 13_000, 9)
    data = DataInfo(
        "housing", "", "regression" if labels else "none", 500, "none (values as stored)"
    )
    return Comparison(model, data, rows)
