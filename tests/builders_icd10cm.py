"""Files of ICD-10-CM in their official forms, of a small classification made up here."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from typing import TYPE_CHECKING

from otcodes import Catalog
from otcodes._blocks import Blocks
from otcodes._editions import Edition
from otcodes._folders import Folder
from otcodes._manifest import Coverage
from otcodes.importing._canonical import blocks_of, canonical
from otcodes.importing._sources import OfficialFile
from otcodes.importing._writing import NewTable, manifest_of, write_folder
from otcodes.importing.icd10cm_lists import dotted
from otcodes.importing.icd10cm_notes import FORMS, chapters_of, characters_of
from otcodes.importing.icd10cm_notes import blocks_of as blocks_in
from otcodes.importing.icd10cm_tabular import Tabular
from otcodes.importing.icd10cm_titles import index_of

if TYPE_CHECKING:
    from pathlib import Path

# Two seventh-character alphabets, a placeholder, a code that is its category.
CODES = {
    "M54": (False, "Dorsalgia"),
    "M545": (True, "Low back pain"),
    "R05": (True, "Cough"),
    "S06": (False, "Intracranial injury"),
    "S060": (False, "Concussion"),
    "S060X": (False, "Concussion"),
    "S060X7": (False, "Concussion with death"),
    "S060X7A": (True, "Concussion with death, initial encounter"),
    "W19": (False, "Unspecified fall"),
    "W19XXXA": (True, "Unspecified fall, initial encounter"),
    "W19XXXS": (True, "Unspecified fall, sequela"),
}
TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
 <chapter><name>13</name><desc>Musculoskeletal (M00-M99)</desc>
  <section id="M54"><desc>Dorsopathies (M54)</desc>
   <diag><name>M54</name><desc>Dorsalgia</desc>
    <diag><name>M54.5</name><desc>Low back pain</desc></diag>
   </diag>
  </section>
  <section id="R05"><desc>Cough (R05)</desc><diag><name>R05</name><desc>Cough</desc></diag></section>
  <section id="S06"><desc>Head (S06)</desc>
   <diag><name>S06</name><desc>Intracranial injury</desc>
    <sevenChrDef>
     <extension char="A">initial encounter</extension>
     <extension char="D">subsequent encounter</extension>
     <extension char="S">sequela</extension>
    </sevenChrDef>
    <notes><note>7th characters D and S do not apply to codes in category S06 with 6th character 7 - death \
due to brain injury prior to regaining consciousness, or 8 - death due to other cause.</note></notes>
    <diag><name>S06.0</name><desc>Concussion</desc>
     <diag><name>S06.0X</name><desc>Concussion</desc>
      <diag><name>S06.0X7</name><desc>Concussion with death</desc></diag>
     </diag>
    </diag>
   </diag>
  </section>
  <section id="W19"><desc>Falls (W19)</desc>
   <diag><name>W19</name><desc>Unspecified fall</desc>
    <inclusionTerm><note>Accidental fall NOS</note></inclusionTerm>
    <sevenChrDef>
     <extension char="A">initial encounter</extension>
     <extension char="S">sequela</extension>
    </sevenChrDef>
   </diag>
  </section>
 </chapter>
</ICD10CM.tabular>
"""


def order_line(number: int, code: str, entry: tuple[bool, str]) -> str:
    is_billable, title = entry
    return f"{number:05} {code:<7} {is_billable:d} {title[:60]:<60} {title}"


def order_text(codes: dict[str, tuple[bool, str]]) -> str:
    lines = [order_line(number, code, entry) for number, (code, entry) in enumerate(codes.items(), 1)]
    return "\r\n".join(lines) + "\r\n"


def codes_text(codes: dict[str, tuple[bool, str]]) -> str:
    return "".join(f"{code:<7} {title}\n" for code, (is_billable, title) in codes.items() if is_billable)


def addenda_text(
    *changes: tuple[str, bool, str, str], headers: tuple[int, int], codes: tuple[int, int]
) -> str:
    lines = [
        f"{action + ':':<12} {is_billable:d} {code:<7} {title[:60]:<60} {title}"
        for action, is_billable, code, title in changes
    ]
    for name, is_billable, (before, after) in (("Headers", False, headers), ("Codes", True, codes)):
        count = {
            action: sum(each[:2] == (action, is_billable) for each in changes)
            for action in ("Add", "Delete", "Revise to")
        }
        revisions = count["Revise to"]
        lines += [
            "",
            name,
            f"  {before} {name.lower()} in icd10cm_order_2026.txt",
            f"  {after} {name.lower()} in icd10cm_order_2027.txt",
            f"  {count['Add']} additions",
            f"  {count['Delete']} deletions",
            f"  {revisions} revisions",
            "of which",
            f"  {revisions} revisions to both long and short titles",
            "  0 revisions to long title only",
            "  0 revisions to short title only",
        ]
    return "\n".join(lines) + "\n"


