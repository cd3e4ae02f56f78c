"""Reader of the two catalogues, shared by pogen and tmplgen: po/vi.po and po/en.po, and beside them po/AREA.vi.po and po/AREA.en.po, one pair
an area of the site. A key stands in one file only. Standard library only."""
import glob
import os
import re
import sys


class Refused(Exception):
    """A mistake in an input file: the text already carries file:line."""


class Message:
    def __init__(self, key, line, path=''):
        self.key = key
        self.line = line
        self.path = path
        self.plural = False
        self.texts = {}  # plural index -> text


ESCAPES = {'n': '\n', 't': '\t', '"': '"', '\\': '\\'}


def unquote(raw, where):
    raw = raw.strip()
    if len(raw) < 2 or raw[0] != '"' or raw[-1] != '"':
        raise Refused(f'{where}: expected a quoted string, found {raw}')
    return re.sub(r'\\(.)', lambda m: ESCAPES.get(m.group(1), m.group(1)), raw[1:-1])


def read(path, before=None):
    """key -> Message, together with those of the files before. Empty texts and double keys are refused."""
    messages = {} if before is None else before
    current = None
    target = None
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            where = f'{path}:{n}'
            line = line.strip()
            if not line or line.startswith('#'):
                continue
            if line.startswith('msgid_plural '):
                current.plural = True
                target = None
            elif line.startswith('msgid '):
                key = unquote(line[6:], where)
                current = Message(key, n, path)
                if key in messages:
                    raise Refused(f'{where}: "{key}" is already at {messages[key].path}:{messages[key].line}')
                if key:
                    if not re.fullmatch(r'[a-z0-9_]+(\.[a-z0-9_]+)+', key):
                        raise Refused(f'{where}: key "{key}" is not of the form area.name')
                    messages[key] = current
                target = None
            elif line.startswith('msgstr['):
                index = int(line[7:line.index(']')])
                current.texts[index] = unquote(line[line.index(']') + 1:], where)
                target = index
            elif line.startswith('msgstr '):
                current.texts[0] = unquote(line[7:], where)
                target = 0
            elif line.startswith('"'):
                if target is None:
                    if current is not None and current.key == '':
                        continue
                    raise Refused(f'{where}: a continued string without msgstr before it')
                current.texts[target] += unquote(line, where)
            else:
                raise Refused(f'{where}: not understood: {line}')
    for m in messages.values():
        for index, text in m.texts.items():
            if not text:
                raise Refused(f'{m.path}:{m.line}: "{m.key}" has no text')
        if not m.texts:
            raise Refused(f'{m.path}:{m.line}: "{m.key}" has no text')
    return messages


def placeholders(text):
    return set(re.findall(r'\{([a-z_]+)\}', text))


def read_both(folder):
    """Both languages, checked against each other. English plurals have two forms, Vietnamese one."""
    vi_path, en_path = os.path.join(folder, 'vi.po'), os.path.join(folder, 'en.po')
    vi, en = read(vi_path), read(en_path)
    for more in sorted(glob.glob(os.path.join(folder, '*.vi.po'))):
        read(more, vi)
    for more in sorted(glob.glob(os.path.join(folder, '*.en.po'))):
        read(more, en)
    for key in vi:
        if key not in en:
            raise Refused(f'{vi[key].path}:{vi[key].line}: "{key}" has no English in {en_path}')
    for key in en:
        if key not in vi:
            raise Refused(f'{en[key].path}:{en[key].line}: "{key}" has no Vietnamese in {vi_path}')
    for key, v in vi.items():
        e = en[key]
        if v.plural != e.plural:
            raise Refused(f'{e.path}:{e.line}: "{key}" is plural in one language only')
        if sorted(v.texts) != [0] or sorted(e.texts) != ([0, 1] if e.plural else [0]):
            raise Refused(f'{e.path}:{e.line}: "{key}": wrong number of plural forms (Vietnamese 1, English 2)')
        want = placeholders(v.texts[0])
        for text in e.texts.values():
            got = placeholders(text)
            if got - want or (want - got) - ({'n'} if e.plural else set()):
                raise Refused(f'{e.path}:{e.line}: "{key}": arguments {sorted(got)} differ from Vietnamese {sorted(want)}')
    return vi, en


def constant(key):
    return 'MSG_' + key.upper().replace('.', '_')


def c_string(text):
    out = []
    for b in text.encode('utf-8'):
        c = chr(b)
        if c == '\\' or c == '"':
            out.append('\\' + c)
        elif c == '\n':
            out.append('\\n')
        elif 32 <= b < 127 and c != '?':
            out.append(c)
        else:
            out.append('\\%03o' % b)
    return '"' + ''.join(out) + '"'


def write_if_changed(path, text):
    data = text.encode('utf-8') if isinstance(text, str) else text
    try:
        with open(path, 'rb') as f:
            if f.read() == data:
                return
    except FileNotFoundError:
        pass
    with open(path, 'wb') as f:
        f.write(data)


def fail(refused):
    print(f'{refused}', file=sys.stderr)
    sys.exit(1)
