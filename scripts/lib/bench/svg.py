# SPDX-License-Identifier: BSD-3-Clause
"""Two kinds of plot as SVG: lines over a logarithmic axis, and bars with marks."""
import math
from html import escape

INK, FAINT, GRID = "#222", "#666", "#ddd"
FONT = "font-family='DejaVu Sans, Arial, sans-serif'"
CHARACTER = 6.6  # width of one at 12 px, generously


class Drawing:
    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []

    def line(self, x1, y1, x2, y2, colour=INK, width=1, dash=""):
        dashes = f" stroke-dasharray='{dash}'" if dash else ""
        self.parts.append(f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' "
                          f"stroke-width='{width}'{dashes}/>")

    def box(self, x, y, width, height, colour):
        self.parts.append(f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(width, 0.5):.1f}' height='{height:.1f}' "
                          f"fill='{colour}'/>")

    def dot(self, x, y, colour, radius=3.5):
        self.parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius}' fill='{colour}'/>")

    def path(self, points, colour, dash=""):
        dashes = f" stroke-dasharray='{dash}'" if dash else ""
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f"<polyline points='{places}' fill='none' stroke='{colour}' stroke-width='2'{dashes}/>")

    def text(self, x, y, words, anchor="start", size=12, colour=INK, bold=False):
        weight = " font-weight='bold'" if bold else ""
        self.parts.append(f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size}' fill='{colour}' "
                          f"{FONT}{weight}>{escape(str(words))}</text>")

    def svg(self):
        return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width} {self.height}' width='{self.width}' "
                f"height='{self.height}' role='img'>\n<rect width='100%' height='100%' fill='white'/>\n"
                + "\n".join(self.parts) + "\n</svg>\n")


class LogScale:
    """Values to places; also right to left or upwards."""

    def __init__(self, low, high, begin, end):
        self.low, self.high, self.begin, self.end = low, high, begin, end

    def __call__(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self):
        """1, 2 and 5 times each power of ten."""
        exponent = math.floor(math.log10(self.low))
        while 10 ** exponent <= self.high:
            for step in (1, 2, 5):
                if self.low <= step * 10 ** exponent <= self.high:
                    yield step * 10 ** exponent
            exponent += 1


def nice_step(high, steps):
    """A round distance between grid lines, at most that many of them."""
    rough = high / steps
    power = 10 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough)


def place_labels(wanted, distance):
    """Places near those wanted (downwards, sorted), none closer than the distance."""
    placed = []
    for y in wanted:
        placed.append(max(y, placed[-1] + distance) if placed else y)
    return placed


def lines(title, x_title, y_title, series, x_labels, width=900, height=460):
    """series: name -> (colour, dash, [(x, value, p10, p90)]). x_labels: x -> text. Names stand at the ends of the lines."""
    drawing = Drawing(width, height)
    left, right, top, bottom = 60, width - 230, 50, height - 50
    high = 1.08 * max(point[3] for _, _, points in series.values() for point in points)
    x_at = LogScale(min(x_labels) / 1.3, max(x_labels) * 1.3, left, right)
    step = nice_step(high, 8)

    def y_at(value):
        return bottom - value / high * (bottom - top)

    drawing.text(left, 24, title, size=15, bold=True)
    drawing.text(left - 40, 42, y_title, colour=FAINT)
    drawing.text((left + right) / 2, height - 10, x_title, "middle", colour=FAINT)
    for count in range(int(high / step) + 1):
        drawing.line(left, y_at(count * step), right, y_at(count * step), GRID)
        drawing.text(left - 8, y_at(count * step) + 4, f"{count * step:g}", "end")
    for x, words in x_labels.items():
        drawing.line(x_at(x), top, x_at(x), bottom, GRID)
        drawing.text(x_at(x), bottom + 18, words, "middle")
    for colour, dash, points in series.values():
        drawing.path([(x_at(x), y_at(value)) for x, value, _, _ in points], colour, dash)
        for x, value, p10, p90 in points:
            drawing.line(x_at(x), y_at(p10), x_at(x), y_at(p90), colour, 1.5)
            drawing.dot(x_at(x), y_at(value), colour)
    name_lines(drawing, series, x_at, y_at, right)
    return drawing.svg()