# Low back pain is split, as on 2021-10-01, and the cough renamed.
SPLIT = (
    ("Delete", True, "M545", "Low back pain"),
    ("Add", False, "M545", "Low back pain"),
    ("Add", True, "M5450", "Low back pain, unspecified"),
    ("Add", True, "M5459", "Other low back pain"),
    ("Revise from", True, "R05", "Cough"),
    ("Revise to", True, "R05", "Cough of any kind"),
)
AFTER = {
    **{code: entry for code, entry in CODES.items() if code < "M545"},
    "M545": (False, "Low back pain"),
    "M5450": (True, "Low back pain, unspecified"),
    "M5459": (True, "Other low back pain"),
    "R05": (True, "Cough of any kind"),
    **{code: entry for code, entry in CODES.items() if code > "R05"},
}
FOOTER = {"headers": (6, 7), "codes": (5, 6)}
ADDENDA = addenda_text(*SPLIT, **FOOTER)

# The tabular list of one fiscal year, with a note.
NOTED = TABULAR.replace("<ICD10CM.tabular>", "<ICD10CM.tabular><version>2027</version>", 1).replace(
    "<desc>Dorsalgia</desc>", "<desc>Dorsalgia</desc><excludes1><note>cough (R05)</note></excludes1>"
)

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2027, 3, 31)
APRIL, OCTOBER = dt.date(2027, 4, 1), dt.date(2027, 10, 1)
SCOPE = tuple((f"A{'0' * size}", "Z" * (size + 1)) for size in range(2, 7))


def small_catalog(where: Path) -> Catalog:
    """A catalog of the small classification alone, covered from `FIRST` to `LAST`, in a directory."""
    interval = {"valid_from": str(FIRST), "valid_to": "", "is_start_known": "no", "confirmed_to": ""}
    rows = [
        {
            "code": dotted(code),
            "title": title,
            **interval,
            "is_billable": "yes" if is_billable else "no",
            "is_title_composed": "no",
        }
        for code, (is_billable, title) in CODES.items()
    ]
    diagnoses = blocks_of(rows, columns=("is_billable", "is_title_composed"))
    index = index_of(diagnoses)
    files = {"diagnoses.blocks": diagnoses, "diagnosis_words.blocks": index}
    tables = [
        table(
            "diagnoses",
            "diagnoses.blocks",
            ("code",),
            len(rows),
            Blocks("", diagnoses).fingerprint,
            scope=SCOPE,
            index="diagnosis_words.blocks",
            index_sha256=Blocks("", index).fingerprint,
        )
    ]
    tabular = Tabular(OfficialFile(name="list.xml", text=NOTED, sha256=""))
    synonyms = [{"term": "lbp", **interval, "meanings": "low back pain", "is_word": "no"}]
    found = {
        "diagnosis_chapters": made(FORMS["diagnosis_chapters"], chapters_of(tabular), interval),
        "diagnosis_blocks": made(FORMS["diagnosis_blocks"], blocks_in(tabular), interval),
        "diagnosis_characters": made(FORMS["diagnosis_characters"], characters_of(tabular), interval),
        "diagnosis_notes": made(
            FORMS["diagnosis_notes"], {("M54", "excludes1", "R05"): ("no", "no")}, interval
        ),
    }
    forms = {name: (form.key, form.columns) for name, form in FORMS.items()}
    forms["diagnosis_synonyms"] = (("term",), ("meanings", "is_word"))
    for name, (key, columns) in forms.items():
        own = found.get(name, synonyms)
        content = canonical(own, key=key, columns=columns).encode()
        files[f"{name}.csv"] = content
        tables.append(table(name, f"{name}.csv", key, len(own), sha256(content).hexdigest(), scope=()))
    write_folder(where, files, manifest_of(tables), None)
    return Catalog(Folder(where))


def made(form, state, interval):
    header = (*form.key, *interval, *form.columns)
    return [
        dict(zip(header, (*key, *interval.values(), *cells), strict=True)) for key, cells in state.items()
    ]


def table(name, file, key, rows, digest, *, scope, index="", index_sha256=""):
    return NewTable(
        name=name,
        file=file,
        key=key,
        rows=rows,
        sha256=digest,
        coverage=Coverage(
            scope=scope, first=FIRST, last=LAST, carried_to=None, carries_forward=not scope, gaps=()
        ),
        licence="made up",
        note="",
        editions=[
            Edition(id=f"{name}-2026", effective=FIRST, publisher="made up", title="made up", sha256="")
        ],
        index=index,
        index_sha256=index_sha256,
    )
