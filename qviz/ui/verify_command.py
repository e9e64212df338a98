"""What "Verify against LiteRT…" does: ask, have it done, show the result."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from qviz.evaluation.verification_results import Verification
from qviz.ui.job_dialog import DialogJob
from qviz.ui.verify_dialog import VerifyDialog
from qviz.ui.workbench import Workbench


class VerifyCommand(QObject):
    """Ties the dialog to the worker.

    A scheme is verified by its artifact: that is written to a temporary folder first.
    """

    def __init__(self, window: QWidget, workbench: Workbench) -> None:
        super().__init__(window)
        self._window, self._workbench = window, workbench
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.dialog: VerifyDialog | None = None
        self._job: DialogJob | None = None

    def ask(self) -> None:
        """Show the dialog."""
        session = self._workbench.session
        if session.model is None:
            return
        dialog = self._made_dialog()
        scheme = session.scheme
        # An artifact of float32 is the model as it is; TensorFlow.js' are none of LiteRT's.
        fits = scheme.artifact == "tflite" and scheme.id != "float32"
        data = session.data.name_or_path
        if scheme.needs_calibration and not data:
            fits = False
        was_run = any(run.result.scheme == scheme for run in session.runs)
        name = session.model.info.name
        dialog.offer(name, scheme.id if fits else "", Path(data).name, was_run=was_run)
        dialog.show()
        dialog.raise_()

    def _made_dialog(self) -> VerifyDialog:
        if self.dialog is None:
            self.dialog = VerifyDialog(self._window)
            self.dialog.verify_asked.connect(self._on_verify)
            self._job = DialogJob(self.dialog, self._workbench)
            self.dialog.stop_asked.connect(self._remove_artifact)
        return self.dialog

    def _on_verify(self) -> None:
        dialog, job, bench = self.dialog, self._job, self._workbench
        if dialog is None or job is None or bench.running or bench.session.model is None:
            return
        # One that was stopped from elsewhere may have left it.
        self._remove_artifact()
        if dialog.subject.currentData() == "model":
            self._verify(bench.session.path)
            return
        session = bench.session
        self._folder = tempfile.TemporaryDirectory(prefix="qviz-verify-")
        name = f"{Path(session.path).stem}-{session.scheme.id.replace(':', '-')}.tflite"
        arguments = {
            "path": session.path,
            "scheme": session.scheme,
            "data": session.data if session.data.name_or_path else None,
            "options": session.options,
            "target": str(Path(self._folder.name) / name),
            "allow_code": session.allow_code,
        }
        job.start(
            "export",
            arguments,
            self.tr("Writing {0} to verify it").format(name),
            lambda artifact: self._verify(artifact.path),
            lambda *_: self._remove_artifact(),
        )

    def _verify(self, path: str) -> None:
        dialog, session = self.dialog, self._workbench.session
        assert dialog is not None
        assert self._job is not None
        real = dialog.real.isEnabled() and dialog.real.isChecked()
        arguments = {
            "path": str(path),
            "data": session.data if real else None,
            "seed": dialog.seed.value(),
            "samples": dialog.samples.value(),
            "allow_code": session.allow_code,
        }
        title = self.tr("Verifying {0} against LiteRT").format(Path(path).name)
        self._job.start(
            "verify", arguments, title, self._on_result, lambda *_: self._remove_artifact()
        )

    def _on_result(self, result: Verification) -> None:
        self._remove_artifact()
        if self.dialog is not None:
            self.dialog.show_result(result)

    def _remove_artifact(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
