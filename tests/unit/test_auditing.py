"""The audit: what is counted where, what is not reckoned, how it is shown, and the command."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest
from builders import DOS, claim, line

import otcodes
from otcodes import cli
from otcodes.auditing import Tally, UnitDays

WEEK = Path(__file__).parents[2] / "examples" / "clinic_week.csv"
PATIENT = "Jane Q Public"
VOID = {"meta"}


class Page(HTMLParser):
    """The elements of a page; every one that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.words += data


def read_week() -> list[otcodes.Claim]:
    return otcodes.read(WEEK).claims


@pytest.fixture
def without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "otcodes.ext.plot", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def test_nothing() -> None:
    found = otcodes.audit([])
    assert (found.total, found.units) == (Tally(), UnitDays())
    assert found.by_rule == found.by_code == found.by_payer == found.by_therapist == {}
    assert found.by_week == found.by_group == {}
    assert found.first_day is found.last_day is None
    assert found.most_billed == found.data_versions == ()
    json.dumps(found.to_dict())
    Page(found.to_html())


def test_the_week_equals_its_reports() -> None:
    claims = read_week()
    reports = list(otcodes.check_many(claims))
    found = otcodes.audit(claims)
    assert found.total.claims == len(reports)
    assert found.total.clean_claims == sum(report.is_clean for report in reports)
    assert found.total.errors == sum(len(report.errors) for report in reports)
    assert found.total.warnings == sum(len(report.warnings) for report in reports)
    assert found == otcodes.audit(reports)
    assert found.data_versions == (reports[0].data_version,)
    assert found.stale == {name: edition for report in reports for name, edition in report.stale.items()}


def test_the_lines_of_an_error_are_at_risk_once_each() -> None:
    # Without GO, and pointing at a diagnosis that the claim has not: two errors on one line.
    bad = line(modifiers=(), diagnoses=("R27.8",))
    found = otcodes.audit([claim(bad, line("97535", charge_usd=None))])
    assert found.total.errors == 2
    assert (found.total.lines, found.total.lines_at_risk, found.total.lines_charged) == (2, 1, 1)
    assert found.total.charge_usd == found.total.at_risk_usd == Decimal(48)
    assert found.by_code["97530"].at_risk_usd == Decimal(48)
    assert found.by_code["97535"].lines_at_risk == found.by_code["97535"].lines_charged == 0


def test_an_error_on_the_claim_puts_all_its_lines_at_risk() -> None:
    found = otcodes.audit([claim(line(), line("97535"), diagnoses=())])
    assert found.by_rule["diagnosis.missing"].lines_at_risk == 2
    assert found.total.at_risk_usd == Decimal(96)
    assert found.by_code["97530"].lines_at_risk == 1
    assert found.by_code["97530"].errors == 0  # it is the claim's


def test_a_warning_puts_nothing_at_risk() -> None:
    found = otcodes.audit([claim(line(place="21"))])
    assert found.by_rule["place.unusual"] == attrs.evolve(found.total, warnings=1)
    assert (found.total.clean_claims, found.total.at_risk_usd) == (0, 0)
    assert found.total.charge_usd == Decimal(48)


def test_what_is_allowed_is_counted_beside_what_is_charged() -> None:
    found = otcodes.audit([claim(line(modifiers=(), allowed_usd=Decimal("31.07")), line("97535"))])
    assert (found.total.lines_allowed, found.total.allowed_usd) == (1, Decimal("31.07"))
    assert found.total.allowed_at_risk_usd == Decimal("31.07")


def test_safe_fixes_are_counted() -> None:
    found = otcodes.audit([claim(line(modifiers=()))])
    assert found.by_rule["modifier.discipline-missing"].safe_fixes == 1


