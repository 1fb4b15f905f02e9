"""What the tests of annotations share."""

import json

from support import FolderTest, Server

JSON = {"Content-Type": "application/json"}


def short_fasta(path, lengths):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f">{name}\n{'N' * length}\n" for name, length in lengths.items()))


class Annotations(FolderTest):
    """Speaks to a server with a reference set `main~ref`."""

    lengths = {"chr1": 100_000, "chr2": 1000}

    def start(self, *options, **more):
        self.server = Server(self.folder, *options, **more)
        self.addCleanup(lambda: self.server.stop())

    def setUp(self):
        super().setUp()
        short_fasta(self.folder / "ref.fa", self.lengths)

    def ask(self, method, target, body=None, token=None):
        """Status and JSON."""
        headers = dict(JSON) if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        status, _, answer = self.server.request(target, method, headers, text)
        return status, json.loads(answer)

    def ok(self, method, target, body=None, token=None):
        status, answer = self.ask(method, target, body, token)
        self.assertEqual(status, 200, answer)
        return answer

    def refused(self, status, method, target, body=None, token=None):
        """The message."""
        found, answer = self.ask(method, target, body, token)
        self.assertEqual(found, status, answer)
        self.assertEqual(answer["error"]["code"], status)
        return answer["error"]["message"]

    def new_set(self, type="GENERIC", **members):
        body = {"datasetId": "main", "referenceSetId": "main~ref", "type": type} | members
        return self.ok("POST", "/v1/annotationsets", body)["id"]

    def batch(self, annotations, status=200, **members):
        found, answer = self.ask("POST", "/v1/annotations:batchCreate", {"annotations": annotations} | members)
        self.assertEqual(found, status, str(answer)[:500])
        return answer["entries"] if status == 200 else answer["error"]["message"]

    def walk(self, size=None, **body):
        """All results of a search, over all pages."""
        found, token = [], None
        while True:
            asked = body | ({"pageSize": size} if size else {}) | ({"pageToken": token} if token else {})
            page = self.ok("POST", "/v1/annotations/search", asked)
            if size:
                self.assertLessEqual(len(page["annotations"]), size)
            found += page["annotations"]
            token = page["nextPageToken"]
            if not token:
                return found
