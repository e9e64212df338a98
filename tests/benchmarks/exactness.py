"""What is exact against what: ``./run bench exactness FOLDER``.

Runs every model of a folder on random inputs in qviz and in LiteRT and adds up the values that
differ, per rounding mode. Integer tensors have to be equal; float ones may differ by 1e-5 of their
range, because sums of floats depend on their order.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import qviz
from qviz.errors import QvizError
from qviz.evaluation.verification_results import VerificationReport

ENDINGS = (".tflite", ".bin", ".tfl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=2)
    arguments = parser.parse_args()
    sums: dict[str, Counter[str]] = {}
    files = sorted(f for f in arguments.folder.rglob("*") if f.suffix in ENDINGS)
    for file in files:
        try:
            found = qviz.verify(file, seed=arguments.seed, samples=arguments.samples)
        except QvizError as error:
            sys.stdout.write(f"{file.name}: {error}\n")
            continue
        for report in found.modes:
            _add(sums.setdefault(report.mode, Counter()), report, file.name)
    for mode, sum_ in sums.items():
        sys.stdout.write(
            f"{mode}: {sum_['files']} of {len(files)} files run, {sum_['tensors']:,} tensors; "
            f"{sum_['integers']:,} integers, {sum_['integers_differing']:,} differ; "
            f"{sum_['floats']:,} floats, {sum_['floats_differing']:,} beyond 1e-5 of the range\n"
        )


def _add(sum_: Counter[str], report: VerificationReport, name: str) -> None:
    if report.problem:
        sys.stdout.write(f"{name}, {report.mode}: {report.problem}\n")
        return
    sum_["files"] += 1
    for check in report.tensors:
        kind = "floats" if "float" in check.dtype else "integers"
        sum_["tensors"] += 1
        sum_[kind] += check.difference.values
        sum_[f"{kind}_differing"] += check.difference.differing
        if check.difference.differing:
            sys.stdout.write(
                f"{name}, {report.mode}: {check.difference.differing} of "
                f"{check.difference.values} values of {check.name} differ\n"
            )


if __name__ == "__main__":
    main()
