"""Which published numbers belong to what is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qviz.evaluation.demo import DEMOS, Demo, Published
from qviz.jobs.results import DataSpec


def published_for(model_path: str, data: DataSpec) -> tuple[Demo, Published] | None:
    """The demo whose model and data these are, with what was published of it."""
    demo = DEMOS.get(Path(model_path).stem)
    if demo is None or (demo.data and data.name_or_path != demo.data):
        return None
    if not demo.data:
        # Accuracy was stated of inputs scaled in another way and by another rule; the demo's own
        # table shows it.
        return demo, replace(demo.published, scores=tuple({} for _ in demo.published.scores))
    return demo, demo.published
