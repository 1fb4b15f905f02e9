"""The overview of variant sets and the page that draws it: counts, frequencies and missing data are those
that bcftools counts, tiles those of its genotypes."""

import gzip
import json
import random
import re
import unittest
import urllib.parse

from support import DEMO, PROGRAM, ROOT, FolderTest, Server, new_token, run, samples_of, simple_panel, write_vcf

ASSETS = ROOT / "server" / "page" / "assets"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
GENOTYPES = ["0/0"] * 6 + ["0|1", "1/1", "./.", ".", "1", "0/1/1/2", "./1", "2|2"]


def random_panel(path, variants, samples, contigs, seed=1):
    draw = random.Random(seed)
    rows = []
    for contig in contigs:
        position = 0
        for _ in range(variants):
            position += draw.choice([0, 1, 3, 50, 1000]) or (0 if position else 1)
            rows.append((contig, position, ".", "A", "C,G", "GT", draw.choices(GENOTYPES, k=samples)))
    return write_vcf(path, rows, [f"S{n}" for n in range(samples)])


def records_of(path):
    """[(contig, pos0, [alleles of each sample])], read by bcftools; None for a missing allele."""
    out = []
    for line in run("bcftools", "query", "-f", "%CHROM\t%POS[\t%GT]\n", path).decode().splitlines():
        contig, position, *genotypes = line.split("\t")
        alleles = [[None if a == "." else int(a) for a in re.split(r"[/|]", g)] for g in genotypes]
        out.append((contig, int(position) - 1, alleles))
    return out


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else None


def summary(records):
    """What the records of one bin come to, worked out from their genotypes."""
    frequencies, missing, heterozygous = [], [], []
    for _, _, samples in records:
        called = [a for alleles in samples for a in alleles if a is not None]
        complete = [alleles for alleles in samples if None not in alleles]
        missing += [None in alleles for alleles in samples]
        if called:
            frequencies.append(mean(a > 0 for a in called))
        if complete:
            heterozygous.append(mean(len(set(alleles)) > 1 for alleles in complete))
    return {
        "count": len(records), "alleleFrequency": mean(frequencies), "missing": mean(missing),
        "heterozygosity": mean(heterozygous),
    }


