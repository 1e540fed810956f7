"""Looks at what PDFium makes of pages: reads paths from standard input, writes for each its text and what is wrong with it.

Every character must have a glyph of its own (its code is not 0, which is the glyph of nothing), a box, ink in that box, and not be
a hollow box, which is how faces draw what they lack.
"""

import ctypes
import json
import re
import sys

import pypdfium2
import pypdfium2.raw as raw

SCALE = 6  # pixels a point
DARK = 160
HOLLOW = "口囗□"  # are hollow boxes, and rightly so


def pixels(bitmap, box, height):
    """The rows of a box's pixels, dark or not, without the empty edges that its rounding adds."""
    left, bottom, right, top = box
    x0, x1 = int(left * SCALE), int(right * SCALE) + 1
    y0, y1 = int((height - top) * SCALE), int((height - bottom) * SCALE) + 1
    rows = []
    for y in range(max(y0, 0), min(y1, bitmap.height)):
        row = bytes(bitmap.buffer[y * bitmap.stride + max(x0, 0) : y * bitmap.stride + min(x1, bitmap.width)])
        rows.append([p < DARK for p in row])
    while rows and not any(rows[0]):
        rows.pop(0)
    while rows and not any(rows[-1]):
        rows.pop()
    while rows and rows[0] and not any(r[0] for r in rows):
        rows = [r[1:] for r in rows]
    while rows and rows[0] and not any(r[-1] for r in rows):
        rows = [r[:-1] for r in rows]
    return rows


def hollow(rows):
    """A frame all round, two pixels in, and nothing within its middle."""
    high, wide = len(rows), len(rows[0])
    if high < 12 or wide < 8:
        return False
    sides = [rows[1], rows[-2], [r[1] for r in rows], [r[-2] for r in rows]]
    middle = [p for r in rows[high // 3 : -(high // 3)] for p in r[wide // 3 : -(wide // 3)]]
    return all(sum(s) > 0.9 * len(s) for s in sides) and not any(middle)


def look(path):
    wrong, text = [], ""
    with open(path, "rb") as f:
        for codes in re.findall(rb"Tf <([0-9A-F]+)> Tj", f.read()):
            if any(codes[i : i + 4] == b"0000" for i in range(0, len(codes), 4)):
                wrong.append("a code is 0, the glyph of nothing")
    document = pypdfium2.PdfDocument(path)
    for page in document:
        words = page.get_textpage()
        text += words.get_text_range()
        bitmap, height, box = page.render(scale=SCALE, grayscale=True), page.get_height(), [ctypes.c_double() for _ in range(4)]
        for i in range(words.count_chars()):
            code = raw.FPDFText_GetUnicode(words, i)
            if raw.FPDFText_IsGenerated(words, i) == 1 or code in (0x20, 0x3000):
                continue  # between words and lines
            left, bottom, right, top = words.get_charbox(i)
            rows = pixels(bitmap, (left, bottom, right, top), height) if right > left and top > bottom else []
            name = f"{chr(code)!r} at {left:.0f} {bottom:.0f}"
            if code == 0:
                wrong.append(f"{name}: is no character")
            elif not rows:
                wrong.append(f"{name}: no ink")
            elif hollow(rows) and chr(code) not in HOLLOW:
                wrong.append(f"{name}: a hollow box")
    return {"text": text.replace("\r\n", "\n"), "wrong": wrong}


json.dump([look(path) for path in sys.stdin.read().split("\n") if path], sys.stdout)
