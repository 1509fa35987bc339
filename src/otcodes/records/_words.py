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


class NoteKind(TextEnum):
    """What a note of ICD-10-CM's tabular list asks for.

    Excludes1: the two are not coded together. Excludes2: the other one is not part of this. Code first: the
    underlying condition stands before it. Use additional code: another code goes with it.
    """

    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    CODE_FIRST = "code-first"
    USE_ADDITIONAL = "use-additional"


class SuccessionKind(TextEnum):
    """How successors stand to a code: it was split into them, renamed to one, or merged into one."""

    SPLIT = "split"
    RENAMED = "renamed"
    MERGED = "merged"


class Laterality(TextEnum):
    """The side of the body that a diagnosis speaks of."""

    RIGHT = "right"
    LEFT = "left"
    BILATERAL = "bilateral"
    UNSPECIFIED = "unspecified"


class ProfileReview(TextEnum):
    """How far the occupational profile and the history went in an evaluation."""

    BRIEF = "brief"
    EXPANDED = "expanded"
    EXTENSIVE = "extensive"


class Complexity(TextEnum):
    """How complex an evaluation, or its clinical decision making, is."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
