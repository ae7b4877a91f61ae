#!/usr/bin/env python3
"""tests/figure_check.py DIR...: is every figure in these directories legible?

Of each SVG that gnuplot drew: no two texts lie on each other, and none leaves the canvas. Of the PNG beside it: no panel is
without ink. Texts are measured by a table of widths, in which a character is as wide as in DejaVu Sans, one of the widest
fonts that a reader's "sans-serif" may be. A panel is what gnuplot draws a border around; ink is what is neither white nor the
gray of borders and grids.

    --ink PROGRAM    counts ink in a PNG (build/release/tests/ink, which `make build/release/tests/ink` builds)
    --only TEXT      figures whose names begin so

Prints a line for each defect. Exit codes: 0 none; 1 some; 2 usage, or nothing to look at.
"""
import argparse
import math
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

# Widths of DejaVu Sans, in thousandths of the font's size; bold is wider by .15.
WIDTHS = {}
for width, characters in {
    278: "ijl'|", 318: " .,;:", 337: "/\\", 361: "-·", 390: "()[]", 401: "!", 411: "r", 352: "f", 392: "t", 460: "\"",
    295: "I", 500: "_*…", 521: "s", 525: "z", 531: "?", 550: "c", 557: "FL", 579: "k", 592: "vxy", 603: "P", 611: "TY",
    612: "aeo", 613: "g", 632: "E", 634: "hun", 635: "bdpqS" "0123456789$", 636: "µμσ€", 684: "AV", 685: "X", 686: "BZ",
    695: "RK", 698: "C", 732: "UN", 748: "H", 770: "D", 775: "G", 787: "OQ", 818: "w", 838: "+<>=~^#−", 863: "M",
    950: "%", 974: "m", 989: "W", 1000: "@",
}.items():
    for character in characters:
        WIDTHS[character] = width / 1000
WIDEST = 0.7  # of what is not in the table
ASCENT, DESCENT = 0.73, 0.16  # of small letters and digits; a line of another text may touch the very corners
TOLERANCE = 1.0  # pixels
NAME = "{http://www.w3.org/2000/svg}"


def text_width(text, size, bold):
    """Its width in pixels."""
    return sum(WIDTHS.get(character, WIDEST) for character in text) * size * (1.15 if bold else 1)


class Text:
    """A text with its corners on the canvas, turned or not."""

    def __init__(self, text, matrix, size, anchor, bold):
        self.text = text
        width = text_width(text, size, bold)
        left = {"middle": -width / 2, "end": -width}.get(anchor, 0)
        a, b, c, d, e, f = matrix
        corners = [(x, y) for x in (left, left + width) for y in (-ASCENT * size, DESCENT * size)]
        xs = [a * x + c * y + e for x, y in corners]
        ys = [b * x + d * y + f for x, y in corners]
        self.left, self.right, self.top, self.bottom = min(xs), max(xs), min(ys), max(ys)

    def lies_on(self, other):
        """Whether both have a part of the canvas in common."""
        return (min(self.right, other.right) - max(self.left, other.left) > TOLERANCE
                and min(self.bottom, other.bottom) - max(self.top, other.top) > TOLERANCE)

    def leaves(self, width, height):
        """Whether a part of it is not on the canvas."""
        return (self.left < -TOLERANCE or self.top < -TOLERANCE or self.right > width + TOLERANCE
                or self.bottom > height + TOLERANCE)


def product(m, n):
    """Of two matrices as SVG writes them."""
    return (m[0] * n[0] + m[2] * n[1], m[1] * n[0] + m[3] * n[1], m[0] * n[2] + m[2] * n[3], m[1] * n[2] + m[3] * n[3],
            m[0] * n[4] + m[2] * n[5] + m[4], m[1] * n[4] + m[3] * n[5] + m[5])


def transformed(matrix, text):
    """The matrix after the transformations of an attribute."""
    for kind, values in re.findall(r"(\w+)\(([^)]*)\)", text or ""):
        numbers = [float(value) for value in re.split(r"[\s,]+", values.strip())]
        if kind == "translate":
            matrix = product(matrix, (1, 0, 0, 1, numbers[0], numbers[1] if len(numbers) > 1 else 0))
        elif kind == "rotate":
            turn = math.radians(numbers[0])
            matrix = product(matrix, (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), 0, 0))
        elif kind == "scale":
            matrix = product(matrix, (numbers[0], 0, 0, numbers[-1], 0, 0))
    return matrix


