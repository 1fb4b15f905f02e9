"""No file can crash, hang or fill the server: content that is sound BGZF and made to hurt."""

import os
import pathlib
import struct
import subprocess
import sys
import time
import unittest

import hostile
import support
from hostile import bgzf, outcome, problems, record, vcf_text
from support import SANITIZED, FolderTest, Server, simple_panel

MIB = 1 << 20


def repeated(content, times):
    """BGZF of many copies without holding them; `content` is at most one block."""
    return hostile.bgzf_block(content) * times


def numbered(before, count, after="\n"):
    return "".join(f"{before}{i}{after}" for i in range(count))


class bombs(FolderTest):
    """A few kilobytes, or megabytes, that would take gigabytes or hours."""

    MEMORY_MIB = 700

    def files(self):
        """Name -> (bytes of the file, what the reason says)."""
        text = vcf_text([])
        block = b"x" * 65536
        head = hostile.bgzf_block(text)
        meta = support.VCF_HEAD
        line = (record(10) + "\n").encode()
        plain = (meta + numbered("##a", 400_000, "=1\n")).encode()
        index = vcf_text([record(10)], head=meta + "##contig=<ID=9,IDX=2000000000>\n")
        filters = ";".join(f"f{i}" for i in range(1_000_000))
        names = [f"F{i}" for i in range(150)]
        declared = "".join(f'##FORMAT=<ID={n},Number=1,Type=String,Description="d">\n' for n in names)
        wide = [":".join("x" * 30_000 if f == s else "." for f in range(150)) for s in range(150)]
        fields = vcf_text(
            [record(10, keys=":".join(names), cells=wide)],
            [f"S{i}" for i in range(150)],
            meta + declared,
        )
        many = vcf_text([record(10, contig=f"u{i}") for i in range(20_000)])
        gigabyte = 64 if SANITIZED else 16_384
        return {
            "line": (head + hostile.bgzf_block(b"1\t5\t") + repeated(block, max(gigabyte, 2100)) + hostile.END,
                     "a line is longer than 128 MiB"),
            "header-line": (hostile.bgzf_block(meta.encode() + b"##x=") + repeated(block, 4800) + hostile.END,
                            "a line is longer than 256 MiB"),
            "header": (hostile.bgzf_block(meta.encode())
                       + repeated(b"##x=" + b"y" * 60_000 + b"\n", 5300) + hostile.END,
                       "header"),
            "plain-lines": (bgzf(plain + text), "10000 header lines"),
            "numbers": (bgzf(index), "IDX="),
            "filters": (bgzf(vcf_text([record(10, filters=filters)])), "too many entries"),
            "info": (bgzf(vcf_text([record(10, info=filters)])), "too many entries"),
            "fields": (bgzf(fields), "too wide"),
            "undeclared": (bgzf(many), "not declared"),
            "alleles": (bgzf(vcf_text([record(10, alt=",".join(["C"] * 70_000))])), "a record"),
            "ploidy": (
                bgzf(vcf_text([record(10, cells=("/".join(["0"] * 500_000), "."))])),
                "more than 4096 alleles",
            ),
            "value": (
                bgzf(vcf_text([record(10, keys="NT", cells=("x" * 50_000_000, "."))])),
                "a value is longer than 4 MiB",
            ),
            "no-end": (head + hostile.bgzf_block(line * 100), "cut off"),
        }

    def binary_files(self):
        simple_panel(self.folder.parent / "p.bcf", 3)
        bcf = hostile.bcf_file(self.folder.parent / "p.bcf")
        huge = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
        return {
            "claim": (bcf.with_bytes(0, huge), "longer than 128 MiB"),
            "claim-shared": (bcf.with_bytes(0, struct.pack("<I", 100 * MIB)), "ends within a record"),
            "claim-header": (bgzf(b"BCF\2\2" + struct.pack("<I", 0xFFFFFFFF)), "256 MiB"),
            "claim-header-text": (bgzf(b"BCF\2\2" + struct.pack("<I", 200 * MIB) + b"##fileformat=VCFv4.2\n"), ""),
        }

    def test_are_refused_by_name_in_bounded_memory_and_time(self):
        reasons = {}
        for ending, files in (("vcf.gz", self.files()), ("bcf", self.binary_files())):
            for name, (data, reason) in files.items():
                (self.folder / f"{name}.{ending}").write_bytes(data)
                reasons[f"{name}.{ending}"] = reason
        simple_panel(self.folder / "good.bcf", 100)
        sizes = sum(path.stat().st_size for path in self.folder.iterdir())
        begun = time.monotonic()
        with Server(self.folder, wait=False) as server:
            started = time.monotonic() - begun
            self.assertEqual(len(outcome(server, "main~good~S1")[1]), 100)
            server.wait_until_indexed(300)
            ended = time.monotonic() - begun
            self.assertEqual(len(outcome(server, "main~good~S1")[1]), 100)
            named = problems(server)
            self.assertEqual(set(named), set(reasons))
            for name, reason in reasons.items():
                self.assertIn(reason, named[name], name)
            self.assertEqual(server.get("/ready")["variantSets"], 1)
            peak = server.memory_kib("VmHWM") / 1024
            self.assertLess(max(map(len, server.log_text().splitlines())), 1000)
        print(
            f"{len(reasons)} bombs, {sizes / MIB:.1f} MiB: answers after {started:.1f} s,"
            f" all refused after {ended:.1f} s, {peak:.0f} MiB at most",
            file=sys.stderr,
        )
        if not SANITIZED:
            self.assertLess(peak, self.MEMORY_MIB)

    def test_cut_the_answer_when_it_is_asked_for_before_they_are_found(self):
        records = [record(10 * i + 10) for i in range(2000)]
        text = vcf_text([*records, record(30_000, filters=";".join(f"f{i}" for i in range(100_000)))])
        (self.folder / "late.vcf.gz").write_bytes(bgzf(text))
        (self.folder / "first.vcf.gz").write_bytes(
            hostile.bgzf_block(vcf_text([]) + b"1\t5\t") + repeated(b"x" * 65536, 2100) + hostile.END
        )
        with Server(self.folder, wait=False) as server:
            for name in ("late", "first"):
                how, _ = outcome(server, f"main~{name}~S0")
                self.assertIn(how, ("cut", "refused"), name)
            server.wait_until_indexed()
            self.assertEqual(set(problems(server)), {"late.vcf.gz", "first.vcf.gz"})


