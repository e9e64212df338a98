"""TensorFlow.js layers models."""

from __future__ import annotations

from qviz.formats.tfjs.reader import LayersModel, read_layers_model
from qviz.formats.tfjs.writer import EncodedWeight, write_layers_model

__all__ = ["EncodedWeight", "LayersModel", "read_layers_model", "write_layers_model"]
