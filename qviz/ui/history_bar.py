"""History: a chip for every run; a click shows that run in every view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QWidget

from qviz.quantities import bytes_text
from qviz.ui.session import Run
from qviz.ui.wording import format_metric, metric_title, rounding_text, tr

_LAYOUT_MS = 60


class HistoryBar(QScrollArea):
    """Chips in one row, newest first.

    Signals
    -------
    run_chosen (number)
    """

    run_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("History of runs"))
        inside = QWidget()
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(8, 4, 8, 4)
        self._row.setSpacing(6)
        self.caption = QLabel(self.tr("Runs"))
        self.caption.setObjectName("title")
        self.none = QLabel(self.tr("none yet: choose a scheme and press Run"))
        self.none.setObjectName("muted")
        self._row.addWidget(self.caption)
        self._row.addWidget(self.none)
        self._row.addStretch(1)
        self.chips: list[QToolButton] = []
        self._shown: dict[int, Run] = {}
        self.setWidget(inside)
        height = self.fontMetrics().height() + 22
        self.setFixedHeight(height + self.horizontalScrollBar().sizeHint().height() // 2)

    def set_runs(self, runs: Sequence[Run], selected: Run | None) -> None:
        """Show the runs of a session."""
        # Runs come one by one while a comparison goes on: only what is new is made.
        wanted = {run.number: run.result for run in runs}
        for run in [r for r in self._shown.values() if wanted.get(r.number) is not r.result]:
            del self._shown[run.number]
            chip = next(c for c in self.chips if c.property("run") == run.number)
            self.chips.remove(chip)
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.none.setVisible(not runs)
        for run in runs:
            if run.number not in self._shown:
                self._shown[run.number] = run
                chip = self._make_chip(run)
                self._row.insertWidget(1, chip)
                self.chips.insert(0, chip)
        self.select_run(selected)

    def _make_chip(self, run: Run) -> QToolButton:
        chip = QToolButton()
        chip.setObjectName("chip")
        chip.setCheckable(True)
        chip.setText(_chip_text(run))
        chip.setToolTip(_chip_tip(run))
        chip.setAccessibleName(chip.text())
        chip.clicked.connect(lambda _=False: self._on_clicked(run.number))
        chip.setProperty("run", run.number)
        return chip

    def select_run(self, run: Run | None) -> None:
        """Mark the run that the views show."""
        for chip in self.chips:
            chosen = run is not None and chip.property("run") == run.number
            chip.setChecked(chosen)
            if chosen:
                # Chips have no place before the layout of the scroll area has run.
                QTimer.singleShot(
                    _LAYOUT_MS, chip, lambda chip=chip: self.ensureWidgetVisible(chip)
                )

    def _on_clicked(self, number: int) -> None:
        self.run_chosen.emit(number)
        # A second click on the chosen chip must not unmark it.
        for chip in self.chips:
            chip.setChecked(chip.property("run") == number)


def _chip_text(run: Run) -> str:
    text = f"#{run.number}  {run.label}"
    name = next(iter(run.result.metrics), None)
    if name is not None:
        text += f"   {format_metric(name, run.result.metrics[name])}"
    return text


def _chip_tip(run: Run) -> str:
    result = run.result
    lines = [tr(result.scheme.title)]
    lines += [f"{metric_title(n)}: {format_metric(n, v)}" for n, v in result.metrics.items()]
    lines.append(f"{bytes_text(result.size_bytes)}, gzip {bytes_text(result.gzip_bytes)}")
    lines.append(run.data.name_or_path)
    lines.append(tr("Rounding: {0}").format(rounding_text(result.rounding)))
    return "\n".join(lines)
