"""Report: what will be written, and the buttons that write it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from qviz.evaluation.results import Comparison, SchemeResult
from qviz.quantities import bytes_text
from qviz.ui.plots import Plot
from qviz.ui.theme import LIGHT, Theme
from qviz.ui.views.compare_text import data_text, output_text, rounding_line
from qviz.ui.wording import (
    first_measured,
    format_count,
    format_decibel,
    format_metric,
    metric_title,
    scheme_label,
)

_WORST = 5


class ReportView(QWidget):
    """Preview of the report with export buttons.

    Signals
    -------
    export_asked (ending)
        ``html``, ``csv`` or ``json``.
    open_asked ()
        Open the report that was written last in the browser.
    layer_chosen (name)
        A layer in the preview was clicked.
    """

    export_asked = Signal(str)
    open_asked = Signal()
    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._theme = LIGHT
        self.page = QTextBrowser()
        self.page.setAccessibleName(self.tr("Preview of the report"))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(lambda url: self.layer_chosen.emit(url.fragment()))
        self.buttons: dict[str, QPushButton] = {}
        line = QHBoxLayout()
        for ending, text in (
            ("html", self.tr("Write HTML…")),
            ("csv", self.tr("Write CSV…")),
            ("json", self.tr("Write JSON…")),
        ):
            button = QPushButton(text)
            if ending == "html":
                button.setObjectName("primary")
            button.clicked.connect(lambda _=False, e=ending: self.export_asked.emit(e))
            self.buttons[ending] = button
            line.addWidget(button)
        self.open_button = QPushButton(self.tr("Open in browser"))
        self.open_button.setEnabled(False)
        self.open_button.clicked.connect(self.open_asked)
        line.addWidget(self.open_button)
        hint = QLabel(self.tr("One file without links to anywhere: attach it or keep it."))
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        line.addWidget(hint, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(line)
        layout.addWidget(self.page, 1)

    def set_data(self, comparison: Comparison) -> None:
        """Preview a comparison."""
        self._comparison = comparison
        self.page.setHtml(self._html(comparison))

    def set_written(self, path: str) -> None:
        """A report is on disk now."""
        self.open_button.setEnabled(bool(path))
        self.open_button.setToolTip(path)

    def plots(self) -> tuple[Plot, ...]:
        """None."""
        return ()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        if self._comparison is not None:
            self.set_data(self._comparison)

    def reset_zoom(self) -> None:
        """Scroll to the top."""
        self.page.verticalScrollBar().setValue(0)

    def copy(self) -> None:
        """Put the selected text on the clipboard, or all of it."""
        if not self.page.textCursor().hasSelection():
            self.page.selectAll()
        self.page.copy()

    def _html(self, comparison: Comparison) -> str:
        model, data = comparison.model, comparison.data
        parts = [
            f"<h2>{escape(model.name)}</h2>",
            "<p>"
            + self.tr("{0} · {1} parameters · {2} operators · {3}").format(
                escape(model.format),
                format_count(model.parameters),
                model.operators,
                bytes_text(model.size_bytes),
            )
            + "<br>"
            + self.tr("Data: {0} · {1}").format(escape(data.name), data_text(data))
            + "<br>"
            + rounding_line(comparison)
            + "".join(f"<br>{line}" for line in self._remarks(comparison))
            + (
                "<br>" + self.tr("SHA-256 of the model: {0}").format(escape(model.sha256))
                if model.sha256
                else ""
            )
            + "</p>",
            self._table(comparison),
            self._layers(comparison),
            self._skipped(comparison),
            self._footer(comparison),
        ]
        return "".join(parts)

    def _remarks(self, comparison: Comparison) -> list[str]:
        """What part of the model and which output the numbers are about."""
        part = comparison.part_note
        lines = [output_text(comparison), f"<b>{escape(part)}</b>" if part else ""]
        return [line for line in lines if line]

    def _table(self, comparison: Comparison) -> str:
        names = list(dict.fromkeys(n for row in comparison.rows for n in row.metrics))
        heads = [self.tr("Scheme"), *map(metric_title, names), self.tr("Agreement")]
        heads += [self.tr("Size"), self.tr("gzip"), self.tr("gzip ratio")]
        lines = [
            "<tr>"
            + "".join(
                f'<th align="{"left" if i == 0 else "right"}">{h}</th>' for i, h in enumerate(heads)
            )
            + "</tr>"
        ]
        for i, row in enumerate(comparison.rows):
            fields = [
                *(format_metric(n, row.metrics.get(n)) for n in names),
                format_metric("agreement", row.agreement),
                bytes_text(row.size_bytes),
                bytes_text(row.gzip_bytes),
                f"{row.gzip_ratio:.3f}",
            ]
            shade = f' bgcolor="{self._theme.alternate}"' if i % 2 else ""
            lines.append(
                f"<tr{shade}><td>{escape(scheme_label(row.scheme))}</td>"
                + "".join(f'<td align="right">{f}</td>' for f in fields)
                + "</tr>"
            )
        return f'<table cellpadding="5" cellspacing="0" width="97%">{"".join(lines)}</table>'

    def _layers(self, comparison: Comparison) -> str:
        lines = []
        for row in comparison.rows:
            worst = _worst_layers(row)
            if worst:
                items = ", ".join(
                    f'<a href="#{escape(name)}">{escape(name)}</a> {value}' for name, value in worst
                )
                lines.append(f"<li><b>{escape(scheme_label(row.scheme))}</b>: {items}</li>")
        if not lines:
            return ""
        title = self.tr("Layers with the largest error")
        return f"<h3>{title}</h3><ul>{''.join(lines)}</ul>"

    def _skipped(self, comparison: Comparison) -> str:
        if not comparison.skipped:
            return ""
        items = "".join(f"<li><b>{escape(s)}</b>: {escape(r)}</li>" for s, r in comparison.skipped)
        title = self.tr("Schemes that do not fit this model")
        return f"<h3>{title}</h3><ul>{items}</ul>"

    def _footer(self, comparison: Comparison) -> str:
        versions = ", ".join(f"{escape(k)} {escape(v)}" for k, v in comparison.versions.items())
        text = " · ".join(t for t in (comparison.created, versions) if t)
        return f'<p><font color="{self._theme.muted}">{text}</font></p>' if text else ""


def _worst_layers(row: SchemeResult) -> list[tuple[str, str]]:
    """Names and SQNR of the layers that lost most, worst first."""
    measured = [(e.layer, m.sqnr_db) for e in row.layers if (m := first_measured(e)) is not None]
    measured = [(name, db) for name, db in measured if db != float("inf")]
    measured.sort(key=lambda pair: pair[1])
    return [(name, format_decibel(db)) for name, db in measured[:_WORST]]
