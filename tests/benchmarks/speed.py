"""How fast qviz runs quantized networks: ``./run bench [SECTION ...]``.

Everything is measured in one run beside the peers, each candidate in a process of its own that has
nothing to do while another is measured; rounds go through all candidates in turn (A B C A B C ...).
What counts are the ratios, taken round by round, of which the median is shown. Sections:

speed    images per second and peak memory: the executor in each rounding mode, the LiteRT
         interpreter (XNNPACK with 1 and 2 threads, builtin optimized, BUILTIN_REF), Keras predict
threads  the executor with two threads beside one
layers   a full report of the errors of all layers, beside TensorFlow's QuantizationDebugger and
         ai-edge-quantizer (extra ``peers``)

Apart from these there are ``./run bench window`` (start-up and gaps of the window) and
``./run bench exactness FOLDER`` (integers beside LiteRT's for all models of a folder).

Takes about ten minutes for everything; ``--rounds``, ``--model`` and ``--batch`` bound it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from speed_models import SIZES, prepare_models

CANDIDATES = Path(__file__).with_name("speed_candidates.py")
SECTIONS = ("speed", "threads", "layers")
# A child that says nothing for so long has failed.
PATIENCE_S = 600


@dataclass(slots=True)
class Candidate:
    """Something to be measured."""

    name: str
    words: dict[str, Any]
    samples: int
    rounds: list[dict[str, float]] = field(default_factory=list)
    peak_mb: float = 0.0
    missing: str = ""

    def per_second(self, clock: str = "seconds") -> float:
        """Samples per second, the median of the rounds."""
        return self.samples / statistics.median(r[clock] for r in self.rounds)

    def ratio(self, other: Candidate, clock: str = "seconds") -> float:
        """How many times as fast as `other`; the median of the rounds."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        ratios = (theirs[clock] / ours[clock] for ours, theirs in pairs)
        return statistics.median(ratios) * self.samples / other.samples


