"""What all tables have in common: whole files or nothing, a reason per row, marks instead of inline styles."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources, widgets
from import_export.results import Result

from ...models import Division
from ..sheets import LINE
from .cells import Named, Text


class Before:
    """A row before and after, cell by cell, for the report of a dry run; no inline style (the package's has)."""

    def __init__(self, resource, instance, new):
        self.left = [] if new else self.cells(resource, instance)
        self.right = []

    @staticmethod
    def cells(resource, instance):
        return [str(resource.export_field(f, instance)) for f in resource.get_import_fields()]

    def compare_with(self, resource, instance):
        self.right = self.cells(resource, instance) if instance is not None else []

    def as_html(self):
        old = self.left or self.right or [""]
        new = self.right or [""] * len(old)
        return [
            after if before == after or not self.left
            else format_html("<del>{}</del> <ins>{}</ins>", before, after)
            for before, after in zip(old, new, strict=True)
        ]  # fmt: skip


class Lines(Result):
    """Rows are named by their line in the file."""

    def append_invalid_row(self, number, row, validation_error):
        super().append_invalid_row(row.get(LINE, number), row, validation_error)

    def append_error_row(self, number, row, errors):
        super().append_error_row(row.get(LINE, number), errors)


class SheetResource(resources.ModelResource):
    """One kind of row. Subclasses name their fields with Chinese headings and say in ``needed`` which must be there.

    ``own_key(row)``: what must not stand in two rows of a file.
    """

    needed: tuple[str, ...] = ()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = {}

    @classmethod
    def get_diff_class(cls):
        return Before

    @classmethod
    def get_result_class(cls):
        return Lines

    def before_import(self, dataset, **kwargs):
        known = {field.column_name for field in self.fields.values()}
        if strange := [h for h in dataset.headers if h not in known and h != LINE]:
            raise ValidationError(
                _("Unknown headings: %(names)s. Use those of an export.") % {"names": "、".join(strange)}
            )
        if missing := [h for h in self.needed if h not in dataset.headers]:
            raise ValidationError(_("Headings are missing: %(names)s.") % {"names": "、".join(missing)})

    def before_import_row(self, row, **kwargs):
        key = self.own_key(row)
        if key and (line := self.seen.setdefault(key, row.get(LINE))) != row.get(LINE):
            raise ValidationError(_("The same as line %(line)s of this file.") % {"line": line})

    def own_key(self, row):
        """What tells a row of the file from every other; None when nothing does."""
        return

    def import_instance(self, instance, row, **kwargs):
        """Names are looked up for all cells first, so that a row tells everything that is wrong with it."""
        errors = {}
        for field in self.get_import_fields():
            if field.readonly or not field.attribute or field.column_name not in row:
                continue
            try:
                value = field.clean(row)
                if isinstance(field.widget, widgets.ManyToManyWidget):
                    continue
                if self.is_said(field, value):
                    setattr(instance, field.attribute, value)
                elif instance.pk is None and not self.column(field).has_default():
                    raise ValueError(_("This field cannot be blank."))
            except ValueError as error:
                errors[field.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)

    def is_said(self, field, value) -> bool:
        """Whether the cell says something: nothing said leaves what the model has where it wants a value."""
        return value is not None or self.column(field).null

    def column(self, field):
        """The model's field behind a cell."""
        return self._meta.model._meta.get_field(field.attribute)

    def save_instance(self, instance, is_create, row, **kwargs):
        """What the database alone can refuse becomes a reason like every other."""
        try:
            with transaction.atomic():
                super().save_instance(instance, is_create, row, **kwargs)
        except IntegrityError as error:
            raise ValidationError(_("The database refuses this row: %(why)s") % {"why": error}) from error

    def problems(self, invalid) -> list[tuple[str, str]]:
        """(heading, what is wrong) of an invalid row."""
        headings = {f.attribute: f.column_name for f in self.fields.values() if f.attribute}
        found = []
        for name, messages in invalid.error_dict.items():
            heading = "" if name == NON_FIELD_ERRORS else headings.get(name, name)
            found += [(heading, message) for message in messages]
        return found


class Place(Named):
    """A division by its code, by its path 鼓楼区/温泉街道, or by its name where only one is called so."""

    def __init__(self):
        super().__init__(
            Division.objects.select_related("parent"), "code", gettext_lazy("There is no division “%(value)s”.")
        )
        self.names = None

    def name(self, row):
        return f"{row.parent.name}/{row.name}" if row.level == Division.Level.STREET else row.name

    def known(self):
        if self.names is None:
            self.names = {}
            for row in self.queryset:
                for key in {row.code, row.name, self.name(row)}:
                    self.names.setdefault(key, []).append(row)
        return self.names

    def find(self, text):
        found = self.known().get("/".join(part.strip() for part in text.replace("／", "/").split("/")), [])
        if not found:
            raise ValueError(self.missing % {"value": text})
        if len(found) > 1:
            paths = "、".join(self.name(row) for row in found)
            raise ValueError(
                _("Several divisions are called “%(value)s”: %(paths)s.") % {"value": text, "paths": paths}
            )
        return found[0]


__all__ = ["Place", "SheetResource", "Text"]
