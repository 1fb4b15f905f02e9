"""Filters choose the variants that bcftools chooses, alike on every endpoint."""

import fractions
import json
import random
import signal
import sys
import unittest

import matrices
import selections
import support
from selections import ENDPOINTS, Numbered, found_ids, random_panel, variant_ids
from support import DEMO, FolderTest, Server, run, simple_panel, write_vcf

HET = 'COUNT(GT="het")/(N_SAMPLES-N_MISSING)'
COMPLETE = "N_MISSING<N_SAMPLES"
HAS_MAF = "N_ALT>0 && AN>0"
# Each bound, as bcftools says it. MAF is of any ALT, and there is none without one.
BOUNDS = {
    "minMaf": f"{HAS_MAF} && MAF[*]>={{}}",
    "maxMaf": f"{HAS_MAF} && MAF[*]<={{}}",
    "minMissingData": "F_MISSING>={}",
    "maxMissingData": "F_MISSING<={}",
    "minHeZ": f"{COMPLETE} && {HET}>={{}}",
    "maxHeZ": f"{COMPLETE} && {HET}<={{}}",
}
# The first are fractions that occur and that binary numbers can express, so that both sides of a
# bound are the same in all arithmetic; the others are none of those that occur.
VALUES = ("0", "1", "0.5", "0.25", "0.125", "0.0625", "0.0371", "0.1117", "0.2931", "0.4713", "0.8011")
PANELS = {"diploid": [2], "tetraploid": [4], "mixed": [1, 2, 2, 3, 4, 6], "haploid": [1]}


def expression_of(bounds):
    return " && ".join(BOUNDS[name].format(value) for name, value in bounds.items())


class SelectionTest(FolderTest):
    def compare(self, server, bounds, expected, size=1000, **more):
        """One selection through everything that can show it."""
        parameters = bounds | more
        for endpoint in ENDPOINTS:
            got = variant_ids(server, endpoint, parameters, size)
            self.assertEqual(got, expected, (endpoint, parameters))

    def compare_searches(self, server, body, expected, size):
        for endpoint in ENDPOINTS:
            self.assertEqual(found_ids(server, endpoint, body, size), expected, (endpoint, body))


