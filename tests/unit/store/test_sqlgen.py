#!/usr/bin/env python3
"""What tools/sqlgen refuses, with file, line and reason; and that good input gives the same output twice."""
import os
import subprocess
import sys
import tempfile

SQLGEN = sys.argv[1]
HEAD = '-- name: a\n-- result: many\n-- scope: %s\n-- args: id int\n-- columns: n int\n'
# (name, text of the query file, what stderr must be)
BAD = [
    ('no scope', '-- name: a\n-- result: none\nDELETE FROM t;', 'm/bad.sql:1: a: no "-- scope:"'),
    ('no result', '-- name: a\n-- scope: system\nDELETE FROM t;', 'm/bad.sql:1: a: no "-- result:"'),
    ('unknown scope', HEAD % 'all' + 'SELECT :id AS n;', 'm/bad.sql:3: a: scope "all" is none of'),
    ('unknown result', '-- name: a\n-- result: some\n-- scope: system\nSELECT 1;', 'm/bad.sql:2: a: result "some" is none of'),
    ('org without braces', HEAD % 'org' + 'SELECT n FROM t WHERE id = :id;', 'a: scope org: the sqlite SQL does not use {scope <expression>}'),
    ('case without braces', HEAD % 'case' + 'SELECT n FROM t WHERE id = :id;', 'a: scope case: the sqlite SQL does not'),
    ('provider without braces', HEAD % 'provider' + 'SELECT n FROM t WHERE id = :id;', 'a: scope provider: the sqlite SQL does not'),
    ('only one dialect has the scope', HEAD % 'org' + '-- sqlite:\nSELECT n FROM t WHERE {scope :id}\n-- postgres:\nSELECT n FROM t WHERE id = :id\n',
     'a: scope org: the postgres SQL does not use'),
    ('scope in a comment only', HEAD % 'org' + 'SELECT n FROM t WHERE id = :id -- {scope id}\n;', 'a: scope org: the sqlite SQL does not'),
    ('scope in a string only', HEAD % 'org' + "SELECT n FROM t WHERE id = :id AND '{scope id}' <> '';", 'a: scope org: the sqlite SQL does not'),
    ('self without actor', HEAD % 'self' + 'SELECT n FROM t WHERE id = :id;', 'a: scope self: the sqlite SQL does not use :actor_person'),
    ('system with actor', HEAD % 'system' + 'SELECT n FROM t WHERE id = :id\nAND p = :actor_person;', 'm/bad.sql:7: a: :actor_person in a query of scope system'),
    ('braces in public', HEAD % 'public' + 'SELECT n FROM t WHERE {scope :id};', 'm/bad.sql:6: a: {scope ...} in a query of scope public'),
    ('undeclared parameter', HEAD % 'system' + 'SELECT n FROM t\nWHERE id = :id AND m = :other;', 'm/bad.sql:7: a: :other is not declared in args'),
    ('unused argument', HEAD % 'system' + 'SELECT n FROM t;', 'm/bad.sql:4: a: argument id is not used'),
    ('unknown type', '-- name: a\n-- result: none\n-- scope: system\n-- args: id number\nDELETE FROM t WHERE id = :id;', 'm/bad.sql:4: a: args: unknown type "number" of id'),
    ('argument twice', '-- name: a\n-- result: none\n-- scope: system\n-- args: id int, id int\nDELETE FROM t WHERE id = :id;', 'm/bad.sql:4: a: args: id stands twice'),
    ('column twice', '-- name: a\n-- result: one\n-- scope: system\n-- columns: n int, n int\nSELECT 1 AS n;', 'm/bad.sql:4: a: columns: n stands twice'),
    ('argument of the actor', '-- name: a\n-- result: none\n-- scope: self\n-- args: actor_person int\nDELETE FROM t WHERE id = :actor_person;', 'm/bad.sql:4: a: args: :actor_person comes from the actor'),
    ('name twice', (HEAD % 'system' + 'SELECT n FROM t WHERE id = :id;\n') * 2, 'm/bad.sql:7: a stands already in m/bad.sql:1'),
    ('a C keyword', '-- name: a\n-- result: one\n-- scope: system\n-- columns: int int\nSELECT 1 AS int;', 'm/bad.sql:4: a: columns: "int" cannot be a name in C'),
    ('rows without columns', '-- name: a\n-- result: many\n-- scope: system\nSELECT 1;', 'm/bad.sql:1: a: result many needs "-- columns:"'),
    ('columns without rows', '-- name: a\n-- result: none\n-- scope: system\n-- columns: n int\nDELETE FROM t;', 'm/bad.sql:1: a: result none has no columns'),
    ('nothing written', '-- name: a\n-- result: none\n-- scope: system\nSELECT 1;', 'm/bad.sql:1: a: result none, but nothing is written'),
    ('two statements', '-- name: a\n-- result: none\n-- scope: system\nDELETE FROM t;\nDELETE FROM u;', 'm/bad.sql:4: a: more than one statement'),
    ('unknown key', '-- name: a\n-- result: none\n-- scopes: system\nDELETE FROM t;', 'm/bad.sql:3: a: unknown key in "-- scopes: system"'),
    ('scope_some elsewhere', HEAD % 'system' + 'SELECT n FROM t WHERE {scope_some t x, x.unit_id, x.n = 1};', 'm/bad.sql:6: a: {scope_some ...} in a query of scope system'),
    ('unknown braces', HEAD % 'system' + 'SELECT n FROM t WHERE id = {id};', 'm/bad.sql:6: a: "{id}" is not {scope <expression>}'),
    ('unknown piece', HEAD % 'system' + 'SELECT {piece n} FROM t WHERE id = :id;', 'm/bad.sql:6: a: no "-- piece: n" in this module'),
    ('unused piece', HEAD % 'system' + 'SELECT n FROM t WHERE id = :id;\n-- piece: sums\nSUM(n) AS n', 'm/bad.sql:7: piece sums is not used'),
    ('piece twice', '-- piece: n\nn\n-- piece: n\nm\n' + HEAD % 'system' + 'SELECT {piece n} FROM t WHERE id = :id;', 'm/bad.sql:3: piece n stands already in m/bad.sql:1'),
    ('two statements by a piece', '-- piece: n\nn; DELETE FROM t\n' + HEAD % 'system' + 'SELECT {piece n} FROM t WHERE id = :id;', 'm/bad.sql:8: a: more than one statement'),
    ('open quote', HEAD % 'system' + "SELECT n FROM t WHERE id = :id AND m = 'x;", 'm/bad.sql:6: a: quote is not closed'),
    ('no SQL', '-- name: a\n-- result: none\n-- scope: system\n', 'm/bad.sql:1: a: no SQL for sqlite'),
    ('SQL before a name', 'SELECT 1;\n', 'm/bad.sql:1: SQL before the first "-- name:"'),
    ('key after SQL', HEAD % 'system' + 'SELECT n FROM t\n-- args: x int\nWHERE id = :id;', 'm/bad.sql:7: a: "-- args:" after the SQL began'),
]
BAD_MIGRATIONS = [
    ('unknown type', '0001_x.sql', 'CREATE TABLE t (\n  id {number}\n) {strict};', 'm/migrations/0001_x.sql:2: unknown type "{number}"'),
    ('own transaction', '0001_x.sql', 'CREATE TABLE t (id {id});\nCOMMIT;', 'm/migrations/0001_x.sql:2: COMMIT: a migration already runs'),
    ('parameter', '0001_x.sql', 'DELETE FROM t WHERE id = :id;', 'm/migrations/0001_x.sql:1: a migration has no parameters'),
    ('name', '1_x.sql', 'SELECT 1;', 'm/migrations/1_x.sql:1: a migration is named NNNN_title.sql'),
    ('one dialect empty', '0001_x.sql', '-- sqlite:\nSELECT 1;', 'm/migrations/0001_x.sql:1: no SQL for postgres'),
]
# With an outbox.txt: (name, its text, query file, stderr)
WRITE = '-- name: a\n-- result: none\n-- scope: system\n-- args: %s\n%s'
BAD_OUTBOX = [
    ('unlisted table', 'u travels', WRITE % ('id int', 'DELETE FROM t WHERE id = :id;'), 'm/bad.sql:1: a: writes t, which stands in no outbox.txt'),
    ('no key', 't travels', WRITE % ('n int', 'DELETE FROM t WHERE n = :n;'), 'm/bad.sql:1: a: writes t, which travels: "-- outbox: <argument'),
    ('unknown key', 't travels', WRITE % ('n int', '-- outbox: m\nUPDATE t SET n = :n;'), 'm/bad.sql:1: a: writes t, which travels'),
    ('key is text', 't travels', WRITE % ('n text', '-- outbox: n\nINSERT INTO t (n) VALUES (:n);'), 'm/bad.sql:1: a: outbox: n is no int'),
    ('nothing travels', 't stays its own', WRITE % ('n int', '-- outbox: n\nUPDATE t SET n = :n;'), 'm/bad.sql:5: a: "-- outbox:" where nothing that travels is written'),
    ('no reason', 't stays', WRITE % ('id int', 'DELETE FROM t WHERE id = :id;'), 'm/outbox.txt:1: not "table travels" or "table stays reason"'),
    ('listed twice', 't travels\nt travels', WRITE % ('id int', 'DELETE FROM t WHERE id = :id;'), 'm/outbox.txt:2: t stands twice'),
    ('new table', 't travels', WRITE % ('id int', 'DELETE FROM t WHERE id = :id;'), 'm/migrations/0001_x.sql:1: table v stands not in outbox.txt'),
]

