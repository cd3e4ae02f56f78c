#!/usr/bin/env python3
"""What people do by mistake, and what they look for and must find: over the sample province, without a browser.

    test_slips.py PROGRAM"""
import http.client
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from demo_site import Forms, Site
from harness import equal, run, true

PDF = b'%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'
MULTI = 'luytre-slips-0001'


def words(page):
    return re.sub(r'\s+', ' ', re.sub(r'<[^>]*>', ' ', page))


def title(page):
    return words(re.search(r'<h1>(.*?)</h1>', page, re.S)[1]).strip()


def hand_in(client, path, fields, name, content):
    """The evidence form with a file, as a browser sends it."""
    _, page = client.get(path)
    parts = {**Forms(page).forms[path.split('?')[0]], **fields}
    body = b''.join(f'--{MULTI}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in parts.items())
    body += f'--{MULTI}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'.encode()
    body += content + f'\r\n--{MULTI}--\r\n'.encode()
    connection = http.client.HTTPConnection('127.0.0.1', client.port, timeout=60)
    cookies = '; '.join(f'{k}={v}' for k, v in client.cookies.items())
    connection.request('POST', path.split('?')[0], body, {'Cookie': cookies, 'Content-Type': f'multipart/form-data; boundary={MULTI}'})
    answer = connection.getresponse()
    text = answer.read().decode()
    for key, value in answer.getheaders():
        if key.lower() == 'set-cookie':
            k, _, rest = value.partition('=')
            client.cookies[k] = rest.split(';')[0]
    connection.close()
    return answer.status, text


def main():
    with Site(sys.argv[1]) as site:
        school, clerk = site.person('một trường THCS'), site.person('Sở Giáo dục')

        def get(client, path, want=200):
            status, body = client.get(path)
            equal(status, want, path)
            return body

        def a_duty():
            """A duty of the school proved by words and a file, and something for each of its fields."""
            for duty in re.findall(r'href="(/duty/\d+)"', get(school, '/?all=1')):
                status, page = school.get(f'{duty}/evidence')
                fields = re.findall(r'name="(f-[a-z_]+)"', page)
                if status == 200 and 'name="f-signer"' in page and 'type="file"' in page:
                    return duty, {name: '20/05/2026' if name.endswith('_on') else '12/QĐ-THCS' for name in fields}
            raise AssertionError('no duty of the school takes a signed document')

        kept = {}

        def a_program_is_no_evidence():
            kept['duty'], kept['form'] = a_duty()
            for name, content, said in (('bao-cao.pdf', b'MZ' + b'\0' * 300, 'là một chương trình'), ('quet.bin', b'\x7fELF' + b'\0' * 99, 'là một chương trình'),
                                        ('bao-cao.pdf', b'PK\3\4' + b'\0' * 99, 'có đuôi .pdf'), ('anh.JPG', b'GIF89a', 'có đuôi .jpg')):
                status, page = hand_in(school, kept['duty'] + '/evidence', kept['form'], name, content)
                equal(status, 422, name)
                true(said in words(page), f'{name}: {said}')
                true('value="12/QĐ-THCS"' in page, 'what was typed stands there again')

        def a_page_of_letters_is_not_said_back_as_a_date():
            status, page = hand_in(school, kept['duty'] + '/evidence', {k: 'x' * 5000 if k.endswith('_on') else v for k, v in kept['form'].items()}, 'a.pdf', PDF)
            equal(status, 422, 'no date')
            true('không phải một ngày' in page, 'it says why')
            true(max(map(len, words(re.sub(r'<(input|textarea)[^>]*>', '', page)).split())) < 300, 'no word of five thousand letters')

        def a_day_to_come_is_refused_by_the_label_of_its_field():
            for lang, label, said in (('vi', 'Ngày ban hành', 'Ngày ban hành không thể ở sau hôm nay'), ('en', 'Day of issue', 'Day of issue cannot be after today')):
                school.cookies['lt_lang'] = lang
                status, page = hand_in(school, kept['duty'] + '/evidence', {k: '31/12/2090' if k == 'f-issued_on' else v for k, v in kept['form'].items()}, 'a.pdf', PDF)
                del school.cookies['lt_lang']
                equal(status, 422, lang)
                true(re.search(rf'<label[^>]*for="f-f-issued_on"[^>]*>\s*{label}', page), f'the field is called {label}')
                true(said in words(page), f'{lang}: {said}')
                true('Ngày thực hiện' not in words(page) and 'Day it was done' not in words(page), f'{lang}: no field of another kind is named')

        def pressed_twice_is_handed_in_once():
            before = set(re.findall(r'/evidence/\d+', get(school, kept['duty'])))
            for _ in range(2):
                status, page = hand_in(school, kept['duty'] + '/evidence', kept['form'], 'quyet-dinh.pdf', PDF)
                equal(status, 303, f'handed in: {words(page[page.find("alert") :])[:200]}')
            equal(len(set(re.findall(r'/evidence/\d+(?!\d*/)', get(school, kept['duty']))) - before), 1, 'one more piece of evidence')

        def late_work_that_waits_for_review_says_both():
            """On the duty, in the tasks of its unit, on the page of the unit, in the rows behind a number, in Excel's words and in the API."""
            def head(duty):
                return words(re.search(r'<h2 id="h-now">(.*?)</h2>', get(clerk, duty), re.S)[1])
            def of_evidence(duty):
                page = get(clerk, duty)
                return words(page[page.index('id="h-ev"'):page.index('id="h-hist"')])
            duty = next((d for d in dict.fromkeys(re.findall(r'href="(/duty/\d+)"', get(clerk, '/?all=1'))) if re.search(r'quá hạn \d+ ngày', head(d), re.I) and 'Chờ duyệt' in of_evidence(d)), None)
            true(duty, 'the department is late with something it has handed in')
            days = re.search(r'quá hạn (\d+) ngày', head(duty), re.I)[1]
            both = f'Chờ duyệt · quá hạn {days} ngày'
            true(both in head(duty), f'the head of the duty: {head(duty)}')
            clerk.cookies['lt_lang'] = 'en'
            true(f'Waits for review · {days} day' in head(duty), f'in English: {head(duty)}')
            del clerk.cookies['lt_lang']
            unit = re.search(r'href="(/unit/\d+)', get(clerk, duty))[1]
            for path in ('/?all=1', unit, f'/rows?unit={unit[6:]}&state=late'):
                row = next((r for r in re.findall(r'<(?:tr|li)\b.*?</(?:tr|li)>', get(clerk, path), re.S) if f'"{duty}"' in r), '')
                true(both in words(row), f'{path}: {words(row)}')
            true(both in get(clerk, f'/rows.csv?unit={unit[6:]}&state=late'), 'the CSV of these rows')
            _, page = clerk.post('/account', '/account/token', name='thử', days='30', right=['read'])
            token = re.search(r'ltr_[A-Za-z0-9_-]+', page)[0]

            def api(path):
                connection = http.client.HTTPConnection('127.0.0.1', clerk.port, timeout=60)
                connection.request('GET', path, headers={'Authorization': f'Bearer {token}'})
                answer = json.loads(connection.getresponse().read())
                connection.close()
                return answer
            one = api(f'/api/v1/duties/{duty[6:]}')
            equal((one['state'], one['awaiting_review']), ('late', True), 'the API of the duty')
            of_unit = {str(d['id']): d for d in api(f'/api/v1/units/{unit[6:]}/duties')['items']}
            equal((of_unit[duty[6:]]['state'], of_unit[duty[6:]]['awaiting_review']), ('late', True), 'the API of the unit')
            true(any(not d['awaiting_review'] for d in of_unit.values()), 'others wait for nobody')

        def the_queue_says_what_it_proves():
            page = get(clerk, '/evidence')
            rows = re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a><span class="lt-sub">([^<]*)</span>', page)
            true(len(rows) > 10, 'rows with what they prove')
            equal([r for r in rows if r[0] == r[1]], [], 'nothing stands there twice')

        def the_number_of_devices_opens_to_them():
            for directive in re.findall(r'href="(/directive/\d+)"', get(clerk, '/directives')):
                found = re.search(r'href="(/devices\?[^"]*)"[^>]*>.*?([\d.]+) trên ([\d.]+)', get(clerk, directive), re.S)
                if found:
                    page = get(clerk, found[1].replace('&amp;', '&'))
                    true(f'{found[2]} trên {found[3]}' in title(page), f'{title(page)}: wanted {found[2]} of {found[3]}')
                    true(re.search(rf'trên {re.escape(found[2])}\b', words(page[page.index('<nav class="d-flex'):])), 'exactly these rows')
                    return
            raise AssertionError('no directive counts devices')

        def systems_without_a_level_open():
            page = get(clerk, '/systems')
            n = re.search(r', ([\d.]+) chưa có cấp độ', title(page))[1]
            tab = re.search(r'href="(/systems\?[^"]*level=0[^"]*)"[^>]*>(.*?)</a>', page, re.S)
            true(words(tab[2]).strip().endswith(n), f'{words(tab[2])}: wanted {n}')
            page = get(clerk, tab[1].replace('&amp;', '&'))
            true(re.search(rf'trên {re.escape(n)}\b', words(page[page.index('<nav class="d-flex'):])), 'exactly these rows')
            true('Cấp độ 1' not in words(page[page.index('<tbody'):page.index('</tbody')]), 'none of them has a level')

        def a_page_past_the_end_is_the_first():
            for path in ('/evidence?state=all&page=9999', '/systems?page=9999'):
                get(clerk, path, 303)
                true('page=' not in clerk.location, clerk.location)
                get(clerk, clerk.location)

        def what_was_done_is_said_once_and_in_its_place():
            status, _ = school.post('/request/new?kind=help', '/request/new', reason='Cần người chỉ cách quét. ' * 40)
            equal(status, 303, 'asked')
            kept['request'] = school.location
            page = get(school, '/requests?box=mine')
            true('Cần người chỉ cách quét' in page and 'Cần người chỉ cách quét. ' * 40 not in page, 'a long text is cut in the list')
            equal(re.findall(r'aria-label="[^"]*"[^>]*>.*?(-\d+)</a>', page), [], 'no tab counts below zero')
            status, _ = school.post(kept['request'], kept['request'] + '/withdraw', **{'reason-withdraw': 'Tự làm được rồi'})
            equal(status, 303, 'taken back')
            here = school.location
            true('lt-undo' in get(school, here), 'said where it leads')
            true('lt-undo' not in get(school, '/help'), 'not said of another page')

        def visits_are_planned_by_whoever_has_somebody_below():
            true('/visit/new' not in get(school, '/visits'), 'a school visits nobody')
            true('href="/visit/new"' in get(clerk, '/visits'), 'a department visits its schools')
            n = get(clerk, '/visit/new').count('<option')
            true(n > 1000, f'all of its schools may be chosen: {n}')

        def findings_and_devices_of_those_below_are_found_by_whoever_leads_them():
            police = site.person('Điều phối viên Công an')
            for who in (police, clerk):
                for path, file, least in (('/findings?state=open', '/findings.csv?state=open', 100), ('/devices', '/devices.csv', 10000)):
                    true(get(who, path).count('<tr') > 20, f'a full page: {path}')
                    rows = get(who, file).count('\n')
                    true(rows > least, f'the file holds them all: {path}, {rows}')
            true('Không còn' not in title(get(school, '/findings')), 'a school that people sign in from has one')

        def a_share_of_nothing_is_no_figure():
            for who in (school, clerk):
                page = get(who, '/budget')
                true('−' not in words(page[page.index('<h1>'):page.index('lt-foot')]), 'no share below zero')
                true('Chưa' in page, 'it says that nothing is known')

        def an_open_finding_has_no_button_that_only_refuses():
            status, _ = school.post('/finding/new', '/finding/new', title='Cửa quản trị mở ra Internet', control='1', severity='high', kind='exposure')
            equal(status, 303, 'recorded')
            page = get(school, school.location)
            true('/close"' not in page, 'it cannot be closed yet')
            true('Không còn' not in title(get(school, '/findings')), 'the list counts it')

        def who_can_see_it_is_said_on_every_object():
            """The list of each thing is that of the right that opens it: whoever stands in it opens it, the others not."""
            letter = re.search(r'href="(/letter/\d+)"', get(clerk, '/letters'))[1]
            person = re.search(r'href="(/person/\d+)"', get(clerk, '/people'))[1]
            things = [re.search(rf'href="(/{what}/\d+)"', get(clerk, path))[1] for path, what in (('/systems', 'system'), ('/devices', 'device'), ('/findings', 'finding'))]
            for one in [letter, person] + things:
                who = re.search(r'<footer.*href="([^"]+/who)"', get(clerk, one), re.S)
                true(who, f'{one} leads to who can see it')
                equal(who[1], one + '/who', 'its own list')
                page = get(clerk, who[1])
                rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', page, re.S)
                people = {words(row.split('</th>')[0]).strip() for row in rows}
                unnamed = int((re.search(r'Trong số này có (\d+) người', page) or [0, 0])[1])
                equal(int(re.search(r'(\d+) người', title(page))[1]) - unnamed, len(people), f'{who[1]} counts whom it lists')
                true(not unnamed or one.startswith('/system'), 'only what belongs to two units has viewers one does not see')
                may = [words(row.split('data-l="Được làm gì"')[1].split('</td>')[0]) for row in rows]
                need = 'Xem hệ thống, thiết bị, phát hiện' if one in things else 'Xem đơn vị và nhiệm vụ'
                equal([m for m in may if need not in m], [], f'{who[1]}: listed without the right that opens it')
                true(f'href="{one}"' in page, 'it leads back')

        def who_sees_a_finding_is_not_who_sees_its_unit():
            finding = re.search(r'href="(/finding/\d+)"', get(clerk, '/findings'))[1]
            unit = re.search(r'href="(/unit/\d+)"', get(clerk, finding))[1]
            listed = [set(re.findall(r'<td data-l="Vai trò"><span>([^<]*)', get(clerk, one + '/who'))) for one in (finding, unit)]
            true(listed[0] and 'Văn thư' not in listed[0], listed[0])
            true('Chuyên viên soạn thảo' in listed[1] or 'Văn thư' in listed[1], listed[1])

        def what_was_settled_is_not_undone_from_a_strip():
            def settles(client, page, fields, act, undo, **reason):
                status, body = client.post(page, page.split('?')[0], **fields)
                equal(status, 303, words(body)[:300])
                one, strip = client.location.split('?')[0], client.cookies['lt_u']
                true(f'<form action="{one}/{undo}"' in get(client, '/help'), f'{one}: taken back with one button')
                equal(client.post(one, f'{one}/{act}', **reason)[0], 303, act)
                client.cookies['lt_u'] = strip  # as another browser of the same person still has it
                true('lt-undo' not in get(client, '/help'), f'{one}: not any more')

            duty = re.search(r'href="/duty/(\d+)"', get(school, '/?all=1'))[1]
            settles(school, f'/request/new?duty={duty}&kind=help', {'reason': 'Cần người giúp cài máy chủ'}, 'withdraw', 'withdraw?undo=1', **{'reason-withdraw': 'Đã tự làm'})
            unit = re.search(r'<option value="(\d+)"', get(clerk, '/visit/new'))[1]
            settles(clerk, '/visit/new', {'unit': unit, 'planned': '30/12/2030', 'people': 'Phòng Trung học'}, 'cancel', 'cancel?undo=1', **{'reason-cancel': 'Trùng lịch'})

        def who_gets_a_duty_is_seen_without_opening():
            letter = re.search(r'href="(/letter/\d+)"', get(clerk, '/letters'))[1]
            page = get(clerk, letter + '/issue')
            chosen = re.findall(r'<summary>(Ai nhận việc này[^<]*)</summary>', page)
            true(chosen and all(': ' in line for line in chosen), chosen[:2])

        names = [a_program_is_no_evidence, a_page_of_letters_is_not_said_back_as_a_date,
                 a_day_to_come_is_refused_by_the_label_of_its_field, pressed_twice_is_handed_in_once,
                 late_work_that_waits_for_review_says_both, the_queue_says_what_it_proves,
                 the_number_of_devices_opens_to_them, systems_without_a_level_open, a_page_past_the_end_is_the_first, what_was_done_is_said_once_and_in_its_place,
                 visits_are_planned_by_whoever_has_somebody_below, findings_and_devices_of_those_below_are_found_by_whoever_leads_them, a_share_of_nothing_is_no_figure, an_open_finding_has_no_button_that_only_refuses, who_can_see_it_is_said_on_every_object, who_sees_a_finding_is_not_who_sees_its_unit, what_was_settled_is_not_undone_from_a_strip, who_gets_a_duty_is_seen_without_opening]
        run([(f.__name__.replace('_', ' '), f) for f in names])


if __name__ == '__main__':
    main()
