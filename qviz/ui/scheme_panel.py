"""Scheme: what the next run does, and on which data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qviz.errors import QvizError
from qviz.jobs.results import DataSpec, RunOptions
from qviz.quantization.scheme import SCHEMES, Scheme

BUILT_IN_DATA = ("digits",)


class SchemePanel(QWidget):
    """Presets, their options, the data, and the two buttons that start a run.

    Signals
    -------
    scheme_chosen (Scheme), data_chosen (DataSpec), options_chosen (RunOptions)
    run_asked (), compare_asked ()
    """

    scheme_chosen = Signal(object)
    data_chosen = Signal(object)
    options_chosen = Signal(object)
    run_asked = Signal()
    compare_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = SCHEMES["int8"]
        self._kept = 0
        self._options = RunOptions()
        self.folder = str(Path.home())
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._make_presets())
        column.addWidget(self._make_options())
        column.addWidget(self._make_data())
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
        fields = (self.granularity, self.estimator, self.percentile, self.calibration)
        blockers = [QSignalBlocker(w) for w in (*fields, self.presets)]
        button = self._radio.get(scheme.id)
        if button is not None:
            button.setChecked(True)
        self.granularity.setCurrentIndex(int(not scheme.per_channel))
        self.estimator.setCurrentIndex(int(scheme.range_estimator == "percentile"))
        self.percentile.setValue(scheme.percentile)
        self.calibration.setCurrentIndex(int(scheme.calibration == "true"))
        del blockers
        self._update_enabled()

    def show_data(self, data: DataSpec) -> None:
        """Show data that were chosen elsewhere."""
        with QSignalBlocker(self.data), QSignalBlocker(self.preprocessing):
            at = self.data.findData(data.name_or_path)
            if at < 0 and data.name_or_path:
                self.data.addItem(Path(data.name_or_path).name, data.name_or_path)
                at = self.data.count() - 1
                self.data.setItemData(at, data.name_or_path, Qt.ItemDataRole.ToolTipRole)
            self.data.setCurrentIndex(at)
            self.preprocessing.setText(data.preprocessing)
        self._describe_preprocessing()
        self._update_buttons()

    def show_options(self, options: RunOptions) -> None:
        """Show options that were chosen elsewhere."""
        self._options = options
        with QSignalBlocker(self.samples), QSignalBlocker(self.seed):
            self.samples.setValue(options.calibration_samples)
            self.seed.setValue(options.seed)

    def set_ready(self, *, model: bool, running: bool) -> None:
        """Whether there is a model to run, and whether one runs."""
        self._ready = model and not running
        self._update_buttons()

    # -- building ----------------------------------------------------------------------------

    def _make_presets(self) -> QGroupBox:
        box = QGroupBox(self.tr("Preset"))
        column = QVBoxLayout(box)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        column.addLayout(grid)
        rows = (len(SCHEMES) + 1) // 2
        self.presets = QButtonGroup(self)
        self._radio: dict[str, QRadioButton] = {}
        for i, scheme in enumerate(SCHEMES.values()):
            button = QRadioButton(scheme.id)
            button.setToolTip(scheme.title)
            button.setAccessibleDescription(scheme.title)
            self.presets.addButton(button)
            self._radio[scheme.id] = button
            grid.addWidget(button, i % rows, i // rows)
            button.clicked.connect(lambda _=False, s=scheme: self._on_preset(s))
        self.about = QLabel()
        self.about.setObjectName("muted")
        self.about.setWordWrap(True)
        self.about.setMinimumHeight(self.about.fontMetrics().height() * 2)
        column.addWidget(self.about)
        return box

    def _make_options(self) -> QGroupBox:
        box = QGroupBox(self.tr("Options"))
        form = QFormLayout(box)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.granularity = QComboBox()
        self.granularity.addItems([self.tr("per channel"), self.tr("per tensor")])
        self.estimator = QComboBox()
        self.estimator.addItems([self.tr("min and max"), self.tr("percentile")])
        self.estimator.setToolTip(self.tr("How the values met in calibration become a range"))
        self.percentile = QDoubleSpinBox()
        self.percentile.setRange(90.0, 100.0)
        self.percentile.setDecimals(3)
        self.percentile.setSingleStep(0.05)
        self.percentile.setSuffix(" %")
        self.calibration = QComboBox()
        self.calibration.addItems([self.tr("as TensorFlow 2.21"), self.tr("true ranges")])
        self.calibration.setToolTip(
            self.tr(
                "TensorFlow widens the ranges before some additions; “true ranges” does not, and "
                "is often more exact"
            )
        )
        self.samples = QSpinBox()
        self.samples.setRange(1, 100_000)
        self.samples.setValue(100)
        self.samples.setToolTip(self.tr("Samples that find the ranges of activations"))
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setToolTip(self.tr("Chooses which samples calibrate"))
        form.addRow(self.tr("Weights"), self.granularity)
        form.addRow(self.tr("Range"), self.estimator)
        form.addRow(self.tr("Percentile"), self.percentile)
        form.addRow(self.tr("Calibration"), self.calibration)
        form.addRow(self.tr("Samples"), self.samples)
        form.addRow(self.tr("Seed"), self.seed)
        for field in (self.granularity, self.estimator, self.calibration):
            field.currentIndexChanged.connect(self._on_option)
        self.percentile.valueChanged.connect(self._on_option)
        for number in (self.samples, self.seed):
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._on_run_option)
        return box

    def _make_data(self) -> QGroupBox:
        box = QGroupBox(self.tr("Data"))
        column = QVBoxLayout(box)
        line = QHBoxLayout()
        self.data = QComboBox()
        self.data.setAccessibleName(self.tr("Data set"))
        self.data.setPlaceholderText(self.tr("choose…"))
        self.data.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.data.setMinimumContentsLength(10)
        for name in BUILT_IN_DATA:
            self.data.addItem(self.tr("{0} (built in)").format(name), name)
        self.data.setCurrentIndex(-1)
        self.data.currentIndexChanged.connect(self._on_data)
        self.browse = QPushButton(self.tr("File…"))
        self.browse.setToolTip(self.tr("An .npz file with x and y, or x_test and y_test"))
        self.browse.clicked.connect(self._on_browse)
        line.addWidget(self.data, 1)
        line.addWidget(self.browse)
        self.preprocessing = QLineEdit()
        self.preprocessing.setPlaceholderText(self.tr("as stored, or e.g. scale=1/255"))
        self.preprocessing.setAccessibleName(self.tr("Preprocessing"))
        self.preprocessing.setToolTip(
            self.tr("scale, offset, mean, std, resize (96x96), channels; parted by commas")
        )
        self.preprocessing.textChanged.connect(self._describe_preprocessing)
        self.preprocessing.editingFinished.connect(self._on_data)
        label = QLabel(self.tr("Preprocessing"))
        label.setBuddy(self.preprocessing)
        self.description = QLabel()
        self.description.setObjectName("muted")
        self.description.setWordWrap(True)
        column.addLayout(line)
        column.addWidget(label)
        column.addWidget(self.preprocessing)
        column.addWidget(self.description)
        return box

    def _make_buttons(self) -> QHBoxLayout:
        self._ready = False
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

    def _update_enabled(self) -> None:
        scheme = self._scheme
        needs = scheme.needs_calibration
        self.granularity.setEnabled(scheme.family == "int8")
        for field in (self.estimator, self.calibration, self.samples, self.seed):
            field.setEnabled(needs)
        self.percentile.setEnabled(needs and scheme.range_estimator == "percentile")
        text = scheme.title
        if self._kept and scheme.family in ("int8", "dynamic-range"):
            text += self.tr("; kept in float32: {0}").format(self._kept)
        self.about.setText(text)

    def _update_buttons(self) -> None:
        ready = self._ready and bool(self.data.currentData())
        self.run.setEnabled(ready)
        self.compare.setEnabled(ready)

    def _describe_preprocessing(self) -> None:
        text = self.preprocessing.text().strip()
        if not text:
            self.description.setText(self.tr("As the data file says, else as stored."))
            return
        from qviz.evaluation.preprocessing import Preprocessing

        try:
            self.description.setText(Preprocessing.parse(text).describe())
        except QvizError as error:
            self.description.setText(str(error))

    # -- events ------------------------------------------------------------------------------

    def _on_preset(self, scheme: Scheme) -> None:
        changes: dict[str, object] = {}
        if scheme.needs_calibration:
            old = self._scheme
            changes = {
                "range_estimator": old.range_estimator,
                "percentile": old.percentile,
                "calibration": old.calibration,
            }
        self._choose(scheme.with_options(**changes))

    def _on_option(self) -> None:
        per_tensor = bool(self.granularity.currentIndex())
        scheme = self._scheme
        if scheme.family == "int8":
            # Granularity is part of the preset where there is a preset of that name.
            wanted = {"int8": "int8-per-tensor", "int8-per-tensor": "int8"}
            if per_tensor == scheme.per_channel and scheme.id in wanted:
                scheme = scheme.with_options(
                    id=wanted[scheme.id], title=SCHEMES[wanted[scheme.id]].title
                )
            scheme = scheme.with_options(per_channel=not per_tensor)
        by_percentile = bool(self.estimator.currentIndex())
        self._choose(
            scheme.with_options(
                range_estimator="percentile" if by_percentile else "min-max",
                percentile=self.percentile.value() if by_percentile else 99.99,
                calibration="true" if self.calibration.currentIndex() else "tensorflow",
            )
        )

    def _choose(self, scheme: Scheme) -> None:
        kept = self._kept
        self.show_scheme(scheme)
        self._kept = kept
        self._update_enabled()
        self.scheme_chosen.emit(scheme)

    def _on_run_option(self) -> None:
        self._options = replace(
            self._options, calibration_samples=self.samples.value(), seed=self.seed.value()
        )
        self.options_chosen.emit(self._options)

    def _on_data(self) -> None:
        self._update_buttons()
        name = self.data.currentData()
        if name:
            self.data_chosen.emit(DataSpec(str(name), self.preprocessing.text().strip()))

    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Choose data"),
            self.folder,
            self.tr("NumPy archives (*.npz);;All files (*)"),
        )
        if path:
            self.data_chosen.emit(DataSpec(path, self.preprocessing.text().strip()))
