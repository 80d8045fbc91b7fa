"""Which column of the file is which field of ours: guessed from the headings, corrected by people."""

import re
import unicodedata
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .readers import Unreadable


class Target(NamedTuple):
    """A field that a file may fill, how the template heads it, and the headings it is known by, in small letters."""

    name: str
    label: str
    heading: str
    known_as: tuple[str, ...]


TARGETS = (
    Target("external_id", gettext_lazy("Number there"), "编号",
           ("编号", "原编号", "外部编号", "留言编号", "信件编号", "工单编号", "工单号", "序号",
            "id", "no", "number", "externalid")),
    Target("title", gettext_lazy("Title"), "标题",
           ("标题", "主题", "留言主题", "信件标题", "题目", "事项", "title", "subject")),
    Target("situation", gettext_lazy("Situation"), "内容",
           ("内容", "正文", "情况", "现状", "留言详情", "详情", "留言内容", "反映内容", "诉求内容", "body", "content",
            "text", "message", "situation", "description")),
    Target("proposal", gettext_lazy("Proposal"), "建议", ("建议", "具体建议", "意见建议", "proposal", "suggestion")),
    Target("place", gettext_lazy("Place"), "地点", ("地点", "地址", "发生地点", "place", "address", "location")),
    Target("category", gettext_lazy("Category"), "类别",
           ("类别", "分类", "主题分类", "一级标签", "一级分类", "category", "label", "label1", "theme", "topic")),
    Target("division", gettext_lazy("Division"), "区划",
           ("区划", "行政区划", "所属区域", "区域", "区县", "县区", "县市区", "街道",
            "division", "district", "region")),
    Target("created_at", gettext_lazy("Received"), "时间",
           ("时间", "日期", "留言时间", "来信时间", "提交时间", "登记时间", "受理时间", "来电时间",
            "createdat", "created",
            "submittedat", "date", "time")),
    Target("name", gettext_lazy("Name"), "姓名", ("姓名", "联系人", "反映人", "称呼", "name", "contact")),
    Target("phone", gettext_lazy("Phone"), "电话", ("电话", "手机", "手机号", "联系电话", "联系方式",
            "phone", "mobile", "tel")),
    Target("email", gettext_lazy("E-mail"), "邮箱", ("邮箱", "电子邮箱", "电子邮件", "email", "mail")),
)  # fmt: skip
BY_NAME = {target.name: target for target in TARGETS}


def plain(heading: str) -> str:
    """``" Created_At（必填）"`` -> ``"createdat"``."""
    heading = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\([^)]*\)|[\W_]", "", heading)


def guess(headings) -> dict[str, str]:
    """Heading -> field name, for the headings that are recognised; every field once, the first heading wins."""
    found = {}
    for heading in headings:
        name = next((t.name for t in TARGETS if plain(heading) in t.known_as), None)
        if name and name not in found.values():
            found[heading] = name
    return found


def check(columns: dict[str, str], headings):
    """Raise Unreadable when the mapping does not fit the file."""
    if missing := [heading for heading in columns if heading not in headings]:
        raise Unreadable(
            _("The file has no column “%(missing)s”. It has: %(found)s.")
            % {"missing": missing[0], "found": "、".join(headings)[:200]}
        )
    if unknown := [name for name in columns.values() if name not in BY_NAME]:
        raise Unreadable(_("“%(name)s” is not a field of ours.") % {"name": unknown[0]})
    if len(set(columns.values())) < len(columns):
        raise Unreadable(_("Two columns go into the same field."))
    if not {"title", "situation"} & set(columns.values()):
        raise Unreadable(
            _("No column holds the title or the situation. The file has: %(found)s.")
            % {"found": "、".join(headings)[:200]}
        )
