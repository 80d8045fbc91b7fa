"""Who people are: the user, and what they may be called upon to do, as dated memberships."""

import uuid
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Role(NamedTuple):
    """What a user is today: ``name`` (office, deputy, officer, handler, approver) and the pk of what it is for."""

    name: str
    scope: int | None


class UserQuerySet(models.QuerySet):
    """Which people."""

    def active(self):
        """May sign in."""
        return self.filter(is_active=True)

    def with_verified_email(self):
        """``user.email`` is theirs: they typed the code sent to it."""
        from_allauth = User._meta.get_field("emailaddress").related_model.objects
        return self.filter(Exists(from_allauth.filter(user=OuterRef("pk"), verified=True, email=OuterRef("email"))))

    def with_verified_phone(self):
        """``user.phone`` is theirs."""
        return self.filter(phone_verified=True).exclude(phone="")

    def owner_of(self, *, email="", phone=""):
        """Whose address this is, or None: who proved it, else who was entered with it and has never signed in.

        An address somebody merely claims beside their own is nobody's, or its true owner would land in their account.
        """
        if phone:
            proven = self.with_verified_phone().filter(phone=phone)
            claimed = self.filter(phone=phone, phone_verified=False)
        else:
            proven = self.filter(emailaddress__email=email, emailaddress__verified=True)
            claimed = self.filter(email__iexact=email)
        return proven.first() or claimed.filter(last_login=None).order_by("pk").first()

    def abandoned(self, before):
        """Typed an address before this moment and never the code: no row of any kind hangs on them."""
        unused = self.filter(date_joined__lt=before, last_login=None, phone_verified=False, is_demo=False)
        for relation in self.model._meta.get_fields(include_hidden=True):
            if relation.auto_created and not relation.concrete:
                rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
                # The address typed is the one row a sign-up makes.
                mine = rows.filter(verified=True) if relation.name == "emailaddress" else rows
                unused = unused.filter(~Exists(mine))
        return unused


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Creates users; ``create_superuser`` makes a member of the office, for there is nobody above it."""

    def create_user(self, *, email="", phone="", password=None, **fields):
        """A user with a normalised e-mail; without a password they sign in by code."""
        user = self.model(email=self.normalize_email(email), phone=phone, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email, password=None, **fields):
        """What ``manage.py createsuperuser`` calls: a user and an office membership from today."""
        user = self.create_user(email=email, password=password, **fields)
        OfficeMember.objects.create(user=user)
        return user


def new_username() -> str:
    """Nobody sees or types it; Django wants one unique name per user."""
    return uuid.uuid4().hex


class User(AbstractBaseUser):
    """A person. What they may do follows from dated memberships (``roles``), never from a flag here."""

    username = models.CharField(max_length=32, unique=True, default=new_username, editable=False)
    email = models.EmailField(_("e-mail"), blank=True, db_index=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    phone_verified = models.BooleanField(_("phone verified"), default=False)
    nickname = models.CharField(_("nickname"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=40, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    is_demo = models.BooleanField(_("demo persona"), default=False, editable=False)

    # Set for one request by the middleware that withholds the roles of somebody who signed in by a code alone.
    lacks_second_factor = False

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(phone_verified=True) & ~Q(phone=""),
                name="verified_phone_is_one_persons",
                violation_error_message=_("This phone number belongs to another account."),
            )
        ]

    def __str__(self):
        return self.nickname or self.masked_name or _("Citizen")

    def get_full_name(self):
        """The name given, else what the public sees."""
        return self.name or str(self)

    def get_short_name(self):
        """What the header greets with."""
        return str(self)

    @property
    def masked_name(self) -> str:
        """The family name and stars: 林**. Empty without a name."""
        return self.name[:1] + "**" if self.name else ""

    @cached_property
    def is_verified(self) -> bool:
        """Whether this person typed a code sent to their e-mail or phone: needed to post, support and book."""
        return self.phone_verified or self.emailaddress_set.filter(verified=True).exists()

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Everything this person is today, in one query; a membership that has ended is gone at the next request."""
        first, *others = [model.roles_of(self) for model in membership_models()]
        return frozenset(Role(*row) for row in first.union(*others, all=True))

    def scopes(self, name: str) -> frozenset[int]:
        """The pks this person is ``name`` for: ``scopes("handler")`` are departments, ``scopes("deputy")`` deputies."""
        return frozenset(r.scope for r in self.roles if r.name == name)

    @property
    def is_office(self) -> bool:
        """Whether this person works for the congress office today."""
        return any(r.name == "office" for r in self.roles)

    @property
    def has_desk(self) -> bool:
        """Whether work waits for this person at ``/desk/``."""
        return bool(self.roles) or self.lacks_second_factor

    # The admin is the office's workplace; its gate asks these.
    is_staff = is_office

    def has_perm(self, perm, obj=None) -> bool:
        """Inside the admin the office may do what the admin classes offer."""
        return self.is_active and self.is_office

    def has_perms(self, perms, obj=None) -> bool:
        """As ``has_perm``."""
        return self.has_perm(None, obj)

    def has_module_perms(self, app_label) -> bool:
        """As ``has_perm``."""
        return self.has_perm(None)


class PolicyConsent(models.Model):
    """Somebody signed in under this version of the privacy policy (PIPL Art. 14, 17)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="policy_consents")
    version = models.CharField(_("version"), max_length=20)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("consent to the privacy policy")
        verbose_name_plural = _("consents to the privacy policy")
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="consented_once_per_version")]

    def __str__(self):
        return self.version


class MembershipQuerySet(models.QuerySet):
    """Which memberships."""

    def current(self, on=None):
        """In force on a day (today)."""
        on = on or timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)


class Membership(models.Model):
    """A role with a first and a last day. Subclasses add ``user`` and say what the role is called and for what."""

    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day; empty while it lasts."))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def roles_of(cls, user):
        """Rows (role name, scope pk) of ``user``'s current memberships of this kind, for one UNION."""
        raise NotImplementedError


def membership_models() -> list[type[Membership]]:
    """Every kind of membership the installed apps define."""
    return [m for m in Membership.__subclasses__() if not m._meta.abstract]


class OfficeMember(Membership):
    """Works for the congress office (人大常委会代表工作机构), whose workplace is the admin."""

    user = models.ForeignKey(User, models.PROTECT, related_name="office_memberships", verbose_name=_("user"))

    class Meta:
        verbose_name = _("office member")
        verbose_name_plural = _("office members")

    def __str__(self):
        return str(self.user)

    @classmethod
    def roles_of(cls, user):
        """("office", None)."""
        rows = cls.objects.current().filter(user=user).order_by()
        null = models.Value(None, output_field=models.BigIntegerField())
        return rows.annotate(role=models.Value("office"), scope=null).values_list("role", "scope")
