"""A small SMTP server for the tests, which can also misbehave."""

from __future__ import annotations

import socketserver
import threading
import time
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine, or on `port`.

    `behaviour`: ok, busy (451), unknown (550), drop (after DATA), hang (and break off), silent (take calls, say nothing).
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.behaviour = "ok"
        self.taken: list[bytes] = []
        self.calls = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def letters(self) -> list[EmailMessage]:
        """What was accepted, parsed."""
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]  # type: ignore[misc]


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.calls += 1
        if self.server.behaviour == "hang":
            time.sleep(2)
            return
        while self.server.behaviour == "silent":
            time.sleep(0.05)
        self.say("220 test")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb in {b"EHLO", b"HELO"}:
                self.say("250 test")
            elif verb == b"RCPT" and self.server.behaviour in {"busy", "unknown"}:
                self.say("451 later" if self.server.behaviour == "busy" else "550 no such person")
            elif verb == b"DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in {b".\r\n", b""}:
                    lines.append(part[1:] if part.startswith(b"..") else part)
                self.server.taken.append(b"".join(lines))
                if self.server.behaviour == "drop":
                    return
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")
