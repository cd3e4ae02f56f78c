#!/usr/bin/env python3
"""The API as its own openapi.json describes it: every documented GET answers in the declared form; rights and strangers are refused.

    test_api.py PROGRAM"""
import datetime
import http.client
import json
import os
import re
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

        province, school = token('Quản trị viên', ['read']), token('một trường THCS', ['read', 'acknowledge', 'execute'])
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

        def every_documented_get_answers_in_its_form():
            seen = 0
            for path, row in described['paths'].items():
                if 'get' not in row or not path.startswith('/api/v1/'):
                    continue
                prefix = re.sub(r'(\{id\}).*', r'\1', path)
                status, answer = ask(province, path.replace('{id}', ids.get(prefix, '')))
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
            for path in ('', '/children', '/status', '/duties'):
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
                 a_token_without_the_right_403, a_foreign_unit_404, a_letter_is_read_and_not_kept, wrong_input_names_its_field, acknowledging_twice_is_once]
        run([(f.__name__.replace('_', ' '), f) for f in names])


main()
