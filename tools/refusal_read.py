"""Reader of po/refusals/vi.po and en.po, shared by refusalgen and lint_refusals. A msgid is the format of a refusal as the source has it; a
text says {1} where the first argument goes. Standard library only."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from po_read import Refused, unquote  # noqa: E402

VIETNAMESE = re.compile('[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠ-Ỹ]')
CONVERSION = re.compile(r'%(?:%|[-+ #0-9.*]*(?:hh|h|ll|l|z|j|t)?[a-zA-Z])')


def arguments(msgid):
    return len([c for c in CONVERSION.findall(msgid) if c != '%%'])


def has_words(msgid):
    """"%s: %s" says nothing by itself: only its arguments are translated."""
    return re.search(r'\w', CONVERSION.sub('', msgid)) is not None


def positional(msgid):
    """The format with {1} {2} in place of its conversions."""
    n = 0

    def put(m):
        nonlocal n
        if m.group(0) == '%%':
            return '%'
        n += 1
        return '{%d}' % n
    return CONVERSION.sub(put, msgid)


class Entry:
    def __init__(self, where):
        self.where = where
        self.texts = {}
        self.log_only = False
        self.plural = False


def read(path):
    """msgid -> Entry."""
    found, current, target, key, log_only = {}, None, None, None, False
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            where, line = f'{path}:{n}', line.strip()
            if not line:
                continue
            if line.startswith('#,'):
                log_only = 'log-only' in line
            elif line.startswith('#'):
                continue
            elif line.startswith('msgid_plural '):
                if unquote(line[13:], where) != key:
                    raise Refused(f'{where}: msgid_plural must repeat msgid')
                current.plural = True
            elif line.startswith('msgid '):
                key, current = unquote(line[6:], where), Entry(where)
                current.log_only, log_only = log_only, False
                if key in found:
                    raise Refused(f'{where}: already at {found[key].where}')
                if key:
                    found[key] = current
            elif line.startswith('msgstr'):
                m = re.match(r'msgstr(?:\[(\d)\])? (.*)', line)
                if not m:
                    raise Refused(f'{where}: not understood: {line}')
                target = int(m.group(1) or 0)
                current.texts[target] = unquote(m.group(2), where)
            elif line.startswith('"') and target is not None:
                current.texts[target] += unquote(line, where)
            else:
                raise Refused(f'{where}: not understood: {line}')
    for key, e in found.items():
        if e.log_only:
            if any(e.texts.values()):
                raise Refused(f'{e.where}: for the log only, so it needs no text')
            continue
        if sorted(e.texts) != ([0, 1] if e.plural else [0]) or not all(e.texts.values()):
            raise Refused(f'{e.where}: "{key}" has no text')
        want = {str(i) for i in range(1, arguments(key) + 1)}
        for text in e.texts.values():
            got = set(re.findall(r'\{(\d+)\}', text))
            if got - want:
                raise Refused(f'{e.where}: {sorted(got - want)} is no argument of "{key}"')
    return found


def read_both(folder):
    """The texts of a folder and, in its operator/, those of the command line. For a page the latter are for the log only: what whoever runs the
    program must be told (a path, a damaged file, an option) is nobody else's."""
    both = read_folder(folder)
    for key, (vi, en, _) in read_folder(os.path.join(folder, 'operator')).items():
        if key in both:
            raise Refused(f'{folder}: "{key}" stands in operator/ too')
        both[key] = (vi, en, True)
    return {key: both[key] for key in sorted(both, key=lambda k: k.encode())}


def read_folder(folder):
    """msgid -> (vi, en, log_only), each a list of one or two forms. What stands in one catalogue only is in the other language in the source
    itself; an argument the source names must then be in the translation. What stands in both has its halves apart."""
    vi, en = read(os.path.join(folder, 'vi.po')), read(os.path.join(folder, 'en.po'))
    both = {}
    for key in sorted(set(vi) | set(en), key=lambda k: k.encode()):
        v, e = vi.get(key), en.get(key)
        one = v or e
        if one.log_only:
            both[key] = ([positional(key)], [positional(key)], True)
            continue
        if v is None or e is None:
            if (v is None) != (VIETNAMESE.search(key) is not None) and has_words(key):
                raise Refused(f'{one.where}: "{key}" is {"Vietnamese" if v else "English"} already: it stands in the wrong catalogue')
            want = {str(i) for i in range(1, arguments(key) + 1)}
            for text in one.texts.values():
                if want - set(re.findall(r'\{(\d+)\}', text)):
                    raise Refused(f'{one.where}: "{text}" leaves out an argument of "{key}"')
        forms = [[x.texts[i] for i in sorted(x.texts)] if x else [positional(key)] for x in (v, e)]
        both[key] = (forms[0], forms[1], False)
    return both

