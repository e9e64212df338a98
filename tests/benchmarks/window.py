"""How fast the window is there and how alive it stays: ``./run bench window``.

Start-up is measured from the start of the process, beside ``import tensorflow`` in the same run;
gaps are the longest times that the event loop did not come round while a model was opened and every
scheme was run on it. Needs TensorFlow for the model (MobileNetV2, random weights) unless one is
given, and a screen (a virtual one will do); without one Qt draws offscreen.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

DRIVER = Path(__file__).with_name("window_driver.py")
MAKE_MODEL = """
import sys
import keras
keras.utils.set_random_seed(1)
keras.applications.MobileNetV2(weights=None).save(sys.argv[1])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a .keras file; MobileNetV2 with random weights if absent")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    environment = dict(os.environ)
    if not environment.get("DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="qviz-benchmark-") as folder:
        model = arguments.model or _make_model(Path(folder) / "mobilenet_v2.keras")
        data = Path(folder) / "data.npz"
        pixels = np.random.default_rng(0).uniform(-1, 1, (6, 224, 224, 3))
        np.savez(data, x=pixels.astype(np.float32), y=np.arange(6))
        starts, peers = [], []
        for _ in range(arguments.runs):
            starts.append(_drive(environment, "start", repr(time.time()), str(model)))
            peers.append(_time_peer())
        gaps = _drive(environment, "run", str(model), str(data))
    _print(starts, peers, gaps)


def _make_model(path: Path) -> Path:
    subprocess.run(
        [sys.executable, "-c", MAKE_MODEL, str(path)], check=True, capture_output=True, timeout=300
    )
    return path


def _drive(environment: dict[str, str], *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(DRIVER), *words],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=900,
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _time_peer() -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import tensorflow"], check=True, capture_output=True, timeout=300
    )
    return time.perf_counter() - start


def _print(starts: list[dict[str, float]], peers: list[float], gaps: dict[str, Any]) -> None:
    peer = statistics.median(peers)
    lines = [f"import tensorflow, whole process: {peer:.2f} s (median of {len(peers)})"]
    for key, name in (
        ("first_window_s", "process start to first window"),
        ("first_histogram_s", "drop of MobileNetV2 .keras to first histogram"),
    ):
        values = [start[key] for start in starts]
        middle = statistics.median(values)
        lines.append(
            f"{name}: {middle:.2f} s (worst {max(values):.2f} s), {middle / peer:.2f} of the import"
        )
    lines.append(
        f"event loop while {len(gaps['schemes'])} schemes ran: longest gap "
        f"{gaps['longest_ms']:.0f} ms, 99th percentile {gaps['p99_ms']:.0f} ms, "
        f"{gaps['over_50_ms']} of {gaps['beats']} over 50 ms; while opening "
        f"{gaps['opening_longest_ms']:.0f} ms"
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
