"""The questions that the window asks: file names, trust, and the small sheets of the Help menu."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from qviz import __version__
from qviz.quantization.scheme import Scheme
from qviz.ui.settings import Settings
from qviz.ui.wording import tr


def ask_model(parent: QWidget, settings: Settings) -> str:
    """Ask for a model file; nothing if the user gave up."""
    path, _ = QFileDialog.getOpenFileName(
        parent,
        tr("Open a model"),
        settings.folder,
        tr("Models (*.keras *.h5 *.hdf5 *.tflite model.json saved_model.pb);;All files (*)"),
    )
    return _remembered(path, settings)


def ask_plot_target(parent: QWidget, settings: Settings, name: str) -> str:
    """Ask where a plot goes."""
    return _ask_target(
        parent,
        settings,
        tr("Export plot"),
        f"{name}.png",
        tr("PNG picture (*.png);;SVG drawing (*.svg);;Numbers as CSV (*.csv)"),
    )


def ask_image_table(parent: QWidget, settings: Settings) -> str:
    """Ask for a table of image files and labels; nothing if the user gave up."""
    path, _ = QFileDialog.getOpenFileName(
        parent,
        tr("Table of image files and labels"),
        settings.folder,
        tr("Tables (*.csv *.tsv);;All files (*)"),
    )
    return _remembered(path, settings)


def ask_table_target(parent: QWidget, settings: Settings, name: str) -> str:
    """Ask where a table goes."""
    return _ask_target(
        parent, settings, tr("Export table"), f"{name}.csv", tr("Numbers as CSV (*.csv)")
    )


def ask_report_target(parent: QWidget, settings: Settings, name: str, ending: str) -> str:
    """Ask where a report goes."""
    filters = {
        "html": tr("Report in one HTML file (*.html)"),
        "csv": tr("Numbers as CSV (*.csv)"),
        "json": tr("Numbers as JSON (*.json)"),
    }
    return _ask_target(
        parent, settings, tr("Write report"), f"{name}-report.{ending}", filters[ending]
    )


def ask_artifact_target(parent: QWidget, settings: Settings, name: str, scheme: Scheme) -> str:
    """Ask where a quantized model goes: a file, or a folder for TensorFlow.js."""
    # Options stand behind colons, which not every file system takes.
    stem = scheme.id.replace(":", "-").replace("=", "-")
    if scheme.artifact == "tfjs":
        return _ask_target(
            parent,
            settings,
            tr("Name of the new folder for TensorFlow.js"),
            f"{name}-{stem}",
            tr("Folder (*)"),
        )
    if scheme.artifact == "eightbit":
        return _ask_target(
            parent, settings, tr("Export model"), f"{name}-{stem}.zip", tr("Archives (*.zip)")
        )
    return _ask_target(
        parent,
        settings,
        tr("Export model"),
        f"{name}-{stem}.tflite",
        tr("TFLite models (*.tflite)"),
    )


def ask_trust(parent: QWidget, path: str, on_yes: Callable[[], None]) -> QMessageBox:
    """Ask whether the code in a file may run; calls `on_yes` only on an explicit yes."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Code in the model"))
    box.setText(tr("{0} carries code of its own.").format(Path(path).name))
    box.setInformativeText(
        tr(
            "Opening it runs that code with your rights. Do so only if you trust where the file "
            "comes from. Run the code in {0}?"
        ).format(path)
    )
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.setDefaultButton(QMessageBox.StandardButton.No)
    box.buttonClicked.connect(
        lambda button: (
            on_yes() if box.standardButton(button) == QMessageBox.StandardButton.Yes else None
        )
    )
    box.open()
    return box


def show_shortcuts(parent: QWidget, rows: list[tuple[str, str]]) -> QMessageBox:
    """Show all shortcuts."""
    half = (len(rows) + 1) // 2
    lines = []
    for i in range(half):
        cells = ""
        for title, keys in rows[i::half][:2]:
            cells += f"<td>{escape(title)}</td><td><b>{escape(keys)}</b>&nbsp;&nbsp;&nbsp;</td>"
        lines.append(f"<tr>{cells}</tr>")
    rest = tr(
        "In plots: the wheel zooms, a drag moves, a double click shows everything. In the "
        "weights, Left and Right change the channel."
    )
    table = f'<table cellpadding="3">{"".join(lines)}</table><p>{rest}</p>'
    return _sheet(parent, tr("Shortcuts"), table)


def show_about(parent: QWidget) -> QMessageBox:
    """Say what this program is."""
    text = tr(
        "<h3>qviz {0}</h3><p>See what post-training quantization does to a neural network, and "
        "decide.</p><p>Apache License 2.0. Qt and PySide6 are used under the LGPL.</p>"
    )
    return _sheet(parent, tr("About qviz"), text.format(__version__))


def _sheet(parent: QWidget, title: str, html: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(html)
    box.open()
    return box


def _ask_target(parent: QWidget, settings: Settings, title: str, name: str, filters: str) -> str:
    path, chosen = QFileDialog.getSaveFileName(
        parent, title, str(Path(settings.folder) / name), filters
    )
    if path and not Path(path).suffix and "(*." in chosen:
        path += "." + chosen.split("(*.")[1].rstrip(")")
    return _remembered(path, settings)


def _remembered(path: str, settings: Settings) -> str:
    if path:
        settings.folder = str(Path(path).parent)
    return path
