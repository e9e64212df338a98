"""Training scripts beside the sample models, run in a process of their own.

Only there TensorFlow is imported to train. A script prints lines ``[done/total] message``, which
become progress; it ends when this process does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from collections.abc import Sequence

from qviz.children import tensorflow_environment
from qviz.errors import ConversionError
from qviz.jobs.task import Progress, Task
from qviz.resources import sample_models

_PROGRESS = re.compile(r"\[(\d+)/(\d+)\] (.*)")
_EXCEPTION = re.compile(r"^([\w.]*(?:Error|Exception))(?::\s*(.*))?$")
_KEPT_LINES = 40
_MAX_SENTENCE = 300


def script_task(script: str, arguments: Sequence[str]) -> Task[str]:
    """Run ``sample_models/<script>``; returns the last line that it printed.

    Raises
    ------
    ConversionError
        If TensorFlow is missing or the script fails; the message has the script's reason.
    """
    path = sample_models() / script
    if not path.is_file():
        raise ConversionError(f"{path} is missing from this installation.")
    yield Progress(0, 0, "starting TensorFlow")
    with subprocess.Popen(
        [sys.executable, "-u", str(path), *arguments],
        # The script reads this to learn that this process has ended.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=tensorflow_environment(QVIZ_CHILD="1"),
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            lines: deque[str] = deque(maxlen=_KEPT_LINES)
            assert process.stdout is not None
            for raw in process.stdout:
                line = raw.rstrip()
                step = _PROGRESS.fullmatch(line)
                if step is not None:
                    yield Progress(int(step[1]), int(step[2]), step[3])
                elif line:
                    lines.append(line)
            code = process.wait()
        finally:
            # Also when the task is stopped.
            process.kill()
    if code != 0:
        raise ConversionError(_explain(lines, script))
    return lines[-1] if lines else ""


def _explain(lines: Sequence[str], script: str) -> str:
    """One sentence about a failure, from what the script printed."""
    errors = [match for match in map(_EXCEPTION.match, lines) if match]
    if not errors:
        return f"{script} failed: {lines[-1][:_MAX_SENTENCE] if lines else 'it gave no reason'}."
    kind, text = errors[-1][1], (errors[-1][2] or errors[-1][1]).strip()
    if kind.endswith("ModuleNotFoundError") and ("tensorflow" in text or "keras" in text):
        return "This needs TensorFlow, and TensorFlow is not installed."
    if kind.startswith("qviz."):
        # Already a sentence for the user.
        return text
    return f"{script} failed: {text[:_MAX_SENTENCE].rstrip('. ')}."
