"""The demo's personas: who they are and what they can do, told from their memberships."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.models import User, membership_models

# In the order a case travels.
ABILITIES = {
    "citizen": (_("Citizen"), _("Makes suggestions, books a time with a deputy, rates the reply.")),
    "office": (
        _("Congress office"),
        _("Screens what arrives, assigns it and publishes it, in the admin."),
    ),
    "deputy": (
        _("Deputy"),
        _("Claims suggestions of these places, answers them or refers them; receives people at stations."),
    ),
    "officer": (_("Station officer"), _("Receives who comes to this station, checks in, writes down what was said.")),
    "handler": (_("Department handler"), _("Takes on what is assigned to the department and writes the reply.")),
    "approver": (_("Department approver"), _("Checks the handler's reply and releases it, or sends it back.")),
}


class Persona(NamedTuple):
    """A card on the demo page. ``role`` is a key of ``ABILITIES``; ``place`` may be empty."""

    user: User
    role: str
    label: str
    place: str
    ability: str


def personas() -> list[Persona]:
    """Every persona the demo city has, in the order a case travels."""
    found = [_persona(user) for user in User.objects.active().filter(is_demo=True).order_by("pk")]
    order = list(ABILITIES)
    return sorted(found, key=lambda persona: order.index(persona.role))


def _persona(user):
    names = {role.name for role in user.roles}
    role = next((name for name in ABILITIES if name in names), "citizen")
    label, ability = ABILITIES[role]
    return Persona(user, role, label, _place(user), ability)


def _place(user):
    """Where the memberships hold: a department, a station, the divisions a deputy listens to."""
    places = []
    for model in membership_models():
        for membership in model.objects.current().filter(user=user):
            places += [
                str(getattr(membership, name)) for name in ("department", "station") if hasattr(membership, name)
            ]
            if hasattr(membership, "divisions"):
                places += [str(division) for division in membership.divisions.all()]
    return "、".join(dict.fromkeys(map(str, places)))