def test_most_billed_beside_the_published_list() -> None:
    found = otcodes.audit([claim(line("97140"), line("97530"), line("97140", modifiers=("GO", "59")))])
    first, second = found.most_billed
    assert (first.code, first.rank, first.published_rank, first.tally.lines) == ("97140", 1, 3, 2)
    assert (second.code, second.rank, second.published_rank) == ("97530", 2, 1)
    assert first.label == otcodes.procedures.on(DOS)["97140"].label
    assert "2021" in found.published_list


def test_what_has_not_the_form_of_a_code_is_not_kept() -> None:
    found = otcodes.audit([claim(line(PATIENT), line("9753")), claim(line("99999"))])
    assert {code: tally.lines for code, tally in found.by_code.items()} == {"malformed": 2, "99999": 1}
    assert found.labels == {}


def test_a_payer_that_is_not_known_is_judged_by_what_holds_for_all() -> None:
    named = [claim(payer=PATIENT), claim(payer=None), claim(payer="tricare")]
    found = otcodes.audit(named)
    assert {payer: tally.claims for payer, tally in found.by_payer.items()} == {"unknown": 2, "tricare": 1}
    assert found.unknown_payers == 1
    acme = attrs.evolve(otcodes.payers.policy("commercial"), name="acme")
    own = otcodes.audit(named, policy=acme)
    assert (list(own.by_payer), own.unknown_payers) == (["acme"], 0)
    assert own == otcodes.audit(named, policy=lambda _: acme)


def test_rules_and_catalog_are_those_of_check() -> None:
    bad = claim(line(modifiers=(), place="21"))
    found = otcodes.audit([bad], rules=otcodes.rules.CATALOGUE.select("place"))
    assert list(found.by_rule) == ["place.unusual"]
    plan = attrs.evolve(otcodes.payers.policy("medicare-b"), name="acme", ignored=("place",))
    catalog = otcodes.Catalog.bundled().with_policy(plan)
    own = otcodes.audit([attrs.evolve(bad, payer="acme")], catalog=catalog)
    assert "place.unusual" not in own.by_rule
    assert list(own.by_payer) == ["acme"]


def test_groups_are_the_callers() -> None:
    claims = [claim(id="1"), claim(id="2"), claim(id="3")]
    found = otcodes.audit(claims, by=lambda each: None if each.id == "3" else "R. Doe")
    assert {name: tally.claims for name, tally in found.by_group.items()} == {"R. Doe": 2}
    assert found.total.claims == 3


def test_lines_are_counted_by_who_furnished_them() -> None:
    doe, roe = {"rendering_provider": "R. Doe"}, {"rendering_provider": "1234567893"}
    both = claim(line(**doe, modifiers=()), line("97535", **roe), line("97110"), diagnoses=())
    found = otcodes.audit([both, claim(line(**roe))]).by_therapist
    # The first line lacks GO; that the claim has no diagnosis is of everyone on it.
    facts = {name: (each.claims, each.clean_claims, each.lines, each.errors) for name, each in found.items()}
    assert facts == {"1234567893": (2, 1, 2, 1), "R. Doe": (1, 0, 1, 2)}
    assert found["1234567893"].at_risk_usd == Decimal(48)


def test_the_only_therapist_of_claims_has_all_of_them() -> None:
    lines = [attrs.evolve(each, rendering_provider="R. Doe") for week in read_week() for each in week.lines]
    named = [attrs.evolve(each, lines=tuple(lines.pop(0) for _ in each.lines)) for each in read_week()]
    found = otcodes.audit(named)
    assert found.by_therapist == {"R. Doe": found.total}
    assert "By therapist" in Page(found.to_html()).words


def test_where_nobody_is_named_there_is_no_table_of_therapists() -> None:
    found = otcodes.audit(read_week())
    assert found.by_therapist == {}
    assert "By therapist" not in found.to_html()


