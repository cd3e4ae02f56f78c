"""A strict subset of YAML, enough for knowledge/ and nothing more; every refusal names file, line and reason.

Block mappings and sequences (indent by two spaces), flow lists [a, b] and flow mappings {a: b} on one line, plain and "double quoted"
scalars, comments. No anchors, tags, tabs, single quotes, multi-line scalars, second documents. Scalars stay text: the schema types them,
so that `no` is never a boolean and `01` never an octal number. A key given twice is an error.
"""
import re


class Refused(Exception):
    """What is wrong, with the place: path:line: reason."""


class Node:
    """One value with the place it stands at. kind is 'text', 'null', 'list' or 'map'."""

    __slots__ = ("kind", "value", "path", "line")

    def __init__(self, kind, value, path, line):
        self.kind, self.value, self.path, self.line = kind, value, path, line

    def refuse(self, reason):
        raise Refused(f"{self.path}:{self.line}: {reason}")


KEY = re.compile(r'([A-Za-z0-9_.-]+):(?: +|$)')
ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
FORBIDDEN_FIRST = "'&*!|>%@`?"


class _Parser:
    def __init__(self, text, path):
        self.path = path
        self.lines = []  # (number, indent, content)
        for number, raw in enumerate(text.split("\n"), 1):
            if "\t" in raw:
                self.fail(number, "a tab: indent with spaces")
            if "\r" in raw:
                self.fail(number, "a carriage return: lines end with \\n")
            body = self.uncomment(raw, number)
            if not body.strip():
                continue
            if body.strip() in ("---", "..."):
                self.fail(number, "only one document, without markers")
            indent = len(body) - len(body.lstrip(" "))
            if indent % 2:
                self.fail(number, f"indented by {indent} spaces: use steps of two")
            self.lines.append((number, indent, body.strip()))
        self.at = 0

    def fail(self, line, reason):
        raise Refused(f"{self.path}:{line}: {reason}")

    def uncomment(self, raw, number):
        quoted, i = False, 0
        while i < len(raw):
            c = raw[i]
            if quoted and c == "\\":
                i += 1
            elif c == '"':
                # a quote opens only where a value may start; inside a plain scalar it is a character
                if quoted or not raw[:i].strip() or raw[:i].rstrip()[-1] in ":-[{,":
                    quoted = not quoted
            elif c == "#" and not quoted and (i == 0 or raw[i - 1] == " "):
                return raw[:i]
            i += 1
        if quoted:
            self.fail(number, "a quote is opened and never closed on this line")
        return raw

    def document(self):
        if not self.lines:
            return Node("map", {}, self.path, 1)
        node = self.block(0)
        if self.at < len(self.lines):
            self.fail(self.lines[self.at][0], "does not belong to anything above: check the indent")
        return node

    def block(self, indent):
        number, have, content = self.lines[self.at]
        if have != indent:
            self.fail(number, f"indented by {have} spaces, expected {indent}")
        if content == "-" or content.startswith("- "):
            return self.sequence(indent)
        return self.mapping(indent)

    def sequence(self, indent):
        items, first = [], self.lines[self.at][0]
        while self.at < len(self.lines):
            number, have, content = self.lines[self.at]
            if have != indent or not (content == "-" or content.startswith("- ")):
                break
            rest = content[1:].strip()
            if not rest:
                self.fail(number, "an empty item")
            if KEY.match(rest) and rest[0] not in '"[{':
                self.lines[self.at] = (number, indent + 2, rest)
                items.append(self.mapping(indent + 2))
            else:
                items.append(self.inline(rest, number))
                self.at += 1
        return Node("list", items, self.path, first)

    def mapping(self, indent):
        pairs, first = {}, self.lines[self.at][0]
        while self.at < len(self.lines):
            number, have, content = self.lines[self.at]
            if have < indent:
                break
            if have > indent:
                self.fail(number, f"indented by {have} spaces, expected {indent}")
            if content == "-" or content.startswith("- "):
                break
            match = KEY.match(content)
            if not match:
                self.fail(number, "expected `key: value`")
            key, rest = match.group(1), content[match.end():].strip()
            if key in pairs:
                self.fail(number, f"the key {key} is given twice (first on line {pairs[key].line})")
            self.at += 1
            if rest:
                pairs[key] = self.inline(rest, number)
            else:
                if self.at >= len(self.lines) or self.lines[self.at][1] <= indent:
                    self.fail(number, f"the key {key} has no value: write null or leave it out")
                pairs[key] = self.block(indent + 2)
        return Node("map", pairs, self.path, first)

    def inline(self, text, number):
        node, end = self.flow(text, 0, number, "")
        if text[end:].strip():
            self.fail(number, f"unexpected text after the value: {text[end:].strip()[:40]}")
        return node

    def flow(self, text, at, number, stop):
        while at < len(text) and text[at] == " ":
            at += 1
        if at >= len(text):
            self.fail(number, "a value is missing")
        c = text[at]
        if c == "[":
            return self.flow_list(text, at + 1, number)
        if c == "{":
            return self.flow_map(text, at + 1, number)
        if c == '"':
            return self.quoted(text, at + 1, number)
        if c in FORBIDDEN_FIRST:
            self.fail(number, f"a plain value may not begin with {c}: put it in double quotes")
        end = at
        while end < len(text) and not (stop and text[end] in stop):
            if text.startswith(": ", end):
                self.fail(number, "a plain value holds \": \": put it in double quotes")
            end += 1
        value = text[at:end].strip()
        if not value:
            self.fail(number, "a value is missing")
        return Node("null", None, self.path, number) if value == "null" else Node("text", value, self.path, number), end

    def quoted(self, text, at, number):
        out = []
        while at < len(text):
            c = text[at]
            if c == '"':
                return Node("text", "".join(out), self.path, number), at + 1
            if c == "\\":
                at += 1
                if at >= len(text) or text[at] not in ESCAPES:
                    self.fail(number, "unknown escape: only \\\" \\\\ \\n \\t")
                c = ESCAPES[text[at]]
            out.append(c)
            at += 1
        self.fail(number, "a quote is opened and never closed on this line")

    def separator(self, text, at, number, close):
        while at < len(text) and text[at] == " ":
            at += 1
        if at >= len(text) or text[at] not in "," + close:
            self.fail(number, f"expected a comma or {close}")
        return text[at] == close, at + 1

    def flow_list(self, text, at, number):
        items = []
        if text[at:].lstrip().startswith("]"):
            return Node("list", items, self.path, number), text.index("]", at) + 1
        while True:
            node, at = self.flow(text, at, number, ",]")
            items.append(node)
            closed, at = self.separator(text, at, number, "]")
            if closed:
                return Node("list", items, self.path, number), at

    def flow_map(self, text, at, number):
        pairs = {}
        while True:
            while at < len(text) and text[at] == " ":
                at += 1
            match = KEY.match(text, at)
            if not match:
                self.fail(number, "expected `key: value` inside { }")
            key = match.group(1)
            if key in pairs:
                self.fail(number, f"the key {key} is given twice")
            pairs[key], at = self.flow(text, match.end(), number, ",}")
            closed, at = self.separator(text, at, number, "}")
            if closed:
                return Node("map", pairs, self.path, number), at


def parse(text, path):
    """The document as a Node; raises Refused."""
    return _Parser(text, path).document()
