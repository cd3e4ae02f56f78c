#!/usr/bin/env python3
"""Guessed numbers over HTTP: every route with an {id}, asked by somebody of another school, shows and changes nothing.

    test_idor.py LUYTRE SOURCE_FOLDER

The list of routes is read from the running program (/api/openapi.json) and from the tables in src/web/*.c, so a new route is
asked without anybody thinking of it; one whose {name} no object is known for fails the test. The asker is a focal officer, once with
his own rights and once with every right there is in his own school, so that what refuses him is the object, not the route.
Then every route that changes something, without a token and with another session's. Last, the rows of the store: none changed."""
import hashlib
import http.client
import json
import os
import re
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import equal, run, true
from demo_site import Client, Forms, Site

ROW = re.compile(r'\{(GET|POST|PUT|DELETE|PATCH), "([^"]+)", \w+, ([\w |]+), ([\w |]+), ')
REFUSED = (403, 404)
# Written by looking alone, or by the clock: sessions are seen, rights not given are noted, jobs run, lanes of ids are leased.
MOVING = ('session', 'job', 'outbox_reader', 'reminder', 'reminder_digest', 'notice', 'outbox', 'outbox_head', 'invitation', 'sqlite_sequence', 'id_lane')
# The words of the address that are not objects: a secret, a file of our own, a register's name, which is checked by right.
NO_OBJECT = ('token', 'secret', 'name', 'register')


def routes(folder):
    """(method, path, right, flags) of every row of every table."""
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith('.c'):
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                found += [(m, p, r, f.split(' | ')) for m, p, r, f in ROW.findall(re.sub(r'\s+', ' ', file.read()))]
    return found


