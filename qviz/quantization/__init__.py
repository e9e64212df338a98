"""What is done to a network: schemes, calibration and the quantizers."""

from __future__ import annotations

from qviz.quantization.calibration import Calibrator, TensorStatistics, calibrate
from qviz.quantization.quantizer import quantization_notes, quantize, unsupported_operators
from qviz.quantization.scheme import SCHEMES, Scheme, scheme
from qviz.quantization.tensorflow_records import as_tensorflow_records
from qviz.quantization.tfjs import encode_tfjs

__all__ = [
    "SCHEMES",
    "Calibrator",
    "Scheme",
    "TensorStatistics",
    "as_tensorflow_records",
    "calibrate",
    "encode_tfjs",
    "quantization_notes",
    "quantize",
    "scheme",
    "unsupported_operators",
]
