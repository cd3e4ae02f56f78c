"""Pages of units and people over the sample province: every page answers, numbers open to their rows, no axe violation, an import is tried, applied, undone.

    test_unit.py LUYTRE [DIR]        DIR: a sample province made before (luytre demo --dir), else one is made (half a minute)"""
import csv
import datetime
import html
import http.cookiejar
import io
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import harness
import webdriver

PAGES = ['/units', '/units?view=list&state=late', '/units?q=ben+nuoc&view=list', '/people', '/units/events', '/units/events/new?kind=merge', '/units/new', '/people/new', '/import/people']


class Demo:
    def __init__(self, program, folder):
        self.url = f'http://127.0.0.1:{webdriver.free_port()}'
        self.process = subprocess.Popen([program, 'demo', '--listen', self.url[7:], '--dir', folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)
        self.links, link = {}, None
        for line in self.process.stdout:
            if '/demo-link/' in line:
                link = line.strip()
            elif link:
                self.links[line.strip()] = link
                link = None
            elif line.startswith('Dữ liệu:'):
                break

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Person:
    def __init__(self, demo, who):
        self.jar, self.url = http.cookiejar.CookieJar(), demo.url
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar))
        self.get(next(link for words, link in demo.links.items() if who in words))

    def get(self, path, form=None, multipart=False):
        data, headers = None, {}
        if form is not None and multipart:
            data = ''.join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form.items()).encode() + b'--b--\r\n'
            headers = {'Content-Type': 'multipart/form-data; boundary=b'}
        elif form is not None:
            data = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(path if path.startswith('http') else self.url + path, data=data, headers=headers)
        for _ in range(50):
            try:
                answer = self.opener.open(request, timeout=60)
                break
            except urllib.error.HTTPError as e:
                answer = e
                break
            except urllib.error.URLError:  # the web role is still starting
                import time
                time.sleep(0.2)
        self.code, self.body = answer.status, answer.read()
        return self.body.decode('utf-8', 'replace')

    def csrf(self, page):
        return html.unescape(re.search(r'name="csrf" value="([^"]+)"', page).group(1))


