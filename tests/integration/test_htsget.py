"""Variants and reads by htsget, against what bcftools and samtools read from the files."""

import base64
import gzip
import json
import pathlib
import random
import tempfile
import unittest
import urllib.parse

import support
from credentials import CredentialsTest
from shared_files import bgzipped
from support import DEMO, SHARED_DATA, FolderTest, Server, run, simple_panel, write_vcf

SEED = 20261126
TYPE = "application/vnd.ga4gh.htsget.v1.3.0+json; charset=utf-8"
EOF_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
CONTIGS = {"chr1": 50_000, "chr2": 30_000, "chr3": 20_000, "chr4": 10_000}  # chr3 has no read
SPLICED = ["100M", "40M5000N60M", "30S70M", "50M20D50M", "50M10I40M"]


def ticket(server, kind, name, **parameters):
    status, fields, body = server.request(support.url(f"/htsget/{kind}/{name}", parameters))
    assert status == 200, (status, body)
    assert fields["Content-Type"] == TYPE
    return json.loads(body)["htsget"]


def fetch(server, one):
    """The bytes of all URLs of a ticket, with what each says it is."""
    parts = []
    for url in one["urls"]:
        assert url["headers"] == {}  # JBrowse 2 looks into it
        target = url["url"].removeprefix(f"http://{server.host}:{server.port}")
        status, fields, body = server.request(target)
        assert status == 200, (status, body)
        assert fields["Content-Type"] == "application/octet-stream"
        parts.append((url["class"], body))
    return parts


def whole(server, kind, name, **parameters):
    return b"".join(body for _, body in fetch(server, ticket(server, kind, name, **parameters)))


def random_regions(chosen, lengths, count):
    for _ in range(count):
        name = chosen.choice(sorted(lengths))
        begin = chosen.randrange(lengths[name])
        yield name, begin, min(lengths[name], begin + chosen.choice([1, 10, 500, 5000, 50_000]))


def records_of(path, *regions):
    command = ["bcftools", "view", "-H", path]
    return run(*command, *(["-r", ",".join(regions)] if regions else []))


def records_in(path, contig, begin, end):
    """For contigs with colons in their names, too."""
    with tempfile.NamedTemporaryFile(suffix=".bed", mode="w") as bed:
        bed.write(f"{contig}\t{begin}\t{end}\n")
        bed.flush()
        return run("bcftools", "view", "-H", "-R", bed.name, path)


def url_of(server, kind, name, **parameters):
    return f"http://{server.host}:{server.port}" + support.url(f"/htsget/{kind}/{name}", parameters)


