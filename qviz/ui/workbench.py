"""Has the work done that the user asks for, and puts its results into the session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qviz.evaluation.model_part import ModelPart
from qviz.evaluation.results import Comparison, SchemeResult
from qviz.jobs.results import DataSpec, Exported, ModelSummary, RunOptions
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.ui.session import Session
from qviz.ui.wording import format_number_of
from qviz.ui.worker_bridge import Process, worker_process
from qviz.ui.workers import Workers


class Workbench(Workers):
    """The jobs of the window.

    Parameters
    ----------
    session : Session
    make_process : callable, optional
        Makes a worker process; tests hand in their own.

    Signals
    -------
    trust_asked (path)
        The file carries code; call :meth:`open_model` again with ``allow_code=True`` if trusted.
    ran (Run)
        One scheme was run, not an overview of several.
    comparison_began (), compared ()
        Of several schemes at once; the latter only where all were run.
    weights_ready (WeightView)
    eightbit_ready (EightbitPictures), eightbit_refused (one sentence)
    written (path)
        An artifact or a report is on disk.
    """

    trust_asked = Signal(str)
    comparison_began = Signal()
    ran = Signal(object)
    compared = Signal()
    weights_ready = Signal(object)
    eightbit_ready = Signal(object)
    eightbit_refused = Signal(str)
    written = Signal(str)

    def __init__(
        self,
        session: Session,
        make_process: Callable[[], Process] = worker_process,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(make_process, parent)
        self.session = session
        self._opening = ("", False)
        session.weights_selected.connect(self.show_weights)
        session.scheme_chosen.connect(self.show_weights)

    # -- jobs --------------------------------------------------------------------------------

    def open_model(self, path: str, *, allow_code: bool = False) -> None:
        """Read a model file and show it."""
        self.stop()
        self._opening = (path, allow_code)
        arguments = {"path": path, "allow_code": allow_code}
        job = self._submit(
            self._quick,
            "open",
            arguments,
            lambda model: self._on_opened(path, allow_code, model),
        )
        self._show(job, self.tr("Opening {0}").format(Path(path).name), self._quick)

    def show_weights(self) -> None:
        """Ask for the picture of the selected weight tensor under the chosen scheme."""
        session = self.session
        if session.model is None or not session.tensor:
            return
        self._submit(
            self._quick,
            "weights",
            {
                "path": session.path,
                "layer": session.layer,
                "tensor": session.tensor,
                "scheme": session.scheme,
                "channel": session.channel,
                "allow_code": session.allow_code,
            },
            self.weights_ready.emit,
            replace=True,
        )

    def show_eightbit(self, around: int) -> None:
        """Ask for the eightbit pictures of the selected layer and `around` layers beside it."""
        session = self.session
        if session.model is None or not session.layer:
            return
        arguments = {
            "path": session.path,
            "layer": session.layer,
            "around": around,
            "allow_code": session.allow_code,
        }
        self._submit(
            self._quick,
            "eightbit",
            arguments,
            self.eightbit_ready.emit,
            on_failed=lambda message, _details: self.eightbit_refused.emit(message),
            replace=True,
        )

    def run(self) -> None:
        """Run the chosen scheme, with the float model before it if it was not run yet.

        A file that is quantized already is measured as it is.
        """
        if self.session.stored:
            self._compare((), self.tr("Measuring {0} as it is").format(self.session.title))
            return
        schemes = [self.session.scheme]
        if schemes[0].id != "float32" and not self.session.has_float_run():
            schemes.insert(0, SCHEMES["float32"])
        self._compare(tuple(schemes), self.tr("Running {0}").format(schemes[-1].id))

    def compare_all(self) -> None:
        """Run every scheme there is, the chosen one with its options."""
        chosen = self.session.scheme
        schemes = tuple(chosen if s.id == chosen.id else s for s in SCHEMES.values())
        self._compare(schemes, self.tr("Comparing all schemes"), is_overview=True)

    def compare(self, schemes: tuple[Scheme, ...]) -> None:
        """Run these schemes."""
        title = format_number_of(
            len(schemes), self.tr("Comparing 1 scheme"), self.tr("Comparing {0} schemes")
        )
        self._compare(schemes, title, is_overview=True)

    def export(self, target: str) -> None:
        """Write the model under the chosen scheme."""
        session = self.session
        if session.model is None:
            return
        arguments = {
            "path": session.path,
            "scheme": session.scheme,
            # Weight-only schemes need no data.
            "data": session.data if session.data.name_or_path else None,
            "options": session.options,
            "target": target,
            "allow_code": session.allow_code,
        }
        job = self._submit(self._long, "export", arguments, self._on_exported)
        self._show(job, self.tr("Writing {0}").format(Path(target).name))

    def write_report(self, target: str) -> None:
        """Write the shown comparison; the name's ending says as what."""
        comparison = self.session.comparison()
        if comparison is None:
            return
        arguments = {"comparison": comparison, "target": target}
        job = self._submit(self._long, "report", arguments, self._on_written)
        self._show(job, self.tr("Writing {0}").format(Path(target).name))

    # -- inside ------------------------------------------------------------------------------

    def _compare(
        self, schemes: tuple[Scheme, ...], title: str, *, is_overview: bool = False
    ) -> None:
        session = self.session
        if session.model is None:
            return
        if not session.data.name_or_path:
            self.complained.emit(
                self.tr("Choose the data to compare on first, in the Scheme panel."), ""
            )
            return
        data, options = session.data, session.options
        job = self._submit(
            self._long,
            "compare",
            {
                "path": session.path,
                "data": data,
                "schemes": schemes,
                "options": options,
                "allow_code": session.allow_code,
            },
            lambda comparison: self._on_compared(comparison, data, options, is_overview),
            lambda row: self._on_row(row, data, options),
        )
        self._show(job, title)
        if is_overview:
            self.comparison_began.emit()

    def _answers_itself(self, task: str, error: str) -> bool:
        """Ask whether code in a model may run."""
        if error != "UntrustedCodeError" or task != "open":
            return False
        self.trust_asked.emit(self._opening[0])
        return True

    def _on_opened(self, path: str, allow_code: bool, model: ModelSummary) -> None:
        self.session.open_model(path, model, allow_code=allow_code)
        if model.first_weights is not None:
            self.weights_ready.emit(model.first_weights)
        if model.part is not None:
            self.complained.emit(self._about_part(model.part), "")
        self._check_data()

    def _check_data(self) -> None:
        """Let go of data that were chosen for another model and do not fit this one."""
        session = self.session
        path, data = session.path, session.data
        # What is compared at once complains itself.
        if not data.name_or_path or self.running:
            return

        def on_checked(reason: str) -> None:
            if not reason or self.running or (session.path, session.data) != (path, data):
                return
            session.choose_data(DataSpec(""))
            text = self.tr("{0} does not fit this model, so that no data are chosen.")
            self.ended.emit(text.format(Path(data.name_or_path).name))

        self._submit(
            self._quick,
            "fits",
            {"path": path, "data": data, "allow_code": session.allow_code},
            on_checked,
            on_failed=lambda _message, _details: None,
            replace=True,
        )

    def _about_part(self, part: ModelPart) -> str:
        """What of a model can be looked at and run where an operator of it cannot be run."""
        return self.tr("{0} {1} of {2} operators can be run; all can be inspected.").format(
            part.cause, part.run, part.operators
        )

    def _on_row(self, row: SchemeResult | ModelPart, data: DataSpec, options: RunOptions) -> None:
        # What can be run of the model is known since it was opened.
        if isinstance(row, SchemeResult):
            self.session.add_result(row, data, options)

    def _on_compared(
        self, comparison: Comparison, data: DataSpec, options: RunOptions, is_overview: bool
    ) -> None:
        self.session.add_comparison(comparison, data, options)
        if is_overview:
            self.compared.emit()
        elif self.session.run is not None:
            self.ran.emit(self.session.run)
        said = []
        if comparison.part is not None:
            # Which schemes fit is of less weight, and stands in the details.
            said.append(comparison.part_note)
        elif comparison.skipped and not self.session.stored:
            first, reason = comparison.skipped[0]
            said.append(self.tr("{0} was skipped: {1}").format(first, reason))
            if more := len(comparison.skipped) - 1:
                said.append(self.tr("{0} more are listed in the report.").format(more))
        if said:
            details = "\n".join(f"{s}: {r}" for s, r in comparison.skipped)
            self.complained.emit(" ".join(said), details)

    def _on_exported(self, artifact: Exported) -> None:
        self.written.emit(artifact.path)

    def _on_written(self, path: object) -> None:
        self.written.emit(str(path))
