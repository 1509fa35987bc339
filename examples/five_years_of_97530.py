"""What a unit of 97530 paid nationally each year, from the tables alone.

    python examples/five_years_of_97530.py

Amounts are those of July 1: in 2024 the conversion factor changed on March 9, and in 2022 sequestration came
back in steps.
"""

from __future__ import annotations

import datetime as dt

from otcodes.calc import allowed_amount, expected_payment

CODE = "97530"
YEARS = range(2020, 2027)


def main() -> None:
    print("year   first unit   further unit   first unit, by an assistant, deductible met")
    for year in YEARS:
        on = dt.date(year, 7, 1)
        (line,) = allowed_amount([(CODE, 2)], on=on).lines
        received = expected_payment(line.unit_usd, on=on, is_assistant=True).total_usd
        print(f"{year}   {line.unit_usd:>10}   {line.reduced_unit_usd:>12}   {received:>10}")


if __name__ == "__main__":
    main()