@pytest.mark.parametrize(
    ("days", "week"),
    [
        ([dt.date(2026, 3, 2)], "2026-W10"),
        ([dt.date(2027, 1, 1)], "2026-W53"),  # a Friday
        ([dt.date(2026, 3, 9), dt.date(2026, 3, 8)], "2026-W10"),  # the first day, wherever it stands
    ],
)
def test_the_week_is_that_of_the_first_day(days, week) -> None:
    found = otcodes.audit([claim(*(line(on=day) for day in days))])
    assert list(found.by_week) == [week]
    assert (found.first_day, found.last_day) == (min(days), max(days))


def test_a_claim_without_lines_is_in_no_week() -> None:
    found = otcodes.audit([otcodes.Claim(lines=()), claim()])
    assert found.total.claims == 2
    assert [tally.claims for tally in found.by_week.values()] == [1]


# The table of minutes of the Medicare Claims Processing Manual, chapter 5, section 20.2.
@pytest.mark.parametrize(
    ("minutes", "units", "difference"), [(22, 1, 0), (22, 2, 1), (38, 2, -1), (7, 1, 1), (53, 4, 0)]
)
def test_units_against_minutes(minutes, units, difference) -> None:
    found = otcodes.audit([claim(line(minutes=minutes, units=units))]).units
    assert (found.days, found.minutes, found.billed) == (1, minutes, units)
    assert found.by_difference == {difference: 1}
    assert found.billed - found.allowed == difference


def test_units_are_added_up_by_day_and_discipline() -> None:
    other = line("97110", minutes=8, discipline="physical-therapy", modifiers=("GP",))
    days = otcodes.audit([claim(line(minutes=8), line("97535", minutes=8), other)]).units
    assert (days.days, days.billed, days.allowed) == (
        2,
        3,
        2,
    )  # 16 minutes are one unit; 8 of another are one
    days = otcodes.audit([claim(line(minutes=8), line(minutes=8, on=dt.date(2026, 3, 3)))]).units
    assert (days.days, days.allowed) == (2, 2)


@pytest.mark.parametrize(
    "checked",
    [
        claim(line(minutes=None)),
        claim(line(), line("97535", minutes=None)),
        claim(line(units=Decimal("1.5"))),
        claim(line(units=0)),
        claim(line(), line("97532", minutes=15)),  # gone since 2018: its minutes may be of the day's
        claim(line(), line("99999", minutes=15)),
        attrs.evolve(claim(), lost_lines=1),
        claim(line(minutes=8), line("97140", minutes=8), payer="tricare"),  # one unit, or two
    ],
)
def test_a_day_of_which_something_is_not_known_is_not_reckoned(checked) -> None:
    assert otcodes.audit([checked]).units == UnitDays(not_reckoned=1)


def test_a_method_that_is_not_known_does_not_matter_where_both_agree() -> None:
    assert otcodes.audit([claim(payer="tricare")]).units.by_difference == {0: 1}


def test_what_is_not_timed_does_not_count() -> None:
    assert otcodes.audit([claim(line("97165"))]).units == UnitDays()
    assert otcodes.audit([claim(line(), line("97165"), line("99213", minutes=None))]).units.days == 1


def test_claims_of_a_patient_that_follow_each_other_are_judged_together() -> None:
    one, two = claim(id="1", patient=PATIENT), claim(id="2", patient=PATIENT)
    other = claim(id="3", patient="someone else")
    assert otcodes.audit([one, two, other]).by_rule["claim.duplicate"].claims == 1
    assert "claim.duplicate" not in otcodes.audit([one, other, two]).by_rule
    assert otcodes.audit(otcodes.check_many([one, other, two])).by_rule["claim.duplicate"].claims == 1


def test_claims_without_a_patient_stand_alone() -> None:
    assert "claim.duplicate" not in otcodes.audit([claim(id="1"), claim(id="2")]).by_rule


def test_claims_are_taken_one_at_a_time() -> None:
    taken: list[int] = []

    def claims():
        for number in range(5):
            taken.append(number)
            yield claim()

    ahead: list[int] = []
    otcodes.audit(claims(), by=lambda _: ahead.append(len(taken)) or None)
    assert ahead == [2, 3, 4, 5, 5]  # one ahead, to see whose it is


