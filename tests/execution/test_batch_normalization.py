import numpy as np
import pytest
from litert_reference import single_operator
from random_operators import float_constant, float_tensor, random_floats

from qviz.execution import Executor


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("has_gamma", [True, False])
@pytest.mark.parametrize("has_beta", [True, False])
def test_values_are_those_of_the_definition(axis: int, has_gamma: bool, has_beta: bool) -> None:
    rng = np.random.default_rng(0)
    x = random_floats(rng, 3, 4, 5, 6)
    channels = x.shape[axis]
    gamma, beta, mean = (random_floats(rng, channels) for _ in range(3))
    variance = rng.uniform(0.01, 2, channels).astype(np.float32)
    graph = single_operator(
        "BATCH_NORMALIZATION",
        [
            float_tensor("x", 1, 4, 5, 6),
            float_constant("gamma", gamma) if has_gamma else None,
            float_constant("beta", beta) if has_beta else None,
            float_constant("mean", mean),
            float_constant("variance", variance),
        ],
        [float_tensor("y", 1, 4, 5, 6)],
        epsilon=0.01,
        axis=axis,
    )
    shape = [1, 1, 1, 1]
    shape[axis] = channels
    wide = [v.astype(np.float64).reshape(shape) for v in (gamma, beta, mean, variance)]
    expected = (x - wide[2]) / np.sqrt(wide[3] + 0.01)
    expected = expected * (wide[0] if has_gamma else 1) + (wide[1] if has_beta else 0)
    result = Executor(graph).run(x).outputs[0]
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=0, atol=2e-6 * np.ptp(expected))
