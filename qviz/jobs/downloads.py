"""Public data sets that are missing, downloaded before a job reads them."""

from __future__ import annotations

from qviz.evaluation.loading import download_dataset
from qviz.jobs.results import DataSpec
from qviz.jobs.task import Task


def download_task(data: DataSpec) -> Task[None]:
    """Download a named data set that is missing; does nothing for anything else."""
    yield from download_dataset(data.name_or_path, data.folder or None)
