"""Every error that qviz raises on purpose.

::

    QvizError
    ├── ModelFormatError             the file is not a model that qviz can read
    │   └── UntrustedCodeError       reading it would execute code from the file
    ├── UnsupportedLayerError        a layer has no meaning in qviz's vocabulary
    ├── UnsupportedOperatorError     an operator cannot be run or quantized
    ├── ConversionError              the converter's child process failed
    ├── SchemeError                  a scheme is unknown or does not fit the model
    ├── CalibrationError             ranges could not be found
    ├── DatasetError                 the data do not fit the model or are not readable
    ├── ExecutionError               an input does not fit the graph
    ├── InterpreterError             LiteRT, which results are held against, cannot run a model
    ├── ExportError                  a file could not be written
    └── WorkerError                  the worker process ended or was stopped

The text of each says in one or two sentences what was met and what to do; it is shown to users
as it is.
"""

from __future__ import annotations


class QvizError(Exception):
    """Base of all errors with a text meant for the user."""


class ModelFormatError(QvizError):
    """The file is not a model that qviz can read."""


class UntrustedCodeError(ModelFormatError):
    """Reading the file would execute code that is stored in it."""


class UnsupportedLayerError(QvizError):
    """A layer has no meaning in qviz's vocabulary.

    Attributes
    ----------
    layer : str
        Path of the layer in the model.
    layer_class : str
        Its class as the file names it.
    """

    def __init__(self, message: str, *, layer: str = "", layer_class: str = "") -> None:
        super().__init__(message)
        self.layer = layer
        self.layer_class = layer_class

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (
            type(self),
            str(self),
            {"layer": self.layer, "layer_class": self.layer_class},
        )


class UnsupportedOperatorError(QvizError):
    """An operator cannot be run or quantized.

    Attributes
    ----------
    kind : str
        Kind of the operator, in TFLite's words.
    operator : str
        Where it stands: its layer or its first output.
    tensor : str
        Its first output, which no other operator makes; empty if it has none.
    """

    def __init__(
        self, message: str, *, kind: str = "", operator: str = "", tensor: str = ""
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.operator = operator
        self.tensor = tensor

    def __reduce__(self) -> tuple[object, ...]:
        attributes = {"kind": self.kind, "operator": self.operator, "tensor": self.tensor}
        return _rebuild, (type(self), str(self), attributes)


class ConversionError(QvizError):
    """The converter's child process failed."""


class SchemeError(QvizError):
    """A scheme is unknown or does not fit the model."""


class CalibrationError(QvizError):
    """Ranges of activations could not be found."""


class DatasetError(QvizError):
    """The data do not fit the model or cannot be read."""


class ExecutionError(QvizError):
    """An input does not fit the graph."""


class InterpreterError(QvizError):
    """LiteRT, which results are held against, refuses a model, fails or ends on it."""


class ExportError(QvizError):
    """A file could not be written."""


class WorkerError(QvizError):
    """The worker process ended or was stopped."""


def _rebuild(cls: type[QvizError], message: str, attributes: dict[str, str]) -> QvizError:
    """Restore an error that crossed a process border with its attributes."""
    return cls(message, **attributes)
