"""Pickles that earlier versions wrote, and this one, still say what they said."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from isolation.pickled import FOLDER, PROTOCOLS, plain, sample

import otcodes
from otcodes import errors, fixes

WRITTEN = sorted(FOLDER.glob("*.pickle"))


def is_in(before: object, now: object) -> bool:
    """Whether all that was said is still said; there may be more fields."""
    if isinstance(before, dict) and isinstance(now, dict):
        return all(name in now and is_in(each, now[name]) for name, each in before.items())
    return before == now


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_what_was_written_is_still_read(file) -> None:
    held = pickle.loads(file.read_bytes())  # noqa: S301 -- our own
    before = json.loads((FOLDER / f"{file.stem.partition('-')[0]}.json").read_text("utf-8"))
    assert before.keys() == held.keys()
    for name, value in held.items():
        assert is_in(before[name], json.loads(json.dumps(plain(value)))), name
        assert str(value)
        if not isinstance(value, Exception):
            assert copy.deepcopy(value) == value


def test_this_version_has_its_sample() -> None:
    ours = {file.name for file in FOLDER.glob(f"{otcodes.__version__}-*")}
    assert ours == {f"{otcodes.__version__}-protocol{protocol}.pickle" for protocol in PROTOCOLS}, (
        "python tests/isolation/pickled.py"
    )


def test_the_sample_has_one_of_each() -> None:
    held = sample()
    assert {type(value) for value in held.values()} >= {*fixes.FIXES.values()}
    public = {
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)
    }
    assert {type(value) for value in held.values() if isinstance(value, Exception)} == public - {
        errors.OtcodesError,
        errors.OtcodesWarning,
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_all_of_it_survives_every_protocol(protocol) -> None:
    held = sample()
    again = pickle.loads(pickle.dumps(held, protocol))  # noqa: S301 -- our own
    assert plain(again) == plain(held)
    for name, value in held.items():
        assert isinstance(value, Exception) or again[name] == value
