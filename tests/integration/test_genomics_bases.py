"""`references/{id}/bases` of Google Genomics v1 against `samtools faidx`."""

import json
import unittest

from genomics import GenomicsTest
from support import run, url


class bases(GenomicsTest):
    def test_stretches_and_pages(self):
        genome = self.folder / "alpha" / "genome.fa"
        whole = "".join(run("samtools", "faidx", genome, "1").decode().split("\n")[1:]).upper()
        length = len(whole)
        self.assertGreater(length, 2000)
        for start, end in ((0, 0), (0, 1), (7, 1000), (length - 1, 0), (5, length + 9), (length, 0), (length + 5, 0), (9, 9)):
            wanted = whole[start:end or None] if (start, end) != (9, 9) else ""
            for size in (None, 1 if end == 1 else 700):
                with self.subTest(start=start, end=end, size=size):
                    pages = {} if size is None else {"pageSize": size}
                    found, token, at = "", {}, min(start, length)
                    while True:
                        page = self.get("alpha~genome~1/bases", start=start, end=end, **pages, **token)
                        self.assertEqual(page["offset"], str(at))
                        found += page["sequence"]
                        at += len(page["sequence"])
                        if not page["nextPageToken"]:
                            break
                        self.assertEqual(len(page["sequence"]), size)
                        token = {"pageToken": page["nextPageToken"]}
                    self.assertEqual(found, wanted)

    def get(self, path, wanted=200, **parameters):
        status, _, body = self.server.request(url(f"/v1/references/{path}", parameters))
        self.assertEqual(status, wanted, body)
        return json.loads(body)

    def test_what_is_wrong(self):
        token = self.get("alpha~genome~1/bases", pageSize=5)["nextPageToken"]
        for parameters in (
            {"start": -1}, {"end": -1}, {"start": 9, "end": 3}, {"start": "x"}, {"pageSize": -1}, {"pageToken": "x"},
            {"pageToken": token, "start": 1}, {"pageToken": token, "end": 9}, {"alt": "media"},
        ):
            with self.subTest(parameters):
                self.get("alpha~genome~1/bases", 400, **parameters)
        self.get("alpha~genome~2/bases", 400, pageToken=token)
        self.get("alpha~genome~nobody/bases", 404)


if __name__ == "__main__":
    unittest.main()
