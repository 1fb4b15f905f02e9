"""Allele matrices: reading them page by page, and what bcftools reads from the same file."""

import dataclasses
import re

import support
from support import run

PATH = "/brapi/v2/allelematrix"
# Those that bcftools and we are compared in, where a file declares them.
FIELDS = ("DP", "GQ", "AD", "PL", "GL")


@dataclasses.dataclass
class Matrix:
    """`cells` is {abbreviation: rows}."""

    variants: list
    call_sets: list
    cells: dict


def of_result(result):
    cells = {m["dataMatrixAbbreviation"]: m["dataMatrix"] for m in result["dataMatrices"]}
    return Matrix(result["variantDbIds"], result["callSetDbIds"], cells)


def ask(server, **parameters):
    """One page."""
    return of_result(server.get(PATH, **parameters)["result"])


def search(server, body, **parameters):
    """One page of a search that is kept."""
    kept = server.search("allelematrix", body)
    return of_result(server.get(f"/brapi/v2/search/allelematrix/{kept}", **parameters)["result"])


def of_lines(lines):
    """From NDJSON."""
    head, *rows, last = lines
    assert last == {"complete": True, "count": len(rows)}, last
    names = [name for name in rows[0] if name != "variantDbId"] if rows else []
    return Matrix(
        [row["variantDbId"] for row in rows],
        head["result"]["callSetDbIds"],
        {name: [row[name] for row in rows] for name in names},
    )


def walk(server, rows, columns, **parameters):
    """All pages of `rows` by `columns`, put together; checks what each says of itself."""
    whole = None
    page = 0
    while whole is None or page * rows < whole[0]:
        strip, whole = walk_strip(server, rows, columns, page, **parameters)
        if page == 0:
            out = strip
        else:
            assert strip.call_sets == out.call_sets
            out.variants += strip.variants
            for name, cells in strip.cells.items():
                out.cells[name] += cells
        page += 1
    assert (len(out.variants), len(out.call_sets)) == whole, whole
    return out


def walk_strip(server, rows, columns, page, **parameters):
    """The pages of some rows, and how many rows and columns there are in all."""
    out, whole, at = None, (0, 1), 0
    while out is None or at * columns < whole[1]:
        result = server.get(
            PATH, dimensionVariantPage=page, dimensionVariantPageSize=rows, dimensionCallSetPage=at,
            dimensionCallSetPageSize=columns, **parameters,
        )["result"]
        whole = totals(result["pagination"], (page, rows), (at, columns))
        piece = of_result(result)
        if out is None:
            out = piece
        else:
            assert piece.variants == out.variants
            out.call_sets += piece.call_sets
            for name, cells in piece.cells.items():
                for row, more in zip(out.cells[name], cells, strict=True):
                    row += more
        at += 1
    return out, whole


def totals(pagination, *pages):
    counts = []
    for said, name, (page, size) in zip(pagination, ("VARIANTS", "CALLSETS"), pages, strict=True):
        count = said["totalCount"]
        assert said == {
            "dimension": name, "page": page, "pageSize": size, "totalCount": count,
            "totalPages": -(-count // size),
        }, said
        counts.append(count)
    return tuple(counts)


def odd_page(count):
    """A size of which `count` is no multiple, where there is one, for about three pages."""
    size = count // 3 + 1
    return size if count % size or size == 1 else size + 1


@dataclasses.dataclass
class Record:
    """What bcftools says of one: `cells` is {tag: a text per column}."""

    place: str  # contig~position~number, as in ids
    contig: str
    start: int  # 1-based
    end: int
    alleles: list
    is_called: bool  # whether any of all samples has a genotype
    cells: dict


def declared(path):
    """The FORMAT fields of a header."""
    text = run("bcftools", "view", "-h", path).decode(errors="surrogateescape")
    return re.findall(r"^##FORMAT=<ID=([^,>]+)", text, re.MULTILINE)


def records(path, tags, columns, *options):
    """As bcftools reads them, samples by their numbers. The first tag is GT, or TGT."""
    cells = "".join(f"\\t%{tag}" for tag in tags)
    head = "%CHROM\\t%POS\\t%END\\t%REF\\t%ALT"
    out = run("bcftools", "query", "-f", f"{head}[{cells}]\\n", *options, path)
    found, previous, number, width = [], None, 0, len(tags)
    for line in out.decode(errors="surrogateescape").split("\n")[:-1]:
        contig, start, end, ref, alt, *texts = line.split("\t")
        number = number + 1 if (contig, start) == previous else 1
        previous = (contig, start)
        found.append(Record(
            f"{support.encode_id(contig)}~{start}~{number}", contig, int(start), int(end),
            [ref, *alt.split(",")], set(texts[::width]) != {"."},
            {tag: [texts[c * width + i] for c in columns] for i, tag in enumerate(tags)},
        ))
    return found


def bases(genotype, alleles):
    """As bcftools prints TGT; alleles that are not there are unknown."""
    there = alleles[:1] if alleles[1:] == ["."] else alleles
    return re.sub(r"\d+", lambda index: dict(enumerate(there)).get(int(index[0]), "."), genotype)


def names_no_allele(record):
    """Whether some genotype is of an allele that the record does not have."""
    count = len(record.alleles) - (record.alleles[1:] == ["."])
    return any(int(index) >= count for text in record.cells["GT"] for index in re.findall(r"\d+", text))


def dosage(genotype):
    """How many alleles are not REF; unknown when one is missing."""
    alleles = re.split(r"[/|]", genotype)
    return "." if "." in alleles else str(sum(allele != "0" for allele in alleles))


def same_value(mine, theirs):
    """bcftools prints six digits of a float, we print all of them."""
    if mine == theirs:
        return True
    ours, others = mine.split(","), theirs.split(",")
    return len(ours) == len(others) and all(map(same_number, ours, others))


def same_number(mine, theirs):
    if mine == theirs:
        return True
    try:
        return abs(float(mine) - float(theirs)) <= max(abs(float(theirs)) * 1e-5, 1e-37)
    except ValueError:
        return False
