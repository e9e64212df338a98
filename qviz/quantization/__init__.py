"""What is done to a network: schemes, calibration and the quantizers.

Names are imported when first used: the window knows the schemes without loading what applies them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qviz.quantization.calibration import Calibrator, TensorStatistics, calibrate
    from qviz.quantization.changed_weights import change_weights
    from qviz.quantization.quantizer import quantization_notes, quantize, unsupported_operators
    from qviz.quantization.scheme import SCHEMES, Scheme
    from qviz.quantization.tensorflow_records import as_tensorflow_records
    from qviz.quantization.tfjs import encode_tfjs

# The function of the scheme module has the name of its module, which an import would put in its
# place; so this one, which costs nothing, is imported now.
from qviz.quantization.scheme import scheme

_MODULES = {
    "SCHEMES": "scheme",
    "Scheme": "scheme",
    "Calibrator": "calibration",
    "TensorStatistics": "calibration",
    "calibrate": "calibration",
    "change_weights": "changed_weights",
    "quantization_notes": "quantizer",
    "quantize": "quantizer",
    "unsupported_operators": "quantizer",
    "as_tensorflow_records": "tensorflow_records",
    "encode_tfjs": "tfjs",
}

__all__ = [
    "SCHEMES",
    "Calibrator",
    "Scheme",
    "TensorStatistics",
    "as_tensorflow_records",
    "calibrate",
    "change_weights",
    "encode_tfjs",
    "quantization_notes",
    "quantize",
    "scheme",
    "unsupported_operators",
]


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return __all__