class Child:
    """The process of a candidate."""

    def __init__(self, candidate: Candidate, environment: dict[str, str]) -> None:
        self.candidate = candidate
        self._process = subprocess.Popen(
            [sys.executable, str(CANDIDATES), json.dumps(candidate.words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        answer = self._answer()
        candidate.missing = answer.get("missing", "")

    @property
    def _pipes(self) -> tuple[TextIO, TextIO]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _answer(self) -> dict[str, Any]:
        line = self._pipes[1].readline()
        answer: dict[str, Any] = json.loads(line) if line else {"missing": "it failed"}
        return answer

    def measure(self, least_seconds: float) -> None:
        """Call the candidate for at least so long, and note what one call took."""
        self._pipes[0].write(f"{least_seconds}\n")
        self._pipes[0].flush()
        answer = self._answer()
        if "missing" in answer:
            self.candidate.missing = answer["missing"]
        else:
            self.candidate.rounds.append(answer)

    def close(self) -> None:
        """End the process and note its peak memory."""
        with contextlib.suppress(BrokenPipeError):
            self._pipes[0].close()
        self.candidate.peak_mb = float(self._answer().get("peak_mb", 0.0))
        self._process.wait(PATIENCE_S)


def measure(
    candidates: Sequence[Candidate], rounds: int, least_seconds: float, environment: dict[str, str]
) -> list[Candidate]:
    """Measure all in turn; those that could be."""
    children = [Child(candidate, environment) for candidate in candidates]
    for _ in range(rounds):
        for child in children:
            if not child.candidate.missing:
                child.measure(least_seconds)
    for child in children:
        child.close()
    return [candidate for candidate in candidates if not candidate.missing]


def speed_candidates(folder: Path, model: str, scheme: str, batch: int) -> list[Candidate]:
    """All that run one model in one scheme."""
    path = str(folder / f"{model}-{scheme}.tflite")
    found = [
        Candidate(
            f"qviz {mode}",
            {"kind": "qviz", "model": path, "batch": batch, "mode": mode, "threads": 1},
            batch,
        )
        for mode in modes()
    ]
    for name, resolver, threads in (
        ("LiteRT XNNPACK, 1 thread", "AUTO", 1),
        ("LiteRT XNNPACK, 2 threads", "AUTO", 2),
        ("LiteRT builtin optimized", "BUILTIN_WITHOUT_DEFAULT_DELEGATES", 1),
        ("LiteRT BUILTIN_REF", "BUILTIN_REF", 1),
    ):
        words = {"kind": "litert", "model": path, "batch": batch}
        found.append(Candidate(name, {**words, "resolver": resolver, "threads": threads}, batch))
    if scheme == "int8":
        words = {"kind": "keras", "model": str(folder / f"{model}.keras"), "batch": batch}
        found.append(Candidate("Keras predict, float, all cores", words, batch))
    return found


def modes() -> tuple[str, ...]:
    """Rounding modes of the executor."""
    from qviz.execution import MODES

    return MODES


def run_speed(bench: Benchmark) -> Iterator[dict[str, Any]]:
    """Each model, scheme and batch size."""
    for model in bench.models:
        for scheme in ("int8", "int16x8"):
            for batch in bench.batches:
                candidates = speed_candidates(bench.folder, model, scheme, batch)
                measured = bench.measure(candidates)
                yield bench.show(
                    f"{model} {scheme}, batch {batch}",
                    measured,
                    ["LiteRT XNNPACK, 1 thread", "LiteRT BUILTIN_REF"],
                )


def run_threads(bench: Benchmark) -> Iterator[dict[str, Any]]:
    """Two threads beside one."""
    for model in bench.models:
        for batch in (b for b in bench.batches if b > 1):
            path = str(bench.folder / f"{model}-int8.tflite")
            words = {"kind": "qviz", "model": path, "batch": batch}
            candidates = [
                Candidate(
                    f"qviz {mode}, {n} thread(s)", {**words, "mode": mode, "threads": n}, batch
                )
                for mode in modes()
                for n in (1, 2)
            ]
            measured = bench.measure(candidates)
            against = [f"qviz {mode}, 1 thread(s)" for mode in modes()]
            yield bench.show(f"{model} int8, batch {batch}, two threads", measured, against)


def run_layers(bench: Benchmark) -> Iterator[dict[str, Any]]:
    """Errors of all layers of MobileNetV2."""
    keras, tflite = (
        str(bench.folder / f"mobilenet_v2{end}") for end in (".keras", "-float32.tflite")
    )
    for whole, title in (
        (False, "errors of all layers, 20 samples: model calibrated before"),
        (True, "errors of all layers, 20 samples: with calibrating and quantizing"),
    ):
        ours = {"kind": "qviz-report", "model": keras, "whole": whole}
        candidates = [
            Candidate("qviz, local and accumulated, all cores", {**ours, "threads": None}, 1),
            Candidate("qviz, local and accumulated, 1 thread", {**ours, "threads": 1}, 1),
            Candidate(
                "ai-edge-quantizer validate",
                {"kind": "ai-edge-report", "model": tflite, "whole": whole},
                1,
            ),
        ]
        if whole:
            words = {"kind": "debugger-report", "model": keras}
            candidates.append(Candidate("TensorFlow QuantizationDebugger", words, 1))
        measured = bench.measure(candidates)
        peers = [c.name for c in candidates[2:]]
        yield bench.show(f"mobilenet_v2, {title}", measured, peers, unit="reports / s")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What all sections share."""

    folder: Path
    models: Sequence[str]
    batches: Sequence[int]
    rounds: int
    least_seconds: float
    environment: dict[str, str]
    console: Console

    def measure(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """See `measure`; says what is left out."""
        measured = measure(candidates, self.rounds, self.least_seconds, self.environment)
        for candidate in candidates:
            if candidate.missing:
                self.console.print(f"[yellow]left out: {candidate.name}: {candidate.missing}")
        return measured

    def show(
        self,
        title: str,
        measured: Sequence[Candidate],
        against: Sequence[str],
        unit: str = "images / s",
    ) -> dict[str, Any]:
        """Print a table; the same as plain data."""
        peers = [c for c in measured if c.name in against]
        table = Table(title=title, title_justify="left")
        table.add_column("")
        for heading in (unit, "per CPU s", "peak MB", *(f"x {peer.name}" for peer in peers)):
            table.add_column(heading, justify="right")
        for candidate in measured:
            table.add_row(
                candidate.name,
                f"{candidate.per_second():.3g}",
                f"{candidate.per_second('cpu'):.3g}",
                f"{candidate.peak_mb:.0f}",
                *(f"{candidate.ratio(p):.3g} ({candidate.ratio(p, 'cpu'):.3g})" for p in peers),
            )
        self.console.print(table)
        return {
            "title": title,
            "candidates": [
                {
                    "name": c.name,
                    "per_second": c.per_second(),
                    "per_cpu_second": c.per_second("cpu"),
                    "peak_mb": c.peak_mb,
                    "times": {p.name: c.ratio(p) for p in peers},
                    "times_by_cpu": {p.name: c.ratio(p, "cpu") for p in peers},
                    "rounds": c.rounds,
                }
                for c in measured
            ],
        }


def describe_machine() -> dict[str, Any]:
    """The computer, in words that name nobody."""
    from threadpoolctl import threadpool_info

    from qviz.execution.parallel import available_cores

    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("ascii"))
        cpu = found[1] if found else cpu
    blas = [f"{i['internal_api']} {i.get('architecture', '')}" for i in threadpool_info()]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cores": available_cores(), "cpu": cpu, "blas": sorted(set(blas)), "load": load}


def clean_environment(keep: bool) -> dict[str, str]:
    """Environment of the children, without what ties numpy's matrix library to an older processor.

    TensorFlow and LiteRT choose their kernels by the processor whatever the environment says.
    """
    environment = dict(os.environ)
    if not keep:
        environment.pop("OPENBLAS_CORETYPE", None)
    return environment


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", help="speed, threads, layers; all if none is given")
    parser.add_argument("--model", action="append", choices=sorted(SIZES), help="one of the models")
    parser.add_argument("--batch", action="append", type=int, help="a batch size; 1, 8, 32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="least time of a measurement")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--folder", type=Path, help="where the models are kept")
    parser.add_argument("--keep-environment", action="store_true", help=clean_environment.__doc__)
    arguments = parser.parse_args()
    sections = arguments.sections or SECTIONS
    unknown = set(sections) - set(SECTIONS)
    if unknown:
        parser.error(f"there is no section {sorted(unknown)[0]!r}; there are {', '.join(SECTIONS)}")
    environment = clean_environment(arguments.keep_environment)
    if environment != dict(os.environ):
        # numpy is loaded in this process already, with the kernels that were asked for.
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    machine = describe_machine()
    console.print(
        f"{machine['cores']} cores, {machine['cpu']}, {', '.join(machine['blas'])}; load "
        f"{machine['load']:.1f} at the start. Other work on the computer disturbs the figures; "
        "in brackets the ratio of CPU time, which it disturbs less."
    )
    bench = Benchmark(
        prepare_models(arguments.folder),
        arguments.model or list(SIZES),
        arguments.batch or [1, 8, 32],
        arguments.rounds,
        arguments.seconds,
        environment,
        console,
    )
    runs = {"speed": run_speed, "threads": run_threads, "layers": run_layers}
    results = [result for section in sections for result in runs[section](bench)]
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "results": results}, indent=1))


if __name__ == "__main__":
    main()
