"""What the hostile tests share: raw requests, a reader of answers, and another client who watches."""

import json
import re
import socket
import threading
import time

from support import SANITIZED, FolderTest, Server, calls_path, simple_panel

CALL_SET = "main~p~S1"
CALLS = calls_path(CALL_SET)
SEARCH = "/brapi/v2/search/callsets"


def head(first_line, *fields):
    return b"\r\n".join([first_line, b"Host: x", *fields, b"", b""])


def post(body, *fields, path=SEARCH, length=None, media=b"application/json"):
    lines = [b"Content-Length: %d" % (len(body) if length is None else length), *fields]
    if media:
        lines.append(b"Content-Type: " + media)
    return head(b"POST %s HTTP/1.1" % path.encode(), *lines) + body


class Answers:
    """Reads answers with Content-Length off one socket."""

    def __init__(self, connection):
        self.connection = connection
        self.data = b""

    def more(self):
        part = self.connection.recv(1 << 20)
        self.data += part
        return bool(part)

    def next(self):
        """Status, head and body; None at the end of the connection."""
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                return None
        fields, _, _ = self.data.partition(b"\r\n\r\n")
        status = int(fields[9:12])
        length = re.search(rb"\r\nContent-Length: (\d+)", fields)
        end = len(fields) + 4 + (int(length[1]) if length else 0)
        while len(self.data) < end:
            if not self.more():
                raise AssertionError("an answer was cut")
        body = self.data[len(fields) + 4 : end]
        self.data = self.data[end:]
        return status, fields, body


class Witness(threading.Thread):
    """Another client: asks all the time, over one connection, and must always be served well."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.over = threading.Event()
        self.served = 0
        self.slowest = 0
        self.problem = None

    def __enter__(self):
        self.connection = self.server.connect(timeout=20)
        self.connection.connect()
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        self.connection.close()

    def run(self):
        try:
            while not self.over.is_set():
                began = time.monotonic()
                self.connection.request("GET", CALLS + "?pageSize=100")
                answer = self.connection.getresponse()
                body = json.loads(answer.read())
                assert answer.status == 200 and len(body["result"]["data"]) == 100
                self.served += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                time.sleep(0.01)
        except Exception as problem:  # told by `check`, on the thread of the test
            self.problem = problem


class HostileTest(FolderTest):
    options = []
    open_files = None

    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "p.bcf", 3000)
        self.server = Server(self.folder, *self.options, open_files=self.open_files)
        self.addCleanup(self.server.stop)

    def open(self, timeout=30, receive_buffer=None):
        s = socket.socket()
        if receive_buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        s.settimeout(timeout)
        s.connect((self.server.host, self.server.port))
        self.addCleanup(s.close)
        return s

    def exchange(self, *parts):
        """Sends the parts; the answers until the server closes, which it must."""
        s = self.open()
        for part in parts:
            try:
                s.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break  # it has closed already; the answer is there
        answers = Answers(s)
        found = []
        while answer := answers.next():
            found.append(answer)
        return found

    def refusal(self, *parts):
        """The status of the only answer, after which the connection closed."""
        found = self.exchange(*parts)
        self.assertEqual(len(found), 1, found)
        status, fields, _ = found[0]
        self.assertIn(b"\r\nConnection: close", fields)
        return status

    def check(self, witness):
        if witness.problem:
            raise witness.problem
        self.assertGreater(witness.served, 0)
        self.assertLess(witness.slowest, 10 if SANITIZED else 2)