class variants_of_demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO)
        cls.sets = {
            "main~wheat": DEMO / "wheat.vcf.gz", "main~potato": DEMO / "potato.vcf.gz",
            "main~haplotypes": DEMO / "haplotypes.bcf", "odd~alleles": DEMO / "odd" / "alleles.bcf",
            "odd~ploidy": DEMO / "odd" / "ploidy.vcf.gz",
        }

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def lengths(self, path):
        out = {}
        for line in run("bcftools", "view", "-h", path).decode().splitlines():
            if line.startswith("##contig=<ID=") and "length=" in line:
                out[line.split("ID=")[1].split(",")[0].rstrip(">")] = int(line.split("length=")[1].split(",")[0].rstrip(">"))
        return out

    def test_the_whole_file_and_its_header_alone(self):
        for name, path in self.sets.items():
            for form in ("VCF", "BCF", None):
                parts = fetch(self.server, ticket(self.server, "variants", name, format=form))
                self.assertEqual([part for part, _ in parts], ["header", "body"])
                self.assertTrue(parts[1][1].endswith(EOF_BLOCK))
                self.assertFalse(parts[0][1].endswith(EOF_BLOCK))
                joined = parts[0][1] + parts[1][1]
                self.assertEqual(gzip.decompress(joined)[:3] == b"BCF", form == "BCF")
                expected = run("bcftools", "view", "--no-version", path)
                self.assertEqual(run("bcftools", "view", "--no-version", "-", input=joined), expected)
                header = whole(self.server, "variants", name, **{"format": form, "class": "header"})
                self.assertTrue(header.endswith(EOF_BLOCK))
                self.assertEqual(
                    run("bcftools", "view", "--no-version", "-", input=header),
                    run("bcftools", "view", "--no-version", "-h", path),
                )

    def test_own_blocks_leave_as_they_are(self):
        for name, form in (("main~wheat", "VCF"), ("main~haplotypes", "BCF")):
            body = dict(fetch(self.server, ticket(self.server, "variants", name, format=form)))["body"]
            data = self.sets[name].read_bytes()
            self.assertEqual(body[-2000:], data[-2000:])

    def test_random_regions(self):
        chosen = random.Random(SEED)
        for name, path in self.sets.items():
            for contig, begin, end in random_regions(chosen, self.lengths(path), 12):
                expected = records_in(path, contig, begin, end)
                for form in ("VCF", "BCF"):
                    body = whole(
                        self.server, "variants", name, format=form, referenceName=contig, start=begin, end=end
                    )
                    found = run("bcftools", "view", "-H", "-", input=body)
                    self.assertEqual(found, expected, (name, form, contig, begin, end))

    def test_bcftools_reads_urls(self):
        for name, contig in (("main~wheat", "chr1B"), ("main~haplotypes", "chr2A")):
            for bounds in ({}, {"start": 5000}, {"start": 5000, "end": 9000}, {"end": 1}):
                region = f"{contig}:{bounds.get('start', 0) + 1}-{bounds.get('end', '')}"
                url = url_of(self.server, "variants", name, referenceName=contig, **bounds)
                found = run("bcftools", "view", "-H", url)
                self.assertEqual(found, records_of(self.sets[name], region), (name, bounds))
        url = url_of(self.server, "variants", "main~wheat", format="BCF")
        self.assertEqual(run("bcftools", "view", "-H", url), records_of(self.sets["main~wheat"]))

    def test_contigs_with_and_without_chr(self):
        path = self.sets["main~wheat"]
        body = whole(self.server, "variants", "main~wheat", referenceName="1A")
        self.assertEqual(run("bcftools", "view", "-H", "-", input=body), records_of(path, "chr1A"))

    def test_many_regions_by_post_give_each_record_once(self):
        regions = [
            {"referenceName": "chr2A", "start": 100, "end": 9000}, {"referenceName": "chr1A", "start": 0, "end": 3000},
            {"referenceName": "chr1A", "start": 2000, "end": 8000}, {"referenceName": "1B"},
        ]
        for form in ("VCF", "BCF"):
            status, answer = self.server.post(
                "/htsget/variants/main~wheat", {"format": form, "regions": regions, "fields": ["POS"], "tags": ["AD"]}
            )
            self.assertEqual(status, 200)
            body = b"".join(part for _, part in fetch(self.server, answer["htsget"]))
            expected = records_of(self.sets["main~wheat"], "chr1A:1-8000", "chr1B", "chr2A:101-9000")
            self.assertEqual(run("bcftools", "view", "-H", "-", input=body), expected)

    def test_errors_have_the_names_of_the_protocol(self):
        wheat = "/htsget/variants/main~wheat"
        for target, status, name in (
            (wheat + "?format=BAM", 400, "UnsupportedFormat"), (wheat + "?format=vcf", 400, "UnsupportedFormat"),
            (wheat + "?class=body", 400, "InvalidInput"), (wheat + "?start=1", 400, "InvalidInput"),
            (wheat + "?end=1", 400, "InvalidInput"), (wheat + "?referenceName=chr1A&start=-1", 400, "InvalidInput"),
            (wheat + "?referenceName=chr1A&start=x", 400, "InvalidInput"),
            (wheat + "?referenceName=chr1A&start=4294967296", 400, "InvalidInput"),
            (wheat + "?referenceName=chr1A&start=1&start=2", 400, "InvalidInput"),
            (wheat + "?referenceName=*&start=1", 400, "InvalidInput"),
            (wheat + "?referenceName=chr1A&start=5&end=4", 400, "InvalidRange"),
            (wheat + "?tags=NM,MD&notags=MD", 400, "InvalidInput"),
            (wheat + "?referenceName=chrX", 404, "NotFound"), ("/htsget/variants/main~no", 404, "NotFound"),
            ("/htsget/variants/main~wheat.csi?format=VCF", 404, "NotFound"), ("/htsget/reads/main~wheat", 404, "NotFound"),
            ("/htsget/reads/main~reads?format=VCF", 400, "UnsupportedFormat"),
            ("/htsget/reads/main~reads?format=CRAM", 400, "UnsupportedFormat"),
            ("/htsget/reads/main~reads?fields=QNAME,POSITION", 400, "InvalidInput"),
            ("/htsget/nothing/here", 404, "NotFound"), ("/htsget/data/AAAA", 404, "NotFound"),
        ):
            found, _, body = self.server.request(target)
            self.assertEqual(found, status, target)
            error = json.loads(body)["htsget"]
            self.assertEqual(error["error"], name, target)
            self.assertTrue(error["message"])
        for body, status, name in (
            ({"format": "X"}, 400, "UnsupportedFormat"), ({"regions": []}, 400, "InvalidInput"),
            ({"regions": [{"start": 1}]}, 400, "InvalidInput"), ({"regions": "chr1A"}, 400, "InvalidInput"), ("[", 400, "InvalidInput"),
            ({"regions": [{"referenceName": "chr1A", "start": 9, "end": 2}]}, 400, "InvalidRange"),
            ({"tags": ["A"], "notags": ["A"]}, 400, "InvalidInput"),
            ({"regions": [{"referenceName": "chr1A", "start": i, "end": i + 1} for i in range(900)]}, 413, "PayloadTooLarge"),
        ):
            found, answer = self.server.post(wheat, body)
            self.assertEqual((found, answer["htsget"]["error"]), (status, name), body)
        self.assertEqual(self.server.post(wheat + "?format=VCF", {})[0], 400)

    def test_browsers_that_send_too_much_for_a_header_get_it(self):
        header = whole(self.server, "variants", "main~wheat", referenceName="na", format="VCF", **{"class": "header"})
        self.assertEqual(run("bcftools", "view", "-H", "-", input=header), b"")

    def test_service_info(self):
        for kind, formats in (("variants", ["VCF", "BCF"]), ("reads", ["BAM", "CRAM"])):
            info = self.server.get(f"/htsget/{kind}/service-info")
            self.assertEqual(info["type"], {"group": "org.ga4gh", "artifact": "htsget", "version": "1.3.0"})
            self.assertEqual((info["htsget"]["datatype"], info["htsget"]["formats"]), (kind, formats))
            self.assertEqual(set(info["organization"]), {"name", "url"})

    def test_what_was_signed_cannot_be_changed(self):
        url = ticket(self.server, "variants", "main~wheat")["urls"][1]["url"]
        target = url.removeprefix(f"http://{self.server.host}:{self.server.port}")
        head, _, block = target.rpartition("/")
        raw = bytearray(base64.urlsafe_b64decode(block + "=" * (-len(block) % 4)))
        for at in range(0, len(raw), 7):
            other = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
            changed = head + "/" + base64.urlsafe_b64encode(other).decode().rstrip("=")
            self.assertEqual(self.server.request(changed)[0], 404)

    def test_a_region_as_text(self):
        path = self.sets["main~wheat"]
        samples = support.samples_of(path)
        for parameters, options in (
            ({"chr": "chr1A", "start": "1000.35", "end": "5000.65"}, ["-r", "chr1A:1001-5001"]),
            ({"chr": "1B", "start": -5, "end": 900}, ["-r", "chr1B:1-900"]), ({"chr": "chr2A"}, ["-r", "chr2A"]), ({}, []),
            ({"chr": "chr1A", "end": 9000, "samples": f"{samples[3]},{samples[1]}"},
             ["-r", "chr1A:1-9000", "-s", f"{samples[3]},{samples[1]}"]),
        ):
            status, fields, body = self.server.request(support.url("/region/main~wheat.vcf", parameters))
            self.assertEqual((status, fields["Content-Type"]), (200, "text/plain; charset=utf-8"))
            self.assertEqual(body, run("bcftools", "view", "--no-version", *options, path), parameters)
        for parameters, status in (
            ({"start": 1}, 400), ({"chr": "chr1A", "start": "x"}, 400), ({"chr": "chr1A", "start": 5, "end": 1}, 400),
            ({"samples": "nobody"}, 400), ({"chr": "chrX"}, 404),
        ):
            self.assertEqual(self.server.request(support.url("/region/main~wheat.vcf", parameters))[0], status, parameters)
        self.assertEqual(self.server.request("/region/main~no.vcf")[0], 404)


