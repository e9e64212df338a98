"""TFLite flatbuffers."""

from __future__ import annotations

from qviz.formats.tflite.writer import write_tflite

__all__ = ["write_tflite"]
