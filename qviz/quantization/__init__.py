"""What is done to a network: schemes, calibration and the quantizers."""

from __future__ import annotations

from qviz.quantization.calibration import TensorStatistics, calibrate
from qviz.quantization.quantizer import quantize
from qviz.quantization.scheme import SCHEMES, Scheme, scheme

__all__ = ["SCHEMES", "Scheme", "TensorStatistics", "calibrate", "quantize", "scheme"]
