"""How much is measured: the full run fits ten minutes on two cores, the quick one a minute."""

from dataclasses import dataclass


@dataclass
class Sizes:
    samples: int = 1000  # of the matrix: P1, P2, P4
    variants: int = 100_000
    long_variants: int = 2_000_000  # of one call set with few neighbours: P3, P6, P7, P8, P11
    deep_variants: int = 300_000  # the same with AD, DP, GQ, PL
    cohort_samples: int = 2000  # P5
    cohort_variants: int = 50_000
    deep_cohort_variants: int = 5_000
    width_variants: int = 20_000  # P5, from 100 and from `width_samples` samples
    width_samples: int = 10_000
    gzip_calls: int = 300_000  # P8
    answer_bytes_max: int = 2_000_000_000  # P2, P3 where the answer covers a whole variant set
    same_bytes_max: int = 500_000_000  # P2, P3 beside other servers that send the same
    page_requests: int = 400  # P6, of each page
    sequence_bases: int = 64_000_000  # P9
    range_requests: int = 960
    seconds: float = 2.0  # of each side of P10 and P11
    idle: int = 1000  # P11
    slow: int = 64
    fast: int = 8
    slope_samples: tuple = (100, 1000, 10_000)
    slope_variants: tuple = (10_000, 100_000, 1_000_000)


def quick_sizes():
    return Sizes(
        samples=200, variants=5_000, long_variants=100_000, deep_variants=20_000, cohort_samples=200,
        cohort_variants=2_000, deep_cohort_variants=1_000, width_variants=2_000, width_samples=1_000,
        gzip_calls=50_000, answer_bytes_max=50_000_000, same_bytes_max=20_000_000, page_requests=60, sequence_bases=4_000_000,
        range_requests=96, seconds=0.4, idle=100, slow=8, fast=2, slope_samples=(100, 200, 400),
        slope_variants=(1_000, 2_000, 4_000),
    )


FEW = 4  # samples of the long files
