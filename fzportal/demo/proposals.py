"""The demo's proposal of deputies: raised from suggestions told before, signed, submitted, with a department."""

from django.utils import timezone

from suggestions.models import Category, ContactMade, Department, Proposal
from suggestions.workflow import proposals

from .stories import member


def raise_proposal(row, people, told) -> Proposal:
    """One row of the demo file; ``told``: the suggestions by title, claimed by its deputy."""
    deputy, office = people[row["deputy"]], people["office"]
    proposal = proposals.begin(
        by=deputy, title=row["title"], situation=row["situation"], request=row["request"],
        category=Category.objects.get(slug=row["category"]),
    )  # fmt: skip
    for title in row["suggestions"]:
        proposals.bundle(proposal, by=deputy, suggestion=told[title])
    proposals.invite(proposal, by=deputy, deputies=[people[row["co_signer"]].deputy])
    proposals.sign(proposal, by=people[row["co_signer"]])
    proposals.submit(proposal, by=deputy)
    lead, others = Department.objects.get(name=row["department"]), Department.objects.filter(name__in=row["co"])
    proposals.assign(proposal, by=office, department=lead, co=others, months=row["months"])
    proposals.mark_key(proposal, by=office, supervisor=row["supervisor"])
    handler = member(lead, "handler")
    proposals.take_on(proposal, by=handler)
    proposals.log_contact(
        proposal, by=handler, kind=ContactMade.Kind.PHONE, on=timezone.localdate(), note=row["contact"]
    )
    return proposal
