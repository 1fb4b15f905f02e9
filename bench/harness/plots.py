"""The plots of the report, as SVG."""

import math

from harness.figures import human

WIDTH, HEIGHT, MARGIN = 640, 360, 60
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart by colour-blind people, too


class Scale:
    """Logarithmic, from a range of values to one of pixels."""

    def __init__(self, values, first, last):
        low, high = math.log10(min(values)), math.log10(max(values))
        self.low, self.high = math.floor(low), max(math.ceil(high), math.floor(low) + 1)
        self.first, self.last = first, last

    def __call__(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.first + part * (self.last - self.first)

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def svg(width, height, parts):
    style = "<style>text{font:12px sans-serif;fill:#333}line{stroke:#ddd}</style>"
    box = f'<rect width="{width}" height="{height}" fill="white"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join([head, style, box, *parts, "</svg>"]) + "\n"


def text(x, y, words, anchor="middle"):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def rate_plot(series, over, sizes):
    """Calls a second of each row, over the number of samples or of variants."""
    fixed = sizes["slope_variants"][0] if over == "samples" else sizes["slope_samples"][0]

    def calls(one, size):
        # One call set has a call per variant, whatever the samples.
        return size * fixed if one["row"] != "P5" else (fixed if over == "samples" else size)

    rates = [[calls(one, s) / t for s, t in zip(one["sizes"], one["seconds"])] for one in series]
    across = Scale([s for one in series for s in one["sizes"]], MARGIN, WIDTH - MARGIN)
    up = Scale([rate for line in rates for rate in line], HEIGHT - MARGIN, MARGIN)
    parts = []
    for value in across.ticks():
        parts.append(f'<line x1="{across(value):.1f}" y1="{MARGIN}" x2="{across(value):.1f}" y2="{HEIGHT - MARGIN}"/>')
        parts.append(text(across(value), HEIGHT - MARGIN + 18, f"{value:,.0f}"))
    for value in up.ticks():
        parts.append(f'<line x1="{MARGIN}" y1="{up(value):.1f}" x2="{WIDTH - MARGIN}" y2="{up(value):.1f}"/>')
        parts.append(text(MARGIN - 6, up(value) + 4, human(value, "").strip(), "end"))
    for number, (one, line) in enumerate(zip(series, rates)):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{across(s):.1f},{up(rate):.1f}" for s, rate in zip(one["sizes"], line))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<rect x="{MARGIN + 190 * number}" y="14" width="12" height="12" fill="{colour}"/>')
        parts.append(text(MARGIN + 190 * number + 18, 25, f"{one['row']} {one['what']}", "start"))
    parts.append(text(WIDTH / 2, HEIGHT - 14, f"{over}; calls a second upwards"))
    return svg(WIDTH, HEIGHT, parts)


def page_plot(series):
    """p50 (drawn through) and p99 (dashed) of each series at its places, from nothing upwards."""
    places = series[0]["places"]
    most = max(max(one["p99"]) for one in series)
    step = 10 ** (math.floor(math.log10(most)) - 1)
    step = next(step * part for part in (2, 5, 10, 20) if most / (step * part) <= 6)
    top = math.ceil(most / step) * step
    bottom = HEIGHT - MARGIN
    across = lambda at: MARGIN + 20 + (WIDTH - 2 * MARGIN - 40) * at / (len(places) - 1)
    up = lambda time: bottom - (bottom - MARGIN) * time / top
    parts = [text(across(at), bottom + 18, place) for at, place in enumerate(places)]
    for number in range(round(top / step) + 1):
        y = up(number * step)
        parts.append(f'<line x1="{MARGIN}" y1="{y:.1f}" x2="{WIDTH - MARGIN}" y2="{y:.1f}"/>')
        parts.append(text(MARGIN - 6, y + 4, human(number * step, "s") if number else "0", "end"))
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        for name, dash in (("p50", ""), ("p99", ' stroke-dasharray="4 4"')):
            points = " ".join(f"{across(at):.1f},{up(time):.1f}" for at, time in enumerate(one[name]))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(f'<rect x="{MARGIN + 190 * number}" y="14" width="12" height="12" fill="{colour}"/>')
        parts.append(text(MARGIN + 190 * number + 18, 25, one["what"], "start"))
    parts.append(text(WIDTH / 2, HEIGHT - 14, "place of the page in the whole; time of a page upwards, p99 dashed"))
    return svg(WIDTH, HEIGHT, parts)


def target_plot(figures):
    """How far each ratio is on the good side of its target, 1 being just there."""
    shown = [figure for figure in figures if not figure["problem"] and figure["target"] is not None]
    reached = [f["ratio"] / f["target"] if f["at_least"] else f["target"] / f["ratio"] for f in shown]
    left, row, most = 360, 20, 4.0
    unit = (WIDTH - left - 70) / most
    parts = []
    for number, (figure, part) in enumerate(zip(shown, reached)):
        y = 14 + row * number
        colour = COLOURS[2] if figure["verdict"] == "met" else COLOURS[1]
        parts.append(text(left - 8, y + 12, f"{figure['row']} {figure['what']}", "end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{max(min(part, most), 0.01) * unit:.1f}" height="14" fill="{colour}"/>')
        parts.append(text(left + min(part, most) * unit + 6, y + 12, f"{part:.2g}", "start"))
    height = 14 + row * len(shown) + 30
    parts.append(f'<line x1="{left + unit:.1f}" y1="8" x2="{left + unit:.1f}" y2="{height - 26}" style="stroke:#333"/>')
    parts.append(text(left + unit, height - 12, "target"))
    return svg(WIDTH, height, parts)
