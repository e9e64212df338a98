"""Options of a scheme: how it quantizes, and what is done to the weights before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qviz.quantization.scheme import SCHEMES, Scheme

_MOST_CLUSTERS = 4096
_SCOPES = ("layer", "global")
_STARTS = ("linear", "k-means++")


class QuantizerOptions(QWidget):
    """Granularity of the weights and ranges of the activations.

    Signals
    -------
    edited ()
        The user changed a field.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = _form(self)
        self.granularity = QComboBox()
        self.granularity.addItems([self.tr("per channel"), self.tr("per tensor")])
        self.granularity.setToolTip(self.tr("One scale for each output channel, or one for all"))
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
        form.addRow(self.tr("Weights"), self.granularity)
        form.addRow(self.tr("Range"), self.estimator)
        form.addRow(self.tr("Percentile"), self.percentile)
        form.addRow(self.tr("Calibration"), self.calibration)
        self._form = form
        self._fields = (self.granularity, self.estimator, self.percentile, self.calibration)
        for box in (self.granularity, self.estimator, self.calibration):
            box.currentIndexChanged.connect(self.edited)
        self.percentile.valueChanged.connect(self.edited)

    def show_scheme(self, scheme: Scheme) -> None:
        """Show the options of a scheme and enable those that it has."""
        blockers = [QSignalBlocker(field) for field in self._fields]
        self.granularity.setCurrentIndex(int(not scheme.per_channel))
        self.estimator.setCurrentIndex(int(scheme.range_estimator == "percentile"))
        self.percentile.setValue(scheme.percentile)
        self.calibration.setCurrentIndex(int(scheme.calibration == "true"))
        del blockers
        needs = scheme.needs_calibration
        self.granularity.setEnabled(scheme.family == "int8")
        self.estimator.setEnabled(needs)
        self.calibration.setEnabled(needs)
        # Without a use it takes no room: at 800 pixels everything down to the last option is seen.
        self._form.setRowVisible(self.percentile, needs and scheme.range_estimator == "percentile")

    def applied_to(self, scheme: Scheme) -> Scheme:
        """The scheme with what the fields say."""
        per_tensor = bool(self.granularity.currentIndex())
        if scheme.family == "int8":
            # Granularity is part of the preset where there is a preset of that name.
            wanted = {"int8": "int8-per-tensor", "int8-per-tensor": "int8"}
            if per_tensor == scheme.per_channel and scheme.id in wanted:
                name = wanted[scheme.id]
                scheme = scheme.with_options(id=name, title=SCHEMES[name].title)
            scheme = scheme.with_options(per_channel=not per_tensor)
        by_percentile = bool(self.estimator.currentIndex())
        return scheme.with_options(
            range_estimator="percentile" if by_percentile else "min-max",
            percentile=self.percentile.value() if by_percentile else 99.99,
            calibration="true" if self.calibration.currentIndex() else "tensorflow",
        )


class WeightOptions(QWidget):
    """Pruning and clustering, which come before any quantization.

    Signals
    -------
    edited ()
        The user changed a field.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        fields = QWidget()
        form = _form(fields)
        column.addWidget(fields)
        self.pruning = QDoubleSpinBox()
        self.pruning.setRange(0.0, 99.9)
        self.pruning.setDecimals(1)
        self.pruning.setSingleStep(10.0)
        self.pruning.setSuffix(" %")
        self.pruning.setSpecialValueText(self.tr("off"))
        self.pruning.setToolTip(self.tr("Share of the weights set to 0, the smallest first"))
        self.scope = QComboBox()
        self.scope.addItems([self.tr("in each layer"), self.tr("over all layers")])
        self.scope.setToolTip(
            self.tr("Whether each layer loses that share, or all layers together")
        )
        self.clusters = QSpinBox()
        self.clusters.setRange(1, _MOST_CLUSTERS)
        self.clusters.setSpecialValueText(self.tr("off"))
        self.clusters.setToolTip(self.tr("Number of different values that each layer keeps"))
        self.start = QComboBox()
        self.start.addItems([self.tr("evenly spaced"), "k-means++"])
        self.start.setToolTip(self.tr("Where the search for these values begins"))
        form.addRow(self.tr("Prune"), self.pruning)
        form.addRow(self.tr("Where"), self.scope)
        form.addRow(self.tr("Cluster to"), self.clusters)
        form.addRow(self.tr("Start"), self.start)
        self.about = QLabel(
            self.tr(
                "The plain size stays the same, as every weight is still stored; the gzip size "
                "falls. Scales per channel and folding can undo clustering."
            )
        )
        self.about.setObjectName("muted")
        self.about.setWordWrap(True)
        column.addWidget(self.about)
        self._fields = (self.pruning, self.scope, self.clusters, self.start)
        for number in (self.pruning, self.clusters):
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self.edited)
        for box in (self.scope, self.start):
            box.currentIndexChanged.connect(self.edited)

    def show_scheme(self, scheme: Scheme) -> None:
        """Show what a scheme does to the weights."""
        blockers = [QSignalBlocker(field) for field in self._fields]
        self.pruning.setValue(100 * scheme.pruning)
        self.scope.setCurrentIndex(_SCOPES.index(scheme.pruning_scope))
        self.clusters.setValue(max(1, scheme.clusters))
        self.start.setCurrentIndex(_STARTS.index(scheme.cluster_start))
        del blockers
        self.scope.setEnabled(scheme.pruning > 0)
        self.start.setEnabled(scheme.clusters > 0)

    def applied_to(self, scheme: Scheme) -> Scheme:
        """The scheme with what the fields say, named as the command line names it."""
        pruning = round(self.pruning.value() / 100, 6)
        clusters = self.clusters.value() if self.clusters.value() > 1 else 0
        return with_weight_changes(
            scheme,
            pruning=pruning,
            pruning_scope=_SCOPES[self.scope.currentIndex()] if pruning else "layer",
            clusters=clusters,
            cluster_start=_STARTS[self.start.currentIndex()] if clusters else "linear",
        )


def preset_id(scheme: Scheme) -> str:
    """Id of the preset that a scheme was made from."""
    return scheme.id.partition(":")[0]


def with_weight_changes(scheme: Scheme, **changes: Any) -> Scheme:
    """The scheme with other pruning and clustering.

    Its id says so: a pruned scheme must not be taken for the plain one in tables and files.
    """
    preset = SCHEMES[preset_id(scheme)]
    plain = scheme.with_options(id=preset.id, title=preset.title)
    if changes["pruning"] or changes["clusters"]:
        return plain.with_options(**changes)
    return replace(plain, **changes)


def _form(widget: QWidget) -> QFormLayout:
    form = QFormLayout(widget)
    form.setContentsMargins(0, 0, 0, 0)
    form.setVerticalSpacing(4)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form