class variant_sets(FolderTest):
    def test_parts_of_one_whole_and_each_of_them(self):
        for contig in ("1", "2"):
            rows = [(contig, 10 * n + 1, ".", "A", "C", "GT", ["0|1"]) for n in range(300)]
            write_vcf(self.folder / f"p.chr{contig}.vcf.gz", rows, ["S"])
        with Server(self.folder) as server:
            both = run("bcftools", "view", "-H", "-", input=whole(server, "variants", "main~p"))
            files = [self.folder / f"p.chr{contig}.vcf.gz" for contig in ("1", "2")]
            self.assertEqual(both, b"".join(records_of(path) for path in files))
            one = run("bcftools", "view", "-H", "-", input=whole(server, "variants", "main~p.2Echr2"))
            self.assertEqual(one, records_of(files[1]))

    def test_long_deletions_and_samples_that_were_renamed_or_hidden(self):
        rows = [("1", 10 * n + 1, f"r{n}", "ACGT" * (300 if n % 17 == 0 else 1), "A", "GT", ["0|1", "1|1"]) for n in range(900)]
        path = write_vcf(self.folder / "p.vcf.gz", rows, ["A", "B"])
        run("bcftools", "index", path)
        with Server(self.folder) as server:
            chosen = random.Random(SEED)
            for _, begin, end in random_regions(chosen, {"1": 9000}, 30):
                for form in ("VCF", "BCF"):
                    body = whole(server, "variants", "main~p", referenceName="1", start=begin, end=end, format=form)
                    found = run("bcftools", "view", "-H", "-", input=body)
                    self.assertEqual(found, records_of(path, f"1:{begin + 1}-{end}"))
            old = ticket(server, "variants", "main~p")["urls"][1]["url"]
            self.assertEqual(server.request("/v1/callsets/main~p~A", "DELETE")[0], 200)
            text = run("bcftools", "view", "--no-version", "-", input=whole(server, "variants", "main~p"))
            self.assertEqual(text, run("bcftools", "view", "--no-version", "-s", "B", path))
            status, _, body = server.request(old.removeprefix(f"http://{server.host}:{server.port}"))
            self.assertEqual((status, "htsget" in json.loads(body)), (409, True))

    def test_a_ticket_ends_with_its_file(self):
        path = simple_panel(self.folder / "p.vcf.gz", 50)
        with Server(self.folder) as server:
            urls = ticket(server, "variants", "main~p")["urls"]
            simple_panel(self.folder.parent / "q.vcf.gz", 60).rename(path)
            for one in urls:
                target = one["url"].removeprefix(f"http://{server.host}:{server.port}")
                self.assertEqual(server.request(target)[0], 409)

    def test_the_public_address_is_in_tickets(self):
        simple_panel(self.folder / "p.vcf.gz", 50)
        with Server(self.folder, "--public-url", "https://genomes.example/x") as server:
            for one in ticket(server, "variants", "main~p")["urls"]:
                self.assertTrue(one["url"].startswith("https://genomes.example/x/htsget/data/"))


