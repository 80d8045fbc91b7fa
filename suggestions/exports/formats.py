"""Rows as files: CSV that Excel opens, JSON Lines, XLSX.

A file is written in parts, each the rows of a batch, so that a long one can be interrupted and goes on. openpyxl cannot
go on, and takes six times the processor (3.8 s against 0.6 for 20,000 rows of 20 columns), hence the one sheet written
here; openpyxl reads it back.
"""

import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from xml.sax.saxutils import escape

from ..intake.report import FORMULA_SIGNS, row_text

# What XML 1.0 cannot carry.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# "_x0041_" in a cell would be read as "A".
LOOKS_ENCODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# Excel's own limits: rows of a sheet with the heading, characters of a cell.
MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_000
DAY_ZERO = date(1899, 12, 30)
PLAIN, BOLD, DAY, QUOTED = range(4)


class Format(NamedTuple):
    """``rows(columns, rows, first)``: a part's bytes, ``first`` is its first row's number; ``whole(columns, parts,
    out)`` puts the parts, an iterable of files, together."""

    content_type: str
    rows: Callable
    whole: Callable


def csv_rows(columns, rows, first) -> bytes:
    """Lines of CSV; what a spreadsheet would take for a formula begins with an apostrophe."""
    return "".join(row_text(map(csv_cell, row)) for row in rows).encode(errors="replace")


def csv_cell(value):
    """A cell as text: nothing as "", true as 1."""
    if value is None or value is False:
        return ""
    text = "1" if value is True else str(value)
    return UNPRINTABLE.sub("", text)


def csv_whole(columns, parts, out):
    """A byte order mark, without which Excel takes UTF-8 for GBK, the headings, the lines."""
    out.write(("\ufeff" + row_text([str(column.heading) for column in columns])).encode())
    pour(parts, out)


def json_rows(columns, rows, first) -> bytes:
    """An object a line, its keys the columns' names."""
    names = [column.name for column in columns]
    records = (dict(zip(names, row, strict=True)) for row in rows)
    written = (json.dumps(record, ensure_ascii=False, default=date.isoformat) for record in records)
    return "".join(f"{line}\n" for line in written).encode(errors="replace")


def json_whole(columns, parts, out):
    """Lines and nothing else."""
    pour(parts, out)


def xlsx_rows(columns, rows, first) -> bytes:
    """Rows of a sheet. The heading is row 1."""
    letters = letters_of(len(columns))
    return "".join(
        f'<row r="{number}">'
        + "".join(xlsx_cell(f"{letter}{number}", value) for letter, value in zip(letters, row, strict=True))
        + "</row>"
        for number, row in enumerate(rows, first + 1)
    ).encode()


def xlsx_cell(place, value, style=PLAIN) -> str:
    """Numbers and dates as such; every text is text, and marked so where editing the cell would make a formula."""
    if value is None or value is False or value == "":
        return ""
    if isinstance(value, int):
        return f'<c r="{place}"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{(value - DAY_ZERO).days}</v></c>'
    text = UNPRINTABLE.sub("", str(value))[:MOST_CHARACTERS]
    style = QUOTED if text.startswith(FORMULA_SIGNS) else style
    text = LOOKS_ENCODED.sub("_x005F_", escape(text))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def xlsx_whole(columns, parts, out):
    """A workbook of one sheet, packed while it is read."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name, text in FRAME.items():
            book.writestr(name, text)
        parts = list(parts)
        sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        sheet.compress_type = zipfile.ZIP_DEFLATED
        # Told ahead, so that only a sheet beyond 2 GB is written the way Excel is slow to accept.
        sheet.file_size = sum(part.size for part in parts) + 100_000
        with book.open(sheet, "w") as inside:
            inside.write(xlsx_head(columns).encode())
            pour(parts, inside)
            inside.write(b"</sheetData></worksheet>")


def xlsx_head(columns) -> str:
    """Widths, the frozen heading, the heading itself."""
    letters = letters_of(len(columns))
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>' for n, column in enumerate(columns, 1)
    )
    cells = "".join(xlsx_cell(f"{at}1", str(c.heading), BOLD) for at, c in zip(letters, columns, strict=True))
    return (
        f'{XML}<worksheet xmlns="{SHEETS}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1">{cells}</row>'
    )


def letters_of(count) -> list[str]:
    """A, B, … Z, AA, AB, …"""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*alphabet, *(a + b for a in alphabet for b in alphabet)][:count]


def pour(parts, out):
    """Copy every part, piece by piece."""
    for part in parts:
        with part.open() as file:
            while piece := file.read(1 << 20):
                out.write(piece)


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FRAME = {
    "[Content_Types].xml": (
        f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{XML}<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # By number: PLAIN, BOLD, DAY, QUOTED.
    "xl/styles.xml": (
        f'{XML}<styleSheet xmlns="{SHEETS}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
FORMATS = {
    "csv": Format("text/csv; charset=utf-8", csv_rows, csv_whole),
    "jsonl": Format("application/x-ndjson; charset=utf-8", json_rows, json_whole),
    "xlsx": Format(f"{KIND}.sheet", xlsx_rows, xlsx_whole),
}
