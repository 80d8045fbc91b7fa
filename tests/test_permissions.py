"""Every route x persona x object answers as ``permission_table.tsv`` says; a route that is not in it fails."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from liaison import workflow as liaison
from liaison.models import Deputy
from suggestions import workflow
from suggestions.models import Department, Suggestion

from .cast import make_session

TABLE = Path(__file__).with_name("permission_table.tsv")
PERSONAS = [
    "anonymous", "stranger", "citizen", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver",
    "other_handler", "office",
]  # fmt: skip
# Kept by packages: their pages are asked as groups below.
PACKAGES = ("account_", "mfa_", "usersessions_")
# Words a route takes beside the number or the key.
WORDS = {"set_mode": "mode", "set_language_link": "code", "suggestion_new_elsewhere": "code", "division_feed": "code"}
WORDS |= {"open_data_file": "format"}


def rows():
    """(route, method, object, {persona: status}) of every line of the table."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for line in lines[1:]:
        route, method, thing, *cells = line.split("\t")
        statuses = []
        for cell in cells:
            statuses.append(statuses[-1] if cell == "=" else cell)
        yield route, method, thing, dict(zip(PERSONAS, statuses, strict=True))


def patterns(found=None, prefix=""):
    """(path, name) of every route."""
    for pattern in get_resolver().url_patterns if found is None else found:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.name or ""
        else:
            yield from patterns(pattern.url_patterns, prefix + str(pattern.pattern))


def own_routes():
    """The names that must be in the table."""
    listed = {route for route, *_rest in rows()}
    ours = {n for path, n in patterns() if not path.startswith("admin/")}
    return {n for n in ours if n in listed or not n.startswith(PACKAGES)}


def test_every_route_is_in_the_table_and_nothing_else_is():
    assert own_routes() == {route for route, *_rest in rows()}


@pytest.fixture
def cases(case, raised, city, citizen, office, settings, tmp_path):
    """citizen's cases by state, each with a file; made once for a row's personas."""
    settings.MEDIA_ROOT = tmp_path
    settings.DEMO = True
    made = {}

    def of(state):
        if state not in made:
            draft = Suggestion.objects.create(
                author=citizen, title=f"食堂菜单公开：{state}", situation="家长看不到菜单。", category=city.category,
                division=city.street,
            )  # fmt: skip
            draft.attachments.create(
                file=ContentFile(b"%PDF-1.4", "a"), name="菜单.pdf", content_type="application/pdf", size=8
            )
            if state == "published":
                case("accepted", draft)
                workflow.publish(draft, by=office, attachments=draft.attachments.all())
            elif state.startswith("proposal:"):
                draft = raised(state.removeprefix("proposal:"), case("triaging", draft))
            elif state != "draft":
                case(state, draft)
            made[state] = draft
        return made[state]

    return of


@pytest.fixture
def visits(city, citizen, deputy, officer):
    """citizen's appointments by state, each at a session of its own; "free": only the session."""
    made = {}

    def of(state):
        if state not in made:
            session = make_session(city.station, [deputy.deputy], days=7 + len(made))
            made[state] = SimpleNamespace(session=session, slot=session.slots.first(), appointment=None)
            if state != "free":
                made[state].appointment = visit(made[state].slot, state, citizen, deputy, officer)
        return made[state]

    return of


def visit(slot, state, citizen, deputy, officer):
    """citizen's appointment in ``slot``, brought to ``state`` by the real verbs."""
    if state in ("waitlisted", "offered"):
        first = liaison.book(slot, by=officer, name="王先", phone="+8613800138001")
    mine = liaison.book(slot, by=citizen, user=citizen, name="林晓榕", topic="路灯不亮")
    if state == "offered":
        liaison.cancel(first, by=officer, note="来电取消")
    if state == "cancelled":
        liaison.cancel(mine, by=citizen)
    if state in ("checked_in", "served", "recorded"):
        liaison.check_in(mine, by=officer)
    if state == "recorded":
        liaison.receive(mine, by=officer, deputies=[deputy.deputy], own_words="路灯不亮。", outcome="suggestion")
    if state == "served":
        liaison.receive(
            mine, by=officer, deputies=[deputy.deputy], own_words="路灯不亮。", answer="本周修。", outcome="answered"
        )
    mine.refresh_from_db()
    return mine


def at_visit(route, path, found, word):
    """The path of a session's or an appointment's page; ``found``: of ``visits``, or None for what does not exist."""
    keys = {"pk": 999_999_999, "slot": 999_999_999, "code": "AAAAAAAAAA", "date": "2026-11-30"}
    keys["slug"] = word or "nowhere"
    if found is not None:
        station, duty = found.session.station, found.session.duties.first()
        keys = {"pk": duty.pk if "/duties/" in path else found.session.pk, "slot": found.slot.pk}
        keys |= {"slug": word or station.slug, "date": found.session.day.isoformat()}
        if found.appointment is not None:
            keys["code"] = found.appointment.code
            if "appointments/<int:pk>" in path:
                keys["pk"] = found.appointment.pk
            if "receptions/<int:pk>" in path:
                keys["pk"] = found.appointment.reception.pk
    return reverse(route, kwargs={name: value for name, value in keys.items() if f":{name}>" in path})


