"""Traces of single elements for the window: quantized once, then from element to element."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

from qviz.evaluation.element import ElementChoice, ElementTrace, ElementTracer
from qviz.evaluation.element.preparing import holds_codes, sample_of, tracer_steps
from qviz.evaluation.element.tracer import Sample
from qviz.jobs.downloads import download_task
from qviz.jobs.memory import Memory
from qviz.jobs.results import DataSpec, RunOptions
from qviz.jobs.task import Progress, Task
from qviz.quantization import Scheme

# Two, so that going back and forth between two schemes is immediate.
_KEPT = 2


@dataclass(frozen=True, slots=True, eq=False)
class TracedElement:
    """A trace, and what the window offers around it.

    Attributes
    ----------
    trace : ElementTrace
    sample : int
        Which one was run.
    samples : int
        How many there are; 0 where the values are random, and any number will do.
    is_as_stored : bool
        Whether the file holds codes already and was traced as it is, whatever the scheme.
    """

    trace: ElementTrace
    sample: int
    samples: int
    is_as_stored: bool = False


@dataclass(slots=True, eq=False)
class _Kept:
    tracer: ElementTracer
    number: int = -1
    sample: Sample | None = None


@dataclass(slots=True, eq=False)
class Tracers:
    """The last quantized networks that were traced, each with its last sample."""

    kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)

    def steps(
        self,
        memory: Memory,
        path: str,
        scheme: Scheme,
        choice: ElementChoice,
        sample: int,
        data: DataSpec | None,
        options: RunOptions,
        *,
        allow_code: bool,
    ) -> Task[TracedElement]:
        """Trace an element; see ``qviz.jobs.tasks.trace_task``."""
        yield Progress(0, 0, "reading the model")
        graph = memory.model(path, allow_code=allow_code)
        dataset = None
        if data is not None and data.name_or_path:
            yield from download_task(data)
            dataset = memory.data(data, graph)
        changed = Path(path).stat().st_mtime_ns if Path(path).exists() else 0
        calibrated = (options.calibration_samples, options.seed, options.rounding)
        key = (path, changed, scheme, data, calibrated)
        if key not in self.kept:
            tracer = yield from tracer_steps(
                graph,
                scheme,
                dataset,
                rounding=options.rounding,
                calibration_samples=options.calibration_samples,
                seed=options.seed,
            )
            self.kept[key] = _Kept(tracer)
        self.kept.move_to_end(key)
        while len(self.kept) > _KEPT:
            self.kept.popitem(last=False)
        found = self.kept[key]
        if found.number != sample or found.sample is None:
            found.sample, found.number = sample_of(found.tracer, dataset, sample), sample
        yield Progress(0, 0, f"tracing {choice.layer}")
        trace = found.tracer.trace(found.sample, choice)
        count = 0 if dataset is None else len(dataset)
        return TracedElement(trace, sample, count, holds_codes(graph))