def test_reports_and_claims_may_be_mixed() -> None:
    bad = claim(line(modifiers=()))
    mixed = [bad, otcodes.check(bad), bad]
    assert otcodes.audit(mixed) == otcodes.audit([bad, bad, bad])


@pytest.mark.parametrize("odd", [None, "claims.csv", 5])
def test_something_else_is_a_type_error(odd) -> None:
    with pytest.raises(TypeError, match=f"not of {type(odd).__name__}"):
        otcodes.audit([claim(), odd])


def test_nothing_of_a_patient_is_kept() -> None:
    secret = claim(line(PATIENT, id=PATIENT), patient=PATIENT, payer=PATIENT, id=PATIENT, file=PATIENT)
    found = otcodes.audit([secret])
    everything = (repr(found), json.dumps(found.to_dict()), found.to_html(), found._repr_html_())
    assert not any(word in text for text in everything for word in PATIENT.split())


def test_json_has_plain_values() -> None:
    facts = json.loads(json.dumps(otcodes.audit(read_week(), by=lambda _: "all").to_dict()))
    assert facts["total"]["charge_usd"] == "3609.00"
    assert facts["first_day"] == "2026-03-02"
    assert facts["most_billed"][0]["code"] == "97530"
    assert facts["units"]["by_difference"].keys() >= {"0", "1"}
    assert facts["by_group"]["all"] == facts["total"]


def test_in_a_notebook_it_shows_as_tables() -> None:
    page = Page(otcodes.audit(read_week())._repr_html_())
    assert [tag for tag, _ in page.elements].count("caption") >= 6
    assert "and 9 more" in page.words  # of 29 rules


@pytest.mark.usefixtures("without_matplotlib")
def test_the_page_is_whole_quiet_and_named() -> None:
    title = "Audit of <March> & April"
    text = otcodes.audit(read_week(), by=lambda _: "<script>alert(1)</script>").to_html(title=title)
    page = Page(text)
    tags = [tag for tag, _ in page.elements]
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(tags)
    assert not re.search(r"https?://|@import|url\((?!#)", text)
    assert "default-src 'none'" in text
    assert tags.count("h1") == tags.count("title") == tags.count("main") == 1
    assert page.words.count(title) == 2
    assert ("html", {"lang": "en"}) in page.elements
    assert tags.count("table") == tags.count("caption") > 6
    assert all(found.get("scope") in ("row", "col") for tag, found in page.elements if tag == "th")
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    # All rules and not the first ones.
    assert "more" not in re.findall(r"and \d+ (\w+)", page.words)


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib_the_page_says_so() -> None:
    found = otcodes.audit([claim()])
    page = found.to_html()
    assert "<svg" not in page
    assert 'pip install "otcodes[plot]"' in Page(page).words
    with pytest.raises(otcodes.MissingExtraError, match=re.escape("otcodes[plot]")):
        found.plot()


def test_audits_of_parts_are_joined() -> None:
    claims = read_week()
    one, two = otcodes.audit(claims[:11]), otcodes.audit(claims[11:])
    assert one | two == two | one == otcodes.audit(claims)
    assert one | otcodes.audit([]) == one


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week.csv").write_bytes(WEEK.read_bytes())

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(("audit", *arguments))
        except SystemExit as end:  # argparse
            status = end.code
        return status, *capsys.readouterr()

    return run


def test_command_prints_a_summary_and_finds_no_fault(run) -> None:
    status, out, err = run("week.csv")
    assert (status, err) == (0, "")
    found = otcodes.audit(read_week())
    assert out.startswith(f"30 claims, {found.total.clean_claims} clean (")
    assert "charged: 3,609.00 USD on 49 lines, of which " in out
    assert "  97530  11\n" in out
    assert "by file" not in out


