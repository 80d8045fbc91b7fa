"""What people do to a case, state by state. Each act takes the stage, the case and a number that varies it.

``stage.by(name)`` is that person, or whoever tries it in their place; refusals are the stage's business.
"""

from datetime import timedelta

from django.utils import timezone

from suggestions import workflow
from suggestions.models import DeclineReason, Proposal


def submit(stage, case, n):
    workflow.submit(case, by=stage.by(stage.author_of(case)), consents=("publish", "pass_contact"))


def accept(stage, case, n):
    workflow.accept(case, by=stage.office(n))


def ask(stage, case, n):
    workflow.ask(case, by=stage.office(n), question="是哪一所学校？")


def answer(stage, case, n):
    workflow.answer(case, by=stage.by(stage.author_of(case)), text="温泉小学。")


def decline(stage, case, n):
    reasons = DeclineReason.objects.order_by("pk")
    workflow.decline(case, by=stage.office(n), reason=reasons[n % len(reasons)])


def merge(stage, case, n):
    into = stage.another(case, n)
    by = stage.office(n) if n % 3 else stage.by(stage.claimer_of(case))
    workflow.merge(case, by=by, into=into)
    stage.joined(case, into)


def withdraw(stage, case, n):
    workflow.withdraw(case, by=stage.by(stage.author_of(case)), note="已经解决")


def publish(stage, case, n):
    workflow.publish(case, by=stage.office(n))


def classify(stage, case, n):
    workflow.classify(case, by=stage.office(n), category=case.category)


def claim(stage, case, n):
    workflow.claim(case, by=stage.by(("deputy", "other_deputy")[n % 2]))


def release(stage, case, n):
    by = stage.office(n) if n % 2 else stage.by(stage.claimer_of(case))
    workflow.release(case, by=by)


def answer_directly(stage, case, n):
    workflow.answer_directly(case, by=stage.by(stage.claimer_of(case)), text="已协调。", result="ACD"[n % 3])


def refer(stage, case, n):
    department = stage.departments[n % 3] if n % 2 else None
    workflow.refer(case, by=stage.by(stage.claimer_of(case)), opinion="请研究。", department=department)


def propose_decline(stage, case, n):
    workflow.propose_decline(case, by=stage.by(stage.claimer_of(case)), note="属于热线办理范围")


def recuse(stage, case, n):
    name = ("deputy", "other_deputy")[n % 2]
    workflow.recuse(case, by=stage.by(name), reason="当事人是亲属")
    stage.stood_aside(case, name)


def assign(stage, case, n):
    lead, *others = stage.departments[n % 3 :] + stage.departments[: n % 3]
    by_hand = stage.day_close(20 + n) if n % 5 == 0 else None
    workflow.assign(case, by=stage.office(n), department=lead, co=others[: n % 4 and n % 3], due_at=by_hand)


def involve(stage, case, n):
    workflow.involve(case, by=stage.office(n), department=stage.departments[n % 3])


def take_on(stage, case, n):
    workflow.take_on(case, by=stage.handler_of(case, n))


def return_case(stage, case, n):
    workflow.return_case(case, by=stage.handler_of(case, n), reason="不属本单位", proposed=stage.departments[n % 3])


def take_part(stage, case, n):
    if part := stage.co_part(case, n):
        workflow.take_part(part, by=stage.co_handler(part))


def give_opinion(stage, case, n):
    if part := stage.co_part(case, n):
        workflow.give_opinion(part, by=stage.co_handler(part), text="同意公开。")


def return_part(stage, case, n):
    if part := stage.co_part(case, n):
        workflow.return_part(part, by=stage.co_handler(part), reason="无关")


def relieve(stage, case, n):
    if part := stage.co_part(case, n):
        workflow.relieve(part, by=stage.office(n), reason="不再需要")


def save_reply(stage, case, n):
    workflow.save_reply(case, by=stage.handler_of(case, n), text="起草中", points=[("菜单", "已公布")])


def hand_in(stage, case, n):
    """A third of the replies promise something by a day, near or far."""
    day = timezone.localdate() + timedelta(days=(2, 9, 40)[n % 3])
    promises = [("公布检测结果", day)] if n % 3 != 1 else []
    result = "B" if promises else "ACD"[n % 3]
    workflow.hand_in(case, by=stage.handler_of(case, n), text="已办理。", result=result, promises=promises)


def release_reply(stage, case, n):
    workflow.release_reply(case, by=stage.approver_of(case, n))


def send_back(stage, case, n):
    by = stage.office(n) if n % 2 else stage.approver_of(case, n)
    workflow.send_back(case, by=by, reason="请写明进货来源")


def ask_extension(stage, case, n):
    workflow.ask_extension(case, by=stage.handler_of(case, n), days=5 + n % 3 * 5, reason="需要检测")


def decide_extension(stage, case, n):
    extension = case.extensions.order_by("is_granted", "pk").last()
    if extension is not None:
        workflow.decide_extension(extension, by=stage.office(n), is_granted=n % 3 != 0, note="请抓紧")


