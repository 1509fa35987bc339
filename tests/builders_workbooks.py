"""Workbooks as Excel writes them, of a few rows, for the tests of what reads them."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
DAY_STYLE = 2  # of the styles below, the one of days


class Day(int):
    """The number of a day, in a cell that shows it as one."""


def letters(column: int) -> str:
    """The name of a column, from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def parts(rows: Iterable[Sequence[object]], *, date1904: bool = False) -> dict[str, str]:
    """The parts of a workbook whose sheet has these rows: texts, numbers, days; `None` is no cell."""
    strings: list[str] = []
    lines: list[str] = []
    for number, row in enumerate(rows, 1):
        cells: list[str] = []
        for column, value in enumerate(row):
            at = f'r="{letters(column)}{number}"'
            if isinstance(value, str):
                if value not in strings:
                    strings.append(value)
                cells.append(f'<c {at} t="s"><v>{strings.index(value)}</v></c>')
            elif value is not None:
                style = f' s="{DAY_STYLE}"' if isinstance(value, Day) else ""
                cells.append(f"<c {at}{style}><v>{value}</v></c>")
        if cells:
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    shared = "".join(f'<si><t xml:space="preserve">{escape(each)}</t></si>' for each in strings)
    return {
        "[Content_Types].xml": f"{HEAD}<Types/>",
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f'<workbookPr date1904="{int(date1904)}"/><sheets>'
        '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">'
        '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd;@"/>'
        '<numFmt numFmtId="165" formatCode="[Red]0.0&quot;day&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData>'
        "</worksheet>",
    }


def packed(members: Mapping[str, str]) -> bytes:
    """A zip of these texts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def workbook(rows: Iterable[Sequence[object]], **options: bool) -> bytes:
    """A workbook of these rows."""
    return packed(parts(rows, **options))
