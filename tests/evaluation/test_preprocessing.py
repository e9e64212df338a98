from __future__ import annotations

import numpy as np
import pytest

from qviz.errors import DatasetError
from qviz.evaluation import Preprocessing
from qviz.evaluation.preprocessing import resize_images


@pytest.mark.parametrize(
    "text",
    [
        "",
        "resize=8x8,channels=rgb,scale=1/127.5,offset=-1,mean=1:2:3,std=4",
        "crop=224x200,shorter=256,scale=1/255,mean=0.485:0.456:0.406,std=0.229:0.224:0.225",
        "resize=96x64,method=nearest,channels=grey,scale=0.0039",
        "scale=0.1234567890123,offset=1/3",
    ],
)
def test_steps_are_written_as_they_are_read(text: str) -> None:
    assert Preprocessing.parse(text).written() == text
    # 1/3 has no short decimal form.
    for steps in (Preprocessing(scale=1 / 3, offset=-2 / 3), Preprocessing(std=(1e-9,))):
        assert Preprocessing.parse(steps.written()) == steps


def test_text_becomes_steps() -> None:
    steps = Preprocessing.parse("scale=1/255, mean=0.485:0.456:0.406, std=0.5, resize=96x64")
    assert steps == Preprocessing(
        scale=1 / 255, mean=(0.485, 0.456, 0.406), std=(0.5,), resize=(96, 64)
    )
    assert Preprocessing.parse("") == Preprocessing() == Preprocessing.parse("none")
    assert Preprocessing.parse("-1..1") == Preprocessing(scale=1 / 127.5, offset=-1)
    assert Preprocessing.parse("resize=32,method=nearest").resize == (32, 32)


@pytest.mark.parametrize(
    "text",
    [
        "scale",
        "scale=",
        "scale=1/0",
        "scale=big",
        "std=0",
        "std=1:0",
        "resize=0x4",
        "resize=4x4x4",
        "resize=-4",
        "resize=99999",
        "method=cubic",
        "channels=bgr",
        "size=4",
        "scale=1,scale=2",
    ],
)
def test_text_that_cannot_be_understood_is_quoted(text: str) -> None:
    with pytest.raises(DatasetError) as error:
        Preprocessing.parse(text)
    assert text in str(error.value)


def test_description_says_every_step_in_order() -> None:
    steps = Preprocessing.parse("channels=rgb,resize=8x8,scale=1/127.5,offset=-1,mean=1:2:3,std=4")
    assert steps.describe() == (
        "grey to RGB, resize to 8×8 (bilinear), × 1/127.5, − 1, − mean (1, 2, 3), ÷ std 4"
    )
    assert Preprocessing().describe() == "none (values as stored)"


def test_a_byte_scaled_by_its_maximum_is_exactly_one() -> None:
    x = np.array([[0, 51, 255]], np.uint8)
    assert Preprocessing.parse("0..1").apply(x).tolist() == [[0.0, np.float32(0.2), 1.0]]
    assert Preprocessing.parse("-1..1").apply(x)[0, [0, 2]].tolist() == [-1.0, 1.0]


def test_mean_and_std_go_by_channel() -> None:
    x = np.array([[[[10, 20, 30]]]], np.float32)
    steps = Preprocessing(mean=(10, 10, 10), std=(1, 2, 4))
    assert steps.apply(x).ravel().tolist() == [0, 5, 5]
    with pytest.raises(DatasetError, match="3 values"):
        steps.apply(x[..., :2])


def test_values_that_need_nothing_are_not_copied() -> None:
    x = np.ones((2, 3), np.float32)
    assert Preprocessing().apply(x) is x


def test_grey_and_colour() -> None:
    grey = np.arange(4, dtype=np.uint8).reshape(1, 2, 2)
    colour = Preprocessing(channels="rgb").apply(grey)
    assert colour.shape == (1, 2, 2, 3)
    assert np.array_equal(colour[..., 2], grey)
    back = Preprocessing(channels="grey").apply(colour)
    np.testing.assert_allclose(back[..., 0], grey, rtol=1e-6)
    with pytest.raises(DatasetError, match="grey images"):
        Preprocessing(channels="rgb").apply(colour)


def test_bilinear_resizing_uses_pixel_centres() -> None:
    x = np.array([[[0.0, 10.0]]], np.float32)
    doubled = resize_images(x, (1, 4), "bilinear")
    assert doubled.ravel().tolist() == [0, 2.5, 7.5, 10]
    assert resize_images(doubled, (1, 2), "bilinear").ravel().tolist() == [1.25, 8.75]
    assert resize_images(x, (2, 4), "nearest").tolist() == [[[0, 0, 10, 10]] * 2]


def test_resizing_what_is_no_image_is_an_error() -> None:
    with pytest.raises(DatasetError, match="images"):
        Preprocessing(resize=(2, 2)).apply(np.zeros((3, 8)))
