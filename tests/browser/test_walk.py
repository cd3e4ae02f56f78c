#!/usr/bin/env python3
"""People who seldom come, over the sample province: an auditor who reads everything and changes nothing, a clerk whose evidence is returned, and
whoever has only a keyboard.

    test_walk.py PROGRAM"""
import datetime
import html
import os
import re
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from demo_site import Client, Forms, Site, page_minute, totp
from harness import equal, run, skip, true
from test_slips import words

HUNT = {'f-system': 'Hệ thống một cửa', 'f-hypotheses': 'Có kẻ vào bằng tài khoản cũ', 'f-data': 'Nhật ký', 'f-findings': 'Không thấy dấu hiệu', 'f-hit_count': '0',
        'f-signer': 'Hồ Thị Trúc'}
FOCUS = '''const s = getComputedStyle(document.activeElement);
return [document.activeElement.textContent.trim(), s.outlineStyle, parseFloat(s.outlineWidth)]'''


def enrolled(site, role):
    """Whoever holds the role in the sample province has no link: the administrator invites him, and he sets his second factor."""
    admin = site.person('Quản trị viên')
    _, page = admin.get('/people?role=' + role)
    person = re.search(r'/person/\d+', page)[0]
    _, page = admin.post(person, person + '/invite')
    link = re.search(r'/invitation/[\w-]+', page)[0]
    client = Client(site.port)
    status, _ = client.post(link, link, name=role, password='mot cau dai de nho', again='mot cau dai de nho')
    equal((status, client.location.split('?')[0]), (303, '/signin/enrol'), 'the second factor is asked for')
    status, _ = client.get('/directives')
    equal(status, 303, 'nothing is shown before')
    status, page = client.post('/signin/enrol', '/signin/enrol')
    secret = re.search(r'translate="no">([A-Z2-7 ]+)<', page)[1].replace(' ', '')
    hidden = Forms(page).forms['/signin/enrol/confirm']
    status, _ = client.ask('POST', '/signin/enrol/confirm', '&'.join(f'{k}={v}' for k, v in {**hidden, 'code': totp(secret, page_minute(page))}.items()))
    equal(status, 200, 'the codes for a lost phone are shown')
    return client


