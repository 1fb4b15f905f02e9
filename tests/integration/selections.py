"""Selections of variants: through every endpoint that takes them, and as bcftools makes them."""

import itertools
import random

import matrices
import support
from support import run

ENDPOINTS = ("variants", "calls", "allelematrix")


def walk_items(server, target, size, **parameters):
    """All items by token; checks what every page says of itself, and of the one before it."""
    items, token, before = [], None, None
    while True:
        page = server.get(target, pageSize=size, pageToken=token, **parameters)
        data, pagination = page["result"]["data"], page["metadata"]["pagination"]
        assert pagination["pageSize"] == size and len(data) <= size, pagination
        assert (pagination["prevPageToken"] is None) == (not items), pagination
        if before is not None:
            back = server.get(target, pageSize=size, pageToken=pagination["prevPageToken"], **parameters)
            assert back["result"]["data"] == before
        items, before, token = items + data, data, pagination["nextPageToken"]
        if token is None:
            assert pagination["totalCount"] == len(items), pagination
            assert pagination["totalPages"] == -(-len(items) // size), pagination
            return items
        assert len(data) == size


def numbered_items(server, target, size, **parameters):
    """All items by the numbers of the pages, until an empty one."""
    items = []
    for number in itertools.count():
        page = server.get(target, pageSize=size, page=number, **parameters)
        assert page["metadata"]["pagination"]["currentPage"] == number
        if not page["result"]["data"]:
            assert page["metadata"]["pagination"]["totalCount"] == len(items)
            return items
        items += page["result"]["data"]


def variant_ids(server, endpoint, parameters, size):
    """Of a GET, in pages; calls are those of one call set or more, and name each variant in turn."""
    target = f"/brapi/v2/{endpoint}"
    if endpoint == "allelematrix":
        return matrices.walk(server, size, 1000, **parameters).variants
    items = walk_items(server, target, size, **parameters)
    assert items == numbered_items(server, target, size, **parameters)
    lines = server.ndjson(target, **parameters)
    assert lines[1:-1] == items and lines[-1] == {"complete": True, "count": len(items)}
    return [name for name, _ in itertools.groupby(item["variantDbId"] for item in items)]


def found_ids(server, endpoint, body, size):
    """Of a search, in pages."""
    kept = server.search(endpoint, body)
    target = f"/brapi/v2/search/{endpoint}/{kept}"
    if endpoint == "allelematrix":
        names, page = [], 0
        while True:
            found = matrices.of_result(server.get(
                target, dimensionVariantPage=page, dimensionVariantPageSize=size, dimensionCallSetPageSize=1
            )["result"])
            if not found.variants:
                return names
            names, page = names + found.variants, page + 1
    items = walk_items(server, target, size)
    return [name for name, _ in itertools.groupby(item["variantDbId"] for item in items)]


class Numbered:
    """A file as text whose records bear their number as ID, without what INFO says of the counts.
    Nothing is phased: bcftools counts `1|.` as missing only when it is `1/.`."""

    def __init__(self, path, set_id, folder):
        self.path = folder / "numbered.vcf"
        text = run("bcftools", "annotate", "-x", "INFO/AC,INFO/AN,INFO/AF", path)
        lines, self.ids, previous, number = [], [], None, 0
        for line in text.decode(errors="surrogateescape").splitlines():
            if not line.startswith("#"):
                contig, position, _, rest = line.split("\t", 3)
                number = number + 1 if (contig, position) == previous else 1
                previous = (contig, position)
                line = f"{contig}\t{position}\t{len(self.ids)}\t{rest}".replace("|", "/")
                self.ids.append(f"{set_id}~{support.encode_id(contig)}~{position}~{number}")
            lines.append(line + "\n")
        self.path.write_text("".join(lines), errors="surrogateescape")

    def select(self, expression, *options):
        """The variants that it chooses."""
        out = run("bcftools", "query", "-f", "%ID\\n", "-i", expression, *options, self.path)
        return [self.ids[int(number)] for number in out.split()]


def random_panel(path, ploidies, seed, variants=150, samples=16):
    """A panel with every kind of missing and of multi-allelic genotypes; `ploidies` are chosen from."""
    dice = random.Random(seed)
    rows, position = [], 0
    for number in range(variants):
        position += dice.choice([0, 1, 3, 500])
        contig = "1" if number < variants * 2 // 3 else "2"
        if number == variants * 2 // 3:
            position = 1
        ref = dice.choice(["A", "A", "ACG", "A" * 40])
        alt = ",".join(dice.sample(["C", "G", "T", "AT", "AC"], dice.choice([1, 1, 1, 2, 3])))
        alt = dice.choice([alt] * 12 + ["."])
        count = 1 + (0 if alt == "." else 1 + alt.count(","))
        common, missing = dice.random(), dice.choice([0, 0.05, 0.4, 1])
        cells = [
            random_genotype(dice, dice.choice(ploidies), count, common, missing) for _ in range(samples)
        ]
        name = dice.choice([".", f"rs{number}", f"rs{number};alias{number}"])
        rows.append((contig, max(position, 1), name, ref, alt, "GT", cells))
    return support.write_vcf(path, rows, [f"S{n}" for n in range(samples)])


def random_genotype(dice, ploidy, alleles, common, missing):
    """`common` is how often it is REF, `missing` how often a sample misses an allele or all."""
    if dice.random() < missing / 2:
        return dice.choice([".", "/".join("." * ploidy)])
    drawn = [
        "." if dice.random() < missing / 4
        else "0" if dice.random() < common else str(dice.randrange(alleles))
        for _ in range(ploidy)
    ]
    text = drawn[0]
    for one in drawn[1:]:
        text += dice.choice("/|") + one
    return text