# With a kept.txt: (name, its text, query file, stderr)
BAD_KEPT = [
    ('not a line', 't', WRITE % ('id int', 'DELETE FROM t WHERE id = :id;'), 'm/kept.txt:1: not "table name"'),
    ('listed twice', 't a\nt b', WRITE % ('id int', 'DELETE FROM t WHERE id = :id;'), 'm/kept.txt:2: t stands twice'),
    ('no reason', 't a', WRITE % ('id int', '-- kept: stays\nDELETE FROM t WHERE id = :id;'), 'm/bad.sql:5: a: "-- kept: stays <reason>"'),
    ('nothing kept', 'u a', WRITE % ('id int', '-- kept: stays the same\nDELETE FROM t WHERE id = :id;'), 'm/bad.sql:5: a: "-- kept: stays <reason>"'),
]


def run(folder, text, migrations=(), outbox=None, kept=None):
    source = os.path.join(folder, 'src', 'x', 'm')
    os.makedirs(os.path.join(source, 'migrations'))
    with open(os.path.join(source, 'bad.sql'), 'w', encoding='utf-8') as f:
        f.write(text)
    for name, sql in migrations:
        with open(os.path.join(source, 'migrations', name), 'w', encoding='utf-8') as f:
            f.write(sql)
    if outbox is not None:
        with open(os.path.join(source, 'outbox.txt'), 'w', encoding='utf-8') as f:
            f.write(outbox)
    if kept is not None:
        with open(os.path.join(source, 'kept.txt'), 'w', encoding='utf-8') as f:
            f.write(kept)
    out = os.path.join(folder, 'out')
    os.makedirs(out)
    done = subprocess.run([sys.executable, SQLGEN, 'module', '--outdir', out, '--source-dir', source, '--inputs', os.path.join(source, 'bad.sql'), '--', 'm'],
                          capture_output=True, text=True)
    # x/m/bad.sql -> m/bad.sql: the folder above the module stands in front
    return done.returncode, done.stderr.replace('x/m/', 'm/'), out


