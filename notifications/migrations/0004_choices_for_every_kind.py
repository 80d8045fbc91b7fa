from django.db import migrations


def by_kind(apps, schema_editor):
    """What was chosen for all news holds for each kind of it; who wanted no e-mail gets none."""
    Preference = apps.get_model("notifications", "Preference")
    Preference.objects.filter(email="true").update(email="now")
    Preference.objects.filter(email="false").update(email="off")
    rows = list(Preference.objects.filter(kind="own"))
    Preference.objects.bulk_create(
        [
            Preference(user_id=row.user_id, kind=kind, email=row.email, sms=row.sms)
            for row in rows
            for kind in ("followed", "visits", "work")
        ],
        batch_size=1000,
    )
    Notification = apps.get_model("notifications", "Notification")
    for audience, kind in (("author", "own"), ("followers", "followed"), ("visitor", "visits")):
        Notification.objects.filter(audience=audience).update(kind=kind)


def for_all(apps, schema_editor):
    """One row a person again: what they chose for their own cases."""
    Preference = apps.get_model("notifications", "Preference")
    Preference.objects.exclude(kind="own").delete()
    Preference.objects.filter(email="off").update(email="false")
    Preference.objects.exclude(email="false").update(email="true")


class Migration(migrations.Migration):

    dependencies = [
        ("notifications", "0003_preferences_by_kind"),
    ]

    operations = [migrations.RunPython(by_kind, for_all)]
