"""People in the office's admin: whom to find, whom to enter, which office they hold and until when."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  (imported so that what they register can be taken out below)
from allauth.account.adapter import get_adapter
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts import workflow
from accounts.models import OfficeMember, User, membership_models
from fzportal.admin import OfficeAdmin, OfficeInline
from fzportal.forms import PhoneField

# One door for everybody: the admin asks for the same sign-in, second factor included.
admin.site.login = secure_admin_login(admin.site.login)

# People keep these themselves; here they could be deleted. Groups mean nothing where roles are memberships.
for model in (EmailAddress, EmailConfirmation, Authenticator, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def membership_inline(membership):
    """A table of one kind of membership on a person's page."""
    others = [f.name for f in membership._meta.fields if f.name not in ("id", "user", "since", "until")]
    values = {"model": membership, "fk_name": "user", "fields": [*others, "since", "until"]}
    return type(f"{membership.__name__}Inline", (OfficeInline,), values)


def masked(address):
    """An e-mail address or phone number, enough to recognise: ``ci***@example.com``, ``+8613****0000``."""
    name, sign, host = address.partition("@")
    if sign:
        return f"{name[:2]}***@{host}"
    return f"{name[:-8]}****{name[-4:]}" if len(name) > 8 else "****" if name else ""


def as_phone(words):
    """What somebody typed as E.164, or None when it is no phone number."""
    try:
        return PhoneField().clean(words)
    except ValidationError:
        return None


@admin.register(User)
class UserAdmin(OfficeAdmin):
    """Everybody with an account. A role is a dated membership in a table below, never a tick on the person.

    Name, e-mail and phone of who holds no role are masked: the office reads a citizen's contact on their case, with a
    reason (PIPL Art. 6).
    """

    list_display = ["called", "shown_name", "shown_email", "shown_phone", "is_active", "date_joined", "last_login"]
    list_filter = ["is_active", "date_joined"]
    search_fields = ["nickname", "name", "email", "phone"]
    search_help_text = _("Citizens are found by their whole e-mail address or phone number.")
    ordering = ["-pk"]
    fields = ["name", "nickname", "email", "phone", "phone_verified", "is_active", "date_joined", "last_login"]
    readonly_fields = ["phone_verified", "date_joined", "last_login"]
    actions = ["reset_second_factor"]
    personal = {"name": "shown_name", "email": "shown_email", "phone": "shown_phone"}

    @admin.action(description=_("Reset a lost second factor"), permissions=["change"])
    def reset_second_factor(self, request, queryset):
        """For somebody known in person who lost phone or key: they set up a new one at the next sign-in."""
        for user in queryset.order_by("pk"):
            try:
                workflow.reset_second_factor(user, by=request.user)
            except workflow.NotOneself:
                messages.error(request, _("Another member of the office must reset your own second factor."))
                continue
            self.log_change(request, user, [{"changed": {"fields": [str(_("second factor"))]}}])
            get_adapter().send_notification_mail("mfa/email/totp_deactivated", user)
            messages.success(request, _("Reset for %(who)s, and they have been told.") % {"who": user})

    @admin.display(description=_("person"))
    def called(self, user):
        return str(user)

    @admin.display(description=_("name"))
    def shown_name(self, user):
        return user.name if user.has_role else user.masked_name

    @admin.display(description=_("e-mail"))
    def shown_email(self, user):
        return user.email if user.has_role else masked(user.email)

    @admin.display(description=_("phone"))
    def shown_phone(self, user):
        return user.phone if user.has_role else masked(user.phone)

    def get_queryset(self, request):
        """With ``has_role``: whether they hold a role today, for all rows in one query."""
        held = [Exists(m.objects.current().filter(user=OuterRef("pk"))) for m in membership_models()]
        return super().get_queryset(request).annotate(has_role=Q(*held, _connector=Q.OR))

    def get_search_results(self, request, queryset, search_term):
        """Who holds a role by any part of name or address; everybody else by a whole address alone."""
        found, repeats = super().get_search_results(request, queryset, search_term)
        if not (words := search_term.strip()):
            return found, repeats
        exact = Q(email__iexact=words)
        if phone := as_phone(words):
            exact |= Q(phone=phone)
        known = found.filter(has_role=True).values("pk")
        return queryset.filter(exact | Q(pk__in=known)), repeats

    def lookup_allowed(self, lookup, value, request=None):
        """A filter in the address would spell out letter by letter what is masked."""
        return lookup.split("__")[0] not in self.personal and super().lookup_allowed(lookup, value, request)

    def get_fields(self, request, obj=None):
        """A citizen's own particulars are shown masked, and not to be changed."""
        if obj is None or obj.has_role:
            return self.fields
        return [self.personal.get(name, name) for name in self.fields]

    def get_readonly_fields(self, request, obj=None):
        """An address is entered once; afterwards only its owner changes it, by a code."""
        return [*self.readonly_fields, "email", "phone", *self.personal.values()] if obj else self.readonly_fields

    def get_inlines(self, request, obj):
        """Every membership a person may hold more than one of; a deputy has a page of their own."""
        kinds = [m for m in membership_models() if m._meta.get_field("user").many_to_one]
        return [membership_inline(m) for m in kinds]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "phone":
            return PhoneField(label=_("phone"), required=False)
        if db_field.name == "email":
            kwargs["help_text"] = _("They sign in with a code to it: nothing else needs to be set up.")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        """Without a password: a code is enough."""
        if not change:
            obj.email = obj.email.lower()
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(OfficeMember)
class OfficeMemberAdmin(OfficeAdmin):
    """Who works for the office, and until when."""

    list_display = ["user", "since", "until"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__nickname", "user__email"]
    autocomplete_fields = ["user"]