failed = 0
GOOD = HEAD % 'org' + "SELECT n FROM t WHERE id = :id AND m = ':no {no}' AND {scope t.unit_id}; -- the end\n"
TABLE = (('0001_x.sql', 'CREATE TABLE t (id {id});\nCREATE TABLE v (id {id});'),)
cases = [(name, text, (), want, None, None) for name, text, want in BAD]
cases += [('migration: ' + name, GOOD, ((path, sql),), want, None, None) for name, path, sql, want in BAD_MIGRATIONS]
cases += [('outbox: ' + name, text, TABLE if name == 'new table' else (), want, outbox, None) for name, outbox, text, want in BAD_OUTBOX]
cases += [('kept: ' + name, text, (), want, None, kept) for name, kept, text, want in BAD_KEPT]
cases.append(('migration: number twice', GOOD, (('0001_x.sql', 'SELECT 1;'), ('0001_y.sql', 'SELECT 1;')), 'm/migrations/0001_y.sql:1: number 0001 is taken by m/migrations/0001_x.sql', None, None))
for name, text, migrations, want, outbox, kept in cases:
    with tempfile.TemporaryDirectory() as folder:
        code, stderr, out = run(folder, text, migrations, outbox, kept)
        if code != 1 or want not in stderr or len(stderr.splitlines()) != 1 or os.listdir(out):
            failed += 1
            print('%s: exit %d, wrote %s, said:\n  %swanted:\n  %s' % (name, code, os.listdir(out), stderr, want))
