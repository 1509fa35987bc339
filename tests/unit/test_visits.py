"""Visits: what they refuse and hide, how they are read, the command `code`, and remote monitoring's codes."""

import datetime as dt
import json
import pickle
from decimal import Decimal

import pytest

import otcodes
from otcodes import FieldError, ReadError, Service, Visit, cli, readers
from otcodes.calc import monitoring_units

DOS = dt.date(2026, 3, 2)
YEAR = dt.date(2025, 3, 3)
SERVICE = {"procedure": "97530", "therapist_minutes": 30}
GOOD = {
    "id": "V1",
    "on": "2026-03-02",
    "payer": "medicare-b",
    "place": "11",
    "diagnoses": ["M62.81"],
    "services": [SERVICE],
}


# What they refuse.


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("procedure", 97530),
        ("procedure", None),
        ("therapist_minutes", -1),
        ("therapist_minutes", 7.5),
        ("therapist_minutes", None),
        ("assistant_minutes", "8"),
        ("together_minutes", True),
        ("units", 1.5),
        ("units", -1),
        ("days", "16"),
        ("days", -1),
        ("is_separate", "yes"),
        ("is_separate", 1),
        ("modifiers", "LT"),
        ("modifiers", (1,)),
        ("charge_usd", 45.0),
        ("charge_usd", "45.00"),
        ("allowed_usd", float("nan")),
        ("allowed_usd", Decimal("Infinity")),
    ],
)
def test_a_service_refuses_what_is_of_the_wrong_type(field, value) -> None:
    with pytest.raises(FieldError, match=rf"Service\.{field} should be ") as refused:
        Service(**{"procedure": "97530", field: value})
    assert (refused.value.record, refused.value.field) == ("Service", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("on", "2026-03-02"),
        ("on", dt.datetime(2026, 3, 2, tzinfo=dt.timezone.utc)),
        ("services", "97530"),
        ("services", Service("97530")),
        ("services", ("97530",)),
        ("payer", 1),
        ("setting", "office"),
        ("place", 11),
        ("discipline", "music-therapy"),
        ("discipline", None),
        ("diagnoses", "M62.81"),
        ("therapist", 7),
        ("assistant", 7),
        ("evaluation", {"profile": "brief"}),
        ("telehealth", "letter"),
        ("telehealth", True),
        ("plan_of_care", {}),
        ("therapy_year_to_date_usd", 1.5),
        ("patient", 12345),
        ("referring_npi", 1234567893),
        ("id", 1),
    ],
)
def test_a_visit_refuses_what_is_of_the_wrong_type(field, value) -> None:
    with pytest.raises(FieldError, match=rf"Visit\.{field} should be ") as refused:
        Visit(**{"on": DOS, field: value})
    assert refused.value.field == field


def test_who_was_there_is_shown_nowhere() -> None:
    names = {"patient": "Jane Doe", "therapist": "Lee Roe", "assistant": "Max Poe"}
    visit = Visit(on=DOS, services=(Service("97530", therapist_minutes=15),), **names)
    assert not [name for name in names.values() if name in repr(visit) or name in str(visit)]
    for field in names:
        with pytest.raises(FieldError, match="a value that is not shown") as refused:
            Visit(on=DOS, **{field: 987654})
        assert "987654" not in repr(refused.value) + str(refused.value)


def test_a_visit_takes_what_can_be_read_in_one_way_only() -> None:
    visit = Visit(
        on=DOS, services=[Service("97530")], diagnoses=["m62.81 "], telehealth="video", place=" 11 "
    )
    assert (visit.services, visit.diagnoses, visit.place) == ((Service("97530"),), ("M62.81",), "11")
    assert visit.telehealth is otcodes.TelehealthKind.VIDEO
    assert visit.discipline is otcodes.Discipline.OCCUPATIONAL_THERAPY
    assert pickle.loads(pickle.dumps(visit)) == visit  # noqa: S301 -- its own
    assert hash(visit)


@pytest.mark.parametrize(
    "error",
    [
        otcodes.UnconfirmedServiceError("dressing", ("97535",)),
        otcodes.UnconfirmedServiceError("x" * 200, ()),
        otcodes.CannotBillError(("first", "second")),
    ],
)
def test_errors_of_coding_survive_pickling(error) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- its own
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert isinstance(error, otcodes.OtcodesError)
    assert isinstance(error, ValueError)
    assert len(str(error)) < 150


# How they are read.


