"""The named cast: everybody a test may need, with real memberships. Loaded as a pytest plugin by ``conftest.py``.

Place: 温泉街道 in 鼓楼区, theme 学校食堂 (education). ``deputy`` listens there; ``other_deputy`` in 仓山区.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts.models import OfficeMember
from fzportal import reference
from liaison import workflow as liaison
from liaison.models import Deputy, Division, Duty, Field, Session, Slot, Station, StationMember, Term
from suggestions import workflow
from suggestions.models import Category, Department, DepartmentMember, Suggestion

BOTH = ("publish", "pass_contact")


@pytest.fixture
def city(db):
    """Reference rows, two departments, a station: what a portal has before anybody signs in."""
    if not Division.objects.exists():
        reference.load()
    education, _made = Department.objects.get_or_create(name="福州市教育局", defaults={"phone": "0591-00000001"})
    traffic, _made = Department.objects.get_or_create(name="福州市交通运输局", defaults={"phone": "0591-00000002"})
    gulou, cangshan = Division.objects.get(code="350102"), Division.objects.get(code="350104")
    street = Division.objects.get(name="温泉街道", parent=gulou)
    station, _made = Station.objects.get_or_create(
        slug="wenquan", defaults={"name": "温泉街道代表联系群众活动室", "kind": "activity_room", "division": street}
    )
    return SimpleNamespace(
        education=education, traffic=traffic, gulou=gulou, cangshan=cangshan, street=street, station=station,
        whole=Division.objects.get(code="350100"), category=Category.objects.get(slug="education"),
        term=Term.objects.get(number=16), field=Field.objects.get(name="教育"),
    )  # fmt: skip


def person(nickname, name, email="", **fields):
    """A user whose e-mail is verified."""
    user = get_user_model().objects.create_user(email=email, nickname=nickname, name=name, **fields)
    if email:
        user.emailaddress_set.create(email=email, verified=True, primary=True)
    return user


@pytest.fixture
def citizen(city):
    return person("榕树下", "林晓榕", "citizen@example.com")


@pytest.fixture
def neighbour(city):
    return person("茉莉", "陈茉", "neighbour@example.com")


@pytest.fixture
def stranger(city):
    """Signed up, never verified anything."""
    return get_user_model().objects.create_user(email="stranger@example.com", nickname="路人", name="吴名")


def make_deputy(user, city, name, pinyin, divisions):
    deputy = Deputy.objects.create(user=user, name=name, pinyin=pinyin, term=city.term)
    deputy.divisions.set(divisions)
    return user


@pytest.fixture
def deputy(city):
    """Listens in 鼓楼区, and through the field 教育."""
    user = make_deputy(person("", "林代表", "deputy@example.com"), city, "林静", "lin jing", [city.gulou])
    user.deputy.fields.set([city.field])
    return user


@pytest.fixture
def other_deputy(city):
    """Listens in 仓山区 only."""
    return make_deputy(person("", "黄代表", "other@example.com"), city, "黄敏", "huang min", [city.cangshan])


@pytest.fixture
def officer(city):
    user = person("", "郑联络", "officer@example.com")
    StationMember.objects.create(user=user, station=city.station)
    return user


@pytest.fixture
def handler(city):
    user = person("", "王经办", "handler@example.com")
    DepartmentMember.objects.create(user=user, department=city.education, role="handler")
    return user


@pytest.fixture
def approver(city):
    user = person("", "周审核", "approver@example.com")
    DepartmentMember.objects.create(user=user, department=city.education, role="approver")
    return user


@pytest.fixture
def other_handler(city):
    """A handler of another department."""
    user = person("", "赵经办", "other-handler@example.com")
    DepartmentMember.objects.create(user=user, department=city.traffic, role="handler")
    return user


@pytest.fixture
def office(city):
    user = person("", "办公室", "office@example.com")
    OfficeMember.objects.create(user=user)
    return user


@pytest.fixture
def other_office(city):
    """A second member of the office: what needs two people needs her."""
    user = person("", "综合处", "other-office@example.com")
    OfficeMember.objects.create(user=user)
    return user


@pytest.fixture
def other_approver(city):
    """Releases replies of the other department."""
    user = person("", "何审核", "other-approver@example.com")
    DepartmentMember.objects.create(user=user, department=city.traffic, role="approver")
    return user


@pytest.fixture
def session(city, deputy):
    """An announced session a week from now, 9:00-10:00, four slots of one place each; ``deputy`` is on duty."""
    return make_session(city.station, [deputy.deputy])


def make_session(station, deputies=(), *, days=7, places=1, status="announced", **fields):
    """A session ``days`` from today at 9:00, one hour long, in slots of 15 minutes; announced by the clock."""
    starts = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=days)
    found = Session(station=station, starts_at=starts, ends_at=starts + timedelta(hours=1), places=places, **fields)
    found.save()
    Slot.objects.bulk_create(liaison.slots_of(found))
    Duty.objects.bulk_create([Duty(session=found, deputy=d, span=(found.starts_at, found.ends_at)) for d in deputies])
    if status == "announced":
        liaison.announce(found, by=None)
    return found


@pytest.fixture
def draft(city, citizen):
    """A complete draft of ``citizen``'s, ready to submit."""
    return Suggestion.objects.create(
        author=citizen, title="学校食堂每周菜单和进货来源请公开", situation="孩子在校吃午餐，家长看不到食材从哪里来。",
        proposal="每周一公布菜单、供货单位和检测结果。", place="温泉小学", category=city.category, division=city.street,
        shown_as="nickname",
    )  # fmt: skip


