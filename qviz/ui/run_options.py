"""Options of a run: rounding mode, calibration samples, seed, output, latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QSpinBox, QWidget

from qviz.jobs.results import RunOptions
from qviz.ui.wording import ROUNDING_MODES, rounding_about


class RunOptionsForm(QWidget):
    """How the next run computes and what it measures.

    Signals
    -------
    options_chosen (RunOptions)
    """

    options_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = RunOptions()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rounding = QComboBox()
        for i, mode in enumerate(ROUNDING_MODES):
            self.rounding.addItem(mode, mode)
            self.rounding.setItemData(i, rounding_about(mode), Qt.ItemDataRole.ToolTipRole)
        self.rounding_about = QLabel()
        self.rounding_about.setObjectName("muted")
        self.rounding_about.setWordWrap(True)
        self.samples = QSpinBox()
        self.samples.setRange(1, 100_000)
        self.samples.setToolTip(self.tr("Samples that find the ranges of activations"))
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setToolTip(self.tr("Chooses which samples calibrate"))
        self.latency = QCheckBox(self.tr("Measure latency here"))
        self.latency.setToolTip(
            self.tr(
                "Times each .tflite artifact in the LiteRT interpreter. The numbers are of this "
                "computer; int8 can be slower on it than float32, and still be faster on a phone"
            )
        )
        self.output = QComboBox()
        self.output.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.output.setMinimumContentsLength(8)
        self.output.setToolTip(
            self.tr("The output that labels, accuracy, agreement and flipped samples are about")
        )
        self.output.setAccessibleName(self.tr("Output that metrics are about"))
        form.addRow(self.tr("Samples"), self.samples)
        form.addRow(self.tr("Seed"), self.seed)
        form.addRow(self.tr("Rounding"), self.rounding)
        form.addRow(self.rounding_about)
        form.addRow(self.tr("Output"), self.output)
        form.addRow(self.latency)
        self._form = form
        for number in (self.samples, self.seed):
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._on_edited)
        self.rounding.currentIndexChanged.connect(self._on_edited)
        self.output.currentIndexChanged.connect(self._on_edited)
        self.latency.toggled.connect(self._on_edited)
        self.set_outputs(())
        self.show_options(self._options)

    def set_outputs(self, names: Sequence[str]) -> None:
        """Offer the outputs of a model, where it has more than one."""
        blocker = QSignalBlocker(self.output)
        self.output.clear()
        for i, name in enumerate(names):
            # The first is what no name stands for.
            self.output.addItem(name, name if i else "")
            self.output.setItemData(i, name, Qt.ItemDataRole.ToolTipRole)
        self.output.setCurrentIndex(max(0, self.output.findData(self._options.output)))
        del blocker
        self._form.setRowVisible(self.output, len(names) > 1)

    def show_options(self, options: RunOptions) -> None:
        """Show options that were chosen elsewhere."""
        self._options = options
        fields = (self.samples, self.seed, self.rounding, self.output, self.latency)
        blockers = [QSignalBlocker(field) for field in fields]
        self.samples.setValue(options.calibration_samples)
        self.seed.setValue(options.seed)
        self.rounding.setCurrentIndex(self.rounding.findData(options.rounding))
        self.output.setCurrentIndex(max(0, self.output.findData(options.output)))
        self.latency.setChecked(options.latency)
        del blockers
        about = rounding_about(options.rounding)
        self.rounding_about.setText(about)
        self.rounding.setToolTip(about)

    def set_calibrates(self, calibrates: bool) -> None:
        """Whether the chosen scheme looks at samples at all."""
        self.samples.setEnabled(calibrates)
        self.seed.setEnabled(calibrates)

    def _on_edited(self) -> None:
        options = replace(
            self._options,
            calibration_samples=self.samples.value(),
            seed=self.seed.value(),
            rounding=str(self.rounding.currentData()),
            latency=self.latency.isChecked(),
            output=str(self.output.currentData() or ""),
        )
        self.show_options(options)
        self.options_chosen.emit(options)
