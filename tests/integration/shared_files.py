"""The real data sets beside the project, as far as bcftools accepts them, in folders of their own."""

import gzip
import shutil
import subprocess

import support
from support import SHARED_DATA, run

GENOME = SHARED_DATA / "fasta" / "htslib" / "ce.fa"
ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")


def has_records(path):
    """Whether bcftools accepts the file and some record is in it."""
    view = subprocess.run(["bcftools", "view", "-H", path], capture_output=True)
    return view.returncode == 0 and view.stdout.strip() != b""


def has_genotypes(path):
    """Whether bcftools accepts the file and some record has GT."""
    view = subprocess.run(["bcftools", "view", "-H", path], capture_output=True)
    if view.returncode != 0 or not support.samples_of(path):
        return False
    return any(
        b"GT" in line.split(b"\t")[8].split(b":")
        for line in view.stdout.splitlines()
        if line.count(b"\t") > 8
    )


def bgzipped(source, target):
    """The same text with an index-friendly compression."""
    if run("htsfile", source).find(b"BGZF") >= 0:
        target.write_bytes(source.read_bytes())
        return
    raw = source.read_bytes()
    text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    target.write_bytes(run("bgzip", "-c", input=text))


def is_sorted(path):
    """By bcftools' judgement. It fails to index two more files, whose headers promise shorter
    contigs than they have; calls need no CSI, so those are served."""
    index = path.with_name(path.name + ".try")
    done = subprocess.run(["bcftools", "index", "-f", "-o", index, path], capture_output=True)
    index.unlink(missing_ok=True)
    return b"not continuous" not in done.stderr and b"Unsorted" not in done.stderr


def write_text(source, folder):
    """None for a file that is none."""
    if source.name.endswith(".bcf"):
        return None
    target = folder / "text.vcf.gz"
    bgzipped(source, target)
    return target


def write_binary(source, folder):
    """None where bcftools cannot write it."""
    target = folder / "binary.bcf"
    command = ["bcftools", "view", "--no-version", "-Ob", "-o", target, source]
    if subprocess.run(command, capture_output=True).returncode == 0:
        return target
    target.unlink(missing_ok=True)
    return None


def collect(into, is_usable=has_genotypes, both=True):
    """[(data set, stem, path)] of what is sorted, and of the rest. Each is there as VCF.gz and as BCF,
    or as one of them by turns."""
    good, bad, seen = [], [], set()
    for source in sorted(SHARED_DATA.rglob("*")):
        if not source.name.endswith(ENDINGS) or not source.is_file():
            continue
        if "derived" in source.parts or not is_usable(source):
            continue
        digest = hash(source.read_bytes())
        if digest in seen:
            continue
        seen.add(digest)
        data_set = f"d{len(seen)}"
        folder = into / data_set
        folder.mkdir()
        writers = [write_text, write_binary] if len(seen) % 2 else [write_binary, write_text]
        written = 0
        for write in writers:
            if written and not both:
                break
            path = write(source, folder)
            if path is None:
                continue
            written += 1
            (good if is_sorted(path) else bad).append((data_set, path.name.split(".")[0], path))
    return good, bad


def reads_files():
    folders = [SHARED_DATA / name for name in ("reads", "human", "derived")]
    return sorted(p for folder in folders if folder.is_dir() for p in folder.rglob("*") if p.suffix in (".bam", ".cram"))


def wants_genome(path):
    """Most CRAM files here are of one genome, the others hold their own sequence."""
    return path.suffix == ".cram" and b"SN:CHROMOSOME_I\t" in run("samtools", "view", "-H", path)


def collect_reads(into, sources):
    """{set id: path} of those that samtools can index, each in a data set of its own, with the genome that it wants."""
    files = {}
    for number, source in enumerate(sources):
        folder = into / f"r{number}"
        folder.mkdir()
        target = folder / f"x{source.suffix}"
        shutil.copy(source, target)
        if wants_genome(target):
            shutil.copy(GENOME, folder)
        if subprocess.run(["samtools", "index", target], capture_output=True).returncode == 0:
            files[f"r{number}~x"] = target
        else:
            shutil.rmtree(folder)
    return files
