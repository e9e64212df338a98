from typing import Any

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from qviz.execution.blas import single_threaded_blas


def threads() -> list[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    libraries: list[dict[str, Any]] = ThreadpoolController().select(user_api="blas").info()
    # Other packages may bring a BLAS of their own, which no kernel calls.
    return [found["num_threads"] for found in libraries if "numpy" in found["filepath"]]


def test_blas_runs_in_one_thread_until_the_outermost_block_ends() -> None:
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        before = threads()
        assert before
        with single_threaded_blas():
            assert set(threads()) == {1}
            with single_threaded_blas():
                assert set(threads()) == {1}
            assert set(threads()) == {1}
        assert threads() == before


def test_an_error_in_the_block_ends_it() -> None:
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        before = threads()
        with pytest.raises(KeyError), single_threaded_blas():
            raise KeyError
        assert threads() == before
