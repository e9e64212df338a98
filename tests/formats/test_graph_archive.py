"""qviz's own container of a graph."""

from __future__ import annotations

import numpy as np

from qviz.formats.graph_archive import read_graph_archive, write_graph_archive
from qviz.graph import Graph, Operator, Tensor


def test_options_of_numpy_and_of_bytes_are_kept_as_numbers() -> None:
    options = {"custom_options": b"\x01\xff", "axis": np.int32(1)}
    graph = Graph.build(
        [Operator("CUSTOM:Odd", ("x",), ("y",), options, "odd")],
        [Tensor(name, (1, 2), np.dtype(np.float32)) for name in "xy"],
        ["x"],
        ["y"],
    )
    (operator,) = read_graph_archive(write_graph_archive(graph)).operators
    assert dict(operator.options) == {"custom_options": [1, 255], "axis": 1}