def dose(alleles):
    called = [a for a in alleles if a is not None]
    if not called:
        return 255
    return (sum(a > 0 for a in called) * 254 + len(called) // 2) // len(called)


class OverviewTest(FolderTest):
    def check_bins(self, server, set_id, path, **parameters):
        overview = server.get(f"/overview/{set_id}", **parameters)
        records = records_of(path)
        self.assertEqual(overview["variantCount"], len(records))
        self.assertEqual(overview["callSetCount"], len(samples_of(path)))
        width = overview["binWidth"]
        seen = 0
        for contig in overview["contigs"]:
            for number, count in enumerate(contig["count"]):
                begin = contig["start"] + number * width
                end = min(begin + width, contig["end"])
                inside = [r for r in records if r[0] == contig["name"] and begin <= r[1] < end]
                expected = summary(inside)
                seen += count
                for name, value in expected.items():
                    if value is None:
                        self.assertIsNone(contig[name][number], (contig["name"], number, name))
                    else:
                        self.assertAlmostEqual(contig[name][number], value, 5, (contig["name"], number, name))
        return overview, seen

    def test_bins_of_the_demo_say_what_bcftools_says(self):
        with Server(DEMO) as server:
            for listed in server.get("/overview")["variantSets"]:
                if listed["dataSet"] != "main":
                    continue
                with self.subTest(listed["variantSetDbId"]):
                    self.assertEqual((listed["fileCount"], listed["indexes"]), (1, [".csi"]))
                    path = DEMO / listed["files"][0]
                    _, seen = self.check_bins(server, listed["variantSetDbId"], path, bins=50)
                    self.assertEqual(seen, listed["variantCount"])

    def test_bins_of_a_simulated_panel_and_of_its_stretches(self):
        path = random_panel(self.folder / "p.bcf", 2000, 11, ["1", "2"])
        with Server(self.folder) as server:
            for bins in (1, 7, 333):
                overview, seen = self.check_bins(server, "main~p", path, bins=bins)
                self.assertEqual(seen, 4000)
            firsts = [c["firstVariant"] for c in overview["contigs"]]
            self.assertEqual(firsts, [0, 2000])
            for contig, start, end in (("1", 0, 5000), ("2", 1234, 200_000), ("chr2", 77, None)):
                overview, seen = self.check_bins(
                    server, "main~p", path, bins=40, contig=contig, start=start, end=end
                )
                self.assertEqual([c["name"] for c in overview["contigs"]], [contig.removeprefix("chr")])
                self.assertEqual(seen, overview["contigs"][0]["variantCount"])

    def tile(self, server, set_id, **parameters):
        query = urllib.parse.urlencode(parameters)
        status, headers, body = server.request(f"/overview/{set_id}/tile?{query}")
        self.assertEqual(status, 200, body)
        self.assertEqual(headers["Content-Type"], "application/octet-stream")
        rows, columns = int(headers["X-Tile-Rows"]), int(headers["X-Tile-Columns"])
        self.assertEqual(len(body), rows * columns)
        return [list(body[r * columns:(r + 1) * columns]) for r in range(rows)], headers

    def check_tiles(self, server, path, source):
        records = records_of(path)
        samples = len(samples_of(path))
        cells, headers = self.tile(
            server, "main~p", variantStart=100, variantEnd=300, callSetStart=2, rows=50, columns=200
        )
        self.assertEqual(headers["X-Tile-Source"], source)
        self.assertEqual(headers["X-Tile-Step"], "1")
        self.assertEqual(headers["X-Tile-Variants"], "100-300")
        self.assertEqual(headers["X-Tile-Call-Sets"], f"2-{samples}")
        expected = [[dose(r[2][s]) for r in records[100:300]] for s in range(2, samples)]
        self.assertEqual(cells, expected)
        means, _ = self.tile(
            server, "main~p", variantStart=100, variantEnd=300, callSetStart=2, rows=1, columns=20
        )
        for column, value in enumerate(means[0]):
            there = [d for row in expected for d in row[column * 10:(column + 1) * 10] if d != 255]
            self.assertAlmostEqual(value, mean(there), delta=0.5)

    def test_tiles_are_the_genotypes_of_records(self):
        path = random_panel(self.folder / "p.vcf.gz", 400, 9, ["1", "2"])
        with Server(self.folder) as server:
            self.check_tiles(server, path, "records")
            by_place, headers = self.tile(server, "main~p", contig="2", start=0, rows=1, columns=1)
            self.assertEqual(headers["X-Tile-Variants"], "400-800")

    def test_tiles_are_the_same_from_columns(self):
        path = random_panel(self.folder / "p.bcf", 400, 9, ["1", "2"])
        state = self.folder.parent / "state"
        run(PROGRAM, "index", self.folder, "--state", state, "--columns")
        with Server(self.folder, state=state) as server:
            self.check_tiles(server, path, "columns")
            alike, _ = self.tile(server, "main~p", alikeTo=3, rows=9, columns=800)
            records = records_of(path)
            for s in range(9):
                for v, (_, _, genotypes) in enumerate(records):
                    one, other = dose(genotypes[s]), dose(genotypes[3])
                    expected = 255 if 255 in (one, other) else 254 - abs(one - other)
                    self.assertEqual(alike[s][v], expected, (s, v))

    def test_what_cannot_be_is_refused_in_words(self):
        simple_panel(self.folder / "p.vcf.gz", variants=10)
        rows = [
            (404, "/overview/main~q"), (404, "/overview/main~q/tile"), (404, "/overview/main~p?contig=7"),
            (400, "/overview/main~p?bins=0"), (400, "/overview/main~p?bins=x"), (400, "/overview/main~p?bin=4"),
            (400, "/overview/main~p?start=4"), (400, "/overview/main~p?contig=1&start=-1"),
            (400, "/overview/main~p?contig=1&start=9&end=9"), (400, "/overview?x=1"),
            (400, "/overview/main~p/tile?rows=0"), (400, "/overview/main~p/tile?columns=1025"),
            (400, "/overview/main~p/tile?variantStart=10"), (400, "/overview/main~p/tile?variantStart=3&variantEnd=3"),
            (400, "/overview/main~p/tile?callSetStart=3"), (400, "/overview/main~p/tile?alikeTo=3"),
            (400, "/overview/main~p/tile?contig=1&variantStart=0"), (400, "/overview/main~p/tile?zoom=3"),
            (404, "/overview/main~p/tile?contig=1&start=5000"),
        ]
        with Server(self.folder) as server:
            for expected, target in rows:
                status, answer = server.error(target)
                self.assertEqual(status, expected, target)
                self.assertRegex(answer, r"^ERROR - \S+ - .", target)

    def test_rights_are_those_of_the_data_set(self):
        simple_panel(self.folder / "p.vcf.gz", variants=10)
        simple_panel(self.folder / "other" / "o.vcf.gz", variants=10)
        state = self.folder.parent / "state"
        token = new_token(state, "--dataset", "other")
        headers = {"Authorization": f"Bearer {token}"}
        with Server(self.folder, "--auth", "all", state=state, wait=False) as server:
            self.wait_for(lambda: server.request("/overview/other~o", headers=headers)[0] == 200)
            listed = json.loads(server.request("/overview", headers=headers)[2])
            self.assertEqual([s["variantSetDbId"] for s in listed["variantSets"]], ["other~o"])
            for path in ("", "/tile"):
                self.assertEqual(server.request(f"/overview/other~o{path}", headers=headers)[0], 200)
                self.assertEqual(server.request(f"/overview/main~p{path}", headers=headers)[0], 404)
                self.assertEqual(server.request(f"/overview/main~p{path}")[0], 401)
            self.assertEqual(server.request("/overview")[0], 401)
            self.assertEqual(server.request("/", headers=BROWSER)[0], 200, "the page asks for the token")

    def test_answers_have_tags_and_change_with_the_file(self):
        simple_panel(self.folder / "p.vcf.gz", variants=10)
        with Server(self.folder) as server:
            for target in ("/overview/main~p", "/overview/main~p/tile"):
                _, headers, _ = server.request(target)
                status, _, _ = server.request(target, headers={"If-None-Match": headers["ETag"]})
                self.assertEqual(status, 304, target)

    def test_the_page_comes_to_browsers_with_its_fields(self):
        with Server(self.folder) as server:
            status, headers, body = server.request("/", headers=BROWSER | {"Accept-Encoding": "gzip"})
            self.assertEqual(status, 200)
            self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
            self.assertEqual(headers["Content-Encoding"], "gzip")
            self.assertIn("default-src 'self'", headers["Content-Security-Policy"])
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])
            self.assertIn("Accept", headers["Vary"])
            page = gzip.decompress(body).decode()
            names = re.findall(r'(?:src|href)="(page/[^"]+)"', page)
            self.assertIn("page/app.js", names)
            for name in (f"/{name}" for name in names):
                status, headers, _ = server.request(name)
                self.assertEqual(status, 200, name)
                self.assertEqual(server.request(name, headers={"If-None-Match": headers["ETag"]})[0], 304)
            self.assertTrue(server.request("/")[1]["Content-Type"].startswith("text/plain"))

    def test_the_page_names_nothing_elsewhere(self):
        own = re.compile(r"http://www\.w3\.org/2000/svg")  # a name, nothing is loaded from it
        for path in ASSETS.iterdir():
            text = own.sub("", path.read_text())
            self.assertNotRegex(text, r"https?://|[\"'(]//[a-z]", path.name)
            self.assertNotRegex(text, r"<script>|<style|\son[a-z]+=|style=\"", path.name)
            self.assertNotRegex(text, r"innerHTML|eval\(|localStorage|document\.cookie", path.name)


if __name__ == "__main__":
    unittest.main()
