"""A TFLite file as tables, with every count bounded by the size of the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from qviz.errors import ModelFormatError
from qviz.formats.tflite.constants import Constants


class ModelFile:
    """The model table of a file.

    Parameters
    ----------
    data : bytes
        The whole file.

    Attributes
    ----------
    model : schema.Model
        Its root table.
    codes, subgraphs : list
        Operator codes and subgraphs, as the schema's accessors.
    constants : Constants
        What its buffers hold.
    notes : list of str
        Sentences for the user that reading it gives.
    free_sizes : list of str
        Tensors with a size that the file leaves open.
    """

    def __init__(self, data: bytes) -> None:
        self.model = schema.Model.GetRootAsModel(data, 0)
        self.notes: list[str] = []
        self.free_sizes: list[str] = []
        # Elements of vectors and characters of names that may still be read. Tables may be
        # referred to more than once, hence the factor.
        self._elements_left = 4 * len(data)
        model = self.model
        self.codes = self.items(model.OperatorCodesLength(), model.OperatorCodes)
        self.subgraphs = self.items(model.SubgraphsLength(), model.Subgraphs)
        self.constants = Constants(data, self.items(model.BuffersLength(), model.Buffers))
        if len(self.subgraphs) > 1:
            self.notes.append(
                f"The file has {len(self.subgraphs)} subgraphs; the first one is shown."
            )

    def metadata(self, name: str) -> bytes | None:
        """Data of the metadata entry `name`; None if there is none."""
        for entry in self.items(self.model.MetadataLength(), self.model.Metadata):
            if self.text(entry.Name()) == name:
                stored = self.constants.stored(entry.Buffer(), name)
                return None if stored is None else stored.tobytes()
        return None

    def items(self, count: int, item: Callable[[int], Any]) -> list[Any]:
        """Elements of a vector of tables."""
        self.spend(count)
        return [item(i) for i in range(count)]

    def spend(self, count: int) -> None:
        """Count elements; more of them than the file can hold means that it is damaged."""
        self._elements_left -= count
        if self._elements_left < 0:
            raise ModelFormatError(
                "The file is damaged: it counts more elements than it has bytes."
            )

    def text(self, value: bytes | None) -> str:
        """A name, counted."""
        self.spend(len(value or b""))
        return decoded(value)


def decoded(value: bytes | None) -> str:
    """A name as text; what is not UTF-8 in it is marked, not refused."""
    return (value or b"").decode("utf-8", "replace")