def main():
    missing = webdriver.why_missing()
    if missing:
        skip(missing)
    with Site(sys.argv[1]) as site, webdriver.Driver() as driver, driver.open() as browser:
        admin = site.person('Quản trị viên')
        auditor, clerk, police = enrolled(site, 'auditor'), site.person('Đầu mối một xã'), site.person('Công an tỉnh')
        directive = re.search(r'412/UBND-KGVX', auditor.get('/directives')[1]) and re.findall(r'href="(/directive/\d+)"', auditor.get('/directives')[1])[-1]
        duty = re.search(r'href="(/duty/\d+)"', auditor.get(f'/rows?directive={directive.rsplit("/", 1)[1]}&state=ok')[1])[1]
        proof = re.search(r'href="(/evidence/\d+)"', auditor.get(duty)[1])[1]

        def open_as(client, path, width=1440, dark=False):
            browser.resize(width)
            browser.dark(dark)
            browser.get(site.url + '/help')
            browser.call('DELETE', '/cookie')
            for name, value in client.cookies.items():
                browser.cookie(name, value)
            browser.get(site.url + path)

        def the_log_says_what_was_done_in_words():
            for stream in ('audit', 'duty'):
                for lang in ('vi', 'en'):
                    auditor.cookies['lt_lang'] = lang
                    _, page = auditor.get('/admin/audit?stream=' + stream)
                    del auditor.cookies['lt_lang']
                    kinds = re.findall(r'<a href="/admin/audit\?[^"]*kind=(\w+)[^"]*">([^<]*)</a>', page)
                    true(len(kinds) > 20, f'{stream} has entries')
                    equal([k for k, word in kinds if k == word or '_' in word], [], f'{stream} in {lang}: codes without a word')
                    objects = set(re.findall(r'<a href="/(?:person|unit|duty|directive|evidence|letter)/\d+">([^<]*)</a>', page))
                    equal([o for o in objects if re.fullmatch(r'[a-z_]+', o)], [], f'{stream} in {lang}: objects without a word')
            _, table = auditor.get('/admin/audit.csv')
            true('Giao vai trò' in table, 'the table says the same')

        def the_log_is_asked_in_words():
            for typed in ('Giao vai trò', 'giao vai tro', 'grant_given'):
                status, page = auditor.get('/admin/audit?' + urllib.parse.urlencode({'kind': typed}))
                kinds = set(re.findall(r'<small class="lt-dim lt-mono lt-break" translate="no">(\w+)</small>', page))
                equal((status, kinds), (200, {'grant_given'}), typed)
                true('value="Giao vai trò" list="a-kinds"' in page, f'{typed}: the filter shows the words')
            words = re.findall(r'<option value="([^"]*)">', page)
            true(len(words) > 50 and 'Giao vai trò' in words, 'the words stand to be chosen')
            _, page = auditor.get('/admin/audit?kind=khong_co')
            true('khong_co' in page and '<tbody>' not in page, 'an unknown word finds nothing, and stays in its field')

        def an_auditor_is_offered_nothing_to_change():
            todo, seen, offered = ['/', '/admin', '/directives', '/evidence', '/units', '/people', directive, duty, proof], set(), set()
            while todo and len(seen) < 120:
                path = todo.pop(0)
                shape = re.sub(r'\d+', 'N', path)
                if shape in seen:
                    continue
                seen.add(shape)
                status, page = auditor.get(path)
                true(status in (200, 303), f'{path} answers {status}')
                if status == 200 and isinstance(page, str) and '<main' in page:
                    offered |= {(re.sub(r'\d+', 'N', action), shape) for action in re.findall(r'<form action="([^"]*)" method="post"', page)}
                    todo += [html.unescape(h) for h in re.findall(r'<a [^>]*href="(/[^"#]*)', page[page.index('<main'):])]
            true(len(seen) > 40, f'{len(seen)} kinds of pages')
            equal({a for a, _ in offered} - {'/signout', '/admin/verify'}, {a for a, _ in offered if a.startswith('/account')}, 'only his own account')

        def a_duty_down_to_its_proof_says_who_sees_it():
            for path in (directive, duty, proof):
                _, page = auditor.get(path)
                who = re.search(r'<footer.*href="(/unit/\d+/who)"', page, re.S)
                true(who, f'{path} says who may see it')
                equal(auditor.get(who[1])[0], 200, who[1])
            _, page = auditor.get(duty)
            true('id="h-ask"' not in page, 'nothing to ask a superior for where one may not ask')
            true('id="h-ask"' in clerk.get(a_duty(clerk))[1], 'but whoever does the work may')

        def a_duty(client):
            for found in re.findall(r'href="(/duty/\d+)"', client.get('/?all=1')[1]):
                status, page = client.get(found + '/evidence')
                if status == 200 and 'name="f-hypotheses"' in page and 'Quá hạn' not in page:
                    return found
            raise AssertionError('the commune hunts nothing')

        def what_was_returned_says_why_and_how_to_go_on():
            mine = a_duty(clerk)
            at = datetime.datetime.fromtimestamp(page_minute(clerk.get(mine)[1]), datetime.timezone(datetime.timedelta(hours=7)))
            days = {'f-done_on': at.strftime('%d/%m/%Y'), 'f-data_from': (at - datetime.timedelta(days=9)).strftime('08:00 %d/%m/%Y'),
                    'f-data_to': (at - datetime.timedelta(days=2)).strftime('08:00 %d/%m/%Y')}
            status, page = clerk.post(mine + '/evidence', mine + '/evidence', **HUNT, **days)
            equal(status, 303, f'handed in: {words(page[page.find("alert") :])[:200]}')
            handed = re.search(r'href="(/evidence/\d+)"', clerk.get(mine)[1])[1]
            true(f'href="{mine}/evidence"' not in clerk.get(handed)[1], 'it waits, nothing to hand in')
            strip = f'<form action="{handed}/withdraw?undo=1"'
            true(strip in clerk.get('/help')[1], 'for ten minutes it is taken back with one button')
            status, _ = police.post(handed, handed + '/return', **{'reason-return': 'Thiếu nhật ký của máy chủ thư'})
            equal(status, 303, 'returned')
            _, page = clerk.get(mine)
            true('lt_u' in clerk.cookies and strip not in page and 'lt-undo' not in page, 'not after somebody decided')
            true('Thiếu nhật ký của máy chủ thư' in page[page.index('id="h-ev"'):page.index('id="h-hist"')], 'the list of evidence says why')
            true(f'href="{mine}/evidence"' in clerk.get(handed)[1], 'the returned one leads to the next')
            true(f'href="{mine}/evidence"' not in police.get(handed)[1], 'for whoever does the work alone')

        def a_button_shows_that_it_has_the_focus():
            for dark in (False, True):
                open_as(auditor, '/admin/audit', dark=dark)
                browser.js('document.querySelector("main [name=to]").focus()')
                browser.press('Tab')
                word, style, width = browser.js(FOCUS)
                equal((word, style, width), ('Lọc', 'solid', 3), f'dark {dark}')

        def a_menu_is_left_by_escape():
            open_as(auditor, '/')
            browser.js('document.querySelector(".lt-menu > summary").focus()')
            browser.press('Enter')
            equal(browser.js('return document.querySelector(".lt-menu").open'), True, 'opened')
            browser.press('Tab', 'Escape')
            equal(browser.js('return [document.querySelector(".lt-menu").open, document.activeElement.tagName]'), [False, 'SUMMARY'], 'closed, and back where it was')

        def send_and_be_refused(client, path, at, text, said):
            """With the keyboard alone: `text` into `at`, or onto a button, and Enter. The page that comes back puts the focus on why."""
            open_as(client, path, width=390)
            browser.js(f'const e = document.querySelector(`main {at}`); if (e.tagName === "INPUT") e.value = "{text}"; e.focus(); document.body.dataset.old = "1"')
            browser.press('Enter')
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline and browser.js('return document.body.dataset.old === "1" || document.activeElement.getAttribute("role") !== "alert"'):
                time.sleep(0.1)
            equal(browser.js('return [document.body.dataset.old || "", document.activeElement.getAttribute("role")]'), ['', 'alert'], f'{path}: the focus')
            true(said in browser.js('return document.activeElement.textContent'), f'{path} says why: {browser.js("return document.activeElement.textContent")}')
            true(browser.js('const r = document.activeElement.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight'), f'{path}: and it is seen')
            browser.press('Tab')
            true(browser.js('return document.querySelector("main").contains(document.activeElement)'), f'{path}: the next stop is below it')
            equal(browser.axe(), [], f'{path}: axe')

        def a_refused_form_takes_the_focus_to_what_it_says():
            send_and_be_refused(clerk, a_duty(clerk) + '/evidence', '[name=f-done_on]', '', 'Ngày thực hiện')

        def a_refused_directive_takes_the_focus_to_what_it_says():
            drafter = site.person('Sở Giáo dục')
            letter = re.search(r'href="(/letter/\d+)"', drafter.get('/letters')[1])[1]
            send_and_be_refused(drafter, letter + '/issue', '[name$=_day]', '31/02/2026', '31/02/2026')

        def a_refused_change_of_a_unit_takes_the_focus_to_what_it_says():
            unit = re.search(r'href="(/unit/\d+)"', admin.get('/units')[1])[1]
            send_and_be_refused(admin, unit + '/edit', '[name=name]', '', 'tên')

        def a_refused_person_takes_the_focus_to_what_it_says():
            send_and_be_refused(admin, '/people/new', '[name=name]', '', 'tên')

        def a_refused_import_takes_the_focus_to_what_it_says():
            send_and_be_refused(admin, '/import/people', 'button[name=step][value=preview]', '', 'tệp')

        def who_sees_a_thing_is_read_on_a_phone():
            department = site.person('Sở Giáo dục')
            for path, what in (('/systems', 'system'), ('/findings', 'finding'), ('/letters', 'letter'), ('/people', 'person')):
                one = re.search(rf'href="(/{what}/\d+)"', department.get(path)[1])[1] + '/who'
                for dark in (False, True):
                    open_as(department, one, width=320, dark=dark)
                    true(browser.js('return document.querySelectorAll("main tbody tr").length') > 0, f'{one} names somebody')
                    equal(browser.overflow(), 0, f'{one}: sideways')
                    equal(browser.axe(), [], f'{one}: axe')

        def what_covers_a_duty_stays_in_its_card():
            for width in (1440, 1024, 390, 320):
                open_as(auditor, duty, width=width)
                equal(browser.js('''const card = document.querySelector(".lt-cover-rows").getBoundingClientRect();
return [...document.querySelectorAll(".lt-cover-rows .lt-st")].filter(e => e.getBoundingClientRect().right > card.right + 1).length'''), 0, f'at {width}')
                equal(browser.overflow(), 0, f'sideways at {width}')

        names = [the_log_says_what_was_done_in_words, the_log_is_asked_in_words, an_auditor_is_offered_nothing_to_change, a_duty_down_to_its_proof_says_who_sees_it,
                 what_was_returned_says_why_and_how_to_go_on, a_button_shows_that_it_has_the_focus, a_menu_is_left_by_escape,
                 a_refused_form_takes_the_focus_to_what_it_says, a_refused_directive_takes_the_focus_to_what_it_says,
                 a_refused_change_of_a_unit_takes_the_focus_to_what_it_says, a_refused_person_takes_the_focus_to_what_it_says,
                 a_refused_import_takes_the_focus_to_what_it_says, who_sees_a_thing_is_read_on_a_phone, what_covers_a_duty_stays_in_its_card]
        run([(f.__name__.replace('_', ' '), f) for f in names])


if __name__ == '__main__':
    main()
