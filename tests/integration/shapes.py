"""VCF texts of odd shapes, as the specification or what people do permits: what a reader may take for granted of
most files holds for none of these."""

import random

HEAD = """##fileformat=VCFv4.3
##contig=<ID=1,length=100000000>
##contig=<ID=2>
##FILTER=<ID=q10,Description="Two  blanks,  and a comma">
##INFO=<ID=NOTE,Number=.,Type=String,Description="Anything">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depth of each allele">
##FORMAT=<ID=GL,Number=G,Type=Float,Description="Likelihoods">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Filters">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">
"""
RECORDS = 48


def text(samples, records, end="\n", head=HEAD):
    """`records` are (ALT, keys, [cell]) or (ALT, keys, [cell], INFO); places and names come by themselves."""
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    lines = ["\t".join(columns + (["FORMAT", *samples] if samples else []))]
    for number, (alt, keys, cells, *info) in enumerate(records):
        contig = "1" if number < len(records) * 2 // 3 else "2"
        name = f"rs{number}" if number % 3 else "."
        # Every fifth stands where the one before it does.
        place = 1 + 7 * (number - (number % 5 == 4))
        fixed = [contig, str(place), name, "A", alt, "." if number % 4 else "30.5", "PASS", *(info or ["."])]
        lines.append("\t".join(fixed + ([keys, *cells] if samples else [])))
    return head + "\n".join(lines) + end


def names(count):
    return [f"S{i}" for i in range(count)]


def alternatives(count):
    """That many alleles beside REF, each another one."""
    return ",".join("ACGT"[i % 4] + "T" * (i // 4 + 1) for i in range(count))


class Shapes:
    """Makes all of them; the same ones every time."""

    def __init__(self):
        self.chance = random.Random(7)

    def cell(self, ploidy, alleles, separators="|", missing=0.0):
        """One genotype; `missing` is how often an allele is not known."""
        pick = lambda: "." if self.chance.random() < missing else str(self.chance.randrange(alleles))
        out = pick()
        for _ in range(ploidy - 1):
            out += self.chance.choice(separators) + pick()
        return out

    def genotypes(self, samples, *cell, alternative="C,G", records=RECORDS):
        rows = [(alternative, "GT", [self.cell(*cell) for _ in range(samples)]) for _ in range(records)]
        return text(names(samples), rows)

    def of_any_ploidy(self, samples):
        ploidies = (1, 2, 2, 2, 3, 4, 6)
        rows = []
        for number in range(RECORDS):
            of = [2] if number % 3 == 0 else ploidies
            cells = [self.cell(self.chance.choice(of), 3, "|/", 0.1) for _ in range(samples)]
            rows.append(("C,G", "GT", cells))
        return text(names(samples), rows)

    def holes(self, samples):
        """Plain rows in which a few genotypes are of another kind, at any place."""
        rows = []
        for number in range(RECORDS):
            cells = [self.cell(2, 2) for _ in range(samples)]
            for odd in (".", "./.", ".|.", "0", "1/0", "0|.", "./1", "1|0|1")[: number % 9]:
                cells[self.chance.randrange(samples)] = odd
            rows.append(("C", "GT", cells))
        return text(names(samples), rows)

    def value(self, key, alleles):
        number = lambda: str(self.chance.randrange(1, 300))
        return {
            "GT": lambda: self.cell(2, alleles, "|/", 0.1),
            "DP": number,
            "GQ": lambda: self.chance.choice([number(), "."]),
            "AD": lambda: ",".join(number() for _ in range(alleles)),
            "GL": lambda: ",".join(f"-{number()}.25" for _ in range(alleles * (alleles + 1) // 2)),
            "FT": lambda: self.chance.choice(["PASS", "q10", "."]),
            "PS": number,
        }[key]()

    def fields(self, samples, keys_of, drop=False):
        """`keys_of` is the FORMAT of each record in turn; `drop` leaves fields off at the end, as one may."""
        rows = []
        for number in range(RECORDS):
            keys = keys_of[number % len(keys_of)].split(":")
            cells = []
            for _ in range(samples):
                values = [self.value(key, 2) for key in keys]
                cells.append(":".join(values[: self.chance.randint(1, len(keys))] if drop else values))
            rows.append(("C", ":".join(keys), cells))
        return text(names(samples), rows)

    def long_lines(self):
        """Lines of which one does not fit into a BGZF block, or into several."""
        rows = []
        for number in range(12):
            alt = "C" if number % 3 else "C" * 70_000
            note = "NOTE=" + "x" * (90_000 * (number % 2))
            rows.append((alt, "GT:FT", [f"{self.cell(2, 2)}:{'f' * 9000 * (s % 2)}." for s in range(20)], note))
        return text(names(20), rows)

    def spaced(self):
        """Blanks where the specification lets them be, and no end of the last line."""
        people = ["first one", " second", "third ", "4  th", "ünï cødé"]
        rows = [("C", "GT:DP", [f"{self.cell(2, 2)}:{s}" for s in range(5)], "NOTE=a b,c  d") for _ in range(RECORDS)]
        return text(people, rows, end="", head=HEAD.replace("VCFv4.3\n", "VCFv4.3\n##note= of  somebody \n"))

    def all(self):
        """{name: text}"""
        out = {f"ploidy{n}": self.genotypes(37, n, 3) for n in (1, 2, 3, 4, 6)}
        out |= {f"ploidy{n}-mixed": self.genotypes(37, n, 3, "|/", 0.1) for n in (1, 2, 3, 4, 6)}
        # About the widths of registers, and of what is read at once.
        out |= {f"width{n}": self.genotypes(n, 2, 2, records=20) for n in (1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65)}
        out |= {f"unphased{n}": self.genotypes(n, 2, 2, "/", records=20) for n in (16, 63, 100)}
        out |= {
            "any-ploidy": self.of_any_ploidy(50),
            "holes": self.holes(150),
            "all-missing": self.genotypes(20, 2, 1, "/", 1.0),
            "alleles9": self.genotypes(40, 2, 9, alternative=alternatives(8)),
            "alleles12": self.genotypes(40, 2, 12, "|/", 0.05, alternative=alternatives(11)),
            "alleles120": self.genotypes(40, 2, 120, "|/", 0.05, alternative=alternatives(119)),
            "alleles120-ploidy4": self.genotypes(20, 4, 120, "/", 0.05, alternative=alternatives(119)),
            "no-alternative": self.genotypes(30, 2, 1, alternative="."),
            "symbolic": self.genotypes(30, 2, 3, alternative="<DEL>,*"),
            "no-gt": self.fields(12, ["DP:GQ"]),
            "gt-not-first": self.fields(30, ["DP:GT", "DP:GT:GQ", "FT:GT"]),
            "formats": self.fields(30, ["GT", "GT:DP", "DP", "GT:AD:DP:GQ:GL", "GQ:FT", "GT:FT:PS"]),
            "deep": self.fields(30, ["GT:AD:DP:GQ:GL:FT:PS"]),
            "dropped": self.fields(30, ["GT:AD:DP:GQ", "GT:DP:FT", "DP:GT:GQ"], drop=True),
            "one-sample": self.fields(1, ["GT", "GT:DP"]),
            "no-samples": text([], [("C", "", [])] * RECORDS),
            "no-records": text(names(5), []),
            "one-record": self.genotypes(5, 2, 2, records=1),
            "many-samples": self.genotypes(3000, 2, 2, records=14),
            "many-samples-mixed": self.genotypes(3000, 2, 3, "|/", 0.02, records=6),
            "long-lines": self.long_lines(),
            "spaced": self.spaced(),
        }
        return out
