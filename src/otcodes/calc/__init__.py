"""Calculators: pure functions that return the answer and the steps that led to it."""

from .units import UnitAllocation, timed_units

__all__ = ["UnitAllocation", "timed_units"]
