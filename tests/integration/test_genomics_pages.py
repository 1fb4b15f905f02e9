"""Lists of Google Genomics v1 that are longer than a page: how many are on one unless somebody says, and how
many at most. A client that asks for more gets that many and a token, as those of genome browsers do."""

import contextlib
import sqlite3
import unittest

from genomics import GenomicsTest, sam_header, write_bam
from support import FolderTest, write_vcf

MORE = 10_000  # what igv.js asks for, as a text
# member, how many there are, how many are on a page, how many at most
LISTS = {
    "datasets.list": ("datasets", 1030, 50, 1024),
    "readgroupsets.search": ("readGroupSets", 1030, 256, 1024),
    "callsets.search": ("callSets", 1030, 1024, MORE),  # the document knows no maximum
    "readgroupsets.coveragebuckets.list": ("coverageBuckets", 2060, 1024, 2048),
}
REQUESTS = {
    "datasets.list": (None, None, {"projectId": "many"}),
    "readgroupsets.search": (None, {"datasetIds": ["long"]}, {}),
    "callsets.search": (None, {"variantSetIds": ["long~chip"]}, {}),
    "readgroupsets.coveragebuckets.list": ("long~reads0000", None, {"targetBucketWidth": 2048}),
}


class pages(GenomicsTest):
    def setUp(self):
        FolderTest.setUp(self)
        self.state = self.folder.parent / "state"
        home = self.folder / "long"
        _, columns, *_ = LISTS["callsets.search"]
        samples = [f"S{n:04}" for n in range(columns)]
        write_vcf(home / "chip.vcf.gz", [("1", 1, "rs1", "A", "C", "GT", ["0|1"] * columns)], samples)
        _, buckets, *_ = LISTS["readgroupsets.coveragebuckets.list"]
        length = buckets * 2048
        write_bam(home / "reads0000.bam", sam_header({"1": length}), [("1", 1, f"{length}M")])
        _, files, *_ = LISTS["readgroupsets.search"]
        small = write_bam(self.folder.parent / "small.bam", sam_header({"1": 100}), [("1", 1, "10M")]).read_bytes()
        for n in range(1, files):
            (home / f"reads{n:04}.bam").write_bytes(small)
        self.serve()
        self.server.stop()
        self.add_data_sets()
        self.serve()

    def add_data_sets(self):
        """As if clients had made them, one by one."""
        _, count, *_ = LISTS["datasets.list"]
        rows = [(f"made{n:04}", f"Made {n}", "many", 1_700_000_000) for n in range(count)]
        with contextlib.closing(sqlite3.connect(self.state / "store.db")) as store, store:
            store.executemany("INSERT INTO created_data_sets (id, name, project, created_s) VALUES (?, ?, ?, ?)", rows)

    def ask(self, method, **page):
        one, body, parameters = REQUESTS[method]
        if body is None:
            return self.call(method, one, **parameters, **page)
        return self.call(method, one, body | page)

    def test_sizes(self):
        for method, (member, count, usual, most) in LISTS.items():
            one, body, parameters = REQUESTS[method]
            whole = self.walk(method, member, 100, one, body, **parameters)
            self.assertEqual(len(whole), count)
            for sent, size in ((None, usual), (0, usual), (str(MORE), most), (999, 999)):
                with self.subTest(method, sent=sent):
                    page = self.ask(method, **({} if sent is None else {"pageSize": sent}))
                    self.assertEqual(page[member], whole[:size])
                    self.assertEqual(page["nextPageToken"] == "", size >= count)
                    if size < count:
                        following = self.ask(method, pageToken=page["nextPageToken"], pageSize=1)
                        self.assertEqual(following[member], whole[size : size + 1])


if __name__ == "__main__":
    unittest.main()
