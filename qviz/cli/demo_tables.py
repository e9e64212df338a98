"""What ``qviz demo`` prints: the example's two tables, measured beside published."""

from __future__ import annotations

from qviz.cli.printing import console, say, simple_table
from qviz.evaluation.demo import DEMOS, PRECISIONS, DemoResult, GzipRow, Published, demo_findings
from qviz.evaluation.image_demo_findings import image_demo_findings
from qviz.evaluation.image_scores import SCALINGS, ImageDemoResult
from qviz.quantities import bytes_text, counted

_COLUMNS = ("", ">float32", ">16 bit", ">8 bit")
_PUBLISHED = "published"


def print_demo(result: DemoResult) -> None:
    """Accuracy or MAE, and gzip ratios, of the demos that classify or regress small inputs."""
    demo, comparison = result.demo, result.comparison
    data = comparison.data
    say(f"{demo.title}, {data.samples} test samples of {data.name}")
    say(f"preprocessing: {data.preprocessing}")
    metric = demo.metric
    table = simple_table("MAE" if metric == "mae" else "accuracy", *_COLUMNS[1:])
    rows = [comparison.row(scheme) for scheme in PRECISIONS]
    measured = [row.metrics.get(metric) if row is not None else None for row in rows]
    table.add_row("measured here", *(_score(metric, value) for value in measured))
    table.add_row(_PUBLISHED, *(_score(metric, scores[metric]) for scores in demo.published.scores))
    console().print(table)
    _print_gzip(result.gzip, demo.published)
    for sentence in demo_findings(result):
        say(sentence)


def print_image_demo(title: str, result: ImageDemoResult) -> None:
    """The table of MobileNetV2: one row a scaling and scheme."""
    say(f"{title}, {counted(result.samples, 'image')}")
    table = simple_table(
        "inputs",
        "scheme",
        ">top-1",
        ">top-5",
        ">top-1 by word",
        ">top-5 by word",
        ">agreement with float32",
    )
    for row in result.rows:
        table.add_row(
            f"{row.scaling} ({SCALINGS[row.scaling]})",
            row.scheme,
            *(_share(v) for v in (row.top1, row.top5, row.word_top1, row.word_top5)),
            _share(row.agreement),
        )
    published = DEMOS["mobilenetv2"].published
    for scheme, scores in zip(PRECISIONS, published.scores, strict=True):
        values = (_share(scores["top1"]), _share(scores["top5"]))
        table.add_row(f"0..1 ({_PUBLISHED})", scheme, "–", "–", *values, "–")
    console().print(table)
    _print_gzip(tuple(row for row in result.gzip if row.scheme in PRECISIONS), published)
    for scheme, reason in result.skipped:
        say(f"{scheme} was left out: {reason}")
    for sentence in (*result.warnings, *result.notes, *image_demo_findings(result)):
        say(sentence)


def _print_gzip(rows: tuple[GzipRow, ...], published: Published) -> None:
    table = simple_table("gzip ratio", *_COLUMNS[1:])
    measured = {row.scheme: row for row in rows}
    found = [measured.get(scheme) for scheme in PRECISIONS]
    table.add_row("measured here", *("–" if row is None else f"{row.ratio:.3f}" for row in found))
    table.add_row(_PUBLISHED, *(f"{ratio:.3f}" for ratio in published.gzip_ratios))
    sizes = ("–" if row is None else bytes_text(row.size_bytes) for row in found)
    table.add_row("size of the files", *sizes)
    console().print(table)


def _score(metric: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.6f}" if metric == "mae" else f"{value:.4f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
