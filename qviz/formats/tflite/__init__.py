"""TFLite flatbuffers."""

from __future__ import annotations

from qviz.formats.tflite.reader import read_tflite
from qviz.formats.tflite.writer import write_tflite

__all__ = ["read_tflite", "write_tflite"]
