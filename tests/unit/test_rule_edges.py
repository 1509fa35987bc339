"""What a rule says of a claim: where, in which words and with which fix; and why it could not judge one."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from builders import DOS, PLAN, claim, found, hospital, line, noted, treated, yearly

import otcodes
from otcodes import fixes, rules
from otcodes.rules._recent import Recent

day = dt.date.fromisoformat
PAST = day("2024-07-01")  # editions of every table are on board for it
PLANNED = {"plan_of_care": PLAN}
PHYSICAL = {"discipline": "physical-therapy", "modifiers": ("GP",)}
COMPONENTS = otcodes.EvaluationComponents(profile="brief", performance_deficits=3, decision_making="low")
EVALUATED = {"treatment_notes": [otcodes.TreatmentNote(on=DOS, evaluation=COMPONENTS)]}


# Rule, claim, and the path, the message and the fix of what it finds.
SAID = [
    (
        "procedure.malformed",
        claim(line("9753")),
        "lines[0].procedure",
        "the procedure is not five characters of CPT or HCPCS form",
        None,
    ),
    (
        "procedure.unknown",
        claim(line("97999")),
        "lines[0].procedure",
        "there is no procedure code 97999 on 2026-03-02",
        None,
    ),
    (
        "procedure.not-effective",
        claim(line("97003")),
        "lines[0].procedure",
        "97003 was in force until 2016-12-31; after it: 97165, 97166, 97167",
        None,
    ),
    (
        "procedure.not-effective",
        claim(line("98979", on=day("2025-12-01"))),
        "lines[0].procedure",
        "98979 is not in force before 2026-01-01",
        None,
    ),
    (
        "procedure.not-occupational-therapy",
        claim(line("97161")),
        "lines[0].procedure",
        "97161 is not a code of occupational-therapy; it belongs to physical-therapy",
        None,
    ),
    (
        "procedure.not-occupational-therapy",
        claim(line("97153")),
        "lines[0].procedure",
        "97153 is not a code of occupational-therapy",
        None,
    ),
    (
        "procedure.invalid-for-payer",
        claim(line("97014")),
        "lines[0].procedure",
        "Medicare Part B does not take 97014; it takes G0283",
        fixes.ReplaceProcedure(procedure="G0283"),
    ),
    (
        "procedure.not-covered",
        claim(line("97037", on=PAST)),
        "lines[0].procedure",
        "97037 has status N on 2024-07-01: not covered",
        None,
    ),
    (
        "procedure.bundled",
        claim(line("97010", minutes=None)),
        "lines[0].procedure",
        "97010 has status B on 2026-03-02: bundled, never paid separately",
        None,
    ),
    (
        "procedure.add-on-without-primary",
        claim(line("97130")),
        "lines[0].procedure",
        "97130 is an add-on; none of 97129 stands beside it on 2026-03-02",
        None,
    ),
    (
        "procedure.mutually-exclusive",
        claim(line("98979"), line("98980")),
        "lines[1].procedure",
        "98980 and 98979, here on 2026-03-02, exclude each other in one month",
        None,
    ),
    (
        "procedure.evaluation-repeated",
        claim(line("97165"), line("97168")),
        "lines[1].procedure",
        "97168 beside 97165: one evaluation or re-evaluation a day",
        None,
    ),
    (
        "procedure.evaluation-repeated",
        claim(line("97165"), line("97166")),
        "lines[1].procedure",
        "97166 beside 97165: one evaluation or re-evaluation a day",
        None,
    ),
    ("diagnosis.missing", claim(diagnoses=()), "diagnoses", "the claim has no diagnosis", None),
    (
        "diagnosis.too-many",
        claim(diagnoses=("M62.81",) * 13),
        "diagnoses",
        "13 diagnoses; the claim form holds 12",
        None,
    ),
    (
        "diagnosis.duplicate",
        claim(diagnoses=("M62.81", "m6281")),
        "diagnoses[1]",
        "M6281 is on the claim twice",
        fixes.DropRepeatedDiagnoses(),
    ),
    (
        "diagnosis.pointer-invalid",
        claim(line(diagnoses=("R27.8",))),
        "lines[0].diagnoses",
        "the line points at R27.8, which the claim lacks",
        None,
    ),
    (
        "diagnosis.pointer-invalid",
        claim(line(diagnoses=("M62.81",) * 5)),
        "lines[0].diagnoses",
        "the line points at 5 diagnoses; 4 are allowed",
        None,
    ),
    (
        "diagnosis.malformed",
        claim(diagnoses=("M6.281",)),
        "diagnoses[0]",
        "the diagnosis has not the form of an ICD-10-CM code",
        fixes.ReplaceDiagnosis(diagnosis="M6.281", replacement="M62.81"),
    ),
    (
        "diagnosis.malformed",
        claim(diagnoses=("97530",)),
        "diagnoses[0]",
        "the diagnosis has not the form of an ICD-10-CM code",
        None,
    ),
    (
        "diagnosis.unknown",
        claim(diagnoses=("Z50.1",)),
        "diagnoses[0]",
        "Z50.1 is no code of ICD-10-CM on 2026-03-02",
        None,
    ),
    (
        "diagnosis.not-effective",
        claim(line(on=day("2021-09-30")), diagnoses=("M54.50",)),
        "diagnoses[0]",
        "M54.50 is not in force on 2021-09-30 (in force 2021-10-01 to now)",
        None,
    ),
    (
        "diagnosis.not-billable",
        claim(diagnoses=("M54.5",)),
        "diagnoses[0]",
        "M54.5 on 2026-03-02 is a header: more characters are needed",
        None,
    ),
    (
        "diagnosis.not-billable",
        claim(diagnoses=("S52.501",)),
        "diagnoses[0]",
        "S52.501 on 2026-03-02 is a header: more characters are needed",
        None,
    ),
    (
        "diagnosis.not-billable",
        claim(diagnoses=("G35",)),
        "diagnoses[0]",
        "G35 on 2026-03-02 is a header: more characters are needed",
        None,
    ),
    (
        "diagnosis.seventh-character",
        claim(diagnoses=("M25.561", "W19.A")),
        "diagnoses[1]",
        "W19.A lacks the placeholder X",
        fixes.ReplaceDiagnosis(diagnosis="W19.A", replacement="W19.XXXA"),
    ),
    (
        "diagnosis.excludes1",
        claim(diagnoses=("F82", "R27.8")),
        "diagnoses[1]",
        "F82 and R27.8: the Excludes1 note at F82 keeps them apart",
        None,
    ),
    (
        "diagnosis.excludes1",
        claim(diagnoses=("M62.81", "M62.84")),
        "diagnoses[1]",
        "M62.81 and M62.84: the Excludes1 note at M62.81 keeps them apart",
        None,
    ),
    (
        "diagnosis.manifestation-first",
        claim(diagnoses=("F02.80", "G30.9")),
        "diagnoses[0]",
        "F02.80 is a manifestation: the disease it comes from stands before it",
        fixes.PutDiagnosisFirst(diagnosis="G30.9"),
    ),
    (
        "diagnosis.external-cause-first",
        claim(diagnoses=("W19.XXXA", "M25.561")),
        "diagnoses[0]",
        "W19.XXXA is an external cause, which is never the first diagnosis",
        fixes.PutDiagnosisFirst(diagnosis="M25.561"),
    ),
    (
        "diagnosis.unspecified-laterality",
        claim(diagnoses=("M25.519",)),
        "diagnoses[0]",
        "M25.519 leaves the side open; there are codes that name it",
        None,
    ),
    (
        "modifier.malformed",
        claim(line(modifiers=("GO", "G"))),
        "lines[0].modifiers[1]",
        "the modifier is not two letters or digits",
        None,
    ),
    (
        "modifier.unknown",
        claim(line(modifiers=("GO", "ZY"))),
        "lines[0].modifiers[1]",
        "ZY is not a modifier (by hcpcs-modifiers-2025q4, carried forward)",
        None,
    ),
    (
        "modifier.unknown",
        claim(line(modifiers=("GO", "ZY"), on=day("2025-03-03"))),
        "lines[0].modifiers[1]",
        "ZY is not a modifier",
        None,
    ),
    (
        "modifier.not-effective",
        claim(line(modifiers=("GO", "SZ"))),
        "lines[0].modifiers[1]",
        "SZ is not in force on 2026-03-02 (in force 2014-07-01 to 2017-12-31)",
        None,
    ),
    (
        "modifier.duplicate",
        claim(line(modifiers=("GO", "KX", "KX"))),
        "lines[0].modifiers",
        "KX is on the line twice",
        fixes.DropRepeatedModifiers(),
    ),
    (
        "modifier.too-many",
        claim(line(modifiers=("GO", "KX", "96", "LT", "CR"))),
        "lines[0].modifiers",
        "5 modifiers; a line holds 4",
        None,
    ),
    (
        "modifier.discipline-missing",
        claim(line(modifiers=())),
        "lines[0].modifiers",
        "97530 needs GO, the modifier of its discipline",
        fixes.AddModifier(modifier="GO", is_first=True),
    ),
    (
        "modifier.discipline-missing",
        claim(line("97129", modifiers=()), **PLANNED),
        "lines[0].modifiers",
        "97129 needs GO, the modifier of its discipline",
        fixes.AddModifier(modifier="GO", is_first=True),
    ),
    (
        "modifier.discipline-wrong",
        claim(line(modifiers=("GP",))),
        "lines[0].modifiers",
        "GP is physical-therapy's modifier; occupational-therapy has GO",
        fixes.ReplaceModifier(is_safe=False, modifier="GP", replacement="GO"),
    ),
    (
        "modifier.discipline-conflict",
        claim(line(modifiers=("GO", "GP"))),
        "lines[0].modifiers",
        "GO and GP on one line: one discipline only",
        None,
    ),
    (
        "modifier.assistant-wrong",
        claim(line(modifiers=("GO", "CQ"))),
        "lines[0].modifiers",
        "CQ is for assistants of physical-therapy; occupational-therapy has CO",
        fixes.ReplaceModifier(modifier="CQ", replacement="CO"),
    ),
    (
        "modifier.assistant-without-discipline",
        claim(line(modifiers=("CO",))),
        "lines[0].modifiers",
        "CO needs GO beside it",
        fixes.AddModifier(modifier="GO", is_first=True),
    ),
    (
        "modifier.assistant-missing",
        claim(line(assistant_minutes=15)),
        "lines[0].modifiers",
        "1 unit of 97530 without CO is an assistant's",
        fixes.AddModifier(modifier="CO", is_first=False),
    ),
    (
        "modifier.assistant-unsupported",
        claim(line(assistant_minutes=0, modifiers=("GO", "CO"))),
        "lines[0].modifiers",
        "1 unit of 97530 with CO; by the minutes 0 units can be an assistant's",
        fixes.RemoveModifier(is_safe=False, modifier="CO"),
    ),
    (
        "modifier.threshold-missing",
        claim(**yearly("2480.00")),
        "lines[0].modifiers",
        "with this line 2505.05 USD or more are allowed in 2026; the threshold is 2480.00 USD",
        fixes.AddModifier(is_safe=False, modifier="KX", is_first=False),
    ),
    (
        "modifier.threshold-early",
        claim(line(modifiers=("GO", "KX")), **yearly("0.00")),
        "lines[0].modifiers",
        "with this line 35.07 USD are allowed in 2026, which is not above the threshold of 2480.00 USD",
        None,
    ),
    (
        "modifier.conflict",
        claim(line(modifiers=("GO", "59", "XE"))),
        "lines[0].modifiers",
        "59 and XE do not stand on one line",
        None,
    ),
    (
        "modifier.conflict",
        claim(line(modifiers=("GO", "96", "97"))),
        "lines[0].modifiers",
        "96 and 97 do not stand on one line",
        None,
    ),
    (
        "modifier.conflict",
        claim(line(modifiers=("GO", "KX", "GA"))),
        "lines[0].modifiers",
        "GA and KX do not stand on one line",
        None,
    ),
    (
        "modifier.order",
        claim(line(modifiers=("KX", "GO"))),
        "lines[0].modifiers",
        "the order is usually GO KX",
        fixes.SortModifiers(modifiers=("GO", "KX")),
    ),
    (
        "modifier.not-for-therapy",
        claim(line(modifiers=("GO", "25"))),
        "lines[0].modifiers",
        "25 does not go with therapy such as 97530",
        fixes.RemoveModifier(modifier="25"),
    ),
    (
        "modifier.not-for-therapy",
        claim(line(modifiers=("GO", "51"))),
        "lines[0].modifiers",
        "51 does not go with therapy such as 97530",
        fixes.RemoveModifier(modifier="51"),
    ),
    (
        "revenue.discipline-mismatch",
        hospital(line(revenue_code="0430", modifiers=("GP",), on=PAST)),
        "lines[0].revenue_code",
        "revenue code 0430 is occupational-therapy's, of the modifier GO; the line has GP",
        None,
    ),
    (
        "place.unknown",
        claim(line(place="28")),
        "lines[0].place",
        "28 is not a place of service (by pos-2024, carried forward)",
        None,
    ),
    (
        "place.not-effective",
        claim(line(place="10", on=day("2021-12-31"))),
        "lines[0].place",
        "place 10 is not in force on 2021-12-31 (in force 2022-01-01 to now)",
        None,
    ),
    (
        "place.unusual",
        claim(line(place="21")),
        "lines[0].place",
        "therapy of the setting practitioner is not usually paid at place 21 (by pos-2024, carried forward)",
        None,
    ),
    (
        "telehealth.not-eligible",
        claim(line("97550", minutes=30, place="10", on=PAST)),
        "lines[0].procedure",
        "97550 is not on the telehealth list of 2024-07-01",
        None,
    ),
    (
        "telehealth.modifier-missing",
        hospital(line(place="10", on=PAST)),
        "lines[0].modifiers",
        "place 10 is telehealth, which 95 says to Medicare Part B",
        fixes.AddModifier(is_safe=False, modifier="95", is_first=False),
    ),
    (
        "telehealth.place-mismatch",
        claim(line(modifiers=("GO", "95"))),
        "lines[0].place",
        "the line has a telehealth modifier; its place is 11, which is none of telehealth",
        None,
    ),
    (
        "units.not-positive",
        claim(line(units=0)),
        "lines[0].units",
        "0 units: a line bills whole units, one or more",
        None,
    ),
    (
        "units.not-positive",
        claim(line(units=Decimal("1.5"))),
        "lines[0].units",
        "1.5 units: a line bills whole units, one or more",
        None,
    ),
    (
        "units.above-minutes",
        claim(line(units=2)),
        "lines[0].units",
        "2 units of 97530 billed; 15 timed minutes allow 1 unit",
        fixes.SetUnits(units=1),
    ),
    (
        "units.below-minutes",
        claim(line(minutes=38)),
        "lines[0].units",
        "1 unit of 97530 billed; 38 timed minutes allow 3 units",
        fixes.SetUnits(is_safe=False, units=3),
    ),
    (
        "units.minutes-missing",
        claim(line(minutes=None, empty_fields=["minutes"])),
        "lines[0].minutes",
        "97530 is timed and its minutes are empty: nothing to judge",
        None,
    ),
    (
        "units.untimed-multiple",
        claim(line("G0283", units=2)),
        "lines[0].units",
        "2 units of G0283, which is billed once a day or session",
        fixes.SetUnits(is_safe=False, units=1),
    ),
    (
        "units.untimed-multiple",
        claim(line("97150", units=3)),
        "lines[0].units",
        "3 units of 97150, which is billed once a day or session",
        fixes.SetUnits(is_safe=False, units=1),
    ),
    (
        "units.above-limit",
        claim(line(units=7, minutes=105)),
        "lines[0].units",
        "7 units of 97530 on 2026-03-02; the limit is 6",
        None,
    ),
    (
        "units.split-lines",
        claim(line(), line()),
        "lines[1].procedure",
        "97530 is timed and stands on another line of 2026-03-02, too",
        None,
    ),
    (
        "pair.modifier-unneeded",
        claim(line("97140", modifiers=("GO", "59")), line()),
        "lines[0].modifiers",
        (
            "no pair in force asks for 59 on 97140 beside the lines of 2026-03-02"
            " (by ncci-ptp-2024q3, carried forward)"
        ),
        fixes.RemoveModifier(is_safe=False, modifier="59"),
    ),
    ("plan.missing", claim(empty_fields=["plan_of_care"]), "plan_of_care", "no plan of care is given", None),
    (
        "plan.certification-expired",
        claim(line(on=day("2026-04-05")), **PLANNED),
        "lines[0].on",
        "the plan of care was certified from 2026-01-05 to 2026-04-04, not on 2026-04-05",
        None,
    ),
    (
        "plan.progress-report-due",
        claim(**treated(10)),
        "lines[0].on",
        "2026-03-02 is treatment day 11 since the first one; a report is due after 10",
        None,
    ),
    (
        "evaluation.level-unsupported",
        claim(line("97166"), **EVALUATED),
        "lines[0].procedure",
        (
            "97166 is of moderate complexity; profile and history brief: up to low complexity;"
            " performance deficits 3: up to moderate complexity; decision making low: up to low complexity;"
            " the lowest of them decides: low, 97165"
        ),
        fixes.ReplaceProcedure(is_safe=False, procedure="97165"),
    ),
    (
        "record.minutes-missing",
        claim(**noted(empty_fields=["timed_minutes"])),
        "treatment_notes[0].timed_minutes",
        "the note of 2026-03-02 has no timed minutes",
        None,
    ),
    (
        "record.units-disagree",
        claim(line(minutes=None), **noted(23)),
        "lines[0].units",
        "1 unit is billed; the 23 timed minutes of the treatment note are 2 units",
        None,
    ),
    (
        "line.duplicate",
        claim(line(), line()),
        "lines[1].procedure",
        "97530 on 2026-03-02 stands on another line with the same modifiers",
        None,
    ),
    (
        "line.charge-missing",
        claim(line(charge_usd=Decimal(0))),
        "lines[0].charge_usd",
        "the line has no charge",
        None,
    ),
    (
        "line.charge-missing",
        claim(line(charge_usd=None, empty_fields=["charge_usd"])),
        "lines[0].charge_usd",
        "the line has no charge",
        None,
    ),
    (
        "claim.referrer-missing",
        claim(empty_fields=["referring_npi"]),
        "referring_npi",
        "nobody is named who ordered or certified the therapy",
        None,
    ),
    (
        "claim.filed-late",
        claim(line(on=PAST), submitted_on=day("2025-07-02")),
        "lines[0].on",
        "submitted on 2025-07-02, over 12 months after the service of 2024-07-01",
        None,
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "path", "message", "fix"), SAID, ids=[each[0] for each in SAID])
def test_a_finding_says_where_and_what_and_how_to_mend_it(rule, wrong, path, message, fix) -> None:
    each = [finding for finding in otcodes.check(wrong) if finding.rule == rule]
    assert (path, message, fix) in [(finding.path, finding.message, finding.fix) for finding in each]


def test_every_rule_has_its_words_here() -> None:
    """But for those of pairs, which are below, and of two claims."""
    rest = {"pair.never-together", "pair.modifier-needed", "claim.duplicate"}
    assert {each[0] for each in SAID} == {rule.id for rule in rules.CATALOGUE} - rest


# What these say depends on the other lines.
OF_THE_WHOLE = {
    *("modifier.threshold-missing", "modifier.threshold-early"),
    *("procedure.mutually-exclusive", "plan.progress-report-due"),
}
OF_LINES = [each for each in SAID if each[2].startswith("lines[") and each[0] not in OF_THE_WHOLE]


@pytest.mark.parametrize(("rule", "wrong", "path", "message"), [each[:4] for each in OF_LINES])
def test_lines_that_stand_before_change_nothing_but_the_number(rule, wrong, path, message) -> None:
    """A line that is right, one whose code is not known and one that says little, each of another day."""
    before = (
        DOS - dt.timedelta(days=7) if wrong.lines[0].on == DOS else wrong.lines[0].on + dt.timedelta(days=7)
    )
    others = [
        line(on=before, modifiers=("GO", "59")),
        line("99213", on=before + dt.timedelta(days=1), modifiers=("ZZ",), place="99"),
        otcodes.ServiceLine("97535", on=before + dt.timedelta(days=2), units=1, modifiers=("GO",)),
        line("97018", on=before + dt.timedelta(days=3), modifiers=("GO",)),
    ]
    charged = [attrs.evolve(each, allowed_usd=Decimal(0)) for each in others]
    more = attrs.evolve(wrong, lines=(*charged, *wrong.lines))
    number = int(path[len("lines[") : path.index("]")])
    moved = path.replace(f"[{number}]", f"[{number + len(others)}]", 1)
    said = {(finding.path, finding.message) for finding in otcodes.check(more) if finding.rule == rule}
    assert (moved, message) in said


def bare(**facts) -> otcodes.ServiceLine:
    return otcodes.ServiceLine("97530", on=DOS, units=2, modifiers=("GO",), **facts)


LATE = day("2031-03-01")
PLACES = ("place.unknown", "place.not-effective", "place.unusual")
TELEHEALTH = ("telehealth.not-eligible", "telehealth.modifier-missing", "telehealth.place-mismatch")
ASSISTANTS = ("modifier.assistant-missing", "modifier.assistant-unsupported")
MINUTES = ("units.above-minutes", "units.below-minutes")
DIAGNOSES = tuple(
    f"diagnosis.{each}" for each in ("unknown", "seventh-character", "not-effective", "not-billable")
)
PAIRS = ("pair.never-together", "pair.modifier-needed", "pair.modifier-unneeded")
OF_A_CODE = (
    *("unknown", "not-effective", "not-occupational-therapy", "invalid-for-payer", "not-covered"),
    *("bundled", "add-on-without-primary", "evaluation-repeated", "mutually-exclusive"),
)
NO_DAY = "a line of the input could not be read, so no day is known whole"

# Rules, claim, and the path and the reason of what they could not judge.
UNJUDGED = [
    (PLACES + TELEHEALTH, claim(bare()), "lines[0].place", "the place of service is not given"),
    (["units.minutes-missing"], claim(bare()), "lines[0].minutes", "minutes is not given"),
    (["line.charge-missing"], claim(bare()), "lines[0].charge_usd", "charge_usd is not given"),
    (
        ASSISTANTS, claim(bare()), "lines[0].assistant_minutes",
        "an assistant's part of the minutes is not given",
    ),
    (
        ASSISTANTS, claim(line(assistant_minutes=30)), "lines[0].assistant_minutes",
        "an assistant's part is given as more than all minutes",
    ),
    (
        ASSISTANTS, claim(line(units=0)), "lines[0].assistant_minutes",
        "the units of a line are no whole number above zero",
    ),
    (MINUTES, claim(line(units=0)), "lines[0].units", "the units of a line are no whole number above zero"),
    (MINUTES, claim(bare()), "lines[0].minutes", "the minutes of a timed line are not given"),
    (
        MINUTES, claim(line(), line("99213")), "lines[1].procedure",
        f"99213 is not known on {DOS}, and its minutes may be of the day's",
    ),
    (
        ["units.above-minutes"],
        claim(line("97112", minutes=24, units=2), line("97110", minutes=23, units=2), payer="tricare"),
        "lines[0].units", "above what one method allows; how TRICARE counts is not on board",
    ),
    (["record.units-disagree"], claim(), "treatment_notes", "no treatment note of the day is given"),
    (
        ["record.units-disagree"], claim(**noted()), "treatment_notes[0].timed_minutes",
        "the timed minutes of the note are not given",
    ),
    *(
        (["record.minutes-missing"], claim(**noted()), f"treatment_notes[0].{field}", f"{field} is not given")
        for field in ("timed_minutes", "total_minutes")
    ),
    *(
        ([rule], claim(), field, f"{field} is not given")
        for rule, field in [
            ("modifier.threshold-missing", "therapy_year_to_date_usd"), ("claim.duplicate", "patient"),
            ("claim.referrer-missing", "referring_npi"), ("claim.filed-late", "submitted_on"),
            ("plan.missing", "plan_of_care"), ("plan.certification-expired", "plan_of_care"),
            ("plan.progress-report-due", "plan_of_care"), ("record.minutes-missing", "treatment_notes"),
        ]
    ),
    (
        ["claim.duplicate"], claim(empty_fields=["patient"]), "patient",
        "the patient is empty, so no other claim is known to be theirs",
    ),
    (
        ["claim.filed-late"], claim(empty_fields=["submitted_on"]), "submitted_on",
        "the day of submission is empty",
    ),
    (
        ["modifier.threshold-missing"], claim(empty_fields=["therapy_year_to_date_usd"]),
        "therapy_year_to_date_usd", "the allowed charges of the year before the claim are empty",
    ),
    (
        ["modifier.threshold-missing"], claim(line(on=day("2027-03-01")), **yearly("2470")), "lines[0].on",
        "the threshold of 2027 is not on board",
    ),
    (
        ["plan.certification-expired"], claim(plan_of_care=otcodes.PlanOfCare()), "plan_of_care",
        "since when the plan of care is certified is not given",
    ),
    (
        ["plan.progress-report-due"], claim(**PLANNED), "plan_of_care",
        "the treatment days or the progress reports of the plan are not given",
    ),
    (
        ["evaluation.level-unsupported"], claim(line("97166")), "treatment_notes",
        "the components of the evaluation are not given",
    ),
    (
        ["revenue.discipline-mismatch"], hospital(line(revenue_code="0999")), "lines[0].revenue_code",
        f"whose revenue code 0999 is on {DOS} is not on board",
    ),
    (
        [f"procedure.{each}" for each in OF_A_CODE] + list(PAIRS), claim(line("99213")), "lines[0].procedure",
        f"99213 on {DOS} is outside the coverage of the table of procedures",
    ),
    (
        PLACES, claim(line(on=LATE)), "lines[0].place",
        "place 11 on 2031-03-01 is outside the coverage of the table of places",
    ),
    (
        ["telehealth.not-eligible", "telehealth.place-mismatch"], claim(line(on=LATE)), "lines[0].modifiers",
        "GO on 2031-03-01 is outside the coverage of the table of modifiers",
    ),
    (
        ["modifier.unknown", "modifier.not-effective"], claim(line(on=LATE, modifiers=("GO", "KX"))),
        "lines[0].modifiers[1]", "KX on 2031-03-01 is outside the coverage of the table of modifiers",
    ),
    (
        ["modifier.discipline-wrong", "modifier.discipline-conflict"], claim(line(on=LATE)),
        "lines[0].modifiers",
        "the modifiers of occupational-therapy on 2031-03-01 are out of coverage",
    ),
    (
        DIAGNOSES, claim(line(on=LATE)), "diagnoses[0]",
        "M62.81 on 2031-03-01 is outside the coverage of the table of diagnoses",
    ),
    (
        DIAGNOSES, attrs.evolve(claim(), lines=()), "lines", "a claim without lines has no day of service",
    ),
    (
        ["procedure.not-covered", "procedure.bundled"], claim(line(on=day("2019-03-01"))),
        "lines[0].procedure", "the fee schedule's status of 97530 on 2019-03-01 is not on board",
    ),
    (
        ["units.above-limit"], claim(line(on=day("2019-03-01"))), "lines[0].units",
        "the unit limit of 97530 on 2019-03-01 is not on board",
    ),
    (
        PAIRS, claim(line("97150"), line(), payer="medicaid"), "lines",
        "the table of pairs of Medicaid is not on board",
    ),
    (
        (*PAIRS, *ASSISTANTS, *MINUTES, "units.above-limit", "units.split-lines", "record.units-disagree"),
        attrs.evolve(claim(), lost_lines=1), "lines", NO_DAY,
    ),
    (
        ["claim.filed-late"], attrs.evolve(hospital(submitted_on=day("2028-01-01")), lost_lines=1), "lines",
        NO_DAY,
    ),
    (
        TELEHEALTH, claim(line(on=LATE, place="10", modifiers=())), "lines[0].place",
        "place 10 on 2031-03-01 is outside the coverage of the table of places",
    ),
    (
        TELEHEALTH[1:], claim(line(on=day("2020-02-28"), place="02")), "lines[0].place",
        "how telehealth of 2020-02-28 was billed is not on board",
    ),
    (
        ["telehealth.not-eligible"], claim(line("97140", place="10", on=PAST)), "lines[0].procedure",
        "whether 97140 is on the telehealth list of 2024-07-01 is not on board",
    ),
    (
        PAIRS[:2], claim(line("97150", on=PAST), line(on=PAST, **PHYSICAL)), "lines[0].procedure",
        "whether one provider furnished the lines of both disciplines is not given",
    ),
    (
        PAIRS[2:], claim(line("97537", modifiers=("GO", "59")), line(**PHYSICAL)), "lines[0].modifiers",
        "whether one provider furnished the lines of both disciplines is not given",
    ),
    (
        ["modifier.threshold-missing"], claim(line("97039", minutes=None), **yearly("100")),
        "lines[0].allowed_usd", "what is allowed for 97039 is not given, and not on board",
    ),
    (
        ["modifier.threshold-missing"],
        claim(line(on=day("2025-12-31")), line(on=day("2026-01-02")), **yearly("100")),
        "therapy_year_to_date_usd", "the allowed charges of 2026 before the claim are not given",
    ),
    (
        ["record.units-disagree"], claim(line(), line("99213", minutes=1), **noted(15, 20)),
        "lines[1].procedure", f"99213 is not known on {DOS}, and its minutes may be of the day's",
    ),
    *(
        ([rule], claim(empty_fields=["plan_of_care"]), "plan_of_care", "no plan of care is given")
        for rule in ("plan.certification-expired", "plan.progress-report-due")
    ),
    (
        ["plan.certification-expired"],
        claim(line(on=day("1999-01-05")), plan_of_care=otcodes.PlanOfCare(certified_from=day("1999-01-01"))),
        "plan_of_care", "the rule for plans of care of 1999-01-05 is not on board",
    ),
    (
        ["procedure.add-on-without-primary", "procedure.mutually-exclusive"],
        attrs.evolve(claim(line("98981", minutes=20)), lost_lines=1), "lines", NO_DAY,
    ),
    (
        TELEHEALTH[1:], claim(line(place=None, modifiers=("GO", "95"))), "lines[0].place",
        "the place of service is not given",
    ),
    (
        ["modifier.threshold-missing"], claim(line("99213"), **yearly("100")), "lines[0].procedure",
        f"99213 on {DOS} is outside the coverage of the table of procedures",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("unable", "given", "path", "reason"), UNJUDGED, ids=[each[3] for each in UNJUDGED])
def test_what_could_not_be_judged_says_where_and_why(unable, given, path, reason) -> None:
    noted_ = {(each.rule, each.path, each.reason) for each in otcodes.check(given).not_checked}
    assert {(rule, path, reason) for rule in unable} <= noted_
    assert not set(unable) & {finding.rule for finding in otcodes.check(given)}


def test_what_is_carried_forward_is_a_warning_at_most_and_says_so() -> None:
    finding = found(claim(line(modifiers=("GO", "ZY"))))["modifier.unknown"]
    assert (finding.severity, finding.carried_forward) == (otcodes.Severity.WARNING, True)
    before = found(claim(line(modifiers=("GO", "ZY"), on=day("2025-03-03"))))["modifier.unknown"]
    assert (before.severity, before.carried_forward) == (otcodes.Severity.ERROR, False)


def test_a_finding_tells_where_the_input_had_it() -> None:
    given = claim(
        line(modifiers=(), source="line 7"), diagnoses=("Z50.1",), id="A1", file="week.csv",
        source="line 6", diagnoses_source="line 5", empty_fields=["referring_npi"],
    )  # fmt: skip
    each = {rule: (finding.position, finding.line) for rule, finding in found(given).items()}
    assert each["modifier.discipline-missing"] == ("line 7", 0)
    assert each["diagnosis.unknown"] == ("line 5", None)
    assert each["claim.referrer-missing"] == ("line 6", None)
    assert {(finding.claim, finding.file) for finding in otcodes.check(given)} == {("A1", "week.csv")}


def test_a_rule_that_fails_is_named_with_the_line_that_raised() -> None:
    @rules.rule("acme.broken", severity="warning")
    def rule_has_no_bug(line, /, _context):
        """The rule has no bug."""
        yield from {}[line]

    with pytest.raises(otcodes.RuleFailedError) as caught:
        otcodes.check(claim(id="A1"), rules=rule_has_no_bug)
    error = caught.value
    assert (error.rule, error.claim, error.error) == ("acme.broken", "A1", "KeyError")
    file, _, number = error.where.rpartition(":")
    assert (file, int(number)) == (__file__, rule_has_no_bug.function.__code__.co_firstlineno + 3)


CHARGED = rules.preset("commercial").select("line.charge-missing").rules[0]


def test_a_rule_under_a_condition_says_it() -> None:
    def is_at_home(line, _context):
        """The service was at home.

        Or so the line says.
        """
        return line.place == "12"

    says = CHARGED.statement
    assert rules.when(is_at_home, CHARGED).statement == f"When The service was at home: {says}"
    assert rules.unless(is_at_home, CHARGED).statement == f"Unless The service was at home: {says}"
    assert rules.when(lambda *_: True, CHARGED).statement == f"When a condition holds: {says}"
    named = rules.payer_is("va", "tricare")
    assert rules.unless(named, CHARGED).statement == f"Unless the payer is va or tricare: {says}"


def test_rules_that_are_joined_keep_what_each_needs() -> None:
    medicaid, commercial = rules.preset("medicaid"), rules.preset("commercial")
    assert {rule.id for rule in (commercial | medicaid).rules} == {rule.id for rule in commercial} | {
        rule.id for rule in medicaid
    }
    pending = (commercial.select("units") | medicaid).pending
    assert pending
    assert [rule.id for rule in pending] == [rule.id for rule in medicaid.pending]
    assert str(commercial.select("line.charge-missing")) == f"line.charge-missing: {CHARGED.statement}"
    with pytest.raises(ValueError, match=r"a rule's id is used once: line\.charge-missing"):
        rules.RuleSet((CHARGED, CHARGED))


def test_any_of_holds_where_one_of_its_rules_does() -> None:
    known = rules.preset("commercial").select("place.unknown").rules[0]
    free = line(charge_usd=Decimal(0))

    def ids(*lines: otcodes.ServiceLine) -> list[str]:
        return [each.path for each in otcodes.check(claim(*lines), rules=rules.any_of(CHARGED, known))]

    assert ids(attrs.evolve(free, place="98")) == ["lines[0].charge_usd"]
    assert ids(free) == ids(line(place="98")) == []


def test_a_rule_that_another_one_asks_notes_what_it_could_not_judge() -> None:
    known = rules.preset("commercial").select("place.unknown").rules[0]
    (entry,) = otcodes.check(claim(line(place=None)), rules=rules.any_of(known, CHARGED)).not_checked
    assert (entry.rule, entry.path) == ("place.unknown", "lines[0].place")
    assert entry.reason == "the place of service is not given"


def test_the_medicare_manual_is_cited_by_chapter_and_section() -> None:
    cited = rules.citations._manual("section 20.2")
    assert cited == otcodes.Citation(
        "Medicare Claims Processing Manual (Pub. 100-04), chapter 5",
        "section 20.2",
        rules.citations.MANUALS,
        rules.citations.CMS,
    )
    assert cited.title == "Medicare Claims Processing Manual (Pub. 100-04), chapter 5"
    assert rules.presets._rules() == rules.CATALOGUE.rules


CO = ("GO", "CO")


@pytest.mark.parametrize(
    ("lines", "number", "severity", "message", "fix"),
    [
        (
            [line(units=3, minutes=45, assistant_minutes=15)], 0, "error",
            "1 unit of 97530 without CO is an assistant's", fixes.SplitLine(1, "CO"),
        ),
        (
            [line(units=4, minutes=60, assistant_minutes=30)], 0, "error",
            "2 units of 97530 without CO are an assistant's", fixes.SplitLine(2, "CO"),
        ),
        # 3 of 25 minutes are 12 percent, and less than the 4 of a tenth and one.
        (
            [line("97150", minutes=25, assistant_minutes=3)], 0, "warning",
            "1 unit of 97150 without CO is an assistant's by one of CMS's two methods",
            fixes.AddModifier("CO", is_safe=False),
        ),
        (
            [line("97150", units=2, minutes=30, assistant_minutes=30)], 0, "error",
            "2 units of 97150 without CO are an assistant's", fixes.AddModifier("CO"),
        ),
        # Of two lines of a code, the one of which the assistant has more.
        (
            [line(assistant_minutes=2), line(assistant_minutes=15)], 1, "error",
            "1 unit of 97530 without CO is an assistant's", fixes.AddModifier("CO"),
        ),
        (
            [line(units=3, minutes=45, assistant_minutes=15, modifiers=CO)], 0, "warning",
            "3 units of 97530 with CO; by the minutes 1 unit can be an assistant's",
            fixes.SplitLine(1, "CO", is_safe=False),
        ),
        (
            [line(assistant_minutes=2, modifiers=CO), line(assistant_minutes=0, modifiers=CO)], 1, "warning",
            "2 units of 97530 with CO; by the minutes 0 units can be an assistant's",
            fixes.RemoveModifier("CO", is_safe=False),
        ),
        # How long an untimed service was need not be known where it is all the therapist's.
        (
            [line("G0283", assistant_minutes=0, modifiers=CO)], 0, "warning",
            "1 unit of G0283 with CO; by the minutes 0 units can be an assistant's",
            fixes.RemoveModifier("CO", is_safe=False),
        ),
    ],
)  # fmt: skip
def test_whose_units_are_and_what_would_say_so(*, lines, number, severity, message, fix) -> None:
    each = [finding for finding in otcodes.check(claim(*lines)) if finding.rule in ASSISTANTS]
    said = [(finding.line, finding.severity, finding.message, finding.fix) for finding in each]
    assert said == [(number, severity, message, fix)]


@pytest.mark.parametrize("code", ["97530", "G0283"])
def test_whose_units_are_is_not_judged_without_minutes(code) -> None:
    lacking = line(code, minutes=None, assistant_minutes=5 if code == "G0283" else 0, modifiers=CO)
    report = otcodes.check(claim(lacking))
    reasons = {each.reason for each in report.not_checked if each.rule in ASSISTANTS}
    assert reasons == {"the minutes are not given"}


def test_a_code_whose_minutes_lack_keeps_no_other_one_from_being_judged() -> None:
    report = otcodes.check(claim(line(), line("97535", assistant_minutes=15)))
    assert [each.line for each in report if each.rule in ASSISTANTS] == [1]
    paths = {each.path for each in report.not_checked if each.rule in ASSISTANTS}
    assert paths == {"lines[0].assistant_minutes"}
    # But a first code and its add-on are counted as one.
    both = otcodes.check(claim(line("97129", assistant_minutes=15), line("97130")))
    assert not [each for each in both if each.rule in ASSISTANTS]


def test_claims_checked_one_after_the_other_are_each_judged_by_their_own_plan_and_setting() -> None:
    """What was learnt of one is kept for the next, which may differ in what is not on its lines."""
    each = line("97129", modifiers=())
    given = [claim(each, **PLANNED), claim(each), hospital(each), hospital(each, **PLANNED)]
    expected = [True, False, False, True]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2)):
        mine = rules.preset("medicare-b").select("modifier", "place")
        for number in order:
            report = otcodes.check(given[number], rules=mine)
            has = "modifier.discipline-missing" in {finding.rule for finding in report}
            assert has == expected[number]
            unjudged = {entry.rule for entry in otcodes.check(given[number], rules=mine).not_checked}
            assert unjudged == {entry.rule for entry in report.not_checked}


def test_of_what_was_met_that_stays_which_comes_back() -> None:
    recent = Recent[str, int](kept=4)
    for number, key in enumerate("abc"):
        recent[key] = number
    assert [recent[key] for key in "abc"] == [0, 1, 2]  # a and b are of the older half, and asked for anew
    assert recent["d"] is None
    for key in "xyxyxy":
        recent[key] = 7
        assert recent["c"] == 2  # asked for each time
    assert (recent["a"], recent["b"]) == (None, None)
    assert recent["x"] == recent["y"] == 7
    assert len(recent) <= 2


def test_a_finding_cites_what_its_rule_cites() -> None:
    cited = {rule.id: rule.cites for rule in rules.CATALOGUE}
    for _, wrong, *_ in SAID:
        assert {finding.rule: finding.citation for finding in otcodes.check(wrong)}.items() <= cited.items()


@pytest.mark.parametrize(
    ("wrong", "rule", "suggestions"),
    [
        (claim(line("97130")), "procedure.add-on-without-primary", ("97129",)),
        (claim(line("97161")), "procedure.not-occupational-therapy", ("97165",)),
        (claim(line("97014")), "procedure.invalid-for-payer", ("G0283",)),
        (claim(line("97003")), "procedure.not-effective", ("97165", "97166", "97167")),
        (claim(diagnoses=("M6.281",)), "diagnosis.malformed", ("M62.81",)),
        (claim(diagnoses=("M25.519",)), "diagnosis.unspecified-laterality", ("M25.511", "M25.512")),
        (claim(diagnoses=("F02.80", "G30.9")), "diagnosis.manifestation-first", ("G30.9",)),
    ],
)
def test_what_may_be_meant_is_suggested(wrong, rule, suggestions) -> None:
    assert found(wrong)[rule].suggestions == suggestions


@pytest.mark.parametrize(
    ("rule", "diagnoses", "paths"),
    [
        ("diagnosis.excludes1", ("M62.81", "Z50.1", "F82", "M54.50", "R27.8"), ["diagnoses[4]"]),
        ("diagnosis.excludes1", ("F82", "M62.81", "R27.8", "M62.84"), ["diagnoses[2]", "diagnoses[3]"]),
        ("diagnosis.excludes1", ("F82", "f82", "R27.8"), ["diagnoses[2]", "diagnoses[2]"]),
        ("diagnosis.unspecified-laterality", ("Z50.1", "M62.81", "M25.519"), ["diagnoses[2]"]),
        ("diagnosis.not-billable", ("Z50.1", "M62.81", "M54.5", "G35"), ["diagnoses[2]", "diagnoses[3]"]),
        ("diagnosis.unknown", ("M54.5", "Z50.1", "M62.81", "Z50.1"), ["diagnoses[1]", "diagnoses[3]"]),
        ("diagnosis.malformed", ("M62.81", "97530", "R27.8", "M6.281"), ["diagnoses[1]", "diagnoses[3]"]),
        ("diagnosis.not-effective", ("Z50.1", "M54.5", "T40.7X1D"), ["diagnoses[2]"]),
    ],
)
def test_each_diagnosis_is_looked_at_whatever_stands_before_it(rule, diagnoses, paths) -> None:
    report = otcodes.check(claim(diagnoses=diagnoses))
    assert [finding.path for finding in report if finding.rule == rule] == paths


def test_a_claim_of_two_days_is_told_twice_of_a_diagnosis_only_where_the_days_differ() -> None:
    lines = (line(on=day("2021-09-30")), line(on=day("2021-10-01")), line(on=day("2021-10-04")))
    report = otcodes.check(claim(*lines, diagnoses=("M54.50",)))
    each = [finding.message for finding in report if finding.rule == "diagnosis.not-effective"]
    assert each == ["M54.50 is not in force on 2021-09-30 (in force 2021-10-01 to now)"]
    pairs = otcodes.check(claim(line(), line(on=day("2026-03-03")), diagnoses=("F82", "R27.8")))
    assert len([finding for finding in pairs if finding.rule == "diagnosis.excludes1"]) == 1


def test_four_pointers_are_allowed_and_five_are_not_but_in_a_hospital() -> None:
    codes = ("M62.81", "R27.8", "R26.89", "M25.561", "M54.50")
    for count, given, is_wrong in ((4, claim, False), (5, claim, True), (5, hospital, False)):
        checked = given(line(diagnoses=codes[:count]), diagnoses=codes)
        assert ("diagnosis.pointer-invalid" in found(checked)) == is_wrong


@pytest.mark.parametrize(
    ("on", "submitted", "is_late"),
    [
        ("2024-11-30", "2025-12-01", False),  # 2025-11-30 is a Sunday
        ("2024-11-30", "2025-12-02", True),
        ("2024-12-31", "2025-12-31", False),
        ("2024-12-31", "2026-01-01", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", True),
    ],
)
def test_a_claim_is_late_after_a_calendar_year_and_its_weekend(on, submitted, is_late) -> None:
    report = otcodes.check(claim(line(on=day(on)), submitted_on=day(submitted)))
    assert ("claim.filed-late" in {finding.rule for finding in report}) == is_late


@pytest.mark.parametrize(
    ("number", "is_wrong"),
    [
        ("1234567893", False),
        ("1234567890", True),
        ("123456789", True),
        ("12345678901", True),
        ("123456789X", True),
    ],
)
def test_a_referrers_number_is_ten_digits_that_check(number, is_wrong) -> None:
    assert ("claim.referrer-missing" in found(claim(referring_npi=number))) == is_wrong


def test_a_rule_of_lines_asked_by_the_claim_is_asked_of_each_claim() -> None:
    known = rules.preset("commercial").select("place.unknown").rules[0]
    (split,) = rules.preset("medicare-b").select("units.split-lines")
    by_claim = rules.all_of(rules.each_line(known), rules.by_day(split))
    for place, rule in (("11", []), ("98", ["place.unknown"]), ("11", [])):
        assert [each.rule for each in otcodes.check(claim(line(place=place)), rules=by_claim)] == rule
    apart = claim(line(), line(on=day("2026-03-03")))
    assert not otcodes.check(apart, rules=by_claim).findings
    twice = claim(line(), line(), line(on=day("2026-03-03")))
    assert [each.path for each in otcodes.check(twice, rules=by_claim)] == ["lines[1].procedure"]
    with pytest.raises(ValueError, match=r"place\.unknown is a rule over each line, not over each day"):
        rules.by_day(known)
    with pytest.raises(ValueError, match=r"units\.split-lines is a rule over each day, not over each line"):
        rules.each_line(split)


def test_a_policy_that_names_no_rule_of_ours_is_refused_with_those_that_there_are() -> None:
    medicare = otcodes.payers.policy("medicare-b")
    with pytest.raises(otcodes.UnknownRuleError) as caught:
        otcodes.check(claim(), policy=attrs.evolve(medicare, severities={"units.colour": "error"}))
    assert caught.value.rule == "units.colour"
    assert caught.value.known == tuple(rule.id for rule in rules.CATALOGUE)


def test_pairs_of_diagnoses_of_which_the_editions_disagree_are_each_noted() -> None:
    report = otcodes.check(claim(line(on=day("2019-03-01")), diagnoses=("F82", "R27.8", "R27.9")))
    notes = [(each.path, each.reason) for each in report.not_checked if each.rule == "diagnosis.excludes1"]
    assert notes == [
        (f"diagnoses[{place}]", f"whether {one} and {two} exclude each other on 2019-03-01 is not on board")
        for place, one, two in ((1, "F82", "R27.8"), (2, "F82", "R27.9"), (2, "R27.8", "R27.9"))
    ]


def test_of_two_diseases_that_a_manifestation_may_come_from_the_record_tells_which() -> None:
    finding = found(claim(diagnoses=("F02.80", "M62.81", "G30.9", "G30.0")))["diagnosis.manifestation-first"]
    assert finding.fix == fixes.PutDiagnosisFirst("G30.9", is_safe=False)
    assert finding.suggestions == ("G30.9", "G30.0")
    early = claim(line(on=day("2012-03-01")), line(), diagnoses=("F02.80", "G30.9"))
    assert "diagnosis.manifestation-first" in found(early)


@pytest.mark.parametrize(("count", "is_wrong"), [(4, False), (5, True)])
def test_a_line_holds_four_modifiers(count, is_wrong) -> None:
    modifiers = ("GO", "KX", "59", "96", "CR")[:count]
    assert ("modifier.too-many" in found(claim(line(modifiers=modifiers)))) == is_wrong


def test_a_charge_of_a_cent_is_one_and_a_negative_one_is_none() -> None:
    for amount, is_wrong in (("0.01", False), ("0.00", True)):
        assert ("line.charge-missing" in found(claim(line(charge_usd=Decimal(amount))))) == is_wrong


AUTHORITY = "therapists are not among the practitioners of section 1834(m)"
LT, RT = ("GO", "LT"), ("GO", "RT")


@pytest.mark.parametrize(
    ("rule", "wrong", "severity", "path", "message"),
    [
        (
            "telehealth.not-eligible", claim(line(on=day("2020-02-28"), place="02")), "error", "lines[0].on",
            f"telehealth of occupational-therapy is not paid on 2020-02-28: {AUTHORITY}",
        ),
        # Of two units the one of less is reduced, and which it is nobody here knows.
        (
            "modifier.threshold-missing", claim(**yearly("2450")), "warning", "lines[0].modifiers",
            "with this line 2485.07 USD at most are allowed in 2026; the threshold is 2480.00 USD",
        ),
        (
            "modifier.threshold-missing", claim(line(allowed_usd=Decimal("30.01")), **yearly("2450")),
            "error", "lines[0].modifiers",
            "with this line 2480.01 USD are allowed in 2026; the threshold is 2480.00 USD",
        ),
        (
            "modifier.threshold-missing", claim(line("97039", minutes=None), **yearly("2500")),
            "error", "lines[0].modifiers",
            "with this line 2500 USD or more are allowed in 2026; the threshold is 2480.00 USD",
        ),
        (
            "modifier.threshold-missing", claim(line("97010", minutes=None), **yearly("2490")),
            "error", "lines[0].modifiers",
            "with this line 2490 USD or more are allowed in 2026; the threshold is 2480.00 USD",
        ),
        (
            "units.above-limit",
            claim(line(units=4, minutes=60), line("97140"), line(units=4, minutes=60)), "error",
            "lines[2].units", f"8 units of 97530 on {DOS}; the limit is 6",
        ),
        (
            "units.above-limit",
            claim(line("97110", on=day("2019-03-01")), line(units=7, minutes=105)), "error",
            "lines[1].units", f"7 units of 97530 on {DOS}; the limit is 6",
        ),
        (
            "units.above-limit", claim(line(units=7, minutes=105), payer="medicaid"), "warning",
            "lines[0].units", "7 units of 97530 on one line; the limit is 6",
        ),
        (
            "pair.modifier-needed",
            claim(line("29075", on=PAST, modifiers=LT), line("29125", on=PAST, modifiers=LT)), "error",
            "lines[1].modifiers",
            ("29125 is not paid beside 29075 on one day without a modifier such as 59,"
            " where the record shows separate services"),
        ),
        (
            "pair.modifier-unneeded", claim(line("97140", on=PAST, modifiers=("GO", "59")), line(on=PAST)),
            "warning", "lines[0].modifiers",
            "no pair in force asks for 59 on 97140 beside the lines of 2024-07-01",
        ),
        (
            "record.units-disagree", claim(**noted(30, 20)), "warning", "treatment_notes[0].timed_minutes",
            f"the note of {DOS} has 30 timed minutes, 20 in all",
        ),
        (
            "record.units-disagree", claim(**noted(16, 16)), "warning", "lines[0].minutes",
            f"the lines of {DOS} have 15 timed minutes, the treatment note has 16",
        ),
        (
            "procedure.not-occupational-therapy",
            claim(line("97032", discipline="speech-language-pathology", modifiers=("GN",))), "warning",
            "lines[0].procedure",
            ("97032 is not a code of speech-language-pathology;"
            " it belongs to occupational-therapy or physical-therapy"),
        ),
        (
            "claim.referrer-missing", claim(referring_npi="1234567890"), "warning", "referring_npi",
            "the number is no NPI: ten digits, the last of which checks the others",
        ),
    ],
)  # fmt: skip
def test_what_else_a_rule_may_say(rule, wrong, severity, path, message) -> None:
    each = [finding for finding in otcodes.check(wrong) if finding.rule == rule]
    assert (severity, path, message) in [(each.severity, each.path, each.message) for each in each]


@pytest.mark.parametrize(
    ("rule", "right"),
    [
        (PAIRS[1], claim(line("29075", on=PAST, modifiers=LT), line("29125", on=PAST, modifiers=RT))),
        (PAIRS[1], claim(line("97150", on=PAST, modifiers=("GO", "XE")), line(on=PAST))),
        (PAIRS[1], claim(line("97150", on=PAST), line(on=PAST, modifiers=("GO", "59")))),
        (PAIRS[2], claim(line("97150", on=PAST), line(on=PAST, modifiers=("GO", "59")))),
        (PAIRS[2], claim(line("97150", on=PAST, modifiers=("GO", "XE")), line(on=PAST))),
        # It may tell two lines of one code apart.
        (PAIRS[2], claim(line(on=PAST, modifiers=("GO", "59")), line(on=PAST))),
        ("record.units-disagree", claim(**noted(15, 15))),
        ("units.above-limit", claim(line(units=3, minutes=45), line("97140"), line(units=3, minutes=45))),
        ("modifier.threshold-missing", claim(line(allowed_usd=Decimal(30)), **yearly("2450"))),
    ],
)
def test_what_comes_near_and_is_right_is_judged_and_quiet(rule, right) -> None:
    report = otcodes.check(right)
    assert rule not in {each.rule for each in (*report.findings, *report.not_checked)}
