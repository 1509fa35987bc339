"""Claims as a clinic hands them in, made up and always the same: mostly right, some with a usual mistake."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import otcodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MONDAY = dt.date(2026, 3, 2)
TIMED = ("97530", "97110", "97140", "97112", "97535", "97533", "97542", "97129")
WEIGHTS = (30, 25, 20, 12, 20, 4, 4, 6)
MINUTES, HOW_OFTEN = (8, 10, 12, 15, 18, 23, 25, 30, 38, 40, 45), (3, 4, 3, 40, 4, 10, 4, 22, 4, 3, 3)
DIAGNOSES = (("M62.81",), ("I69.351", "R27.8"), ("S52.501D",), ("G20.A1", "M62.81"), ("M18.11",), ("F82",))
MISTAKES = 0.1


def claims(count: int, *, lines: tuple[int, int] = (2, 5), seed: int = 1) -> Iterator[otcodes.Claim]:
    """Some claims of one week, each of so many timed lines."""
    dice = random.Random(seed)  # noqa: S311 -- made-up claims, the same every time
    for number in range(count):
        on = MONDAY + dt.timedelta(dice.randrange(5))
        codes: list[str] = []
        while len(codes) < min(dice.randint(*lines), len(TIMED)):
            code = dice.choices(TIMED, WEIGHTS)[0]
            if code not in codes:
                codes.append(code)
        minutes = dict(zip(codes, dice.choices(MINUTES, HOW_OFTEN, k=len(codes)), strict=True))
        units = otcodes.calc.timed_units(minutes, on=on).by_code
        by_assistant = dice.random() < 0.2
        modifiers = ("GO", "CO") if by_assistant else ("GO",)
        made = [
            otcodes.ServiceLine(
                code,
                on=on,
                units=units[code],
                minutes=minutes[code],
                assistant_minutes=minutes[code] if by_assistant else 0,
                modifiers=() if dice.random() < MISTAKES / 3 else modifiers,
                place="11",
                diagnoses=("M62.81",) if dice.random() < MISTAKES / 10 else (),
                charge_usd=Decimal(dice.randrange(40, 200)),
            )
            for code in codes
            if units.get(code)
        ]
        if not by_assistant and dice.random() < 0.1:
            made.append(
                otcodes.ServiceLine(
                    "97165",
                    on=on,
                    units=1,
                    modifiers=("GO",),
                    place="11",
                    assistant_minutes=0,
                    charge_usd=Decimal(130),
                )
            )
        yield otcodes.Claim(
            id=f"C{number}",
            payer="medicare-b",
            patient=f"P{number}",
            diagnoses=dice.choice(DIAGNOSES),
            lines=tuple(made),
            therapy_year_to_date_usd=Decimal(dice.randrange(0, 2300)),
        )


def codes_of_one_day() -> dict[str, tuple[str, ...]]:
    """Codes for a long day, each once: with hardly a pair among them; and with all the pairs of a section."""
    codes = otcodes.procedures.on(MONDAY).keys()
    orthoses = [code for code in codes if "L3650" <= code <= "L3999"]
    section = [code for code in codes if code.startswith("97")]
    return {"orthoses": (*TIMED[:5], *orthoses), "section": tuple(section)}


def long_claim(lines: int, *, a_day: int, codes: Sequence[str], dice: random.Random) -> otcodes.Claim:
    """One claim of so many lines, with minutes that hardly come twice."""
    made = [
        otcodes.ServiceLine(
            codes[number % a_day],
            on=MONDAY + dt.timedelta(number // a_day),
            units=1,
            minutes=dice.choice((15, 18, 20, 22)),
            assistant_minutes=0,
            modifiers=("GO",),
            place="11",
            charge_usd=Decimal(dice.randrange(40, 200)),
        )
        for number in range(lines)
    ]
    return otcodes.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=tuple(made))
