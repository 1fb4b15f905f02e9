"""Variant sets as files: each read back by the field's own tool gives the genotypes of the source."""

import csv
import io
import pathlib
import re
import subprocess
import unittest
import urllib.parse

import support
from support import DEMO, SHARED_DATA, FolderTest, Server, run, samples_of, write_vcf

FILES = {
    "main~haplotypes": DEMO / "haplotypes.bcf",
    "main~potato": DEMO / "potato.vcf.gz",
    "main~wheat": DEMO / "wheat.vcf.gz",
    "odd~alleles": DEMO / "odd" / "alleles.bcf",
    "odd~ploidy": DEMO / "odd" / "ploidy.vcf.gz",
}
POLYPLOID = {"main~potato", "odd~ploidy"}
NUMPY = "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, *a.shape); print(*a.ravel())"


def sites_of(path, *options):
    """[(contig, position, names, [alleles], [genotypes])] of a file, by bcftools; None for a missing allele."""
    form = "%CHROM\t%POS\t%ID\t%REF\t%ALT[\t%GT]\n"
    view = run("bcftools", "view", "--no-version", "-Ou", *options, path)
    out = []
    for line in run("bcftools", "query", "-f", form, "-", input=view).decode().splitlines():
        contig, position, names, ref, alt, *genotypes = line.split("\t")
        alleles = [ref] if alt == "." else [ref, *alt.split(",")]
        out.append((contig, int(position), names, alleles, [alleles_of(g) for g in genotypes]))
    return out


def alleles_of(text):
    return [None if a == "." else int(a) for a in re.split(r"[/|]", text.lstrip("/|"))]


def dosage(genotype):
    return -1 if None in genotype else sum(a > 0 for a in genotype)


def marker_names(sites):
    names, previous, number = [], None, 0
    for contig, position, name, *_ in sites:
        number = number + 1 if (contig, position) == previous else 1
        previous = (contig, position)
        suffix = f":{number}" if number > 1 else ""
        names.append(f"{contig}:{position}{suffix}" if name == "." else name.split(";")[0])
    return names


def in_bases(genotype, alleles, separator="/", unknown="-"):
    """As Flapjack is given it: homozygotes once, what is all missing once."""
    texts = [unknown if a is None else alleles[a] for a in genotype]
    if all(a is None for a in genotype):
        return unknown
    collapses = len(set(genotype)) == 1 and None not in genotype
    return texts[0] if collapses else separator.join(texts)


def hapmap_letters(alleles):
    """None for what the format cannot say."""
    if all(len(a) == 1 and a.upper() in "ACGT" for a in alleles):
        return [a.upper() for a in alleles]
    plain = len(alleles) == 2 and all(re.fullmatch("[ACGTNacgtn]+", a) for a in alleles)
    if not plain or len(alleles[0]) == len(alleles[1]):
        return None
    return ["+", "-"] if len(alleles[0]) > len(alleles[1]) else ["-", "+"]


