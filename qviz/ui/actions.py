"""Every command of the window as a QAction, with its shortcut and its menu."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from qviz.ui.icons import icon
from qviz.ui.theme import Theme
from qviz.ui.wording import tr


@dataclass(frozen=True, slots=True)
class Command:
    """What an action does and where it stands; `name` is how the window refers to it."""

    name: str
    menu: str
    title: str
    tip: str
    keys: str = ""
    icon: str = ""
    starts_group: bool = False


def commands() -> tuple[Command, ...]:
    """All commands in the order of the menus."""
    return (
        Command("open", "file", tr("&Open…"), tr("Open a model file"), "Ctrl+O", "open"),
        Command("sample", "file", tr("Try the digits &sample"), tr("Open the shipped network")),
        Command("demo_housing", "file", tr("Demo: &housing"), tr("Prices in California")),
        Command("demo_mnist", "file", tr("Demo: &MNIST"), tr("Handwritten digits")),
        Command("demo_fashion", "file", tr("Demo: &Fashion-MNIST"), tr("Pieces of clothing")),
        Command("demo_mobilenet", "file", tr("Demo: Mobile&NetV2"), tr("On your photographs")),
        Command("data", "file", tr("Choose &data…"), tr("Choose an .npz file with samples")),
        Command(
            "export_model",
            "file",
            tr("&Export model…"),
            tr("Write the model under the chosen scheme"),
            "Ctrl+S",
            "export",
            starts_group=True,
        ),
        Command(
            "export_plot",
            "file",
            tr("Export &plot…"),
            tr("Write the plot as PNG, SVG or CSV"),
            "Ctrl+E",
        ),
        Command(
            "report",
            "file",
            tr("Write &report…"),
            tr("Write the comparison as one HTML file"),
            "Ctrl+Shift+E",
            "report",
        ),
        Command(
            "start_page",
            "file",
            tr("S&tart page"),
            tr("Back to the samples and demos; Weights returns to the model"),
            starts_group=True,
        ),
        Command("quit", "file", tr("&Quit"), tr("Close qviz"), "Ctrl+Q", starts_group=True),
        Command("undo", "edit", tr("&Undo"), tr("Take back the last change of scheme"), "Ctrl+Z"),
        Command("redo", "edit", tr("&Redo"), tr("Do it again"), "Ctrl+Y"),
        Command("copy", "edit", tr("&Copy table"), tr("Copy as tab-separated text"), "Ctrl+C"),
        Command("filter", "edit", tr("&Filter layers"), tr("Find a layer by name"), "Ctrl+F"),
        Command(
            "keep_float",
            "edit",
            tr("&Keep layer in float32"),
            tr("Leave the selected layer unquantized in the next run"),
        ),
        Command("palette", "edit", tr("Find a co&mmand…"), tr("All commands"), "Ctrl+K", "find"),
        Command(
            "reset_settings",
            "edit",
            tr("Reset all &settings"),
            tr("Forget window places, theme and recent files"),
            starts_group=True,
        ),
        Command("weights", "view", tr("&Weights"), tr("Show the weights"), "Ctrl+1"),
        Command("sine", "view", tr("&Sine"), tr("Show the sine curve"), "Ctrl+2"),
        Command("layer_error", "view", tr("&Layer error"), tr("Show layer errors"), "Ctrl+3"),
        Command("compare_tab", "view", tr("&Compare"), tr("Show the comparison"), "Ctrl+4"),
        Command("report_tab", "view", tr("&Report"), tr("Show the report"), "Ctrl+5"),
        Command("advice_tab", "view", tr("Ad&vice"), tr("Which scheme to take"), "Ctrl+6"),
        Command("eightbit", "view", tr("&Eightbit"), tr("Show TensorFlow 1's way"), "Ctrl+7"),
        Command("trace", "view", tr("T&race"), tr("Take one number of a layer apart"), "Ctrl+8"),
        Command(
            "log",
            "view",
            tr("Lo&g counts"),
            tr("Logarithmic count axis"),
            "L",
            starts_group=True,
        ),
        Command("reset_zoom", "view", tr("Reset &zoom"), tr("Show everything"), "Ctrl+0"),
        Command(
            "theme", "view", tr("Light or dark &theme"), tr("Switch the theme"), "Ctrl+T", "theme"
        ),
        Command("system_theme", "view", tr("Theme of the s&ystem"), tr("Follow the desktop")),
        Command("layout", "view", tr("Reset l&ayout"), tr("Put the panels back"), ""),
        Command("full_screen", "view", tr("&Full screen"), tr("Fill the screen"), "F11"),
        Command("run", "run", tr("&Run"), tr("Run the chosen scheme"), "Ctrl+R", "run"),
        Command(
            "compare",
            "run",
            tr("Compare &all"),
            tr("Run every scheme"),
            "Ctrl+Shift+R",
            "compare",
        ),
        Command(
            "verify",
            "run",
            tr("&Verify against LiteRT…"),
            tr("Hold every tensor of a run against LiteRT's"),
            "Ctrl+Shift+V",
            "verify",
        ),
        Command("stop", "run", tr("&Stop"), tr("Stop at once"), "Esc", "stop"),
        Command(
            "history", "run", tr("Session &log…"), tr("What happened so far"), starts_group=True
        ),
        Command("shortcuts", "help", tr("&Shortcuts"), tr("All shortcuts"), "F1"),
        Command("about", "help", tr("&About qviz"), tr("Version and licence")),
    )


# What quantizes, and so needs a float model.
_OF_SCHEMES = ("compare", "export_model", "keep_float")
_TOOLBAR = (
    "open",
    "run",
    "stop",
    "compare",
    "verify",
    "",
    "export_model",
    "report",
    "",
    "theme",
    "palette",
)


class Actions:
    """The actions of a window, by name.

    Parameters
    ----------
    window : QWidget
        Owns the actions.
    """

    def __init__(self, window: QWidget) -> None:
        self._commands = commands()
        self._actions: dict[str, QAction] = {}
        for command in self._commands:
            action = QAction(command.title, window)
            action.setIconText(plain(command.title))
            action.setToolTip(_tip(command))
            action.setStatusTip(command.tip)
            action.setObjectName(command.name)
            if command.keys:
                action.setShortcut(QKeySequence(command.keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(action)
            self._actions[command.name] = action
        self._actions["theme"].setIconText(tr("Theme"))
        self._actions["verify"].setIconText(tr("Verify"))
        self._actions["palette"].setIconText(tr("Commands"))
        # A second way to the palette, as other programs have it.
        self._actions["palette"].setShortcuts(
            [QKeySequence("Ctrl+K"), QKeySequence("Ctrl+Shift+P")]
        )
        self._actions["shortcuts"].setShortcuts([QKeySequence("F1"), QKeySequence("?")])
        self.group = QActionGroup(window)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> tuple[QAction, ...]:
        """Every action."""
        return tuple(self._actions.values())

    def connect(self, slots: dict[str, Callable[[], object]]) -> None:
        """Say what the actions do; every one has to be named.

        Raises
        ------
        ValueError
            If names and actions differ.
        """
        if slots.keys() != self._actions.keys():
            raise ValueError(f"unmatched actions: {slots.keys() ^ self._actions.keys()}")
        for name, slot in slots.items():
            self._actions[name].triggered.connect(lambda _=False, slot=slot: slot())

    def enable(
        self,
        *,
        opened: bool,
        running: bool,
        with_data: bool,
        with_runs: bool,
        why_no_scheme: str = "",
    ) -> None:
        """Enable what can be done now; `why_no_scheme` where no scheme can be applied."""
        ready = opened and not running and with_data
        for name, on in {
            "run": ready,
            "compare": ready,
            "stop": running,
            "export_model": opened and not running,
            "report": with_runs and not running,
            "keep_float": opened,
            "verify": opened and not running,
        }.items():
            self._actions[name].setEnabled(on)
        for command in self._commands:
            if command.name in _OF_SCHEMES:
                action = self._actions[command.name]
                action.setEnabled(action.isEnabled() and not why_no_scheme)
                action.setToolTip(why_no_scheme or _tip(command))

    def fill_menus(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by name."""
        titles = {
            "file": tr("&File"),
            "edit": tr("&Edit"),
            "view": tr("&View"),
            "run": tr("&Run"),
            "help": tr("&Help"),
        }
        menus = {name: bar.addMenu(title) for name, title in titles.items()}
        for command in self._commands:
            menu = menus[command.menu]
            if command.starts_group:
                menu.addSeparator()
            menu.addAction(self._actions[command.name])
        return menus

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Add the few actions that are always at hand."""
        for name in _TOOLBAR:
            if name:
                bar.addAction(self._actions[name])
            else:
                bar.addSeparator()

    def set_theme(self, theme: Theme) -> None:
        """Paint the icons in the colour of the text."""
        for command in self._commands:
            if command.icon:
                self._actions[command.name].setIcon(icon(command.icon, theme.text))

    def shortcut_rows(self) -> list[tuple[str, str]]:
        """Titles and keys of every action that has keys."""
        native = QKeySequence.SequenceFormat.NativeText
        return [
            (plain(a.text()), ", ".join(k.toString(native) for k in a.shortcuts()))
            for a in self._actions.values()
            if a.shortcuts()
        ]


def plain(title: str) -> str:
    """A title without its access key: "&Open…" is "Open…", "열기(&O)…" is "열기…"."""
    return re.sub(r"\(&\w\)|&", "", title)


def _tip(command: Command) -> str:
    return f"{command.tip} ({command.keys})" if command.keys else command.tip
