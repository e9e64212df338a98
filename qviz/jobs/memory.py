"""What the worker remembers between jobs: the last models, their quantized forms and data sets."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar

from qviz.evaluation import Dataset, load_dataset
from qviz.formats import open_model
from qviz.graph import Graph
from qviz.graph.passes import to_inference_form
from qviz.jobs.results import DataSpec

V = TypeVar("V")

# Two models, so that going back and forth between two files is immediate.
_MODELS = 2
_QUANTIZED = 4


class Memory:
    """Least recently used models, quantized graphs and data; one per process."""

    def __init__(self) -> None:
        self._models: OrderedDict[Hashable, Graph] = OrderedDict()
        self._folded: OrderedDict[Hashable, Graph] = OrderedDict()
        self._quantized: OrderedDict[Hashable, Graph] = OrderedDict()
        self._data: OrderedDict[Hashable, Dataset] = OrderedDict()

    def model(self, path: str, *, allow_code: bool = False) -> Graph:
        """The model as the author wrote it, read again if the file has changed."""
        key = (_file_key(path), allow_code)
        return _recall(self._models, key, _MODELS, lambda: open_model(path, allow_code=allow_code))

    def folded(self, path: str, *, allow_code: bool = False) -> Graph:
        """The model with batch norms folded and activations fused."""
        key = (_file_key(path), allow_code)
        return _recall(
            self._folded,
            key,
            _MODELS,
            lambda: to_inference_form(self.model(path, allow_code=allow_code)),
        )

    def quantized(self, path: str, what: Hashable, make: Callable[[], Graph]) -> Graph:
        """The form `what` of the model, made by `make` if it is not remembered."""
        return _recall(self._quantized, (_file_key(path), what), _QUANTIZED, make)

    def data(self, spec: DataSpec, model: Graph) -> Dataset:
        """The data set, fitted to the inputs of `model` and its first output."""
        names = (*model.inputs, *model.outputs[:1])
        shapes = tuple(model.tensors[name].shape for name in names)
        key = (_file_key(spec.name_or_path), spec, shapes)
        return _recall(
            self._data,
            key,
            1,
            lambda: load_dataset(
                spec.name_or_path,
                preprocessing=spec.preprocessing or None,
                limit=spec.limit,
                model=model,
                folder=spec.folder or None,
                target=spec.target or None,
            ),
        )


def _recall(store: OrderedDict[Hashable, V], key: Hashable, limit: int, make: Callable[[], V]) -> V:
    if key not in store:
        store[key] = make()
    store.move_to_end(key)
    while len(store) > limit:
        store.popitem(last=False)
    return store[key]


def _file_key(path: str) -> tuple[str, int, int]:
    """Path, time of change and size; a name that is no file is its own key."""
    try:
        status = Path(path).stat()
    except OSError:
        return path, 0, 0
    return str(Path(path).absolute()), status.st_mtime_ns, status.st_size
