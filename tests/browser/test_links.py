#!/usr/bin/env python3
"""Every link of the site over HTTP: from the first page on, by six kinds of people, each href and form action is followed.

    test_links.py LUYTRE SOURCE_FOLDER

Nobody is shown a link that answers him with an error: not found, not allowed, not understood, broken. A form goes to a row of the route
tables. Every row with GET was reached by somebody, or stands in NOT_REACHED with its reason. Bounded: of one row with the same names in
its query at most PER_SHAPE addresses are asked for each person, PER_ROW in all."""
import collections
import html.parser
import os
import json
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import equal, run, true
from demo_site import Site
from test_idor import Store

ROW = re.compile(r'\{(GET|POST|PUT|DELETE|PATCH), "([^"]+)", \w+, ([\w |]+), ([\w |]+), ')
PER_SHAPE, PER_ROW = 2, 9
FINE = (200, 302, 303)
# Rows that no link of a page leads to, and why.
NOT_REACHED = {
    '/healthz': 'for the monitor',
    '/favicon.ico': 'asked by browsers without a link',
    '/signin': 'whoever is signed in is not asked to',
    '/signin/code': 'between the two factors',
    '/forgot': 'a link of the page of signing in',
    '/invitation': 'a link of an invitation that ran out',
    '/invitation/{token}': 'a link of a mail',
    '/reset/{token}': 'a link of a mail',
    '/demo-link/{token}': 'printed by luytre demo',
    '/setup/{token}': 'printed by luytre serve',
    '/setup': 'the first run of a new store; the sample is past it',
    '/api/openapi.json': 'for programs',
    '/inbox': 'an older address of /reminders',
    '/visit': 'an older address of /visits',
    '/freeze/{id}/annex.xlsx': 'of frozen figures, said when they are frozen: test_directive.py',
    '/report/{id}/preview': 'of a report with frozen figures: test_report.py',
    '/report/{id}/send': 'of a report with frozen figures: test_report.py',
    '/report/{id}/{file}': 'of a report with frozen figures: test_report.py',
}


