"""Calculators: pure functions that return the answer and the steps that led to it."""

from .assistants import AssistantLine, AssistantUnits, assistant_units
from .evaluations import SupportedEvaluation, supported_evaluation
from .payments import NationalAmount, national_amount
from .thresholds import ThresholdPosition, threshold_position
from .units import UnitAllocation, timed_units

__all__ = [
    "AssistantLine",
    "AssistantUnits",
    "NationalAmount",
    "SupportedEvaluation",
    "ThresholdPosition",
    "UnitAllocation",
    "assistant_units",
    "national_amount",
    "supported_evaluation",
    "threshold_position",
    "timed_units",
]
