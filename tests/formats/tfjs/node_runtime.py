"""TensorFlow.js itself under Node: installed once into a cache outside of the repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import platformdirs
from needs import unavailable
from numpy.typing import NDArray

PACKAGE = "@tensorflow/tfjs"
VERSION = "4.22.0"

_DRIVER = Path(__file__).with_name("predict.cjs")
_INSTALL_TIMEOUT_S = 300
_RUN_TIMEOUT_S = 120


def node_folder() -> Path:
    """Folder with the package; without Node or the package the test is skipped, in CI it fails."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _unavailable(f"{program} is not installed (on Debian or Ubuntu: nodejs and npm)")
    folder = Path(platformdirs.user_cache_dir("qviz")) / "tests" / f"tfjs-{VERSION}"
    if _installed(folder) != VERSION:
        _install(folder)
    return folder


def _unavailable(reason: str) -> NoReturn:
    unavailable(f"needs TensorFlow.js {VERSION} under Node: {reason}")


def _installed(folder: Path) -> str:
    description = folder / "node_modules" / PACKAGE / "package.json"
    return json.loads(description.read_text())["version"] if description.is_file() else ""


def _install(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        (work / "package.json").write_text('{"private": true}')
        options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
        result = subprocess.run(
            ["npm", "install", "--silent", *options, f"{PACKAGE}@{VERSION}"],
            cwd=work,
            capture_output=True,
            text=True,
            timeout=_INSTALL_TIMEOUT_S,
            check=False,
        )
        if result.returncode or _installed(work) != VERSION:
            last = (result.stderr.strip().splitlines() or ["no message"])[-1]
            _unavailable(f"npm could not install {PACKAGE} ({last})")
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    except subprocess.TimeoutExpired:
        _unavailable(f"npm did not finish in {_INSTALL_TIMEOUT_S} s")
    finally:
        shutil.rmtree(work, ignore_errors=True)


@dataclass(slots=True)
class NodeJobs:
    """What one run of Node is to do, and what came of it."""

    work: Path
    predict: list[Mapping[str, Any]] = field(default_factory=list)
    save: list[Mapping[str, Any]] = field(default_factory=list)

    def add_prediction(self, key: str, folder: Path, inputs: Sequence[NDArray[Any]]) -> None:
        """Load the model in `folder` and run it on `inputs`."""
        given = [self._stored(f"{key}-{i}", x) for i, x in enumerate(inputs)]
        self.predict.append({"folder": str(folder), "inputs": given, "out": self._out(key)})

    def add_save(self, name: str, folder: Path, x: NDArray[Any]) -> None:
        """Make the model of that name, save it to `folder` and run it on `x`."""
        given = self._stored(name, x)
        self.save.append(
            {"name": name, "folder": str(folder), "input": given, "out": self._out(name)}
        )

    def run(self) -> None:
        """Do all of it in one process."""
        jobs = self.work / "jobs.json"
        jobs.write_text(json.dumps({"predict": self.predict, "save": self.save}))
        result = subprocess.run(
            ["node", str(_DRIVER), str(jobs)],
            cwd=node_folder(),
            capture_output=True,
            text=True,
            timeout=_RUN_TIMEOUT_S,
            check=False,
        )
        assert result.returncode == 0, result.stderr[-2000:]

    def output(self, key: str) -> NDArray[np.float32]:
        """First output of the job, flat."""
        refused = Path(f"{self._out(key)}.error")
        assert not refused.exists(), refused.read_text()
        return np.fromfile(self._out(key), np.float32)

    def _out(self, key: str) -> str:
        return str(self.work / f"{key}.out")

    def _stored(self, name: str, x: NDArray[Any]) -> dict[str, Any]:
        file = self.work / f"{name}.in"
        x.astype("<f4").tofile(file)
        return {"shape": list(x.shape), "file": str(file)}
