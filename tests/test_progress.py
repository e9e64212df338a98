"""Driving generators of steps."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from qviz.progress import finish, mapped


def count(closed: list[str]) -> Generator[int, None, str]:
    try:
        yield from range(3)
    finally:
        closed.append("closed")
    return "the result"


def test_finish_hands_on_every_event_and_the_result():
    met: list[int] = []
    assert finish(count([]), met.append) == "the result"
    assert met == [0, 1, 2]
    assert finish(count([])) == "the result"


def test_finish_closes_the_work_before_the_error_of_a_listener_goes_on():
    closed: list[str] = []
    steps = count(closed)

    def refuse(number: int) -> None:
        raise KeyError(number)

    with pytest.raises(KeyError):
        finish(steps, refuse)
    # `steps` is still referred to here, so that it is not the garbage collector that closed it.
    assert closed == ["closed"]
    assert list(steps) == []


def test_mapped_changes_events_and_keeps_the_result():
    met: list[str] = []
    assert finish(mapped(count([]), str), met.append) == "the result"
    assert met == ["0", "1", "2"]


def test_closing_the_mapped_closes_what_it_maps():
    closed: list[str] = []
    steps = count(closed)
    changed = mapped(steps, str)
    next(changed)
    changed.close()
    assert closed == ["closed"]
