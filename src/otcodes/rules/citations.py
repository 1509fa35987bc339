"""Where the rules stand written; a rule names one of these."""

from ..findings import Citation

CMS = "Centers for Medicare & Medicaid Services"
MANUALS = "https://www.cms.gov/regulations-and-guidance/guidance/manuals/internet-only-manuals-ioms"
THERAPY = "https://www.cms.gov/medicare/coding-billing/therapy-services"


def _manual(section: str) -> Citation:
    return Citation("Medicare Claims Processing Manual (Pub. 100-04), chapter 5", section, MANUALS, CMS)


MCPM_5_20_1 = _manual("section 20.1")
MCPM_5_20_2 = _manual("section 20.2")
MCPM_26_10 = Citation(
    "Medicare Claims Processing Manual (Pub. 100-04), chapter 26",
    "section 10.4, items 21 to 24",
    MANUALS,
    CMS,
)
MCPM_26_10_5 = Citation(
    "Medicare Claims Processing Manual (Pub. 100-04), chapter 26",
    "section 10.5, place of service",
    MANUALS,
    CMS,
)
ASSISTANTS = Citation("Billing examples using CQ/CO modifiers", "", THERAPY, CMS)
NCCI = Citation(
    "National Correct Coding Initiative procedure-to-procedure edits and policy manual",
    "chapter I",
    "https://www.cms.gov/national-correct-coding-initiative-ncci",
    CMS,
)
HCPCS = Citation(
    "HCPCS Level II quarterly update",
    "",
    "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
    CMS,
)
CPT = Citation(
    "Current Procedural Terminology (CPT)",
    "time rule: a unit is reached past its midpoint",
    "",
    "American Medical Association",
)
FEE_SCHEDULE = Citation(
    "Medicare physician fee schedule relative value files",
    "status indicator I",
    "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    CMS,
)
ICD_10_CM = Citation(
    "ICD-10-CM official guidelines for coding and reporting",
    "sections I.A, I.B and IV",
    "https://www.cdc.gov/nchs/icd/icd-10-cm/index.html",
    "National Center for Health Statistics",
)
EXCLUDES1 = Citation(
    "ICD-10-CM official guidelines for coding and reporting",
    "section I.A.12.a",
    "https://www.cdc.gov/nchs/icd/icd-10-cm/index.html",
    "National Center for Health Statistics",
)
CODE_FIRST = Citation(
    "ICD-10-CM official guidelines for coding and reporting",
    "section I.A.13",
    "https://www.cdc.gov/nchs/icd/icd-10-cm/index.html",
    "National Center for Health Statistics",
)
LATERALITY = Citation(
    "ICD-10-CM official guidelines for coding and reporting",
    "section I.B.13",
    "https://www.cdc.gov/nchs/icd/icd-10-cm/index.html",
    "National Center for Health Statistics",
)
EXTERNAL_CAUSES = Citation(
    "ICD-10-CM official guidelines for coding and reporting",
    "section I.C.20.a.6",
    "https://www.cdc.gov/nchs/icd/icd-10-cm/index.html",
    "National Center for Health Statistics",
)
EVALUATIONS = Citation("Change Request 10176: therapy evaluation codes and their modifiers", "", THERAPY, CMS)
STATUS = Citation(
    "Medicare physician fee schedule relative value files",
    "status indicators",
    "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    CMS,
)
ADD_ONS = Citation(
    "National Correct Coding Initiative add-on code edits",
    "",
    "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits",
    CMS,
)
UNIT_LIMITS = Citation(
    "National Correct Coding Initiative medically unlikely edits",
    "",
    "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits",
    CMS,
)
MONTHLY = Citation(
    "Change Request 14250: 2026 annual update to the therapy code list",
    "remote therapeutic monitoring",
    THERAPY,
    CMS,
)
THRESHOLD = Citation(
    "Medicare Claims Processing Manual (Pub. 100-04), chapter 5",
    "section 10.3; 42 USC 1395l(g)",
    MANUALS,
    CMS,
)
TELEHEALTH = Citation(
    "List of telehealth services and Medicare Claims Processing Manual (Pub. 100-04), chapter 12",
    "section 190",
    "https://www.cms.gov/medicare/coverage/telehealth/list-services",
    CMS,
)
MCPM_5_10_6 = _manual("section 10.6")
MCPM_1_70 = Citation(
    "Medicare Claims Processing Manual (Pub. 100-04), chapter 1",
    "section 70, time limitations for filing claims; 42 CFR 424.44",
    MANUALS,
    CMS,
)
BPM_15_220_1 = Citation(
    "Medicare Benefit Policy Manual (Pub. 100-02), chapter 15",
    "section 220.1; 42 CFR 424.24(c)",
    MANUALS,
    CMS,
)
BPM_15_220_3 = Citation(
    "Medicare Benefit Policy Manual (Pub. 100-02), chapter 15", "section 220.3", MANUALS, CMS
)
EVALUATION_LEVELS = Citation(
    "Current Procedural Terminology (CPT)",
    "occupational therapy evaluations: the lowest of the three components",
    "",
    "American Medical Association",
)
