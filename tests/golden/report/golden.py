#!/usr/bin/env python3
"""Compare the printed fixtures with the pages kept here.

    golden.py check PROGRAM     print, render, compare; says which page differs and by how much
    golden.py write PROGRAM     keep what is printed now (look at the pictures before committing them)

Pages are rendered by pdftoppm at 60 dpi in grey and kept as PNG. A page differs when its size does, or when more than
DIFFERENT_SHARE of its pixels are more than DIFFERENT_STEP of 255 apart: another poppler may smooth edges differently, but a
line of the body that moved by one pixel shows 0.17 %, a short one of the head 0.03 %.
"""
import os
import struct
import subprocess
import sys
import tempfile
import zlib

DPI = 60
DIFFERENT_STEP = 96
DIFFERENT_SHARE = 0.0002
PAGES_MAX = 3  # of one document
NAMES = ["answer", "rollup", "periodic", "contacts"]
HERE = os.path.dirname(os.path.abspath(__file__))


def read_pgm(path):
    with open(path, "rb") as f:
        data = f.read()
    fields, at = [], 0
    while len(fields) < 4:  # P5 width height maximum, one white space, pixels
        end = at
        while not data[end : end + 1].isspace():
            end += 1
        fields.append(data[at:end])
        at = end + 1
    if fields[0] != b"P5" or fields[3] != b"255":
        sys.exit(f"{path}: not an 8-bit PGM")
    width, height = int(fields[1]), int(fields[2])
    return width, height, data[at : at + width * height]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_png(path, width, height, pixels):
    rows = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)))
        f.write(chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def read_png(path):
    """Only what write_png makes: 8-bit grey, no row filters."""
    with open(path, "rb") as f:
        data = f.read()
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            packed += body
        at += 12 + size
    rows = zlib.decompress(packed)
    step = width + 1
    if any(rows[y * step] != 0 for y in range(height)):
        sys.exit(f"{path}: was not written by this program")
    return width, height, b"".join(rows[y * step + 1 : (y + 1) * step] for y in range(height))


def printed(program, folder):
    """{page name: (width, height, pixels)} of all fixtures."""
    pages = {}
    for name in NAMES:
        pdf = os.path.join(folder, name + ".pdf")
        subprocess.run([program, "pdf", name, pdf], check=True)
        subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-l", str(PAGES_MAX), pdf, os.path.join(folder, name)], check=True)
        for file in sorted(os.listdir(folder)):
            if file.startswith(name + "-") and file.endswith(".pgm"):
                page = int(file[len(name) + 1 : -4])
                pages[f"{name}-{page}"] = read_pgm(os.path.join(folder, file))
    return pages


def difference(want, got):
    """None when alike, else what differs."""
    if want[:2] != got[:2]:
        return f"size {got[0]}x{got[1]}, wanted {want[0]}x{want[1]}"
    if want[2] == got[2]:
        return None
    apart = sum(1 for a, b in zip(want[2], got[2]) if abs(a - b) > DIFFERENT_STEP)
    share = apart / len(want[2])
    return f"{share:.4%} of its pixels differ, {DIFFERENT_SHARE:.4%} may" if share > DIFFERENT_SHARE else None


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("check", "write"):
        sys.exit(__doc__)
    kept = {file[:-4] for file in os.listdir(HERE) if file.endswith(".png")}
    with tempfile.TemporaryDirectory() as folder:
        pages = printed(sys.argv[2], folder)
    if sys.argv[1] == "write":
        for name in kept:
            os.remove(os.path.join(HERE, name + ".png"))
        for name, page in pages.items():
            write_png(os.path.join(HERE, name + ".png"), *page)
        print(f"{len(pages)} pages written to {HERE}")
        return
    bad = [f"{name}: no such page is printed any more" for name in sorted(kept - set(pages))]
    for name, page in sorted(pages.items()):
        if name not in kept:
            bad.append(f"{name}: a new page; look at it, then: ninja report_golden_write")
            continue
        why = difference(read_png(os.path.join(HERE, name + ".png")), page)
        if why:
            bad.append(f"{name}: {why}")
    if bad:
        sys.exit("\n".join(bad))
    print(f"{len(pages)} pages are as they were")


main()