class odd_files(FolderTest):
    """What test_lifecycle.py does not have."""

    def test_are_named_and_the_rest_is_served(self):
        again = [record(10), record(20, contig="2"), record(30)]
        (self.folder / "contig-again.vcf.gz").write_bytes(bgzf(vcf_text(again)))
        twice = vcf_text([record(10)], ["S0", "S0"])
        (self.folder / "sample-twice.vcf.gz").write_bytes(bgzf(twice))
        (self.folder / "header-only-gzip.vcf.gz").write_bytes(b"\x1f\x8b\x08\x04")
        (self.folder / "only-the-end.vcf.gz").write_bytes(hostile.END)
        (self.folder / "no-length.bcf").write_bytes(bgzf(b"BCF\2\2"))
        (self.folder / "loop.bcf").symlink_to("loop2.bcf")
        (self.folder / "loop2.bcf").symlink_to("loop.bcf")
        (self.folder / "itself.vcf.gz").symlink_to("itself.vcf.gz")
        (self.folder / "zero.bcf").symlink_to("/dev/zero")
        (self.folder / "terminal.bcf").symlink_to("/dev/tty")
        os.mkfifo(self.folder / "pipe.vcf.gz")
        (self.folder / "two\nlines.bcf").write_bytes(b"")
        (self.folder / os.fsdecode(b"latin-\xe9.bcf")).write_bytes(b"")
        simple_panel(self.folder / "p.bcf", 5)
        os.mkfifo(self.folder / "p.bcf.csi")
        expected = {
            "contig-again.vcf.gz": "1:30 comes too late",
            "sample-twice.vcf.gz": "sample S0 twice",
            "header-only-gzip.vcf.gz": "compressed",
            "only-the-end.vcf.gz": "neither VCF nor BCF|not a BGZF-compressed VCF",
            "no-length.bcf": "header",
            "loop.bcf": "not a regular file",
            "loop2.bcf": "not a regular file",
            "itself.vcf.gz": "not a regular file",
            "zero.bcf": "not a regular file",
            "terminal.bcf": "not a regular file",
            "pipe.vcf.gz": "not a regular file",
            "two\nlines.bcf": "not compressed",
            "latin-\ufffd.bcf": "not compressed",
        }
        with Server(self.folder) as server:
            named = problems(server)
            self.assertEqual(set(named), set(expected))
            for name, reason in expected.items():
                self.assertRegex(named[name], reason, name)
            self.assertEqual(outcome(server, "main~p~S1")[0], "whole")
            for line in server.log_text().splitlines():
                self.assertFalse(line.startswith("lines.bcf"), "a file name breaks the log")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_file_without_permission_is_named(self):
        simple_panel(self.folder / "p.bcf", 5).chmod(0)
        with Server(self.folder) as server:
            self.assertIn("Permission denied", problems(server)["p.bcf"])