def write_reads(folder, seed=SEED):
    """A sorted BAM with an index, and the same as CRAM, beside the genome."""
    chosen = random.Random(seed)
    genome = {name: "".join(chosen.choices("ACGT", k=length)) for name, length in CONTIGS.items()}
    text = "".join(f">{name}\n" + "".join(s[i : i + 60] + "\n" for i in range(0, len(s), 60)) for name, s in genome.items())
    (folder / "g.fa").write_text(text)
    run("samtools", "faidx", folder / "g.fa")
    lines = ["@HD\tVN:1.6\tSO:coordinate"] + [f"@SQ\tSN:{name}\tLN:{length}" for name, length in CONTIGS.items()]
    for n in range(6000):
        bases, quality = "".join(chosen.choices("ACGT", k=100)), "I" * 100
        name = chosen.choice(["chr1", "chr1", "chr2", "chr4", "*"])
        if name == "*":
            lines.append(f"u{n}\t4\t*\t0\t0\t*\t*\t0\t0\t{bases}\t{quality}")
            continue
        at = chosen.randrange(1, CONTIGS[name] - 5200)
        if chosen.random() < 0.02:  # beside a mapped mate
            lines.append(f"r{n}\t4\t{name}\t{at}\t0\t*\t*\t0\t0\t{bases}\t{quality}")
        else:
            lines.append(f"r{n}\t0\t{name}\t{at}\t60\t{chosen.choice(SPLICED)}\t*\t0\t0\t{bases}\t{quality}\tNM:i:1")
    sam = ("\n".join(lines) + "\n").encode()
    run("samtools", "sort", "--no-PG", "-o", folder / "r.bam", "-", input=sam)
    run("samtools", "index", folder / "r.bam")
    run("samtools", "view", "--no-PG", "-C", "-T", folder / "g.fa", "--output-fmt-option", "seqs_per_slice=300",
        "-o", folder / "c.cram", folder / "r.bam")
    run("samtools", "index", folder / "c.cram")