class Page(html.parser.HTMLParser):
    """Addresses a page leads to: (GET, path?query), (POST, path)."""

    def __init__(self, text):
        super().__init__()
        self.found, self.form = [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = {k: v or '' for k, v in attrs}
        if tag in ('a', 'area', 'link') and 'href' in a:
            self.found.append(('GET', a['href']))
        elif tag in ('img', 'script') and 'src' in a:
            self.found.append(('GET', a['src']))
        elif tag == 'form':
            self.form = [a.get('method', 'get').upper(), a.get('action', ''), []]
        elif tag in ('input', 'button') and self.form and a.get('name') and a.get('type') in ('hidden', 'text', 'search', 'date', None):
            self.form[2].append((a['name'], a.get('value', '')))
        if 'hx-get' in a:
            self.found.append(('GET', a['hx-get']))
        if 'formaction' in a:
            self.found.append(('POST', a['formaction']))

    def handle_endtag(self, tag):
        if tag == 'form' and self.form:
            method, action, fields = self.form
            if method == 'GET' and action:
                action += ('&' if '?' in action else '?') + urllib.parse.urlencode(fields)
            self.found.append((method, action))
            self.form = None


class Routes:
    def __init__(self, folder):
        self.rows, self.flags = [], {}
        for name in sorted(os.listdir(folder)):
            if name.endswith('.c'):
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    for method, path, _, flags in ROW.findall(re.sub(r'\s+', ' ', file.read())):
                        self.rows.append((method, path, re.compile('/'.join('[^/]+' if part.startswith('{') else re.escape(part) for part in path.split('/')))))
                        self.flags[method, path] = flags.split(' | ')
        self.rows.sort(key=lambda row: row[1].count('{'))  # a word of its own goes before any word

    def of(self, method, path):
        return next((row for m, row, shape in self.rows if m == method and shape.fullmatch(path)), None)


def rights_of(source, role):
    """The rights of a role as the columns of person_grant hold them: all of them, and those that flow down."""
    with open(os.path.join(source, '..', 'store', 'actor.h'), encoding='utf-8') as file:
        bits = {name.lower(): 1 << int(at) for name, at in re.findall(r'#define RIGHT_(\w+) +\(UINT64_C\(1\) << (\d+)\)', file.read())}
    with open(os.path.join(source, '..', '..', 'knowledge', 'roles.yaml'), encoding='utf-8') as file:
        text = file.read()
    down = set(re.findall(r'\{id: (\w+), vi: [^}]*flows_down: true\}', text))
    names = re.search(r'\{id: %s, .*?rights: \[([^\]]+)\]' % role, text)[1].split(', ')
    return sum(bits[n] for n in names), sum(bits[n] for n in names if n in down)


def becomes(site, words, role, source):
    """The person of a sign-in link has one role from now on, at the top of the province."""
    client = site.person(words)
    name = next(line for line, _ in site.links if words in line).split(' · ')[1]
    every, down = rights_of(source, role)
    db = sqlite3.connect(os.path.join(site.folder.name, 'luytre.db'), timeout=30, isolation_level=None)
    top = db.execute("SELECT unit_id FROM unit_fact WHERE kind = 'provincial_committee' AND to_day = 2147483647").fetchone()[0]
    who = db.execute('SELECT g.person_id FROM person_grant g JOIN person p ON p.id = g.person_id JOIN session s ON s.person_id = p.id WHERE p.name = ?', (name,)).fetchone()[0]
    db.execute('DELETE FROM person_grant WHERE person_id = ?', (who,))
    db.execute('UPDATE person_unit SET unit_id = ? WHERE person_id = ?', (top, who))
    for edge, rights in (('', every), ('administrative', down)):
        db.execute('INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms, needs_factor) SELECT MAX(id) + 1, ?, ?, ?, ?, ?, 0, 2147483647, 0, 0 FROM person_grant', (who, role, top, edge, rights))
    db.close()
    return client


def what_the_sample_lacks(site, program):
    """An event, a visit, a request, a report, a draft: so that their pages are linked to."""
    store = Store(site.folder.name)
    top = store.one("SELECT unit_id FROM unit_fact WHERE kind = 'provincial_committee' AND to_day = 2147483647")
    school, code = store.one("SELECT f.unit_id, f.code FROM unit_fact f JOIN unit_edge e ON e.child_id = f.unit_id WHERE f.kind = 'school_lower_secondary' ORDER BY f.unit_id DESC LIMIT 1")
    day, who = store.one('SELECT MAX(day) FROM duty_clock'), store.one('SELECT MIN(person_id) FROM person_unit WHERE unit_id = ?', school)
    subprocess.run([program, 'org', 'rename', code, '--store', os.path.join(site.folder.name, 'luytre.db'), '--name', 'Trường THCS Măng Mới', '--basis', 'Quyết định 1'], check=True, stdout=subprocess.DEVNULL)
    store.insert('visit', unit_id=school, by_unit_id=top, planned_day=day)
    store.insert('duty_request', kind='help', unit_id=school, to_unit_id=top, reason='thiếu thiết bị', state='open', by_person=who)
    directive = store.one("SELECT id FROM directive WHERE state = 'issued' AND issuer_id = ? ORDER BY id LIMIT 1", top)
    for unit, to, state in ((school, top, 'open'), (top, top, 'open')):
        store.insert('report', series='directive', unit_id=unit, to_unit_id=to, directive_id=directive, state=state, version=1, is_latest=1, period_from_day=day - 30, period_to_day=day,
                     due_day=day + 5, fields_json=json.dumps({'auto': {}, 'hand': {}}), opened_ms=1)
    draft = store.insert('directive', issuer_id=top, edge_kind='administrative', title='Dự thảo', issued_day=day, state='draft', symbol='UBND', family_id=1, search_key='du thao')
    store.insert('obligation', directive_id=draft, no=1, title='Báo cáo', text='Báo cáo', trigger_kind='once', denominator='unit', evidence_kinds='plan')
    year = 1970 + int((day + 0.5) / 365.2425)
    head = store.one("SELECT s.person_id FROM session s JOIN person_grant g ON g.person_id = s.person_id AND g.role = 'unit_head' AND g.edge_kind = 'administrative' LIMIT 1")
    store.insert('duty_request', kind='cost', unit_id=top, to_unit_id=top, reason='mua thiết bị', state='granted', by_person=head, amount_vnd=10**7, granted_vnd=10**7, budget_year=year, decided_by=who, decided_ms=1)
    duty = store.one('SELECT MIN(a.id) FROM assignment a JOIN unit_closure c ON c.descendant_id = a.unit_id AND c.ancestor_id = ? WHERE a.state >= 0', top)
    store.insert('notice', person_id=head, kind='duty_soon', title='Sắp đến hạn', link=f'/duty/{duty}', at_ms=1)
    store.db.close()
    return f'/directive/{directive}'


class Walk:
    def __init__(self, client, routes):
        self.client, self.routes = client, routes
        self.bad, self.reached, self.count = [], set(), 0
        self.seen, self.shapes, self.of_row = set(), collections.Counter(), collections.Counter()

    def go(self, *starts):
        todo = collections.deque((start, 'the start') for start in starts)
        while todo:
            href, page = todo.popleft()
            path, _, query = href.partition('?')
            row = self.routes.of('GET', path)
            if not row:
                self.bad.append(f'{page} links to {href}: no such page')
                continue
            shape = (row, tuple(sorted(name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True))))
            if href in self.seen or self.shapes[shape] >= PER_SHAPE or self.of_row[row] >= PER_ROW:
                continue
            self.seen.add(href)
            self.shapes[shape] += 1
            self.of_row[row] += 1
            cookies = dict(self.client.cookies)
            status, text = self.client.get(href)
            self.client.cookies = cookies  # a link that sets the language or the colours is not followed by the next one
            self.count += 1
            self.reached.add(row)
            if status not in FINE:
                said = re.search(r'<h1[^>]*>([^<]+)', text) if isinstance(text, str) else None
                self.bad.append(f'{page} links to {href}, which answers {status}' + (f' ({said[1].strip()})' if said else ''))
                continue
            if status != 200:
                self.add(todo, path, self.client.location or '', href)
            elif isinstance(text, str) and self.client.headers.get('Content-Type', '').startswith('text/html'):
                for method, found in Page(text).found:
                    if method == 'GET':
                        self.add(todo, path, found, href)
                    elif not self.routes.of(method, urllib.parse.urljoin(path, re.split('[?#]', found)[0])):
                        self.bad.append(f'{href} has a form to {method} {found}: no such row')

    def add(self, todo, path, found, page):
        if not found or found.startswith('#'):
            return
        to = urllib.parse.urlsplit(urllib.parse.urljoin(f'http://here{path}', found))
        if to.scheme == 'http' and to.netloc == 'here':
            todo.append((to.path + (f'?{to.query}' if to.query else ''), page))


