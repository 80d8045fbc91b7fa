"""Taking tables in and giving them out: upload, report per row, confirm. A file is taken in whole or not at all."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ImportExportMixin
from import_export.forms import ImportForm
from import_export.tmp_storages import MediaStorage

from fzportal.admin import OfficeAdmin

from .sheets import Sheet, Unreadable

MAX_BYTES = 10 * 1024 * 1024
KINDS = {
    "new": (gettext_lazy("New"), "info"),
    "update": (gettext_lazy("Changed"), "wait"),
    "delete": (gettext_lazy("Ended"), "late"),
    "skip": (gettext_lazy("As it is"), "calm"),
}


class TableForm(ImportForm):
    """Which file."""

    import_file = forms.FileField(label=gettext_lazy("XLSX file"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))
    # The package's scripts guess a format; there is one.
    media = forms.Media()

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        for name in ("format", "resource"):
            self.fields[name].widget = forms.HiddenInput()
            self.initial[name] = "0"

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large. Please split it."))
        return file


class ExchangeAdmin(ImportExportMixin, OfficeAdmin):
    """Rows the office may also take in and give out as XLSX. Subclasses name their one resource."""

    formats = [Sheet]
    import_form_class = TableForm
    import_template_name = "admin/import_export/import.html"
    tmp_storage_class = MediaStorage
    skip_export_form = True

    def import_action(self, request, **kwargs):
        """The dry run. A file that cannot be taken in as it is is not kept."""
        response = super().import_action(request, **kwargs)
        context = response.context_data
        context["title"] = _("Import: %(what)s") % {"what": self.opts.verbose_name_plural}
        if result := context.get("result"):
            context["report"] = report(result, self.resource_classes[0]())
        uploaded = getattr(context["form"], "cleaned_data", {}).get("import_file")
        if "confirm_form" not in context and getattr(uploaded, "tmp_storage_name", ""):
            MediaStorage(name=uploaded.tmp_storage_name).remove()
        if context["form"].errors or (context.get("result") and "confirm_form" not in context):
            response.status_code = 422
        return response

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, Unreadable):
            form.add_error("import_file", e)
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def process_import(self, request, **kwargs):
        """In earnest; a file confirmed twice is gone the second time."""
        if request.method != "POST":
            return redirect(self.changelist_url())
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.warning(
                request, _("This file has been taken in already, or it was not kept. Nothing was changed.")
            )
            return redirect(self.changelist_url())

    def process_dataset(self, dataset, form, request, **kwargs):
        """All rows or none: also when something has changed since the dry run."""
        return super().process_dataset(dataset, form, request, rollback_on_validation_errors=True, **kwargs)

    def process_result(self, result, request):
        if result.has_errors() or result.has_validation_errors():
            first = report(result, self.resource_classes[0]()).wrong[0]
            why = _("Line %(line)s: %(why)s") % {"line": first[0], "why": " ".join(text for _h, text in first[1])}
            messages.error(request, _("Nothing was taken in: something has changed since the check.") + " " + why)
            return redirect(self.changelist_url())
        return super().process_result(result, request)

    def add_success_message(self, result, request):
        totals = result.totals
        messages.success(
            request,
            _("Taken in: %(new)s new, %(update)s changed, %(delete)s ended, %(skip)s as they were.") % totals,
        )

    def changelist_url(self):
        """The list of these rows."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


class Report:
    """What the dry run found. ``wrong``: (line, [(heading, text)]); ``good``: (what happens, its tone, cells)."""

    def __init__(self):
        self.whole, self.wrong, self.good, self.counts = [], [], [], {}


def report(result, resource) -> Report:
    """The package's result in an order a page can print."""
    found = Report()
    found.whole = [text for error in result.base_errors for text in texts(error.error)]
    found.wrong = [(row.number, resource.problems(row)) for row in result.invalid_rows]
    found.wrong += [(row.number, [("", t) for e in row.errors for t in texts(e.error)]) for row in result.error_rows]
    found.wrong.sort(key=lambda pair: pair[0])
    found.good = [(*KINDS[row.import_type], row.diff) for row in result.valid_rows()]
    found.counts = result.totals
    found.headings = result.diff_headers
    return found


def texts(error) -> list[str]:
    """What an exception says."""
    return list(getattr(error, "messages", None) or [str(error)])
