"""Sine: one curve in float32, 16 and 8 bits, zoomable without end, with no model at all."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qviz.ui.plots import Rows
from qviz.ui.theme import Theme
from qviz.ui.views.sine_levels import (
    MARGIN,
    PICTURE_LIMIT,
    RULES,
    Levels,
    Rule,
)
from qviz.ui.views.sine_panel import SAMPLES, SinePanel
from qviz.ui.wording import format_count, format_value


class SineView(QWidget):
    """Three panels with one horizontal axis, and the quantizer's settings.

    Signals
    -------
    rule_changed ()
        A setting of the quantizer changed.
    """

    rule_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_controls()
        self.float_panel = SinePanel(self.tr("Original (float32)"), "float32", "sin x")
        self.fine_panel = SinePanel("", "int16")
        self.coarse_panel = SinePanel("", "int8")
        self._lay_out()
        self._update_soon = QTimer(self)
        self._update_soon.setSingleShot(True)
        self._update_soon.setInterval(0)
        self._update_soon.timeout.connect(self._after_zoom)
        for panel in self.plots():
            panel.set_reset(self.show_period)
            panel.hovered.connect(lambda x, _y: self.read_out(x))
            panel.set_rows(self._rows)
            if panel is not self.float_panel:
                panel.box.setXLink(self.float_panel.box)
        self.float_panel.range_changed.connect(self._update_soon.start)
        self._apply()
        self.show_period()

    # -- state -------------------------------------------------------------------------------

    @property
    def fine(self) -> Levels:
        """Quantizer of the middle panel."""
        return self._levels(self.fine_bits.value())

    @property
    def coarse(self) -> Levels:
        """Quantizer of the right panel."""
        return self._levels(self.bits.value())

    def plots(self) -> tuple[SinePanel, ...]:
        """The three panels."""
        return (self.float_panel, self.fine_panel, self.coarse_panel)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for panel in self.plots():
            panel.set_theme(theme)

    def show_picture(self) -> None:
        """Come so close to zero that single levels are seen, as in the known picture."""
        self.float_panel.show_range((-PICTURE_LIMIT, PICTURE_LIMIT))
        self._refit()

    def show_period(self) -> None:
        """Show a whole period."""
        limit = math.pi * (1 + 2 * MARGIN) / 1.1 * 1.05
        self.float_panel.show_range((-limit, limit))
        self._refit()

    def reset_zoom(self) -> None:
        """Return to a whole period, which everybody knows as a sine."""
        self.show_period()

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.rule = QComboBox()
        self.rule.setAccessibleName(self.tr("Rounding rule"))
        self.rule.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.rule.setMinimumContentsLength(16)
        titles = {
            "floor": self.tr("Round down, 2ⁿ equal parts (the simplest rule)"),
            "affine": self.tr("Nearest, zero point nudged (TensorFlow.js)"),
            "symmetric": self.tr("Nearest, symmetric around 0 (TFLite weights)"),
        }
        for rule in RULES:
            self.rule.addItem(titles[rule], rule)
        self.fine_bits = self._bits_box(16, self.tr("Bits of the middle panel"))
        self.bits = self._bits_box(8, self.tr("Bits of the right panel"))
        self.low = self._range_box(-1.0, self.tr("Lowest value that has a code"))
        self.high = self._range_box(1.0, self.tr("Highest value that has a code"))
        self.same_y = QCheckBox(self.tr("Same y axis"))
        self.same_y.setToolTip(self.tr("Draw all panels at the height of the float one"))
        self.picture_button = QPushButton(self.tr("Close-up at 0"))
        self.picture_button.setToolTip(
            self.tr("A thousandth of the curve around zero, where the single levels are seen")
        )
        self.period_button = QPushButton(self.tr("Whole period"))
        self.period_button.setToolTip(self.tr("One whole wave (Ctrl+0)"))
        self.rule.currentIndexChanged.connect(self._apply)
        for box in (self.fine_bits, self.bits):
            box.valueChanged.connect(self._apply)
        for end in (self.low, self.high):
            end.valueChanged.connect(self._apply)
        self.same_y.toggled.connect(self._refit)
        self.picture_button.clicked.connect(self.show_picture)
        self.period_button.clicked.connect(self.show_period)
        self.explanation = QLabel()
        self.explanation.setWordWrap(True)
        self.readout = QLabel()
        self.readout.setObjectName("readout")
        self.readout.setAccessibleName(self.tr("Value under the pointer"))
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _bits_box(self, bits: int, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(2, 24)
        box.setValue(bits)
        box.setSuffix(self.tr(" bits"))
        box.setAccessibleName(name)
        box.setToolTip(name)
        return box

    def _range_box(self, value: float, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(-100, 100)
        box.setDecimals(3)
        box.setSingleStep(0.1)
        box.setValue(value)
        box.setAccessibleName(name)
        box.setToolTip(name)
        return box

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setContentsMargins(0, 0, 0, 0)
        controls.addWidget(self.rule, 1)
        controls.addWidget(self.fine_bits)
        controls.addWidget(self.bits)
        views = QHBoxLayout()
        views.setContentsMargins(0, 0, 0, 0)
        for text, box in ((self.tr("range"), self.low), (self.tr("to"), self.high)):
            label = QLabel(text)
            label.setBuddy(box)
            views.addWidget(label)
            views.addWidget(box)
        views.addWidget(self.picture_button)
        views.addWidget(self.period_button)
        views.addWidget(self.same_y)
        views.addStretch(1)
        panels = QHBoxLayout()
        panels.setSpacing(6)
        for panel in self.plots():
            panels.addWidget(panel, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(controls)
        layout.addLayout(views)
        layout.addLayout(panels, 1)
        layout.addWidget(self.explanation)
        layout.addWidget(self.readout)

    # -- drawing -----------------------------------------------------------------------------

    def _levels(self, bits: int) -> Levels:
        rule: Rule = self.rule.currentData()
        low, high = self.low.value(), self.high.value()
        return Levels(rule, bits, low, high)

    def _apply(self) -> None:
        if self.low.value() >= self.high.value():
            self.explanation.setText(
                self.tr("The range must rise: the lower end has to be below the upper one.")
            )
            return
        for panel, levels in ((self.fine_panel, self.fine), (self.coarse_panel, self.coarse)):
            panel.set_quantizer(levels.levels, levels.scale)
            title = self.tr("{0}-bit quantization").format(levels.bits)
            panel.set_labels(title, "x", "")
            panel.set_summary(
                title,
                self.tr("sin x on {0} levels, {1} apart.").format(
                    levels.highest_code - levels.lowest_code + 1, format_value(levels.scale)
                ),
            )
        self.float_panel.set_summary(self.tr("sin x in float32"), self.tr("A smooth curve."))
        self._refit()
        self.rule_changed.emit()

    def _refit(self) -> None:
        """Fit the vertical axes again after a change that was not a zoom."""
        shared = self.float_panel.limits() if self.same_y.isChecked() else None
        for panel in self.plots():
            panel.shared_limits = shared
            panel.recompute()
        self._explain()

    def _after_zoom(self) -> None:
        if self.same_y.isChecked():
            self._refit()
        else:
            self._explain()

    def _explain(self) -> None:
        coarse, fine = self.coarse, self.fine
        _, y = self.coarse_panel.samples()
        _, z = self.fine_panel.samples()
        visible, visible_fine = np.unique(y).size, np.unique(z).size
        zero = coarse.zero_point
        zero_text = (
            self.tr("code {0} means exactly 0").format(zero)
            if zero is not None
            else self.tr("no code means exactly 0")
        )
        self.explanation.setText(
            self.tr(
                "With {0} bits a value can only be one of {1} levels, {2} apart ({3}): this part "
                "of the curve keeps {4} of them, with {5} bits {6}. Zoom with the wheel and drag "
                "to move: a curve that looks smooth becomes a staircase when you come close enough."
            ).format(
                coarse.bits,
                format_count(coarse.highest_code - coarse.lowest_code + 1),
                format_value(coarse.scale),
                zero_text,
                visible,
                fine.bits,
                visible_fine if visible_fine < SAMPLES // 4 else self.tr("more than can be drawn"),
            )
        )
        if not self.readout.text():
            self.readout.setText(self.tr("Point at a curve to read x, sin x, code, level, error."))

    def reading_at(self, x: float) -> str:
        """What the read-out says at `x`."""
        value = math.sin(x)
        parts = [f"x {format_value(x)}   sin x {format_value(value)}"]
        for levels in (self.fine, self.coarse):
            array = np.array([value])
            code = int(levels.codes(array)[0])
            level = float(levels.levels(array)[0])
            parts.append(
                self.tr("{0} bits: code {1}, level {2}, error {3}").format(
                    levels.bits, code, format_value(level), format_value(level - value)
                )
            )
        return "    ·    ".join(parts)

    def read_out(self, x: float) -> None:
        """Show the reading at `x` and mark it in every panel."""
        if not -math.pi <= x <= math.pi or self.low.value() >= self.high.value():
            return
        self.readout.setText(self.reading_at(x))
        for panel in self.plots():
            panel.mark(x)

    def _rows(self) -> Rows:
        x, y = self.float_panel.samples()
        _, fine = self.fine_panel.samples()
        _, coarse = self.coarse_panel.samples()
        header = ("x", "float32", f"{self.fine.bits} bits", f"{self.coarse.bits} bits")
        return [header, *zip(x.tolist(), y.tolist(), fine.tolist(), coarse.tolist(), strict=True)]
