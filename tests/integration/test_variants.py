"""Variants: every field against bcftools, over files and sets, one by one, and before they are indexed."""

import random
import re
import signal
import sys
import unittest
import urllib.parse

import support
from matrices import same_value
from selections import numbered_items, walk_items
from shared_files import collect, has_records
from support import DEMO, SHARED_DATA, FolderTest, Server, run, simple_panel

PATH = "/brapi/v2/variants"


def info_of(column, texts):
    """The INFO column as names and texts; of names that repeat, the first. bcftools prints an empty
    text like a flag, which it is only by its type: then, None."""
    found = {}
    for entry in column.split(";"):
        name, equals, value = entry.partition("=")
        if name and name != ".":
            found.setdefault(name, value if equals else None if name.encode() in texts else "true")
    return found


def same_info(mine, theirs):
    return mine in (".", "true") if theirs is None else same_value(mine, theirs)


def info_differs(mine, theirs):
    return {tag: (mine.get(tag), theirs.get(tag)) for tag in {*mine, *theirs} if mine.get(tag) != theirs.get(tag)}


def expected_variants(path, set_id):
    """What bcftools knows of each record, as the members of Variant objects."""
    text = run("bcftools", "view", path)
    texts = set(re.findall(rb"^##INFO=<ID=([^,]+),.*Type=(?!Flag)", text, re.MULTILINE))
    lines = [line for line in text.split(b"\n")[:-1] if not line.startswith(b"#")]
    ends = run("bcftools", "query", "-f", "%END\\n", path).split(b"\n")[:-1]
    found, previous, number = [], None, 0
    for line, end in zip(lines, ends, strict=True):
        columns = line.split(b"\t")[:8]
        number = number + 1 if columns[:2] == previous else 1
        previous = columns[:2]
        contig, position, name, ref, alt, quality, filters, info = (c.decode(errors="replace") for c in columns)
        start = int(position) - 1
        failed = [] if filters == "." else [one for one in filters.split(";") if one != "PASS"]
        place = f"{support.encode_id(columns[0].decode(errors='surrogateescape'))}~{position}~{number}"
        found.append({
            "variantDbId": f"{set_id}~{place}",
            "variantNames": [f"{contig}:{position}"] if name == "." else list(filter(None, name.split(";"))),
            "start": start, "end": int(end) if start < 2**31 else start + len(ref), "referenceName": contig,
            "referenceBases": ref,
            "alternateBases": [] if alt == "." else alt.split(","),
            "alternate_bases": [] if alt == "." else alt.split(","),
            "filtersApplied": filters != ".",
            "filtersPassed": None if filters == "." else not failed,
            "filtersFailed": failed,
            "variantSetDbId": [set_id],
            "additionalInfo": {"INFO/QUAL" if name == "QUAL" else name: value for name, value in info_of(info, texts).items()}
            | ({} if quality == "." else {"QUAL": quality}),
        })
    return found


class VariantsTest(FolderTest):
    def compare(self, server, path, set_id, size):
        """Returns the number of variants that were compared."""
        expected = expected_variants(path, set_id)
        got = walk_items(server, f"/brapi/v2/variantsets/{set_id}/variants", size)
        self.assertEqual(len(got), len(expected))
        for mine, theirs in zip(got, expected):
            shown = {name: mine[name] for name in theirs}
            info = shown["additionalInfo"], theirs["additionalInfo"]
            if set(info[0]) == set(info[1]) and all(same_info(info[0][tag], info[1][tag]) for tag in info[1]):
                shown["additionalInfo"] = theirs["additionalInfo"]
            self.assertEqual(shown, theirs, f"{path} {info_differs(*info)}")
            self.compare_structure(mine)
        return len(got)

    def compare_structure(self, mine):
        """What is told twice is told alike."""
        info = mine["additionalInfo"]
        for name in ("cipos", "ciend"):
            told = info.get(name.upper(), "").split(",")
            self.assertEqual(mine[name], [int(n) for n in told if n.lstrip("-").isdigit()], mine)
        if info.get("SVTYPE", ".") != ".":
            self.assertEqual(mine["variantType"], info["SVTYPE"])