def texts_of(node, matrix, inherited, found):
    """All texts below a node, into `found`."""
    matrix = transformed(matrix, node.get("transform"))
    inherited = {**inherited, **{name: value for name, value in node.attrib.items()
                                 if name in ("font-size", "text-anchor", "font-weight")}}
    if node.tag == NAME + "text":
        text = "".join(node.itertext()).strip()
        if text:
            found.append(Text(text, matrix, float(inherited.get("font-size", "11")), inherited.get("text-anchor"),
                              inherited.get("font-weight") == "bold"))
        return
    for child in node:
        texts_of(child, matrix, inherited, found)


def panels_of(root):
    """(left, top, right, bottom) of each panel: the border is left and bottom, or all around."""
    panels = set()
    for path in root.iter(NAME + "path"):
        points = re.findall(r"([ML])(-?[\d.]+),(-?[\d.]+)", path.get("d", ""))
        if path.get("stroke") != "rgb(102, 102, 102)" or len(points) < 3 or [p[0] for p in points[:3]] != ["M", "L", "L"]:
            continue
        (x0, y0), (x1, y1), (x2, y2) = [(float(x), float(y)) for _, x, y in points[:3]]
        if x0 == x1 and y1 == y2 and x2 - x1 > 40 and y1 - y0 > 40:
            panels.add((x0, y0, x2, y1))
    return sorted(panels)


def check_svg(path):
    """The defects of an SVG; its size, its panels, its texts."""
    root = xml.parse(path).getroot()
    box = [float(value) for value in (root.get("viewBox") or f"0 0 {root.get('width')} {root.get('height')}").split()]
    texts = []
    texts_of(root, (1, 0, 0, 1, 0, 0), {}, texts)
    defects = [f'"{text.text}" leaves the canvas' for text in texts if text.leaves(box[2], box[3])]
    for i, one in enumerate(texts):
        defects += [f'"{one.text}" and "{other.text}" lie on each other' for other in texts[:i] if one.lies_on(other)]
    if not texts:
        defects.append("it has no text")
    return defects, box[2:], panels_of(root), [(t.left, t.top, t.right, t.bottom) for t in texts]


def check_png(path, size, panels, texts, ink):
    """The panels of a PNG, as its SVG has them, that hold no ink but that of texts."""
    if not panels:
        return []
    shares = [f"{value:.6f}" for left, top, right, bottom in panels + texts
              for value in (left / size[0], top / size[1], right / size[0], bottom / size[1])]
    done = subprocess.run([ink, str(path), str(len(panels)), *shares], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return [f"cannot be read: {done.stderr.strip()}"]
    return [f"the panel at {panel[0]:.0f}, {panel[1]:.0f} is empty"
            for panel, pixels in zip(panels, done.stdout.split()) if int(pixels) < 12]


def main():
    """Looks at all figures."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("directories", nargs="+", type=pathlib.Path)
    parser.add_argument("--ink", default=str(pathlib.Path(__file__).resolve().parent.parent / "build/release/tests/ink"))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if not pathlib.Path(options.ink).is_file():
        print(f"figure_check.py: no program {options.ink}; `make build/release/tests/ink` builds it", file=sys.stderr)
        return 2
    figures = [path for directory in options.directories for path in sorted(directory.glob(options.only + "*.svg"))]
    if not figures:
        print("figure_check.py: no figures there", file=sys.stderr)
        return 2
    count = 0
    for path in figures:
        try:
            defects, size, panels, texts = check_svg(path)
            picture = path.with_suffix(".png")
            if picture.exists():
                defects += check_png(picture, size, panels, texts, options.ink)
        except (xml.ParseError, ValueError, TypeError) as error:
            defects = [f"cannot be read: {error}"]
        for defect in defects:
            print(f"{path}: {defect}")
        count += len(defects)
    print(f"{len(figures)} figures, {count} defects")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