def name_lines(drawing, series, x_at, y_at, right):
    ends = sorted((y_at(points[-1][1]), name, colour, x_at(points[-1][0])) for name, (colour, _, points) in series.items())
    for place, (y, name, colour, x) in zip(place_labels([end[0] for end in ends], 16), ends, strict=True):
        drawing.line(x + 5, y, right + 12, place, colour, 0.7)
        drawing.text(right + 16, place + 4, name, colour=colour)


def bars(title, x_title, items, unit="", width=900):
    """items: (name, colour, value, p10, p90), on a logarithmic axis from below the least."""
    names = int(max(len(item[0]) for item in items) * CHARACTER) + 20
    top, row = 50, 26
    bottom = top + row * len(items)
    drawing = Drawing(width, bottom + 50)
    scale = LogScale(min(item[3] for item in items) / 1.6, max(item[4] for item in items) * 1.2, names, width - 110)
    drawing.text(12, 24, title, size=15, bold=True)
    draw_ticks(drawing, scale, top, bottom)
    drawing.text((names + width - 110) / 2, bottom + 40, x_title, "middle", colour=FAINT)
    for index, (name, colour, value, p10, p90) in enumerate(items):
        y = top + row * index
        drawing.text(names - 8, y + 17, name, "end")
        drawing.box(names, y + 5, scale(value) - names, row - 10, colour)
        drawing.line(scale(p10), y + row / 2, scale(p90), y + row / 2, INK, 1.5)
        drawing.text(scale(p90) + 8, y + 17, f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}")
    return drawing.svg()


def draw_ticks(drawing, scale, top, bottom, suffix=""):
    for tick in scale.ticks():
        drawing.line(scale(tick), top, scale(tick), bottom, GRID)
        drawing.text(scale(tick), bottom + 18, f"{tick:g}{suffix}", "middle")


def marks(title, x_title, items, width=900):
    """items: (name, colour, score, low, high, aim, text); aim may be None. The score of what must be reached is 1."""
    names = int(max(len(item[0]) for item in items) * CHARACTER) + 20
    texts = int(max(len(item[6]) for item in items) * CHARACTER) + 20
    top, row = 66, 26
    bottom = top + row * len(items)
    right = width - texts
    drawing = Drawing(width, bottom + 50)
    least = min([0.8] + [item[3] for item in items])
    scale = LogScale(least / 1.2, max(max(item[4], item[5] or 0) for item in items) * 1.15, names, right)
    drawing.text(12, 24, title, size=15, bold=True)
    draw_ticks(drawing, scale, top, bottom, "x")
    drawing.text((names + right) / 2, bottom + 40, x_title, "middle", colour=FAINT)
    for index, (name, colour, score, low, high, aim, words) in enumerate(items):
        y = top + row * index
        drawing.text(names - 8, y + 17, name, "end")
        drawing.box(names, y + 6, scale(score) - names, row - 12, colour)
        drawing.line(scale(low), y + row / 2, scale(high), y + row / 2, INK, 1.5)
        if aim is not None:
            drawing.line(scale(aim), y + 2, scale(aim), y + row - 2, "#06c", 3)
        drawing.text(right + 12, y + 17, words)
    drawing.line(scale(1), top - 6, scale(1), bottom, "#c00", 2)
    drawing.text(scale(1), top - 10, "must", "middle", colour="#c00", bold=True)
    drawing.box(names - 8 - 40, top - 20, 3, 14, "#06c")
    drawing.text(names - 8 - 32, top - 9, "aim", colour="#06c", bold=True)
    return drawing.svg()