class exports(FolderTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO)
        cls.addClassCleanup(cls.server.stop)

    def fetch(self, variant_set, extension, server=None, wanted=200, **parameters):
        """The bytes of an export; its name and type are checked."""
        name = variant_set + extension
        target = f"/brapi/v2/variantsets/{variant_set}/exports/{urllib.parse.quote(name)}"
        status, fields, body = (server or self.server).request(support.url(target, parameters))
        self.assertEqual(status, wanted, body[:300])
        if wanted == 200:
            self.assertIn(f'filename="{name}"', fields["Content-Disposition"])
            if extension in (".bed", ".npy"):
                self.assertEqual(fields["Content-Length"], str(len(body)))
        return body

    def call_set_of(self, variant_set):
        return self.server.get("/brapi/v2/callsets", variantSetDbId=variant_set)["result"]["data"][0]["callSetDbId"]

    @staticmethod
    def places_of(path):
        return [place.split("~") for place, _ in support.expected_calls(path)]

    def keep(self, data, name):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def test_vcf_and_bcf_are_what_bcftools_view_writes(self):
        for variant_set, source in FILES.items():
            for extension in (".vcf", ".vcf.gz", ".bcf"):
                with self.subTest(variant_set, extension=extension):
                    made = self.keep(self.fetch(variant_set, extension), "x" + extension)
                    self.assertEqual(
                        run("bcftools", "view", "--no-version", made),
                        run("bcftools", "view", "--no-version", source),
                    )
        run("bcftools", "index", made)  # a complete BGZF file in the order of its positions

    def test_samples_and_regions_are_those_of_bcftools(self):
        for variant_set, source in FILES.items():
            samples = samples_of(source)
            chosen = [samples[i] for i in (3, 0, len(samples) - 1)]
            contig, position, *_ = sites_of(source)[5]
            region = f"{contig}:{position}-{position + 3000}"
            ids = ",".join(f"{variant_set}~{support.encode_id(s)}" for s in chosen)
            names = self.keep("\n".join(chosen).encode(), "samples")
            for extension in (".vcf", ".bcf"):
                with self.subTest(variant_set, extension=extension):
                    made = self.fetch(variant_set, extension, callSetDbId=ids, positionRange=region)
                    options = ["-S", names, "-r", region]
                    self.assertEqual(
                        run("bcftools", "view", "--no-version", self.keep(made, "x" + extension)),
                        run("bcftools", "view", "--no-version", *options, source),
                    )

    def test_filters_leave_the_same_in_every_format(self):
        wanted = {"minMaf": 0.2, "maxMissingData": 0.05}
        kept = self.server.get("/brapi/v2/variants", variantSetDbId="main~wheat", pageSize=5000, **wanted)
        places = [v["variantDbId"].split("~")[2:] for v in kept["result"]["data"]]
        self.assertGreater(len(places), 50)
        numbers = {
            tuple(place): name
            for place, name in zip(self.places_of(FILES["main~wheat"]), marker_names(sites_of(FILES["main~wheat"])))
        }
        names = [numbers[tuple(place)] for place in places]
        text = self.fetch("main~wheat", ".tsv", **wanted).decode()
        self.assertEqual([line.split("\t")[0] for line in text.splitlines()[1:]], names)
        text = self.fetch("main~wheat", ".flapjack.txt", **wanted).decode()
        self.assertEqual(text.splitlines()[1].split("\t")[1:], names)
        biallelic = [v for v in kept["result"]["data"] if len(v["alternateBases"]) < 2]
        self.assertLess(len(biallelic), len(names))
        self.assertEqual(len(self.fetch("main~wheat", ".bim", **wanted).splitlines()), len(biallelic))

    def test_files_need_no_store(self):
        state = self.folder / "state"
        Server(DEMO, state=state).stop()
        (state / "store.db").write_bytes(b"no store" * 1000)
        with Server(DEMO, state=state) as server:
            self.assertNotEqual(server.get("/ready")["sideStore"], "ok")
            made = self.fetch("main~wheat", ".vcf", server=server, positionRange="chr1A:1-5000")
        self.assertGreater(len(sites_of(self.keep(made, "x.vcf"))), 5)

    def test_a_filter_may_leave_nothing(self):
        made = self.keep(self.fetch("main~wheat", ".vcf", minMaf=0.5, maxMaf=0.1), "x.vcf")
        self.assertEqual((sites_of(made), samples_of(made)), ([], samples_of(FILES["main~wheat"])))

    def test_tables_have_the_genotypes(self):
        for variant_set, source in FILES.items():
            sites = sites_of(source)
            query = run("bcftools", "query", "-f", "[%GT\t]\n", source).decode().splitlines()
            unknown = re.compile(r"^[|/]?\.([|/]\.)*$")
            expected = [[unknown.sub(".", g) for g in line.split("\t")[:-1]] for line in query]
            for extension, delimiter in ((".tsv", "\t"), (".csv", ",")):
                with self.subTest(variant_set, extension=extension):
                    text = self.fetch(variant_set, extension).decode()
                    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
                    self.assertEqual(rows[0], ["name", "contig", "position", "REF", "ALT", *samples_of(source)])
                    self.assertEqual([row[0] for row in rows[1:]], marker_names(sites))
                    self.assertEqual([(row[1], int(row[2])) for row in rows[1:]], [s[:2] for s in sites])
                    self.assertEqual([row[5:] for row in rows[1:]], expected)

    def test_cells_that_need_quotes_have_them(self):
        text = self.fetch("main~wheat", ".csv", sepUnphased=",", sepPhased=",", unknownString='"').decode()
        rows = list(csv.reader(io.StringIO(text)))
        cells = {cell for row in rows[1:] for cell in row[5:]}
        self.assertLessEqual({"0,0", "0,1", "1,1", '"'}, cells)
        self.assertEqual({cell for cell in cells if not re.fullmatch(r'"|[0-9"](,[0-9"])*', cell)}, set())
        self.assertEqual({len(row) for row in rows}, {5 + len(samples_of(FILES["main~wheat"]))})

    def test_flapjack_reads_lines_and_markers(self):
        for variant_set, source in FILES.items():
            with self.subTest(variant_set):
                sites, lines = sites_of(source), samples_of(source)
                names = marker_names(sites)
                by_marker = [[in_bases(g, s[3]) for g in s[4]] for s in sites]
                by_line = [list(cells) for cells in zip(*by_marker)]
                first, markers, *rows = self.fetch(variant_set, ".flapjack.txt").decode().splitlines()
                self.assertEqual(first, "# fjFile = GENOTYPE")
                self.assertEqual(markers.split("\t"), ["", *names])
                self.assertEqual([row.split("\t") for row in rows], [[n, *c] for n, c in zip(lines, by_line)])
                first, header, *rows = self.fetch(variant_set, ".flapjack-transposed.txt").decode().splitlines()
                self.assertEqual(header.split("\t"), ["", *lines])
                self.assertEqual([row.split("\t") for row in rows], [[n, *c] for n, c in zip(names, by_marker)])
                first, *rows = self.fetch(variant_set, ".flapjack.map").decode().splitlines()
                self.assertEqual(first, "# fjFile = MAP")
                places = [[n, s[0], str(s[1])] for n, s in zip(names, sites)]
                self.assertEqual([row.split("\t") for row in rows], places)

    def test_a_large_panel_is_turned_around_in_tiles(self):
        folder = self.folder / "served"
        source = support.simple_panel(folder / "panel.bcf", 20_000, 40, lambda v, s: f"{v * s % 2}/{(v + s) % 3 % 2}")
        with Server(folder) as server:
            text = self.fetch("main~panel", ".flapjack.txt", server=server).decode()
        sites = sites_of(source)
        rows = [row.split("\t")[1:] for row in text.splitlines()[2:]]
        self.assertEqual(rows, [list(cells) for cells in zip(*[[in_bases(g, s[3]) for g in s[4]] for s in sites])])

    def test_hapmap_has_what_it_can_say(self):
        for variant_set in FILES.keys() - POLYPLOID:
            with self.subTest(variant_set):
                source = FILES[variant_set]
                text = self.fetch(variant_set, ".hmp.txt").decode()
                header, *rows = [line.split("\t") for line in text.splitlines()]
                self.assertEqual((header[:4], header[11:]), (["rs#", "alleles", "chrom", "pos"], samples_of(source)))
                expected = []
                for (contig, position, _, alleles, genotypes), name in zip(sites_of(source), marker_names(sites_of(source))):
                    letters = hapmap_letters(alleles)
                    if letters is None:
                        continue
                    cells = ["NN" if None in g else letters[g[0]] + letters[g[-1]] for g in genotypes]
                    expected.append([name, "/".join(letters), contig, str(position), *cells])
                self.assertEqual([row[:4] + row[11:] for row in rows], expected)
                self.assertEqual({tuple(row[4:11]) for row in rows}, {("+", *["NA"] * 6)})

    def test_plink_reads_the_same_dosages(self):
        for variant_set in FILES.keys() - POLYPLOID:
            with self.subTest(variant_set):
                for extension in (".bed", ".bim", ".fam"):
                    self.keep(self.fetch(variant_set, extension), "set" + extension)
                base = self.folder / "set"
                run("plink2", "--bfile", base, "--allow-extra-chr", "--export", "vcf", "--out", self.folder / "back")
                sites = [s for s in sites_of(FILES[variant_set]) if len(s[3]) <= 2]
                back = sites_of(self.folder / "back.vcf")
                # plink2 has spellings of its own for chromosomes that it knows.
                self.assertEqual([s[1] for s in back], [s[1] for s in sites])
                self.assertEqual([s[3] for s in back if len(s[3]) == 2], [s[3] for s in sites if len(s[3]) == 2])
                # Its haploids are homozygous, and so are those of a bed.
                def doubled(rows):
                    return [[dosage(g * 2 if len(g) == 1 else g) for g in row[4]] for row in rows]

                self.assertEqual(doubled(back), doubled(sites))

    def test_numpy_reads_dosages(self):
        for variant_set, source in FILES.items():
            with self.subTest(variant_set):
                path = self.keep(self.fetch(variant_set, ".npy"), "x.npy")
                shape, values = run("/usr/bin/python3", "-c", NUMPY, path).decode().splitlines()
                sites = sites_of(source)
                self.assertEqual(shape, f"int8 {len(sites)} {len(samples_of(source))}")
                expected = [dosage(g) for s in sites for g in s[4]]
                self.assertEqual([int(v) for v in values.split()], expected)

    def test_polyploids_are_refused_where_they_cannot_be_said(self):
        for variant_set in POLYPLOID:
            for extension in (".bed", ".bim", ".fam", ".hmp.txt"):
                self.assertIn(b"more than 2 alleles", self.fetch(variant_set, extension, wanted=400))

    def test_what_is_asked_for_wrongly_is_said(self):
        for extension, wanted, parameters, text in (
            (".zip", 404, {}, b".vcf.gz"),
            (".vcf", 400, {"minMaf": 5}, b"minMaf"),
            (".vcf", 400, {"minMAF": 0.1}, b"minMAF"),
            (".vcf", 400, {"callSetDbId": "nobody"}, b"nobody"),
            (".vcf", 400, {"callSetDbId": self.call_set_of("main~potato")}, b"fits"),
            (".vcf", 400, {"callSetDbId": ",".join(map(self.call_set_of, ("main~wheat", "main~potato")))}, b"none of this variant set"),
            (".vcf", 400, {"listDbId": "none"}, b"list"),
            (".tsv", 400, {"alleleEncoding": "x"}, b"alleleEncoding"),
            (".vcf", 400, {"alleleEncoding": "bases"}, b"alleleEncoding"),
        ):
            with self.subTest(extension, **parameters):
                self.assertIn(text, self.fetch("main~wheat", extension, wanted=wanted, **parameters))
        self.fetch("main~nothing", ".vcf", wanted=404)

    def test_every_link_of_a_variant_set_leads_somewhere(self):
        for variant_set in FILES:
            formats = self.server.get(f"/brapi/v2/variantsets/{variant_set}")["result"]["availableFormats"]
            self.assertEqual(len(formats), 10 if variant_set in POLYPLOID else 14)
            for one in formats:
                link = urllib.parse.urlsplit(one["fileURL"])
                self.assertEqual(link.netloc, f"{self.server.host}:{self.server.port}")
                status, _, body = self.server.request(link.path)
                self.assertEqual((status, len(body) > 0), (200, True), one)

    def test_a_set_of_several_files_is_one_file(self):
        folder = self.folder / "served"
        for contig in ("1", "2"):
            rows = [(contig, 10 * n, ".", "A", "C", "GT", ["0/1", "1|1"]) for n in range(1, 50)]
            write_vcf(folder / f"panel.chr{contig}.vcf.gz", rows, ["a", "b"])
        with Server(folder) as server:
            [one] = server.get("/brapi/v2/variantsets")["result"]["data"]
            made = self.keep(self.fetch(one["variantSetDbId"], ".bcf", server=server), "x.bcf")
            table = self.fetch(one["variantSetDbId"], ".npy", server=server)
        self.assertEqual(len(sites_of(made)), 98)
        self.assertEqual(len(table) % 64, 98 * 2 % 64)

    def test_renamed_call_sets_have_their_names(self):
        folder = self.folder / "served"
        support.simple_panel(folder / "panel.vcf.gz", 5, 3)
        with Server(folder) as server:
            status, _ = server.post(
                "/v1/callsets/main~panel~S1?updateMask=name", {"name": "another"},
                {"X-HTTP-Method-Override": "PATCH"},
            )
            self.assertEqual(status, 200)
            for extension in (".vcf", ".bcf"):
                made = self.keep(self.fetch("main~panel", extension, server=server), "x" + extension)
                self.assertEqual(samples_of(made), ["S0", "another", "S2"])

    def test_a_file_is_not_compressed_twice(self):
        target = "/brapi/v2/variantsets/main~wheat/exports/x"
        for extension, coding in ((".vcf", "gzip"), (".vcf.gz", None), (".bcf", None), (".npy", None)):
            _, fields, _ = self.server.request(target + extension, headers={"Accept-Encoding": "gzip"})
            self.assertEqual(fields["Content-Encoding"], coding, extension)

    @unittest.skipUnless(SHARED_DATA.is_dir(), "the shared data are not on this machine")
    def test_real_files_come_back(self):
        folder = self.folder / "served"
        sources = {}
        for number, source in enumerate(sorted(SHARED_DATA.rglob("*"))):
            ending = next((e for e in (".vcf.gz", ".bcf") if source.name.endswith(e)), None)
            if ending is None or source.stat().st_size > 4 << 20:
                continue
            if support.SANITIZED and number % 5 != 0:
                continue
            (folder / f"n{number}").mkdir(parents=True)
            (folder / f"n{number}" / f"set{ending}").symlink_to(source.resolve())
            sources[f"n{number}~set"] = source
        compared, refused = 0, []
        with Server(folder) as server:
            served = {one["variantSetDbId"] for one in server.get("/brapi/v2/variantsets", pageSize=10_000)["result"]["data"]}
            for variant_set in sorted(served):
                source = sources[variant_set]
                # Without the index beside it, of which bcftools would take undeclared contigs.
                view = ["bcftools", "view", "--no-version", "-"]
                whole = subprocess.run(view, input=source.read_bytes(), capture_output=True)
                if whole.returncode != 0:
                    refused.append(source.name)
                    continue
                for extension in (".vcf", ".vcf.gz"):
                    made = self.fetch(variant_set, extension, server=server)
                    if extension == ".vcf.gz":
                        made = run("bgzip", "-dc", self.keep(made, "x.vcf.gz"))
                    self.assertEqual(made, whole.stdout, source.name)
                compared += 1
        self.assertGreater(compared, 50 if support.SANITIZED else 250)
        self.assertLess(len(refused), 10, refused)


if __name__ == "__main__":
    unittest.main()