def read(content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return readers.read_visits(data, name="day.json")


@pytest.mark.parametrize("content", [{"visits": [GOOD]}, [GOOD], GOOD])
def test_the_three_forms(content) -> None:
    found = read(content)
    (visit,) = found.visits
    assert visit == Visit(
        id="V1",
        on=DOS,
        payer="medicare-b",
        place="11",
        diagnoses=("M62.81",),
        services=(Service("97530", therapist_minutes=30),),
    )
    assert (found.problems, found.notes) == ((), ())


def test_every_field_is_read() -> None:
    service = {
        **SERVICE,
        "assistant_minutes": 5,
        "together_minutes": "3",
        "units": 2,
        "days": 16,
        "is_separate": True,
        "modifiers": ["LT"],
        "charge_usd": "45.00",
        "allowed_usd": 31.07,
    }
    visit = {
        **GOOD,
        "services": [service],
        "setting": "outpatient-hospital",
        "discipline": "physical-therapy",
        "patient": "P1",
        "therapist": "Lee",
        "assistant": "Max",
        "evaluation": {"profile": "brief", "performance_deficits": 2, "decision_making": "low"},
        "telehealth": "audio",
        "plan_of_care": {"certified_from": "2026-02-02"},
        "therapy_year_to_date_usd": "2400.00",
        "referring_npi": "1234567893",
    }
    assert read(visit).visits == (
        Visit(
            id="V1",
            on=DOS,
            payer="medicare-b",
            place="11",
            diagnoses=("M62.81",),
            services=(
                Service(
                    "97530",
                    therapist_minutes=30,
                    assistant_minutes=5,
                    together_minutes=3,
                    units=2,
                    days=16,
                    is_separate=True,
                    modifiers=("LT",),
                    charge_usd=Decimal("45.00"),
                    allowed_usd=Decimal("31.07"),
                ),
            ),
            setting="outpatient-hospital",
            discipline="physical-therapy",
            patient="P1",
            therapist="Lee",
            assistant="Max",
            evaluation=otcodes.EvaluationComponents(
                profile="brief", performance_deficits=2, decision_making="low"
            ),
            telehealth="audio",
            plan_of_care=otcodes.PlanOfCare(certified_from=dt.date(2026, 2, 2)),
            therapy_year_to_date_usd=Decimal("2400.00"),
            referring_npi="1234567893",
        ),
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"on": "03/02/2026"}, "visits[1], on: expected a day as 2026-03-02, found '03/02/2026'"),
        ({"on": None}, "visits[1], on: expected a day as 2026-03-02"),
        (
            {"place": 11},
            "visits[1], place: expected text in quotation marks (a number may have lost its zeros)",
        ),
        ({"diagnoses": 5}, "visits[1], diagnoses: expected a list of codes, found 5"),
        ({"telehealth": "letter"}, "visits[1], telehealth: expected one of video, audio, found 'letter'"),
        ({"setting": "office"}, "visits[1], setting: expected one of practitioner, outpatient-hospital"),
        ({"services": "97530"}, "visits[1], services: expected a list of services"),
        ({"patient": 987654}, "visits[1], patient: expected text in quotation marks"),
        ({"therapist": 987654}, "visits[1], therapist: expected text in quotation marks"),
        (
            {"evaluation": {"profile": "brief"}},
            "visits[1], evaluation: expected profile, performance_deficits",
        ),
        ({"services": [SERVICE, 5]}, "visits[1].services[1]: expected an object"),
        ({"services": [{}]}, "visits[1].services[0], procedure: expected a code, or words for one"),
        ({"services": [{"procedure": 97530}]}, "visits[1].services[0], procedure: expected text"),
        (
            {"services": [{**SERVICE, "units": 1.5}]},
            "visits[1].services[0], units: expected a whole number, zero or more, found 1.5",
        ),
        ({"services": [{**SERVICE, "days": -1}]}, "visits[1].services[0], days: expected a whole number"),
        (
            {"services": [{**SERVICE, "assistant_minutes": -5}]},
            "visits[1].services[0], assistant_minutes: expected whole minutes, zero or more, found -5",
        ),
        (
            {"services": [{**SERVICE, "is_separate": "yes"}]},
            "visits[1].services[0], is_separate: expected true or false, found 'yes'",
        ),
        (
            {"services": [{**SERVICE, "charge_usd": "12,50"}]},
            "visits[1].services[0], charge_usd: expected an amount in US dollars as 120.00, found '12,50'",
        ),
    ],
)
def test_what_is_wrong_is_listed_and_the_others_come_through(changes, problem) -> None:
    found = read({"visits": [GOOD, {**GOOD, "id": "V2", **changes}, {**GOOD, "id": "V3"}]})
    assert [visit.id for visit in found.visits] == ["V1", "V3"]
    (said,) = map(str, found.problems)
    assert said.startswith(f"day.json, {problem}")
    assert said.endswith("(claim V2)")
    assert "987654" not in said
    assert found.problems[0].file == "day.json"


