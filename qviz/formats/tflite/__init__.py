"""TFLite flatbuffers."""

from __future__ import annotations

from qviz.formats.tflite.c_array import CArray, write_c_array
from qviz.formats.tflite.reader import read_tflite
from qviz.formats.tflite.writer import write_tflite

__all__ = ["CArray", "read_tflite", "write_c_array", "write_tflite"]
