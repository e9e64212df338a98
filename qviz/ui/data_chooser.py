"""Which data a run uses, and how they are prepared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qviz.errors import QvizError
from qviz.jobs.results import DataSpec

BUILT_IN_DATA = ("digits",)
# Downloaded with a checksum when they are first used.
PUBLIC_DATA = ("mnist", "fashion-mnist", "cifar10", "california-housing")


class DataChooser(QWidget):
    """A data set by name, a file or a folder of images.

    Signals
    -------
    data_chosen (DataSpec)
    """

    data_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = DataSpec("")
        self.folder = str(Path.home())
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Data set"))
        self.box.setPlaceholderText(self.tr("choose…"))
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(10)
        for name in BUILT_IN_DATA:
            self.box.addItem(self.tr("{0} (built in)").format(name), name)
        for name in PUBLIC_DATA:
            self.box.addItem(name, name)
            self.box.setItemData(
                self.box.count() - 1,
                self.tr("Taken from Keras' cache, or downloaded once"),
                Qt.ItemDataRole.ToolTipRole,
            )
        self.box.setCurrentIndex(-1)
        self.box.currentIndexChanged.connect(self._on_chosen)
        self.browse = QPushButton(self.tr("File…"))
        self.browse.setToolTip(
            self.tr("An .npz file with x and y, or x_test and y_test; or a .csv table")
        )
        self.browse.clicked.connect(self._on_browse)
        self.browse_folder = QPushButton(self.tr("Folder…"))
        self.browse_folder.setToolTip(self.tr("A folder of images, one folder for each class"))
        self.browse_folder.clicked.connect(self._on_browse_folder)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.browse, 1)
        line.addWidget(self.browse_folder, 1)
        self.preprocessing = QLineEdit()
        self.preprocessing.setPlaceholderText(self.tr("preprocessing: as stored"))
        self.preprocessing.setAccessibleName(self.tr("Preprocessing"))
        self.preprocessing.setToolTip(
            self.tr(
                "Preprocessing, e.g. scale=1/255: scale, offset, mean, std, resize (96x96), "
                "channels; parted by commas"
            )
        )
        self.preprocessing.textChanged.connect(self._describe_preprocessing)
        self.preprocessing.editingFinished.connect(self._on_chosen)
        self.description = QLabel()
        self.description.setObjectName("muted")
        self.description.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.box)
        column.addLayout(line)
        column.addWidget(self.preprocessing)
        column.addWidget(self.description)
        self._describe_preprocessing()

    @property
    def is_chosen(self) -> bool:
        """Whether there are data to run on."""
        return bool(self.box.currentData())

    def show_data(self, data: DataSpec) -> None:
        """Show data that were chosen elsewhere."""
        self._spec = data
        with QSignalBlocker(self.box), QSignalBlocker(self.preprocessing):
            at = self.box.findData(data.name_or_path)
            if at < 0 and data.name_or_path:
                self.box.addItem(Path(data.name_or_path).name, data.name_or_path)
                at = self.box.count() - 1
                self.box.setItemData(at, data.name_or_path, Qt.ItemDataRole.ToolTipRole)
            self.box.setCurrentIndex(at)
            self.preprocessing.setText(data.preprocessing)
        self._describe_preprocessing()

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

    def _on_chosen(self) -> None:
        name = self.box.currentData()
        if not name:
            return
        words = self.preprocessing.text().strip()
        if name == self._spec.name_or_path:
            # The folder that a demo was pointed at goes on to count.
            self.data_chosen.emit(replace(self._spec, preprocessing=words))
        else:
            self.data_chosen.emit(DataSpec(str(name), words))

    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Choose data"),
            self.folder,
            self.tr("Data (*.npz *.csv *.tsv);;All files (*)"),
        )
        self._take(path)

    def _on_browse_folder(self) -> None:
        self._take(
            QFileDialog.getExistingDirectory(
                self, self.tr("Choose a folder of images"), self.folder
            )
        )

    def _take(self, path: str) -> None:
        if path:
            self.data_chosen.emit(DataSpec(path, self.preprocessing.text().strip()))