@pytest.fixture
def case(draft, request):
    """``case("assigned")`` takes the draft to a state by the real verbs; needs the people on the way."""

    def people(name):
        return request.getfixturevalue(name)

    def go(status, suggestion=draft):
        steps = {
            "submitted": lambda s: workflow.submit(s, by=s.author, consents=BOTH, contact={"phone": "+8613800000000"}),
            "accepted": lambda s: workflow.accept(s, by=people("office")),
            "triaging": lambda s: workflow.claim(s, by=people("deputy")),
            "referred": lambda s: workflow.refer(s, by=people("deputy"), opinion="请主管部门研究公开办法。"),
            "assigned": lambda s: workflow.assign(s, by=people("office"), department=people("city").education),
            "in_progress": lambda s: workflow.take_on(s, by=people("handler")),
            "reply_review": lambda s: workflow.hand_in(s, by=people("handler"), text="已在全市推行。", result="A"),
            "replied": lambda s: workflow.release_reply(s, by=people("approver")),
        }  # fmt: skip
        ends = {
            "needs_info": ("submitted", lambda s: workflow.ask(s, by=people("office"), question="是哪一所学校？")),
            "declined": ("submitted", lambda s: workflow.decline(s, by=people("office"), reason=reason("hotline"))),
            "withdrawn": ("submitted", lambda s: workflow.withdraw(s, by=s.author)),
            "escalated": ("triaging", lambda s: take_up(s, by=people("deputy"))),
            "closed": ("replied", lambda s: workflow.rate(s, by=s.author, attitude=3, result=3)),
            "rehandling": ("replied", lambda s: workflow.rate(s, by=s.author, attitude=2, result=1, reason="不够")),
        }  # fmt: skip
        if status == "supervised":
            go("rehandling", suggestion)
            steps["reply_review"](suggestion)
            steps["replied"](suggestion)
            workflow.rate(suggestion, by=suggestion.author, attitude=2, result=1, reason="还是没有解决")
            return suggestion
        if status in ends:
            before, last = ends[status]
            go(before, suggestion)
            last(suggestion)
            return suggestion
        for step in steps:
            steps[step](suggestion)
            if step == status:
                return suggestion
        raise ValueError(status)

    return go


WORDS = {"situation": "家长看不到食材来源。", "request": "建议全市学校每周公开菜单、供货单位和检测结果。"}


def take_up(suggestion, *, by):
    """Take it up into a proposal of its own and submit that."""
    proposal = workflow.proposals.begin(by=by, title=suggestion.title, **WORDS)
    workflow.proposals.bundle(proposal, by=by, suggestion=suggestion)
    workflow.proposals.submit(proposal, by=by)
    suggestion.refresh_from_db()
    return proposal


@pytest.fixture
def raised(case, request):
    """``raised("replied")``: a proposal of ``deputy``'s that takes up the case (or the claimed ones given), in a state.

    ``handler`` leads, ``other_handler`` assists.
    """

    def people(name):
        return request.getfixturevalue(name)

    def go(status, *claimed):
        verbs, city, deputy, handler = workflow.proposals, people("city"), people("deputy"), people("handler")
        reply = {"text": "全市学校自下学期起每周公开。", "result": "A"}
        talk = {"kind": "phone", "on": timezone.localdate(), "note": "已向代表说明办理思路。"}
        assigned = {"department": city.education, "co": [city.traffic]}
        steps = {
            "submitted": lambda p: verbs.submit(p, by=deputy),
            "assigned": lambda p: verbs.assign(p, by=people("office"), **assigned),
            "in_progress": lambda p: verbs.take_on(p, by=handler),
            "talked": lambda p: verbs.log_contact(p, by=handler, **talk),
            "reply_review": lambda p: verbs.hand_in(p, by=handler, **reply),
            "replied": lambda p: verbs.release(p, by=people("approver")),
        }
        ends = {
            "withdrawn": ("submitted", lambda p: verbs.withdraw(p, by=deputy)),
            "closed": ("replied", lambda p: verbs.evaluate(p, by=deputy, grade=3)),
            "rehandling": ("replied", lambda p: verbs.evaluate(p, by=deputy, grade=1, note="没有写明时间")),
        }
        target, last = ends.get(status, (status, None))
        proposal = verbs.begin(by=deputy, title="关于公开学校食堂菜单的建议", **WORDS)
        for suggestion in claimed or [case("triaging")]:
            verbs.bundle(proposal, by=deputy, suggestion=suggestion)
        for step in list(steps)[: 0 if target == "draft" else list(steps).index(target) + 1]:
            steps[step](proposal)
        if last:
            last(proposal)
        return proposal

    return go


def reason(code):
    """A reason for declining, by code."""
    return Suggestion._meta.get_field("decline_reason").related_model.objects.get(code=code)
