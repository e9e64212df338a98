"""The LiteRT interpreter, run on files in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

RESOLVERS = {"default": OpResolverType.AUTO, "reference": OpResolverType.BUILTIN_REF}


def interpreter(data: bytes, resolver: str) -> Interpreter:
    made = Interpreter(
        model_content=data, experimental_op_resolver_type=RESOLVERS[resolver], num_threads=1
    )
    made.allocate_tensors()
    return made


def run(data: bytes, resolver: str, seed: int = 0) -> list[NDArray[Any]]:
    """Outputs for random inputs of the declared shapes."""
    made = interpreter(data, resolver)
    random = np.random.default_rng(seed)
    for detail in made.get_input_details():
        made.set_tensor(detail["index"], random_input(random, detail["shape"], detail["dtype"]))
    made.invoke()
    return [made.get_tensor(detail["index"]).copy() for detail in made.get_output_details()]


def random_input(random: np.random.Generator, shape: Any, dtype: Any) -> NDArray[Any]:
    kind = np.dtype(dtype).kind
    if kind == "f":
        return random.normal(size=shape).astype(dtype)
    if kind == "b" or np.dtype(dtype).itemsize > 2:
        # Indices and counts: small, so that they stay inside.
        return random.integers(0, 2, shape).astype(dtype)
    return random.integers(-100 if kind == "i" else 0, 101, shape).astype(dtype)


def assert_same(first: list[NDArray[Any]], second: list[NDArray[Any]]) -> None:
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other, strict=True)
