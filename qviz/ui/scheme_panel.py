"""Scheme: what the next run does, and on which data."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qviz.jobs.results import DataSpec, RunOptions
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.ui.data_chooser import DataChooser
from qviz.ui.guide_text import scheme_guide
from qviz.ui.run_options import RunOptionsForm
from qviz.ui.scheme_options import QuantizerOptions, WeightOptions, preset_id
from qviz.ui.section import Section
from qviz.ui.wording import already_quantized, tr


class SchemePanel(QWidget):
    """Presets, their options, the data, and the two buttons that start a run.

    Signals
    -------
    scheme_chosen (Scheme), data_chosen (DataSpec), options_chosen (RunOptions)
    run_asked (), compare_asked (), advice_asked ()
    """

    scheme_chosen = Signal(object)
    data_chosen = Signal(object)
    options_chosen = Signal(object)
    run_asked = Signal()
    compare_asked = Signal()
    advice_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = SCHEMES["int8"]
        self._kept = 0
        self._ready = False
        self._stored = ""
        self.data = DataChooser()
        self.data.data_chosen.connect(self.data_chosen)
        self.quantizer = QuantizerOptions()
        self.quantizer.edited.connect(self._on_option)
        self.weights = WeightOptions()
        self.weights.edited.connect(self._on_option)
        self.options = RunOptionsForm()
        self.options.options_chosen.connect(self.options_chosen)
        self.weights_section = Section(
            self.tr("Prune and cluster first"), self.weights, opened=False
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(6)
        column.addWidget(Section(self.tr("Preset"), self._make_presets()))
        column.addWidget(Section(self.tr("Data"), self.data))
        column.addWidget(Section(self.tr("Options"), self.quantizer))
        column.addWidget(self.weights_section)
        column.addWidget(Section(self.tr("Run"), self.options))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(area, 1)
        outside.addLayout(self._make_buttons())
        area.setMinimumWidth(inside.minimumSizeHint().width() + 18)
        self.show_scheme(self._scheme)

    # -- what it shows -----------------------------------------------------------------------

    @property
    def scheme(self) -> Scheme:
        """The preset with its options."""
        return self._scheme

    def show_scheme(self, scheme: Scheme) -> None:
        """Show a scheme that was chosen elsewhere."""
        self._scheme = scheme.with_options(float_layers=())
        self._kept = len(scheme.float_layers)
        button = self._radio.get(preset_id(scheme))
        if button is not None:
            with QSignalBlocker(self.presets):
                button.setChecked(True)
        self.quantizer.show_scheme(scheme)
        self.weights.show_scheme(scheme)
        if scheme.changes_weights:
            self.weights_section.set_open(True)
        self.options.set_calibrates(scheme.needs_calibration)
        self._describe()

    def show_data(self, data: DataSpec) -> None:
        """Show data that were chosen elsewhere."""
        self.data.show_data(data)
        self._update_buttons()

    def show_options(self, options: RunOptions) -> None:
        """Show options that were chosen elsewhere."""
        self.options.show_options(options)

    def set_stored(self, found: str) -> None:
        """Offer no scheme for a file that is quantized already, and say why.

        `found` is what shows it; empty for a float model.
        """
        self._stored = found
        reason = already_quantized(found) if found else ""
        for scheme_id, button in self._radio.items():
            button.setEnabled(not found)
            button.setToolTip(reason or scheme_guide(SCHEMES[scheme_id]))
        for options in (self.quantizer, self.weights, self.advice):
            options.setEnabled(not found)
        for options, tip in (
            (self.quantizer, ""),
            (self.weights, ""),
            (self.advice, self.tr("A few questions lead to a scheme, with the reason")),
            (self.run, self.tr("Run the chosen scheme (Ctrl+R)")),
            (self.compare, self.tr("Run every scheme (Ctrl+Shift+R)")),
        ):
            options.setToolTip(reason or tip)
        self._describe()
        self._update_buttons()

    def set_ready(self, *, model: bool, running: bool) -> None:
        """Whether there is a model to run, and whether one runs."""
        self._ready = model and not running
        self._update_buttons()

    # -- building ----------------------------------------------------------------------------

    def _make_presets(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        # So close that everything has room in a window of 800 pixels.
        grid.setVerticalSpacing(1)
        column.addLayout(grid)
        rows = (len(SCHEMES) + 1) // 2
        self.presets = QButtonGroup(self)
        self._radio: dict[str, QRadioButton] = {}
        for i, scheme in enumerate(SCHEMES.values()):
            button = QRadioButton(scheme.id)
            guide = scheme_guide(scheme)
            button.setToolTip(guide)
            button.setWhatsThis(guide)
            button.setAccessibleDescription(tr(scheme.title))
            self.presets.addButton(button)
            self._radio[scheme.id] = button
            grid.addWidget(button, i % rows, i // rows)
            button.clicked.connect(lambda _=False, s=scheme: self._on_preset(s))
        self.about = QLabel()
        self.about.setObjectName("muted")
        self.about.setWordWrap(True)
        self.about.setMinimumHeight(self.about.fontMetrics().height() * 2)
        self.advice = QPushButton(self.tr("Which one?"))
        self.advice.setToolTip(self.tr("A few questions lead to a scheme, with the reason"))
        self.advice.clicked.connect(self.advice_asked)
        # Beside the last preset, where their number leaves a place free.
        grid.addWidget(self.advice, rows - len(SCHEMES) % 2, 1)
        column.addWidget(self.about)
        return box

    def _make_buttons(self) -> QHBoxLayout:
        self.run = QPushButton(self.tr("Run"))
        self.run.setObjectName("primary")
        self.run.setToolTip(self.tr("Run the chosen scheme (Ctrl+R)"))
        self.run.clicked.connect(self.run_asked)
        self.compare = QPushButton(self.tr("Compare all"))
        self.compare.setToolTip(self.tr("Run every scheme (Ctrl+Shift+R)"))
        self.compare.clicked.connect(self.compare_asked)
        line = QHBoxLayout()
        line.setContentsMargins(8, 6, 8, 8)
        line.addWidget(self.run, 1)
        line.addWidget(self.compare, 1)
        return line

    # -- state -------------------------------------------------------------------------------

    def _describe(self) -> None:
        text = tr(self._scheme.title)
        if self._kept and self._scheme.family in ("int8", "dynamic-range"):
            text += self.tr("; kept in float32: {0}").format(self._kept)
        self.about.setText(already_quantized(self._stored) if self._stored else text)

    def _update_buttons(self) -> None:
        ready = self._ready and self.data.is_chosen
        self.run.setEnabled(ready)
        self.compare.setEnabled(ready and not self._stored)

    # -- events ------------------------------------------------------------------------------

    def _on_preset(self, scheme: Scheme) -> None:
        if scheme.needs_calibration:
            old = self._scheme
            scheme = scheme.with_options(
                range_estimator=old.range_estimator,
                percentile=old.percentile,
                calibration=old.calibration,
            )
        self._choose(self.weights.applied_to(scheme))

    def _on_option(self) -> None:
        plain = self._scheme.with_options(id=preset_id(self._scheme))
        self._choose(self.weights.applied_to(self.quantizer.applied_to(plain)))

    def _choose(self, scheme: Scheme) -> None:
        kept = self._kept
        self.show_scheme(scheme)
        self._kept = kept
        self._describe()
        self.scheme_chosen.emit(scheme)
