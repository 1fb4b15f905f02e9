"""Entity tags: what has not changed is not sent again."""

import os
import unittest

import support
from support import DEMO, FolderTest, Server, simple_panel

B = "/brapi/v2"
UNCHANGING = (
    B + "/serverinfo", B + "/callsets", B + "/callsets/main~wheat~WL001", B + "/samples?pageSize=3", B + "/references",
    B + "/references/main~reference~chr1A/bases?end=1000", B + "/variantsets", B + "/variantsets/main~wheat",
    B + "/variantsets/main~wheat/calls?pageSize=20000", B + "/variantsets/main~potato/variants", B + "/variants?pageSize=5",
    B + "/calls?variantSetDbId=main~potato&page=2&pageSize=3", B + "/allelematrix?variantSetDbId=main~wheat",
    B + "/variantsets/main~wheat/exports/x.vcf.gz", B + "/variantsets/main~wheat/exports/x.tsv?minMaf=0.3",
    "/v1/variantsets/main~wheat", "/v1/callsets/main~wheat~WL001",
)


class etags(FolderTest):
    def tag_of(self, server, target, method="GET", **fields):
        status, answer, _ = server.request(target, method, headers=fields)
        self.assertEqual(status, 200, target)
        return answer["ETag"]

    def ask(self, server, target, tags, method="GET"):
        status, fields, body = server.request(target, method, headers={"If-None-Match": tags})
        if status == 304:
            self.assertEqual((body, fields["Content-Length"], fields["Transfer-Encoding"]), (b"", None, None))
            self.assertIn("ETag", fields)
        return status

    def test_a_client_that_has_it_gets_nothing(self):
        with Server(DEMO) as server:
            tags = {}
            for target in UNCHANGING:
                with self.subTest(target):
                    tag = tags[target] = self.tag_of(server, target)
                    self.assertRegex(tag, r'^W/"[0-9a-f]{16}"$')
                    self.assertEqual(self.ask(server, target, tag), 304)
                    self.assertEqual(self.ask(server, target, tag, "HEAD"), 304)
                    self.assertEqual(self.ask(server, target, f'"other", {tag[2:]}'), 304)
                    self.assertEqual(self.ask(server, target, "*"), 304)
                    self.assertEqual(self.ask(server, target, '"other"'), 200)
            self.assertEqual(len(set(tags.values())), len(tags))
        with Server(DEMO) as again:
            for target in UNCHANGING:
                with self.subTest(target, after="a restart"):
                    if "serverinfo" not in target and target.startswith(B + "/variantsets") and "?" not in target:
                        continue  # their links name the port
                    self.assertEqual(self.ask(again, target, tags[target]), 304)

    def test_what_is_asked_for_otherwise_has_another_tag(self):
        target = B + "/variantsets/main~wheat/calls?pageSize=20000"
        with Server(DEMO) as server:
            others = [target + more for more in ("", "&page=1", "&sepPhased=x", "&callFields=callSetName", "&minMaf=0.1", "&x=y")]
            tags = [self.tag_of(server, one) for one in others]
            tags.append(self.tag_of(server, target, Accept="application/x-ndjson"))
            self.assertEqual(len(set(tags)), len(tags))
            self.assertEqual(self.tag_of(server, target, **{"Accept-Encoding": "gzip"}), tags[0])

    def test_errors_and_writes_have_none(self):
        with Server(DEMO) as server:
            for target in (B + "/variants/none", B + "/calls?page=-1"):
                _, fields, _ = server.request(target, headers={"If-None-Match": "*"})
                self.assertIsNone(fields["ETag"])
            body = '{"variantSetDbIds":["main~wheat"]}'
            headers = {"Content-Type": "application/json", "If-None-Match": "*", "Prefer": "respond-sync"}
            status, fields, _ = server.request(B + "/search/variants", "POST", headers, body)
            self.assertEqual((status, fields["ETag"]), (200, None))

    def test_another_file_has_another_tag(self):
        simple_panel(self.folder / "panel.vcf.gz", 5000, 4)
        targets = [B + "/variantsets/main~panel/calls?pageSize=20000", B + "/variantsets/main~panel/exports/x.vcf"]
        with Server(self.folder) as server:
            tags = [self.tag_of(server, one) for one in targets]
            other = simple_panel(self.folder.parent / "other.vcf.gz", 5000, 4, lambda v, s: f"{v % 2}|{(s + 1) % 2}")
            os.replace(other, self.folder / "panel.vcf.gz")
            for target, tag in zip(targets, tags):
                self.wait_for(lambda: self.ask(server, target, tag) == 200)

    def test_a_renamed_call_set_makes_another_tag(self):
        simple_panel(self.folder / "panel.vcf.gz", 5000, 4)
        target = B + "/variantsets/main~panel/calls?pageSize=20000"
        with Server(self.folder) as server:
            tag = self.tag_of(server, target)
            status, _ = server.post(
                "/v1/callsets/main~panel~S1?updateMask=name", {"name": "x"}, {"X-HTTP-Method-Override": "PATCH"}
            )
            self.assertEqual(status, 200)
            self.assertEqual(self.ask(server, target, tag), 200)


if __name__ == "__main__":
    unittest.main()
