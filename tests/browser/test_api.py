#!/usr/bin/env python3
"""The API as its own openapi.json describes it: every documented GET answers in the declared form; rights and strangers are refused.

    test_api.py PROGRAM"""
import datetime
import http.client
import json
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from demo_site import Site
from harness import equal, run, true

TYPES = {'string': str, 'integer': int, 'boolean': bool, 'object': dict, 'array': list, 'null': type(None), 'number': (int, float)}


def check(value, schema, where='$'):
    """Types, required members, patterns and dates of a schema; says where it does not fit."""
    kinds = schema.get('type', [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds:
        fits = any(isinstance(value, TYPES[k]) and not (k == 'integer' and isinstance(value, bool)) for k in kinds)
        true(fits, f'{where}: {value!r} is no {"/".join(kinds)}')
    if isinstance(value, str):
        if 'pattern' in schema:
            true(re.search(schema['pattern'], value), f'{where}: {value!r} is not {schema["pattern"]}')
        if schema.get('format') == 'date':
            true(re.fullmatch(r'\d{4}-\d\d-\d\d', value), f'{where}: {value!r} is no date')
    if isinstance(value, dict):
        for name in schema.get('required', []):
            true(name in value, f'{where}: {name} is missing')
        for name, part in schema.get('properties', {}).items():
            if name in value:
                check(value[name], part, f'{where}.{name}')
    if isinstance(value, list):
        for i, item in enumerate(value):
            check(item, schema.get('items', {}), f'{where}[{i}]')


def main():
    with Site(sys.argv[1]) as site:
        def token(words, rights):
            client = site.person(words)
            status, page = client.post('/account', '/account/token', name='thử', days='30', right=rights)
            if status == 303:
                status, page = client.get(client.location)
            found = re.search(r'ltr_[A-Za-z0-9_-]+', page)
            true(found, f'a token is shown once ({status})')
            return found[0]

        def ask(bearer, path, method='GET', body=None):
            connection = http.client.HTTPConnection('127.0.0.1', site.port, timeout=60)
            headers = {'Authorization': f'Bearer {bearer}'} if bearer else {}
            if body is not None:
                headers['Content-Type'] = 'application/json'
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            raw = answer.read()
            connection.close()
            return answer.status, json.loads(raw) if raw else None

        province, school = token('Quản trị viên', ['read']), token('một trường THCS', ['read', 'acknowledge', 'execute', 'asset_read'])
        weak = token('mầm non', ['acknowledge'])
        _, described = ask(None, '/api/openapi.json')
        ids = {}

        def ids_are_found():
            _, units = ask(province, '/api/v1/units?limit=3')
            ids['/api/v1/units/{id}'] = units['items'][0]['id']
            _, directives = ask(province, '/api/v1/directives?state=issued')
            # A directive goes down one kind of tree: one of those that the administrator's own tree carries has rows to show.
            for directive in directives['items']:
                _, rows = ask(province, f'/api/v1/directives/{directive["id"]}/rows?limit=2')
                if rows['items']:
                    break
            true(rows['items'], 'rows behind the numbers')
            ids['/api/v1/directives/{id}'] = directive['id']
            ids['/api/v1/duties/{id}'] = rows['items'][0]['id']
            _, me = ask(school, '/api/v1/me')
            ids['school'] = me['units'][0]['id']
            _, devices = ask(school, f'/api/v1/units/{ids["school"]}/devices')
            ids['/api/v1/devices/{id}'] = devices['items'][0]['id']
            # Two of its devices at one site that may be one machine.
            store = sqlite3.connect(os.path.join(site.folder.name, 'luytre.db'), timeout=30, isolation_level=None)
            ids['pair'] = store.execute("SELECT MIN(id), MAX(id) FROM (SELECT id FROM device WHERE unit_id = ? AND counted <> '' AND site_id = "
                                        "(SELECT site_id FROM device WHERE unit_id = ? AND counted <> '' GROUP BY site_id HAVING COUNT(*) > 1 LIMIT 1) LIMIT 2)", (ids['school'], ids['school'])).fetchone()
            store.execute("INSERT INTO device_suggestion (id, unit_id, one_id, other_id, why, state, at_ms) VALUES (77, ?, ?, ?, 'same_mac', 'open', 1)", (ids['school'], *ids['pair']))

        def every_documented_get_answers_in_its_form():
            seen = 0
            for path, row in described['paths'].items():
                if 'get' not in row or not path.startswith('/api/v1/'):
                    continue
                prefix = re.sub(r'(\{id\}).*', r'\1', path)
                # An administrator sees no devices in detail: who works with them asks.
                asker, one = (school, ids['school'] if '/units/' in path else ids.get(prefix, '')) if 'device' in path else (province, ids.get(prefix, ''))
                status, answer = ask(asker, path.replace('{id}', one))
                equal(status, 200, path)
                check(answer, row['get']['responses']['200']['content']['application/json']['schema'], path)
                seen += 1
            true(seen >= 11, f'only {seen} rows are documented')

        def paging_gives_everything_once():
            after, got = '', []
            for _ in range(40):
                _, page = ask(province, f'/api/v1/units?limit=50{after}')
                got += [u['id'] for u in page['items']]
                if page['next'] is None:
                    break
                after = '&after=' + page['next']
            equal(len(got), len(set(got)), 'no unit twice')
            true(len(got) > 1000, f'{len(got)} units')

        def figures_agree_with_their_rows():
            one = ids['/api/v1/directives/{id}']
            _, rollup = ask(province, f'/api/v1/directives/{one}/rollup')
            late, after = 0, ''
            for _ in range(200):
                _, page = ask(province, f'/api/v1/directives/{one}/rows?state=late&limit=500{after}')
                late += len(page['items'])
                if page['next'] is None:
                    break
                after = '&after=' + page['next']
            equal(late, rollup['counts']['late'], 'late rows')

        def without_a_token_401():
            equal(ask(None, '/api/v1/me')[0], 401, 'no token')

        def a_token_without_the_right_403():
            status, answer = ask(weak, '/api/v1/units')
            equal(status, 403, 'no right to read')
            check(answer, described['components']['responses']['Problem']['content']['application/problem+json']['schema'], 'problem')

        def a_foreign_unit_404():
            foreign = ids['/api/v1/units/{id}']
            for path in ('', '/children', '/status', '/duties', '/devices', '/device-suggestions'):
                equal(ask(school, f'/api/v1/units/{foreign}{path}')[0], 404, path or 'the unit')
            equal(ask(school, f'/api/v1/duties/{ids["/api/v1/duties/{id}"]}')[0] in (200, 404), True, 'a duty')

        def a_duty_of_a_past_day():
            path = f'/api/v1/duties/{ids["/api/v1/duties/{id}"]}'
            _, now = ask(province, path)
            issued = datetime.date.fromisoformat(now['chain'][-1]['issued'])
            today = datetime.date.fromisoformat(now['as_of'])
            true(issued < today, 'it was issued before today')
            schema = described['paths']['/api/v1/duties/{id}']['get']['responses']['200']['content']['application/json']['schema']
            for day in (today - datetime.timedelta(days=1), issued + (today - issued) // 2):
                status, then = ask(province, f'{path}?as_of={day}')
                equal((status, then['as_of']), (200, str(day)), f'as of {day}')
                check(then, schema, f'as of {day}')
                _, rows = ask(province, f'/api/v1/units/{then["unit"]["id"]}/status?as_of={day}')
                true(rows['counts'][then['state']] > 0, f'{then["state"]} is counted on {day}')
            for day in (issued - datetime.timedelta(days=1), today + datetime.timedelta(days=1), '2027-02-31'):
                status, answer = ask(province, f'{path}?as_of={day}')
                equal((status, answer['field']), (400, 'as_of'), f'as of {day}')

        def a_pair_of_devices_is_merged_parted_and_undone():
            one, other = map(str, ids['pair'])
            unit = ids['school']
            _, pairs = ask(school, f'/api/v1/units/{unit}/device-suggestions')
            equal([(p['id'], p['one']['id'], p['other']['id'], p['reason']) for p in pairs['items']], [('77', one, other, 'same_mac')], 'the pair')
            _, listed = ask(school, f'/api/v1/units/{unit}/devices?limit=500')
            equal({d['id']: [s['id'] for s in d['may_be_same']] for d in listed['items'] if d['may_be_same']}, {one: [other], other: [one]}, 'beside the devices')
            third = next(d['id'] for d in listed['items'] if d['id'] not in (one, other))
            path = f'/api/v1/devices/{one}'
            for body, status, field in (({}, 400, 'suggestion'), ({'suggestion': '77'}, 400, 'reason'), ({'suggestion': '78', 'reason': 'x'}, 404, None)):
                got, answer = ask(school, path + '/merge', 'POST', body)
                equal((got, answer.get('field')), (status, field), f'merge {body}')
            equal(ask(school, f'/api/v1/devices/{third}/merge', 'POST', {'suggestion': '77', 'reason': 'x'})[0], 404, 'from a device that is none of the two')
            equal(ask(province, path + '/merge', 'POST', {'suggestion': '77', 'reason': 'x'})[0], 403, 'a token that may only read')
            equal(ask(weak, path + '/apart', 'POST', {'suggestion': '77'})[0], 403, "another school's weak token")
            status, answer = ask(school, path + '/merge', 'POST', {'suggestion': '77', 'reason': 'một máy'})
            equal(status, 200, 'merged')
            _, device = ask(school, path)
            equal(([m['id'] for m in device['merges']], device['suggestions']), ([answer['merge']], []), 'the merge stands on it')
            equal(len(ask(school, f'/api/v1/units/{unit}/devices?limit=500')[1]['items']), len(listed['items']) - 1, 'one device less')
            equal(ask(school, f'/api/v1/devices/{other}/unmerge', 'POST', {'merge': answer['merge'], 'reason': 'x'})[0], 404, 'undone where it was kept')
            equal(ask(school, path + '/unmerge', 'POST', {'merge': answer['merge'], 'reason': 'hai máy'})[0], 200, 'undone')
            equal(ask(school, path + '/unmerge', 'POST', {'merge': answer['merge'], 'reason': 'hai máy'})[0], 409, 'once')
            equal(len(ask(school, f'/api/v1/units/{unit}/devices?limit=500')[1]['items']), len(listed['items']), 'two again')
            equal(ask(school, f'/api/v1/units/{unit}/device-suggestions')[1]['items'], [], 'and not asked again')
            equal(ask(school, path + '/apart', 'POST', {'suggestion': '77'})[0], 404, 'nothing is left to decide')
            for bad in ('kind=toaster', 'state=maybe'):
                status, answer = ask(school, f'/api/v1/units/{unit}/devices?{bad}')
                equal((status, answer['field']), (400, bad.split('=')[0]), bad)

        def a_letter_is_read_and_not_kept():
            text = 'ỦY BAN NHÂN DÂN\nTỈNH TRÚC LÂM\nSố: 09/UBND-KGVX\nTrúc Lâm, ngày 05 tháng 01 năm 2027\nKính gửi: Các sở, ban, ngành.\nYêu cầu các đơn vị báo cáo trước ngày 15/01/2027.\n'
            status, answer = ask(school, '/api/v1/letters/read', 'POST', {'text': text})
            equal(status, 200, 'reading')
            equal((answer['letter']['number'], answer['letter']['symbol']), ('09', 'UBND-KGVX'), 'number and symbol')
            true(isinstance(answer['duties'], list), 'duties')

        def wrong_input_names_its_field():
            status, answer = ask(school, '/api/v1/letters/read', 'POST', {'text': ''})
            equal((status, answer['field'], answer['error']), (400, 'text', 'syntax'), 'empty text')
            _, me = ask(school, '/api/v1/me')
            _, duties = ask(school, f'/api/v1/units/{me["units"][0]["id"]}/duties')
            status, answer = ask(school, f'/api/v1/duties/{duties["items"][0]["id"]}/evidence', 'POST', {'kind': 'no_such', 'done': '2026-11-01', 'fields': {}})
            equal((status, answer['field']), (400, 'kind'), 'unknown kind')

        def acknowledging_twice_is_once():
            _, me = ask(school, '/api/v1/me')
            unit = me['units'][0]['id']
            _, duties = ask(school, f'/api/v1/units/{unit}/duties')
            path = f'/api/v1/directives/{duties["items"][0]["directive"]}/acknowledge'
            equal(ask(school, path, 'POST', {'unit': unit})[0], 200, 'first')
            status, answer = ask(school, path, 'POST', {'unit': unit})
            equal((status, answer['is_new']), (200, False), 'second')

        names = [ids_are_found, every_documented_get_answers_in_its_form, paging_gives_everything_once, figures_agree_with_their_rows, a_duty_of_a_past_day, without_a_token_401,
                 a_token_without_the_right_403, a_foreign_unit_404, a_pair_of_devices_is_merged_parted_and_undone, a_letter_is_read_and_not_kept, wrong_input_names_its_field, acknowledging_twice_is_once]
        run([(f.__name__.replace('_', ' '), f) for f in names])


main()
