"""Celery: tasks are found in every app's ``tasks.py``; here is when beat calls them."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fzportal.settings")

app = Celery("fzportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "announce": {"task": "notifications.tasks.announce", "schedule": 1.0, "options": {"expires": 5}},
    "deliver": {"task": "notifications.tasks.deliver", "schedule": 1.0, "options": {"expires": 5}},
    "send-digests": {"task": "notifications.tasks.send_digests", "schedule": 10.0, "options": {"expires": 9}},
    "remind": {"task": "suggestions.tasks.remind", "schedule": 300.0, "options": {"expires": 240}},
    "recalculate": {"task": "suggestions.tasks.recalculate", "schedule": 3600.0, "options": {"expires": 3000}},
    "close-silent": {"task": "suggestions.tasks.close_silent", "schedule": 600.0, "options": {"expires": 500}},
    "close-silent-proposals": {
        "task": "suggestions.tasks.close_silent_proposals",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "miss-commitments": {
        "task": "suggestions.tasks.miss_commitments",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "sessions": {"task": "liaison.tasks.sessions", "schedule": 60.0, "options": {"expires": 50}},
    "appointments": {"task": "liaison.tasks.appointments", "schedule": 20.0, "options": {"expires": 15}},
    "unroll": {"task": "liaison.tasks.unroll", "schedule": 3600.0, "options": {"expires": 3000}},
    # Looks whether it is time (statistics.is_due); counts every ten minutes at most.
    "statistics": {"task": "suggestions.tasks.refresh_statistics", "schedule": 60.0, "options": {"expires": 50}},
    "run-imports": {"task": "suggestions.tasks.run_imports", "schedule": 2.0, "options": {"expires": 2}},
    "run-exports": {"task": "suggestions.tasks.run_exports", "schedule": 2.0, "options": {"expires": 2}},
    "open-data": {"task": "suggestions.tasks.refresh_open_data", "schedule": 60.0, "options": {"expires": 50}},
    "purge-exports": {"task": "suggestions.tasks.purge_exports", "schedule": crontab(hour=3, minute=50)},
    "purge-drafts": {"task": "suggestions.tasks.purge_drafts", "schedule": crontab(hour=3, minute=10)},
    "purge-unverified": {"task": "accounts.tasks.purge_unverified", "schedule": crontab(hour=3, minute=20)},
    "anonymise-visitors": {"task": "liaison.tasks.anonymise_visitors", "schedule": crontab(hour=3, minute=40)},
    "anonymise-contacts": {"task": "suggestions.tasks.anonymise_contacts", "schedule": crontab(hour=3, minute=30)},
}
