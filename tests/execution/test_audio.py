"""Spectrograms and cepstra against the reference interpreter."""

from __future__ import annotations

import numpy as np
import pytest
from flatbuffers import flexbuffers
from litert_reference import assert_close, single_operator
from random_operators import float_tensor, random_floats

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Tensor


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize(
    ("samples", "size", "stride"), [(1000, 480, 160), (1000, 256, 100), (64, 30, 7)]
)
def test_spectrogram(samples: int, size: int, stride: int, squared: bool) -> None:
    rng = np.random.default_rng(1)
    options = {"window_size": size, "stride": stride, "magnitude_squared": squared}
    windows = (samples - size) // stride + 1
    frequencies = (1 << (size - 1).bit_length()) // 2 + 1
    graph = single_operator(
        "CUSTOM:AudioSpectrogram",
        [float_tensor("x", samples, 2)],
        [float_tensor("y", 2, windows, frequencies)],
        custom_options=bytes(flexbuffers.Dumps(options)),
    )
    assert_close(graph, random_floats(rng, samples, 2))


@pytest.mark.parametrize("limits", [(20, 4000), (100, 7999), (0, 8000)])
@pytest.mark.parametrize(("bins", "bands", "coefficients"), [(257, 40, 13), (129, 10, 10)])
def test_mfcc(limits: tuple[int, int], bins: int, bands: int, coefficients: int) -> None:
    rng = np.random.default_rng(2)
    options = {
        "lower_frequency_limit": limits[0],
        "upper_frequency_limit": limits[1],
        "filterbank_channel_count": bands,
        "dct_coefficient_count": coefficients,
    }
    rate = Tensor("r", (1,), np.dtype(np.int32), np.array([16000], np.int32))
    graph = single_operator(
        "CUSTOM:Mfcc",
        [float_tensor("x", 1, 5, bins), rate],
        [float_tensor("y", 1, 5, coefficients)],
        custom_options=bytes(flexbuffers.Dumps(options)),
    )
    assert_close(graph, random_floats(rng, 1, 5, bins) ** 2)


def test_impossible_filters_are_refused() -> None:
    options = {
        "lower_frequency_limit": 4000,
        "upper_frequency_limit": 20,
        "filterbank_channel_count": 40,
        "dct_coefficient_count": 13,
    }
    rate = Tensor("r", (1,), np.dtype(np.int32), np.array([16000], np.int32))
    graph = single_operator(
        "CUSTOM:Mfcc",
        [float_tensor("x", 1, 5, 129), rate],
        [float_tensor("y", 1, 5, 13)],
        custom_options=bytes(flexbuffers.Dumps(options)),
    )
    with pytest.raises(UnsupportedOperatorError, match="frequency limits"):
        Executor(graph)
