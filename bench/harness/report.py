"""What tools/bench measured as a page to read: tables, and plots as SVG beside it."""

import pathlib
import statistics

from harness.figures import human
from harness.plots import page_plot, rate_plot, target_plot


def write_report(document, path):
    """`document` is that of `--json`. The plots have the page's name with what they show behind it."""
    path = pathlib.Path(path)
    plots = []
    for over in dict.fromkeys(one["over"] for one in document["slopes"]):
        name = f"{path.stem}-{over}.svg"
        series = [one for one in document["slopes"] if one["over"] == over]
        (path.parent / name).write_text(rate_plot(series, over, document["sizes"]))
        plots.append((over, name))
    pages = f"{path.stem}-pages.svg"
    if document["pages"]:
        (path.parent / pages).write_text(page_plot(document["pages"]))
    targets = f"{path.stem}-targets.svg"
    (path.parent / targets).write_text(target_plot(document["figures"]))
    path.write_text(page(document, plots, targets, pages))


def page(document, plots, targets, pages):
    machine = document["machine"]
    lines = [
        "# Results",
        "",
        f"Written by `tools/bench --slope --report FILE`: medians of {document['runs']} runs, both sides of a ratio in "
        "turn. Times of the growth are the fastest of the runs.",
        "",
        f"{machine['cores']} cores, {machine['cpu']}; {machine['compiler']}; htslib {machine['htslib']}; commit "
        f"{machine['commit']}; load at the start {machine['load_at_start']:.1f}. What server, clients and rivals share are "
        "these cores.",
        "",
        "| row | target | ratio | runs | ours | rival | |",
        "|---|---|---|---|---|---|---|",
        *map(row_of, document["figures"]),
        "",
        f"![Ratios over their targets]({targets})",
        "",
    ]
    if document["slopes"]:
        lines += ["## How time grows", "", "| row | what | over | time grows like | times |", "|---|---|---|---|---|"]
        lines += map(growth_row, document["slopes"])
        lines += [""]
        lines += [f"![Rate over {over}]({name})\n" for over, name in plots]
    if document["pages"]:
        lines += page_section(document, pages)
    return "\n".join(lines).rstrip() + "\n"


def page_section(document, plot):
    places = document["pages"][0]["places"]
    requests = document["sizes"]["page_requests"]
    return [
        "## How long a page takes",
        "",
        f"One page of 1,000 calls, or cells of a matrix, by its place in the whole; {requests} requests of each page, all "
        "places in turn on one connection. Medians of the runs. A matrix has numbers alone, no tokens.",
        "",
        f"| row | | {' | '.join(places)} |",
        "|---" * (len(places) + 2) + "|",
        *(page_row(one, name) for one in document["pages"] for name in ("p50", "p99")),
        "",
        f"![Time over the number of the page]({plot})",
        "",
    ]


def row_of(figure):
    sign = ">=" if figure["at_least"] else "<="
    target = "" if figure["target"] is None else f" {sign} {figure['target']:g}"
    head = f"| {figure['row']} {figure['what']} |{target} |"
    if figure["problem"]:
        return f"{head} | | | | {figure['problem']} |"
    ours, rival = (human(statistics.median(figure[side]), figure["unit"]) for side in ("ours", "rival"))
    ratios = figure["ratios"]
    runs = f"{min(ratios):.3g} to {max(ratios):.3g}" if len(ratios) > 1 else ""
    settled = "" if figure["settled"] else ", **not settled**: runs on both sides of the target"
    note = f"; {figure['note']}".replace("|", "/") if figure["note"] else ""
    return f"{head} {figure['ratio']:.3g} | {runs} | {ours} | {figure['rival_name']} {rival} | {figure['verdict']}{settled}{note} |"


def growth_row(one):
    points = ", ".join(f"{size:,}: {human(time, 's')}" for size, time in zip(one["sizes"], one["seconds"]))
    return f"| {one['row']} | {one['what']} | {one['over']} | ^{one['exponent']:.2f} | {points} |"


def page_row(one, name):
    times = " | ".join(human(time, "s") for time in one[name])
    return f"| {one['row']} {one['what']} | {name} | {times} |"
