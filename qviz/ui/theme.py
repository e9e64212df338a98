"""Colours of the window and of its plots, light and dark.

Setting a colour scheme does nothing without a platform theme, so qviz always uses the Fusion style
with a palette of its own. Data colours are those of Okabe and Ito, which colour-blind readers can
tell apart; they never carry a meaning alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from qviz.quantization.scheme import Scheme
from qviz.resources import resource


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour that the window uses, as ``#rrggbb``.

    Attributes
    ----------
    name : str
        ``light`` or ``dark``.
    window, base, alternate, raised : str
        Backgrounds: of panels, of lists and plots, of every second row, of cards and chips.
    text, muted, border, grid : str
    accent, accent_text : str
        Of selections and of the main button.
    float32, int8, int16, bad : str
        Of data: float values, 8-bit and 16-bit codes, values beyond a threshold.
    warning : str
        Background of the message bar.
    """

    name: str
    window: str
    base: str
    alternate: str
    raised: str
    text: str
    muted: str
    border: str
    grid: str
    accent: str
    accent_text: str
    float32: str
    int8: str
    int16: str
    bad: str
    warning: str

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its background."""
        return QColor(self.text).lightness() > QColor(self.base).lightness()

    def color_of(self, scheme: Scheme) -> str:
        """Data colour of a scheme, by the type of its weights."""
        if scheme.weight_dtype in ("int8", "uint8"):
            return self.int8 if scheme.activation_dtype != "int16" else self.int16
        return self.int16 if scheme.weight_dtype in ("uint16", "float16") else self.float32


LIGHT = Theme(
    name="light",
    window="#f3f4f6",
    base="#ffffff",
    alternate="#f7f8fa",
    raised="#ffffff",
    text="#1c2026",
    muted="#5b6470",
    border="#c9ced6",
    grid="#9aa3af",
    accent="#0b62a8",
    accent_text="#ffffff",
    float32="#0072B2",
    int8="#D55E00",
    int16="#009E73",
    bad="#B8517F",
    warning="#fdf1d3",
)
DARK = Theme(
    name="dark",
    window="#24272c",
    base="#1b1e22",
    alternate="#21252a",
    raised="#2d3138",
    text="#e6e8eb",
    muted="#a0a8b3",
    border="#434a54",
    grid="#7b8592",
    accent="#3b8ed0",
    accent_text="#ffffff",
    float32="#56B4E9",
    int8="#E69F00",
    int16="#2ac49a",
    bad="#CC79A7",
    warning="#4a3f22",
)


def theme_named(name: str) -> Theme:
    """The theme ``light`` or ``dark``; ``system`` follows the desktop, if it tells."""
    if name == "dark":
        return DARK
    if name == "system":
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return LIGHT


def palette(theme: Theme) -> QPalette:
    """Palette of a theme for the Fusion style, disabled states included."""
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.base,
        QPalette.ColorRole.AlternateBase: theme.alternate,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised if theme.is_dark else theme.window,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.bad,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.accent_text,
        QPalette.ColorRole.Link: theme.float32,
        QPalette.ColorRole.LinkVisited: theme.float32,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Accent: theme.accent,
        QPalette.ColorRole.Mid: theme.border,
        QPalette.ColorRole.Midlight: theme.alternate,
        QPalette.ColorRole.Light: theme.raised,
        QPalette.ColorRole.Dark: theme.border,
    }
    result = QPalette()
    for role, color in roles.items():
        result.setColor(role, QColor(color))
    disabled = QPalette.ColorGroup.Disabled
    faded = _mix(theme.text, theme.window, 0.45)
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.HighlightedText,
    ):
        result.setColor(disabled, role, faded)
    result.setColor(disabled, QPalette.ColorRole.Highlight, QColor(theme.border))
    return result


def style_sheet(theme: Theme) -> str:
    """Rules for the few things that a palette cannot say: cards, chips, the message bar.

    Fusion draws the outline of radio buttons and check boxes darker than the window, which is
    invisible on a dark one.
    """
    check = resource("icons", "check.svg").as_posix()
    return f"""
    QToolTip {{ color: {theme.text}; background: {theme.raised}; border: 1px solid {theme.border};
        padding: 4px; }}
    QMainWindow::separator {{ width: 5px; height: 5px; background: {theme.window}; }}
    QDialog#palette {{ border: 1px solid {theme.border}; background: {theme.raised}; }}
    QFrame#card {{ background: {theme.raised}; border: 1px solid {theme.border};
        border-radius: 10px; }}
    QFrame#messageBar {{ background: {theme.warning}; border: 1px solid {theme.border};
        border-radius: 6px; }}
    QLabel#muted, QLabel#readout {{ color: {theme.muted}; }}
    QLabel#readout {{ background: {theme.base}; border: 1px solid {theme.border};
        border-radius: 4px; padding: 3px 6px; color: {theme.text}; }}
    QLabel#title {{ font-weight: 600; }}
    QLabel#answer {{ font-size: 14pt; font-weight: 600; }}
    QLabel#headline {{ font-size: 17pt; font-weight: 600; }}
    QPushButton#primary {{ background: {theme.accent}; color: {theme.accent_text};
        border: 1px solid {theme.accent}; border-radius: 5px; padding: 6px 14px;
        font-weight: 600; }}
    QPushButton#primary:hover {{ border-color: {theme.text}; }}
    QPushButton#primary:focus {{ border: 2px solid {theme.text}; padding: 5px 13px; }}
    QPushButton#primary:disabled {{ background: {theme.border}; border-color: {theme.border};
        color: {theme.muted}; }}
    QRadioButton::indicator, QCheckBox::indicator {{ width: 13px; height: 13px;
        border: 1px solid {theme.grid}; background: {theme.base}; }}
    QRadioButton::indicator {{ border-radius: 7px; }}
    QCheckBox::indicator {{ border-radius: 3px; }}
    QRadioButton::indicator:focus, QCheckBox::indicator:focus,
    QRadioButton::indicator:hover, QCheckBox::indicator:hover {{ border-color: {theme.accent}; }}
    QRadioButton::indicator:checked {{ border: 4px solid {theme.accent}; width: 7px; height: 7px;
        border-radius: 7px; background: #ffffff; }}
    QCheckBox::indicator:checked {{ background: {theme.accent}; border-color: {theme.accent};
        image: url("{check}"); }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
        border-color: {theme.border}; background: {theme.window}; }}
    QCheckBox::indicator:checked:disabled {{ background: {theme.grid}; }}
    QCheckBox:focus, QRadioButton:focus {{ color: {theme.accent}; }}
    QToolButton#demo {{ background: {theme.raised}; color: {theme.text};
        border: 1px solid {theme.border}; border-radius: 7px; padding: 7px 4px; }}
    QToolButton#demo:hover, QToolButton#demo:focus {{ border-color: {theme.accent}; }}
    QToolButton#section {{ font-weight: 600; text-align: left; border: none; padding: 2px 0; }}
    QToolButton#section:focus {{ color: {theme.accent}; }}
    QToolButton#chip {{ background: {theme.raised}; color: {theme.text};
        border: 1px solid {theme.border}; border-radius: 9px; padding: 3px 10px; }}
    QToolButton#chip:hover {{ border-color: {theme.accent}; }}
    QToolButton#chip:focus {{ border: 2px solid {theme.accent}; padding: 2px 9px; }}
    QToolButton#chip:checked {{ background: {theme.accent}; color: {theme.accent_text};
        border-color: {theme.accent}; }}
    QLabel#dropOutline {{ border: 3px dashed {theme.accent}; border-radius: 12px;
        background: {_translucent(theme.base)}; color: {theme.text}; font-size: 16pt; }}
    """


def _mix(front: str, back: str, share: float) -> QColor:
    a, b = QColor(front), QColor(back)
    return QColor.fromRgbF(
        a.redF() * share + b.redF() * (1 - share),
        a.greenF() * share + b.greenF() * (1 - share),
        a.blueF() * share + b.blueF() * (1 - share),
    )


def _translucent(color: str) -> str:
    c = QColor(color)
    return f"rgba({c.red()}, {c.green()}, {c.blue()}, 215)"
