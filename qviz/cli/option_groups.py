"""Options that belong together, stated once for all commands that take them.

A command that has a parameter of one of these classes, under `with_groups`, takes the fields of the
class as options of its own.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from qviz.cli import options as opt

if TYPE_CHECKING:
    from qviz.jobs.results import DataSpec

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class DataOptions:
    """How data are read."""

    preprocess: opt.Preprocess = None
    data_folder: opt.DataFolder = None
    target: opt.Target = None

    def loading(self, limit: int | None = None) -> dict[str, Any]:
        """Arguments of `load_dataset`."""
        return {
            "preprocessing": self.preprocess,
            "folder": self.data_folder,
            "target": self.target,
            "limit": limit,
        }

    def spec(self, data: str) -> DataSpec:
        """What a task is told of the data."""
        from qviz.jobs.results import DataSpec

        folder = str(self.data_folder or "")
        return DataSpec(data, self.preprocess or "", folder=folder, target=self.target or "")


@dataclass(frozen=True, slots=True)
class SchemeOptions:
    """What schemes are changed by: how ranges are found, and what is done to weights before."""

    range_: opt.Range = None
    percentile: opt.Percentile = None
    calibration: opt.Ranges = None
    keep_float: opt.KeepFloat = None
    prune: opt.Prune = None
    prune_scope: opt.PruneScope = None
    clusters: opt.Clusters = None
    cluster_start: opt.ClusterStart = None

    def changes(self) -> dict[str, Any]:
        """Arguments of ``Scheme.with_options``.

        Raises
        ------
        SchemeError
            If a word is not one of those there are, or an option has nothing to act on.
        """
        return {
            **opt.scheme_options(self.range_, self.percentile, self.calibration, self.keep_float),
            **opt.weight_options(self.prune, self.prune_scope, self.clusters, self.cluster_start),
        }


@dataclass(frozen=True, slots=True)
class RunningOptions:
    """How schemes are run side by side."""

    limit: opt.Limit = None
    calibration_samples: opt.CalibrationSamples = 100
    layer_samples: opt.LayerSamples = 20
    batch_size: opt.BatchSize = 32
    seed: opt.Seed = 0
    latency: opt.Latency = False
    rounding: opt.Rounding = "reference"
    model_output: opt.ModelOutput = None

    def settings(self) -> dict[str, Any]:
        """Arguments of `compare`.

        Raises
        ------
        SchemeError
            If there is no such rounding mode.
        """
        return {
            "calibration_samples": self.calibration_samples,
            "layer_samples": self.layer_samples,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "latency": self.latency,
            "rounding": opt.rounding_mode(self.rounding),
            "output": self.model_output,
        }


def with_groups(function: Callable[..., R]) -> Callable[..., R]:
    """Let a command take the fields of its groups as options; it is called with the groups."""
    hints = get_type_hints(function, include_extras=True)
    own = inspect.signature(function).parameters
    groups = {name: hints[name] for name in own if is_dataclass(hints[name])}
    taken: list[inspect.Parameter] = []
    for name, parameter in own.items():
        if name in groups:
            taken += _parameters(groups[name])
        else:
            taken.append(
                parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
            )

    @functools.wraps(function)
    def command(**given: Any) -> R:
        made = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        return function(**given, **made)

    # What the parser of the command line goes by.
    vars(command)["__signature__"] = inspect.Signature(taken)
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in taken}
    return command


def _parameters(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
