"""Promises no module keeps alone: read from the source, so that a new file cannot break one unseen."""

import ast
import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template

from fzportal.workflow import Movable

ROOT = settings.BASE_DIR
APPS = ("notifications", "accounts", "liaison", "suggestions")
# Each may import from those before it, never from those after; fzportal is both the ground and the roof.
GROUND = {"fzportal.workflow", "fzportal.workdays", "fzportal.forms", "fzportal.paging", "fzportal.models"}
ASSIGNS_STATUS = {"fzportal/workflow.py"}


@cache
def sources(tests=False) -> dict[str, ast.Module]:
    """Every Python file of ours, parsed: path -> tree."""
    found = {}
    for folder in ("fzportal", *APPS):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and ("/tests/" not in name or tests):
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def templates() -> dict[str, str]:
    """Every template of ours: name -> text."""
    folder = ROOT / "templates"
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}


def assigned_status(tree):
    """Lines that assign ``.status``, update it in bulk or set it by name."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Attribute) and t.attr == "status" for t in targets):
                yield node.lineno
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("update", "bulk_update") and any(k.arg == "status" for k in node.keywords):
                yield node.lineno
            if called == "setattr" and len(node.args) > 1 and getattr(node.args[1], "value", "") == "status":
                yield node.lineno


def test_only_the_workflow_assigns_a_status():
    found = {(name, line) for name, tree in sources().items() for line in assigned_status(tree)}
    assert {name for name, _line in found} == ASSIGNS_STATUS


def test_every_telling_move_has_its_message():
    for model in [m for m in apps.get_models() if issubclass(m, Movable)]:
        events = {m.name for m in model.moves() if m.tell} | {e for e, tell in model.news().items() if tell}
        for event in sorted(events):
            text = get_template(f"messages/{model._meta.app_label}/{event}.txt").template.source
            assert text.strip(), event


# An end is left by an author's second thoughts, and when a promise was not kept or did not satisfy.
LEAVES_AN_END = {"lowered", "promise_refused", "reopened"}


def test_every_move_starts_where_the_object_can_be_and_every_state_has_a_way_out():
    for model in [m for m in apps.get_models() if issubclass(m, Movable)]:
        states, moves = set(model.Status.values), model.moves()
        assert {m.source for m in moves} | {m.target for m in moves} <= states
        reached = {m.target for m in moves}
        assert all(any(m.source == s for m in moves) for s in reached - set(model.ENDS))
        assert {m.name for m in moves if m.source in model.ENDS} <= LEAVES_AN_END


def imported(tree) -> set[str]:
    """Modules a file imports at all, absolute."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
    return found


@pytest.mark.parametrize("place", range(len(APPS)))
def test_imports_run_one_way(place):
    above = APPS[place + 1 :]
    for name, tree in sources().items():
        if name.split("/")[0] != APPS[place]:
            continue
        wrong = {m for m in imported(tree) if m.split(".")[0] in above}
        assert not wrong, f"{name} imports {sorted(wrong)}"


def test_the_ground_imports_no_app_and_nothing_imports_views():
    for name, tree in sources().items():
        module = name.removesuffix(".py").replace("/", ".")
        if module in GROUND:
            assert not {m for m in imported(tree) if m.split(".")[0] in APPS}, name
        if not name.endswith(("urls.py", "middleware.py", "settings.py")) and "/views/" not in name:
            assert not {m for m in imported(tree) if re.search(r"\.views(\.|$)", m) and m.split(".")[0] in APPS}, name


def test_functions_stay_under_40_lines_and_files_under_300():
    long = []
    for name, tree in sources().items():
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > 300:
            long.append(f"{name}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno >= 40:
                long.append(f"{name}:{node.lineno} {node.name}")
    assert long == []


def test_templates_stay_under_100_lines_and_carry_no_inline_script_or_style():
    inline = re.compile(r"\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son\w+=\"|<style")
    wrong = []
    for name, text in templates().items():
        if text.count("\n") > 100:
            wrong.append(f"{name}: {text.count(chr(10))} lines")
        # Mail clients know no style sheets.
        if name.endswith(".html") and not name.startswith("messages/") and inline.search(text):
            wrong.append(f"{name}: inline")
    assert wrong == []


def test_no_template_stands_unused():
    """Named by a view, another template or a package whose pages it replaces."""
    python = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in sources())
    every = python + "\n".join(templates().values())
    # Found by the packages that render them, by Django's error handlers, or by the name of an event.
    given = ("account/", "mfa/", "usersessions/", "allauth/", "admin/", "messages/", "django/", "socialaccount/")
    # Steps and acts render f"folder/{step}.html": the folder is named so somewhere, and the step in quotes.
    built = {n for n in templates() if f"{n.rpartition('/')[0]}/{{" in python and f'"{Path(n).stem}"' in python}
    unused = [n for n in templates() if not n.startswith(given) and n not in every and not re.match(r"\d{3}\.html", n)]
    assert sorted(set(unused) - built) == []


def test_there_is_no_missing_migration(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_chinese_catalogue_is_complete():
    catalogue = polib.pofile(str(ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"))
    missing = [e.msgid for e in catalogue if not e.obsolete and (not e.translated() or e.fuzzy)]
    assert missing == []


def test_no_signal_receiver_and_no_room_without_a_name():
    forbidden = {"utils", "helpers", "services", "selectors", "managers", "mixins", "signals"}
    assert [n for n in sources() if Path(n).stem in forbidden] == []
    receivers = re.compile(r"@receiver\(|\.connect\(\s*\w+\s*,\s*sender")
    assert [n for n in sources() if receivers.search((ROOT / n).read_text(encoding="utf-8"))] == []