def test_all_that_is_wrong_with_a_visit_is_listed() -> None:
    bad = {**GOOD, "on": "soon", "place": 11, "services": [{"procedure": 1}, {**SERVICE, "units": "two"}]}
    found = read([bad])
    assert not found.visits
    assert [each.field for each in found.problems] == ["procedure", "units", "on", "place"]


def test_keys_that_are_not_read_are_noted() -> None:
    found = read(
        {"clinic": "x", "visits": [{**GOOD, "weather": "fine", "services": [{**SERVICE, "minutes": 30}]}]}
    )
    assert len(found.visits) == 1
    assert sorted(found.notes) == [
        "day.json, the file: not read: 'clinic'",
        "day.json, visits[0].services[0]: not read: 'minutes'",
        "day.json, visits[0]: not read: 'weather'",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[{"on": "2026-03-02", "on": "2026-03-03"}]', "visits[0], 'on': expected each key once"),
        ('{"on": "2026-03-02", "on": "2026-03-03"}', "visits[0], 'on': expected each key once"),
        (
            '[{"on": "2026-03-02", "services": [{"procedure": "97530", "procedure": "97535"}]}]',
            "visits[0].services[0], 'procedure': expected each key once",
        ),
        ("[5]", "visits[0]: expected an object"),
    ],
)
def test_a_key_that_stands_twice(text, place) -> None:
    found = read(text.encode())
    assert not found.visits
    assert [str(problem) for problem in found.problems] == [f"day.json, {place}"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1, column 1"),
        (b"{", "line 1, column 2"),
        (b"\xff\xfe", "byte 0: expected UTF-8"),
        (b"[NaN]", "NaN"),
        (b"5", 'expected {"visits": [...]}, a list of visits, or a visit'),
        (b"[]", 'expected {"visits"'),
        (b'{"visits": []}', 'expected {"visits"'),
        (b'{"visits": 5}', 'expected {"visits"'),
        (b'{"visits": [], "visits": [{}]}', 'expected {"visits"'),
        (b"[" * 100_000, "too deeply"),
    ],
)
def test_what_is_no_file_of_visits(content, says) -> None:
    with pytest.raises(ReadError) as refused:
        read(content)
    assert says in str(refused.value)
    assert str(refused.value).startswith("day.json: ")


def test_a_byte_order_mark_is_forgiven() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()).visits


# The command.


@pytest.fixture
def code(tmp_path, capsys):
    def run(content, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "day.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        status = cli.main(["code", str(path), *options])
        return status, *capsys.readouterr()

    return run


def test_the_command_in_text(code) -> None:
    status, out, err = code(
        {**GOOD, "services": [{**SERVICE, "therapist_minutes": 10, "assistant_minutes": 13}]}
    )
    assert (status, err) == (0, "")
    assert out.splitlines()[:3] == ["V1: M62.81", "  97530  1  GO", "  97530  1  GO CO"]
    assert "    23 timed minutes allow 2 units" in out.splitlines()


def test_the_command_says_what_may_be_chosen_what_is_left_out_and_what_to_look_at(code) -> None:
    services = [{"procedure": each, "therapist_minutes": 20} for each in ("97112", "97110", "97010")]
    status, out, _ = code({**GOOD, "services": services, "place": "21"})
    assert status == 1
    assert "    or another choice among 97112, 97110" in out
    assert "    97010 is not billed: Medicare Part B pays it with other services" in out
    assert "    look at lines[0].place: " in out


def test_the_command_in_json_is_a_file_of_claims(code) -> None:
    status, out, err = code({**GOOD, "patient": "P1"}, "--format", "json")
    assert (status, err) == (0, "")
    (claim,) = json.loads(out)["claims"]
    assert {"steps", "alternatives", "left_out", "warnings", "lines", "patient"} <= set(claim)
    assert claim["steps"][0]["text"] == "30 timed minutes allow 2 units"
    assert claim["steps"][0]["citation"]["section"] == "section 20.2"
    batch = readers.read_json(out.encode(), name="coded.json")
    assert not batch.problems
    (read_again,) = batch.claims
    (visit,) = read({**GOOD, "patient": "P1"}).visits
    assert read_again == otcodes.code_visit(visit).claim
    assert otcodes.check(read_again).is_clean


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"on": "soon"},
            "otcodes: day.json, visits[1], on: expected a day as 2026-03-02, found 'soon' (claim V2)",
        ),
        ({"diagnoses": []}, "otcodes: day.json: V2: the visit cannot be billed: diagnosis.missing"),
        ({"payer": "acme"}, "otcodes: day.json: V2: no payer policy named 'acme'"),
        (
            {"services": [{"procedure": "dressing training"}]},
            "otcodes: day.json: V2: 'dressing training' is no procedure code; perhaps 97535",
        ),
        (
            {"services": [{"procedure": "97003"}]},
            "otcodes: day.json: V2: '97003' of the table procedures is not",
        ),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_visit_that_becomes_no_claim_is_a_complaint_and_not_the_end(code, changes, says, form) -> None:
    status, out, err = code([GOOD, {**GOOD, "id": "V2", **changes}, {**GOOD, "id": "V3"}], "--format", form)
    assert status == 2
    assert err.startswith(says)
    assert err.count("\n") == 1
    assert "V1" in out
    assert "V3" in out


