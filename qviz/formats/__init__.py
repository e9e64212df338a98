"""How networks come in and go out: Keras, TFLite, TensorFlow.js, SavedModel."""

from __future__ import annotations

from qviz.formats.opening import open_model

__all__ = ["open_model"]
