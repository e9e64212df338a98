"""AudioSpectrogram and Mfcc: from sound to what speech models see.

They are custom operators that TFLite's own interpreters include. Everything is computed in double
and rounded to float32 at the end, as there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flatbuffers import flexbuffers
from numpy.typing import NDArray

from qviz.execution.kernels.operands import integers_of, kernel_of
from qviz.execution.kernels.registry import Array, Context, Kernel, kernel

# Energy of a band that is taken for silence.
_FLOOR = 1e-12


def _options(context: Context) -> dict[str, Any]:
    try:
        stored: dict[str, Any] = flexbuffers.Loads(context.option("custom_options", b""))
    except Exception as error:
        raise context.unsupported(f"its options cannot be read ({error})") from error
    return stored


@kernel("CUSTOM:AudioSpectrogram")
def prepare_audio_spectrogram(context: Context) -> Kernel:
    """Spectra (channels, windows, frequencies) of sound (samples, channels).

    Each window goes through a periodic Hann window and a Fourier transform over the next power of
    two; the result is the magnitude or, as an option says, its square.

    References
    ----------
    LiteRT, tflite/kernels/audio_spectrogram.cc and internal/spectrogram.cc.
    """
    options = _options(context)
    size, stride = int(options["window_size"]), int(options["stride"])
    if size < 2 or stride < 1:
        raise context.unsupported(f"windows of {size} samples every {stride} make no spectrum")
    squared = bool(options.get("magnitude_squared", False))
    length = 1 << (size - 1).bit_length()
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)

    def transform(sound: Array) -> Array:
        samples, channels = sound.shape
        if samples < size:
            return np.zeros((channels, 0, length // 2 + 1), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(sound, size, 0)[::stride]
        spectra = np.fft.rfft(windows.astype(np.float64) * hann, length)
        energies = (spectra.real**2 + spectra.imag**2).astype(np.float32).swapaxes(0, 1)
        return np.ascontiguousarray(energies if squared else np.sqrt(energies))

    return kernel_of(transform)


@kernel("CUSTOM:Mfcc")
def prepare_mfcc(context: Context) -> Kernel:
    """Cepstral coefficients of spectra of squared magnitudes; inputs spectra and sample rate.

    Magnitudes are summed in triangles that overlap by half on the mel scale, and a cosine transform
    is taken of the logarithms.

    References
    ----------
    LiteRT, tflite/kernels/mfcc.cc and internal/{mfcc, mfcc_mel_filterbank, mfcc_dct}.cc.
    """
    options = _options(context)
    limits = [float(np.float32(options[f"{end}_frequency_limit"])) for end in ("lower", "upper")]
    bands = int(options["filterbank_channel_count"])
    coefficients = int(options["dct_coefficient_count"])
    if not 0 <= limits[0] < limits[1] or not 0 < coefficients <= bands:
        raise context.unsupported("its frequency limits or counts make no filters")
    places = np.arange(bands) + 0.5
    cosines = np.cos(np.arange(coefficients)[:, None] * np.pi / bands * places)
    cosines *= np.sqrt(2 / bands)

    def transform(spectra: Array, rate: Array) -> Array:
        filters = _mel_filters(spectra.shape[-1], integers_of(rate)[0], bands, *limits)
        energies = np.sqrt(spectra.astype(np.float64)) @ filters
        cepstra = np.log(np.maximum(energies, _FLOOR)) @ cosines.T
        return np.asarray(cepstra.astype(np.float32))

    return kernel_of(transform)


def _mel(frequency: Any) -> Any:
    return 1127 * np.log1p(frequency / 700)


def _mel_filters(
    bins: int, rate: int, bands: int, lower: float, upper: float
) -> NDArray[np.float64]:
    """Weights (bins, bands); a bin adds to the triangle that falls there and to the one that rises.

    The lowest bin, the mean, is left out.
    """
    low, high = _mel(lower), _mel(upper)
    centres = low + (high - low) / (bands + 1) * np.arange(bands + 2)
    width = 0.5 * rate / (bins - 1)
    used = np.arange(int(1.5 + lower / width), min(int(upper / width), bins - 1) + 1)
    mels = _mel(used * width)
    # Band whose centre is the last below the bin; 0 stands for the lower limit.
    below = np.minimum(np.searchsorted(centres[1:], mels), bands)
    falling = (centres[below + 1] - mels) / np.diff(centres)[below]
    filters = np.zeros((bins, bands + 2))
    filters[used, below] += falling
    filters[used, below + 1] += 1 - falling
    return filters[:, 1 : bands + 1]
