"""Keras layer trees made by hand, and a reader of what is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.formats.keras.lowering import lower
from qviz.formats.keras.model import Call, KerasLayer, KerasModel, TensorRef, Weight
from qviz.graph import Graph, Source

RANDOM = np.random.default_rng(11)


def weights(**shapes: tuple[int, ...]) -> tuple[Weight, ...]:
    return tuple(
        Weight(name, RANDOM.normal(size=shape).astype(np.float32)) for name, shape in shapes.items()
    )


def layer(class_name: str, name: str, *before: str, path: str = "", **config: Any) -> KerasLayer:
    """A layer that is called once on the first outputs of the layers `before`."""
    stored = config.pop("weights", ())
    calls = (Call(tuple(TensorRef(b, 0, 0) for b in before)),) if before else ()
    kind = config.pop("kind", "layer")
    return KerasLayer(name, path or name, class_name, kind, config, calls, stored)


def input_layer(name: str, *shape: int | None, path: str = "") -> KerasLayer:
    return layer("InputLayer", name, path=path, batch_shape=[None, *shape], dtype="float32")


def model(*layers: KerasLayer, sequential: bool = True, keras: str = "3.8.0") -> KerasModel:
    """First layer in, last layer out."""
    ends = (TensorRef(layers[0].name, 0, 0),), (TensorRef(layers[-1].name, 0, 0),)
    return KerasModel("net", sequential, layers, *ends, keras_version=keras, backend="tensorflow")


def one_layer(class_name: str, *shape: int, keras: str = "3.8.0", **config: Any) -> KerasModel:
    return model(
        input_layer("in", *(shape or (8, 8, 4))),
        layer(class_name, "it", "in", **config),
        keras=keras,
    )


def read_weights(folder: Path) -> dict[str, NDArray[Any]]:
    """Weights of a written model as TensorFlow.js decodes them: float32(code * scale + min)."""
    (group,) = json.loads((folder / "model.json").read_text())["weightsManifest"]
    data = b"".join((folder / name).read_bytes() for name in group["paths"])
    values, start = {}, 0
    for spec in group["weights"]:
        how = spec.get("quantization", {})
        stored = np.dtype(how.get("dtype", spec["dtype"]))
        count = int(np.prod(spec["shape"], dtype=int))
        codes = np.frombuffer(data, stored, count, start).reshape(spec["shape"])
        start += codes.nbytes
        real = codes * np.float64(how["scale"]) + how["min"] if "scale" in how else codes
        values[spec["name"]] = real.astype(np.float32)
    assert start == len(data)
    return values


def graph_of(net: KerasModel) -> Graph:
    """The float graph of a layer tree, as opening its file would give it."""
    graph, _ = lower(net)
    return graph.with_source(Source("net.keras", "keras", "", "", 0, net))


def nested_model() -> KerasModel:
    """A Functional whose nested part is used twice, between convolutions with batch norm."""
    path = "part/"
    part = model(
        input_layer("part_in", 4, 4, 3, path=f"{path}part_in"),
        layer(
            *("Conv2D", "conv", "part_in"),
            path=f"{path}conv",
            filters=3,
            kernel_size=[3, 3],
            strides=[1, 1],
            padding="same",
            activation="relu",
            weights=weights(kernel=(3, 3, 3, 3), bias=(3,)),
        ),
        layer(
            *("BatchNormalization", "bn", "conv"),
            path=f"{path}bn",
            axis=-1,
            epsilon=1e-3,
            weights=(*weights(gamma=(3,), beta=(3,), moving_mean=(3,)), _variance(3)),
        ),
        sequential=False,
    )
    calls = tuple(Call((TensorRef(name, 0, 0),)) for name in ("first", "sum"))
    nested = KerasLayer("part", "part", "Functional", "model", {}, calls, (), part)
    first = layer(
        *("Conv2D", "first", "in"),
        filters=3,
        kernel_size=[1, 1],
        strides=[1, 1],
        padding="valid",
        activation="tanh",
        weights=weights(kernel=(1, 1, 2, 3), bias=(3,)),
    )
    added = KerasLayer(
        *("sum", "sum", "Add", "layer", {}),
        (Call(([TensorRef("part", 0, 0), TensorRef("first", 0, 0)],)),),
    )
    flat = KerasLayer("flat", "flat", "Flatten", "layer", {}, (Call((TensorRef("part", 1, 0),)),))
    last = layer(
        *("Dense", "conv", "flat"),
        units=5,
        activation="softmax",
        weights=(Weight("kernel", weights(k=(48, 5))[0].value / 20), *weights(bias=(5,))),
    )
    return model(input_layer("in", 4, 4, 2), first, nested, added, flat, last, sequential=False)


def _variance(size: int) -> Weight:
    return Weight("moving_variance", RANDOM.uniform(0.5, 2, size).astype(np.float32))


def write_by_hand(
    folder: Path,
    config: dict[str, Any],
    given: Sequence[tuple[dict[str, Any], bytes]],
    *,
    shard_bytes: int = 1 << 22,
    keras_version: str = "2.15.0",
    **changes: Any,
) -> Path:
    """Write `config` and weights as the converter does; `changes` replace parts of the JSON."""
    folder.mkdir(exist_ok=True)
    data = b"".join(part for _, part in given)
    shards = [data[i : i + shard_bytes] for i in range(0, len(data), shard_bytes)]
    paths = [f"group1-shard{i + 1}of{len(shards)}.bin" for i in range(len(shards))]
    for path, shard in zip(paths, shards, strict=True):
        (folder / path).write_bytes(shard)
    topology = {"keras_version": keras_version, "backend": "tensorflow", "model_config": config}
    content = {
        "format": "layers-model",
        "generatedBy": f"keras v{keras_version}",
        "modelTopology": topology,
        "weightsManifest": [{"paths": paths, "weights": [spec for spec, _ in given]}],
    }
    (folder / "model.json").write_text(json.dumps(content | changes))
    return folder