def test_the_command_codes_for_another_payer(code) -> None:
    _, out, _ = code(GOOD, "--payer", "commercial")
    assert out.splitlines()[1] == "  97530  2"


def test_the_command_on_what_it_cannot_read(code, tmp_path, capsys) -> None:
    status, out, err = code("nonsense")
    assert (status, out) == (2, "")
    assert err.startswith("otcodes: day.json: line 1, column 1")
    assert cli.main(["code", str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_the_command_notes_what_it_does_not_read(code) -> None:
    status, _, err = code({**GOOD, "weather": "fine"})
    assert (status, err) == (0, "otcodes: note: day.json, visits[0]: not read: 'weather'\n")


def test_the_command_shows_nobody(code) -> None:
    names = {"patient": "Jane Doe", "therapist": "Lee Roe", "assistant": "Max Poe"}
    out = "".join(str(each) for each in code([{**GOOD, **names}, {**GOOD, **names, "diagnoses": []}]))
    assert not [name for name in names.values() if name in out]


# Remote monitoring.


@pytest.mark.parametrize(
    ("code", "amount", "on", "expected"),
    [
        ("98977", 16, YEAR, {"98977": 1}),
        ("98977", 15, YEAR, {}),
        ("98977", 31, DOS, {}),
        ("98977", 15, DOS, {"98985": 1}),
        ("98984", 30, DOS, {"98976": 1}),
        ("98978", 2, DOS, {"98986": 1}),
        ("98978", 1, DOS, {}),
        ("98980", 0, DOS, {}),
        ("98980", 19, YEAR, {}),
        ("98979", 19, DOS, {"98979": 1}),
        ("98981", 39, DOS, {"98980": 1}),
        ("98980", 40, DOS, {"98980": 1, "98981": 1}),
        ("98979", 100, DOS, {"98980": 1, "98981": 4}),
    ],
)
def test_the_codes_of_days_and_minutes(code, amount, on, expected) -> None:
    result = monitoring_units(code, amount, on=on)
    assert result.by_code == expected
    assert result.steps
    assert all(result.steps)


def test_the_steps_of_monitoring_say_why() -> None:
    assert monitoring_units("98980", 65, on=DOS).steps == (
        "65 minutes are billed by 98980, of 20 minutes or more",
        "each 20 minutes more by 98981: 2",
    )
    assert monitoring_units("98977", 1, on=DOS).steps == (
        "1 day: no code takes so few or so many; 98985 takes 2 to 15 days, 98977 takes 16 to 30 days",
    )


@pytest.mark.parametrize("amount", [-1, 1.5, "20", None, True])
def test_an_amount_that_is_no_whole_number(amount) -> None:
    with pytest.raises(FieldError, match="whole days or minutes"):
        monitoring_units("98980", amount, on=DOS)


@pytest.mark.parametrize(
    ("code", "on", "error"),
    [
        ("98979", YEAR, otcodes.NotEffectiveError),
        ("98980", dt.date(2021, 12, 31), otcodes.NotEffectiveError),
        ("97530", DOS, LookupError),
        ("98975", DOS, LookupError),
    ],
)
def test_a_code_that_is_none_of_monitoring(code, on, error) -> None:
    with pytest.raises(error):
        monitoring_units(code, 20, on=on)
