"""Who may, in Google Genomics v1: every route with every kind of credential that should not open it. Not one
byte of data, and no difference between what does not exist and what somebody may not see."""

import itertools
import json
import re
import sys
import unittest

from credentials import CredentialsTest
from genomics import ANNOTATION_METHODS, METHODS, NEIGHBOURS, NOT_SERVED, sam_header, write_bam

OVERRIDES = ("GET", "POST", "PUT", "PATCH", "DELETE")
READING = ("get", "list", "search", "stream", "testIamPermissions")  # the last part of a method's name
ADMINISTERING = ("getIamPolicy", "setIamPolicy")
READS = "alpha~SecretReads"


def is_writing(name):
    return name not in NOT_SERVED and name.split(".")[-1] not in READING


class authentication_of_genomics(CredentialsTest):
    def setUp(self):
        super().setUp()
        (self.folder / "alpha" / "dataset.toml").write_text('projectId = "secret"\nname = "SecretStudy"\n')
        group = {"ID": "SecretSampleGroup", "SM": "SecretSample1"}
        write_bam(self.folder / "alpha" / "SecretReads.bam", sam_header({"1": 700}, group), [("1", 1, "100M")])
        write_bam(self.folder / "beta" / "reads.bam", sam_header({"1": 40}), [("1", 1, "10M")])
        imports = self.folder.parent / "imports"
        imports.mkdir()
        for name in ("SecretChip.vcf.gz", "SecretReads.bam"):
            (imports / name.replace("Secret", "SecretSample")).write_bytes((self.folder / "alpha" / name).read_bytes())
        self.start("all", "--import-root", str(imports))
        self.numbers = itertools.count()
        _, operation = self.json("POST", f"/v1/readgroupsets/{READS}:export", "writer", self.export())
        self.places = {
            "callSetId": "alpha~SecretChip~SecretSample1", "datasetId": "alpha", "readGroupSetId": READS,
            "operationId": operation["name"].split("/")[1], "referenceId": "alpha~SecretGenome~1",
            "referenceSetId": "alpha~SecretGenome", "variantId": "alpha~SecretChip~1~1~1", "variantSetId": "alpha~SecretChip",
        }
        self.methods = {name: spelled for name, (spelled, *_) in METHODS.items()} | NEIGHBOURS | NOT_SERVED
        self.bodies = {
            "callsets.create": {"variantSetIds": ["alpha~SecretChip"], "name": "SecretSample9"},
            "callsets.patch": {"name": "SecretSample1"},
            "callsets.search": {"variantSetIds": ["alpha~SecretChip"]},
            "datasets.create": {"name": "SecretStudy", "projectId": "secret"},
            "datasets.patch": {"name": "SecretStudy"},
            "readgroupsets.patch": {"name": "SecretSample"},
            "readgroupsets.search": {"datasetIds": ["alpha"]},
            "reads.search": {"readGroupSetIds": [READS]},
            "reads.stream": {"projectId": "secret", "readGroupSetId": READS},
            "variants.search": {"variantSetIds": ["alpha~SecretChip"], "referenceName": "1"},
            "variants.stream": {"projectId": "secret", "variantSetId": "alpha~SecretChip", "referenceName": "1"},
            "datasets.setIamPolicy": {"policy": {"bindings": [
                {"role": "roles/genomics.admin", "members": ["token:admin"]},
                {"role": "roles/genomics.editor", "members": ["token:alpha", "token:writer"]},
                {"role": "roles/genomics.viewer", "members": ["token:reader"]},
            ]}},
            "datasets.testIamPermissions": {"permissions": ["genomics.datasets.get"]},
            "readgroupsets.import": {"datasetId": "alpha", "sourceUris": ["file:SecretSample*.bam"]},
            "variants.import": {"variantSetId": "alpha~SecretChip", "sourceUris": ["file:SecretSample*.vcf.gz"]},
            "variantsets.create": {"datasetId": "alpha", "name": "SecretStudy"},
            "variantsets.patch": {"description": "SecretStudy"},
            "variantsets.search": {"datasetIds": ["alpha"]},
        }
        if self.serves_annotations():
            self.add_annotations()

    def export(self):
        return {"projectId": "secret", "exportUri": f"file:SecretSample{next(self.numbers)}", "referenceNames": []}

    def serves_annotations(self):
        status, answer = self.json("GET", "/v1/annotationsets/x", "admin")
        return "nothing at this path" not in answer["error"]["message"]

    def add_annotations(self):
        self.methods |= {name: spelled for name, (spelled, *_) in ANNOTATION_METHODS.items()}
        of_set = {"datasetId": "alpha", "referenceSetId": "alpha~SecretGenome", "name": "SecretStudy"}
        _, made = self.json("POST", "/v1/annotationsets", "writer", of_set)
        one = {"annotationSetId": made["id"], "referenceName": "1", "start": 1, "end": 9, "name": "SecretSample"}
        _, annotation = self.json("POST", "/v1/annotations", "writer", one)
        self.places |= {"annotationSetId": made["id"], "annotationId": annotation["id"]}
        self.bodies |= {
            "annotations.batchCreate": {"annotations": [one]}, "annotations.create": one,
            "annotations.search": {"annotationSetIds": [made["id"]]}, "annotations.update": one,
            "annotationsets.create": of_set, "annotationsets.search": {"datasetIds": ["alpha"]},
            "annotationsets.update": of_set,
        }

    def request(self, name):
        """Method, target and body."""
        method, path = self.methods[name].split()
        target = "/v1/" + re.sub(r"{(\w+)}", lambda found: self.places[found[1]], path)
        if name == "operations.list":
            target += "?filter=projectId%3Dsecret"
        if name == "datasets.list":
            target += "?projectId=secret"
        body = self.export() if name == "readgroupsets.export" else self.bodies.get(name, {})
        return method, target, json.dumps(body).encode() if method in ("POST", "PUT", "PATCH") else None

    def assert_refused(self, answer, wanted, where, sent=b""):
        """Whoever sent an id may read it again, and nothing else."""
        self.assertIn(answer[0], wanted, (where, answer))
        text = answer[2] + str(answer[1]).encode()
        if answer[2]:
            self.assertEqual(json.loads(answer[2])["error"]["code"], answer[0])
        for quoted in re.findall(rb"'([^']+)'", answer[2]):
            text = text.replace(quoted, b"") if sent and quoted in sent else text
        for secret in (b"Secret", b"GATTACA", b"ACGT"):
            self.assertNotIn(secret, text, where)

    def facts(self):
        """What no refused request may change."""
        return [self.json(*request) for request in (
            ("GET", "/v1/datasets?projectId=secret", "admin"),
            ("POST", "/v1/callsets/search", "admin", {"variantSetIds": ["alpha~SecretChip"]}),
            ("GET", f"/v1/readgroupsets/{READS}", "admin"), ("GET", "/v1/operations?filter=projectId%3Dsecret", "admin"),
        )]

    def test_no_route_opens_to_whoever_must_not(self):
        self.wait_for(lambda: self.facts()[3][1]["operations"][0]["done"])
        before, cases = self.facts(), 0
        for name in self.methods:
            method, target, body = self.request(name)
            for what, headers in self.credentials().items():
                with self.subTest(name, credentials=what):
                    answer = self.ask(method, target, headers, body)
                    self.assert_refused(answer, (401,), target)
                    self.assertIn("Bearer", answer[1]["WWW-Authenticate"])
                cases += 1
            cases += self.odd_requests(method, name, target.split("?")[0], body)
            cases += self.tokens_in_queries(name) + self.overrides(name) + self.wrong_tokens(name)
        print(f"{cases} requests of Google Genomics v1 that must not be answered, and were not", file=sys.stderr)
        self.assertGreater(cases, 2000)
        self.assertEqual(self.facts(), before)

    def tokens_in_queries(self, name):
        method, target, body = self.request(name)
        names = ("access_token", "bearer_token", "oauth_token", "key", "token", "Authorization")
        for parameter in names:
            with self.subTest(name, query=parameter):
                mark = "&" if "?" in target else "?"
                answer = self.ask(method, f"{target}{mark}{parameter}={self.tokens['admin']}", (), body)
                self.assert_refused(answer, (401,), parameter)
        return len(names)

    def overrides(self, name):
        """As whatever method somebody says a request is, with no token or one that may only read."""
        _, target, body = self.request(name)
        cases = 0
        for meant in OVERRIDES:
            header = [("X-HTTP-Method-Override", meant)]
            with self.subTest(name, override=meant):
                answer = self.ask("POST", target, header, None if meant == "DELETE" else body)
                self.assert_refused(answer, (400, 401, 404, 405), meant)
            cases += 1
        if is_writing(name):
            method, target, body = self.request(name)
            with self.subTest(name, override="with a token that reads"):
                answer = self.ask("POST", target, [*self.bearer("reader"), ("X-HTTP-Method-Override", method)], body)
                self.assert_refused(answer, (403,), target)
            cases += 1
        return cases

    def wrong_tokens(self, name):
        """Valid tokens that are for something else. Another's answer is that of what does not exist."""
        method, target, body = self.request(name)
        cases = 0
        if is_writing(name):
            with self.subTest(name, token="reader"):
                self.assert_refused(self.ask(method, target, self.bearer("reader"), body), (403,), target)
            cases += 1
        for token in ("beta", "betawriter"):
            with self.subTest(name, token=token):
                answer = self.ask(method, target, self.bearer(token), body)
                if name in NOT_SERVED:
                    self.assert_refused(answer, (403, 404, 501), target)
                elif is_writing(name) and (token == "beta" or name == "datasets.create"):
                    self.assert_refused(answer, (403,), target)
                elif answer[0] == 200:  # a list, of which there is nothing
                    self.assertIn(name.split(".")[-1], ("list", "search", "getIamPolicy", "testIamPermissions"))
                    self.assertNotIn(b"Secret", answer[2])
                    self.assertNotIn(b"alpha", answer[2])
                else:
                    self.assert_refused(answer, (404,), target, body)
                    self.assert_as_nobody(name, target, body, token, answer)
            cases += 1
        return cases

    def assert_as_nobody(self, name, target, body, token, answer):
        """The same text as of an id that nobody has, wherever the id is."""
        method = self.methods[name].split()[0]
        texts = json.loads(answer[2])["error"]["message"]
        path, _, query = target.partition("?")
        nobody = path
        for one in sorted(self.places.values(), key=len, reverse=True):
            nobody = nobody.replace(f"/{one}", "/alpha~nobody") if one != "x" else nobody
        other = body
        for one in sorted((*self.places.values(), "alpha"), key=len, reverse=True):
            if other and one != "x":
                other = other.replace(f'"{one}"'.encode(), b'"alpha~nobody"')
        self.assertNotEqual((nobody, other), (path, body))
        unknown = self.ask(method, f"{nobody}?{query}" if query else nobody, self.bearer(token), other)
        self.assertEqual(unknown[0], 404)
        said = json.loads(unknown[2])["error"]["message"]
        self.assertEqual(re.sub("'.*'", "''", said), re.sub("'.*'", "''", texts))

    def test_the_right_tokens_open_everything(self):
        for name in self.methods:
            if name in NOT_SERVED or "delete" in name:
                continue
            for token in ("reader", "writer", "admin", "alpha"):
                if is_writing(name) and token == "reader" or (name == "datasets.create" and token == "alpha"):
                    continue
                if name.split(".")[-1] in ADMINISTERING and token != "admin":
                    continue
                method, target, body = self.request(name)
                with self.subTest(name, token=token):
                    answer = self.ask(method, target, self.bearer(token), body)
                    self.assertEqual(answer[0], 200, answer)
                    self.assertEqual(answer[1]["Cache-Control"], "private, no-store")

    def test_what_is_deleted_stays_somebodys(self):
        """A data set comes back to whom it is for."""
        for token, wanted in (("beta", 403), ("betawriter", 404), ("alpha", 200)):
            with self.subTest("delete", token=token):
                self.assertEqual(self.ask("DELETE", "/v1/datasets/alpha", self.bearer(token))[0], wanted)
        for token, wanted in (("reader", 403), ("betawriter", 404), ("alpha", 200)):
            with self.subTest("undelete", token=token):
                answer = self.ask("POST", "/v1/datasets/alpha:undelete", self.bearer(token), b"{}")
                self.assertEqual(answer[0], wanted)
                if wanted != 200:
                    self.assert_refused(answer, (wanted,), token)

    def test_tokens_of_pages_open_nothing(self):
        body = {"variantSetIds": ["alpha~SecretChip"], "pageSize": 1}
        _, page = self.json("POST", "/v1/callsets/search", "alpha", body)
        following = body | {"pageToken": page["nextPageToken"]}
        for token, wanted in ((None, 401), ("beta", 404), ("alpha", 200)):
            with self.subTest(token):
                self.assertEqual(self.json("POST", "/v1/callsets/search", token, following)[0], wanted)


if __name__ == "__main__":
    unittest.main()
