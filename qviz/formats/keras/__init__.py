"""Keras files of every version, read without Keras."""

from __future__ import annotations

from qviz.formats.keras.model import Call, KerasLayer, KerasModel, TensorRef, Weight

__all__ = ["Call", "KerasLayer", "KerasModel", "TensorRef", "Weight"]
