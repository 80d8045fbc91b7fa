"""One change, ten thousand followers: rows, a real Celery worker and a local SMTP sink."""

import subprocess
import sys
import time

from django.contrib.auth import get_user_model

from notifications.models import Notification
from suggestions import workflow

WAIT = 1800


def reply_to(case):
    """Hand in and release a reply to ``case``: the change that its followers hear of."""
    members = {m.role: m.user for m in case.department.members.select_related("user")}
    workflow.hand_in(case, by=members["handler"], text="已办理。", result="A")
    return workflow.release_reply(case, by=get_user_model().objects.get(pk=members["approver"].pk))


def tell(famous, env) -> dict:
    """Seconds until every follower has the news in the inbox and by e-mail, and how many a second that is."""
    worker = [sys.executable, "-m", "celery", "--quiet", "--app", "fzportal", "worker", "--beat", "--concurrency", "2"]
    worker += ["--without-mingle", "--without-gossip", "--loglevel", "ERROR", "--schedule", env["VAR_DIR"] + "/beat"]
    process = subprocess.Popen(worker, env=env)
    try:
        time.sleep(8)  # the worker's own start is not measured
        change = reply_to(famous)
        begun = time.perf_counter()
        rows = Notification.objects.filter(change_id=change.pk)
        while not rows.filter(channel="email").exists() or rows.filter(state="waiting").exists():
            if time.perf_counter() - begun > WAIT:
                raise RuntimeError("not everybody was told in time")
            time.sleep(0.5)
        seconds = time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(30)
    mails = rows.filter(channel="email", state="sent").count()
    return {
        "followers": famous.follows.count(),
        "mails_sent": mails,
        "inbox": rows.filter(channel="inbox").count(),
        "seconds": round(seconds, 1),
        "mails_per_second": round(mails / seconds, 1),
    }
