"""Celery: tasks are found in every app's ``tasks.py``; the beat plan lives in settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fzportal.settings")

app = Celery("fzportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
