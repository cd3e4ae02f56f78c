#!/usr/bin/env python3
"""The same refusal, asked for in both languages: a page and the API answer in the language of the person, and in nothing else.

    test_refusals.py PROGRAM"""
import html
import http.client
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from demo_site import Forms, Site
from harness import equal, run, true

VIETNAMESE = re.compile('[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]', re.I)


def main():
    with Site(sys.argv[1]) as site:
        def alert(page):
            found = re.search(r'role="alert".*?<p[^>]*>(.*?)</p>', page, re.S)
            true(found, 'a note says what is wrong')
            return html.unescape(re.sub(r'<[^>]+>', '', found[1]))

        def in_both(client, ask):
            said = {}
            for lang in ('vi', 'en'):
                client.cookies['lt_lang'] = lang
                status, page = ask()
                equal(status, 422, f'refused in {lang}')
                said[lang] = alert(page)
            del client.cookies['lt_lang']
            return said

        def a_page_refuses_in_the_language_of_the_person():
            admin = site.person('Quản trị viên')
            _, page = admin.get('/people/new')
            unit = html.unescape(re.search(r'name="unit"[^>]*value="([^"]*)"', page)[1])
            said = in_both(admin, lambda: admin.post('/people/new', '/people/new', name='Trần Thử', email='không phải thư', unit=unit))
            true("địa chỉ thư 'không phải thư' không hợp lệ" in said['vi'], said['vi'])
            true("'không phải thư' is not a mail address" in said['en'], said['en'])

        def a_title_among_the_arguments_is_said_too():
            admin = site.person('Quản trị viên')
            _, page = admin.get('/people?role=unit_head')
            person = next(p for p in re.findall(r'href="(/person/\d+)"', page))
            _, page = admin.get(person)
            name = html.unescape(re.search(r'name="unit"[^>]*value="([^"]*)"', page)[1])
            role = dict(role='unit_head', unit=name, down='', day='01/01/2026', basis='thử')
            hidden = Forms(page).forms[person + '/grant#give']
            said = in_both(admin, lambda: admin.ask('POST', person + '/grant', urllib.parse.urlencode({**hidden, **role})))
            true('đã giữ vai trò Thủ trưởng' in said['vi'], said['vi'])
            true('this person already is Head' in said['en'], said['en'])
            true(not VIETNAMESE.search(said['en']), said['en'])

        def rows_of_an_import_say_why_in_both():
            admin = site.person('Quản trị viên')
            cells = 'Mã đơn vị;Tên đơn vị;Loại đơn vị;Mã cấp trên hành chính\nTHU-1;Thử;commune;KHONG-CO\nTHU-2;;commune;TL-UBND\nTHU-3;Thử ba;commune;TL-UBND\nTHU-3;Thử ba;commune;TL-UBND\n'
            words = {}
            for lang in ('vi', 'en'):
                admin.cookies['lt_lang'] = lang
                status, page = admin.post('/import/units', '/import/units', do='look', pasted=cells)
                equal(status in (200, 422), True, f'preview {status}')
                words[lang] = html.unescape(re.sub(r'<[^>]+>', ' ', page))
            del admin.cookies['lt_lang']
            for text in ('không có đơn vị mang mã này', 'bắt buộc nhưng để trống', 'trùng với dòng 4', 'dòng 2, cột 4'):
                true(text in words['vi'], text)
                true(text not in words['en'], f'{text} on an English page')
            for text in ('no unit has this code', 'required and left empty', 'the same as row 4', 'row 2, column 4'):
                true(text in words['en'], text)

        def the_api_answers_by_accept_language():
            client = site.person('một trường THCS')
            status, page = client.post('/account', '/account/token', name='thử', days='30', right=['read', 'execute', 'acknowledge'])
            token = re.search(r'ltr_[A-Za-z0-9_-]+', page)[0]

            def ask(path, language, body=None):
                connection = http.client.HTTPConnection('127.0.0.1', site.port, timeout=60)
                connection.request('GET' if body is None else 'POST', path, None if body is None else json.dumps(body),
                                   {'Authorization': f'Bearer {token}', 'Accept-Language': language, 'Content-Type': 'application/json'})
                answer = connection.getresponse()
                found = answer.status, json.loads(answer.read())
                connection.close()
                return found
            _, me = ask('/api/v1/me', 'vi')
            _, duties = ask(f'/api/v1/units/{me["units"][0]["id"]}/duties', 'vi')
            path = f'/api/v1/duties/{duties["items"][0]["id"]}/evidence'
            wrong = {'kind': 'document', 'done': '2099-01-01', 'title': 'x', 'fields': {}}
            status, vi = ask(path, 'vi', wrong)
            true(400 <= status < 500, f'{status} {vi}')
            _, en = ask(path, 'en', wrong)
            true(VIETNAMESE.search(vi['reason']) and not VIETNAMESE.search(en['reason']), f'{vi["reason"]} / {en["reason"]}')
            _, vi = ask(path, 'vi', {'kind': 'no_such', 'done': '2026-11-01', 'fields': {}})
            _, en = ask(path, 'en', {'kind': 'no_such', 'done': '2026-11-01', 'fields': {}})
            equal((vi['reason'], en['reason']), ('kind: không có loại bằng chứng này', 'kind: there is no such kind of evidence'), 'reasons')

        def nobody_is_told_of_bytes():
            """What is too long is said in letters or kB and MB; a Vietnamese name of 150 letters is not."""
            admin, school = site.person('Quản trị viên'), site.person('một trường THCS')
            _, page = admin.get('/people/new')
            unit = html.unescape(re.search(r'name="unit"[^>]*value="([^"]*)"', page)[1])
            said = in_both(admin, lambda: admin.post('/people/new', '/people/new', name='ỹ' * 201, unit=unit))
            true('họ tên dài quá 200 ký tự' in said['vi'] and 'the name is over 200 characters' in said['en'], f'a name of 201 letters: {said}')
            status, page = admin.post('/people/new', '/people/new', name='Trần Thử ' + 'ỹ' * 141, unit=unit)
            equal(status, 303, 'a name of 150 letters')
            said = in_both(school, lambda: school.post('/request/new?kind=help', '/request/new', reason='x' * 9000))
            true('lý do dài nhất 8 kB' in said['vi'] and 'a reason is at most 8 kB long' in said['en'], f'a reason of 9000 letters: {said}')
            po = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../po')
            told = [f'{path}:{line.strip()}' for path in (os.path.join(folder, f) for folder in (po, os.path.join(po, 'refusals')) for f in sorted(os.listdir(folder)) if f.endswith('.po'))
                    for line in open(path, encoding='utf-8') if line.startswith('msgstr') and re.search(r'\bbytes?\b', line, re.I)]
            equal(told, [], 'words of pages and refusals that speak of bytes')

        names = [a_page_refuses_in_the_language_of_the_person, a_title_among_the_arguments_is_said_too, rows_of_an_import_say_why_in_both,
                 the_api_answers_by_accept_language, nobody_is_told_of_bytes]
        run([(f.__name__.replace('_', ' '), f) for f in names])


main()
