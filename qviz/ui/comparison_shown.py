"""After schemes were compared, the comparison is shown, unless the user has moved on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from qviz.ui.view_tabs import COMPARE, EIGHTBIT, SINE, TRACE, WEIGHTS, ViewTabs
from qviz.ui.workbench import Workbench

# The others show results as they come.
_WITHOUT_RESULTS = frozenset({WEIGHTS, SINE, EIGHTBIT, TRACE})


class ComparisonShown(QObject):
    """Goes to the Compare tab when a comparison of several schemes ends.

    Stays where the tab was changed meanwhile, or shows results itself.
    """

    def __init__(self, tabs: ViewTabs, workbench: Workbench) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._from = -1
        workbench.comparison_began.connect(self._on_began)
        workbench.compared.connect(self._on_compared)
        workbench.ended.connect(self._on_ended)

    def _on_began(self) -> None:
        # A model that was just opened shows its weights first.
        QTimer.singleShot(0, self, self._remember)

    def _remember(self) -> None:
        self._from = self._tabs.currentIndex()

    def _on_compared(self) -> None:
        if self._from in _WITHOUT_RESULTS and self._from == self._tabs.currentIndex():
            self._tabs.setCurrentIndex(COMPARE)
        self._from = -1

    def _on_ended(self, _sentence: str) -> None:
        # The results of a job that was not stopped come at once.
        QTimer.singleShot(0, self, self._forget)

    def _forget(self) -> None:
        self._from = -1
