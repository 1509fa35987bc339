"""Dated code tables and claim rules for US occupational-therapy billing.

The names below are read when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from ._version import __version__

# Type checkers take this name for true; typing itself would be most of what the import costs.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from . import auditing, calc, coding, errors, importing, payers, readers, remittances, rules
    from ._data_version import DATA_VERSION
    from ._editions import Edition, Freshness, ImportedEdition, TableFreshness
    from ._text import normalize_code
    from .auditing import Audit, audit
    from .catalog import Catalog
    from .checking import check, check_many, repair_many
    from .claims import (
        Claim,
        EvaluationComponents,
        PlanOfCare,
        Service,
        ServiceLine,
        TelehealthKind,
        TreatmentNote,
        Visit,
    )
    from .classification import DiagnosisSnapshot, DiagnosisTable
    from .coding import CodedVisit, code_visit
    from .differences import Change, ChangeKind, Diff, diff
    from .errors import (
        CannotBillError,
        FieldError,
        MissingExtraError,
        NotEffectiveError,
        OtcodesError,
        OtcodesWarning,
        OutOfCoverageError,
        ReadError,
        RuleFailedError,
        StaleDataWarning,
        TableError,
        UnconfirmedServiceError,
        UnknownCodeError,
        UnknownPayerError,
        UnknownRuleError,
    )
    from .explaining import ClaimExplanation, Explanations, LineExplanation, Standing, Why, explain
    from .ext import validators
    from .findings import Citation, Finding, NotChecked, Repair, Report, Severity
    from .fixes import Fix
    from .impacts import CodeImpact, Impact, impact
    from .payers import AssistantMethod, EditTable, PayerPolicy, TelehealthStyle, UnitMethod
    from .policy_records import (
        AddOnCode,
        AssistantRule,
        ClaimStatus,
        CommonProcedure,
        ConversionFactor,
        Deductible,
        DenialReason,
        EvaluationLevel,
        FederalHoliday,
        FeeSchedule,
        FilingIndicator,
        FilingLimit,
        LimitSetting,
        Locality,
        ModifierConflict,
        MutuallyExclusive,
        NextStep,
        OncePerDay,
        PairModifier,
        PayerSubstitution,
        PaymentShare,
        PaymentStatus,
        PlanRequirement,
        PracticeExpenseReduction,
        PtpEdit,
        RemoteMonitoring,
        Sequestration,
        Supervision,
        TelehealthBilling,
        TelehealthCode,
        TelehealthPeriod,
        TherapyCode,
        TherapyThreshold,
        UnitLimit,
        UnsuitableModifier,
    )
    from .readers import read
    from .records import (
        Block,
        Chapter,
        Complexity,
        Diagnosis,
        DiagnosisNote,
        DiagnosisSynonym,
        Discipline,
        Laterality,
        Modifier,
        NoteKind,
        Place,
        Procedure,
        ProfileReview,
        RevenueCode,
        Setting,
        SeventhCharacter,
        Succession,
        SuccessionKind,
        TherapyDisposition,
        Timing,
    )
    from .remittances import (
        Acknowledgement,
        Adjustment,
        AdjustmentGroup,
        ClaimAcknowledgement,
        ClaimOutcome,
        ClaimPayment,
        LineAcknowledgement,
        LinePayment,
        ProviderAdjustment,
        Remittance,
        Status,
    )
    from .staleness import freshness
    from .tables import Snapshot, Table, Verdict

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
    therapy_dispositions: Table[TherapyCode]
    unit_limits: Table[UnitLimit]
    add_on_codes: Table[AddOnCode]
    mutually_exclusive: Table[MutuallyExclusive]
    evaluation_levels: Table[EvaluationLevel]
    fee_schedule: Table[FeeSchedule]
    conversion_factors: Table[ConversionFactor]
    localities: Table[Locality]
    practice_expense_reductions: Table[PracticeExpenseReduction]
    payment_shares: Table[PaymentShare]
    sequestration: Table[Sequestration]
    deductibles: Table[Deductible]
    telehealth: Table[TelehealthCode]
    telehealth_periods: Table[TelehealthPeriod]
    telehealth_billing: Table[TelehealthBilling]
    remote_monitoring: Table[RemoteMonitoring]
    supervision: Table[Supervision]
    assistant_rules: Table[AssistantRule]
    unsuitable_modifiers: Table[UnsuitableModifier]
    filing_limits: Table[FilingLimit]
    federal_holidays: Table[FederalHoliday]
    plan_requirements: Table[PlanRequirement]
    denial_reasons: Table[DenialReason]
    claim_statuses: Table[ClaimStatus]

_MODULES = {
    "_data_version": ("DATA_VERSION",),
    "_editions": ("Edition", "Freshness", "ImportedEdition", "TableFreshness"),
    "_text": ("normalize_code",),
    "auditing": ("Audit", "audit"),
    "catalog": ("Catalog",),
    "checking": ("check", "check_many", "repair_many"),
    "claims": (
        "Claim",
        "EvaluationComponents",
        "PlanOfCare",
        "Service",
        "ServiceLine",
        "TelehealthKind",
        "TreatmentNote",
        "Visit",
    ),
    "coding": ("CodedVisit", "code_visit"),
    "classification": ("DiagnosisSnapshot", "DiagnosisTable"),
    "differences": ("Change", "ChangeKind", "Diff", "diff"),
    "errors": (
        "CannotBillError",
        "FieldError",
        "MissingExtraError",
        "NotEffectiveError",
        "OtcodesError",
        "OtcodesWarning",
        "OutOfCoverageError",
        "ReadError",
        "RuleFailedError",
        "StaleDataWarning",
        "TableError",
        "UnconfirmedServiceError",
        "UnknownCodeError",
        "UnknownPayerError",
        "UnknownRuleError",
    ),
    "explaining": (
        "ClaimExplanation",
        "Explanations",
        "LineExplanation",
        "Standing",
        "Why",
        "explain",
    ),
    "findings": ("Citation", "Finding", "NotChecked", "Repair", "Report", "Severity"),
    "fixes": ("Fix",),
    "impacts": ("CodeImpact", "Impact", "impact"),
    "payers": ("AssistantMethod", "EditTable", "PayerPolicy", "TelehealthStyle", "UnitMethod"),
    "readers": ("read",),
    "remittances": (
        "Acknowledgement",
        "Adjustment",
        "AdjustmentGroup",
        "ClaimAcknowledgement",
        "ClaimOutcome",
        "ClaimPayment",
        "LineAcknowledgement",
        "LinePayment",
        "ProviderAdjustment",
        "Remittance",
        "Status",
    ),
    "policy_records": (
        "AddOnCode",
        "AssistantRule",
        "ClaimStatus",
        "CommonProcedure",
        "ConversionFactor",
        "Deductible",
        "DenialReason",
        "EvaluationLevel",
        "FederalHoliday",
        "FeeSchedule",
        "FilingIndicator",
        "FilingLimit",
        "LimitSetting",
        "Locality",
        "ModifierConflict",
        "MutuallyExclusive",
        "NextStep",
        "OncePerDay",
        "PairModifier",
        "PayerSubstitution",
        "PaymentShare",
        "PaymentStatus",
        "PlanRequirement",
        "PracticeExpenseReduction",
        "PtpEdit",
        "RemoteMonitoring",
        "Sequestration",
        "Supervision",
        "TelehealthBilling",
        "TelehealthCode",
        "TelehealthPeriod",
        "TherapyCode",
        "TherapyThreshold",
        "UnitLimit",
        "UnsuitableModifier",
    ),
    "records": (
        "Block",
        "Chapter",
        "Complexity",
        "Diagnosis",
        "DiagnosisNote",
        "DiagnosisSynonym",
        "Discipline",
        "Laterality",
        "Modifier",
        "NoteKind",
        "Place",
        "Procedure",
        "ProfileReview",
        "RevenueCode",
        "Setting",
        "SeventhCharacter",
        "Succession",
        "SuccessionKind",
        "TherapyDisposition",
        "Timing",
    ),
    "staleness": ("freshness",),
    "tables": ("Snapshot", "Table", "Verdict"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
_SUBMODULES = {
    "auditing": "auditing",
    "calc": "calc",
    "coding": "coding",
    "errors": "errors",
    "importing": "importing",
    "payers": "payers",
    "readers": "readers",
    "remittances": "remittances",
    "rules": "rules",
    "validators": "ext.validators",
}
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
    "therapy_dispositions",
    "unit_limits",
    "add_on_codes",
    "mutually_exclusive",
    "evaluation_levels",
    "fee_schedule",
    "conversion_factors",
    "localities",
    "practice_expense_reductions",
    "payment_shares",
    "sequestration",
    "deductibles",
    "telehealth",
    "telehealth_periods",
    "telehealth_billing",
    "remote_monitoring",
    "supervision",
    "assistant_rules",
    "unsuitable_modifiers",
    "filing_limits",
    "federal_holidays",
    "plan_requirements",
    "denial_reasons",
    "claim_statuses",
)

__all__ = [
    "DATA_VERSION",
    "Acknowledgement",
    "AddOnCode",
    "Adjustment",
    "AdjustmentGroup",
    "AssistantMethod",
    "AssistantRule",
    "Audit",
    "Block",
    "CannotBillError",
    "Catalog",
    "Change",
    "ChangeKind",
    "Chapter",
    "Citation",
    "Claim",
    "ClaimAcknowledgement",
    "ClaimExplanation",
    "ClaimOutcome",
    "ClaimPayment",
    "ClaimStatus",
    "CodeImpact",
    "CodedVisit",
    "CommonProcedure",
    "Complexity",
    "ConversionFactor",
    "Deductible",
    "DenialReason",
    "Diagnosis",
    "DiagnosisNote",
    "DiagnosisSnapshot",
    "DiagnosisSynonym",
    "DiagnosisTable",
    "Diff",
    "Discipline",
    "EditTable",
    "Edition",
    "EvaluationComponents",
    "EvaluationLevel",
    "Explanations",
    "FederalHoliday",
    "FeeSchedule",
    "FieldError",
    "FilingIndicator",
    "FilingLimit",
    "Finding",
    "Fix",
    "Freshness",
    "Impact",
    "ImportedEdition",
    "Laterality",
    "LimitSetting",
    "LineAcknowledgement",
    "LineExplanation",
    "LinePayment",
    "Locality",
    "MissingExtraError",
    "Modifier",
    "ModifierConflict",
    "MutuallyExclusive",
    "NextStep",
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
    "PaymentShare",
    "PaymentStatus",
    "Place",
    "PlanOfCare",
    "PlanRequirement",
    "PracticeExpenseReduction",
    "Procedure",
    "ProfileReview",
    "ProviderAdjustment",
    "PtpEdit",
    "ReadError",
    "Remittance",
    "RemoteMonitoring",
    "Repair",
    "Report",
    "RevenueCode",
    "RuleFailedError",
    "Sequestration",
    "Service",
    "ServiceLine",
    "Setting",
    "SeventhCharacter",
    "Severity",
    "Snapshot",
    "StaleDataWarning",
    "Standing",
    "Status",
    "Succession",
    "SuccessionKind",
    "Supervision",
    "Table",
    "TableError",
    "TableFreshness",
    "TelehealthBilling",
    "TelehealthCode",
    "TelehealthKind",
    "TelehealthPeriod",
    "TelehealthStyle",
    "TherapyCode",
    "TherapyDisposition",
    "TherapyThreshold",
    "Timing",
    "TreatmentNote",
    "UnconfirmedServiceError",
    "UnitLimit",
    "UnitMethod",
    "UnknownCodeError",
    "UnknownPayerError",
    "UnknownRuleError",
    "UnsuitableModifier",
    "Verdict",
    "Visit",
    "Why",
    "__version__",
    "add_on_codes",
    "assistant_rules",
    "audit",
    "auditing",
    "calc",
    "check",
    "check_many",
    "claim_statuses",
    "code_visit",
    "coding",
    "common_procedures",
    "conversion_factors",
    "deductibles",
    "denial_reasons",
    "diagnoses",
    "diagnosis_blocks",
    "diagnosis_chapters",
    "diagnosis_characters",
    "diagnosis_notes",
    "diagnosis_synonyms",
    "diff",
    "errors",
    "evaluation_levels",
    "explain",
    "federal_holidays",
    "fee_schedule",
    "filing_indicators",
    "filing_limits",
    "freshness",
    "impact",
    "importing",
    "localities",
    "modifier_conflicts",
    "modifiers",
    "mutually_exclusive",
    "normalize_code",
    "once_per_day",
    "pair_modifiers",
    "payer_substitutions",
    "payers",
    "payment_shares",
    "payment_status",
    "places",
    "plan_requirements",
    "practice_expense_reductions",
    "procedures",
    "ptp_edits",
    "read",
    "readers",
    "remittances",
    "remote_monitoring",
    "repair_many",
    "revenue_codes",
    "rules",
    "sequestration",
    "supervision",
    "telehealth",
    "telehealth_billing",
    "telehealth_periods",
    "therapy_dispositions",
    "therapy_thresholds",
    "unit_limits",
    "unsuitable_modifiers",
    "validators",
]


def __getattr__(name: str) -> object:
    """Find a public name when it is first used, and keep it."""
    import importlib  # noqa: PLC0415 -- most processes never come here twice

    if name in _HOMES:
        value: object = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    elif name in _SUBMODULES:
        value = importlib.import_module(f".{_SUBMODULES[name]}", __name__)
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
