"""Dated code tables and claim rules for US occupational-therapy billing.

The names below are read when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from ._version import __version__

# Type checkers take this name for true; typing itself would be most of what the import costs.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from . import calc, errors, payers, readers, rules
    from ._text import normalize_code
    from .catalog import Catalog
    from .checking import check, check_many
    from .claims import Claim, PlanOfCare, ServiceLine
    from .classification import DiagnosisSnapshot, DiagnosisTable
    from .differences import Diff
    from .errors import (
        FieldError,
        MissingExtraError,
        NotEffectiveError,
        OtcodesError,
        OtcodesWarning,
        OutOfCoverageError,
        ReadError,
        TableError,
        UnknownCodeError,
        UnknownPayerError,
        UnknownRuleError,
    )
    from .findings import Citation, Finding, Fix, NotChecked, Repair, Report, Severity
    from .payers import PayerPolicy, UnitMethod
    from .policy_records import (
        CommonProcedure,
        FilingIndicator,
        ModifierConflict,
        OncePerDay,
        PairModifier,
        PayerSubstitution,
        PaymentStatus,
        PtpEdit,
        TherapyThreshold,
    )
    from .readers import read
    from .records import (
        Block,
        Chapter,
        Diagnosis,
        DiagnosisNote,
        DiagnosisSynonym,
        Discipline,
        Laterality,
        Modifier,
        NoteKind,
        Place,
        Procedure,
        RevenueCode,
        Setting,
        SeventhCharacter,
        Succession,
        SuccessionKind,
        TherapyDisposition,
        Timing,
    )
    from .tables import Snapshot, Table
    from .verdicts import Verdict

    procedures: Table[Procedure]
    diagnoses: DiagnosisTable
    diagnosis_blocks: Table[Block]
    diagnosis_chapters: Table[Chapter]
    diagnosis_characters: Table[SeventhCharacter]
    diagnosis_notes: Table[DiagnosisNote]
    diagnosis_synonyms: Table[DiagnosisSynonym]
    modifiers: Table[Modifier]
    places: Table[Place]
    revenue_codes: Table[RevenueCode]
    payment_status: Table[PaymentStatus]
    ptp_edits: Table[PtpEdit]
    pair_modifiers: Table[PairModifier]
    modifier_conflicts: Table[ModifierConflict]
    therapy_thresholds: Table[TherapyThreshold]
    common_procedures: Table[CommonProcedure]
    payer_substitutions: Table[PayerSubstitution]
    once_per_day: Table[OncePerDay]
    filing_indicators: Table[FilingIndicator]

_MODULES = {
    "_text": ("normalize_code",),
    "catalog": ("Catalog",),
    "checking": ("check", "check_many"),
    "claims": ("Claim", "PlanOfCare", "ServiceLine"),
    "classification": ("DiagnosisSnapshot", "DiagnosisTable"),
    "differences": ("Diff",),
    "errors": (
        "FieldError",
        "MissingExtraError",
        "NotEffectiveError",
        "OtcodesError",
        "OtcodesWarning",
        "OutOfCoverageError",
        "ReadError",
        "TableError",
        "UnknownCodeError",
        "UnknownPayerError",
        "UnknownRuleError",
    ),
    "findings": ("Citation", "Finding", "Fix", "NotChecked", "Repair", "Report", "Severity"),
    "payers": ("PayerPolicy", "UnitMethod"),
    "readers": ("read",),
    "policy_records": (
        "CommonProcedure",
        "FilingIndicator",
        "ModifierConflict",
        "OncePerDay",
        "PairModifier",
        "PayerSubstitution",
        "PaymentStatus",
        "PtpEdit",
        "TherapyThreshold",
    ),
    "records": (
        "Block",
        "Chapter",
        "Diagnosis",
        "DiagnosisNote",
        "DiagnosisSynonym",
        "Succession",
        "Discipline",
        "Laterality",
        "Modifier",
        "NoteKind",
        "Place",
        "Procedure",
        "RevenueCode",
        "Setting",
        "SeventhCharacter",
        "SuccessionKind",
        "TherapyDisposition",
        "Timing",
    ),
    "tables": ("Snapshot", "Table"),
    "verdicts": ("Verdict",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
_SUBMODULES = ("calc", "errors", "payers", "readers", "rules")
_TABLES = (
    "procedures",
    "diagnoses",
    "diagnosis_blocks",
    "diagnosis_chapters",
    "diagnosis_characters",
    "diagnosis_notes",
    "diagnosis_synonyms",
    "modifiers",
    "places",
    "revenue_codes",
    "payment_status",
    "ptp_edits",
    "pair_modifiers",
    "modifier_conflicts",
    "therapy_thresholds",
    "common_procedures",
    "payer_substitutions",
    "once_per_day",
    "filing_indicators",
)

__all__ = [
    "Block",
    "Catalog",
    "Chapter",
    "Citation",
    "Claim",
    "CommonProcedure",
    "Diagnosis",
    "DiagnosisNote",
    "DiagnosisSnapshot",
    "DiagnosisSynonym",
    "DiagnosisTable",
    "Diff",
    "Discipline",
    "FieldError",
    "FilingIndicator",
    "Finding",
    "Fix",
    "Laterality",
    "MissingExtraError",
    "Modifier",
    "ModifierConflict",
    "NotChecked",
    "NotEffectiveError",
    "NoteKind",
    "OncePerDay",
    "OtcodesError",
    "OtcodesWarning",
    "OutOfCoverageError",
    "PairModifier",
    "PayerPolicy",
    "PayerSubstitution",
    "PaymentStatus",
    "Place",
    "PlanOfCare",
    "Procedure",
    "PtpEdit",
    "ReadError",
    "Repair",
    "Report",
    "RevenueCode",
    "ServiceLine",
    "Setting",
    "SeventhCharacter",
    "Severity",
    "Snapshot",
    "Succession",
    "SuccessionKind",
    "Table",
    "TableError",
    "TherapyDisposition",
    "TherapyThreshold",
    "Timing",
    "UnitMethod",
    "UnknownCodeError",
    "UnknownPayerError",
    "UnknownRuleError",
    "Verdict",
    "__version__",
    "calc",
    "check",
    "check_many",
    "common_procedures",
    "diagnoses",
    "diagnosis_blocks",
    "diagnosis_chapters",
    "diagnosis_characters",
    "diagnosis_notes",
    "diagnosis_synonyms",
    "errors",
    "filing_indicators",
    "modifier_conflicts",
    "modifiers",
    "normalize_code",
    "once_per_day",
    "pair_modifiers",
    "payer_substitutions",
    "payers",
    "payment_status",
    "places",
    "procedures",
    "ptp_edits",
    "read",
    "readers",
    "revenue_codes",
    "rules",
    "therapy_thresholds",
]


def __getattr__(name: str) -> object:
    """Find a public name when it is first used, and keep it."""
    import importlib  # noqa: PLC0415 -- most processes never come here twice

    if name in _HOMES:
        value: object = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    elif name in _SUBMODULES:
        value = importlib.import_module(f".{name}", __name__)
    elif name in _TABLES:
        catalog = importlib.import_module(".catalog", __name__)
        value = getattr(catalog.Catalog.bundled(), name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
