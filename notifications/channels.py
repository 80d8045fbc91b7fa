"""How news leaves the house: e-mail over one connection per batch, SMS by console or by a gateway.

A failure is ``NotSent`` (try again later), ``Unreachable`` (the mail server itself; nobody needs to try soon) or
``Refused`` (this address will never take it).
"""

import json
import logging
import smtplib
import threading
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone
from django.utils.module_loading import import_string

logger = logging.getLogger("notifications")

GATEWAY_SECONDS = 5
ANSWER_BYTES = 64 * 1024
# After so many broken connections in a row the server is taken for unreachable.
BROKEN_IN_A_ROW = 3
_one_writer = threading.Lock()


class NotSent(Exception):
    """It did not go out this time; a later try may succeed."""


class Unreachable(NotSent):
    """The server does not answer at all: the rest of the batch need not be tried now."""


class Refused(NotSent):
    """The receiving side will never take it: a wrong address, an unknown number."""


# --- SMS ---------------------------------------------------------------------------------------------------------


def send_sms(phone: str, text: str, reference: str = "") -> None:
    """Send ``text`` to ``phone`` (E.164) by ``settings.SMS_BACKEND``. Raises NotSent or Refused.

    ``reference`` names the message for the gateway: a second request with the same one is the same message.
    """
    import_string(settings.SMS_BACKEND)().send(phone, text, reference)


class ConsoleSms:
    """Prints the message; the demo also keeps it as a JSON line {to, text, at} in ``OUTBOX_DIR/sms.jsonl``."""

    def send(self, phone, text, reference=""):
        print(f"SMS → {phone}: {text}", flush=True)
        if settings.DEMO:
            self.keep({"to": phone, "text": text, "at": timezone.now().isoformat()})

    def keep(self, row):
        settings.OUTBOX_DIR.mkdir(parents=True, exist_ok=True)
        line = json.dumps(row, ensure_ascii=False) + "\n"
        # One write of one short line to an appending file: lines of two processes do not mix.
        with _one_writer, (settings.OUTBOX_DIR / "sms.jsonl").open("a", encoding="utf-8") as outbox:
            outbox.write(line)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without the message, and the token at another host."""

    def redirect_request(self, *args):
        return None


class HttpGatewaySms:
    """POSTs JSON {to, text, reference} to ``SMS_GATEWAY_URL`` with ``SMS_GATEWAY_TOKEN`` as bearer.

    The gateway answers 2xx with a JSON object, 409 when it has that reference already, 400, 404, 410 or 422 when it
    will never deliver. Everything else (429, 5xx, no or another answer within 5 s) is tried again later.
    """

    NEVER = (400, 404, 410, 422)
    KNOWN = 409

    def send(self, phone, text, reference=""):
        body = json.dumps({"to": phone, "text": text, "reference": reference}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"}
        request = urllib.request.Request(settings.SMS_GATEWAY_URL, body, headers, method="POST")
        try:
            with urllib.request.build_opener(NoRedirects).open(request, timeout=GATEWAY_SECONDS) as answer:
                accepted = json.loads(answer.read(ANSWER_BYTES))
        except urllib.error.HTTPError as error:
            self.judge(error)
        except (OSError, ValueError, urllib.error.URLError) as error:
            raise NotSent(f"SMS gateway: {error}") from error
        else:
            if not isinstance(accepted, dict):
                raise NotSent("SMS gateway: the answer is not an object")

    def judge(self, error):
        """What an answer other than 2xx means."""
        error.close()
        if error.code == self.KNOWN:
            return
        raise (Refused if error.code in self.NEVER else NotSent)(f"SMS gateway: {error.code}")
