#!/usr/bin/env python3
"""tools/tmplgen and tools/pogen: each mistake is refused with file:line; what passes is escaped for where it stands.

    test_tmplgen.py SOURCE_ROOT"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = sys.argv[1]
PO = 'msgid ""\nmsgstr ""\n\nmsgid "a.b"\nmsgstr "X"\n\nmsgid "a.n"\nmsgid_plural "a.n"\nmsgstr[0] "{n} x"\n%s\nmsgid "a.who"\nmsgstr "{who}"\n'
HEAD = '{{#page p\nfield s str\nfield n int\nfield f bool\nfield h html\nfield d day\nfield st state\nfield rows list row\nstruct row\n  name str\n#}}\n'
PART = '{{#part q\nfield s str\nfield o str?\n#}}\n<b>{{s}}</b>\n'

# markup, what the refusal must say; the markup begins at line 12
REFUSED = [
    ('<p>{{nope}}</p>', 'unknown field "nope"'),
    ('\n<p>{{rows}}</p>', 'p.html:13: "rows" is a list'),
    ('{{#each rows as r}}{{r.nope}}{{/each}}', 'struct row has no field "nope"'),
    ('{{> nope}}', 'unknown part "nope"'),
    ('{{> q}}', 'part q needs s'),
    ('{{> q s=n}}', 's of part q is str'),
    ('{{> q s="x" z="y"}}', 'part q has no field "z"'),
    ('{{t "a.none"}}', 'no text "a.none"'),
    ('{{t "a.n"}}', 'needs the arguments n'),
    ('{{t "a.who" who=h}}', 'cannot be an argument'),
    ('{{t "a.b" n=n}}', 'has no argument'),
    ('<script>var x = {{s}};</script>', 'needs src'),
    ('<script src="/a.js">{{s}}</script>', 'no value inside <script>'),
    ('<script src="/a.js">x</script>', 'no script text'),
    ('<style>{{s}}</style>', 'no <style>'),
    ('<p style="color:{{s}}">', 'attribute style is refused'),
    ('<p onclick="{{s}}">', 'attribute onclick is refused'),
    ('<p ONCLICK="x">', 'attribute onclick is refused'),
    ('<p hx-on:click="x">', 'is refused'),
    ('<p class={{s}}>', 'must stand in double quotes'),
    ("<p class='{{s}}'>", 'must stand in double quotes'),
    ('<p {{s}}>', 'a value cannot stand inside <p>'),
    ('<{{s}}>', 'tag name'),
    ('<a href="{{h}}">', 'is markup'),
    ('<p title="{{h}}">', 'is markup'),
    ('<a href="javascript:{{s}}">', 'cannot choose where it leads'),
    ('<a href="java{{s}}">', 'cannot choose where it leads'),
    ('<a href="//{{s}}">', 'cannot choose where it leads'),
    ('<a href="https://{{s}}/x">', 'cannot choose where it leads'),
    ('<a href="{{st}}">', 'not an address'),
    ('<a href="{{s}}{{s}}">', 'cannot choose where it leads'),
    ('<iframe src="/x"></iframe>', '<iframe> is refused'),
    ('<base href="/">', '<base> is refused'),
    ('<!-- {{s}} -->', 'comment'),
    ('{{#if s}}<p {{/if}}>', 'begins in text and ends inside <p>'),
    ('<p title="{{#if f}}a{{else}}b"{{/if}}>', 'end at different places'),
    ('{{#each rows as r}}<p title="{{/each}}', 'ends in p title'),
    ('{{#if s}}', '{{/if}} is missing'),
    ('{{/if}}', 'does not belong here'),
    ('{{#each s as x}}{{/each}}', 'not a list'),
    ('{{#each rows as s}}{{/each}}', 'is taken'),
    ('{{f}}', 'is a bool'),
    ('<p title="a', 'the template ends'),
    ('<form method="post"></form>', 'needs {{csrf}}'),
    ('<form method="POST"></form>', 'needs {{csrf}}'),
    ('<form><form></form></form>', 'a form inside a form'),
    ('{{csrf}}', 'stands in a form'),
    ('{{icon "nope"}}', 'no symbol i-nope'),
    ('<link href="{{asset "nope.css"}}">', 'no asset'),
    ('{{body}}', 'layout'),
    ('<p class="a" class="b">', 'stands twice'),
    ('a < b', 'bare <'),
    ('{{#if st == "nope"}}{{/if}}', 'no state'),
    ('{{s', '{{ without }}'),
]
# markup, the C line it becomes
PASSED = [
    ('<p>{{s}}</p>', 'out_text(o, d->s);'),
    ('<p title="{{s}}">', 'out_attr(o, d->s);'),
    ('<a href="{{s}}">x</a>', 'out_url(o, d->s);'),
    ('<form action="{{s}}"></form>', 'out_url(o, d->s);'),
    ('<a hx-get="{{s}}">x</a>', 'out_url(o, d->s);'),
    ('<a href="/x/{{s}}">x</a>', 'out_url_part(o, d->s);'),
    ('<a href="/x?q={{s}}&amp;n={{n}}">x</a>', 'out_url_part(o, d->s);'),
    ('<a href="{{s}}?q={{n}}">x</a>', 'out_url(o, d->s);'),
    ('<a href="tel:{{s}}">x</a>', 'out_tel(o, d->s);'),
    ('<p>{{n}}</p>', 'out_number(o, d->n);'),
    ('<p title="{{n}}">', 'out_i64(o, d->n);'),
    ('<p>{{d}}</p>', 'out_day(o, d->d);'),
    ('<time datetime="{{d}}">', 'out_day_iso(o, d->d);'),
    ('<p>{{h}}</p>', 'out_html(o, d->h);'),
    ('<textarea>{{s}}</textarea>', 'out_text(o, d->s);'),
    ('<title>{{s}}</title>', 'out_text(o, d->s);'),
    ('{{t "a.who" who=s}}', 'MSG_ARG_STR'),
    ('<p{{#if f}} hidden{{/if}}>', 'if (d->f) {'),
    ('{{#if not s}}x{{/if}}', 'if (!(d->s.len_bytes > 0)) {'),
    ('{{#each rows as r}}{{r.name}}{{/each}}', 'out_text(o, row_r->name);'),
    ('<form method="post">{{csrf}}</form>', 'out_csrf(o);'),
    ('{{> q s=@a.b}}', 'msg_text(o->lang, MSG_A_B, 0)'),
]


def compile_page(folder, markup):
    with open(f'{folder}/pages/p.html', 'w', encoding='utf-8') as f:
        f.write(HEAD + markup)
    done = subprocess.run([sys.executable, f'{ROOT}/tools/tmplgen', f'{folder}/pages', f'{folder}/po', f'{folder}/out.h', f'{folder}/out.c'],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def main():
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ('pages', 'po', 'assets'):
            os.mkdir(f'{folder}/{name}')
        shutil.copy(f'{ROOT}/assets/sprite.svg', f'{folder}/assets')
        with open(f'{folder}/pages/q.html', 'w', encoding='utf-8') as f:
            f.write(PART)
        for lang, other in (('vi', ''), ('en', 'msgstr[1] "{n} xs"\n')):
            with open(f'{folder}/po/{lang}.po', 'w', encoding='utf-8') as f:
                f.write(PO % other)
        for markup, words in REFUSED:
            code, said = compile_page(folder, markup)
            if code == 0 or words not in said or 'p.html:' not in said or 'Traceback' in said:
                bad.append(f'{markup!r}: code {code}, said {said.strip()!r}, wanted {words!r}')
        for markup, line in PASSED:
            code, said = compile_page(folder, markup)
            if code or (line and line not in open(f'{folder}/out.c', encoding='utf-8').read()):
                bad.append(f'{markup!r}: code {code} {said.strip()!r}, wanted {line!r}')
        # catalogues: a key, a plural or an argument in one language only
        en = f'{folder}/po/en.po'
        whole = open(en, encoding='utf-8').read()
        for change, words in (((('msgid "a.b"', 'msgid "a.c"')), 'has no English'), (('msgstr "X"', 'msgstr ""'), 'has no text'),
                              (('msgstr "{who}"', 'msgstr "{whom}"'), 'arguments'), (('msgstr[1] "{n} xs"\n', ''), 'plural forms'),
                              (('msgid "a.b"', 'msgid "a.who"'), 'is already at'), (('msgid "a.b"', 'msgid "ab"'), 'is not of the form')):
            with open(en, 'w', encoding='utf-8') as f:
                f.write(whole.replace(*change))
            done = subprocess.run([sys.executable, f'{ROOT}/tools/pogen', f'{folder}/po', f'{folder}/t.h', f'{folder}/t.c'], capture_output=True, text=True, check=False)
            if done.returncode == 0 or words not in done.stderr or '.po:' not in done.stderr:
                bad.append(f'{change}: {done.returncode} {done.stderr.strip()!r}, wanted {words!r}')
    # every text of the real catalogues is asked for by a page or by C
    keys = [line.split('"')[1] for line in open(f'{ROOT}/po/vi.po', encoding='utf-8') if line.startswith('msgid "') and '.' in line]
    text = ''
    for base in ('pages', 'src', 'tests'):
        for folder, _, names in os.walk(f'{ROOT}/{base}'):
            for name in names:
                if name.endswith(('.html', '.c', '.h')):
                    text += open(f'{folder}/{name}', encoding='utf-8').read()
    for key in keys:
        if f'"{key}"' not in text and f'@{key}' not in text and 'MSG_' + key.upper().replace('.', '_') not in text:
            bad.append(f'po: {key} is asked for nowhere')
    for line in bad:
        print(f'not ok {line}')
    print(f'{len(REFUSED)} refusals, {len(PASSED)} templates, {len(keys)} texts')
    sys.exit(1 if bad else 0)


main()
