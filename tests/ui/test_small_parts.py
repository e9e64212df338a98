"""Tables, theme, settings, wording, estimate, report preview: the small parts by themselves."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import comparison, layer_errors, model_summary
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QAbstractSlider, QWidget
from pytestqt.qtbot import QtBot

from qviz.errors import ExportError
from qviz.jobs.task import Progress
from qviz.quantization.scheme import SCHEMES
from qviz.ui import wording
from qviz.ui.actions import Actions
from qviz.ui.estimate import Estimate
from qviz.ui.heat_bar import cividis, heat_color
from qviz.ui.icons import icon
from qviz.ui.layers_panel import LayersPanel, badness
from qviz.ui.plot_export import export_plot
from qviz.ui.plots import Plot
from qviz.ui.session_log import SessionLog
from qviz.ui.settings import Settings
from qviz.ui.tables import Cell, Table, TableModel
from qviz.ui.theme import DARK, LIGHT, Theme, palette, theme_named
from qviz.ui.views.report import ReportView


def contrast(a: str, b: str) -> float:
    """Contrast of two colours as WCAG 2.1 defines it."""

    def luminance(color: str) -> float:
        channels = QColor(color).getRgbF()[:3]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# -- tables --------------------------------------------------------------------------------


def test_model_keeps_the_contract_of_item_models(qtmodeltester):
    model = TableModel()
    model.set_rows(("a", "b"), (1, 2), ((Cell("x"), Cell("1", 1.0)), (Cell("y"), Cell("2", 2.0))))
    qtmodeltester.check(model)


def test_numbers_sort_as_numbers_and_missing_ones_last(qtbot: QtBot):
    table = Table("numbers")
    qtbot.addWidget(table)
    values = (9.0, math.nan, 10.0, -math.inf, math.inf)
    table.source.set_rows(("n",), range(5), [(Cell(str(v), v),) for v in values])
    for order, expected in (
        (Qt.SortOrder.AscendingOrder, ["-inf", "9.0", "10.0", "inf", "nan"]),
        (Qt.SortOrder.DescendingOrder, ["inf", "10.0", "9.0", "-inf", "nan"]),
    ):
        table.sortByColumn(0, order)
        assert [table.proxy.index(r, 0).data() for r in range(5)] == expected


def test_copy_takes_several_selected_rows_or_everything(qtbot: QtBot):
    table = Table("letters")
    qtbot.addWidget(table)
    table.source.set_rows(("a", "b"), range(3), [(Cell(c), Cell(c * 2)) for c in "xyz"])
    assert table.as_text() == "a\tb\nx\txx\ny\tyy\nz\tzz\n"
    table.selectRow(1)
    assert table.as_text().count("\n") == 4
    mode = table.selectionModel().SelectionFlag
    table.selectionModel().select(table.proxy.index(2, 0), mode.Select | mode.Rows)
    assert table.as_text() == "a\tb\ny\tyy\nz\tzz\n"


# -- layers --------------------------------------------------------------------------------


def test_worst_layer_comes_first_once_errors_are_known(qtbot: QtBot):
    panel = LayersPanel()
    qtbot.addWidget(panel)
    panel.set_layers(model_summary().layers)
    assert panel.table.proxy.index(0, 1).data() == "–"
    errors = layer_errors()
    panel.set_errors(errors, "int8")
    shown = [panel.table.proxy.index(r, 0).data() for r in range(8)]
    assert shown == [e.layer for e in sorted(errors, key=lambda e: e.accumulated.sqnr_db)]
    assert "int8" in panel.caption.text()


def test_without_errors_layers_stand_in_the_order_of_the_model(qtbot: QtBot):
    panel = LayersPanel()
    qtbot.addWidget(panel)
    layers = model_summary().layers
    names = [x.name for x in layers]

    def shown() -> list[str]:
        return [panel.table.proxy.index(r, 0).data() for r in range(len(names))]

    panel.set_layers(layers)
    panel.select_layer(names[0])
    panel.set_errors(layer_errors(), "int8")
    assert shown() != names
    panel.set_errors((), "float32")
    assert shown() == names
    assert panel.selected == names[0]
    assert "worst first" not in panel.caption.text()
    panel.set_errors(layer_errors(), "int8")
    panel.set_layers(layers)
    assert shown() == names
    panel.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert shown() == names


def test_errors_make_room_for_themselves_and_begin_at_the_worst(qtbot: QtBot):
    panel = LayersPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show()
    layers = model_summary(60).layers
    panel.set_layers(layers)
    panel.select_layer(layers[55].name)
    bar = panel.table.verticalScrollBar()
    assert bar.value() > 0
    assert panel.table.isColumnHidden(1)
    panel.set_errors(layer_errors(60), "int8")
    assert not panel.table.isColumnHidden(1)
    assert panel.table.columnWidth(0) >= 130
    assert panel.table.horizontalScrollBar().maximum() == 0
    assert (bar.value(), panel.selected) == (0, layers[55].name)
    # Who has scrolled stays there.
    bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
    at = bar.value()
    panel.set_errors(layer_errors(60), "int16x8")
    assert bar.value() == at > 0


def test_keeping_in_float_is_offered_only_where_the_scheme_can(qtbot: QtBot):
    panel = LayersPanel()
    qtbot.addWidget(panel)
    panel.set_layers(model_summary().layers)
    panel.select_layer("block_0_conv_2d")
    panel.set_float_layers((), possible=False)
    assert not panel.keep.isEnabled()
    panel.set_float_layers(("block_0_conv_2d",), possible=True)
    assert panel.keep.isEnabled()
    assert panel.keep.isChecked()
    assert panel.selected == "block_0_conv_2d"


def test_heat_bar_is_long_where_the_signal_is_lost():
    assert badness(-math.inf) == 1
    assert badness(math.inf) == 0
    assert badness(60) == 0
    assert badness(10) > badness(30) > badness(45) > 0
    lightness = [cividis(i / 20).lightness() for i in range(21)]
    assert lightness == sorted(lightness)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_bars_and_locks_can_be_seen(theme: Theme):
    for i in range(21):
        assert contrast(heat_color(i / 20, theme).name(), theme.base) > 3
    # The frame of a bar, which says how long it could be.
    assert contrast(theme.muted, theme.base) > 3
    lock = icon("lock", theme.text, theme.accent_text)
    size = QSize(16, 16)
    normal = lock.pixmap(size, QIcon.Mode.Normal).toImage()
    assert normal != lock.pixmap(size, QIcon.Mode.Selected).toImage()


# -- theme ---------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_text_and_data_can_be_told_from_their_background(theme: Theme):
    assert contrast(theme.text, theme.base) > 7
    assert contrast(theme.text, theme.window) > 7
    assert contrast(theme.muted, theme.window) > 4.5
    assert contrast(theme.muted, theme.base) > 4.5
    for color in (theme.float32, theme.int8, theme.int16, theme.bad):
        assert contrast(color, theme.base) > 3
    assert contrast(theme.accent_text, theme.accent) > 3


def test_palette_covers_roles_and_disabled_text():
    result = palette(DARK)
    assert result.color(QPalette.ColorRole.Base).name() == DARK.base
    disabled = result.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() != DARK.text


def test_theme_names(qtbot: QtBot):
    assert theme_named("dark") is DARK
    assert theme_named("light") is LIGHT
    assert theme_named("system") in (LIGHT, DARK)
    assert DARK.is_dark
    assert not LIGHT.is_dark


def test_colour_of_a_scheme_follows_its_codes():
    assert LIGHT.color_of(SCHEMES["float32"]) == LIGHT.float32
    assert LIGHT.color_of(SCHEMES["tfjs-uint8"]) == LIGHT.int8
    assert LIGHT.color_of(SCHEMES["int8"]) == LIGHT.int8
    assert LIGHT.color_of(SCHEMES["tfjs-uint16"]) == LIGHT.int16
    assert LIGHT.color_of(SCHEMES["int16x8"]) == LIGHT.int16


def test_every_icon_that_actions_name_is_there(qtbot: QtBot):
    host = QWidget()
    qtbot.addWidget(host)
    actions = Actions(host)
    actions.set_theme(LIGHT)
    for name in ("open", "run", "stop", "compare", "export_model", "report", "theme", "palette"):
        assert not actions[name].icon().isNull()
    assert icon("no such icon").isNull()


def test_every_action_needs_a_slot(qtbot: QtBot):
    host = QWidget()
    qtbot.addWidget(host)
    with pytest.raises(ValueError, match="unmatched"):
        Actions(host).connect({"open": lambda: None})


# -- settings ------------------------------------------------------------------------------


def test_recent_files_are_newest_first_and_few(settings: Settings):
    for i in range(14):
        settings.add_recent(f"/m/{i}.keras")
    settings.add_recent("/m/9.keras")
    assert len(settings.recent) == 10
    assert settings.recent[:2] == ("/m/9.keras", "/m/13.keras")
    settings.remove_recent("/m/9.keras")
    assert settings.recent[0] == "/m/13.keras"


def test_settings_survive_a_restart(tmp_path: Path):
    path = str(tmp_path / "a.ini")
    first = Settings(QSettings(path, QSettings.Format.IniFormat))
    first.theme, first.scheme, first.data, first.folder = "dark", "float16", "d.npz", "/tmp"
    first.preprocessing = "mean=0.5,std=0.2"
    first.add_recent("/m/one.keras")
    first.sync()
    second = Settings(QSettings(path, QSettings.Format.IniFormat))
    assert (second.theme, second.scheme, second.data, second.folder) == (
        "dark",
        "float16",
        "d.npz",
        "/tmp",
    )
    assert second.preprocessing == "mean=0.5,std=0.2"
    assert second.recent == ("/m/one.keras",)
    second.reset()
    assert second.theme == "system"
    assert second.recent == ()


def test_damaged_settings_give_defaults(tmp_path: Path):
    path = tmp_path / "b.ini"
    path.write_text("[General]\ngeometry=nonsense\nstate=3\nrecent=\n", encoding="utf-8")
    settings = Settings(QSettings(str(path), QSettings.Format.IniFormat))
    assert settings.geometry.isEmpty()
    assert settings.state.isEmpty()
    assert settings.recent == ()


# -- wording -------------------------------------------------------------------------------


def test_numbers_are_written_alike():
    assert wording.format_metric("top1", 0.97503) == "97.50%"
    assert wording.format_metric("mae", 0.312) == "0.312"
    assert wording.format_metric("top1", None) == "–"
    assert wording.format_change("top1", -0.0022) == "−0.22 pt"
    assert wording.format_change("mae", 0.0008) == "+0.0008"
    assert wording.format_error("sqnr_db", math.inf) == "exact"
    assert wording.format_error("mse", math.nan) == "not a number"
    assert wording.format_decibel(math.inf) == "no error"
    assert wording.format_decibel(-29.04) == "−29.0 dB"
    assert wording.format_number_of(1, "1 sample", "{0} samples") == "1 sample"
    assert wording.format_number_of(2000, "1 sample", "{0} samples") == "2,000 samples"
    assert wording.format_clock(3725) == "1:02:05"
    assert wording.format_clock(7.6) == "0:08"
    assert wording.format_shape((-1, 3)) == "? × 3"
    assert wording.kind_title("DEPTHWISE_CONV_2D") == "Depthwise Conv 2D"


def test_scheme_label_names_what_departs_from_the_preset():
    scheme = SCHEMES["int8"].with_options(
        range_estimator="percentile", percentile=99.9, calibration="true", float_layers=("a",)
    )
    assert wording.scheme_label(scheme) == "int8 · 99.9 percentile · true ranges · 1 in float32"
    assert wording.scheme_label(SCHEMES["int8-per-tensor"]) == "int8-per-tensor"


def test_time_left_follows_the_pace_of_the_stage():
    estimate = Estimate()
    assert estimate.seconds_left(Progress(0, 10, "a"), 0.0) is None
    assert estimate.seconds_left(Progress(1, 10, "a"), 0.5) is None
    assert estimate.seconds_left(Progress(5, 10, "a"), 10.0) == pytest.approx(10.0)
    assert estimate.seconds_left(Progress(0, 4, "b"), 11.0) is None
    assert estimate.seconds_left(Progress(2, 4, "b"), 13.0) == pytest.approx(2.0)
    assert estimate.seconds_left(Progress(3, 0, "c"), 14.0) is None


def test_log_keeps_the_newest():
    log = SessionLog()
    for i in range(600):
        log.add(f"line {i}", "why\nhow")
    assert "line 599" in log.text()
    assert "line 50\n" not in log.text()
    assert "          how" in log.text()


# -- plots and report ----------------------------------------------------------------------


def test_plot_export_refuses_other_endings(qtbot: QtBot, tmp_path: Path):
    plot = Plot("title", "x in m", "y")
    qtbot.addWidget(plot)
    with pytest.raises(ExportError, match=r"not as \.bmp"):
        export_plot(plot, str(tmp_path / "a.bmp"))
    assert list(tmp_path.iterdir()) == []


def test_exported_picture_is_light_and_twice_as_large(qtbot: QtBot, tmp_path: Path):
    plot = Plot("title", "x in m", "y")
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.show()
    plot.set_theme(DARK)
    path = export_plot(plot, str(tmp_path / "a.png"))
    from PySide6.QtGui import QImage

    image = QImage(str(path))
    assert (image.width(), image.height()) == (600, 400)
    assert image.pixelColor(3, 3).name() == LIGHT.base
    assert plot.theme is DARK


def test_report_preview_names_model_data_schemes_and_what_was_skipped(qtbot: QtBot):
    view = ReportView()
    qtbot.addWidget(view)
    data = replace(comparison(), skipped=(("int8-only", "CUMSUM has no integer kernel."),))
    view.set_data(data)
    text = view.page.toPlainText()
    for part in ("fake.keras", "scale=1/16", "97.50%", "int16x8-only", "CUMSUM", "qviz 0.1.0"):
        assert part in text
    view.set_theme(DARK)
    assert view.page.toPlainText() == text
    with qtbot.waitSignal(view.layer_chosen, timeout=1000) as heard:
        from PySide6.QtCore import QUrl

        view.page.anchorClicked.emit(QUrl("#conv1"))
    assert heard.args == ["conv1"]


def test_report_preview_escapes_names(qtbot: QtBot):
    view = ReportView()
    qtbot.addWidget(view)
    data = comparison()
    view.set_data(replace(data, model=replace(data.model, name="<b>x</b>.keras")))
    assert "<b>x</b>.keras" in view.page.toPlainText()


# -- start ---------------------------------------------------------------------------------


def test_window_process_loads_no_numeric_engine_at_start():
    code = (
        "import sys, qviz.ui.main_window as m; "
        "print([n for n in ('tensorflow', 'keras', 'h5py', 'ai_edge_litert', 'pyqtgraph', "
        "'qviz.execution', 'qviz.formats') if n in sys.modules])"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal since Python 3.12")
def test_qt_does_not_lose_references_of_none():
    from PySide6.QtCore import QRectF

    rectangle = QRectF()
    before = sys.getrefcount(None)
    for _ in range(1000):
        rectangle.setTop(1)
    assert abs(sys.getrefcount(None) - before) < 500
