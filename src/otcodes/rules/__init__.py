"""Rules over claims: the catalogue by subject, how to write one, and how to combine them."""

from .combine import all_of, any_of, by_day, each_line, payer_is, unless, when
from .core import CannotJudgeError, Context, Over, Rule, RuleSet, rule
from .presets import CATALOGUE, preset

__all__ = [
    "CATALOGUE",
    "CannotJudgeError",
    "Context",
    "Over",
    "Rule",
    "RuleSet",
    "all_of",
    "any_of",
    "by_day",
    "each_line",
    "payer_is",
    "preset",
    "rule",
    "unless",
    "when",
]