def urge(stage, case, n):
    workflow.urge(case, by=stage.office(n) if n % 2 else stage.by(stage.claimer_of(case)), note="请抓紧")


def note_progress(stage, case, n):
    workflow.note_progress(case, by=stage.handler_of(case, n), text="已到现场。", is_public=bool(n % 2))


def log_contact(stage, case, n):
    today = timezone.localdate()
    workflow.log_contact(case, by=stage.handler_of(case, n), kind="phone", with_whom="author", on=today, note="已沟通")


def rate(stage, case, n):
    """Every grade as often as the others."""
    workflow.rate(
        case, by=stage.by(stage.author_of(case)), attitude=1 + n // 3 % 3, result=1 + n % 3, reason="没有解决"
    )


def change_rating(stage, case, n):
    workflow.change_rating(case, by=stage.by(stage.author_of(case)), attitude=2, result=1 + n % 3, reason="想了想")


def name_supervisor(stage, case, n):
    workflow.name_supervisor(case, by=stage.office(n), supervisor=stage.people["other_office"])


def order_again(stage, case, n):
    by_hand = stage.day_close(30) if n % 2 else None
    workflow.order_again(case, by=stage.office(n), note="请重新办理", due_at=by_hand)


def propose_closing(stage, case, n):
    workflow.propose_closing(case, by=stage.office(n), reason="已尽力，条件不具备")


def refuse_closing(stage, case, n):
    workflow.refuse_closing(case, by=stage.office(n), note="还可以再做")


def close_over(stage, case, n):
    workflow.close_over(case, by=stage.office(n))


def reopen(stage, case, n):
    workflow.reopen(case, by=stage.office(n), note="承诺没有兑现")


def report_kept(stage, case, n):
    if promise := stage.promise(case, n):
        workflow.report_kept(promise, by=stage.keeper(promise, n), report="已公布。")


def confirm_kept(stage, case, n):
    if promise := stage.promise(case, n):
        workflow.confirm_kept(promise, by=stage.confirmer(promise, n))


def send_report_back(stage, case, n):
    if promise := stage.promise(case, n):
        by = stage.office(n) if n % 2 else stage.confirmer(promise, n)
        workflow.send_report_back(promise, by=by, reason="请附照片")


def rate_promise(stage, case, n):
    if promise := stage.promise(case, n):
        workflow.rate_promise(
            promise, by=stage.by(stage.author_of(case)), attitude=3, result=1 + n % 3, reason="没有看到"
        )


def withdraw_consent(stage, case, n):
    workflow.withdraw_consent(case, by=stage.by(stage.author_of(case)), kind=("publish", "pass_contact")[n % 2])


def support(stage, case, n):
    name = stage.passer_by(n)
    workflow.support(case, by=stage.by(name))
    stage.listens(case, name, "supports")


def unsupport(stage, case, n):
    name = stage.passer_by(n)
    workflow.unsupport(case, by=stage.by(name))
    stage.listens_no_more(case, name, "supports")


def follow(stage, case, n):
    name = stage.passer_by(n)
    workflow.follow(case, by=stage.by(name))
    stage.listens(case, name, "follows")


def unfollow(stage, case, n):
    name = stage.passer_by(n)
    workflow.unfollow(case, by=stage.by(name))
    stage.listens_no_more(case, name, "follows")


def take_up(stage, case, n):
    """With what the deputy has begun, or into a new one."""
    by = stage.by(stage.claimer_of(case))
    drafts = Proposal.objects.filter(status="draft", deputy=case.deputy)
    workflow.proposals.take_up(case, by=by, proposal=drafts.last() if n % 2 else None)


def unbundle(stage, case, n):
    workflow.proposals.unbundle(case.taken_up, by=stage.bearer(case.taken_up), suggestion=case)


def submit_proposal(stage, case, n):
    workflow.proposals.submit(case.taken_up, by=stage.bearer(case.taken_up))


def invite(stage, case, n):
    deputies = [stage.people[name].deputy for name in ("deputy", "other_deputy")]
    workflow.proposals.invite(case.taken_up, by=stage.bearer(case.taken_up), deputies=deputies)


def answer_invitation(stage, case, n):
    verb = workflow.proposals.sign if n % 3 else workflow.proposals.refuse
    verb(case.taken_up, by=stage.by(("deputy", "other_deputy")[n % 2]))


def withdraw_proposal(stage, case, n):
    workflow.proposals.withdraw(case.taken_up, by=stage.bearer(case.taken_up))


def send_proposal_back(stage, case, n):
    workflow.proposals.send_back(case.taken_up, by=stage.office(n), reason="请写明建议")


def assign_proposal(stage, case, n):
    lead, *co = stage.departments[n % 3 :] + stage.departments[: n % 3]
    months = 6 if n % 4 == 0 else 3
    workflow.proposals.assign(
        case.taken_up, by=stage.office(n), department=lead, co=co[: n % 2], months=months, note="涉及面广"
    )


def mark_key(stage, case, n):
    workflow.proposals.mark_key(case.taken_up, by=stage.office(n), supervisor="某副主任")