class the_demo(VariantsTest):
    FILES = {
        "main~wheat": "wheat.vcf.gz", "main~haplotypes": "haplotypes.bcf", "main~potato": "potato.vcf.gz",
        "odd~ploidy": "odd/ploidy.vcf.gz", "odd~alleles": "odd/alleles.bcf",
    }

    def test_equals_bcftools(self):
        count = 0
        with Server(DEMO) as server:
            for set_id, path in self.FILES.items():
                with self.subTest(path):
                    count += self.compare(server, DEMO / path, set_id, 213)
        self.assertEqual(count, 3167)

    def test_sets_follow_each_other(self):
        """Over all of them by token, by number and as NDJSON; over some of them."""
        with Server(DEMO) as server:
            by_set = {
                one["variantSetDbId"]: walk_items(
                    server, f"/brapi/v2/variantsets/{one['variantSetDbId']}/variants", 5000
                )
                for one in server.get("/brapi/v2/variantsets")["result"]["data"]
            }
            self.assertEqual(set(by_set), set(self.FILES))
            together = sum(by_set.values(), [])
            for size in (101, 1201, 5000):
                self.assertEqual(walk_items(server, PATH, size), together)
                self.assertEqual(numbered_items(server, PATH, size), together)
            self.assertEqual(server.ndjson(PATH)[1:-1], together)
            some = {"variantSetDbId": "odd~ploidy,main~potato"}
            wanted = by_set["odd~ploidy"] + by_set["main~potato"]
            self.assertEqual(walk_items(server, PATH, 77, **some), wanted)
            kept = server.search("variants", {"variantSetDbIds": ["odd~ploidy", "main~potato"]})
            self.assertEqual(walk_items(server, f"/brapi/v2/search/variants/{kept}", 399), wanted)

    def test_calls_of_sets_follow_each_other(self):
        with Server(DEMO) as server:
            wanted = []
            for set_id in ("odd~ploidy", "main~potato"):
                wanted += walk_items(server, f"/brapi/v2/variantsets/{set_id}/calls", 20_000)
            chosen = {"variantSetDbId": "main~potato,odd~ploidy", "callFields": "callSetDbId,variantDbId,genotypeValue"}
            fields = chosen["callFields"].split(",")
            few = [{name: call[name] for name in fields} for call in wanted]
            self.assertEqual(walk_items(server, "/brapi/v2/calls", 997, **chosen), few)
            self.assertEqual(server.ndjson("/brapi/v2/calls", **chosen)[1:-1], few)

    def test_an_info_field_named_like_a_column(self):
        text = (
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n##INFO=<ID=QUAL,Number=1,Type=Integer,Description=\"x\">\n"
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t10\t.\tA\tC\t30\t.\tQUAL=7\n1\t20\t.\tA\tC\t.\t.\tQUAL=8\n"
        )
        path = self.folder / "q.vcf.gz"
        path.write_bytes(run("bgzip", "-c", input=text.encode()))
        with Server(self.folder) as server:
            found = server.get("/brapi/v2/variantsets/main~q/variants")["result"]["data"]
            told = [v["additionalInfo"] for v in found]
            self.assertEqual(told, [{"INFO/QUAL": "7", "QUAL": "30"}, {"INFO/QUAL": "8"}])
            self.assertEqual(self.compare(server, path, "main~q", 10), 2)

    def test_one_by_one(self):
        dice = random.Random(8)
        with Server(DEMO) as server:
            for one in dice.sample(walk_items(server, PATH, 5000), 150):
                path = f"{PATH}/{urllib.parse.quote(one['variantDbId'], safe='')}"
                self.assertEqual(server.get(path)["result"], one)
                calls = walk_items(server, f"{path}/calls", 1000)
                self.assertEqual({call["variantDbId"] for call in calls}, {one["variantDbId"]})
                [set_id] = one["variantSetDbId"]
                call_sets = server.get("/brapi/v2/callsets", variantSetDbId=set_id)["result"]["data"]
                self.assertEqual(
                    [call["callSetDbId"] for call in calls], [c["callSetDbId"] for c in call_sets]
                )

    def test_what_is_not_there(self):
        with Server(DEMO) as server:
            one = server.get(PATH, variantSetDbId="main~wheat", pageSize=1)["result"]["data"][0]["variantDbId"]
            stem = one.rsplit("~", 2)[0]
            for wrong in (
                "x", "~", "~~~~", stem, f"{stem}~85~0", f"{stem}~85~2", f"{stem}~84~1", f"{stem}~0~1", f"{stem}~-1~1",
                f"{stem}~85~1~1", f"{stem}~85~99999999999", f"{stem}~99999999999999999999~1", f"{stem}x~85~1",
                one.replace("wheat", "whea"), one.replace("main", "odd"), one + " ", one.replace("chr1A", "chr1.4"),
            ):
                for rest in ("", "/calls"):
                    with self.subTest(wrong + rest):
                        status, text = server.error(f"{PATH}/{urllib.parse.quote(wrong, safe='')}{rest}")
                        self.assertEqual((status, text[:5]), (404, "ERROR"), text)
            for kind in ("variants", "calls"):
                self.assertEqual(server.error(f"/brapi/v2/variantsets/main~nothing/{kind}")[0], 404)
                self.assertEqual(server.error(f"/brapi/v2/search/{kind}/nothing")[0], 404)
            self.assertEqual(server.error("/brapi/v2/search/allelematrix/nothing")[0], 404)


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class real_files(VariantsTest):
    """All files that bcftools accepts, also those without genotypes, as VCF.gz or as BCF by turns."""

    def test_equal_bcftools(self):
        good, _ = collect(self.folder, is_usable=has_records, both=False)
        count = 0
        with Server(self.folder) as server:
            for data_set, stem, path in good:
                with self.subTest(str(path)):
                    count += self.compare(server, path, f"{data_set}~{stem}", 9999)
        self.assertGreaterEqual(len(good), 350)
        self.assertGreaterEqual(count, 50_000)
        print(f"real files: {len(good)} files, {count} variants equal", file=sys.stderr)