def alignments(source, *options):
    """Records of a file, or of bytes, without tags, of which a CRAM adds some."""
    if isinstance(source, bytes):
        text = run("samtools", "view", "-", input=source)
    else:
        text = run("samtools", "view", source, *options)
    return [b"\t".join(line.split(b"\t")[:11]) for line in text.splitlines()]


class reads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="callstream-test-")
        cls.folder = pathlib.Path(cls.temporary.name) / "data"
        (cls.folder / "bare").mkdir(parents=True)
        (cls.folder / "csi").mkdir()
        write_reads(cls.folder)
        bam = cls.folder / "r.bam"
        for other in ("bare", "csi"):
            (cls.folder / other / "r.bam").write_bytes(bam.read_bytes())
        run("samtools", "index", "-c", cls.folder / "csi" / "r.bam")
        cls.server = Server(cls.folder)
        cls.bams = ["main~r", "bare~r", "csi~r"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.temporary.cleanup()

    def region(self, name, begin, end):
        return alignments(self.folder / "r.bam", f"{name}:{begin + 1}-{end}")

    def test_whole_files_and_headers(self):
        expected = alignments(self.folder / "r.bam")
        for name in [*self.bams, "main~c"]:
            parts = fetch(self.server, ticket(self.server, "reads", name))
            self.assertEqual([part for part, _ in parts], ["header", "body"])
            self.assertTrue(parts[1][1].endswith(EOF_BLOCK))
            self.assertEqual(alignments(parts[0][1] + parts[1][1]), expected, name)
            header = whole(self.server, "reads", name, format="BAM", referenceName="na", **{"class": "header"})
            source = self.folder / ("c.cram" if name == "main~c" else "r.bam")
            for found in (header, parts[0][1] + parts[1][1]):
                self.assertEqual(
                    run("samtools", "view", "--no-PG", "-H", "-", input=found),
                    run("samtools", "view", "--no-PG", "-H", source),
                )

    def test_random_regions(self):
        chosen = random.Random(SEED)
        for name in self.bams:
            for contig, begin, end in random_regions(chosen, CONTIGS, 20):
                body = whole(self.server, "reads", name, referenceName=contig, start=begin, end=end)
                self.assertEqual(alignments(body), self.region(contig, begin, end), (name, contig, begin, end))
        for contig, begin, end in random_regions(chosen, CONTIGS, 4):
            body = whole(self.server, "reads", "main~c", referenceName=contig, start=begin, end=end)
            self.assertEqual(alignments(body), self.region(contig, begin, end))

    def test_a_stretch_without_length_has_no_read(self):
        for name in [*self.bams, "main~c"]:
            for part, body in fetch(self.server, ticket(self.server, "reads", name, referenceName="chr1", start=500, end=500)):
                if part == "body":
                    self.assertEqual(body, EOF_BLOCK, name)

    def test_whole_contigs_and_reads_without_one(self):
        for name in [*self.bams, "main~c"]:
            for contig in ("chr2", "chr3", "4", "*"):
                region = {"4": "chr4"}.get(contig, contig)
                body = whole(self.server, "reads", name, referenceName=contig)
                expected = alignments(self.folder / "r.bam", region)
                self.assertEqual(alignments(body), expected, (name, contig))
                self.assertEqual(len(expected) > 0, contig != "chr3")

    def test_many_regions_give_each_read_once(self):
        wanted = [
            {"referenceName": "*"}, {"referenceName": "chr4", "start": 500, "end": 600}, {"referenceName": "chr3"},
            {"referenceName": "chr1", "start": 30_000, "end": 31_000}, {"referenceName": "chr1", "start": 100, "end": 2000},
            {"referenceName": "chr1", "start": 1500, "end": 2500},
        ]
        regions = [("chr1", 100, 2500), ("chr1", 30_000, 31_000), ("chr4", 500, 600)]
        bed = self.folder.parent / "regions.bed"
        bed.write_text("".join(f"{name}\t{begin}\t{end}\n" for name, begin, end in regions))
        expected = alignments(run("samtools", "view", "-b", "-M", "-L", bed, self.folder / "r.bam"))
        expected += alignments(self.folder / "r.bam", "*")
        for name in self.bams:
            status, answer = self.server.post(f"/htsget/reads/{name}", {"regions": wanted})
            self.assertEqual(status, 200)
            body = b"".join(part for _, part in fetch(self.server, answer["htsget"]))
            self.assertEqual(alignments(body), expected, name)

    def test_samtools_reads_urls(self):
        for bounds, region in (
            ({}, []), ({"referenceName": "chr2"}, ["chr2"]), ({"referenceName": "*"}, ["*"]),
            ({"referenceName": "chr1", "start": 3000, "end": 9000}, ["chr1:3001-9000"]),
        ):
            found = alignments(url_of(self.server, "reads", "main~r", **bounds))
            self.assertEqual(found, alignments(self.folder / "r.bam", *region), bounds)
        found = run("samtools", "view", "-H", "--no-PG", url_of(self.server, "reads", "main~r"))
        self.assertEqual(found, run("samtools", "view", "-H", "--no-PG", self.folder / "r.bam"))

    def test_a_cram_leaves_as_it_is_in_whole_containers(self):
        data = (self.folder / "c.cram").read_bytes()
        parts = fetch(self.server, ticket(self.server, "reads", "main~c", format="CRAM"))
        self.assertEqual(b"".join(part for _, part in parts), data)
        header = whole(self.server, "reads", "main~c", format="CRAM", **{"class": "header"})
        self.assertEqual(alignments(header), [])
        target = self.folder.parent / "part.cram"
        sizes = []
        for contig, begin, end in [*random_regions(random.Random(SEED), CONTIGS, 10), ("*", 0, 0)]:
            bounds = {} if contig == "*" else {"start": begin, "end": end}
            body = whole(self.server, "reads", "main~c", format="CRAM", referenceName=contig, **bounds)
            sizes.append(len(body))
            target.write_bytes(body)
            run("samtools", "index", target)
            region = contig if contig == "*" else f"{contig}:{begin + 1}-{end}"
            found = alignments(target, region, "-T", self.folder / "g.fa")
            self.assertEqual(found, alignments(self.folder / "r.bam", region))
        self.assertLess(min(sizes), len(data) // 2)

    def test_fields_and_tags_are_checked_and_leave_nothing_out(self):
        body = whole(self.server, "reads", "main~r", fields="QNAME,POS", tags="", notags="NM,MD", referenceName="chr2")
        self.assertEqual(alignments(body), alignments(self.folder / "r.bam", "chr2"))


class shared_data(FolderTest):
    def test_files_of_others(self):
        sources = sorted((SHARED_DATA / "human").glob("htsget_app__*.vcf.gz"))
        for source in sources:
            bgzipped(source, self.folder / source.name)
        bam = SHARED_DATA / "reads" / "htsget-rs__htsnexus_test_NA12878.bam"
        if bam.exists():
            for path in (bam, bam.with_name(bam.name + ".bai")):
                (self.folder / path.name.split("__")[1]).write_bytes(path.read_bytes())
        chosen = random.Random(SEED)
        with Server(self.folder) as server:
            served = {one["variantSetDbId"] for one in server.get("/brapi/v2/variantsets", pageSize=100)["result"]["data"]}
            for path in sorted(self.folder.glob("*.vcf.gz")):
                name = "main~" + path.name.split(".")[0]
                if name not in served:
                    continue
                run("bcftools", "index", "-f", path)
                self.assertEqual(
                    run("bcftools", "view", "-H", "-", input=whole(server, "variants", name)), records_of(path), name
                )
                records = records_of(path).splitlines()
                for line in chosen.sample(records, min(3, len(records))):
                    contig, position = line.split(b"\t")[:2]
                    contig, begin = contig.decode(), int(position) - 1
                    body = whole(server, "variants", name, referenceName=contig, start=begin, end=begin + 1000)
                    expected = records_of(path, f"{contig}:{begin + 1}-{begin + 1000}")
                    self.assertEqual(run("bcftools", "view", "-H", "-", input=body), expected, name)
            for path in self.folder.glob("*.bam"):
                name = "main~" + path.name.split(".")[0]
                for begin in chosen.sample(range(4_900_000, 5_060_000), 6):
                    body = whole(server, "reads", name, referenceName="11", start=begin, end=begin + 2000)
                    self.assertEqual(alignments(body), alignments(path, f"11:{begin + 1}-{begin + 2000}"))


class rights(CredentialsTest):
    def test_tickets_are_for_those_who_may_and_their_urls_for_whoever_has_them(self):
        self.start()
        paths = ["/htsget/variants/alpha~SecretChip", "/region/alpha~SecretChip.vcf", "/htsget/reads/alpha~x"]
        for name, headers in (self.credentials() | {"beta": self.bearer("beta")}).items():
            for path in paths:
                for body in (None, b"{}") if "htsget" in path else (None,):
                    answer = self.ask("POST" if body else "GET", path, headers, body)
                    self.assertIn(answer[0], (400, 401, 404), (name, path))
                    self.assertNotIn(b"/htsget/data/", answer[2])
        for status, path, headers in ((401, paths[0], []), (404, paths[0], self.bearer("beta"))):
            found, _, body = self.ask("GET", path, headers)
            names = {401: "InvalidAuthentication", 404: "NotFound"}
            self.assertEqual((found, json.loads(body)["htsget"]["error"]), (status, names[status]))
        status, _, body = self.ask("GET", paths[0], self.bearer("alpha"))
        self.assertEqual(status, 200)
        urls = json.loads(body)["htsget"]["urls"]
        joined = b""
        for one in urls:
            self.assertEqual(set(one), {"url", "headers", "class"})
            self.assertNotIn(self.tokens["alpha"], one["url"])
            status, fields, part = self.ask("GET", urllib.parse.urlparse(one["url"]).path)
            self.assertEqual((status, fields["Cache-Control"]), (200, "private, no-store"))
            joined += part
        path = self.folder / "alpha" / "SecretChip.vcf.gz"
        self.assertEqual(run("bcftools", "view", "-H", "-", input=joined), records_of(path))
        self.assertEqual(self.ask("GET", "/htsget/variants/service-info")[0], 200)


if __name__ == "__main__":
    unittest.main()
