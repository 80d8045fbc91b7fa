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
    """The server does not answer, or wants to be left alone: nothing else need be tried there now."""


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
    BUSY = 429

    def send(self, phone, text, reference=""):
        body = json.dumps({"to": phone, "text": text, "reference": reference}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"}
        request = urllib.request.Request(settings.SMS_GATEWAY_URL, body, headers, method="POST")
        try:
            with urllib.request.build_opener(NoRedirects).open(request, timeout=GATEWAY_SECONDS) as answer:
                accepted = json.loads(answer.read(ANSWER_BYTES))
        except urllib.error.HTTPError as error:
            self.judge(error)
        except OSError as error:
            raise Unreachable(f"SMS gateway: {describe(error)}") from error
        except ValueError as error:
            raise NotSent(f"SMS gateway: {describe(error)}") from error
        else:
            if not isinstance(accepted, dict):
                raise NotSent("SMS gateway: the answer is not an object")

    def judge(self, error):
        """What an answer other than 2xx means."""
        error.close()
        if error.code == self.KNOWN:
            return
        kind = Refused if error.code in self.NEVER else Unreachable if error.code == self.BUSY else NotSent
        raise kind(f"SMS gateway: {error.code}")


# --- e-mail ------------------------------------------------------------------------------------------------------


def build_mail(*, to, subject, text, html, reference, unsubscribe_url) -> EmailMultiAlternatives:
    """A message in text and HTML with one-click unsubscription (RFC 8058).

    ``reference`` becomes the Message-ID: it stays the same when a crash between sending and marking makes us send
    twice, so that the receiving side can drop the second.
    """
    headers = {
        "Message-ID": f"<{reference}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mail = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


class Mailer:
    """One connection for a batch: opened for the first message, renewed when the server hangs up on a used one."""

    def __init__(self):
        self.connection = get_connection()
        self.is_open = False
        self.broken = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def send(self, mail):
        """Send one message. Raises NotSent, Unreachable or Refused."""
        used = self.is_open
        try:
            self.open()
            self.connection.send_messages([mail])
            self.broken = 0
        except (smtplib.SMTPServerDisconnected, ConnectionError) as error:
            self.close()
            # Many servers take so many messages a connection and then hang up: that is no failure.
            if used:
                return self.send(mail)
            self.count(error)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            raise (Refused if min(codes) >= 500 else NotSent)(str(error.recipients)) from error
        except smtplib.SMTPDataError as error:
            raise (Refused if error.smtp_code >= 500 else NotSent)(str(error)) from error
        except OSError as error:  # smtplib's other errors are OSErrors too: a wait in vain, a sender refused
            self.close()
            self.count(error)
        except ValueError as error:
            raise Refused(f"no address: {error}") from error
        return None

    def count(self, error):
        """A connection broke in the middle of a message: once may be that message's fault, thrice is the server's."""
        self.broken += 1
        raise (Unreachable if self.broken >= BROKEN_IN_A_ROW else NotSent)(describe(error)) from error

    def open(self):
        """Connect unless connected."""
        if self.is_open:
            return
        try:
            self.connection.open()
        except OSError as error:
            self.close()
            raise Unreachable(describe(error)) from error
        self.is_open = True

    def close(self):
        """Hang up; a server that is gone already does not matter."""
        self.is_open = False
        try:
            self.connection.close()
        except OSError as error:
            logger.info("Closing the mail connection: %s", error)


def describe(error) -> str:
    """Class and words: a time-out alone says nothing."""
    return f"{type(error).__name__}: {error}"
