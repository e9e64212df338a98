"""What is done to samples before they enter a model, said out loud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qviz.errors import DatasetError

Floats = NDArray[np.float32]

_WORDS = (
    "0..1, -1..1, scale, offset, mean, std, resize (96x96), shorter (256), crop (224x224), "
    "method (bilinear, nearest), channels (rgb, grey)"
)
_PRESETS = {
    "none": "",
    "0..1": "scale=1/255",
    "-1..1": "scale=1/127.5,offset=-1",
}


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Steps from a stored sample to the values a model is fed, in this order.

    1. `channels`: grey to red, green and blue, or back;
    2. `resize`: to another height and width, or `shorter`: in proportion, so that the shorter side
       gets that length;
    3. `crop`: the middle of the image;
    4. ``x * scale + offset``;
    5. ``(x - mean) / std``, by channel (last dimension) where several values are given.

    Attributes
    ----------
    scale, offset : float
        1 and 0 leave the values as they are.
    mean, std : tuple of float
        One value, or one for each channel; empty leaves the values as they are.
    resize : (int, int) or None
        Height and width.
    method : {"bilinear", "nearest"}
        How to resize; sample positions are pixel centres, without smoothing before shrinking.
    channels : {"as stored", "rgb", "grey"}
        ``rgb`` repeats a single channel three times; ``grey`` weighs red, green and blue by
        0.299, 0.587 and 0.114.
    shorter : int or None
        Not together with `resize`.
    crop : (int, int) or None
        Height and width.
    """

    scale: float = 1.0
    offset: float = 0.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    resize: tuple[int, int] | None = None
    method: Literal["bilinear", "nearest"] = "bilinear"
    channels: Literal["as stored", "rgb", "grey"] = "as stored"
    shorter: int | None = None
    crop: tuple[int, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Preprocessing:
        """Read ``"scale=1/255,mean=0.5,std=0.5,resize=96x96"``.

        Values for several channels are separated by colons (``mean=0.485:0.456:0.406``), numbers
        may be fractions, and ``0..1``, ``-1..1`` and ``none`` are short for the usual scales of
        8-bit images.

        Raises
        ------
        DatasetError
            If a word or a number cannot be understood.
        """
        fields: dict[str, object] = {}
        written = ",".join(_PRESETS.get(part.strip(), part) for part in text.split(","))
        for part in written.split(","):
            if not part.strip():
                continue
            key, equals, value = (piece.strip() for piece in part.partition("="))
            if key in fields:
                raise DatasetError(f"The preprocessing names {key} twice: {text!r}.")
            fields[key] = _parse_field(key, value if equals else "", text)
        if "resize" in fields and "shorter" in fields:
            raise DatasetError(f"Give resize or shorter, not both: {text!r}.")
        return cls(**fields)  # type: ignore[arg-type]

    @property
    def does_nothing(self) -> bool:
        """Whether samples go in as they are stored."""
        return self == Preprocessing()

    def describe(self) -> str:
        """One line for people, shown wherever a result is."""
        steps = []
        if self.channels != "as stored":
            steps.append({"rgb": "grey to RGB", "grey": "RGB to grey"}[self.channels])
        if self.resize:
            steps.append(f"resize to {self.resize[0]}×{self.resize[1]} ({self.method})")
        if self.shorter:
            steps.append(f"resize shorter side to {self.shorter} ({self.method})")
        if self.crop:
            steps.append(f"crop the middle {self.crop[0]}×{self.crop[1]}")
        if self.scale != 1.0:
            steps.append(f"× {_number(self.scale)}")
        if self.offset != 0.0:
            sign = "+" if self.offset > 0 else "−"
            steps.append(f"{sign} {_number(abs(self.offset))}")
        if self.mean:
            steps.append(f"− mean {_numbers(self.mean)}")
        if self.std:
            steps.append(f"÷ std {_numbers(self.std)}")
        return ", ".join(steps) if steps else "none (values as stored)"

    def written(self) -> str:
        """The steps as :meth:`parse` reads them; empty for none."""
        parts = [
            *(f"{n}={v[0]}x{v[1]}" for n, v in (("resize", self.resize), ("crop", self.crop)) if v),
            *([f"shorter={self.shorter}"] if self.shorter else []),
            *([f"method={self.method}"] if self.method != "bilinear" else []),
            *([f"channels={self.channels}"] if self.channels != "as stored" else []),
            *([f"scale={_exact(self.scale)}"] if self.scale != 1.0 else []),
            *([f"offset={_exact(self.offset)}"] if self.offset != 0.0 else []),
            *(
                f"{name}={':'.join(map(_exact, values))}"
                for name, values in (("mean", self.mean), ("std", self.std))
                if values
            ),
        ]
        return ",".join(parts)

    def apply(self, x: NDArray[np.generic]) -> Floats:
        """Preprocess a batch.

        Parameters
        ----------
        x : ndarray of shape (n, ...)
            Images are (n, height, width) or (n, height, width, channels).

        Returns
        -------
        float32 ndarray
            A new array, or `x` itself where it is float32 and nothing is to be done.

        Raises
        ------
        DatasetError
            If the steps do not fit the shape.
        """
        values = np.asarray(x, np.float32)
        if self.channels != "as stored":
            values = self._change_channels(values)
        if self.resize is not None:
            values = resize_images(values, self.resize, self.method)
        if self.shorter is not None:
            values = resize_images(values, _in_proportion(values, self.shorter), self.method)
        if self.crop is not None:
            values = _middle(values, self.crop)
        if self.scale != 1.0 or self.offset != 0.0:
            # In float64 and rounded once, so that 255 * (1/255) is exactly 1.
            values = (values * np.float64(self.scale) + self.offset).astype(np.float32)
        if self.mean:
            values = values - self._by_channel(self.mean, values)
        if self.std:
            values = values / self._by_channel(self.std, values)
        return values

    def size_only(self) -> Preprocessing:
        """The steps that change the size of an image, without those that change its values."""
        return Preprocessing(
            resize=self.resize, shorter=self.shorter, crop=self.crop, method=self.method
        )

    def values_only(self) -> Preprocessing:
        """The other steps."""
        return replace(self, resize=None, shorter=None, crop=None)

    def image_size(self) -> tuple[int, int] | None:
        """Height and width that every image gets; None where it hangs on the image."""
        return self.crop or self.resize

    def _change_channels(self, values: Floats) -> Floats:
        if self.channels == "rgb":
            if values.ndim == 3:
                values = values[..., None]
            if values.ndim != 4 or values.shape[-1] != 1:
                raise DatasetError(
                    f"channels=rgb needs grey images, samples have shape {values.shape[1:]}."
                )
            return np.repeat(values, 3, axis=-1)
        if values.ndim != 4 or values.shape[-1] != 3:
            raise DatasetError(
                f"channels=grey needs images with 3 channels, samples have shape "
                f"{values.shape[1:]}."
            )
        # ITU-R BT.601, as image libraries convert to grey.
        return values @ np.array([[0.299], [0.587], [0.114]], np.float32)

    @staticmethod
    def _by_channel(numbers: tuple[float, ...], values: Floats) -> Floats:
        if len(numbers) > 1 and (values.ndim < 2 or values.shape[-1] != len(numbers)):
            raise DatasetError(
                f"mean and std have {len(numbers)} values, samples have {values.shape[-1]} "
                f"channels (shape {values.shape[1:]})."
            )
        return np.array(numbers, np.float32)


def resize_images(x: Floats, size: tuple[int, int], method: str) -> Floats:
    """Resize images of shape (n, h, w) or (n, h, w, c) to `size` (height, width).

    Positions are ``(i + 0.5) * old / new - 0.5`` (half-pixel centres), clamped to the image; the
    same as ``tf.image.resize`` without antialiasing.
    """
    if x.ndim not in (3, 4):
        raise DatasetError(f"resize needs images, samples have shape {x.shape[1:]}.")
    for axis, length in ((1, size[0]), (2, size[1])):
        if x.shape[axis] == length:
            continue
        old = x.shape[axis]
        position = (np.arange(length) + 0.5) * (old / length) - 0.5
        if method == "nearest":
            x = x.take(np.clip(np.floor(position + 0.5), 0, old - 1).astype(np.intp), axis)
            continue
        low = np.floor(position)
        shape = [1] * x.ndim
        shape[axis] = length
        weight = (position - low).astype(np.float32).reshape(shape)
        first = x.take(np.clip(low, 0, old - 1).astype(np.intp), axis)
        second = x.take(np.clip(low + 1, 0, old - 1).astype(np.intp), axis)
        x = first + (second - first) * weight
    return x


def _in_proportion(x: Floats, shorter: int) -> tuple[int, int]:
    if x.ndim not in (3, 4):
        raise DatasetError(f"resizing needs images, samples have shape {x.shape[1:]}.")
    height, width = x.shape[1:3]
    if min(height, width) == 0:
        raise DatasetError(f"An image of {height}×{width} pixels cannot be resized.")
    factor = shorter / min(height, width)
    return max(shorter, round(height * factor)), max(shorter, round(width * factor))


def _middle(x: Floats, size: tuple[int, int]) -> Floats:
    """The middle of images; where an odd number is cut off, one less above and to the left."""
    if x.ndim not in (3, 4):
        raise DatasetError(f"crop needs images, samples have shape {x.shape[1:]}.")
    top, left = ((x.shape[axis + 1] - size[axis]) // 2 for axis in (0, 1))
    if top < 0 or left < 0:
        raise DatasetError(
            f"An image of {x.shape[1]}×{x.shape[2]} pixels has no middle of {size[0]}×{size[1]}; "
            f"resize it first, e.g. shorter={max(size)}."
        )
    return x[:, top : top + size[0], left : left + size[1]]


def _parse_field(key: str, value: str, text: str) -> object:
    if key in ("scale", "offset"):
        return _parse_number(value, text)
    if key in ("mean", "std"):
        numbers = tuple(_parse_number(v, text) for v in value.replace(";", ":").split(":"))
        if key == "std" and 0.0 in numbers:
            raise DatasetError(f"A std of 0 would divide by zero: {text!r}.")
        return numbers
    if key == "shorter" and value.isdecimal() and 0 < int(value[:6]) <= 4096:
        return int(value)
    if key in ("resize", "crop"):
        sizes = value.lower().replace("×", "x").split("x")
        if len(sizes) == 1:
            sizes *= 2
        if len(sizes) != 2 or not all(s.isdigit() and 0 < int(s) <= 4096 for s in sizes):
            raise DatasetError(f"{key} takes HEIGHTxWIDTH up to 4096, such as 96x96: {text!r}.")
        return int(sizes[0]), int(sizes[1])
    if key == "method" and value in ("bilinear", "nearest"):
        return value
    if key == "channels" and value in ("rgb", "grey", "gray"):
        return "grey" if value == "gray" else value
    raise DatasetError(
        f"The preprocessing {text!r} cannot be understood at {key!r}. It may name {_WORDS}."
    )


def _parse_number(value: str, text: str) -> float:
    top, slash, bottom = value.partition("/")
    try:
        # Exact, so that 1/255 and 1/127.5 are the nearest doubles.
        number = Fraction(top.strip())
        if slash:
            number /= Fraction(bottom.strip())
        return float(number)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise DatasetError(
            f"{value!r} in the preprocessing {text!r} is not a number or a fraction."
        ) from None


def _exact(value: float) -> str:
    """A number that is read as this very one, as a fraction where that is short."""
    short = _number(value)
    return short if _parse_number(short, short) == value else repr(value)


def _number(value: float) -> str:
    inverse = 1 / value if value else 0.0
    if abs(value) < 1 and abs(inverse - round(inverse * 2) / 2) < 1e-9 * abs(inverse):
        return f"1/{inverse:g}"
    return f"{value:g}"


def _numbers(values: tuple[float, ...]) -> str:
    text = ", ".join(f"{v:g}" for v in values)
    return f"({text})" if len(values) > 1 else text
