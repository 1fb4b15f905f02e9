"""HTTP as clients and attackers speak it: methods, framing, keep-alive, compression, CORS."""

import gzip
import json
import re
import socket
import unittest
import zlib

import support
from support import FolderTest, Server, calls_path, simple_panel

CALLS = calls_path("main~p~S1")


class HttpTest(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "p.vcf.gz", 5000)
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)

    def raw(self, data, timeout=10):
        """Sends bytes, returns all that comes back until the server closes."""
        with socket.create_connection((self.server.host, self.server.port), timeout=timeout) as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            return self.drain(s)

    @staticmethod
    def drain(connection):
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)

    @staticmethod
    def status(answer):
        found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        return int(found[1]) if found else None


class methods(HttpTest):
    PATHS = ["/", "/health", "/ready", "/metrics", "/brapi/v2/serverinfo", "/brapi/v2/callsets", CALLS]

    def test_head_has_the_fields_of_get_and_no_body(self):
        for path in [*self.PATHS, "/nothing"]:
            get_status, get_fields, get_body = self.server.request(path)
            status, fields, body = self.server.request(path, method="HEAD")
            self.assertEqual((status, body), (get_status, b""), path)
            for name in ("Content-Type", "Content-Length", "Transfer-Encoding"):
                if path not in ("/metrics", "/ready"):
                    self.assertEqual(fields[name], get_fields[name], (path, name))

    def test_head_leaves_the_connection_usable(self):
        connection = self.server.connect()
        for _ in range(3):
            connection.request("HEAD", CALLS)
            self.assertEqual(connection.getresponse().read(), b"")
            connection.request("GET", "/health")
            self.assertEqual(connection.getresponse().read(), b'{"status":"ok"}\n')
        connection.close()

    def test_options_says_what_is_allowed(self):
        for path in self.PATHS:
            status, fields, body = self.server.request(path, method="OPTIONS")
            self.assertEqual((status, body), (204, b""), path)
            self.assertEqual(fields["Allow"], "GET, HEAD, OPTIONS")
            self.assertEqual(fields["Access-Control-Allow-Origin"], "*")
            self.assertIn("Authorization", fields["Access-Control-Allow-Headers"])
        self.assertEqual(self.server.request("/nothing", method="OPTIONS")[0], 404)
        answer = self.raw(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(self.status(answer), 204)

    def test_other_methods_are_refused(self):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status, fields, _ = self.server.request(CALLS, method=method)
            self.assertEqual(status, 405)
            self.assertEqual(fields["Allow"], "GET, HEAD, OPTIONS")
        self.assertEqual(self.server.request(CALLS, method="BREW")[0], 501)
        self.assertEqual(self.server.request("/nothing", method="POST")[0], 404)

    def test_paths_are_decoded_once_and_a_slash_at_the_end_is_fine(self):
        self.assertEqual(self.server.request("/brapi/v2/callsets/")[0], 200)
        self.assertEqual(self.server.request("/brapi/v2/callsets/main%7Ep%7ES1/calls/")[0], 200)
        self.assertEqual(self.server.request("/brapi/v2/callsets/main%257Ep%257ES1/calls")[0], 404)
        self.assertEqual(self.server.request("/brapi/v2%2Fcallsets")[0], 404)
        for path in ("//brapi/v2/callsets", "/brapi//v2/callsets", "/brapi/v2/../v2/callsets"):
            self.assertIn(self.server.request(path)[0], (400, 404), path)


class framing(HttpTest):
    def test_heads_that_parsers_disagree_about_are_refused(self):
        host = b"Host: x\r\n"
        cases = [
            (b"GET /health HTTP/1.1\r\n\r\n", 400, "no Host"),
            (b"GET /health HTTP/1.1\r\n" + host * 2 + b"\r\n", 400, "two Hosts"),
            (b"GET /health HTTP/1.1\r\nHost:\r\n\r\n", 400, "empty Host"),
            (b"GET /health HTTP/1.1\r\n" + host + b"X: a\r\n b\r\n\r\n", 400, "folded"),
            (b"GET /health HTTP/1.1\r\n" + host + b"X : a\r\n\r\n", 400, "space before colon"),
            (b"POST /health HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nGET /", 411, "TE gzip"),
            (b"POST /health HTTP/1.1\r\n" + host + b"Transfer-Encoding: xchunked\r\n\r\n", 411, "TE unknown"),
            (b"POST /health HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, "chunked"),
            (b"POST /health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 411, "1.0 chunked"),
            (b"POST /health HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400, "both"),
            (b"GET /health HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400, "two lengths"),
            (b"GET /health HTTP/1.1\r\n" + host + b"Content-Length: +5\r\n\r\n", 400, "signed length"),
            (b"GET /health HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n\r\nhello", 400, "a body"),
            (b"GET http://evil/ HTTP/1.1\r\n" + host + b"\r\n", 400, "absolute form"),
            (b"GET /h\xe9 HTTP/1.1\r\n" + host + b"\r\n", 400, "raw bytes"),
            (b"GET /health%00 HTTP/1.1\r\n" + host + b"\r\n", 400, "zero byte"),
            (b"GET /health#x HTTP/1.1\r\n" + host + b"\r\n", 400, "fragment"),
            (b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n", 400, "bad escape"),
            (b"GET /health HTTP/2.0\r\n" + host + b"\r\n", 505, "HTTP/2"),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2 preface"),
            (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + host + b"\r\n", 414, "long target"),
            (b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 20000 + b"\r\n\r\n", 431, "long head"),
            (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "TLS"),
            (b"nonsense\r\n\r\n", 400, "nonsense"),
        ]
        for data, status, name in cases:
            with self.subTest(name):
                answer = self.raw(data)
                self.assertEqual(self.status(answer), status, answer[:200])
                self.assertIn(b"\r\nConnection: close\r\n", answer)
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, "more than one answer")

    def test_bytes_without_an_end_are_dropped_in_silence(self):
        self.assertEqual(self.raw(b"GET / HTTP/1.1\r\nHost: x\r\n"), b"")
        self.assertEqual(self.raw(b""), b"")

    def test_pipelined_requests_are_answered_in_order(self):
        one = b"GET /brapi/v2/callsets?pageSize=%d HTTP/1.1\r\nHost: x\r\n\r\n"
        end = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = self.raw(b"".join(one % n for n in (1, 2, 3)) + end)
        sizes = [int(n) for n in re.findall(rb'"pageSize":(\d)', answer)]
        self.assertEqual(sizes, [1, 2, 3])
        self.assertTrue(answer.endswith(b'{"status":"ok"}\n'))

    def test_a_request_may_come_byte_by_byte(self):
        request = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        with socket.create_connection((self.server.host, self.server.port), timeout=10) as s:
            for i in range(len(request)):
                s.sendall(request[i : i + 1])
            self.assertEqual(self.status(self.drain(s)), 200)

    def test_http_1_0_gets_an_answer_without_chunks(self):
        answer = self.raw(f"GET {CALLS}?pageSize=5000 HTTP/1.0\r\n\r\n".encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertNotIn(b"chunked", head)
        self.assertIn(b"Connection: close", head)
        self.assertEqual(len(json.loads(body)["result"]["data"]), 5000)

    def test_connections_are_kept_alive(self):
        connection = self.server.connect()
        for _ in range(50):
            connection.request("GET", CALLS + "?pageSize=2000")
            answer = connection.getresponse()
            self.assertEqual(len(json.loads(answer.read())["result"]["data"]), 2000)
        metrics = self.server.request("/metrics")[2].decode()
        self.assertLess(int(re.search(r"connections_total (\d+)", metrics)[1]), 20)
        connection.close()


class bodies(HttpTest):
    def test_short_answers_have_a_length_and_long_ones_chunks(self):
        _, fields, body = self.server.request(CALLS + "?pageSize=10")
        self.assertEqual(int(fields["Content-Length"]), len(body))
        _, fields, body = self.server.request(CALLS + "?pageSize=5000")
        self.assertEqual(fields["Transfer-Encoding"], "chunked")
        self.assertIsNone(fields["Content-Length"])

    def decode(self, coding, body):
        if coding == "gzip":
            return gzip.decompress(body)
        if coding == "zstd":
            return support.run("zstd", "-dc", input=body)
        return body

    def test_compression_is_negotiated_and_exact(self):
        cases = [
            ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, zstd", "zstd"), ("zstd;q=0.5, gzip", "gzip"),
            ("br", None), ("identity", None), ("gzip;q=0", None), ("deflate, gzip, br, zstd", "zstd"),
        ]
        for page_size in (10, 5000):
            path = f"{CALLS}?pageSize={page_size}"
            _, _, plain = self.server.request(path)
            for accept, coding in cases:
                with self.subTest(accept=accept, page_size=page_size):
                    _, fields, body = self.server.request(path, headers={"Accept-Encoding": accept})
                    self.assertEqual(fields["Content-Encoding"], coding)
                    self.assertEqual(self.decode(coding, body), plain)
                    self.assertIn("Accept-Encoding", fields["Vary"])
                    if coding:
                        self.assertLess(len(body), len(plain) / 3)

    def test_every_compressed_block_can_be_read_when_it_arrives(self):
        target = f"{CALLS}?pageSize=5000"
        connection = self.server.connect()
        connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        decoder = zlib.decompressobj(31)
        text = b""
        while part := answer.read1(4096):
            text += decoder.decompress(part)
        self.assertTrue(decoder.eof)
        self.assertEqual(len(json.loads(text)["result"]["data"]), 5000)

    def test_any_page_may_read_and_nothing_is_sniffed(self):
        headers = {"Origin": "https://example.org"}
        for path in (CALLS, "/nothing", "/health"):
            _, fields, _ = self.server.request(path, headers=headers)
            self.assertEqual(fields["Access-Control-Allow-Origin"], "*")
            self.assertIsNone(fields["Access-Control-Allow-Credentials"])
            self.assertEqual(fields["X-Content-Type-Options"], "nosniff")
            self.assertRegex(fields["Date"], r"^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_errors_are_json_strings_or_plain_text(self):
        _, fields, body = self.server.request("/nothing")
        self.assertEqual(fields["Content-Type"], "application/json")
        self.assertIsInstance(json.loads(body), str)
        _, fields, body = self.server.request("/nothing", headers={"Accept": "text/plain"})
        self.assertEqual(fields["Content-Type"], "text/plain; charset=utf-8")
        self.assertTrue(body.startswith(b"ERROR - "))

    def test_curl_agrees(self):
        target = f"http://{self.server.host}:{self.server.port}{CALLS}?pageSize=5000"
        plain = support.run("curl", "-sf", target)
        packed = support.run("curl", "-sf", "--compressed", target)
        self.assertEqual(plain, packed)


if __name__ == "__main__":
    unittest.main()
