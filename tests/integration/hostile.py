"""Files that are damaged, or made to hurt, and how a server answers over them."""

import http.client
import json
import os
import random
import struct
import zlib

import support
from support import calls_path

# By hand: CALLSTREAM_TEST_DAMAGE=10 sweeps ten times as long.
FACTOR = int(os.environ.get("CALLSTREAM_TEST_DAMAGE", "1"))
SEED = 20260131


def bgzf_block(content, level=6):
    """One block; without content it is the end-of-file block. Level 0 makes sizes predictable."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = deflate.compress(content) + deflate.flush()
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(packed) + 25)
    return head + packed + struct.pack("<II", zlib.crc32(content), len(content))


END = bgzf_block(b"")


def bgzf(content, block_bytes=0xFF00, level=6):
    """A whole file in blocks of that much content."""
    pieces = range(0, len(content), block_bytes)
    return b"".join(bgzf_block(content[at : at + block_bytes], level) for at in pieces) + END


def empty_blocks(size):
    """Blocks without content that take exactly this many bytes: 140 to 65,000."""
    count = next(n for n in range(1, 6) if (size - n * len(END)) % 5 == 0)
    nothing = b"\0\0\0\xff\xff"  # a piece of a deflate stream that holds nothing
    body = nothing * ((size - count * len(END)) // 5) + b"\x03\0"
    wide = END[:16] + struct.pack("<H", len(body) + 25) + body + bytes(8)
    return wide + END * (count - 1)


def block_edges(packed):
    """Where each block starts."""
    edges, at = [], 0
    while at < len(packed):
        edges.append(at)
        at += struct.unpack_from("<H", packed, at + 16)[0] + 1
    return edges


def gunzip(packed):
    out = b""
    while packed:
        inflate = zlib.decompressobj(31)
        out += inflate.decompress(packed)
        packed = inflate.unused_data
    return out


def flips(data, count, seed=SEED):
    """`data` with one byte changed, `count` times."""
    dice = random.Random(seed)
    for _ in range(count):
        changed = bytearray(data)
        changed[dice.randrange(len(data))] ^= dice.randrange(1, 256)
        yield bytes(changed)


def vcf_text(records, samples=("S0", "S1"), head=support.VCF_HEAD):
    """Text of a VCF whose record lines are given."""
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    return (head + "\t".join(columns) + "\n" + "".join(line + "\n" for line in records)).encode()


def record(position, contig="1", alt="C", filters=".", info=".", keys="GT", cells=("0|1", "1/1")):
    fixed = [contig, str(position), ".", "A", alt, ".", filters, info, keys]
    return "\t".join([*fixed, *cells])


def genotypes(lines):
    return [line["genotypeValue"] for line in lines if "genotypeValue" in line]


def outcome(server, call_set):
    """How the answer with all calls of a call set ends: ("whole", genotypes), ("cut", None) or
    ("refused", status). A whole answer must say so itself and count what it sent."""
    connection = server.connect(timeout=60)
    try:
        connection.request("GET", calls_path(call_set), headers={"Accept": "application/x-ndjson"})
        answer = connection.getresponse()
        if answer.status != 200:
            answer.read()
            return "refused", answer.status
        body = answer.read()
    except (http.client.IncompleteRead, ConnectionResetError):
        return "cut", None
    finally:
        connection.close()
    lines = [json.loads(line) for line in body.splitlines()]
    values = genotypes(lines)
    if lines[-1] != {"complete": True, "count": len(values)}:
        raise AssertionError(f"an answer that ended cleanly is not complete: {lines[-1]}")
    return "whole", values


def problems(server):
    return {p["file"]: p["problem"] for p in server.get("/ready")["problems"]}


class bcf_file:
    """The content of a BCF, to be changed byte by byte (VCF specification 4.3, section 6.3.1)."""

    def __init__(self, path):
        self.content = gunzip(path.read_bytes())
        self.records = 9 + struct.unpack_from("<I", self.content, 5)[0]

    def with_bytes(self, offset, new):
        """Packed, with `new` at this offset behind the header."""
        at = self.records + offset
        return bgzf(self.content[:at] + new + self.content[at + len(new) :])

    def split_records(self):
        """The header, then record by record."""
        parts, at = [self.content[: self.records]], self.records
        while at < len(self.content):
            size = 8 + sum(struct.unpack_from("<II", self.content, at))
            parts.append(self.content[at : at + size])
            at += size
        return parts

    def individual(self):
        """Offset, behind the header, of the FORMAT part of the first record."""
        return 8 + struct.unpack_from("<I", self.content, self.records)[0]
