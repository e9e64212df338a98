from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import comparison, model_summary, scheme_result

from qviz.jobs.results import DataSpec, RunOptions
from qviz.quantization.scheme import SCHEMES
from qviz.ui.session import Session

DIGITS = DataSpec("digits")
OPTIONS = RunOptions()


@pytest.fixture
def session(qtbot) -> Session:
    result = Session()
    result.choose_data(DIGITS)
    result.open_model("/m/fake.keras", model_summary())
    return result


def heard(signal) -> list[object]:
    events: list[object] = []
    signal.connect(lambda *args: events.append(args[0] if args else None))
    return events


def test_opening_selects_the_first_weights(session: Session):
    assert session.layer == "block_0_conv_2d"
    assert session.tensor == "block_0_conv_2d/kernel"
    assert session.title == "fake.keras"


def test_selecting_a_layer_tells_once_and_takes_its_largest_tensor(session: Session):
    layers, weights = heard(session.layer_selected), heard(session.weights_selected)
    session.select_channel(2)
    session.select_layer("block_2_fully_connected")
    session.select_layer("block_2_fully_connected")
    assert layers == ["block_2_fully_connected"]
    assert session.tensor == "block_2_fully_connected/kernel"
    assert session.channel is None
    assert len(weights) == 2
    session.select_layer("block_3_add")
    assert session.tensor == ""


def test_float_layers_belong_to_the_scheme_where_it_can_keep_them(session: Session):
    chosen = heard(session.scheme_chosen)
    session.toggle_float_layer("a")
    session.toggle_float_layer("b")
    assert session.scheme.float_layers == ("a", "b")
    session.choose_scheme(SCHEMES["int16x8"])
    assert session.scheme.float_layers == ()
    session.choose_scheme(SCHEMES["int8"])
    session.toggle_float_layer("a")
    assert session.scheme.float_layers == ("b",)
    assert len(chosen) == 5


def test_runs_are_numbered_and_the_same_run_replaces_the_old(session: Session):
    session.add_result(scheme_result(SCHEMES["float32"]), DIGITS, OPTIONS)
    session.add_result(scheme_result(SCHEMES["int8"], top1=0.9), DIGITS, OPTIONS)
    session.add_result(scheme_result(SCHEMES["int8"], top1=0.8), DIGITS, OPTIONS)
    assert [(r.number, r.result.scheme.id) for r in session.runs] == [(1, "float32"), (3, "int8")]
    assert session.run is session.runs[-1]


def test_same_scheme_with_other_options_is_another_run(session: Session):
    int8 = SCHEMES["int8"]
    session.add_result(scheme_result(int8), DIGITS, OPTIONS)
    kept = int8.with_options(float_layers=("a",))
    session.add_result(scheme_result(kept), DIGITS, OPTIONS)
    session.add_result(scheme_result(int8), DIGITS, RunOptions(calibration_samples=10))
    assert [r.label for r in session.runs] == ["int8", "int8 · 1 in float32", "int8"]
    assert len(session.shown_runs()) == 3


def test_comparison_of_all_does_not_flicker_through_the_schemes(session: Session):
    shown = heard(session.run_selected)
    for scheme in SCHEMES.values():
        session.add_result(scheme_result(scheme), DIGITS, OPTIONS)
    assert [run.result.scheme.id for run in shown] == ["float32", "int8"]


def test_finished_comparison_does_not_double_its_partial_results(session: Session):
    whole = comparison()
    for row in whole.rows[:5]:
        session.add_result(row, DIGITS, OPTIONS)
    session.add_comparison(whole, DIGITS, OPTIONS)
    assert len(session.runs) == len(SCHEMES)
    merged = session.comparison()
    assert merged is not None
    assert merged.data.samples == 360
    assert merged.rows[0].scheme.id == "float32"
    assert merged.versions == {"qviz": "0.1.0"}


def test_runs_on_other_data_are_not_compared(session: Session):
    session.add_result(scheme_result(SCHEMES["float32"]), DIGITS, OPTIONS)
    other = DataSpec("other.npz")
    session.add_result(scheme_result(SCHEMES["int8"]), other, OPTIONS)
    assert session.run is not None
    assert session.run.data == other
    merged = session.comparison()
    assert merged is not None
    assert [row.scheme.id for row in merged.rows] == ["int8"]
    assert merged.data.name == "other.npz"


def test_float_run_is_known_for_data_and_options(session: Session):
    assert not session.has_float_run()
    session.add_result(scheme_result(SCHEMES["float32"]), DIGITS, OPTIONS)
    assert session.has_float_run()
    session.choose_options(RunOptions(seed=3))
    assert not session.has_float_run()


def test_choosing_a_scheme_shows_its_run_if_there_is_one(session: Session):
    session.add_comparison(comparison(), DIGITS, OPTIONS)
    session.choose_scheme(SCHEMES["int16x8"])
    assert session.run is not None
    assert session.run.result.scheme.id == "int16x8"
    before = session.run
    session.choose_scheme(SCHEMES["int8"].with_options(calibration="true"))
    assert session.run is before


def test_shown_run_follows_undo_and_the_same_choice(session: Session):
    session.add_comparison(comparison(), DIGITS, OPTIONS)
    session.choose_scheme(SCHEMES["int8"])
    before = session.choice
    session.choose_scheme(SCHEMES["float16"])
    session.restore_choice(before)
    assert session.run is not None
    assert session.run.result.scheme == SCHEMES["int8"]
    assert session.title.endswith(session.run.label)
    # Another run is looked at; choosing the scheme again comes back to its own.
    session.select_run(session.float_run())
    session.choose_scheme(SCHEMES["int8"])
    assert session.run.result.scheme == SCHEMES["int8"]


def test_showing_a_run_with_float_layers_chooses_them(session: Session):
    session.add_comparison(comparison(), DIGITS, OPTIONS)
    kept = SCHEMES["int8"].with_options(float_layers=("block_0_conv_2d",))
    run = session.add_result(scheme_result(kept), DIGITS, OPTIONS)
    session.choose_scheme(SCHEMES["float16"])
    session.show_run(run)
    assert session.run is run
    assert session.scheme == kept


def test_another_model_starts_afresh(session: Session):
    session.add_comparison(comparison(), DIGITS, OPTIONS)
    session.toggle_float_layer("a")
    other = replace(model_summary(3), first_weights=None)
    session.open_model("/m/other.keras", other, allow_code=True)
    assert session.runs == ()
    assert session.run is None
    assert session.comparison() is None
    assert session.float_layers == ()
    assert session.allow_code
    assert session.layer == "block_0_conv_2d"


def test_no_change_is_not_told(session: Session):
    events = [
        heard(s) for s in (session.data_chosen, session.options_chosen, session.scheme_chosen)
    ]
    session.choose_data(DIGITS)
    session.choose_options(OPTIONS)
    session.choose_scheme(SCHEMES["int8"])
    assert events == [[], [], []]
