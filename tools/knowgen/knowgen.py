#!/usr/bin/env python3
"""knowledge/*.yaml -> constant C tables for src/know/know.h.

    knowgen.py --out know_tables.c [--depfile FILE] knowledge/       write the tables
    knowgen.py --check knowledge/                                    only say what is wrong

Each refusal is one line, file:line: reason; the exit code is 1. Nothing but the standard library is used.
"""
import os
import sys

sys.dont_write_bytecode = True
from schema import FILES, PREPARE, Rows, Spread, cross_check, need_text, str_init  # noqa: E402
from strict_yaml import Refused, parse  # noqa: E402


class Output:
    """Collects helper arrays and references while rows are printed."""

    def __init__(self):
        self.helpers, self.references, self.known_lists = [], [], {}

    def refer(self, target, name, node):
        self.references.append((target, name, node))

    def ids(self, names):
        if not names:
            return "{NULL, 0}"
        key = tuple(names)
        if key not in self.known_lists:
            name = f"ids_{len(self.known_lists)}"
            self.helpers.append(f"static const struct str {name}[] = {{{', '.join(str_init(n) for n in names)}}};")
            self.known_lists[key] = name
        return "{" + self.known_lists[key] + f", {len(names)}" + "}"

    def array(self, struct, rows):
        name = f"rows_{len(self.helpers)}"
        self.helpers.append(f"static const struct {struct} {name}[] = {{\n    " + ",\n    ".join(rows) + ",\n};")
        return name

    def row(self, node, fields):
        known = {key for field in fields for key in field.keys}
        for key, value in node.value.items():
            if key not in known:
                value.refuse(f"unknown key {key}: expected one of {', '.join(sorted(known))}")
        parts = []
        for field in fields:
            got = field.read(node, self)
            if got is None or field.c == "-":
                continue
            if isinstance(field, Spread):
                parts += [f".{word} = true" for word in got]
            elif isinstance(field, Rows):
                parts += [f".{field.c} = {got[0]}", f".{field.c_count} = {got[1]}"]
            else:
                parts.append(f".{field.c} = {got}")
        return "{" + ", ".join(parts) + "}"


def read_file(folder, name):
    path = os.path.join(folder, name)
    shown = os.path.join("knowledge", name)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return parse(file.read(), shown)
    except UnicodeDecodeError as error:
        raise Refused(f"{shown}:1: not UTF-8: {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise Refused(f"{shown}:1: {error.strerror}") from error


def compile_all(folder):
    """(Output, printed rows by section, row nodes by section)."""
    out, printed, tables, names = Output(), {}, {}, {}
    # letter_*.yaml is the vocabulary of the letter reader, compiled by its own generator
    strangers = [f for f in sorted(os.listdir(folder)) if f.endswith(".yaml") and f not in FILES and not f.startswith("letter_")]
    if strangers:
        raise Refused(f"knowledge/{strangers[0]}:1: no schema for this file")
    for file, sections in FILES.items():
        document = read_file(folder, file)
        if file in PREPARE:
            PREPARE[file](document)
        for key, node in document.value.items():
            if key not in [s.key for s in sections]:
                node.refuse(f"unknown section {key}")
        for section in sections:
            node = document.value.get(section.key)
            if node is None or node.kind != "list":
                document.refuse(f"the section {section.key} is missing or no list")
            tables[section.key], seen, rows = node.value, {}, []
            for row in node.value:
                if row.kind != "map":
                    row.refuse("expected a row of keys")
                if section.id_key:
                    if section.id_key not in row.value:
                        row.refuse(f"the key {section.id_key} is missing")
                    name = need_text(row.value[section.id_key])
                    if name in seen:
                        row.refuse(f"{name} stands twice (first on line {seen[name]})")
                    seen[name] = row.line
                rows.append(out.row(row, section.fields))
            names[section.key], printed[section.key] = seen, rows
    for target, name, node in out.references:
        if name not in names[target]:
            node.refuse(f"{name} is not among the {target}")
    cross_check(tables)
    return out, printed, tables


def add_measures(tables, printed):
    """A rule's measure and unit are those of its activity."""
    by_id = {row.value["id"].value: row.value for row in tables["activities"]}
    for i, row in enumerate(tables["rules"]):
        activity = by_id[row.value["activity"].value]
        printed["rules"][i] = (printed["rules"][i][:-1] + f", .measure = KNOW_{activity['measure'].value.upper()}, "
                               f".unit = {str_init(activity['unit'].value)}}}")


def add_right_bits(tables, printed):
    bit = {row.value["id"].value: i for i, row in enumerate(tables["rights"])}
    if len(bit) > 64:
        tables["rights"][64].refuse("more than 64 rights do not fit a word")
    for i, row in enumerate(tables["roles"]):
        names = [item.value for item in row.value["rights"].value] if "rights" in row.value else []
        bits = sum(1 << bit[name] for name in names)
        printed["roles"][i] = printed["roles"][i][:-1] + f", .right_bits = UINT64_C({bits:#x})}}"


def main(args):
    out_path = depfile = None
    check = False
    folders = []
    while args:
        arg = args.pop(0)
        if arg in ("--out", "--depfile") and args:
            if arg == "--out":
                out_path = args.pop(0)
            else:
                depfile = args.pop(0)
        elif arg == "--check":
            check = True
        else:
            folders.append(arg)
    if len(folders) != 1 or check == (out_path is not None):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        out, printed, tables = compile_all(folders[0])
        add_measures(tables, printed)
        add_right_bits(tables, printed)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    if check:
        return 0
    text = ["/* Made by tools/knowgen from knowledge/; do not edit. */", '#include "know/know.h"', '#include "know/know_incident.h"', '#include "know/know_sample.h"', ""]
    text += out.helpers
    for sections in FILES.values():
        for section in sections:
            if section.struct is None:
                continue
            rows = printed[section.key]
            text.append(f"\nconst struct {section.struct} {section.array}[] = {{\n    " + ",\n    ".join(rows) + ",\n};")
            text.append(f"const size_t {section.count} = ARRAY_LEN({section.array});")
    with open(out_path, "w", encoding="utf-8") as file:
        file.write("\n".join(text) + "\n")
    if depfile:
        with open(depfile, "w", encoding="utf-8") as file:
            inputs = [os.path.join(folders[0], name) for name in FILES]
            file.write(f"{out_path}: {' '.join(inputs)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
