"""Real servers for tests to send to: an SMTP server and an SMS gateway, each with the troubles real ones have."""

import contextlib
import email
import email.policy
import json
import re
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SmtpSink(socketserver.ThreadingTCPServer):
    """Takes mail. To be set: ``refused`` (answered 550), ``trouble`` (hang, drop, busy), ``per_connection``."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SmtpConversation)
        self.raw, self.refused, self.trouble, self.per_connection, self.connections = [], set(), "", None, 0
        self.let_go = threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    @property
    def mails(self):
        """The messages taken, parsed."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]

    @property
    def receivers(self):
        return sorted(mail["To"] for mail in self.mails)

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the play."""


class SmtpConversation(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.server.connections += 1
        if self.server.trouble == "hang":
            self.server.let_go.wait(30)
            return
        self.say("220 sink")
        taken = 0
        for line in iter(self.rfile.readline, b""):
            word = line.strip().decode(errors="replace").upper()
            if word.startswith("RCPT"):
                self.receiver(line.decode())
            elif word == "DATA":
                if not self.data():
                    return
                taken += 1
                if taken == self.server.per_connection:
                    return
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def receiver(self, line):
        address = re.search("<(.*)>", line).group(1)
        if self.server.trouble == "busy":
            self.say("451 try later")
        else:
            self.say("550 no such person" if address in self.server.refused else "250 ok")

    def data(self):
        self.say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        if self.server.trouble == "drop":
            return False
        self.server.raw.append(b"".join(line[1:] if line.startswith(b"..") else line for line in lines))
        self.say("250 taken")
        return True


class SmsGateway(ThreadingHTTPServer):
    """Takes POSTs. Set ``answer`` to (status, body) or to a number of seconds to be silent for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), GatewayRequest)
        self.taken, self.answer = [], (200, b'{"id": "1"}')

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/send"

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the play."""


class GatewayRequest(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), json.loads(body)))
        if not isinstance(self.server.answer, tuple):
            time.sleep(self.server.answer)
            return
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.taken.append("GET")
        self.send_error(500)

    def log_message(self, *args):
        """Silence."""


@contextlib.contextmanager
def running(server):
    """The server in a thread of its own, until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        if isinstance(server, SmtpSink):
            server.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
