"""The template to fill in: the headings the import knows, and one example row."""

import csv
import io

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.styles import Font

from .columns import TARGETS

EXAMPLE = {
    "external_id": "2026-电-0001", "title": "希望公园增设直饮水点",
    "situation": "周末公园人多，园内没有直饮水，老人和孩子不方便。",
    "proposal": "在东门和游乐区各设一处直饮水。", "place": "左海公园东门",
    "category": "园林与公共空间", "division": "鼓楼区",
    "created_at": "2026-11-20 09:30", "name": "林先生", "phone": "13800138000", "email": "",
}  # fmt: skip


def as_csv() -> bytes:
    """UTF-8 with its mark, so that Excel opens it right."""
    text = io.StringIO()
    csv.writer(text).writerows(rows())
    return text.getvalue().encode("utf-8-sig")


def as_xlsx() -> bytes:
    """A workbook of one sheet; cells are text, so that numbers keep their zeros."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = _("Suggestions")
    for row in rows():
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 30 if cell.value in ("标题", "内容", "建议") else 16
    for row in sheet.iter_rows(min_row=2, max_row=200, max_col=len(TARGETS)):
        for cell in row:
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rows() -> list[list[str]]:
    """Headings and the example. The headings are Chinese whatever the page's language: the file travels."""
    return [[target.heading for target in TARGETS], [EXAMPLE[target.name] for target in TARGETS]]