def main():
    program = sys.argv[1]
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix='luytre-unit-')
    demo = Demo(program, folder)
    admin, focal = Person(demo, 'Quản trị viên'), Person(demo, 'một trường THCS')
    found = admin.get('/units?view=list&state=late&kind=school_lower_secondary&edge=administrative')
    school = re.findall(r'href="/unit/(\d+)"', found)[0]
    events = []
    person = re.findall(r'/person/(\d+)', admin.get(f'/people?root={school}&only=1'))[0]

    def answers():
        for path in PAGES + [f'/unit/{school}', f'/unit/{school}/who', f'/unit/{school}/edit', f'/unit/{school}/move', f'/person/{person}', f'/person/{person}/edit']:
            page = admin.get(path)
            harness.equal((path, admin.code), (path, 200))
            harness.equal(len(re.findall('<h1', page)), 1, path)

    def numbers_open():
        page = admin.get(f'/unit/{school}')
        for state in ('late', 'due', 'ok'):
            n = re.search(rf'<a href="/unit/{school}\?state={state}#duties"><svg.*?<b>([\d.]+)</b>', page)
            if n:
                rows = re.search(r'<tbody>(.*?)</tbody>', admin.get(f'/unit/{school}?state={state}'), re.S).group(1)
                harness.equal(rows.count('<tr>'), int(n.group(1).replace('.', '')), state)

    def search_without_marks():
        name = html.unescape(re.search(r'<h1>(.*?)</h1>', admin.get(f'/unit/{school}')).group(1))
        plain = name.replace('Trường', 'truong')
        for q in (name, plain):
            harness.true(f'/unit/{school}"' in admin.get('/units?view=list&edge=administrative&q=' + urllib.parse.quote(q)), q)

    def strangers_see_nothing():
        focal.get(f'/person/{person}/erase')
        harness.equal(focal.code, 403)
        focal.get('/units/new')
        harness.equal(focal.code, 403)
        other = re.search(r'href="/unit/(\d+)"', focal.get('/units')).group(1)
        if other != school:
            focal.get(f'/unit/{school}')
            harness.equal(focal.code, 404, 'a unit of others looks like none')

    def files():
        for path, head in (('/units.xlsx', b'PK'), ('/units.csv', b'\xef\xbb\xbf'), ('/people.xlsx', b'PK')):
            focal.get(path)
            harness.equal((path, focal.code, focal.body[:len(head)]), (path, 200, head))
        admin.get('/import/people/template.xlsx')
        harness.equal(admin.body[:2], b'PK')

    def heads_through_time():
        page = admin.get(f'/unit/{school}')
        shown = re.search(r'id="h-heads".*?</ol>', page, re.S)
        harness.true(shown, 'who headed the unit')
        rows = re.findall(r'<li([^>]*)><h4[^>]*>(.*?)</h4><p[^>]*>(.*?)</p>', shown[0])
        now = [name for mark, name, _ in rows if 'aria-current' in mark]
        harness.equal(len(now), 1, 'one row is of today')
        lead = re.search(r'<h1>.*?</h1>\s*<p[^>]*>(.*?)</p>', page, re.S)[1]
        harness.true(now[0] in lead or now[0] == 'Chưa ghi ai đứng đầu', f'{now[0]} heads it by the first line too: {lead}')
        harness.true(all(re.search(r'\d\d/\d\d/\d{4}', text) for _, _, text in rows), 'each has its days')

    def impossible_day():
        page = admin.get(f'/unit/{school}?as_of=31/02/2026')
        harness.equal(admin.code, 422)
        harness.true('28/02/2026' in page, 'a proposal for 31/02')

    def a_past_day_is_the_whole_page():
        top = re.search(r'href="/unit/(\d+)"', admin.get('/units')).group(1)
        day = (datetime.date(*reversed([int(n) for n in re.search(r'\d\d:\d\d,? (\d\d)/(\d\d)/(\d{4})', admin.get(f'/unit/{top}').split('lt-foot')[-1]).groups()])) - datetime.timedelta(days=1)).strftime('%d/%m/%Y')
        page = html.unescape(admin.get(f'/unit/{top}?as_of={day}'))
        harness.equal(admin.code, 200)
        main = page.split('<main')[-1]
        harness.true(f'Số liệu của ngày {day}' in main, 'the violet note')
        below = main.split('id="below"')[-1].split('</section>')[0]
        names = re.findall(r'<th scope="row"><a href="([^"]*)"', below)
        harness.true(names and all('as_of=' in href for href in names), f'children of that day: {names[:2]}')
        numbers = [(href, int(n.replace('.', ''))) for href, n in re.findall(r'<a href="(/rows[^"]*)">([\d.]+)', below)]
        harness.true(numbers and all('as_of=' in href for href, _ in numbers), 'numbers of that day')
        for href, n in numbers[:4]:
            rows = html.unescape(admin.get(href))
            shown = re.search(r'aria-current="true">(?:<svg.*?</svg>)?[^<]*?([\d.]+)</a>', rows.split('lt-tabs')[1], re.S)
            harness.equal(int(shown.group(1).replace('.', '')), n, f'{href} opens to its rows')
        own = re.search(r'href="/unit/(\d+)"', focal.get('/units')).group(1)
        page = html.unescape(focal.get(f'/unit/{own}?as_of={day}'))
        harness.equal(focal.code, 200)
        file = re.search(r'href="(/unit/\d+/duties\.csv[^"]*)"', page)
        harness.true(f'Thiết bị và lỗ hổng đang mở ngày {day}' in page, 'what it held on that day')
        harness.true('chỉ lưu theo ngày từ' not in page, 'due days were kept by day from the start')
        harness.true(file and 'as_of=' in file.group(1), 'the file is of that day')
        duties = re.findall(r'<th scope="row"><a href="(/duty/[^"]*)"', page)
        harness.true(duties and all('as_of=' in href for href in duties), f'its duties of that day: {duties[:2]}')
        duty = focal.get(duties[0])
        harness.equal(focal.code, 200)
        harness.true(f'Số liệu của ngày {day}' in duty, 'a duty opens on that day')
        harness.equal(re.findall(r'<form action="/duty/[^"]*" method="post"', duty), [], 'nothing is done to a past day')
        rows = len(re.findall(r'<th scope="row"><a href="/duty/', page))
        focal.get(file.group(1).replace('state=', 'was='))
        lines = focal.body.decode('utf-8-sig').strip().splitlines()
        harness.true(len(lines) - 1 >= rows > 0, f'{len(lines) - 1} rows in the file, {rows} on the page')

    def proof_of_a_past_day_says_until_when():
        """What was proved yesterday and still is: the same word and the same day, yesterday as today."""
        top = re.search(r'href="/unit/(\d+)"', admin.get('/units')).group(1)
        today = datetime.date(*reversed([int(n) for n in re.search(r'\d\d:\d\d,? (\d\d)/(\d\d)/(\d{4})', admin.get(f'/unit/{top}').split('lt-foot')[-1]).groups()]))

        def rows(query):
            admin.get(f'/rows.csv?unit={top}&state=ok{query}')
            lines = csv.reader(io.StringIO(admin.body.decode('utf-8-sig')))
            next(lines)
            return {(line[0], line[1], line[2]): (line[3], line[4]) for line in lines}
        now, then = rows(''), rows(f'&as_of={today - datetime.timedelta(days=1):%d/%m/%Y}')
        both = now.keys() & then.keys()
        harness.true(any(re.search(r'\d\d/\d\d/\d{4}', then[key][0]) for key in both), f'{len(both)} proved on both days, one at least until a day')
        for key in both:
            harness.equal(then[key], now[key], f'{key} yesterday and today')

    def event_is_shown_first():
        page = admin.get(f'/units/events/new?kind=rename')
        code = re.search(r'mã (\S+) ', admin.get(f'/unit/{school}')).group(1)
        form = {'csrf': admin.csrf(page), 'kind': 'rename', 'from': code, 'new_name': 'Trường THCS Măng Mới', 'day': '01/01/2030', 'basis': 'Quyết định 1/QĐ-UBND', 'step': 'preview'}
        page = admin.get('/units/events/new', form)
        harness.equal(admin.code, 200)
        harness.true('Măng Mới' in page and 'value="apply"' in page, 'the preview names the new name and asks')
        harness.true('Măng Mới' not in admin.get(f'/unit/{school}'), 'nothing has changed yet')
        form['basis'] = ''
        page = admin.get('/units/events/new', form)
        harness.equal(admin.code, 422)
        harness.true('role="alert"' in page and 'Măng Mới' in page, 'says why and keeps what was typed')

    def devices_of_units_below_come_in_by_their_code():
        page = admin.get('/import/devices')
        harness.equal(admin.code, 200, 'whoever keeps the tree below')
        code = re.search(r'mã (\S+) ', admin.get(f'/unit/{school}')).group(1)
        rows = f'Mã đơn vị,Địa điểm,Tên thiết bị,Địa chỉ MAC\n{code},Cơ sở chính,Máy Lá Non,02-00-5E-00-53-77\nkhong-co-ma,Cơ sở chính,Máy Lá Già,02-00-5E-00-53-78\n'
        page = html.unescape(admin.get('/import/devices', {'csrf': admin.csrf(page), 'pasted': rows, 'step': 'preview'}, multipart=True))
        harness.equal(admin.code, 200)
        harness.true('1 mới' in page and '1 sai' in page, re.search(r'id="h-rows">([^<]*)', page).group(1))
        harness.true('không có đơn vị mang mã này' in page, 'the wrong row says why')

    def a_split_leaves_what_nobody_named_to_be_placed():
        found = admin.get('/units?view=list&kind=school_primary&edge=administrative')
        old = next(u for u in re.findall(r'href="/unit/(\d+)"', found.split('<tbody')[-1]) if u != school)
        own = admin.get(f'/unit/{old}')
        code, today = re.search(r'mã (\S+) ', own).group(1), re.search(r'\d\d:\d\d,? (\d\d/\d\d/\d{4})', own.split('lt-foot')[-1]).group(1)
        page = admin.get('/units/events/new?kind=split')
        form = {'csrf': admin.csrf(page), 'kind': 'split', 'from': code, 'parts': 'Trường Tiểu học Lộc Non, LN1\nTrường Tiểu học Búp Non, BN2', 'day': today, 'basis': 'Quyết định 7/QĐ-UBND', 'step': 'preview'}
        page = html.unescape(admin.get('/units/events/new', form))
        harness.equal(admin.code, 200)
        harness.true('Chờ phân giao (tạm ở Trường Tiểu học Lộc Non)' in page, 'nothing needs to be decided now')
        form['step'] = 'apply'
        page = html.unescape(admin.get('/units/events/new', form))
        event = re.search(r'action="(/event/\d+)/place"', page)
        harness.true(event, 'the event is shown with what waits')
        event = event.group(1)
        events.append(event)
        waiting = int(re.search(r'(\d+) mục chờ phân giao', page).group(1))
        item, first, second = re.search(r'name="item" value="(\d+)"', page).group(1), *re.findall(r'<option value="(\d+)"', page)[:2]
        harness.true(f'{waiting} mục sau chia tách' in html.unescape(admin.get(f'/unit/{first}')), 'the page of the first part says so')
        placing = {'csrf': admin.csrf(page), 'item': item, 'to': second}
        after = html.unescape(admin.get(event + '/place', placing))
        harness.equal((admin.code, int(re.search(r'(\d+) mục chờ phân giao', after).group(1))), (200, waiting - 1))
        harness.true('Búp Non' in after.split('Đã phân giao')[-1], 'it stands with what was placed')
        admin.get(event + '/place', placing)
        harness.equal(admin.code, 422, 'placed once')
        undo = {'csrf': admin.csrf(page), 'basis': ''}
        harness.true('cần ghi lý do' in html.unescape(admin.get(event + '/undo', undo)) and admin.code == 422, 'an undoing has a reason')
        undo['basis'] = 'Ghi nhầm đơn vị'
        page = html.unescape(admin.get(event + '/undo', undo))
        harness.true(admin.code == 200 and 'Ghi nhầm đơn vị' in page, 'the reverse event is shown')
        harness.true('đã được hoàn tác' in html.unescape(admin.get(event)), 'and the first one names it')
        harness.true('LN1' not in admin.get(f'/unit/{old}') and admin.code == 200, 'the old school is there again')
        focal.get(event)
        harness.equal(focal.code, 404, 'an event of others looks like none')
        focal.get(event + '/place', placing)
        harness.equal(focal.code in (403, 404), True, 'nor may they place')

    def accessible():
        reason = webdriver.why_missing()
        if reason:
            print(f'# {reason}: looked at without a browser')
            return
        with webdriver.Driver() as driver:
            for width, dark in ((320, False), (390, True), (1440, False)):
                with driver.open(width, 1000, dark=dark) as browser:
                    browser.get(demo.url + '/signin')
                    for c in admin.jar:
                        browser.cookie(c.name, c.value)
                    for path in PAGES + events + [f'/unit/{school}', f'/unit/{school}/who', f'/person/{person}']:
                        browser.get(demo.url + path)
                        harness.equal((width, path, browser.axe(), browser.overflow()), (width, path, [], 0))

    try:
        harness.run([(f.__name__, f) for f in (answers, numbers_open, search_without_marks, strangers_see_nothing, files, heads_through_time, impossible_day, a_past_day_is_the_whole_page, proof_of_a_past_day_says_until_when, event_is_shown_first, devices_of_units_below_come_in_by_their_code, a_split_leaves_what_nobody_named_to_be_placed, accessible)])
    finally:
        demo.stop()


main()
