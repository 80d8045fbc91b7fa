"""What the office may edit: themes, departments and their people, reasons for declining, service promises."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership


class CategoryQuerySet(models.QuerySet):
    """Which categories."""

    def open(self):
        """May be chosen for new suggestions."""
        return self.filter(is_active=True)

    def top(self):
        """The task areas of the congress's resolution."""
        return self.filter(parent=None)

    def of_fields(self, field_ids):
        """Themes that belong to the fields, themselves or through their task area."""
        return self.filter(Q(fields__in=field_ids) | Q(parent__fields__in=field_ids)).distinct()


class Category(models.Model):
    """A theme in two levels: the task areas of the resolution of 2024-01-16 on top, themes below."""

    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    fields = models.ManyToManyField("liaison.Field", blank=True, related_name="categories", verbose_name=_("fields"))
    # Other systems' names for the theme, one a line: the import recognises them.
    aliases = models.TextField(_("also called"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self):
        return self.name


class DeclineReason(models.Model):
    """Why a matter is not taken here, and who is responsible instead (DOMAIN rule 8)."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    explanation = models.TextField(_("explanation"))
    responsible = models.CharField(_("who is responsible"), max_length=120)
    contact = models.CharField(_("how to reach them"), max_length=200)
    # Asked on the first page of a submission, so that nobody writes in vain; empty: only the office uses the reason.
    question = models.CharField(_("question at the start"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("reason for declining")
        verbose_name_plural = _("reasons for declining")

    def __str__(self):
        return self.name


class Department(models.Model):
    """A unit that handles matters (承办单位)."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    is_demo = models.BooleanField(_("demo data"), default=False, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self):
        return self.name


class DepartmentMember(Membership):
    """Works on matters for a department: writes replies (handler) or releases them (approver)."""

    class Role(models.TextChoices):
        HANDLER = "handler", _("Handler")
        APPROVER = "approver", _("Approver")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="members", verbose_name=_("department"))
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)

    class Meta:
        verbose_name = _("department member")
        verbose_name_plural = _("department members")

    def __str__(self):
        return f"{self.user} · {self.department} · {self.get_role_display()}"

    @classmethod
    def roles_of(cls, user):
        """("handler" or "approver", department pk)."""
        return cls.objects.current().filter(user=user).order_by().values_list("role", "department_id")


class PassageQuerySet(models.QuerySet):
    """Which passages."""

    def readable_in(self, departments):
        """Those of the departments (pks), and everybody's."""
        return self.filter(Q(department=None) | Q(department__in=departments))

    def offered_in(self, department):
        """May be put into a reply of ``department`` (a pk): its own first."""
        found = self.readable_in([department]).filter(is_active=True)
        return found.order_by(F("department").asc(nulls_last=True), "position", "pk")


class Passage(models.Model):
    """A passage departments use again and again in replies; words in braces are filled in (``{number}``)."""

    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="passages", verbose_name=_("department"),
        help_text=_("Empty: for every department."),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PassageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("passage")
        verbose_name_plural = _("passages")

    def __str__(self):
        return self.title


class ServicePromise(models.Model):
    """How long a state may last (服务承诺). No law sets these but where the source says so (DOMAIN rule 2)."""

    class Unit(models.TextChoices):
        WORKING_DAY = "d", _("working days")
        MONTH = "m", _("months")

    state = models.CharField(_("state"), max_length=20, unique=True)
    amount = models.PositiveSmallIntegerField(_("how many"))
    unit = models.CharField(_("unit"), max_length=1, choices=Unit.choices, default=Unit.WORKING_DAY)
    remind_before = models.PositiveSmallIntegerField(_("remind so many working days before"), default=2)
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("service promise")
        verbose_name_plural = _("service promises")

    def __str__(self):
        return f"{self.state}: {self.rule}"

    @property
    def rule(self) -> str:
        """As stored beside a due date: "15d", "1m"."""
        return f"{self.amount}{self.unit}"
