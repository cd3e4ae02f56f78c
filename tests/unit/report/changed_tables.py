#!/usr/bin/env python3
"""The tables of knowledge/ with a few rows changed, for tests that what the program says comes from the rows.

    changed_tables.py knowgen.py knowledge/ OUT.c EDITS

EDITS has one edit a line: FILE <tab> what stands there <tab> what stands there instead. Each must be there to be changed.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile


def main(generator, knowledge, out, edits):
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "knowledge"
        shutil.copytree(knowledge, folder)
        for line in pathlib.Path(edits).read_text(encoding="utf-8").splitlines():
            file, old, new = line.split("\t")
            path = folder / file
            text = path.read_text(encoding="utf-8")
            if old not in text:
                sys.exit(f"{edits}: {file} has no “{old}” to change")
            path.write_text(text.replace(old, new.replace("\\n", "\n"), 1), encoding="utf-8")
        return subprocess.run([sys.executable, generator, "--out", out, folder], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
