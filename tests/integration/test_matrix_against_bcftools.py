"""Every cell of an allele matrix equals what bcftools reads from the same file."""

import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import unittest

import matrices
import support
from matrices import FIELDS, ask, odd_page, same_value
from shared_files import collect
from support import DEMO, SHARED_DATA, FolderTest, Server, run

# Cells of one field that are compared per file; `all` compares every one.
LIMIT = os.environ.get("CALLSTREAM_TEST_CALLS", "1000" if support.SANITIZED else "3000")
REGIONS = 2  # per file


class Comparison:
    """One file as it is served, and as bcftools reads it."""

    def __init__(self, test, server, data_set, stem, path):
        self.test, self.server, self.path = test, server, path
        self.dice = random.Random(str(path.name))
        self.set_id = "~".join(map(support.encode_id, (data_set, stem)))
        self.tags = ["GT", *(tag for tag in matrices.declared(path) if tag in (*FIELDS, "DS"))]
        self.samples = support.samples_of(path)
        self.columns = self.choose_columns()
        self.records = self.read(path, self.tags)
        self.by_id = {f"{self.set_id}~{record.place}": record for record in self.records}
        self.contigs = list(dict.fromkeys(record.contig for record in self.records))
        self.call_sets = [support.call_set_id(data_set, stem, self.samples[c]) for c in self.columns]
        self.asked = ",".join(self.call_sets)
        self.cells = 0

    def choose_columns(self):
        """A random part of them in a random order."""
        if LIMIT == "all":
            return self.dice.sample(range(len(self.samples)), len(self.samples))
        lines = int(run("bcftools", "query", "-f", "\n", self.path).count(b"\n"))
        most = min(60, max(1, int(LIMIT) // max(lines, 1)))
        return self.dice.sample(range(len(self.samples)), min(most, len(self.samples)))

    def read(self, path, tags, *options):
        """Of a wide file only the chosen samples, where the command can name them."""
        names = [self.samples[c] for c in self.columns]
        plain = all(re.fullmatch(r"[\w.-]+", name, re.ASCII) for name in names)
        if len(self.samples) < 3 * len(names) or not plain or "DS" in self.tags:
            return matrices.records(path, tags, self.columns, *options)
        return matrices.records(path, tags, range(len(names)), "-s", ",".join(names), *options)

    def run(self):
        self.compare_pages("GT")
        for tag in self.tags:
            if tag in FIELDS:
                self.compare_pages(tag)
        self.compare_several()
        self.compare_bases()
        self.compare_dosages()
        self.compare_regions()
        return self.cells

    def expected(self, tag, records):
        if tag == "GT":
            return [[support.render(text) for text in record.cells["GT"]] for record in records]
        return [record.cells[tag] for record in records]

    def assert_same(self, matrix, tag, records):
        self.test.assertEqual(matrix.variants, [f"{self.set_id}~{r.place}" for r in records])
        self.test.assertEqual(matrix.call_sets, self.call_sets)
        self.assert_cells(matrix.cells[tag], self.expected(tag, records), records, tag)

    def assert_cells(self, got, wanted, records, tag):
        self.test.assertEqual(len(got), len(wanted))
        for mine, theirs, record in zip(got, wanted, records):
            self.cells += len(mine)
            if mine != theirs:
                self.test.assertTrue(
                    len(mine) == len(theirs) and all(map(same_value, mine, theirs)),
                    f"{self.path} {record.place} {tag}: {mine} is not {theirs}",
                )

    def compare_pages(self, tag):
        matrix = matrices.walk(
            self.server, odd_page(len(self.records)), odd_page(len(self.columns)),
            callSetDbId=self.asked, dataMatrixAbbreviations=tag,
        )
        self.assert_same(matrix, tag, self.records)

    def compare_several(self):
        """All fields in one answer, as NDJSON and as the page of a search; ids alone."""
        wanted = ["GT", *(tag for tag in self.tags if tag in FIELDS)]
        lines = self.server.ndjson(
            matrices.PATH, callSetDbId=self.asked, dataMatrixAbbreviations=",".join(wanted)
        )
        whole = matrices.of_lines(lines)
        self.test.assertEqual(list(whole.cells), wanted)
        for tag in wanted:
            self.assert_same(whole, tag, self.records)
        page = {"dimension": "variants", "page": 1, "pageSize": odd_page(len(self.records))}
        found = matrices.search(self.server, {
            "callSetDbIds": self.call_sets,
            "dataMatrixAbbreviations": wanted[::-1], "pagination": [page],
        })
        part = slice(page["pageSize"], 2 * page["pageSize"])
        self.test.assertEqual(list(found.cells), wanted[::-1])
        self.test.assertEqual(found.variants, whole.variants[part])
        self.test.assertEqual(found.cells, {tag: whole.cells[tag][part] for tag in wanted})
        preview = ask(
            self.server, callSetDbId=self.asked, preview="true", dimensionVariantPage=1,
            dimensionVariantPageSize=page["pageSize"],
        )
        self.test.assertEqual(
            (preview.variants, preview.call_sets, preview.cells), (found.variants, found.call_sets, {})
        )

    def compare_bases(self):
        """A genotype may name an allele that its record does not have, which is unknown. bcftools has no
        bases for those, nor for records with more than 63 alleles."""
        wanted = [
            [matrices.bases(text, r.alleles) for text in r.cells["GT"]] for r in self.records
        ]
        has_all = not any(map(matrices.names_no_allele, self.records))
        if has_all and all(len(record.alleles) < 64 for record in self.records):
            theirs = self.read(self.path, ["TGT"])
            self.test.assertEqual(wanted, [record.cells["TGT"] for record in theirs])
        for row, record in zip(wanted, self.records):
            unknown = [support.render(text) == "." for text in record.cells["GT"]]
            row[:] = ["." if nothing else text for nothing, text in zip(unknown, row)]
        self.assert_cells(self.encoded("bases"), wanted, self.records, "TGT")

    def compare_dosages(self):
        dosages = self.encoded("dosage")
        for got, record in zip(dosages, self.records, strict=True):
            if record.is_called or "DS" not in self.tags:
                wanted = list(map(matrices.dosage, record.cells["GT"]))
            else:  # without GT, DS takes its place
                wanted = record.cells["DS"]
            self.assert_cells([got], [wanted], [record], "dosage")

    def encoded(self, how):
        count = len(self.records) + 1
        page = ask(self.server, callSetDbId=self.asked, alleleEncoding=how, dimensionVariantPageSize=count)
        return page.cells["GT"]

    def compare_regions(self):
        """bcftools reads them with an index of its own; two files can have none."""
        folder = self.test.folder.parent / "indexed"
        folder.mkdir(exist_ok=True)
        copy = folder / self.path.name
        shutil.copyfile(self.path, copy)
        if subprocess.run(["bcftools", "index", "-f", copy], capture_output=True).returncode:
            return
        for _ in range(REGIONS):
            regions = [self.random_region() for _ in range(self.dice.choice([1, 1, 2]))]
            self.compare_region(regions, copy)

    def random_region(self):
        """Around some record: within it, from it on, up to it."""
        one = self.dice.choice(self.records)
        begin = self.dice.choice([one.start, one.end, one.start + 1, max(1, one.start - 5)])
        reach = self.dice.choice([0, 1, 100, 10_000])
        return one.contig, max(1, begin), max(1, begin) + reach

    def compare_region(self, regions, copy):
        listed = copy.with_name("regions.txt")
        text = "".join(f"{contig}\t{begin}\t{end}\n" for contig, begin, end in regions)
        listed.write_bytes(text.encode("utf-8", "surrogateescape"))
        theirs = self.read(copy, self.tags, "-R", listed)
        theirs.sort(key=lambda record: self.contigs.index(record.contig))
        matrix = matrices.search(self.server, {
            "positionRanges": [f"{contig}:{begin}-{end}" for contig, begin, end in regions],
            "variantSetDbIds": [self.set_id],
            "callSetDbIds": self.call_sets,
            "pagination": [{"dimension": "VARIANTS", "page": 0, "pageSize": len(self.records)}],
        })
        mine = [self.by_id[one] for one in matrix.variants]
        self.assert_same(matrix, "GT", mine)
        where = [(r.contig, r.start, r.end, {tag: r.cells[tag] for tag in self.tags}) for r in mine]
        wanted = [(r.contig, r.start, r.end, r.cells) for r in theirs]
        self.test.assertEqual(where, wanted, f"{self.path} {regions}")


def demo_files():
    """(data set, stem, path)"""
    for path in sorted(DEMO.rglob("*")):
        stem = path.name.removesuffix(".vcf.gz").removesuffix(".bcf")
        if stem != path.name:
            folder = path.parent.relative_to(DEMO)
            yield "main" if folder == pathlib.Path(".") else str(folder), stem, path


class ids_of_variants(FolderTest):
    def test_end_well_where_a_block_of_the_answer_does(self):
        """An answer is made in blocks of 256 KiB; the last id may be the one that fills a block."""
        block = 256 * 1024
        support.simple_panel(self.folder / "big.bcf", variants=14_000, samples=1)
        target = "/brapi/v2/allelematrix?variantSetDbId=main~big&preview=true&dimensionVariantPageSize="
        with Server(self.folder) as server:
            server.wait_until_indexed()
            whole = server.request(target + "14000")[2]
            before = whole[:block].count(b"~", whole.index(b'"variantDbIds"')) // 4
            for size in range(before - 4, before + 5):
                result = server.get(target + str(size))["result"]
                self.assertEqual(len(result["variantDbIds"]), size)
                self.assertEqual(result["variantDbIds"][-1], f"main~big~1~{10 * size - 9}~1")


class the_demo(FolderTest):
    def test_equals_bcftools(self):
        cells = 0
        run("cp", "-r", f"{DEMO}/.", self.folder)
        with Server(self.folder) as server:
            for data_set, stem, path in demo_files():
                with self.subTest(path.name):
                    copy = self.folder / path.relative_to(DEMO)
                    cells += Comparison(self, server, data_set, stem, copy).run()
        self.assertGreaterEqual(cells, 30_000 if support.SANITIZED else 70_000)
        print(f"demo: {cells} cells", file=sys.stderr)

    def test_variant_sets_stand_side_by_side(self):
        """Each has its rows and its columns; the rest is unknown."""
        with Server(DEMO) as server:
            sets = ["main~haplotypes", "main~wheat"]
            alone = [
                matrices.walk(server, 701, 23, variantSetDbId=one, unknownString="NA") for one in sets
            ]
            both = matrices.walk(server, 701, 23, variantSetDbId=",".join(sets), unknownString="NA")
        first, second = alone
        self.assertEqual(both.variants, first.variants + second.variants)
        self.assertEqual(both.call_sets, first.call_sets + second.call_sets)
        left, right = (["NA"] * len(one.call_sets) for one in alone)
        self.assertEqual(
            both.cells["GT"],
            [row + right for row in first.cells["GT"]] + [left + row for row in second.cells["GT"]],
        )

    def test_variant_sets_side_by_side_as_lines_and_in_the_asked_order(self):
        with Server(DEMO) as server:
            asked = ["main~wheat~WL007", "main~haplotypes~WL003", "main~wheat~WL002"]
            page = ask(server, callSetDbId=",".join(asked), dimensionVariantPageSize=9999)
            lines = matrices.of_lines(server.ndjson(matrices.PATH, callSetDbId=",".join(asked)))
            self.assertEqual(lines, page)
            self.assertEqual(page.call_sets, [asked[1], asked[0], asked[2]])
            for position, call_set in enumerate(page.call_sets):
                calls = {c["variantDbId"]: c["genotypeValue"] for c in support.walk(server, call_set, 9999)}
                column = [row[position] for row in page.cells["GT"]]
                self.assertEqual(column, [calls.get(one, ".") for one in page.variants])


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class real_files(FolderTest):
    """All files with GT that bcftools accepts, as VCF.gz and as BCF by turns."""

    def test_equal_bcftools(self):
        good, _ = collect(self.folder, both=False)
        cells = 0
        with Server(self.folder) as server:
            for data_set, stem, path in good:
                with self.subTest(str(path)):
                    cells += Comparison(self, server, data_set, stem, path).run()
        self.assertGreaterEqual(len(good), 350)
        self.assertGreaterEqual(cells, 1_000_000)
        print(f"real files: {len(good)} files, {cells} cells equal", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
