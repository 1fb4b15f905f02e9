"""A FASTA file of one synthetic sequence, plain and packed, kept beside the panels."""

import pathlib
import random
import shutil
import tempfile

from harness.programs import run_program

VERSION = 1  # of the letters: whoever changes them raises it, so that no old file is taken for a new one
NAME = "s1"
LINE = 60
# A byte of chance becomes a letter; genomes have repeats in lower case.
UPPER, LOWER = b"ACGT" * 64, b"acgt" * 64
STRETCH_MAX = 600
GAP = b"N" * 10_000
GAP_EVERY = 1000  # stretches


def letters(length, seed=1):
    """Upper and lower case in turn, in stretches of random length; 3 % are gaps of N."""
    chance = random.Random(seed)
    pieces, made = [], 0
    while made < length:
        if chance.randrange(GAP_EVERY) == 0:
            pieces.append(GAP)
        else:
            stretch = chance.randbytes(chance.randint(1, STRETCH_MAX))
            pieces.append(stretch.translate(LOWER if len(pieces) % 2 else UPPER))
        made += len(pieces[-1])
    return b"".join(pieces)[:length]


def make(folder, length):
    """`sequence.fa` and `sequence.fa.gz`, and beside each the indexes that samtools wants."""
    plain = folder / "sequence.fa"
    text = letters(length)
    with open(plain, "wb") as out:
        out.write(b">" + NAME.encode() + b"\n")
        out.writelines(text[at:at + LINE] + b"\n" for at in range(0, length, LINE))
    run_program(["bgzip", "--keep", plain])
    for file in (plain, folder / "sequence.fa.gz"):
        run_program(["samtools", "faidx", file])


def cached_sequence(cache, length):
    """Paths of the plain and of the packed file; made when they are not there."""
    folder = pathlib.Path(cache) / f"sequence{VERSION}-b{length}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = pathlib.Path(tempfile.mkdtemp(prefix="sequence-", dir=folder.parent))
        try:
            make(making, length)
            making.rename(folder)  # whole, or not there
        except BaseException:
            shutil.rmtree(making)
            raise
    return folder / "sequence.fa", folder / "sequence.fa.gz"
