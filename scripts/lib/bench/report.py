# SPDX-License-Identifier: BSD-3-Clause
"""The result as a web page: plots first, then every row."""
from html import escape
from pathlib import Path

from . import svg, table
from .forward import BINDINGS
from .targets import LOWER

GOOD, BAD, UNSURE = "#7fb77e", "#d9534f", "#bbb"

# What the line plot shows: name -> (variant, program, colour, dash).
LINES = {
    "io + fill": ("io_fill", "bench_forward", "#888", "4 3"),
    "encap": ("encap", "bench_forward", "#0a62c9", ""),
    "decap": ("decap", "bench_forward", "#1c8a4a", ""),
    "hairpin": ("hairpin", "bench_forward", "#b5651d", ""),
    "encap on rte_hash": ("encap", "bench_forward_rte_hash", "#c2185b", "6 3"),
}

STYLE = """body{font:15px/1.45 'DejaVu Sans',Arial,sans-serif;color:#222;max-width:1100px;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{padding:3px 8px;text-align:left;border-bottom:1px solid #ddd}
td.n{text-align:right;white-space:nowrap}tr.g td{background:#eee;font-weight:bold}pre{font-size:12px;overflow:auto;
background:#f6f6f6;padding:8px}.met{color:#1c7a3a}.must-missed{color:#c00;font-weight:bold}
.aim-missed{color:#a60}.unsure{color:#777}.met,.must-missed,.aim-missed{white-space:nowrap}
svg{max-width:100%;height:auto}"""


def plain(entry, variant, program="bench_forward"):
    """78-octet packets in IPv6-in-IPv6 to random destinations, one worker, portable build."""
    return (not entry.get("peer") and entry["variant"] == variant and entry["program"] == program and entry["encap"] == "ip6_in_ip6"
            and entry["inner"] == 78 and not entry["zipf"] and not entry["native"] and entry["workers"] == 1)


def size_text(bindings):
    return next((name for name, value in BINDINGS.items() if value == bindings), str(bindings))


def plot_lines(cycles):
    series = {}
    for name, (variant, program, colour, dash) in LINES.items():
        points = sorted((entry["bindings"], entry["value"], entry["p10"], entry["p90"]) for entry in cycles
                        if plain(entry, variant, program))
        if points:
            series[name] = (colour, dash, points)
    if not series:
        return ""
    sizes = sorted({point[0] for _, _, points in series.values() for point in points})
    return svg.lines("Cycles per packet over the number of bindings", "bindings (random destinations, 78-octet packets)",
                     "TSC cycles per packet, median and p10-p90", series, {size: size_text(size) for size in sizes})


def plot_peers(cycles):
    """Ours and the peers' cost of one packet, each less what receiving and sending costs it."""
    items = []
    for entry in cycles:
        if entry.get("peer"):
            items.append((f"{entry['variant']}, {size_text(entry['bindings'])}", "#d08770", entry))
        elif plain(entry, "encap") and entry["bindings"] <= BINDINGS["1M"]:
            items.append((f"encap with io + fill, {size_text(entry['bindings'])}", "#5b8fd6", entry))
        elif plain(entry, "encap", "bench_forward_rte_hash") and entry["bindings"] in (BINDINGS["64k"], BINDINGS["1M"]):
            items.append((f"the same on rte_hash, {size_text(entry['bindings'])}", "#c98bb0", entry))
    if not items:
        return ""
    items.sort(key=lambda item: item[2]["value"])
    bars = [(name, colour, entry["value"], entry["p10"], entry["p90"]) for name, colour, entry in items]
    return svg.bars("One packet here and at the peers",
                    "TSC cycles per packet, logarithmic. Ours with receive and send, peers without theirs", bars, "cycles")


def score(row, value):
    """How far beyond what must be reached: above 1 is good for every row."""
    return row["must"] / value if row["better"] == LOWER else value / row["must"]


def plot_targets(rows):
    items = []
    for row in rows:
        if row["must"] is None or row["value"] is None:
            continue
        ends = sorted(score(row, row[name]) for name in ("p10", "p90"))
        colour = {True: GOOD, False: BAD, None: UNSURE}[row["must_met"]]
        aim = f", aim {row['aim']:g}" if row["aim"] is not None else ""
        words = f"{table.number(row['value'])} (must {row['must']:g}{aim})"
        items.append((row["name"], colour, score(row, row["value"]), *ends, score(row, row["aim"]) if aim else None, words))
    if not items:
        return ""
    return svg.marks("Targets: how far beyond what must be reached", "times better than must (logarithmic); line: p10-p90",
                     items, 1000)


def verdict_cell(row, name):
    words = table.verdict(row, name)
    kind = {True: "met", False: f"{name}-missed", None: "unsure"}[row[f"{name}_met"]]
    return f"<td class='{kind}'>{escape(words)}</td>"


def table_rows(rows):
    group = None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            yield f"<tr class='g'><td colspan='7'>{escape(group)}</td></tr>"
        spread = f"{table.number(row['p10'])}&ndash;{table.number(row['p90'])}" if row["value"] is not None else ""
        yield (f"<tr><td>{escape(row['name'])}</td><td class='n'>{table.number(row['value'])}</td>"
               f"<td class='n'>{spread}</td><td>{escape(row['unit'])}</td>"
               f"{verdict_cell(row, 'must')}{verdict_cell(row, 'aim')}<td>{escape(row['note'])}</td></tr>")


def page(result):
    cycles = result["cycles"]
    plots = [plot for plot in (plot_targets(result["rows"]), plot_lines(cycles), plot_peers(cycles)) if plot]
    skipped = "".join(f"<li>{escape(item['what'])}: {escape(item['reason'])}</li>" for item in result["skipped"])
    return "\n".join([
        "<!DOCTYPE html>", "<html lang='en'><head><meta charset='utf-8'><title>Homeward benchmark</title>",
        f"<style>{STYLE}</style></head><body>", "<h1>Homeward benchmark</h1>",
        f"<pre>{escape(chr(10).join(result['head']))}</pre>", f"<p>{escape(table.summary(result['rows']))}.</p>",
        *(f"<div>{plot}</div>" for plot in plots),
        "<h2>All rows</h2>",
        "<table><tr><th>measure</th><th>median</th><th>p10&ndash;p90</th><th>unit</th><th>must</th><th>aim</th>"
        "<th>note</th></tr>", *table_rows(result["rows"]), "</table>",
        f"<h2>Skipped</h2><ul>{skipped}</ul>" if skipped else "",
        "<h2>Command lines</h2>", f"<pre>{escape(chr(10).join(result['commands']))}</pre>", "</body></html>", ""])


def write(directory, result):
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(page(result), encoding="utf-8")
