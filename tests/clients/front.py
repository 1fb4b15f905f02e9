"""A proxy before a server, below a path of its own that the server knows nothing of."""

import http.client
import http.server
import threading

OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


class handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        front = self.server.front
        if not self.path.startswith(front.path + "/"):
            return self.answer(404, {}, b"beyond the path")
        target = self.path[len(front.path):]
        front.asked.append(target)
        if front.refuses(target):
            return self.answer(502, {}, b"the proxy has no answer")
        connection = http.client.HTTPConnection(front.server.host, front.server.port, timeout=60)
        try:
            connection.request("GET", target, headers=passed_on(self.headers))
            answer = connection.getresponse()
            self.answer(answer.status, passed_on(answer.headers), answer.read())
        finally:
            connection.close()

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def passed_on(headers):
    return {name: value for name, value in headers.items() if name.lower() not in OF_ONE_HOP}


class listener(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a browser that is closed leaves in the middle


class Listening:
    """Something that answers on loopback. Ended when the `with` block ends."""

    def __init__(self, handles):
        self.listener = listener(("127.0.0.1", 0), handles)
        self.url = f"http://127.0.0.1:{self.listener.server_port}"

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


class Front(Listening):
    """`server` is set before anything is asked; `refuses(target)` says what the proxy answers with 502."""

    def __init__(self, path="", refuses=lambda target: False):
        super().__init__(handler)
        self.path, self.refuses = path, refuses
        self.server = None
        self.asked = []
        self.listener.front = self
        self.url += path
