"""Imports: upload, say which column is what, watch it go, read what was rejected."""

from itertools import islice

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from fzportal.admin import OfficeAdmin

from ..forms.intake import ColumnsForm, UploadForm
from ..intake import blank, columns, readers, report, tables
from ..models import ImportRun

SHOWN_ROWS = 50
SAMPLES = 3
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.register(ImportRun)
class ImportRunAdmin(OfficeAdmin):
    """One line per file. The work is done by the tick ``run_imports``."""

    list_display = ["name", "source", "channel", "state", "is_dry", "done", "taken", "known", "rejected", "created_at"]
    list_filter = ["state", "channel", "is_dry"]
    search_fields = ["name", "source"]
    sortable_by = []

    def has_change_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural, **(extra_context or {})})

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "suggestions_importrun"
        pages = [
            path("template.<slug:kind>", wrap(template), name=f"{name}_template"),
            path("<int:pk>/columns/", wrap(self.columns), name=f"{name}_columns"),
            path("<int:pk>/rejected.csv", wrap(rejected), name=f"{name}_rejected"),
            path("<int:pk>/in-earnest/", wrap(self.in_earnest), name=f"{name}_in_earnest"),
            path("<int:pk>/change/", wrap(self.progress), name=f"{name}_change"),
        ]
        return pages + super().get_urls()

    def add_view(self, request, form_url="", extra_context=None):
        """Upload. The file is opened at once: what cannot be read is said beside the field."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            run = ImportRun.objects.create(
                file=file, name=file.name, source=form.cleaned_data["source"], channel=form.cleaned_data["channel"],
                by=request.user,
            )  # fmt: skip
            self.log_addition(request, run, [{"added": {}}])
            return redirect("admin:suggestions_importrun_columns", run.pk)
        return self.page(request, "upload", 422 if form.is_bound else 200, title=_("Upload a file"), form=form)

    def columns(self, request, pk):
        """Which column is what, with the first rows to see it by."""
        run = get_object_or_404(ImportRun, pk=pk)
        if run.columns:
            return redirect("admin:suggestions_importrun_change", pk)
        try:
            with run.file.open("rb") as file:
                table = tables.open_table(file)
                headings, first = table.headings, list(islice(table.rows(), SAMPLES))
        except (readers.Unreadable, OSError) as error:
            return self.page(request, "unreadable", 422, title=run.name, run=run, error=error)
        form = ColumnsForm(request.POST if request.method == "POST" else None, headings=headings)
        if form.is_bound and form.is_valid():
            run.columns, run.is_dry = form.mapping, form.cleaned_data["is_dry"]
            run.save(update_fields=["columns", "is_dry"])
            return redirect("admin:suggestions_importrun_change", pk)
        table = [
            (pair, [sample(line, heading) for line in first])
            for pair, heading in zip(form.pairs, headings, strict=True)
        ]
        return self.page(
            request, "columns", 422 if form.is_bound else 200, title=_("Which column is what?"), run=run, form=form,
            table=table,
        )  # fmt: skip

    def progress(self, request, pk):
        """How far it is, then what came of it."""
        run = get_object_or_404(ImportRun.objects.select_related("by"), pk=pk)
        if not run.columns:
            return redirect("admin:suggestions_importrun_columns", pk)
        ended = run.state in (run.State.DONE, run.State.FAILED)
        return self.page(
            request, "run", title=run.name, run=run, ended=ended, reasons=report.reasons(run) if ended else [],
            rows=list(run.rows.all()[:SHOWN_ROWS]) if ended else [],
            mapping=[(heading, columns.BY_NAME[name].label) for heading, name in run.columns.items()],
            everything=f"{reverse('admin:suggestions_suggestion_changelist')}?source__exact={run.source}",
        )  # fmt: skip

    def in_earnest(self, request, pk):
        """The same file with the same columns, no dry run any more: a run of its own."""
        dry = get_object_or_404(ImportRun, pk=pk, is_dry=True, state=ImportRun.State.DONE)
        if request.method != "POST":
            raise PermissionDenied
        run = ImportRun.objects.create(
            file=dry.file.name, name=dry.name, source=dry.source, channel=dry.channel, columns=dry.columns,
            is_dry=False, by=request.user,
        )  # fmt: skip
        self.log_addition(request, run, [{"added": {}}])
        return redirect("admin:suggestions_importrun_change", run.pk)

    def page(self, request, name, status=200, **context):
        """A page of this room."""
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/suggestions/imports/{name}.html", values, status=status)


def sample(line, heading) -> str:
    """A cell as the mapping page shows it."""
    value = line.cells.get(heading)
    return "" if value is None or isinstance(value, type) else str(value)[:60]


def template(request, kind):
    """The file to fill in, as ``template.csv`` or ``template.xlsx``."""
    made, content_type = (blank.as_xlsx(), XLSX) if kind == "xlsx" else (blank.as_csv(), "text/csv; charset=utf-8")
    response = HttpResponse(made, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="template.{"xlsx" if kind == "xlsx" else "csv"}"'
    return response


def rejected(request, pk):
    """Every rejected row with its line and reason, as a CSV file."""
    run = get_object_or_404(ImportRun, pk=pk)
    response = StreamingHttpResponse(report.lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{run.pk}.csv"'
    return response
