"""Sequences by their checksums, against the letters of the files and what samtools makes of them."""

import base64
import hashlib
import json
import random
import unittest

from credentials import CredentialsTest
from support import DEMO, FolderTest, Server, run

PLAIN = "text/vnd.ga4gh.refget.v2.0.0+plain"
LETTERS = {"one": "ACGTNacgtnRYK" * 3000, "two": "GATTACA" * 99, "three": "T"}


def sha512(letters):
    return hashlib.sha512(letters.upper().encode()).digest()[:24]


def names_of(letters):
    """Every name of a sequence."""
    md5 = hashlib.md5(letters.upper().encode()).hexdigest()
    digest = sha512(letters)
    ga4gh = "SQ." + base64.urlsafe_b64encode(digest).decode()
    return [
        md5, md5.upper(), "md5:" + md5, ga4gh, "ga4gh:" + ga4gh, digest.hex(), digest.hex().upper(),
        "trunc512:" + digest.hex(),
    ]


def write_fasta(path, sequences, width=60):
    text = ""
    for name, letters in sequences.items():
        text += f">{name} words\n" + "".join(letters[i : i + width] + "\n" for i in range(0, len(letters), width))
    path.write_text(text)


class refget(FolderTest):
    def setUp(self):
        super().setUp()
        write_fasta(self.folder / "g.fa", LETTERS)
        write_fasta(self.folder / "h.fa", {"eins": LETTERS["one"].lower()}, 50)
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        self.md5 = names_of(LETTERS["one"])[0]
        self.upper = LETTERS["one"].upper()

    def ask(self, query="", headers=None, name=None):
        return self.server.request(f"/sequence/{name or self.md5}{query}", headers=headers or {})

    def test_every_sequence_has_all_its_names(self):
        for letters in LETTERS.values():
            for name in names_of(letters):
                status, fields, body = self.ask(name=name)
                self.assertEqual((status, body.decode()), (200, letters.upper()), name)
                self.assertTrue(fields["Content-Type"].startswith(PLAIN))
                self.assertEqual(int(fields["Content-Length"]), len(letters))
                self.assertIsNone(fields["Content-Encoding"])

    def test_other_names_name_nothing(self):
        for name in ("x", "one", self.md5[:-1], "0" * 32, "0" * 48, "SQ." + "A" * 32, "ga4gh:" + self.md5, "SQ.", "md5:"):
            for end in ("", "/metadata"):
                self.assertEqual(self.ask(end, name=name)[0], 404, name)

    def test_parts(self):
        size = len(self.upper)
        chosen = random.Random(7)
        for _ in range(100):
            a = chosen.randrange(size)
            b = chosen.randrange(a, size + 1)
            status, _, body = self.ask(f"?start={a}&end={b}")
            self.assertEqual((status, body.decode()), (200, self.upper[a:b]))
            if a < b:
                status, fields, body = self.ask(headers={"Range": f"bytes={a}-{b - 1}"})
                self.assertEqual((status, body.decode()), (206, self.upper[a:b]))
                self.assertEqual(fields["Content-Range"], f"bytes {a}-{b - 1}/{size}")
        for query, expected in ((f"?start={size - 3}", self.upper[-3:]), ("?end=5", self.upper[:5]), ("?start=0&end=0", "")):
            status, fields, body = self.ask(query)
            self.assertEqual((status, body.decode(), fields["Accept-Ranges"]), (200, expected, "none"))

    def test_mistakes_have_their_status(self):
        size = len(self.upper)
        for query, headers, expected in (
            ("?start=a", {}, 400), ("?end=-1", {}, 400), ("?start=1.5", {}, 400), ("?start=", {}, 400),
            (f"?start={1 << 32}", {}, 400), ("?start=1&start=2", {}, 400),
            (f"?start={size}", {}, 416), (f"?start={size + 1}", {}, 416), (f"?end={size + 1}", {}, 416),
            ("?start=9&end=3", {}, 501), ("?start=0&end=3", {"Range": "bytes=0-2"}, 400),
            ("?end=3", {"Range": "bytes=0-2"}, 400), ("", {"Range": "bytes=a-b"}, 400), ("", {"Range": "units=1-2"}, 400),
            ("", {"Range": "bytes=0-1,4-5"}, 400), ("", {"Range": "bytes=5-2"}, 416), ("", {"Range": f"bytes={size}-"}, 416),
            ("", {"Accept": "text/html"}, 406), ("", {"Accept": "image/*"}, 406),
            ("/metadata", {"Accept": "text/plain"}, 406),
        ):
            self.assertEqual(self.ask(query, headers)[0], expected, (query, headers))

    def test_types_degrade_as_the_document_allows(self):
        for accept, expected in (
            (None, PLAIN), ("*/*", PLAIN), ("text/plain", PLAIN), ("text/*", PLAIN), (PLAIN + "; charset=us-ascii", PLAIN),
            ("text/vnd.ga4gh.refget.v1.0.0+plain", "text/vnd.ga4gh.refget.v1.0.0+plain"),
        ):
            status, fields, _ = self.ask(headers={"Accept": accept} if accept else {})
            self.assertEqual((status, fields["Content-Type"]), (200, expected + "; charset=us-ascii"))
        for accept in ("*/*", "application/json", "application/vnd.ga4gh.refget.v2.0.0+json"):
            status, fields, _ = self.ask("/metadata", {"Accept": accept})
            self.assertEqual(status, 200)
            self.assertTrue(fields["Content-Type"].startswith("application/vnd.ga4gh.refget.v2.0.0+json"))

    def test_metadata_knows_all_names(self):
        for name in names_of(LETTERS["one"]):
            metadata = json.loads(self.ask("/metadata", name=name)[2])["metadata"]
            aliases = {(one["alias"], one["naming_authority"]) for one in metadata.pop("aliases")}
            self.assertEqual(aliases, {("one", "main~g"), ("eins", "main~h")})
            names = names_of(LETTERS["one"])
            self.assertEqual(
                metadata,
                {"id": names[0], "md5": names[0], "ga4gh": names[4], "trunc512": names[5], "length": len(self.upper)},
            )

    def test_service_info(self):
        status, fields, body = self.server.request("/sequence/service-info")
        info = json.loads(body)
        self.assertEqual(status, 200)
        self.assertEqual(info["type"], {"group": "org.ga4gh", "artifact": "refget", "version": "2.0.0"})
        self.assertEqual(info["refget"]["algorithms"], ["md5", "ga4gh", "trunc512"])
        self.assertEqual((info["refget"]["circular_supported"], info["refget"]["subsequence_limit"]), (False, None))
        for name in ("id", "name", "organization", "version"):
            self.assertIn(name, info)

    def test_samtools_decodes_a_cram_with_it(self):
        genome = self.folder.parent / "genome.fa"
        genome.write_bytes(run("bgzip", "-dc", DEMO / "reference.fa.gz"))
        cram = self.folder.parent / "r.cram"
        run("samtools", "view", "-C", "-T", genome, "-o", cram, DEMO / "reads.bam")
        expected = run("samtools", "view", DEMO / "reads.bam")
        genome.rename(genome.with_name("elsewhere.fa"))  # that the header names
        genome.with_name("genome.fa.fai").unlink()
        with Server(DEMO) as server:
            environment = {
                "PATH": "/usr/bin:/bin", "REF_PATH": f"http://{server.host}:{server.port}/sequence/%s",
                "REF_CACHE": str(self.folder.parent / "cache" / "%2s" / "%s"),
            }
            decoded = run("samtools", "view", cram, env=environment)
        def fields(text):
            return [line.split(b"\t")[:11] for line in text.splitlines()]
        self.assertEqual(fields(decoded), fields(expected))


class rights(CredentialsTest):
    def test_only_those_who_may_see_a_genome_get_its_letters(self):
        self.start()
        md5 = hashlib.md5(b"GATTACA" * 100).hexdigest()
        for name, headers in (self.credentials() | {"beta": self.bearer("beta")}).items():
            for path in (f"/sequence/{md5}", f"/sequence/{md5}/metadata"):
                answer = self.ask("GET", path, headers)
                self.assertIn(answer[0], (400, 401, 404), name)
                self.assert_nothing_in(answer, name)
        for name in ("reader", "alpha"):
            self.assertEqual(self.ask("GET", f"/sequence/{md5}", self.bearer(name))[2], b"GATTACA" * 100)
        self.assertEqual(self.ask("GET", "/sequence/service-info")[0], 200)


if __name__ == "__main__":
    unittest.main()