def take_proposal_on(stage, case, n):
    workflow.proposals.take_on(case.taken_up, by=stage.handler_of(case.taken_up, n))


def return_proposal(stage, case, n):
    workflow.proposals.return_assignment(case.taken_up, by=stage.handler_of(case.taken_up, n), reason="不属本单位")


def give_proposal_opinion(stage, case, n):
    workflow.proposals.give_opinion(case.taken_up, by=stage.by(("other_handler", "third_handler")[n % 2]), text="同意")


def speak_with_deputy(stage, case, n):
    today = timezone.localdate()
    workflow.proposals.log_contact(
        case.taken_up, by=stage.handler_of(case.taken_up, n), kind="visit", on=today, note="当面沟通"
    )


def hand_in_proposal(stage, case, n):
    """Some with a promise, some of which are for a day that passes before the release."""
    day = timezone.localdate() + timedelta(days=(1, 9, 40)[n % 3])
    how = {"result": "B", "promise": "公布", "promised_on": day} if n % 2 else {"result": "A"}
    workflow.proposals.hand_in(case.taken_up, by=stage.handler_of(case.taken_up, n), text="已研究办理。", **how)


def send_proposal_reply_back(stage, case, n):
    workflow.proposals.send_reply_back(case.taken_up, by=stage.approver_of(case.taken_up, n), reason="请补充")


def release_proposal(stage, case, n):
    workflow.proposals.release(case.taken_up, by=stage.approver_of(case.taken_up, n))


def evaluate(stage, case, n):
    workflow.proposals.evaluate(case.taken_up, by=stage.bearer(case.taken_up), grade=1 + n % 3, note="还要跟进")


# What fits a proposal's state, for the cases it takes up.
OF_PROPOSALS = {
    "draft": [
        submit_proposal, submit_proposal, submit_proposal, invite, answer_invitation, unbundle, withdraw_proposal,
    ],
    "submitted": [assign_proposal, assign_proposal, assign_proposal, send_proposal_back, withdraw_proposal],
    "assigned": [take_proposal_on, take_proposal_on, take_proposal_on, return_proposal, mark_key],
    "in_progress": [
        speak_with_deputy, speak_with_deputy, hand_in_proposal, hand_in_proposal, hand_in_proposal,
        give_proposal_opinion,
    ],
    "reply_review": [release_proposal, release_proposal, release_proposal, send_proposal_reply_back],
    "replied": [evaluate, evaluate],
    "rehandling": [speak_with_deputy, hand_in_proposal, hand_in_proposal],
    "closed": [evaluate],
    "withdrawn": [submit_proposal],
}  # fmt: skip
# What fits a state, the ordinary way more often than the others.
OFTEN = {
    "draft": [submit],
    "submitted": [accept, accept, accept, ask, decline, merge, withdraw, publish, claim],
    "needs_info": [answer, answer, answer, decline, withdraw],
    "accepted": [claim, claim, assign, assign, publish, merge, decline, recuse, classify, withdraw],
    "triaging": [
        take_up, take_up, refer, refer, refer, answer_directly, release, propose_decline, decline, merge, recuse,
        withdraw,
    ],
    "referred": [assign, assign, assign, assign, merge, withdraw],
    "escalated": [assign, withdraw],
    "assigned": [
        take_on, take_on, take_on, return_case, return_case, involve, take_part, give_opinion, return_part, relieve,
        ask_extension, decide_extension, urge, withdraw,
    ],
    "in_progress": [
        hand_in, hand_in, hand_in, hand_in, give_opinion, give_opinion, take_part, relieve, involve, return_part,
        save_reply, ask_extension, decide_extension, note_progress, log_contact, urge, publish, withdraw,
    ],
    "reply_review": [release_reply, release_reply, release_reply, send_back, decide_extension, urge, withdraw],
    "replied": [rate, rate, rate, rate, report_kept, publish],
    "rehandling": [
        hand_in, hand_in, hand_in, answer_directly, refer, assign, change_rating, give_opinion, ask_extension,
        decide_extension, save_reply, involve,
    ],
    "supervised": [
        order_again, order_again, name_supervisor, propose_closing, propose_closing, close_over, close_over,
        refuse_closing, change_rating, assign,
    ],
    "closed": [
        change_rating, change_rating, report_kept, report_kept, confirm_kept, confirm_kept, rate_promise, rate_promise,
        send_report_back, reopen,
    ],
    "declined": [publish], "merged": [publish], "withdrawn": [publish],
}  # fmt: skip
OF_PROMISES = [report_kept, report_kept, confirm_kept, confirm_kept, rate_promise, rate_promise, send_report_back]
# After these nothing is left to do.
ENDING = (withdraw, decline, merge)
ANYWHERE = [support, unsupport, follow, unfollow, withdraw_consent]
ON_PROPOSALS = {act for acts in OF_PROPOSALS.values() for act in acts}
EVERYWHERE = {act for acts in OFTEN.values() for act in acts} | set(ANYWHERE + OF_PROMISES) | ON_PROPOSALS
ALL = sorted(EVERYWHERE, key=lambda act: act.__name__)
