from __future__ import annotations

import csv
import html.parser
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from comparisons import classification, error, regression

from qviz.errors import ExportError
from qviz.evaluation import (
    Comparison,
    DataInfo,
    Interval,
    LayerError,
    ModelInfo,
    PairedTest,
    SchemeResult,
)
from qviz.quantization import SCHEMES
from qviz.report import (
    comparison_as_dict,
    html_report,
    layers_as_csv,
    schemes_as_csv,
    write_layers_csv,
    write_report,
)
from qviz.report.charts import Point, family_class, scatter
from qviz.report.reading import (
    grouped_notes,
    headline,
    interval_text,
    metric_text,
    p_value_title,
    sqnr_text,
    worst_layers,
    worst_text,
)

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(html.parser.HTMLParser):
    """Collects text and checks that every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def words(page: Page) -> str:
    return re.sub(r"\s+", " ", " ".join(page.text))


def test_json_has_the_agreed_shape() -> None:
    content = json.loads(json.dumps(comparison_as_dict(classification()), allow_nan=False))
    assert {"model", "data", "rows"} <= set(content)
    assert content["data"]["preprocessing"] == "× 1/16"
    row = next(row for row in content["rows"] if row["scheme"] == "int8")
    assert row["metrics"] == {"top1": 0.9822, "top5": 1.0}
    assert row["gzip_ratio"] == row["size_bytes"] / row["gzip_bytes"]
    assert row["agreement"] == pytest.approx(0.9955)
    assert [layer["layer"] for layer in row["layers"]][:2] == ["conv1", "depthwise"]
    first, flatten = row["layers"][0], row["layers"][4]
    assert first["weight_sqnr_db"] == 40.0
    assert first["accumulated_rmse_over_scale"] == 0.5
    # Without any error: the ratio is infinite, which JSON cannot say, and the error is 0.
    assert (flatten["local_sqnr_db"], flatten["local_mse"]) == (None, 0.0)
    assert (flatten["weight_sqnr_db"], flatten["weight_mse"]) == (None, None)
    assert content["skipped"][0]["scheme"] == "int16x8-only"


def test_csv_has_one_row_a_scheme() -> None:
    comparison = classification()
    table = list(csv.DictReader(schemes_as_csv(comparison).splitlines()))
    assert [line["scheme"] for line in table] == [row.scheme.id for row in comparison.rows]
    int8 = next(line for line in table if line["scheme"] == "int8")
    assert float(int8["top1"]) == 0.9822
    assert int8["worst_layer"] == "dense2"
    assert int8["preprocessing"] == "× 1/16"
    assert "mae" not in int8
    numbers = list(csv.DictReader(schemes_as_csv(regression()).splitlines()))
    assert float(numbers[1]["mae"]) == 0.3391


def test_csv_of_layers_has_one_row_a_layer_and_scheme() -> None:
    comparison = classification()
    table = list(csv.DictReader(layers_as_csv(comparison).splitlines()))
    assert len(table) == sum(len(row.layers) for row in comparison.rows)
    assert table[0]["scheme"] == "tfjs-float16"
    assert float(table[0]["accumulated_sqnr_db"]) == 66.0
    assert table[4]["weight_sqnr_db"] == ""


def test_page_is_well_formed_and_needs_no_network() -> None:
    text = html_report(classification())
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    for name, value in page.attributes:
        assert name not in ("src", "href"), value
        assert name == "xmlns" or "://" not in (value or "")
    assert "url(" not in text
    assert "@import" not in text


def test_page_escapes_what_comes_from_files() -> None:
    text = html_report(classification())
    assert "<b>digits</b>" not in text
    assert "dense2 <i>" not in text
    assert "<b>digits</b>.keras" in words(Page(text))


def test_page_says_what_was_measured() -> None:
    comparison = classification()
    told = words(Page(html_report(comparison)))
    for row in comparison.rows:
        assert row.scheme.id in told
        assert row.scheme.title in told
    for fact in ("98.22%", "620.7 kB", "seed 0", "× 1/16", "ab" * 32, "cd" * 32, "numpy 2.4.6"):
        assert fact in told
    assert "int16x8-only: RESIZE_BILINEAR has no 16-bit kernel." in told
    assert "−3.56" in told  # int8-per-tensor against float32, in points
    assert "tfjs-uint8 with top-1 98.44% (float32 98.67%) at 160.0 kB, 3.9 times" in told


def test_every_chart_is_told_in_words_too() -> None:
    page = Page(html_report(classification()))
    charts = page.tags.count("svg") - sum(v == "swatch" for _, v in page.attributes)
    labels = [v for name, v in page.attributes if name == "aria-label"]
    assert len(labels) == charts >= 3
    assert any("int8: 98.22%, 162.0 kB" in (label or "") for label in labels)


def test_only_schemes_of_float_weights_are_drawn_as_such() -> None:
    drawn = {s.id for s in SCHEMES.values() if family_class(s.family) == "f-float"}
    assert drawn == {"float32", "float16"}


def test_the_upright_title_stands_clear_of_the_numbers() -> None:
    for values in ((0.000123, 0.000124), (98.25, 1e5), (0.1, 0.1)):
        points = [Point(1.0 + v, v, f"int8:prune=0.{i}", "int8") for i, v in enumerate(values)]
        text = str(scatter(points, x_title="x", y_title="y", percent=False, description="d"))
        numbers = re.findall(r'class="tick end" x="([\d.]+)" y="[\d.]+">([^<]+)<', text)
        assert len(numbers) > 1
        # The title is turned about x = 16 and 12 px high; digits of this size are 7 px wide.
        assert all(float(x) - 7 * len(number) > 16 + 6 for x, number in numbers)


def test_page_of_a_regression_speaks_of_errors() -> None:
    told = words(Page(html_report(regression())))
    assert "Mean absolute error" in told
    assert "0.3312" in told
    assert "R² to float32" in told
    assert "Top-1" not in told
    assert "No scheme stays at most 1% above float32." in told


def test_page_without_labels_shows_agreement() -> None:
    comparison = regression(labels=False)
    assert headline(comparison).key == "agreement"
    told = words(Page(html_report(comparison)))
    assert "no labels" in told
    assert "99.81%" in told


def test_page_of_nothing_and_of_lost_numbers() -> None:
    lost = LayerError("a", "ADD", "a", accumulated=error(math.nan), local=error(-math.inf))
    row = SchemeResult(SCHEMES["int8"], {"top1": 0.1}, 0.1, 0, 0, layers=(lost,))
    model, data = ModelInfo("m", "", "graph", "", "", 0, 0, 0), DataInfo("d", "", "none", 0, "none")
    for rows in ((), (row,)):
        comparison = Comparison(model, data, rows)
        assert Page(html_report(comparison)).open == []
        json.dumps(comparison_as_dict(comparison), allow_nan=False)
        schemes_as_csv(comparison)
        layers_as_csv(comparison)


def test_worst_layers_come_first() -> None:
    rows = (
        LayerError("exact", "ADD", "", accumulated=error(math.inf)),
        LayerError("none", "ADD", ""),
        LayerError("good", "ADD", "", accumulated=error(40)),
        LayerError("bad", "ADD", "", accumulated=error(-3)),
        LayerError("lost", "ADD", "", accumulated=error(math.nan)),
    )
    row = SchemeResult(SCHEMES["int8"], {}, 1.0, 1, 1, layers=rows)
    assert [layer.layer for layer in worst_layers(row)] == ["lost", "bad", "good", "exact", "none"]


def test_numbers_are_written_for_people() -> None:
    assert [sqnr_text(e) for e in (error(math.inf), None, error(-2.04))] == ["exact", "–", "−2.0"]
    layer = LayerError("conv1", "CONV_2D", "", accumulated=error(29.0))
    assert worst_text(layer) == "conv1: 29.0 dB"
    assert worst_text(replace(layer, accumulated=error(math.inf))) == "conv1: no error"
    assert worst_text(None) == "–"


def test_a_page_of_one_sample_does_not_speak_of_samples() -> None:
    comparison = classification()
    told = words(Page(html_report(replace(comparison, data=replace(comparison.data, samples=1)))))
    assert "on 1 sample of digits" in told
    assert "1 samples" not in told


@pytest.mark.parametrize("name", ["r.html", "r.HTM", "r.json", "r.csv"])
def test_extension_chooses_the_form(tmp_path: Path, name: str) -> None:
    path = write_report(classification(), tmp_path / name)
    text = path.read_text(encoding="utf-8")
    start = {"r.html": "<!DOCTYPE", "r.HTM": "<!DOCTYPE", "r.json": "{", "r.csv": "scheme,"}[name]
    assert text.startswith(start)
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


def test_layers_are_written_beside(tmp_path: Path) -> None:
    path = write_layers_csv(classification(), tmp_path / "layers.csv")
    assert path.read_text(encoding="utf-8").startswith("scheme,layer,kind")


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    for name in ("report", "report.pdf.exe"):
        with pytest.raises(ExportError, match=r"\.html, \.json or \.csv"):
            write_report(classification(), tmp_path / name)
    with pytest.raises(ExportError, match="Cannot write"):
        write_report(classification(), tmp_path / "missing" / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_same_note_is_said_once_and_long_lists_are_folded() -> None:
    row = classification().rows[6]
    shared = tuple(f"layer{i}: dead." for i in range(20))
    rows = (replace(row, notes=shared, flipped=tuple(range(50))), replace(row, notes=shared[:1]))
    comparison = replace(classification(), rows=rows)
    assert grouped_notes(comparison)[0] == ("layer0: dead.", ("int8", "int8"))
    page = Page(html_report(comparison))
    told = words(page)
    assert page.open == []
    assert told.count("layer0: dead.") == 1
    assert "12 more" in told
    assert "39 and 10 more" in told


def test_an_error_and_its_interval_are_written_alike() -> None:
    assert metric_text("mae", 45_521.3) == "45521"
    assert interval_text("mae", Interval(42_961.2, 48_080.9, "normal")) == "42961–48081"


def test_the_heading_of_p_values_names_the_test() -> None:
    found = regression()
    assert p_value_title(found) == "p-value"
    test = PairedTest("Wilcoxon signed-rank", 0.5, "exact", 0.5, 1, 1, 0.1, None)
    tested = replace(found, rows=(found.rows[0], replace(found.rows[1], paired=test)))
    assert p_value_title(tested) == "p-value (Wilcoxon)"
    assert "to float32 its p-value (Wilcoxon), and how many" in words(Page(html_report(tested)))