def main():
    source = sys.argv[2]
    with Site(sys.argv[1]) as site:
        routes, walks, began = Routes(source), {}, time.monotonic()
        people = {'an administrator': site.person('Quản trị viên'),
                  'a head of province': becomes(site, 'Đầu mối UBND tỉnh', 'unit_head', source),
                  'a school officer': site.person('THCS'),
                  'an auditor': becomes(site, 'Đầu mối một xã', 'auditor', source),
                  'a police reader': becomes(site, 'Công an tỉnh', 'police_reader', source),
                  'a data protection officer': becomes(site, 'doanh nghiệp viễn thông', 'data_protection', source)}
        own = what_the_sample_lacks(site, sys.argv[1])  # one of several of the list, with what only its issuer is offered

        def follows(who):
            def case():
                walk = walks[who] = Walk(people[who], routes)
                walk.go('/', *([own] if 'head' in who else []))
                true(walk.count > 40, f'{who} was asked only {walk.count} addresses')
                equal(walk.bad, [], f'{who}: links that lead nowhere')
            return case

        def everything_is_reached():
            reached = set().union(*(walk.reached for walk in walks.values()))
            rows = {path for (method, path), flags in routes.flags.items() if method == 'GET' and 'API' not in flags}
            true(len(rows) > 100, f'only {len(rows)} rows were read from the route tables')
            equal(sorted(rows - reached - set(NOT_REACHED)), [], 'rows that no link leads to')
            equal(sorted(set(NOT_REACHED) - rows), [], 'reasons without a row')
            equal(sorted(reached & set(NOT_REACHED)), [], 'reasons for what was reached')
            print(f'{sum(walk.count for walk in walks.values())} addresses of {len(reached)} rows in {time.monotonic() - began:.0f} s')

        def a_bad_link_is_seen():
            """The walk itself: what does not exist, and what is not allowed."""
            walk = Walk(people['a school officer'], routes)
            walk.go('/no/such/page', '/admin/jobs', '/unit/1')
            equal([re.sub(r' \(.*', '', line) for line in walk.bad], ['the start links to /no/such/page: no such page', 'the start links to /admin/jobs, which answers 403', 'the start links to /unit/1, which answers 404'])
        run([(f'{who} follows every link', follows(who)) for who in people] + [('every row is reached', everything_is_reached), ('a bad link is seen', a_bad_link_is_seen)])


if __name__ == '__main__':
    main()