# A write to a table that is kept moves its number; one that says why it need not does not.
for head, want in (('', True), ('-- kept: stays the same for whoever reads it\n', False)):
    with tempfile.TemporaryDirectory() as folder:
        code, stderr, out = run(folder, WRITE % ('id int', head + 'DELETE FROM t WHERE id = :id;'), kept='t tree')
        made = open(os.path.join(out, 'm_module.sql.c'), encoding='utf-8').read() if code == 0 else stderr
        if ('.stirs = "tree"' in made) != want:
            failed += 1
            print('kept %r: %s' % (head, made))
outputs = []
for _ in range(2):
    with tempfile.TemporaryDirectory() as folder:
        code, stderr, out = run(folder, GOOD, (('0001_x.sql', 'CREATE TABLE t (id {id}, n {text}) {strict};'),))
        if code != 0:
            failed += 1
            print('good input: exit %d: %s' % (code, stderr))
            break
        outputs.append([(name, open(os.path.join(out, name), encoding='utf-8').read()) for name in sorted(os.listdir(out))])
if outputs and (outputs[0] != outputs[-1] or [name for name, _ in outputs[0]] != ['bad.sql.h', 'm_module.sql.c']):
    failed += 1
    print('output differs from run to run')
if outputs:
    c = outputs[0][1][1]
    for want in ("':no {no}'", 'id = ?1', 'id = $1', 'scope_g.person_id = $2', 'bigint PRIMARY KEY', 'INTEGER PRIMARY KEY', 'STRICT'):
        if want.replace('?', '\\?') not in c.replace('"\n        "', '').replace('"\n     "', ''):
            failed += 1
            print('not in the output: %s' % want)
# A piece stands for its lines, whether it comes before the query or behind it.
sums = []
for text in ('SELECT SUM(n) AS n FROM t WHERE id = :id;', 'SELECT {piece sums} FROM t WHERE id = :id;\n-- piece: sums\n-- what it is\nSUM(n) AS n\n'):
    with tempfile.TemporaryDirectory() as folder:
        code, stderr, out = run(folder, HEAD % 'system' + text)
        sums.append(open(os.path.join(out, 'm_module.sql.c'), encoding='utf-8').read() if code == 0 else stderr)
if sums[0] != sums[1] or 'SUM(n) AS n' not in sums[0]:
    failed += 1
    print('a piece: %s\nwithout: %s' % (sums[1], sums[0]))
# Which inserts can go out as COPY.
INSERT = '-- name: a\n-- result: %s\n-- scope: system\n-- args: x int, y text\n%s;\n'
COPIES = [
    ('none', "INSERT INTO t (a, b) VALUES (:x, :y)", 'COPY t (a, b) FROM STDIN (FORMAT binary)|{{0, 0, NULL}, {1, 0, NULL}}'),
    ('none', "INSERT INTO t (a, b, c, d) VALUES (:y, 2147483647, 'it''s', :x)", 'COPY t (a, b, c, d)|{{1, 0, NULL}, {-1, INT64_C(2147483647), NULL}, {-1, 0, "it\'s"}, {0, 0, NULL}}'),
    ('none', "INSERT INTO t (a, b) VALUES (:x, :y) ON CONFLICT DO NOTHING", None),
    ('none', "INSERT INTO t (a, b) VALUES (:x + 1, :y)", None),
    ('none', "INSERT INTO t (a, b) VALUES (-1, :y), (:x, :y)", None),
    ('none', "INSERT INTO t (a, b) SELECT :x, :y", None),
    ('none', "INSERT INTO t (a, b) VALUES (lower(:y), :x)", None),
    ('changes', "INSERT INTO t (a, b) VALUES (:x, :y)", None),
]
for result, sql, want in COPIES:
    with tempfile.TemporaryDirectory() as folder:
        code, stderr, out = run(folder, INSERT % (result, sql))
        text = open(os.path.join(out, 'm_module.sql.c'), encoding='utf-8').read() if code == 0 else stderr
        if want is None and (code != 0 or 'COPY' in text) or want and any(part not in text for part in want.split('|')):
            failed += 1
            print('%s (%s): not %s' % (sql, result, want))
print('%d cases, %d failed' % (len(cases) + len(COPIES) + 2, failed))
sys.exit(1 if failed else 0)
