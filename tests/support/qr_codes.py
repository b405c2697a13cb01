"""QR codes as a phone sees them: read from what was drawn, by another library than the one that drew it."""

import re
from xml.etree import ElementTree as ET

import zxingcpp

DOTS = 4  # to a module
BLOCKS = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}

type Modules = list[list[int]]
"""Rows of modules; 1 is light."""


def seen(modules: Modules) -> str:
    """Return what a camera reads."""
    side = len(modules) * DOTS
    rows = [bytes(255 * each for each in row for _ in range(DOTS)) * DOTS for row in modules]
    picture = memoryview(b"".join(rows)).cast("B", (side, side))
    (found,) = zxingcpp.read_barcodes(picture)
    text: str = found.text
    return text


def of_svg(svg: str) -> Modules:
    """Return what the one path of horizontal strokes on a light ground draws."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    side = int(root.attrib["viewBox"].split()[2])
    modules = [[1] * side for _ in range(side)]
    x, y = 0, 0
    strokes = root.findall("path")[1].attrib["d"]
    for step, first, second in re.findall(r"([Mmh])(-?\d+)(?: (\d+)(?:\.5)?)?", strokes):
        if step == "h":
            modules[y][x : x + int(first)] = [0] * int(first)
            x += int(first)
        elif step == "M":
            x, y = int(first), int(second)
        else:
            x, y = x + int(first), y + int(second)
    return modules


def of_blocks(lines: list[str]) -> Modules:
    side = len(lines[0])
    halves = [[BLOCKS[each][half] for each in line] for line in lines for half in (0, 1)]
    return halves[:side]
