"""What MobileNetV2's demo is run on: network, images, how many, which schemes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from qviz.evaluation.image_scores import SCHEMES as USUAL
from qviz.quantization.scheme import SCHEMES
from qviz.ui import dialogs
from qviz.ui.settings import Settings
from qviz.ui.wording import tr

_COLUMNS = 5
_MOST_IMAGES = 1_000_000
_FEW_IMAGES = 200


class ImageDemoForm(QWidget):
    """Asks for what the demo needs.

    Signals
    -------
    changed ()
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(5)
        form.addRow(self.tr("Network"), self._make_network())
        form.addRow(self.tr("Images"), self._make_images())
        form.addRow(self.tr("How many"), self._make_counts())
        form.addRow(self.tr("Schemes"), self._make_schemes())
        self._on_source()

    # -- what was chosen ---------------------------------------------------------------------

    @property
    def network(self) -> str:
        """File with the network; empty for the weights of keras.applications."""
        return self.file.text().strip() if self.from_file.isChecked() else ""

    @property
    def data(self) -> str:
        """Folder or table of images."""
        return self.images.text().strip()

    @property
    def limit(self) -> int | None:
        """Images to run; None for all."""
        return self.samples.value() or None

    @property
    def schemes(self) -> tuple[str, ...]:
        """Ids of the schemes, float32 first."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    @property
    def missing(self) -> str:
        """What has still to be chosen, as a sentence; empty if nothing."""
        if self.from_file.isChecked() and not self.network:
            return self.tr("Choose the file with the network, or the weights of Keras.")
        if not self.data:
            return self.tr("Choose a folder of images, or a table of files and labels.")
        return ""

    def use_images(self, path: str) -> None:
        """Take a folder or table that was named elsewhere."""
        self.images.setText(path)

    # -- building ----------------------------------------------------------------------------

    def _make_network(self) -> QHBoxLayout:
        self.from_keras = QRadioButton(self.tr("weights of keras.applications"))
        self.from_keras.setToolTip(
            self.tr("Downloaded once by TensorFlow in a process of its own (14 MB), then kept")
        )
        self.from_file = QRadioButton(self.tr("a file:"))
        group = QButtonGroup(self)
        for button in (self.from_keras, self.from_file):
            group.addButton(button)
        self.from_keras.setChecked(True)
        self.from_keras.toggled.connect(self._on_source)
        self.file = QLineEdit()
        self.file.setAccessibleName(self.tr("File of the network"))
        self.file.setPlaceholderText(self.tr("MobileNetV2 with trained weights (.keras, .h5)"))
        self.file.textChanged.connect(self.changed)
        self.browse_file = QPushButton(self.tr("Browse…"))
        self.browse_file.clicked.connect(self._on_browse_file)
        return _line(self.from_keras, self.from_file, self.file, self.browse_file, stretched=2)

    def _make_images(self) -> QHBoxLayout:
        self.images = QLineEdit()
        self.images.setAccessibleName(self.tr("Images"))
        self.images.setPlaceholderText(
            self.tr("folder with one folder for each class, or a .csv table of file and label")
        )
        self.images.textChanged.connect(self.changed)
        self.browse_folder = QPushButton(self.tr("Folder…"))
        self.browse_folder.clicked.connect(self._on_browse_folder)
        self.browse_table = QPushButton(self.tr("Table…"))
        self.browse_table.clicked.connect(self._on_browse_table)
        return _line(self.images, self.browse_folder, self.browse_table, stretched=0)

    def _make_counts(self) -> QHBoxLayout:
        self.samples = QSpinBox()
        self.samples.setRange(0, _MOST_IMAGES)
        self.samples.setSpecialValueText(self.tr("all"))
        self.samples.setValue(_FEW_IMAGES)
        self.samples.setSuffix(self.tr(" images"))
        self.samples.setAccessibleName(self.tr("Images to run"))
        self.samples.setToolTip(self.tr("Spread evenly over the classes; 0 for all"))
        self.calibration = QSpinBox()
        self.calibration.setRange(1, _MOST_IMAGES)
        self.calibration.setValue(100)
        self.calibration.setSuffix(self.tr(" images"))
        self.calibration.setToolTip(self.tr("Find the ranges of activations, for int8 and int16"))
        about = QLabel(self.tr("ranges found from"))
        about.setBuddy(self.calibration)
        line = _line(self.samples, about, self.calibration)
        line.addStretch(1)
        return line

    def _make_schemes(self) -> QGridLayout:
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        grid.setVerticalSpacing(3)
        for i, scheme in enumerate(SCHEMES.values()):
            box = QCheckBox(scheme.id)
            box.setToolTip(tr(scheme.title))
            box.setChecked(scheme.id in USUAL)
            grid.addWidget(box, i // _COLUMNS, i % _COLUMNS)
            self.boxes[scheme.id] = box
        # Every other scheme is held against it.
        self.boxes["float32"].setEnabled(False)
        return grid

    # -- events ------------------------------------------------------------------------------

    def _on_source(self) -> None:
        own = self.from_file.isChecked()
        self.file.setEnabled(own)
        self.browse_file.setEnabled(own)
        self.changed.emit()

    def _on_browse_file(self) -> None:
        path = dialogs.ask_model(self, self._settings)
        if path:
            self.file.setText(path)

    def _on_browse_folder(self) -> None:
        title = self.tr("Folder of images, one folder for each class")
        path = QFileDialog.getExistingDirectory(self, title, self._settings.folder)
        if path:
            self._settings.folder = path
            self.images.setText(path)

    def _on_browse_table(self) -> None:
        path = dialogs.ask_image_table(self, self._settings)
        if path:
            self.images.setText(path)


def _line(*widgets: QWidget, stretched: int = -1) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    for i, widget in enumerate(widgets):
        line.addWidget(widget, int(i == stretched))
    return line
