"""Files byte by byte, against the bytes on the disk."""

import email.utils
import json
import os
import random
import unittest
import urllib.parse

from credentials import CredentialsTest
from support import DEMO, FolderTest, Server, encode_id, run, simple_panel

SEED = 20261126


def path_of(data_set, name):
    return f"/files/{urllib.parse.quote(encode_id(data_set))}/{urllib.parse.quote(name)}"


class demo_files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO)
        cls.path = DEMO / "wheat.vcf.gz"
        cls.data = cls.path.read_bytes()
        cls.target = path_of("main", "wheat.vcf.gz")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_every_file_and_index_is_served_and_listed(self):
        listed = self.server.get("/files")["files"]
        names = {(file["dataSet"], file["name"]) for file in listed}
        expected = {
            ("main" if path.parent == DEMO else encode_id(path.parent.name), path.name)
            for path in DEMO.rglob("*") if path.is_file() and path.name != "README.md"
        }
        self.assertEqual(names, expected)
        for file in listed:
            target = file["url"].removeprefix(f"http://{self.server.host}:{self.server.port}")
            status, fields, body = self.server.request(target, headers={"Accept-Encoding": "gzip, zstd"})
            folder = DEMO if file["dataSet"] == "main" else DEMO / file["dataSet"]
            self.assertEqual((status, body), (200, (folder / file["name"]).read_bytes()), target)
            self.assertEqual(fields["Content-Type"], "application/octet-stream")
            self.assertIsNone(fields["Content-Encoding"])
            self.assertEqual(fields["Accept-Ranges"], "bytes")
            self.assertEqual(int(fields["Content-Length"]), file["bytes"])

    def test_ranges_are_the_bytes_of_the_file(self):
        chosen = random.Random(SEED)
        size = len(self.data)
        connection = self.server.connect()
        for _ in range(1000):
            first = chosen.randrange(size)
            last = chosen.randrange(first, size + size // 4)
            suffix = chosen.randrange(1, 2 * size)
            field, begin, end = chosen.choice([
                (f"bytes={first}-{last}", first, min(last + 1, size)),
                (f"bytes={first}-", first, size),
                (f"bytes=-{suffix}", max(0, size - suffix), size),
                (f"BYTES={first}-{first}", first, first + 1),
            ])
            connection.request("GET", self.target, headers={"Range": field})
            answer = connection.getresponse()
            body = answer.read()
            self.assertEqual(answer.status, 206, field)
            self.assertEqual(body, self.data[begin:end], field)
            self.assertEqual(answer.headers["Content-Range"], f"bytes {begin}-{end - 1}/{size}")
            self.assertEqual(int(answer.headers["Content-Length"]), end - begin)
        connection.close()

    def test_what_lies_beyond_the_file_is_not_satisfiable(self):
        size = len(self.data)
        for field in (f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=-0", f"bytes={10 ** 30}-"):
            status, fields, body = self.server.request(self.target, headers={"Range": field})
            self.assertEqual((status, body), (416, b""), field)
            self.assertEqual(fields["Content-Range"], f"bytes */{size}")

    def test_what_is_no_single_range_gives_the_whole_file(self):
        for field in ("bytes=0-1,5-6", "lines=0-1", "bytes=5-1", "bytes=a-b", "bytes=", "bytes=-", "bytes 0-1", "x"):
            status, fields, body = self.server.request(self.target, headers={"Range": field})
            self.assertEqual((status, body == self.data), (200, True), field)
            self.assertIsNone(fields["Content-Range"])

    def test_head_has_the_fields_of_get(self):
        _, expected, _ = self.server.request(self.target)
        status, fields, body = self.server.request(self.target, "HEAD", {"Range": "bytes=0-1"})
        self.assertEqual((status, body), (200, b""))
        for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges"):
            self.assertEqual(fields[name], expected[name])

    def test_preconditions(self):
        _, fields, _ = self.server.request(self.target)
        tag, date = fields["ETag"], fields["Last-Modified"]
        self.assertTrue(tag.startswith('"'))  # a strong one
        self.assertEqual(date, email.utils.formatdate(int(self.path.stat().st_mtime), usegmt=True))
        before = email.utils.formatdate(self.path.stat().st_mtime - 10, usegmt=True)
        part = {"Range": "bytes=3-9"}
        table = [
            ({"If-None-Match": tag}, 304), ({"If-None-Match": f'"x", W/{tag}'}, 304), ({"If-None-Match": "*"}, 304),
            ({"If-None-Match": '"x"'}, 200), ({"If-None-Match": '"x"', "If-Modified-Since": date}, 200),
            ({"If-Modified-Since": date}, 304), ({"If-Modified-Since": before}, 200),
            ({"If-Modified-Since": "yesterday"}, 200), ({"If-None-Match": tag} | part, 304),
            ({"If-Match": tag}, 200), ({"If-Match": f"W/{tag}"}, 412), ({"If-Match": '"x"'} | part, 412),
            ({"If-Unmodified-Since": date}, 200), ({"If-Unmodified-Since": before}, 412),
            ({"If-Range": tag} | part, 206), ({"If-Range": f"W/{tag}"} | part, 200), ({"If-Range": '"x"'} | part, 200),
            ({"If-Range": date} | part, 206), ({"If-Range": before} | part, 200), ({"If-Range": tag}, 200),
        ]
        for headers, expected in table:
            status, fields, body = self.server.request(self.target, headers=headers)
            self.assertEqual(status, expected, headers)
            self.assertEqual(fields["ETag"], tag)
            wanted = {200: self.data, 206: self.data[3:10]}.get(status, b"")
            self.assertEqual(body, wanted, headers)

    def test_browsers_may_ask_for_ranges_and_read_what_is_said_of_them(self):
        headers = {"Origin": "http://x", "Access-Control-Request-Headers": "range, if-range"}
        status, fields, _ = self.server.request(self.target, "OPTIONS", headers)
        self.assertEqual(status, 204)
        for name in ("Range", "If-Range", "If-None-Match", "Authorization", "Cache-Control"):
            self.assertIn(name, fields["Access-Control-Allow-Headers"].split(", "))
        _, fields, _ = self.server.request(self.target, headers={"Origin": "http://x", "Range": "bytes=0-0"})
        self.assertEqual(fields["Access-Control-Allow-Origin"], "*")
        for name in ("Accept-Ranges", "Content-Range", "Content-Length", "ETag", "Last-Modified"):
            self.assertIn(name, fields["Access-Control-Expose-Headers"].split(", "))

    def test_names_never_become_paths(self):
        for name in (
            "../README.md", "..%2FREADME.md", "%2e%2e/README.md", "README.md", "dataset.toml", "wheat.vcf.gz/",
            "wheat.vcf.gz%00", "odd%2Falleles.bcf", "%2Fetc%2Fpasswd", "wheat.vcf.gz.tbi", "wheat", ".csi", "",
        ):
            status, _, body = self.server.request(f"/files/main/{name}")
            expected = {"wheat.vcf.gz/": 200, "wheat.vcf.gz%00": 400}.get(name, 404)
            self.assertEqual(status, expected, name)
            self.assertEqual(body == self.data, expected == 200, name)

    def test_bcftools_reads_regions_by_url(self):
        base = f"http://{self.server.host}:{self.server.port}"
        for name, region in (("wheat.vcf.gz", "chr1B:100-20000"), ("haplotypes.bcf", "chr2A")):
            view = ["bcftools", "view", "-H", "-r", region]
            found = run(*view, base + path_of("main", name), cwd="/tmp")
            self.assertEqual(found, run(*view, DEMO / name))


class changing_files(FolderTest):
    def test_an_index_that_was_made_is_served_where_none_lies_beside(self):
        simple_panel(self.folder / "a b#é.vcf.gz", 500)
        with Server(self.folder) as server:
            target = path_of("main", "a b#é.vcf.gz")
            self.assertEqual(server.request(target)[2], (self.folder / "a b#é.vcf.gz").read_bytes())
            status, _, index = server.request(target + ".csi")
            self.assertEqual(status, 200)
            self.assertEqual(server.request(target + ".tbi")[0], 404)
            copy = self.folder.parent / "copy.vcf.gz"
            copy.write_bytes((self.folder / "a b#é.vcf.gz").read_bytes())
            copy.with_name("copy.vcf.gz.csi").write_bytes(index)
            found = run("bcftools", "view", "-H", "-r", "1:1001-1100", copy)
            self.assertEqual(len(found.splitlines()), 10)

    def test_a_fasta_has_its_indexes(self):
        (self.folder / "g.fa").write_text(">1\nACGT\nAC\n")
        with Server(self.folder) as server:
            self.assertEqual(server.request("/files/main/g.fa.fai")[2], b"1\t6\t3\t4\t5\n")
            self.assertEqual(server.request("/files/main/g.fa.gzi")[0], 404)

    def test_annotations_are_tracks_with_their_index(self):
        lines = [f"chr1\tx\tgene\t{start}\t{start + 50}\t.\t+\t.\tID=g{start}" for start in range(1, 90_000, 300)]
        path = self.folder / "genes.gff3.gz"
        path.write_bytes(run("bgzip", "-c", input=("##gff-version 3\n" + "\n".join(lines) + "\n").encode()))
        run("tabix", "-p", "gff", path)
        with Server(self.folder) as server:
            [track] = server.get("/overview")["tracks"]
            self.assertEqual(track, {
                "trackId": "main~genes", "name": "genes", "format": "gff3", "dataSet": "main",
                "file": "genes.gff3.gz", "index": ".tbi",
            })
            url = f"http://{server.host}:{server.port}/files/main/{track['file']}"
            self.assertEqual(run("tabix", url, "chr1:30000-31000", cwd=self.folder.parent), run("tabix", path, "chr1:30000-31000"))
            self.assertEqual(server.get("/ready")["tracks"], 1)

    def test_an_index_older_than_its_file_is_none(self):
        path = simple_panel(self.folder / "p.vcf.gz", 50)
        run("bcftools", "index", "-t", path)
        os.utime(path.with_name("p.vcf.gz.tbi"), (1, 1))
        with Server(self.folder) as server:
            self.assertEqual(server.request("/files/main/p.vcf.gz.tbi")[0], 404)
            self.assertEqual(server.request("/files/main/p.vcf.gz.csi")[0], 200)

    def test_a_file_that_still_has_what_was_deleted_is_not_shown(self):
        for name in ("a.bcf", "b.bcf"):
            simple_panel(self.folder / name)
        with Server(self.folder) as server:
            self.assertEqual(server.request(path_of("main", "a.bcf"))[0], 200)
            self.assertEqual(server.request("/v1/callsets/main~a~S1", "DELETE")[0], 200)
            self.assertEqual(server.request(path_of("main", "a.bcf"))[0], 404)
            self.assertEqual(server.request(path_of("main", "a.bcf.csi"))[0], 404)
            self.assertEqual({file["name"].split(".")[0] for file in server.get("/files")["files"]}, {"b"})

    def test_a_file_that_is_replaced_between_two_ranges_is_noticed(self):
        path = simple_panel(self.folder / "p.vcf.gz", 200)
        old = path.read_bytes()
        with Server(self.folder) as server:
            _, fields, body = server.request("/files/main/p.vcf.gz", headers={"Range": "bytes=0-99"})
            self.assertEqual(body, old[:100])
            other = simple_panel(self.folder.parent / "q.vcf.gz", 300)
            new = other.read_bytes()
            other.rename(path)
            for condition in (fields["ETag"], fields["Last-Modified"]):
                headers = {"Range": "bytes=100-", "If-Range": condition}
                if condition == fields["Last-Modified"] and condition == email.utils.formatdate(
                    int(path.stat().st_mtime), usegmt=True
                ):
                    continue  # replaced within one second, which a date cannot tell
                status, now, body = server.request("/files/main/p.vcf.gz", headers=headers)
                self.assertEqual((status, body), (200, new))
                self.assertNotEqual(now["ETag"], fields["ETag"])

    def test_a_file_that_shrinks_while_it_leaves_cuts_the_answer(self):
        path = self.folder / "g.fa"
        path.write_text(">1\n" + ("ACGT" * 15 + "\n") * 1_000_000)
        with Server(self.folder) as server:
            size = path.stat().st_size
            connection = server.connect()
            connection.request("GET", "/files/main/g.fa")
            answer = connection.getresponse()
            self.assertEqual(int(answer.headers["Content-Length"]), size)
            answer.read(1000)
            os.truncate(path, 5000)
            with self.assertRaises(Exception):
                while len(answer.read(1 << 20)) == 1 << 20:
                    pass
                raise AssertionError("ended early") if not answer.isclosed() else ConnectionError
            connection.close()

    def test_offsets_beyond_4_gb(self):
        path = self.folder / "big.fa"
        path.write_text(">1\nACGT\n")
        with Server(self.folder) as server:
            size = 5 << 30
            os.truncate(path, size)  # sparse
            with path.open("r+b") as file:
                file.seek(size - 10)
                file.write(b"0123456789")
            for field, expected in (
                (f"bytes={size - 10}-{size - 7}", b"0123"), ("bytes=-3", b"789"), (f"bytes={size - 12}-", b"\0\0" + b"0123456789"),
            ):
                status, fields, body = server.request("/files/main/big.fa", headers={"Range": field})
                self.assertEqual((status, body), (206, expected))
                self.assertTrue(fields["Content-Range"].endswith(f"/{size}"))
            _, fields, _ = server.request("/files/main/big.fa", "HEAD")
            self.assertEqual(int(fields["Content-Length"]), size)


class rights(CredentialsTest):
    def test_only_those_who_may_see_a_data_set_get_its_files(self):
        self.start()
        target = "/files/alpha/SecretChip.vcf.gz"
        for name, headers in (self.credentials() | {"beta": self.bearer("beta")}).items():
            for method in ("GET", "HEAD"):
                for path in (target, target + ".csi", "/files/alpha/SecretGenome.fa"):
                    answer = self.ask(method, path, [*headers, ("Range", "bytes=0-20")])
                    self.assertIn(answer[0], (400, 401, 404), (name, path))
                    self.assert_nothing_in((answer[0], "", answer[2]), name)
        for name in ("reader", "alpha", "admin"):
            status, fields, body = self.ask("GET", target, self.bearer(name))
            self.assertEqual((status, body), (200, (self.folder / "alpha" / "SecretChip.vcf.gz").read_bytes()))
            self.assertEqual(fields["Cache-Control"], "private, no-store")
        _, _, body = self.ask("GET", "/files", self.bearer("beta"))
        self.assertEqual({file["dataSet"] for file in json.loads(body)["files"]}, {"beta"})
        self.assert_nothing_in((200, "", body), "list")


if __name__ == "__main__":
    unittest.main()
