#!/usr/bin/env python3
"""My tasks, search, administration over the sample province: in a real browser at three widths, light and dark; and by numbers.

    test_home.py LUYTRE [SHOTS_DIR]"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import equal, run, skip, true
from demo_site import Client, Site, page_minute, totp

LOOKS = [('school', 'THCS', '/'), ('committee', 'UBND tỉnh', '/'), ('admin', 'Quản trị', '/'), ('late', 'THCS', '/?state=late'), ('all', 'THCS', '/?all=1'),
         ('search', 'THCS', '/search?q=truong'), ('nothing', 'THCS', '/search?q=khongcogi'), ('more', 'Quản trị', '/more'), ('account', 'THCS', '/account'),
         ('health', 'Quản trị', '/admin'), ('settings', 'Quản trị', '/admin/settings'), ('jobs', 'Quản trị', '/admin/jobs'), ('sample', 'Quản trị', '/admin/sample'),
         ('enrol', 'Quản trị', '/signin/enrol'), ('wizard', 'Quản trị', '/setup'), ('forgot', None, '/forgot'), ('signin', None, '/signin')]


def main():
    reason = webdriver.why_missing()
    if reason:
        skip(reason)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    with Site(sys.argv[1]) as site, webdriver.Driver() as driver, driver.open() as b:
        cases = []

        def look(name, who, path, width, dark):
            def case():
                b.resize(width)
                b.dark(dark)
                b.get(site.url + '/healthz')
                b.call('DELETE', '/cookie')
                if who:
                    b.cookie('lt_s', site.person(who).cookies['lt_s'])
                b.get(site.url + path)
                if shots:
                    b.screenshot(f'{shots}/{name}-{width}-{"dark" if dark else "light"}.png')
                equal(b.overflow(), 0, 'pixels too wide')
                equal(b.axe(), [], 'axe')
                equal(b.errors(), [], 'browser complaints')
            return case

        for name, who, path in LOOKS:
            for width in (320, 390, 1440):
                for dark in (False, True):
                    cases.append((f'{name} {width} {"dark" if dark else "light"}', look(name, who, path, width, dark)))

        def numbers_open():
            c = site.person('THCS')
            _, page = c.get('/')
            legend = re.findall(r'<a href="(/\?state=[a-z]+)">.*?<b>([0-9.]+)</b>', page)
            true(legend, 'the hedge has a legend')
            for href, n in legend:
                n = int(n.replace('.', ''))
                _, rows = c.get(href)
                listed = rows[rows.index('id="h-next"'):].split('</section>')[0]
                equal(listed.count('<li>'), n, href)
                _, csv = c.get(href.replace('/?', '/tasks.csv?'))
                equal(len(csv.strip().splitlines()) - 1, n, 'rows of the file of ' + href)

        def three_first():
            for who in ('THCS', 'Quản trị'):
                _, page = site.person(who).get('/')
                first = page[page.index('<ol class="lt-first'):].split('</ol>')[0]
                true(1 <= len(re.findall(r'<li class="is-', first)) <= 3, 'at most three rows first for ' + who)

        def contact_once():
            c = site.person('THCS')
            _, page = c.get('/')
            true('/contact/confirm' in page, 'asked')
            equal(c.post('/', '/contact/confirm')[0], 303, 'one tap')
            _, page = c.get('/')
            true('action="/contact/confirm"' not in page and 'Đã ghi' in page, 'not asked again')

        def marks_not_needed():
            c = site.person('THCS')
            with_marks, without = c.get('/search?q=tr%C6%B0%E1%BB%9Dng')[1], c.get('/search?q=truong')[1]
            hits = [re.findall(r'href="(/unit/\d+)"', p) for p in (with_marks, without)]
            true(hits[0], 'something is found')
            equal(hits[0], hits[1], 'with and without marks')

        def not_for_schools():
            c = site.person('THCS')
            for path in ('/admin', '/admin/settings', '/admin/jobs', '/admin/sample', '/admin/audit', '/setup'):
                equal(c.get(path)[0], 403, path)

        def settings_hold():
            c = site.person('Quản trị')
            status, page = c.post('/admin/settings', '/admin/settings', hotline='gọi tôi', site_url='ftp://x', mail_url='')
            equal(status, 422, 'refused')
            true('gọi tôi' in page and page.count('invalid-feedback') == 2, 'kept, and both errors told')
            equal(c.post('/admin/settings', '/admin/settings', hotline='0900 999 888', site_url='', mail_url='', node_name='Trúc Lâm')[0], 303, 'saved')
            true('0900 999 888' in site.person('THCS').get('/')[1], 'everybody has the new hotline')

        def verifies():
            c = site.person('Quản trị')
            status, page = c.post('/admin', '/admin/verify')
            equal(status, 200, 'verified')
            true('Chuỗi còn nguyên vẹn' in page, 'the chain is whole')

        def sample_away():
            c = site.person('Quản trị')
            true('lt-sample' in c.get('/')[1], 'the strip is there')
            status, page = c.post('/admin/sample', '/admin/sample/delete')
            equal(status, 200, 'gone')
            true('lt-sample' not in page, 'and so is the strip')
            door = re.search(r'href="(/setup/[A-Za-z0-9_-]+)"', page)
            true(door, 'the first run opens')
            equal(c.get('/setup/' + 'a' * 22)[0], 404, 'a guessed door')
            kinds = re.findall(r'<option value="([a-z_]+)"', c.get(door[1])[1])
            for kind in ('government', 'ministry', 'government_body', 'ministry_unit', 'provincial_committee', 'commune', 'enterprise'):
                true(kind in kinds, f'the first run offers the kind {kind}, it offers {kinds}')
            equal([kind for kind in kinds if kind.endswith('_legacy')], [], 'kinds that are gone today')
            equal(len(kinds), len(set(kinds)), 'each kind once')
            status, page = c.post(door[1], door[1], unit_name='Bộ Thật', kind='ministry', person='Lê Thị Thật', email='that@tinh.example', name='that', password='ngan', again='ngan')
            equal(status, 422, 'a short password')
            true('Lê Thị Thật' in page and '<option value="ministry" selected>' in page, 'what was typed and chosen is kept')
            status, _ = c.post(door[1], door[1], unit_name='Bộ Thật', kind='ministry', person='Lê Thị Thật', email='that@tinh.example', name='that',
                               password='mot cau dai de nho', again='mot cau dai de nho')
            equal((status, c.location), (303, '/signin/enrol?back=/setup'), 'the administrator is here and sets up a second factor')
            equal(c.get(door[1])[0], 404, 'the door is shut')
            equal((c.get('/setup')[0], c.get('/')[0]), (303, 303), 'without the second factor nothing opens')
            status, page = c.post('/signin/enrol?back=/setup', '/signin/enrol')
            secret = re.search(r'translate="no">([A-Z2-7 ]+)<', page)[1].replace(' ', '')
            true('<svg' in page and 'M4 4h7v1h-7z' in page, 'the QR code is drawn, from its first finder on')
            csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
            equal(c.ask('POST', '/signin/enrol/confirm', f'csrf={csrf}&code=000000&back=/setup')[0], 422, 'a wrong code')
            status, page = c.ask('POST', '/signin/enrol/confirm', f'csrf={csrf}&back=/setup&code={totp(secret, page_minute(page))}')
            equal(status, 200, 'the right code')
            codes = re.findall(r'<li>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</li>', page)
            equal(len(codes), 10, 'recovery codes')
            equal(c.get('/setup')[0], 200, 'the wizard goes on')
            c.post('/account', '/signout')
            c = Client(site.port)
            status, _ = c.post('/signin', '/signin', name='that', password='mot cau dai de nho')
            equal((status, c.location), (303, '/signin/code'), 'the password alone is half the way')
            equal(c.get('/')[0], 303, 'half the way is outside')
            equal(c.post('/signin/code', '/signin/code', code='abcd-efgh-ijkl')[0], 422, 'a guessed code')
            equal(c.post('/signin/code', '/signin/code', code=codes[3])[0], 303, 'a recovery code')
            equal(c.get('/')[0], 200, 'inside')
            unit = re.search(r'href="(/unit/\d+)"', c.get('/search?q=bo+that')[1])
            true(unit, 'the ministry is a unit')
            true('Bộ, cơ quan ngang bộ' in c.get(unit[1])[1], 'and its page names its kind')
            status, page = c.post('/account', '/account/password', old='khong phai', new='mot cau khac cung dai')
            equal(status, 422, 'a wrong old password')
            equal(c.post('/account', '/account/password', old='mot cau dai de nho', new='mot cau khac cung dai')[0], 303, 'changed')
            c = Client(site.port)
            equal(c.post('/signin', '/signin', name='that', password='mot cau khac cung dai')[0], 303, 'the new password')
            equal(c.post('/signin/code', '/signin/code', code=codes[3])[0], 422, 'a recovery code works once')

        cases += [('every number opens to its rows', numbers_open), ('three rows first', three_first), ('contact asked once a quarter', contact_once),
                  ('marks are not needed', marks_not_needed), ('administration is not for schools', not_for_schools), ('settings', settings_hold),
                  ('verify', verifies), ('sample data away, first run', sample_away)]
        run(cases)


if __name__ == '__main__':
    main()
