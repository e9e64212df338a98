"""What the documents say of each technique: their tables, as data to show where one chooses.

Sources: the TensorFlow.js example on weight quantization, TensorFlow Lite's pages "Post-training
quantization" and "Model optimization", an introduction to TFLite's post-training quantization
(the table of precision and target), TensorFlow's "How to quantize neural networks", and the
kernels of TensorFlow Lite Micro.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qviz.quantization.scheme import Scheme

Need = Literal["none", "unlabelled samples", "labelled training data"]
Hardware = Literal["cpu", "gpu", "edge-tpu", "microcontroller", "browser"]

HARDWARE: dict[Hardware, str] = {
    "cpu": "the CPU of a computer or a phone",
    "gpu": "the GPU of a phone",
    "edge-tpu": "an Edge TPU",
    "microcontroller": "a microcontroller",
    "browser": "a web browser (TensorFlow.js)",
}

TENSORFLOW_JS = "TensorFlow.js example: quantization"
POST_TRAINING = "TensorFlow Lite: post-training quantization"
MODEL_OPTIMIZATION = "TensorFlow Lite: model optimization"
TYPES = "Introduction to post-training quantization in TFLite"
MICRO = "TensorFlow Lite Micro: 16x8 kernels"
EIGHT_BIT = "TensorFlow: how to quantize neural networks"


@dataclass(frozen=True, slots=True)
class Technique:
    """One row of the documents' tables.

    Attributes
    ----------
    name : str
    schemes : tuple of str
        Ids of qviz's schemes that do it; empty for what qviz does not do.
    bits : int
        Of the stored weights.
    times_smaller : int
        Against float32.
    quantized : tuple of str
        ``weights``, ``activations`` (inputs and outputs of layers), ``model inputs and outputs``.
    data : str
        What it needs: ``none``, ``unlabelled samples`` or ``labelled training data``.
    accuracy : str
        Loss as the documents put it.
    speed : str
        As the documents put it; empty where they say nothing.
    hardware : tuple of str
        Keys of `HARDWARE`.
    remark : str
    sources : tuple of str
    """

    name: str
    schemes: tuple[str, ...]
    bits: int
    times_smaller: int
    quantized: tuple[str, ...]
    data: Need
    accuracy: str
    speed: str
    hardware: tuple[Hardware, ...]
    remark: str
    sources: tuple[str, ...]


TECHNIQUES: tuple[Technique, ...] = (
    Technique(
        "16-bit weights for TensorFlow.js",
        ("tfjs-uint16", "tfjs-float16"),
        16,
        2,
        ("weights",),
        "none",
        "no loss in any of four demos",
        "",
        ("browser",),
        "Half the size; weights of 16 bits pack hardly better than float32.",
        (TENSORFLOW_JS,),
    ),
    Technique(
        "8-bit weights for TensorFlow.js",
        ("tfjs-uint8",),
        8,
        4,
        ("weights",),
        "none",
        "small in three demos of four; MobileNetV2 fell from 0.618 to 0.280",
        "",
        ("browser",),
        "A quarter of the size, and gzip packs it better than float32.",
        (TENSORFLOW_JS,),
    ),
    Technique(
        "float16",
        ("float16",),
        16,
        2,
        ("weights",),
        "none",
        "insignificant",
        "on a GPU that computes with float16; a CPU turns weights back into float32",
        ("cpu", "gpu"),
        "Input and output stay float32.",
        (POST_TRAINING, MODEL_OPTIMIZATION, TYPES),
    ),
    Technique(
        "Dynamic range",
        ("dynamic-range",),
        8,
        4,
        ("weights",),
        "none",
        "minimal",
        "2 to 3 times faster; activations are quantized on the fly, results stay float32",
        ("cpu", "gpu"),
        "The simplest form; no data needed. GPU on Android only.",
        (POST_TRAINING, MODEL_OPTIMIZATION, TYPES),
    ),
    Technique(
        "Integer with float fallback",
        ("int8", "int8-per-tensor"),
        8,
        4,
        ("weights", "activations"),
        "unlabelled samples",
        "small",
        "more than 3 times faster",
        ("cpu", "gpu"),
        "Input and output stay float32, and so do operators without an integer form: not for "
        "integer-only hardware.",
        (POST_TRAINING, MODEL_OPTIMIZATION, TYPES),
    ),
    Technique(
        "Integer only",
        ("int8-only", "int8-only-uint8"),
        8,
        4,
        ("weights", "activations", "model inputs and outputs"),
        "unlabelled samples",
        "small",
        "more than 3 times faster",
        ("cpu", "edge-tpu", "microcontroller"),
        "An operator that cannot be quantized is an error.",
        (POST_TRAINING, MODEL_OPTIMIZATION, TYPES),
    ),
    Technique(
        "16-bit activations, 8-bit weights, with float fallback",
        ("int16x8",),
        8,
        4,
        ("weights", "activations"),
        "unlabelled samples",
        "much smaller than that of 8-bit activations, where these are sensitive",
        "slower than int8: there are no optimized kernels",
        ("cpu",),
        "Experimental; only slightly larger than int8; existing delegates do not take it.",
        (POST_TRAINING, MODEL_OPTIMIZATION),
    ),
    Technique(
        "16-bit activations, 8-bit weights, integer only",
        ("int16x8-only",),
        8,
        4,
        ("weights", "activations", "model inputs and outputs"),
        "unlabelled samples",
        "much smaller than that of 8-bit activations, where these are sensitive",
        "slower than int8: there are no optimized kernels",
        # The documents name none; TFLite Micro took 16-bit kernels over from 2021 on (its pull
        # requests 207, 1026 and 2140), for convolutions and dense layers first.
        ("cpu", "microcontroller"),
        "Experimental; an operator that cannot be quantized is an error. TensorFlow Lite Micro has "
        "16-bit kernels for the common operators only.",
        (POST_TRAINING, MODEL_OPTIMIZATION, MICRO),
    ),
    Technique(
        "8 bits by minimum and maximum (TensorFlow 1)",
        ("eightbit",),
        8,
        4,
        ("weights", "activations"),
        "none",
        "outputs very close to those of the float model",
        "a quarter of the memory traffic",
        (),
        "Ranges are found while it runs; each operator is wrapped in conversions that cancel out. "
        "A lesson more than a choice: today's runtimes do not take such graphs.",
        (EIGHT_BIT,),
    ),
    Technique(
        "Quantization-aware training",
        (),
        8,
        4,
        ("weights", "activations"),
        "labelled training data",
        "minimal",
        "as integer quantization",
        ("cpu", "gpu", "edge-tpu"),
        "The model is trained anew with fake quantization; qviz quantizes trained models only.",
        (MODEL_OPTIMIZATION,),
    ),
)


def technique_of(scheme_id: str) -> Technique | None:
    """The row that a scheme belongs to; None for ``float32``, which no table has."""
    base = scheme_id.partition(":")[0]
    return next((t for t in TECHNIQUES if base in t.schemes), None)


def runs_on(scheme: Scheme, hardware: Hardware) -> bool:
    """Whether the artifact of a scheme is one that such hardware takes."""
    technique = technique_of(scheme.id)
    if technique is not None:
        return hardware in technique.hardware
    return hardware in ("cpu", "gpu") and scheme.artifact == "tflite" and not scheme.is_integer