class Store:
    """The sample's SQLite file, beside the running program."""

    def __init__(self, folder):
        self.db = sqlite3.connect(os.path.join(folder, 'luytre.db'), timeout=30, isolation_level=None)

    def one(self, sql, *args):
        row = self.db.execute(sql, args).fetchone()
        true(row is not None, f'the sample has no row for: {sql}')
        return row[0] if len(row) == 1 else row

    def insert(self, table, **given):
        """A row with what is given, and nothing ('' or 0) in every other column that must have something."""
        row = {}
        for _, name, kind, must, default, key in self.db.execute(f'PRAGMA table_info({table})'):
            if must and default is None and not (key and name == 'id'):
                row[name] = b'' if kind == 'BLOB' else 0 if kind in ('INTEGER', 'REAL') else ''
        row = {'id': self.one(f'SELECT COALESCE(MAX(id), 0) + 1000 FROM {table}'), **row, **given}
        self.db.execute(f'INSERT INTO {table} ({", ".join(row)}) VALUES ({", ".join("?" * len(row))})', list(row.values()))
        return row['id']

    def state(self):
        """A hash of each table that only work changes."""
        names = [n for (n,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1") if n not in MOVING]
        found = {}
        for name in names:
            columns = [r[1] for r in self.db.execute(f'PRAGMA table_info({name})')]
            if name == 'chain_entry':  # sealing fills the rest
                columns = ['id', 'kind', 'object_id', 'unit_id', 'actor_id']
            if name == 'chain_head':
                continue
            digest = hashlib.sha256()
            for row in self.db.execute(f'SELECT {", ".join(columns)} FROM {name} ORDER BY {", ".join(columns)}'):
                digest.update(repr(row).encode())
            found[name] = digest.hexdigest()
        return found


def victim_objects(store, mine, day):
    """The other school and one object of each kind of it: {word of the address or first word of the path: id}, and words nobody may see."""
    other, name = store.one("SELECT f.unit_id, f.name FROM unit_fact f JOIN evidence e ON e.unit_id = f.unit_id JOIN evidence_file x ON x.evidence_id = e.id "
                            "JOIN info_system s ON s.operator_id = f.unit_id JOIN finding w ON w.unit_id = f.unit_id "
                            "WHERE f.kind = (SELECT kind FROM unit_fact WHERE unit_id = ?) AND f.unit_id <> ? ORDER BY f.unit_id LIMIT 1", mine, mine)
    o = {'unit': other, 'system': store.one('SELECT MIN(id) FROM info_system WHERE operator_id = ?', other),
         'device': store.one('SELECT MIN(id) FROM device WHERE unit_id = ?', other), 'finding': store.one('SELECT MIN(id) FROM finding WHERE unit_id = ?', other),
         'person': store.one('SELECT MIN(person_id) FROM person_unit WHERE unit_id = ?', other), 'grant': store.one('SELECT MIN(id) FROM person_grant WHERE unit_id = ?', other)}
    o['evidence'], o['file'] = store.one('SELECT e.id, f.id FROM evidence e JOIN evidence_file f ON f.evidence_id = e.id WHERE e.unit_id = ? ORDER BY e.id LIMIT 1', other)
    o['assignment'] = store.one("SELECT id FROM assignment WHERE unit_id = ? AND closed_day IS NULL ORDER BY id LIMIT 1", other)
    secret = 'Nội dung riêng của đơn vị khác'
    o['directive'] = store.insert('directive', issuer_id=other, edge_kind='administrative', title=secret, issued_day=day, state='issued', symbol='X', family_id=1, search_key='x')
    duty = store.insert('obligation', directive_id=o['directive'], no=1, title=secret, text=secret, trigger_kind='once', denominator='unit', evidence_kinds='plan')
    true(duty, 'an obligation')
    o['letter'] = store.insert('letter', unit_id=other, direction='in', subject=secret, state='read', search_key='x', read_json='{}',
                               text_sha256=store.one('SELECT text_sha256 FROM letter LIMIT 1'))
    o['letter_duty'] = store.insert('letter_duty', letter_id=o['letter'], no=1, text=secret, trigger_kind='once', state='read', confidence=1.0)
    o['attachment'] = store.insert('letter_attachment', letter_id=o['letter'], title=secret, quote_from=0, quote_to=1)
    above = store.one("SELECT parent_id FROM unit_edge WHERE child_id = ? AND edge_kind = 'administrative'", other)
    o['request'] = store.insert('duty_request', kind='help', unit_id=other, to_unit_id=above, reason=secret, state='open', by_person=o['person'])
    o['visit'] = store.insert('visit', unit_id=other, by_unit_id=above, planned_day=day, conclusion=secret)
    o['report'] = store.insert('report', series='directive', unit_id=other, to_unit_id=above, directive_id=o['directive'], state='sent', version=1, is_latest=1,
                               period_from_day=day, period_to_day=day + 1, fields_json=json.dumps({'auto': {}, 'hand': {'note': secret}}, ensure_ascii=False), sent_ms=1)
    o['freeze'] = store.insert('data_freeze', root_id=other, directive_id=o['directive'], edge_kind='administrative', as_of_day=day, at_ms=1, row_count=1, hash=b'x' * 32)
    o['batch'] = store.insert('import_batch', register='people', unit_id=other, file_name=secret, row_count=1, by_person=o['person'], sha256=b'x' * 32)
    o['event'] = store.insert('unit_event', kind='merge', on_day=day, basis=secret, note=secret, by_person=o['person'], at_ms=1)
    store.insert('unit_succession', event_id=o['event'], from_unit_id=other, to_unit_id=other)
    person = store.one('SELECT name FROM person WHERE id = ?', o['person'])
    return o, [name, secret, person]


# What {id} is, by the first word of the path (without /api/v1, in the singular).
KIND = {'unit': 'unit', 'units': 'unit', 'directive': 'directive', 'directives': 'directive', 'duty': 'assignment', 'duties': 'assignment', 'evidence': 'evidence', 'letter': 'letter',
        'system': 'system', 'device': 'device', 'devices': 'device', 'finding': 'finding', 'request': 'request', 'visit': 'visit', 'person': 'person', 'report': 'report', 'reminders': 'unit',
        'event': 'event', 'freeze': 'freeze'}


def address(path, o):
    """The path with the other school's numbers; None when it names no object."""
    words = re.findall(r'\{(\w+)\}', path)
    if not words or any(word in NO_OBJECT for word in words) and 'batch' not in words:
        return None
    first = [part for part in path.split('/') if part and part not in ('api', 'v1')][0]
    for word in words:
        if word == 'id':
            true(first in KIND, f'{path}: what is its {{id}}? Say it in KIND')
            value = o[KIND[first]]
        elif word == 'file' and first == 'report':
            value = 'report.docx'
        elif word == 'duty':
            value = o['letter_duty']
        elif word == 'register':
            value = 'people'
        else:
            true(word in o, f'{path}: what is its {{{word}}}?')
            value = o[word]
        path = path.replace('{%s}' % word, str(value))
    return path


def token_of(client):
    for page in ('/', '/account'):
        for fields in Forms(client.get(page)[1]).forms.values():
            if fields.get('csrf'):
                return fields['csrf']
    raise AssertionError('no page has a form with a token')


def fill(token):
    """What a form may hold, so that a refusal is about the object and not about a field."""
    return urllib.parse.urlencode({'csrf': token, 'reason': 'thử', 'words': 'thử', 'note': 'thử', 'person': '1', 'half': 'fix', 'level': '2', 'state': 'proposed', 'decision': 'thử',
                                   'domain': 'a.example', 'range': '192.0.2.0/24', 'cidr': '192.0.2.0/24', 'name': 'thử', 'protection': 'protected', 'act': 'confirm', 'do': 'confirm',
                                   'role': 'duty_person', 'sure': '1', 'confirm': '1', 'text': 'thử', 'day': '2027-01-04', 'spent': '1', 'conclusion': 'thử', 'active': '0'})


def main():
    with Site(sys.argv[1]) as site:
        store = Store(site.folder.name)
        officer, chief = site.person('THCS'), site.person('UBND tỉnh')
        mine = store.one('SELECT u.unit_id FROM session s JOIN person_unit u ON u.person_id = s.person_id WHERE s.token_hash = ?',
                         hashlib.sha256(officer.cookies['lt_s'].encode()).digest())
        day = store.one('SELECT MAX(day) FROM duty_clock')
        o, secrets = victim_objects(store, mine, day)
        table = routes(sys.argv[2])
        true(len(table) > 150, f'only {len(table)} rows were read from the route tables')
        status, text = officer.get('/api/openapi.json')
        equal(status, 200, 'openapi')
        described = {(method.upper(), path) for path, ways in json.loads(text)['paths'].items() for method in ways if method in ('get', 'post', 'put', 'delete', 'patch')}
        listed = {(m, p) for m, p, _, flags in table if 'API' in flags}
        equal(sorted(described - listed), [], 'routes of the program that the tables do not show')
        asked = [(m, p, flags) for m, p, _, flags in table if address(p, o)]
        cases, counted = [], {'asked': 0, 'forged': 0}

        def ask(client, method, path, token, source='127.0.0.1'):
            """As a form, or to the API as JSON; from an address of loopback, since changes are counted by address."""
            headers = {'Cookie': '; '.join(f'{k}={v}' for k, v in client.cookies.items())}
            body = None
            if method != 'GET' and path.startswith('/api/'):
                headers |= {'Content-Type': 'application/json', **({'X-CSRF-Token': token} if token else {})}
                body = '{"unit":"%d","decision":"accept","reason":"x","kind":"plan","fields":{}}' % mine
            elif method != 'GET':
                headers['Content-Type'] = 'application/x-www-form-urlencoded'
                body = fill(token) if token else 'reason=x'
            connection = http.client.HTTPConnection('127.0.0.1', site.port, timeout=60, source_address=(source, 0))
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode('utf-8', 'replace')
            connection.close()
            return answer.status, text, answer.getheader('Location')

        def is_forged(text):
            return csrf_title in text or (text.startswith('{') and 'csrf' in text)

        csrf_title = re.search(r'<h1[^>]*>([^<]+)', ask(officer, 'POST', '/account/look', '')[1])[1].strip()

        def stranger(what):
            def case():
                token, bad = token_of(officer), []
                before = store.state()
                for method, path, flags in asked:
                    status, text, location = ask(officer, method, address(path, o), token)
                    counted['asked'] += 1
                    shown = [word for word in secrets if word in text]
                    if status not in REFUSED or shown or is_forged(text):
                        bad.append(f'{method} {path} answers {status}' + (f' and shows {shown}' if shown else '') + (f' -> {location}' if location else '')
                                   + (' for a form with a token of his own' if is_forged(text) else ''))
                after = store.state()
                bad += [f'table {name} changed' for name in before if before[name] != after[name]]
                equal(bad, [], what)
            return case
        cases.append(('a school officer of another school', stranger('his own rights')))

        def every_right():
            give_every_right(officer)
            stranger('every right in his own school')()
        cases.append(('the same with every right in his own school', every_right))

        def give_every_right(client):
            """In the unit he works in; the one whose session is the newest to be seen."""
            who, unit = store.one('SELECT s.person_id, u.unit_id FROM session s JOIN person_unit u ON u.person_id = s.person_id WHERE s.token_hash = ?',
                                  hashlib.sha256(client.cookies['lt_s'].encode()).digest())
            store.insert('person_grant', person_id=who, role='unit_head', unit_id=unit, edge_kind='', rights=(1 << 24) - 1, from_day=0, to_day=2147483647)

        def forged():
            """Every route that changes something, by who has the right: without a token, with another session's, with a visitor's."""
            theirs, bad = token_of(officer), []
            visitor = Client(site.port)
            nobody = next(f['csrf'] for f in Forms(visitor.get('/signin')[1]).forms.values() if f.get('csrf'))
            ways = [('no token', '', chief, '127.0.0.2'), ("another session's token", theirs, site.person('Quản trị'), '127.0.0.3'),
                    ("a visitor's token", nobody, site.person('mầm non'), '127.0.0.4')]
            for _, _, client, _ in ways:
                give_every_right(client)
            before = store.state()
            for method, path, _, flags in table:
                if 'CHANGES' not in flags or 'PUBLIC' in flags or 'NO_CSRF' in flags:
                    continue
                to = address(path, o) or re.sub(r'\{\w+\}', 'people', path)
                for kind, token, client, source in ways:
                    status, text, _ = ask(client, method, to, token, source)
                    counted['forged'] += 1
                    if status != 403 or not is_forged(text):
                        bad.append(f'{method} {path} with {kind} answers {status}' + ('' if is_forged(text) else ', not for its token'))
            after = store.state()
            bad += [f'table {name} changed' for name in before if before[name] != after[name]]
            equal(bad, [], 'forged')
        cases.append(('forged forms', forged))

        def can_fail():
            """The same questions by somebody who may: the pages are there and hold the words."""
            good = [path for method, path, flags in asked if method == 'GET' and path.count('/') == 2 and not path.startswith('/api')]
            seen = [path for path in good if chief.get(address(path, o))[0] == 200]
            true({'/unit/{id}', '/duty/{id}', '/evidence/{id}', '/directive/{id}', '/letter/{id}'} <= set(seen), f'the committee opens only {seen}')
            true(secrets[0] in chief.get(f'/unit/{o["unit"]}')[1], 'the name is on the page of who may see it')
            print(f'# {len(asked)} routes with objects, {counted["asked"]} questions of a stranger, {counted["forged"]} forged forms')
        cases.append(('who may see it sees it', can_fail))
        run(cases)


if __name__ == '__main__':
    main()
