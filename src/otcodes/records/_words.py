"""The closed sets of words that records use."""

from __future__ import annotations

from .._text import TextEnum


class CodeSystem(TextEnum):
    """Who keeps the code: the AMA (CPT) or CMS (HCPCS Level II)."""

    CPT = "cpt"
    HCPCS = "hcpcs"


class Timing(TextEnum):
    """How a code's unit is counted; `Procedure.unit_minutes` holds the minutes of the timed kinds."""

    TIMED = "timed"
    FIRST = "first"
    ADDITIONAL = "additional"
    PER_SESSION = "per-session"
    PER_30_DAYS = "per-30-days"
    CALENDAR_MONTH = "calendar-month"
    UNTIMED = "untimed"


class TherapyDisposition(TextEnum):
    """What CMS's therapy code list says: always therapy, only under a therapy plan of care, or not listed."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NONE = "none"
    UNKNOWN = "unknown"


class Discipline(TextEnum):
    """The three disciplines of outpatient therapy."""

    OCCUPATIONAL_THERAPY = "occupational-therapy"
    PHYSICAL_THERAPY = "physical-therapy"
    SPEECH_LANGUAGE_PATHOLOGY = "speech-language-pathology"


class Setting(TextEnum):
    """Which claim form, and so which NCCI table: a professional claim or an outpatient hospital's."""

    PRACTITIONER = "practitioner"
    OUTPATIENT_HOSPITAL = "outpatient-hospital"
