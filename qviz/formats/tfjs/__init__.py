"""TensorFlow.js layers models."""

from __future__ import annotations

from qviz.formats.tfjs.writer import EncodedWeight, write_layers_model

__all__ = ["EncodedWeight", "write_layers_model"]
