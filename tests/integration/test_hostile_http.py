"""Requests made to hurt: each is refused as it should be, and somebody else is served meanwhile."""

import json
import pathlib
import random
import time
import unittest
import urllib.parse

import support
from hostile_clients import CALL_SET, CALLS, SEARCH, Answers, HostileTest, Witness, head, post
from support import SANITIZED


class bodies_and_framing(HostileTest):
    def test_every_laxness_of_the_parser_is_refused(self):
        get, slash = b"GET /health HTTP/1.1", b"POST /health HTTP/1.1"
        te = lambda value: b"Transfer-Encoding: " + value
        smuggled = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
        five = b"Content-Length: 5"
        cases = [
            ("length and chunked", head(slash, five, te(b"chunked")), 400),
            ("chunked and length", head(slash, te(b"chunked"), five), 400),
            ("gzip and length", head(slash, te(b"gzip"), five) + b"hello", 411),
            ("identity", head(slash, te(b"identity")) + smuggled, 411),
            ("xchunked", head(slash, te(b"xchunked")) + smuggled, 411),
            ("chunked, gzip", head(slash, te(b"chunked, gzip")) + smuggled, 411),
            ("chunked", head(slash, te(b"chunked")) + b"0\r\n\r\n" + smuggled, 411),
            ("two chunked", head(slash, te(b"chunked"), te(b"chunked")) + smuggled, 400),
            ("HTTP/1.0 chunked", head(b"POST /health HTTP/1.0", te(b"chunked")) + b"0\r\n\r\n", 411),
            ("two equal lengths", head(slash, five, five) + b"hello", 400),
            ("a list of lengths", head(slash, b"Content-Length: 5, 5") + b"hello", 400),
            ("different lengths", head(slash, five, b"Content-Length: 6") + b"hello!", 400),
            ("+5", head(slash, b"Content-Length: +5") + b"hello", 400),
            ("-1", head(slash, b"Content-Length: -1"), 400),
            ("0x5", head(slash, b"Content-Length: 0x5") + b"hello", 400),
            ("20 digits", head(slash, b"Content-Length: 99999999999999999999"), 400),
            ("no length", head(slash, b"Content-Length:"), 400),
            ("folded field", head(get, b"X-A: b\r\n c"), 400),
            ("no Host", b"GET /health HTTP/1.1\r\n\r\n", 400),
            ("two Hosts", head(get, b"Host: y"), 400),
            ("absolute form", head(b"GET http://evil/x HTTP/1.1"), 400),
            ("raw byte in the target", head(b"GET /\xff HTTP/1.1"), 400),
            ("zero byte in the target", head(b"GET /%00 HTTP/1.1"), 400),
            ("fragment", head(b"GET /health#x HTTP/1.1"), 400),
            ("trailers", head(slash, te(b"chunked"), b"Trailer: Authorization") + b"0\r\nAuthorization: x\r\n\r\n", 411),
            ("200 KB of trailers", head(slash, te(b"chunked")) + b"0\r\n" + b"X: y\r\n" * 33_000 + b"\r\n", 411),
            ("1 MB chunk extension", head(slash, te(b"chunked")) + b"5;" + b"e" * 1_000_000, 411),
            ("bare LF", b"GET /health HTTP/1.1\nHost: x\n\n\r\n\r\n", 505),
            ("bare CR", head(get, b"X: a\rb"), 400),
            ("zero byte in a field", head(get, b"X: a\0b"), 400),
            ("space before the colon", head(get, b"X : a"), 400),
            ("HTTP/2", head(b"GET /health HTTP/2.0"), 505),
            ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            ("leading line end", b"\r\n" + head(get), 400),
            ("200 KB head", head(get, b"X: " + b"a" * 200_000), 431),
            ("200 KB head without end", b"GET /health HTTP/1.1\r\nX: " + b"a" * 200_000, 431),
            ("long target", head(b"GET /" + b"a" * 9000 + b" HTTP/1.1"), 414),
            ("GET with a body", head(get, five) + b"hello", 400),
            ("HEAD with a body", head(b"HEAD /health HTTP/1.1", five) + b"hello", 400),
            ("DELETE with a body", head(b"DELETE /health HTTP/1.1", five) + b"hello", 400),
            ("OPTIONS with a body", head(b"OPTIONS /health HTTP/1.1", five) + b"hello", 400),
            ("unknown method with a body", head(b"FOOBAR /health HTTP/1.1", five) + b"hello", 501),
            ("another expectation", post(b"{}", b"Expect: tea"), 417),
        ]
        with Witness(self.server) as witness:
            for name, data, status in cases:
                with self.subTest(name):
                    self.assertEqual(self.refusal(data), status)
            for method in (b"FOOBAR", b"TRACE", b"CONNECT"):
                found = self.exchange(head(method + b" /health HTTP/1.1", b"Connection: close"))
                self.assertIn(found[0][0], (400, 501))
        self.check(witness)

    def test_what_is_wrong_with_a_body_is_told_before_it_is_read(self):
        cases = [
            ("2 MB to a path without bodies", post(b"", path="/health", length=2_000_000), 405),
            ("no such path", post(b"", path="/nothing", length=5), 404),
            ("too long", post(b"", length=(4 << 20) + 1), 413),
            ("endless", post(b"", length=2**64 - 1), 413),
            ("a form", post(b"", length=5, media=b"application/x-www-form-urlencoded"), 415),
            ("no type", post(b"", length=5, media=None), 415),
            ("Latin-1", post(b"", length=5, media=b"application/json; charset=latin1"), 415),
            ("gzip", post(b"", b"Content-Encoding: gzip", length=5), 415),
        ]
        for name, data, status in cases:
            with self.subTest(name):
                began = time.monotonic()
                s = self.open()
                s.sendall(data)
                answer = Answers(s).next()
                self.assertEqual(answer[0], status)
                self.assertIn(b"\r\nConnection: close", answer[1])
                self.assertLess(time.monotonic() - began, 1)
        # Also a client that sends it all before it reads gets to see the answer.
        self.assertEqual(self.refusal(post(b"x" * 300_000, path="/nothing")), 404)

    def test_bodies_are_read_however_they_come(self):
        body = json.dumps({"callSetNames": ["S1"]}).encode()
        end = head(b"GET /health HTTP/1.1", b"Connection: close")
        for media in (b"application/json", b"application/json;charset=utf-8", b'Application/JSON; charset="UTF-8"'):
            found = self.exchange(post(body, media=media) * 3 + end)
            self.assertEqual([answer[0] for answer in found], [202, 202, 202, 200])
            self.assertEqual(len({answer[2] for answer in found[:3]}), 1)
        request = post(body)
        s = self.open()
        for i in range(len(request)):
            s.sendall(request[i : i + 1])
        self.assertEqual(Answers(s).next()[0], 202)
        found = self.exchange(head(b"POST %s HTTP/1.1" % SEARCH.encode(), b"Connection: close"))
        self.assertEqual(found[0][0], 400)
        self.assertIn(b"is empty", found[0][2])

    def test_a_client_that_waits_is_told_to_go_on_or_not_to(self):
        s = self.open()
        s.sendall(post(b"", b"Expect: 100-continue", length=2))
        self.assertEqual(s.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
        s.sendall(b"{}")
        answers = Answers(s)
        self.assertEqual(answers.next()[0], 202)
        s.sendall(post(b"{}", b"Expect: 100-continue"))  # does not wait, so it is not told
        self.assertEqual(answers.next()[0], 202)
        s.sendall(post(b"", b"Expect: 100-continue", length=5 << 20))
        self.assertEqual(answers.next()[0], 413)
        self.assertIsNone(answers.next())
        big = pathlib.Path(self.folder.parent / "body.json")
        big.write_text(json.dumps({"callSetNames": ["S1"], "trialDbIds": [""] * 300_000}))
        url = f"http://{self.server.host}:{self.server.port}{SEARCH}"
        answer = support.run(
            "curl", "-sS", "--fail", "-H", "Content-Type: application/json", "-H", "Prefer: respond-sync",
            "--data-binary", f"@{big}", url,
        )
        self.assertEqual(json.loads(answer)["result"]["data"][0]["callSetDbId"], CALL_SET)

    def test_a_browser_may_post(self):
        status, fields, _ = self.server.request(
            SEARCH,
            method="OPTIONS",
            headers={
                "Origin": "https://example.org",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        self.assertEqual(status, 204)
        self.assertEqual(fields["Access-Control-Allow-Methods"], "POST, OPTIONS")
        self.assertIn("Content-Type", fields["Access-Control-Allow-Headers"])

    def test_json_made_to_hurt_is_400(self):
        names = ",".join(f'"k{i}":0' for i in range(20_000))
        cases = [
            b'{"a":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}",
            b'{"a":' * 600_000 + b"1" + b"}" * 600_000,
            b"[" * 4_000_000,
            b'{"a":' + b"9" * 100_000 + b"}",
            b'{"a":1.' + b"0" * 100_000 + b"e99999}",
            b'{"a":1' + b"0" * 100_000 + b"e-100000x}",
            b'{"a":"\xff\xfe"}',
            b'{"a":"\xc0\xaf"}',
            b'{"a":"\xed\xa0\x80"}',
            b'{"\\ud800":1}',
            b'{"a":1,"a":2}',
            b'{"a":[{"b":0,"b":1}]}',
            b"{" + names.encode() + b',"k777":1}',
            b"{}{}",
            b"{}]",
            b"{} x",
            b"{}\0",
            b"\0" * 1000,
            b"\xef\xbb\xbf{}",
            b'{"a":NaN}',
            b'{"a":"' + b"x" * 4_000_000,
            b'{"a":"' + b"\\u0000" * 600_000 + b'"}}',
            b'{"callSetNames":"\n"}',
            b'{"callSetNames":' + b"[[" * 8 + b"]]" * 8 + b"}",
            b'{"page":1e400}',
            b'{"page":18446744073709551615}',
            b"null",
            b"",
        ]
        with Witness(self.server) as witness:
            s = self.open(timeout=60)
            answers = Answers(s)
            for body in cases:
                with self.subTest(body[:40]):
                    s.sendall(post(body))
                    status, _, text = answers.next()
                    self.assertEqual(status, 400)
                    self.assertLess(len(text), 500)
                    self.assertTrue(json.loads(text).startswith("ERROR - "))
            s.sendall(post(b'{"callSetNames":["' + b"x" * 4_000_000 + b'"]}', b"Prefer: respond-sync"))
            self.assertEqual(answers.next()[0], 200)
        self.check(witness)

    def test_memory_for_bodies_goes_back(self):
        if SANITIZED:
            self.skipTest("sanitizers keep freed memory for a while")
        wide = b'{"a":[' + b"[]," * 1_300_000 + b"0]}"
        s = self.open(timeout=60)
        answers = Answers(s)
        s.sendall(post(b"{}"))
        self.assertEqual(answers.next()[0], 202)
        idle = self.server.memory_kib()
        self.server.reset_peak_memory()
        for _ in range(5):
            s.sendall(post(wide))
            self.assertEqual(answers.next()[0], 202)
        peak = self.server.memory_kib("VmHWM") - idle
        after = self.server.memory_kib() - idle
        print(f"a body of 4 MB: peak +{peak} KiB, after +{after} KiB", flush=True)
        self.assertLess(peak, 200 * 1024)
        self.assertLess(after, 10 * 1024)


class tokens(HostileTest):
    COUNT = 10_000 if SANITIZED else 100_000
    BATCH = 500

    def mutated(self, rng, token, others):
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        letters = list(token)
        how = rng.randrange(6)
        at = rng.randrange(len(letters))
        if how == 0:
            letters[at] = rng.choice(alphabet)
        elif how == 1:
            del letters[at:]
        elif how == 2:
            letters += rng.choices(alphabet, k=rng.randrange(1, 20))
        elif how == 3:
            other = rng.randrange(len(letters))
            letters[at], letters[other] = letters[other], letters[at]
        elif how == 4:
            letters[at:] = rng.choice(others)[at:]
        else:
            letters[at] = chr(rng.randrange(1, 0x250))
        return "".join(letters)

    def test_no_altered_token_is_taken(self):
        rng = random.Random(20260131)
        good = set()
        token = None
        for _ in range(20):
            page = self.server.get(CALLS, pageSize=100, pageToken=token)
            token = page["metadata"]["pagination"]["nextPageToken"]
            good.add(token)
        known = sorted(good)
        s = self.open(timeout=60)
        answers = Answers(s)
        sent = 0
        while sent < self.COUNT:
            batch = []
            while len(batch) < self.BATCH:
                token = self.mutated(rng, rng.choice(known), known)
                # Nothing, and nothing but digits, mean a page by number.
                if token and token not in good and not token.isdigit():
                    batch.append(token)
            request = b"".join(
                head(b"GET %s?pageToken=%s HTTP/1.1" % (CALLS.encode(), urllib.parse.quote(t).encode()))
                for t in batch
            )
            s.sendall(request)
            for token in batch:
                status, _, body = answers.next()
                self.assertEqual(status, 400, (token, body))
            sent += len(batch)
        for token in known[:3]:
            self.assertEqual(self.server.request(f"{CALLS}?pageToken={token}")[0], 200)

    def test_no_altered_search_is_answered(self):
        rng = random.Random(1)
        names = ("S0", "S1", "S2")
        ids = [self.server.search("callsets", {"callSetNames": [name]}) for name in names]
        s = self.open()
        answers = Answers(s)
        for _ in range(2000):
            changed = self.mutated(rng, rng.choice(ids), ids)
            if changed in ids or not changed:
                continue
            path = SEARCH + "/" + urllib.parse.quote(changed, safe="")
            s.sendall(head(b"GET %s HTTP/1.1" % path.encode()))
            self.assertEqual(answers.next()[0], 404, changed)
        for name, known in zip(names, ids):
            found = self.server.get(f"{SEARCH}/{known}")["result"]["data"]
            self.assertEqual([c["callSetName"] for c in found], [name])


if __name__ == "__main__":
    unittest.main()