def test_command_gives_all_of_it_as_json(run) -> None:
    status, out, _ = run("week.csv", "--format", "json")
    facts = json.loads(out)
    assert status == 0
    assert facts.pop("version") == otcodes.__version__
    assert facts == json.loads(json.dumps(otcodes.audit(read_week()).to_dict()))


def test_command_counts_several_files_apart(run) -> None:
    Path("more.csv").write_bytes(Path("week.csv").read_bytes())
    facts = json.loads(run("week.csv", "more.csv", "--format", "json")[1])
    assert {file: each["claims"] for file, each in facts["by_group"].items()} == {
        "more.csv": 30,
        "week.csv": 30,
    }
    assert "clean by file:\n" in run("week.csv", "more.csv")[1]


def test_command_counts_by_therapist(run) -> None:
    rows = ("R. Doe,97530,2026-03-02,2", "R. Doe,97535,2026-03-02,1", "\x1b[2J,97110,2026-03-02,1")
    Path("named.csv").write_text("\n".join(("rendering_provider,procedure,on,units", *rows)), "utf-8")
    out = run("named.csv")[1]
    assert "clean by therapist:\n  '\\x1b[2J'  0 of 1\n  R. Doe  0 of 2\n" in out
    assert "clean by therapist:" not in run("week.csv")[1]


def test_command_judges_by_another_payer(run) -> None:
    assert list(json.loads(run("week.csv", "--payer", "tricare", "--format", "json")[1])["by_payer"]) == [
        "tricare"
    ]


def test_command_judges_a_patients_claims_together_wherever_they_stand(run) -> None:
    facts = [claim(id=str(n), patient=f"P{n % 2}").to_dict() for n in range(4)]
    Path("same.json").write_text(json.dumps({"claims": facts}), "utf-8")
    out = json.loads(run("same.json", "--format", "json")[1])
    assert out["by_rule"]["claim.duplicate"]["claims"] == 2


def test_command_counts_what_it_can_read(run) -> None:
    Path("partly.csv").write_text("procedure,on,units\n97530,2026-03-02,2\n97530,soon,1\n", "utf-8")
    status, out, err = run("partly.csv", "nowhere.csv")
    assert status == 2
    assert out.startswith("1 claim, ")
    assert "partly.csv, line 3, on" in err
    assert "nowhere.csv" in err
    assert "not read, and not counted: 2 places\n" in out


def test_what_could_not_be_read_is_said_wherever_the_numbers_go(run) -> None:
    Path("partly.csv").write_text("procedure,on,units\n97530,2026-03-02,2\n97530,soon,1\n", "utf-8")
    assert json.loads(run("partly.csv", "--format", "json", "--html", "report.html")[1])["unread"] == 1
    words = Page(Path("report.html").read_text("utf-8")).words
    assert "places that could not be read, and are not counted" in words
    part = attrs.evolve(otcodes.audit([]), unread=1)
    assert (part | part).unread == 2
    assert "could not be read" not in Page(otcodes.audit([]).to_html()).words


def test_command_says_how_many_payers_it_does_not_know(run) -> None:
    Path("acme.csv").write_text("payer,procedure,on,units\nacme,97530,2026-03-02,2\n", "utf-8")
    assert "of a payer that is not known: 1 claim\n" in run("acme.csv")[1]


def test_command_writes_a_page_where_it_is_told_to(run) -> None:
    assert run("week.csv", "--html", "report.html")[0] == 0
    assert Page(Path("report.html").read_text("utf-8")).words.count("modifier.discipline-missing")
    assert sorted(path.name for path in Path().iterdir()) == ["report.html", "week.csv"]


def test_command_writes_over_no_claims(run) -> None:
    before = Path("week.csv").read_bytes()
    status, _, err = run("week.csv", "--html", "./week.csv")
    assert (status, Path("week.csv").read_bytes()) == (2, before)
    assert err == "otcodes: --html: a file of claims is not written over; expected another name\n"
    status, _, err = run("week.csv", "--html", "no/such/place.html")
    assert status == 2
    assert "place.html" in err
