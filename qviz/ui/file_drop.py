"""Dropping files: which are taken, and the outline that says so while they hover."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

MODEL_ENDINGS = (".keras", ".h5", ".hdf5", ".tflite", ".json")
SAVED_MODEL_FILE = "saved_model.pb"
DATA_ENDINGS = (".npz",)


class DropTarget(QObject):
    """Lets a window take files anywhere on it.

    Signals
    -------
    model_dropped (path), data_dropped (path)
    refused (sentence)
        What was dropped cannot be opened.
    """

    model_dropped = Signal(str)
    data_dropped = Signal(str)
    refused = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.outline = QLabel(window)
        self.outline.setObjectName("dropOutline")
        self.outline.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.outline.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.outline.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take part in a drag over the window."""
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if event.mimeData().hasUrls():
                self._show_outline(event.mimeData())
                event.acceptProposedAction()
                return True
        elif kind == QEvent.Type.DragLeave:
            self.outline.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.outline.hide()
            self._take(dropped_paths(event.mimeData()))
            event.acceptProposedAction()
            return True
        return super().eventFilter(watched, event)

    def _show_outline(self, mime: QMimeData) -> None:
        paths = dropped_paths(mime)
        if paths and is_data(paths[0]):
            text = self.tr("Drop to use {0} as data").format(paths[0].name)
        elif paths and is_model(paths[0]):
            text = self.tr("Drop to open {0}").format(paths[0].name)
        else:
            text = self.tr("qviz opens .keras, .h5, .tflite, model.json, SavedModel and .npz")
        self.outline.setText(text)
        self.outline.setGeometry(self._window.rect().adjusted(8, 8, -8, -8))
        self.outline.raise_()
        self.outline.show()

    def _take(self, paths: tuple[Path, ...]) -> None:
        models = [p for p in paths if is_model(p)]
        data = [p for p in paths if is_data(p)]
        if not models and not data:
            names = ", ".join(p.name for p in paths) or self.tr("this")
            self.refused.emit(
                self.tr(
                    "{0} cannot be opened. qviz reads .keras, .h5, .hdf5, .tflite, model.json and "
                    "SavedModel folders (or their saved_model.pb) as models, and .npz as data."
                ).format(names)
            )
        if data:
            self.data_dropped.emit(str(data[0]))
        if models:
            self.model_dropped.emit(str(models[0]))


def dropped_paths(mime: QMimeData) -> tuple[Path, ...]:
    """Local files of a drop."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def is_model(path: Path) -> bool:
    """Whether a path can be opened as a model; folders may be SavedModels."""
    return path.suffix.lower() in MODEL_ENDINGS or path.name == SAVED_MODEL_FILE or path.is_dir()


def is_data(path: Path) -> bool:
    """Whether a path can be used as data."""
    return path.suffix.lower() in DATA_ENDINGS