def address(route, thing, cases, visits):
    """The path to ask for."""
    if thing == "-":
        return reverse(route)
    if thing == "department":
        return reverse(route, args=[Department.objects.get(name="福州市教育局").pk])
    if thing == "deputy":
        return reverse(route, args=[Deputy.objects.get(name="林静").pk])
    if thing.startswith("visit:"):
        state, _at, word = thing.removeprefix("visit:").partition("@")
        path = next(p for p, n in patterns() if n == route)
        return at_visit(route, path, None if state == "missing" else visits(state), word)
    if route in WORDS:
        return reverse(route, kwargs={WORDS[route]: thing})
    if thing.startswith("proposal:"):
        state, _at, word = thing.partition("@")
        keys = {"pk": 999_999_999 if "missing" in state else cases(state).pk} | ({"slug": word} if word else {})
        return reverse(route, kwargs=keys)
    slug, _at, state = thing.rpartition("@")
    path = next(p for p, n in patterns() if n == route)
    suggestion = None if state == "missing" else cases(state)
    values = {
        "number": suggestion.number if suggestion else "2099-999999",
        "pk": key(route, suggestion),
        "attachment": 999_999_999,
        "step": "words",
        "slug": slug,
        "token": "nonsense",
        "code": "nonsense",
        "key": "nonsense",
    }
    return reverse(route, kwargs={name: value for name, value in values.items() if f":{name}>" in path})


def key(route, suggestion):
    """The key of a draft or of its file; one nobody has when there is none."""
    if suggestion is None:
        return 999_999_999
    return suggestion.attachments.first().pk if route == "attachment" else suggestion.pk


def told(response):
    """The status as the table writes it."""
    if response.status_code == 302 and response.url.startswith("/accounts/login"):
        return "login"
    if response.status_code == 302 and response.url.startswith(("/accounts/", "/my/profile")):
        return "verify"
    return str(response.status_code)


def named(value):
    """The row's words make the test's name."""
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("route", "method", "thing", "expected"), list(rows()), ids=named)
def test_the_route_answers_every_persona_as_the_table_says(
    route, method, thing, expected, cases, visits, client, request
):
    path = address(route, thing, cases, visits)
    people = {p: request.getfixturevalue(p) for p in PERSONAS if p != "anonymous"}
    found = {}
    for persona in PERSONAS:
        client.logout()
        if persona != "anonymous":
            client.force_login(people[persona], "django.contrib.auth.backends.ModelBackend")
        # What one persona may change the next must find as it was.
        with transaction.atomic():
            found[persona] = told(client.generic(method, path))
            transaction.set_rollback(True)
    assert found == expected


ADMIN = sorted({p for p, _n in patterns() if p.startswith("admin/") and "<" not in p and "(" not in p})


def test_the_admin_opens_for_the_office_alone(cases, client, request):
    people = {p: request.getfixturevalue(p) for p in PERSONAS if p != "anonymous"}
    for persona in PERSONAS:
        client.logout()
        if persona != "anonymous":
            client.force_login(people[persona], "django.contrib.auth.backends.ModelBackend")
        for path in set(ADMIN) - {"admin/logout/", "admin/login/", "admin/autocomplete/"}:
            status = client.get(f"/{path}").status_code
            if persona == "office":
                # 403: rows of that kind are not made by hand; 302: the package's own page elsewhere.
                assert status in (200, 302, 403), path
            else:
                assert status in (302, 403), (persona, path)


def test_nothing_in_the_admin_can_be_deleted(office, client, cases):
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")
    suggestion = cases("submitted")
    for path, name in patterns():
        if path.startswith("admin/") and name.endswith("_delete"):
            target = "/" + path.replace("<path:object_id>", str(suggestion.pk))
            assert client.post(target, {"post": "yes"}).status_code in (302, 403, 404), path
    assert Suggestion.objects.filter(pk=suggestion.pk).exists()


PACKAGE_PAGES = sorted(
    {n for p, n in patterns() if n.startswith(("account_", "mfa_", "usersessions_")) and "<" not in p and "(" not in p}
    - {route for route, *_rest in rows()}
)


@pytest.mark.parametrize("name", PACKAGE_PAGES)
def test_the_packages_own_pages_never_fail(name, client, citizen):
    path = reverse(name)
    assert client.get(path).status_code in (200, 302, 405)
    client.force_login(citizen, "django.contrib.auth.backends.ModelBackend")
    # 403: asked to confirm who one is without having anything to confirm it by.
    assert client.get(path).status_code in (200, 302, 403, 404, 405)
