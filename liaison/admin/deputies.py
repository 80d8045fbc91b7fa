"""Deputies: who they are and where they listen; who is resident at which station."""

from django import forms
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fzportal import images

from ..models import Deputy
from .exchange import ExchangeAdmin
from .resources import DeputyResource, ResidencyResource

Residency = Deputy.stations.through
# Made by Django, which calls it "deputy-station relationship".
Residency._meta.verbose_name, Residency._meta.verbose_name_plural = _("residency"), _("residencies")


class DeputyForm(forms.ModelForm):
    """A photo is drawn anew, small and without anything the camera wrote into it."""

    photo = forms.FileField(
        label=_("photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP. It is public, at most 480 pixels long; place and camera are taken out of it."),
    )  # fmt: skip
    no_photo = forms.BooleanField(label=_("Take the photo off"), required=False)

    def clean_photo(self):
        file = self.cleaned_data["photo"]
        if not file or "photo" not in self.files:
            return self.instance.photo
        try:
            return ContentFile(images.portrait(file).content, "photo.jpg")
        except images.Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean(self):
        values = super().clean()
        if values.get("no_photo") and "photo" not in self.files:
            values["photo"] = ""
        return values

    def save(self, commit=True):
        storage, before = Deputy.photo.field.storage, self.initial.get("photo")
        deputy = super().save(commit)
        if before and str(before) != deputy.photo.name:
            name = str(before)
            transaction.on_commit(lambda: storage.delete(name))
        return deputy


@admin.register(Deputy)
class DeputyAdmin(ExchangeAdmin):
    """Deputies: who they are and where they listen."""

    resource_classes = [DeputyResource]
    form = DeputyForm
    list_display = ["name", "level", "delegation", "term", "since", "until"]
    list_filter = ["level", "term", "delegation", "constituency"]
    list_select_related = ["delegation", "term"]
    search_fields = ["name", "pinyin"]
    autocomplete_fields = ["user", "divisions", "fields", "stations", "delegation", "constituency"]
    readonly_fields = ["photo_now"]
    fields = [
        "name", "pinyin", "level", "term", "delegation", "electing_unit", "constituency", "occupation", "about",
        "photo_now", "photo", "no_photo", "divisions", "fields", "stations", "since", "until", "user",
    ]  # fmt: skip

    @admin.display(description=_("Photo now"))
    def photo_now(self, deputy):
        return format_html('<img src="{}" alt="" width="72">', deputy.photo_url) if deputy.photo else "—"

    def get_export_queryset(self, request):
        parts = ("divisions__parent", "fields", "stations")
        found = super().get_export_queryset(request)
        return found.select_related("term", "delegation", "constituency__division__parent").prefetch_related(*parts)


@admin.register(Residency)
class ResidencyAdmin(ExchangeAdmin):
    """Who is resident where, as a table; one by one they are changed on the deputy's page."""

    resource_classes = [ResidencyResource]
    list_display = ["deputy", "station"]
    list_select_related = ["deputy", "station"]
    search_fields = ["deputy__name", "deputy__pinyin", "station__name"]
    autocomplete_fields = ["deputy", "station"]
    ordering = ["station__slug", "deputy__pinyin", "pk"]

    def has_change_permission(self, request, obj=None):
        return False