class edited_bcf(FolderTest):
    """Records whose counts and keys do not fit the header: refused, or as bcftools reads them."""

    # What bcftools prints all the same, and why we do not.
    STRICTER = {
        "position2147483647": "the next record stands before it",
        "format-key-21": "a key that is a list of two numbers",
        "format-type-27": "GT as text, which bcftools only logs, and prints no genotype",
    }

    def versions(self):
        """Name -> bytes of a BCF with one number changed in its first record."""
        path = simple_panel(self.folder.parent / "p.bcf", 50)
        bcf = hostile.bcf_file(path)
        at = bcf.individual()
        number = lambda n, form="<i": struct.pack(form, n)
        yield "sound", bcf.with_bytes(0, b"")
        for name, offset, values in (
            ("shared-length", 0, (0, 23, 24, 25, 1000)),
            ("individual-length", 4, (0, 1, 5, 1000)),
            ("contig", 8, (-1, 2, 99, 2**31 - 1, -(2**31))),
            ("position", 12, (-1, -2, -(2**31), 2**31 - 1)),
            ("covered", 16, (-1, 0, 2**31 - 1, -(2**31))),
            ("info-and-alleles", 24, (0, 1, 0xFFFF, 2 << 16 | 1, 1 << 16, 3 << 16, -1)),
            ("samples-and-fields", 28, (0, 2, 3, 4, 0xFFFFFF, 1 << 24 | 4, 2 << 24 | 3, 0xFF << 24 | 3 - 2**32, -1)),
        ):
            for value in values:
                yield f"{name}{value}", bcf.with_bytes(offset, number(value))
        for key in (b"\x11\xff", b"\x11\x7f", b"\x12\x28\x23", b"\x13\xff\xff\xff\x7f", b"\x21", b"\x17", b"\x00"):
            yield f"format-key-{key.hex()}", bcf.with_bytes(at, key)
        for kind in (b"\x21", b"\x22", b"\x25", b"\x27", b"\x20", b"\x24", b"\xf1", b"\xf1\x13\xff\xff\xff\x7f"):
            yield f"format-type-{kind.hex()}", bcf.with_bytes(at + 2, kind)
        for value in (b"\x80", b"\x81", b"\xff", b"\x7f", b"\x01"):
            yield f"allele-{value.hex()}", bcf.with_bytes(at + 3, value)

    def test_is_refused_or_served_as_bcftools_reads_it(self):
        versions = dict(self.versions())
        for number, (name, data) in enumerate(versions.items()):
            (self.folder / f"e{number}.bcf").write_bytes(data)
        counts = {"refused by both": 0, "equal": 0, "refused by us alone": 0}
        with Server(self.folder) as server:
            named = problems(server)
            for number, name in enumerate(versions):
                path = self.folder / f"e{number}.bcf"
                view = subprocess.run(["bcftools", "view", "-H", path], capture_output=True)
                query = subprocess.run(
                    ["bcftools", "query", "-f", "%CHROM:%POS[\t%GT]\n", path], capture_output=True
                )
                theirs = view.returncode == 0 and query.returncode == 0
                how, values = outcome(server, f"main~e{number}~S1")
                if path.name in named:
                    self.assertEqual(how, "refused", name)
                    self.assertEqual(theirs, name in self.STRICTER, name)
                    counts["refused by us alone" if theirs else "refused by both"] += 1
                    continue
                self.assertTrue(theirs, f"{name} is served, and bcftools refuses it")
                rows = [line.split("\t") for line in query.stdout.decode().splitlines()]
                self.assertEqual(values, [support.render(row[2]) for row in rows], name)
                counts["equal"] += 1
        print(f"{len(versions)} edited BCFs: {counts}", file=sys.stderr)
        self.assertGreater(counts["refused by both"], 20)
        self.assertGreater(counts["equal"], 5)


if __name__ == "__main__":
    unittest.main()