class bounds(SelectionTest):
    def check_file(self, server, path, set_id, call_set):
        """Single bounds, then some together; returns how many selections were compared."""
        numbered = Numbered(path, set_id, self.folder.parent)
        dice = random.Random(set_id)
        cases = [{name: value} for name in BOUNDS for value in VALUES]
        cases += [
            {name: dice.choice(VALUES) for name in dice.sample(list(BOUNDS), dice.choice([2, 3, 4]))}
            for _ in range(25)
        ]
        sizes = set()
        for case in cases:
            expected = numbered.select(expression_of(case))
            sizes.add(len(expected))
            listed = [v["variantDbId"] for v in self.all_variants(server, variantSetDbId=set_id, **case)]
            self.assertEqual(listed, expected, case)
            if len(expected) % 5 == 0:
                pages = max(1, len(expected) // 3)
                self.compare(server, case, expected, pages, callSetDbId=call_set)
        self.assertGreater(len(sizes), 12, "filters that choose")
        return len(cases)

    def all_variants(self, server, **parameters):
        page = server.get("/brapi/v2/variants", pageSize=99_999, **parameters)
        self.assertEqual(page["metadata"]["pagination"]["totalCount"], len(page["result"]["data"]))
        return page["result"]["data"]

    def test_of_panels_of_any_ploidy(self):
        for name, ploidies in PANELS.items():
            ending = "bcf" if name in ("mixed", "diploid") else "vcf.gz"
            random_panel(self.folder / f"{name}.{ending}", ploidies, name)
        cases = 0
        with Server(self.folder) as server:
            for path in sorted(self.folder.iterdir()):
                with self.subTest(path.name):
                    stem = path.name.split(".")[0]
                    cases += self.check_file(server, path, f"main~{stem}", f"main~{stem}~S3")
        print(f"panels: {cases} selections", file=sys.stderr)

    def test_of_the_demo(self):
        with Server(DEMO) as server:
            for stem, ending, sample in (
                ("wheat", "vcf.gz", "WL003"), ("haplotypes", "bcf", "WL003"), ("potato", "vcf.gz", None)
            ):
                with self.subTest(stem):
                    path = DEMO / f"{stem}.{ending}"
                    sample = sample or support.samples_of(path)[0]
                    self.check_file(server, path, f"main~{stem}", f"main~{stem}~{sample}")

    def test_of_records_without_genotypes(self):
        """Every sample misses its own; there is no frequency."""
        rows = [("1", at, ".", "A", "C", keys, cells) for at, keys, cells in (
            (10, "GT", ["0/1", "0/0"]), (20, "DP", ["3", "4"]), (30, "GT", ["./.", "."]), (40, ".", [".", "."]),
        )]
        write_vcf(self.folder / "p2.vcf.gz", rows, ["S0", "S1"])
        with Server(self.folder) as server:
            for name, value, expected in (
                ("minMissingData", 1, [20, 30, 40]), ("maxMissingData", 0.9, [10]), ("maxMaf", 1, [10]),
                ("minMaf", 0, [10]), ("maxHeZ", 1, [10]), ("minHeZ", 0, [10]),
            ):
                self.assert_positions(server, 2, expected, **{name: value})

    def test_are_inclusive_at_every_fraction(self):
        """Of 20 alleles of 10 samples, and of 3 samples, where binary numbers are not exact."""
        for samples in (10, 3):
            rows = [
                ("1", 1 + het, ".", "A", "C", "GT", ["0/1"] * het + ["0/0"] * (samples - het))
                for het in range(samples + 1)
            ] + [
                ("1", 101 + lost, ".", "A", "C", "GT", ["./1"] * lost + ["0/0"] * (samples - lost))
                for lost in range(samples + 1)
            ]
            names = [f"S{n}" for n in range(samples)]
            write_vcf(self.folder / f"p{samples}.vcf.gz", rows, names)
        with Server(self.folder) as server:
            for samples in (10, 3):
                for count in range(samples + 1):
                    self.check_fraction(server, samples, count)

    def check_fraction(self, server, samples, count):
        shown = repr(count / samples)
        half = repr(float(fractions.Fraction(count, 2 * samples)))
        het = range(1, samples + 2)
        lost = range(101, samples + 102)
        incomplete = lost[:-1]  # some sample is complete
        for bound, value, expected in (
            ("minHeZ", shown, [*het[count:], *(incomplete if count == 0 else [])]),
            ("maxHeZ", shown, [*het[: count + 1], *incomplete]),
            ("minMissingData", shown, [*(het if count == 0 else []), *lost[count:]]),
            ("maxMissingData", shown, [*het, *lost[: count + 1]]),
        ):
            self.assert_positions(server, samples, expected, **{bound: value})
        self.assert_positions(server, samples, het[count:], minMaf=half, maxMissingData="0", end=100)
        self.assert_positions(server, samples, het[: count + 1], maxMaf=half, maxMissingData="0", end=100)

    def assert_positions(self, server, samples, expected, **parameters):
        found = self.all_variants(server, variantSetDbId=f"main~p{samples}", **parameters)
        self.assertEqual([v["start"] + 1 for v in found], list(expected), (samples, parameters))


class everywhere(SelectionTest):
    """Regions, names, references and lists, alone and with bounds."""

    def setUp(self):
        super().setUp()
        self.panel = random_panel(self.folder / "mixed.bcf", [2, 2, 4], "everywhere", variants=300)
        self.indexed = self.folder.parent / "indexed.bcf"
        run("bcftools", "annotate", "-x", "INFO", "-Ob", "-o", self.indexed, self.panel)
        run("bcftools", "index", self.indexed)
        self.folder.joinpath("genome.fa").write_text(">1\n" + "A" * 100_000 + "\n>2\n" + "A" * 100_000 + "\n")
        (self.folder / "samples.tsv").write_text("sample\tsampleDbId\tgermplasmDbId\tgermplasmName\n" + "".join(
            f"S{n}\tx{n}\tg{n % 3}\tLine {n % 3}\n" for n in range(16)
        ))
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        path = "/brapi/v2/variantsets/main~mixed"
        self.wait_for(lambda: self.server.get(path)["result"]["referenceSetDbId"])
        self.numbered = Numbered(self.panel, "main~mixed", self.folder.parent)
        self.dice = random.Random(3)

    def in_regions(self, *texts):
        """Ids of what bcftools finds with its index, in the order of the file."""
        numbers = self.folder.parent / "numbers.bcf"
        run("bcftools", "view", "-Ob", "-o", numbers, self.numbered.path)
        run("bcftools", "index", "-f", numbers)
        out = run("bcftools", "query", "-r", ",".join(texts), "-f", "%ID\\n", numbers)
        return [self.numbered.ids[number] for number in sorted(map(int, out.split()))]

    def random_region(self):
        contig, position = self.dice.choice(self.numbered.ids).split("~")[2:4]
        begin = max(1, int(position) + self.dice.choice([-30, -1, 0, 1, 2, 39, 41]))
        return self.dice.choice([
            f"{contig}:{begin}-{begin + self.dice.choice([0, 5, 3000])}", f"{contig}:{begin}-", f"{contig}:{begin}",
        ])

    def test_regions(self):
        """The last form is one base, as for bcftools."""
        for number in range(60):
            regions = [self.random_region() for _ in range(self.dice.choice([1, 1, 2, 3]))]
            expected = self.in_regions(*regions)
            self.compare(
                self.server, {"positionRange": ",".join(regions)}, expected, len(expected) // 2 + 1,
                callSetDbId="main~mixed~S5,main~mixed~S2",
            )
            if number % 5 == 0:
                body = {"positionRanges": regions, "callSetDbIds": ["main~mixed~S2"]}
                self.compare_searches(self.server, body, expected, len(expected) // 2 + 1)

    def test_regions_with_bounds(self):
        for _ in range(30):
            regions = [self.random_region() for _ in range(self.dice.choice([1, 2]))]
            case = {
                name: self.dice.choice(VALUES) for name in self.dice.sample(list(BOUNDS), self.dice.choice([1, 2]))
            }
            both = set(self.in_regions(*regions))
            expected = [one for one in self.numbered.select(expression_of(case)) if one in both]
            body = {name: float(value) for name, value in case.items()}
            body |= {"positionRanges": regions, "callSetDbIds": ["main~mixed~S2"]}
            self.compare_searches(self.server, body, expected, len(expected) // 2 + 1)
            self.compare(
                self.server, case, expected, len(expected) // 2 + 1, positionRange=",".join(regions),
                callSetDbId="main~mixed~S2",
            )

    def test_contigs_windows_and_references(self):
        one = self.in_regions("1")
        both = self.numbered.ids
        two = both[len(one):]
        window = self.in_regions("1:501-9000")
        for parameters, expected in (
            ({"positionRange": "1"}, one), ({"positionRange": "1:0-"}, one), ({"positionRange": "2:-200000"}, two),
            ({"referenceName": "2"}, two), ({"referenceName": "chr2"}, two), ({"referenceName": "3"}, []),
            ({"referenceDbId": "main~genome~1"}, one), ({"referenceDbId": "main~genome~3"}, []),
            ({"referenceName": "1", "start": 500, "end": 9000}, window),
            ({"referenceDbId": "main~genome~1", "positionRange": "1:501-9000"}, window),
            ({"referenceName": "2", "positionRange": "1:501-9000"}, []),
            ({"positionRange": "main~genome~1:501-9000"}, window), ({"positionRange": "3:1-2"}, []),
            ({"start": 500, "end": 9000}, window + self.in_regions("2:501-9000")),
            ({"start": 9000}, self.in_regions("1:9001-", "2:9001-")),
            ({"end": 9000}, self.in_regions("1:1-9000", "2:1-9000")),
            ({"start": 500, "end": 500}, []),
        ):
            with self.subTest(parameters):
                self.compare(self.server, parameters, expected, 71, callSetDbId="main~mixed~S2")

    def test_contigs_that_no_set_has_are_named(self):
        for parameters, named in (
            ({"positionRange": "1"}, []),
            ({"positionRange": "1:1-5000,nowhere:3-4"}, ["positionRange nowhere:3-4"]),
            ({"referenceName": "nowhere"}, ["referenceName nowhere"]),
            ({"referenceDbId": "x"}, ["referenceDbId x"]),
        ):
            with self.subTest(parameters):
                status = self.server.get("/brapi/v2/variants", pageSize=1, **parameters)["metadata"]["status"]
                told = [s["message"] for s in status if "the contig of" in s["message"]]
                self.assertEqual(told, [f"No variant set has the contig of the {name}" for name in named])

    def test_names_and_ids(self):
        table = matrices.records(self.panel, ["GT"], [0])
        listed = run("bcftools", "query", "-f", "%ID\n", self.panel).decode().split("\n")
        ids = [f"main~mixed~{record.place}" for record in table]
        named = {}
        for text, record, one in zip(listed, table, ids):
            for name in [f"{record.contig}:{record.start}"] if text == "." else text.split(";"):
                named.setdefault(name, []).append(one)
        for names in (self.dice.sample(list(named), 5) for _ in range(20)):
            chosen = {one for name in names for one in named[name]}
            expected = [one for one in ids if one in chosen]
            body = {"variantNames": [*names, "nobody"], "callSetDbIds": ["main~mixed~S2"]}
            self.compare_searches(self.server, body, expected, 3)
            body = {"variantDbIds": [*expected[::-1], "nobody"], "callSetDbIds": ["main~mixed~S2"]}
            self.compare_searches(self.server, body, expected, 3)
            more = {"callSetDbId": "main~mixed~S2"}
            self.compare(self.server, {"variantDbId": ",".join(expected[::-1])}, expected, 3, **more)
            self.compare(self.server, {"variantName": names[0]}, named[names[0]], 3, **more)

    def test_lists(self):
        expected = sorted(self.dice.sample(range(300), 40))
        ids = [self.numbered.ids[n] for n in expected]
        body = [{"listName": "chosen", "listType": "variants", "data": self.dice.sample(ids, 40)}]
        status, made = self.server.post("/brapi/v2/lists", body)
        self.assertEqual(status, 200)
        chosen = made["result"]["data"][0]["listDbId"]
        self.compare(self.server, {"listDbId": chosen}, ids, 7, callSetDbId="main~mixed~S2")
        self.compare_searches(self.server, {"listDbId": chosen, "callSetDbIds": ["main~mixed~S2"]}, ids, 7)
        some = set(self.numbered.select(expression_of({"minMaf": "0.1117"})))
        self.compare(
            self.server, {"listDbId": chosen, "minMaf": "0.1117"}, [one for one in ids if one in some], 7,
            callSetDbId="main~mixed~S2",
        )

    def test_tokens_are_of_one_query(self):
        """What chooses other items, or shows them otherwise, does not go on from there."""
        usual = {"minMaf": "0.0371", "callSetDbId": "main~mixed~S2"}
        for endpoint, others in (
            ("variants", ({"minMaf": "0.0372"}, {"maxMaf": "0.5"}, {"positionRange": "1"}, {"start": 0},
                          {"callSetDbId": "main~mixed~S1"}, {"variantName": "rs1"})),
            ("calls", ({"minMaf": "0.0372"}, {"callSetDbId": "main~mixed~S3,main~mixed~S2"}, {"end": 10**6},
                       {"alleleEncoding": "bases"}, {"callFields": "genotypeValue"}, {"sepPhased": "!"})),
        ):
            target = f"/brapi/v2/{endpoint}"
            page = self.server.get(target, pageSize=3, **usual)
            token = page["metadata"]["pagination"]["nextPageToken"]
            self.assertEqual(self.server.request(support.url(target, usual | {"pageToken": token}))[0], 200)
            for other in others:
                with self.subTest(endpoint, other=other):
                    status, text = self.server.error(target, **(usual | other | {"pageToken": token}))
                    self.assertEqual((status, "pageToken" in text), (400, True), text)
        variants = self.server.get("/brapi/v2/variants", pageSize=3, **usual)
        token = variants["metadata"]["pagination"]["nextPageToken"]
        self.assertEqual(self.server.error("/brapi/v2/calls", **usual, pageToken=token)[0], 400)

    def test_calls_are_those_of_the_matrix(self):
        """Variant after variant, call sets in the asked order."""
        asked = [f"main~mixed~S{n}" for n in (7, 0, 15, 3)]
        parameters = {"callSetDbId": ",".join(asked), "minMaf": "0.1117", "alleleEncoding": "bases"}
        matrix = matrices.walk(self.server, 37, 3, **parameters)
        self.assertEqual(matrix.call_sets, asked)
        for size in (1, 5, 9999):
            calls = selections.walk_items(self.server, "/brapi/v2/calls", 50 * size - 7, **parameters)
            self.assertEqual(
                [(c["variantDbId"], c["callSetDbId"], c["genotypeValue"]) for c in calls],
                [
                    (variant, call_set, cell)
                    for variant, row in zip(matrix.variants, matrix.cells["GT"])
                    for call_set, cell in zip(asked, row)
                ],
            )
        of_set = selections.walk_items(self.server, "/brapi/v2/variantsets/main~mixed/calls", 83, **parameters)
        self.assertEqual(of_set, calls)
        of_variant = selections.walk_items(
            self.server, f"/brapi/v2/variants/{matrix.variants[4]}/calls", 3, alleleEncoding="bases",
            callSetDbId=",".join(asked),
        )
        self.assertEqual(of_variant, calls[16:20])

    def test_samples_choose_columns(self):
        third = [f"main~mixed~S{n}" for n in range(1, 16, 3)]
        for parameters, body, expected in (
            ({"sampleDbId": "x4"}, {"sampleDbIds": ["x4"]}, ["main~mixed~S4"]),
            ({"sampleName": "S4"}, {"sampleNames": ["S4"]}, ["main~mixed~S4"]),
            ({"callSetName": "S4"}, {"callSetNames": ["S4"]}, ["main~mixed~S4"]),
            ({"germplasmDbId": "g1"}, {"germplasmDbIds": ["g1"]}, third),
            ({"germplasmName": "Line 1"}, {"germplasmNames": ["Line 1"]}, third),
            ({"germplasmDbId": "g1", "sampleDbId": "x4"}, {"germplasmDbIds": ["g1"], "sampleDbIds": ["x4"]},
             ["main~mixed~S4"]),
            ({"germplasmDbId": "g1", "callSetDbId": "main~mixed~S7,main~mixed~S3,main~mixed~S1"},
             {"germplasmDbIds": ["g1"], "callSetDbIds": ["main~mixed~S7", "main~mixed~S3", "main~mixed~S1"]},
             ["main~mixed~S7", "main~mixed~S1"]),
        ):
            with self.subTest(parameters):
                self.assertEqual(matrices.ask(self.server, **parameters).call_sets, expected)
                self.assertEqual(matrices.search(self.server, body).call_sets, expected)
                calls = self.server.get("/brapi/v2/calls", pageSize=len(expected), **parameters)
                self.assertEqual([c["callSetDbId"] for c in calls["result"]["data"]], expected)
                status, calls = self.server.post(
                    "/brapi/v2/search/calls", body | {"pageSize": len(expected)}, {"Prefer": "respond-sync"}
                )
                self.assertEqual([c["callSetDbId"] for c in calls["result"]["data"]], expected)


class remembered(FolderTest):
    """What a filter chose is remembered for the next page, and for nothing else."""

    def reload(self, server, condition):
        server.process.send_signal(signal.SIGHUP)
        self.wait_for(condition)

    def test_a_format_that_needs_fewer_alleles_chooses_for_itself(self):
        rows = [("1", 10 * n, f"rs{n}", "A", "C,G" if n % 3 == 0 else "C", "GT", ["0/1", "1/1"]) for n in range(1, 31)]
        support.write_vcf(self.folder / "panel.vcf.gz", rows, ["a", "b"])
        base = "/brapi/v2/variantsets/main~panel/exports/x"
        for first, then in (((".tsv", 31), (".bim", 20)), ((".bim", 20), (".tsv", 31))):
            with Server(self.folder) as server:
                for ending, lines in (first, then):
                    _, _, body = server.request(f"{base}{ending}?positionRange=1")
                    self.assertEqual(len(body.splitlines()), lines, (ending, first, then))

    def test_another_alias_of_a_contig_is_another_choice(self):
        simple_panel(self.folder / "panel.vcf.gz", 50, 3)
        query = {"variantSetDbId": "main~panel", "positionRange": "barley-one:1-101"}
        with Server(self.folder) as server:
            def count():
                return len(server.get("/brapi/v2/variants", **query)["result"]["data"])

            self.assertEqual(count(), 0)
            (self.folder / "dataset.toml").write_text('[aliases]\n"1" = ["barley-one"]\n')
            self.reload(server, lambda: count() == 11)

    def test_other_samples_are_another_answer(self):
        simple_panel(self.folder / "panel.vcf.gz", 3000, 6)
        table = self.folder / "samples.tsv"

        def write(samples):
            table.write_text("sample\tgermplasmDbId\n" + "".join(f"{s}\tg1\n" for s in samples))

        write(["S1", "S2"])
        query = {"variantSetDbId": "main~panel", "germplasmDbId": "g1"}
        calls = support.url("/brapi/v2/calls", {**query, "pageSize": 5000})
        with Server(self.folder) as server:
            _, fields, body = server.request(calls)
            token = json.loads(body)["metadata"]["pagination"]["nextPageToken"]
            write(["S3", "S4"])

            def call_sets():
                data = server.get("/brapi/v2/calls", pageSize=2, **query)["result"]["data"]
                return [c["callSetName"] for c in data]

            self.reload(server, lambda: call_sets() == ["S3", "S4"])
            self.assertEqual(server.request(calls, headers={"If-None-Match": fields["ETag"]})[0], 200)
            status, text = server.error("/brapi/v2/calls", pageSize=5000, pageToken=token, **query)
            self.assertEqual(status, 400)
            self.assertIn("stale", text)


if __name__ == "__main__":
    unittest.main()
