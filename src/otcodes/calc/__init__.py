"""Calculators: pure functions that return the answer and the steps that led to it."""

from .assistants import AssistantLine, AssistantUnits, assistant_units
from .evaluations import SupportedEvaluation, supported_evaluation
from .localities import locality_of
from .monitoring import MonitoringUnits, monitoring_units
from .payments import (
    AllowedAmount,
    AllowedLine,
    ExpectedPayment,
    NotPriced,
    allowed_amount,
    expected_payment,
)
from .thresholds import ThresholdStatus, threshold_status
from .units import UnitAllocation, timed_units

__all__ = [
    "AllowedAmount",
    "AllowedLine",
    "AssistantLine",
    "AssistantUnits",
    "ExpectedPayment",
    "MonitoringUnits",
    "NotPriced",
    "SupportedEvaluation",
    "ThresholdStatus",
    "UnitAllocation",
    "allowed_amount",
    "assistant_units",
    "expected_payment",
    "locality_of",
    "monitoring_units",
    "supported_evaluation",
    "threshold_status",
    "timed_units",
]
