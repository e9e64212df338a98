"""What every test shares: one thread for linear algebra, no screen, data beside the repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from keras_reference import KerasReference

# Before numpy or Qt is imported, which is why nothing above imports either: tests run on two
# cores beside each other, without a screen.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


# Everybody searches at random; the common check repeats the same examples, so that a change is
# judged by what it changed.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("default", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Folder with the data sets and the real models; the test is skipped where it is missing."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("QVIZ_SHARED") or beside)
    if not folder.is_dir():
        pytest.skip(f"needs real data: {folder} is missing (set QVIZ_SHARED)")
    return folder


@pytest.fixture(scope="session")
def keras_reference() -> Iterator[KerasReference]:
    """Keras in a child process; started at the first request, ended with the session."""
    from keras_reference import KerasReference

    with KerasReference() as reference:
        yield reference