class before_the_index(FolderTest):
    """What needs no index is there at once, the rest says when to come back."""

    def setUp(self):
        super().setUp()
        self.folder.mkdir(exist_ok=True)
        self.state = self.folder.parent / "state"
        self.call_set = {"callSetDbId": "main~panel~S1"}

    def serve_unindexed(self, server):
        """A file comes when nothing can be kept of it."""
        index = self.state / "index"
        index.rmdir()
        index.write_text("no folder")
        simple_panel(self.folder / "panel.bcf", 2000, samples=4)
        server.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: server.get("/brapi/v2/variantsets")["result"]["data"])

    def answers(self, server):
        """What the first pages hold."""
        matrix = server.get("/brapi/v2/allelematrix", dimensionVariantPageSize=5, **self.call_set)["result"]
        return (
            server.get(PATH, pageSize=5)["result"],
            server.get("/brapi/v2/calls", pageSize=5, **self.call_set)["result"],
            matrix["dataMatrices"], matrix["variantDbIds"],
        )

    def test_waits_for_it(self):
        with Server(self.folder, state=self.state) as server:
            self.serve_unindexed(server)
            for target, parameters in (
                (PATH, {"minMaf": "0.1"}), (PATH, {"positionRange": "1"}), (PATH, {"page": 3}),
                (f"{PATH}/main~panel~1~1~1", {}), ("/brapi/v2/calls", {"variantName": "rs3"}),
                ("/brapi/v2/allelematrix", {"maxHeZ": "0.4"}),
                ("/brapi/v2/allelematrix", {"dimensionVariantPage": 9} | self.call_set),
                ("/brapi/v2/variantsets/main~panel/exports/x.npy", {}),
                ("/brapi/v2/variantsets/main~panel/exports/x.vcf", {"minMaf": "0.1"}),
            ):
                status, headers, body = server.request(support.url(target, parameters))
                self.assertEqual(status, 503, (target, parameters, body[:200]))
                self.assertGreater(int(headers["Retry-After"]), 0)
            first = self.answers(server)
            token = server.get(PATH, pageSize=5)["metadata"]["pagination"]["nextPageToken"]
            following = server.get(PATH, pageSize=5, pageToken=token)["result"]["data"]
            whole = server.request("/brapi/v2/variantsets/main~panel/exports/x.vcf")[2]
        (self.state / "index").unlink()
        with Server(self.folder, state=self.state) as server:
            self.assertEqual(self.answers(server), first)
            self.assertEqual(server.get(PATH, pageSize=5, pageToken=token)["result"]["data"], following)
            self.assertEqual(server.get(PATH, pageSize=5, page=1)["result"]["data"], following)
            self.assertEqual(server.request("/brapi/v2/variantsets/main~panel/exports/x.vcf")[2], whole)


if __name__ == "__main__":
    unittest.main()
