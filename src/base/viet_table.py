#!/usr/bin/env python3
"""viet_table.py OUT.h - make the Latin tables of base/viet.c from Python's copy of the Unicode data.

The ranges are dense: U+0080..U+024F, then U+1E00..U+1EFF, 720 letters in all. Normal forms of assigned characters never
change between Unicode versions (Unicode stability policy), so the output does not depend on which Python runs.
"""
import sys
import unicodedata as u

CODES = list(range(0x80, 0x250)) + list(range(0x1E00, 0x1F00))
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Every written rime of Vietnamese, without tone. "qu" and "gi" are taken as onsets.
RIMES = """a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et
ê êch êm ên ênh êp êt êu i ich im in inh ip it iu ia iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oa oac oach oai oam
oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u uc ui um
un ung up ut ua uân uâng uât uây uê uêch uênh uơ uôc uôi uôm uôn uông uôt uy uya uych uyên uyêt uynh uyt uyu uyp ư ưc ưi ưm
ưng ưt ưu ưa ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu ych ynh yt yn""".split()
ONSETS = "ngh ng nh gh gi kh ph th tr ch qu b c d đ g h k l m n p q r s t v x".split()


def first_second(cp):
    d = u.decomposition(chr(cp))
    if not d or d.startswith("<"):
        return 0, 0
    parts = [int(p, 16) for p in d.split()]
    return tuple((parts + [0])[:2])


def one(text, cp):
    return ord(text) if len(text) == 1 and ord(text) != cp and (ord(text) in CODES or ord(text) < 0x80) else 0


def ascii_base(cp):
    c = chr(cp).lower()
    c = u.normalize("NFD", c)[0] if c else c
    c = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "ƀ": "b", "ɨ": "i", "ŀ": "l"}.get(c, c)
    return ord(c) if ord(c) < 0x80 and c.isalpha() else 0


def flags(cp):
    cat = u.category(chr(cp))
    return (1 if cat[0] == "L" else 0) | (2 if cat == "Lu" else 0) | (4 if cat == "Ll" else 0)


def code(word):
    n = 0
    for c in word:
        n = n * 64 + ALPHABET.index(c) + 1
    return n


def strip(word):
    return "".join({"đ": "d"}.get(u.normalize("NFD", c)[0], u.normalize("NFD", c)[0]) for c in word)


def array(out, kind, name, values, fmt="%d"):
    out.append("static const %s %s[] = {" % (kind, name))
    for i in range(0, len(values), 16):
        out.append("    " + ", ".join(fmt % v if not isinstance(v, str) else v for v in values[i:i + 16]) + ",")
    out.append("};")


out = ["/* Made by viet_table.py: do not edit. */"]
array(out, "uint16_t", "latin_first", [first_second(c)[0] for c in CODES], "0x%X")
array(out, "uint16_t", "latin_second", [first_second(c)[1] for c in CODES], "0x%X")
array(out, "uint16_t", "latin_lower", [one(chr(c).lower(), c) for c in CODES], "0x%X")
array(out, "uint16_t", "latin_upper", [one(chr(c).upper(), c) for c in CODES], "0x%X")
array(out, "char", "latin_ascii", [ascii_base(c) for c in CODES])
array(out, "unsigned char", "latin_flags", [flags(c) for c in CODES])
array(out, "unsigned char", "mark_class", [u.combining(chr(c)) for c in range(0x300, 0x370)])
pairs = sorted(first_second(c) + (c,) for c in CODES if first_second(c)[1] and u.normalize("NFC", chr(c)) == chr(c))
out.append("static const struct pair { uint16_t first, second, whole; } pairs[] = {")
for i in range(0, len(pairs), 6):
    out.append("    " + ", ".join("{0x%X, 0x%X, 0x%X}" % p for p in pairs[i:i + 6]) + ",")
out.append("};")
array(out, "uint32_t", "rimes", sorted(code(r) for r in set(RIMES)))
array(out, "uint32_t", "rimes_bare", sorted(set(code(strip(r)) for r in RIMES)))
array(out, "uint32_t", "onsets", sorted(code(o) for o in ONSETS))
with open(sys.argv[1], "w", encoding="utf-8") as f:
    f.write("\n".join(out) + "\n")
