"""Batches: several requests in one, each answered as if it had come by itself."""

import email.parser
import email.policy
import json
import unittest

import support
from genomics import GenomicsTest
from support import Server, new_token, simple_panel

END = "\r\n"


def request_text(method, target, body=None, end=END, **fields):
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    fields = ({"Content-Type": "application/json"} if text else {}) | fields
    head = "".join(f"{name.replace('_', '-')}: {value}{end}" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1{end}{head}{end}{text}"


def batch_text(requests, boundary="b", end=END, ids=True):
    parts = []
    for n, one in enumerate(requests):
        named = f"Content-ID: <x + {n}>{end}" if ids else ""
        parts.append(f"--{boundary}{end}Content-Type: application/http{end}{named}{end}{one}{end}")
    return "".join(parts) + f"--{boundary}--{end}"


class BatchTest(GenomicsTest):
    def ask(self, text, path="/batch", kind="multipart/mixed; boundary=b", **headers):
        body = text.encode() if isinstance(text, str) else text
        return self.server.request(path, "POST", {"Content-Type": kind} | headers, body)

    def answers(self, requests, path="/batch", headers=None, **how):
        """[(id, status, fields, body)]"""
        status, fields, body = self.ask(batch_text(requests, **how), path, **(headers or {}))
        self.assertEqual(status, 200, body[:500])
        head = f"Content-Type: {fields['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        self.assertEqual(message.defects, [])
        out = []
        for part in message.get_payload():
            self.assertEqual(part.get_content_type(), "application/http")
            answer = part.get_payload(decode=True)
            line, _, rest = answer.partition(b"\r\n")
            inner = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(rest)
            text = rest.partition(b"\r\n\r\n")[2]
            self.assertEqual(int(inner["Content-Length"]), len(text))
            out.append((part["Content-ID"], int(line.split()[1]), inner, text))
        return out

    def values(self, requests, **how):
        """[(status, JSON)]"""
        return [(status, json.loads(body)) for _, status, _, body in self.answers(requests, **how)]


class batches(BatchTest):
    def test_each_part_is_answered_as_by_itself_in_order(self):
        search = {"variantSetIds": ["alpha~chip"], "pageSize": 2}
        requests = [
            request_text("GET", "/v1/datasets/alpha?fields=id,name"),
            request_text("POST", "/v1/callsets/search", search),
            request_text("GET", "/v1/datasets/nobody"),
            request_text("PATCH", "/v1/datasets/alpha?updateMask=name", {"name": "Renamed"}),
            request_text("GET", "/v1/datasets/alpha?fields=name"),
            request_text("GET", "/v1/nothing"),
            request_text("DELETE", "/v1/callsets/beta~chip~B1"),
            request_text("GET", "/brapi/v2/callsets?pageSize=1"),
        ]
        found = self.answers(requests)
        self.assertEqual([one[0] for one in found], [f"<response-x + {n}>" for n in range(len(requests))])
        self.assertEqual([one[1] for one in found], [200, 200, 404, 200, 200, 404, 200, 200])
        bodies = [json.loads(one[3]) for one in found]
        self.assertEqual(bodies[0], {"id": "alpha", "name": "Spring barley"})
        self.assertEqual(bodies[1], self.call("callsets.search", body=search))
        self.judge_error(404, bodies[2])
        self.assertEqual(bodies[4], {"name": "Renamed"})
        self.assertEqual(len(bodies[7]["result"]["data"]), 1)
        self.call("callsets.get", "beta~chip~B1", wanted=404)

    def test_as_clients_write_them(self):
        """Lines of Python end with LF, newer clients have another path, and some have no ids."""
        one = request_text("GET", "/v1/datasets/alpha", end="\n", Host="x", Accept_Encoding="gzip")
        expected = [(200, self.call("datasets.get", "alpha"))]
        self.assertEqual(self.values([one], end="\n"), expected)
        self.assertEqual(self.values([one], path="/batch/genomics/v1"), expected)
        found = self.answers([one], ids=False)
        self.assertEqual(found[0][0], None)

    def test_what_is_wrong_with_a_part_is_said_in_its_answer(self):
        fine = request_text("GET", "/v1/datasets/alpha")
        cases = [
            ("no request", "hello\r\n\r\n", 400), ("no method", request_text("", "/v1/datasets"), 400),
            ("another batch",
             request_text("POST", "/batch", "--c\r\n", Content_Type="multipart/mixed; boundary=c"), 400),
            ("no JSON", request_text("POST", "/v1/callsets/search", "{"), 400),
            ("no type", request_text("POST", "/v1/callsets/search", "{}", Content_Type="text/plain"), 415),
            ("a method that is none there", request_text("PUT", "/v1/datasets/alpha", {}), 405),
            ("a body on the way to a disk", request_text("POST", "/brapi/v2/lists", "[]"), 400),
            ("a long answer", request_text("GET", "/files/alpha/long.fa"), 400),
        ]
        (self.folder / "alpha" / "long.fa").write_text(">1\n" + "ACGT" * (9 << 18) + "\n")
        self.restart()
        found = self.answers([one for _, text, _ in cases for one in (text, fine)])
        for (what, _, wanted), (_, status, _, body) in zip(cases, found[::2]):
            with self.subTest(what):
                self.assertEqual(status, wanted, body[:300])
        self.assertEqual({one[1] for one in found[1::2]}, {200})

    def test_bodies_that_are_no_batches(self):
        fine = batch_text([request_text("GET", "/v1/datasets/alpha")])
        mixed = "multipart/mixed; boundary=b"
        for what, text, kind, wanted in (
            ("JSON", "{}", "application/json", 415), ("no type", fine, "multipart/form-data; boundary=b", 415),
            ("no boundary", fine, "multipart/mixed", 400), ("another boundary", fine, mixed[:-1] + "c", 400),
            ("no end", fine.replace("--b--", ""), mixed, 400), ("nothing", "", mixed, 400),
            ("parts of another type", fine.replace("application/http", "text/plain"), mixed, 400),
            ("packed parts", fine.replace("Content-ID", "Content-Transfer-Encoding: base64\r\nContent-ID"), mixed, 400),
            ("too many", batch_text(["GET / HTTP/1.1\r\n\r\n"] * 1001), mixed, 400),
            ("too long", "x" * (4 << 20) + "y", mixed, 413),
        ):
            with self.subTest(what):
                status, _, body = self.ask(text, kind=kind)
                self.assertEqual(status, wanted, body[:300])
                self.assertEqual(json.loads(body)["error"]["code"], wanted)
        self.assertEqual(self.server.request("/batch")[0], 405)
        lying = "POST /v1/callsets/search HTTP/1.1\r\nContent-Length: 1\r\n\r\n{}"
        self.assertEqual(self.ask(batch_text([lying]))[0], 400)

    def test_a_thousand_parts_take_the_memory_of_one(self):
        simple_panel(self.folder / "alpha" / "wide.vcf.gz", variants=1, samples=2000)
        self.restart()
        body = {"variantSetIds": ["alpha~wide"], "pageSize": 2000}
        one = request_text("POST", "/v1/callsets/search", body)
        self.answers([one])
        self.server.reset_peak_memory()
        before = self.server.memory_kib()
        found = self.answers([one] * 300)
        self.assertEqual({status for _, status, _, _ in found}, {200})
        size = sum(len(text) for *_, text in found)
        self.assertGreater(size, 30 << 20)
        if not support.SANITIZED:
            self.assertLess(self.server.memory_kib("VmHWM") - before, 24 << 10)


class rights_in_batches(BatchTest):
    def serve(self, *options):
        self.tokens = {
            name: new_token(self.state, *more, name=name)
            for name, more in {"beta": ("--dataset", "beta"), "writer": ("--scope", "write")}.items()
        }
        self.server = Server(self.folder, "--auth", "all", state=self.state, wait=False)
        self.addCleanup(self.server.stop)

    def test_parts_have_the_rights_of_the_batch_or_their_own(self):
        reading, own = "/v1/datasets/beta", {"Authorization": f"Bearer {self.tokens['writer']}"}
        requests = [
            request_text("GET", reading), request_text("GET", "/v1/datasets/alpha"),
            request_text("DELETE", reading), request_text("GET", "/v1/datasets/alpha", **own),
            request_text("GET", reading, Authorization="Bearer nobody"), request_text("GET", "/health"),
        ]
        for token, wanted in (
            ("beta", [200, 404, 403, 200, 401, 200]), (None, [401, 401, 401, 200, 401, 200]),
            ("nobody", [401, 401, 401, 200, 401, 200]),
        ):
            with self.subTest(token):
                headers = {"Authorization": f"Bearer {self.tokens.get(token, token)}"} if token else {}
                found = self.answers(requests, headers=headers)
                self.assertEqual([status for _, status, _, _ in found], wanted)
                self.assertEqual(found[2][2]["WWW-Authenticate"] is None, wanted[2] != 401)


if __name__ == "__main__":
    unittest.main()
