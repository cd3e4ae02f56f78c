#!/usr/bin/env python3
"""Systems, devices, the fix-and-hunt pair and focal points in a real browser, over a small invented province.

    test_asset.py DUTY_SERVER [SHOTS_DIR]"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import Server, equal, run, skip, true
from test_duty import press, told


def main():
    reason = webdriver.why_missing()
    if reason:
        skip(reason)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    with Server(sys.argv[1]) as server, webdriver.Driver() as driver, driver.open() as b:
        facts = told(server)
        cases = []

        def visit(path, who='focal'):
            b.get(server.url + '/healthz')
            b.call('DELETE', '/cookie')
            b.cookie('lt_s', facts[who])
            b.get(server.url + path)

        pages = [('systems', '/systems', 'focal'), ('system', f'/system/{facts["system"]}', 'focal'), ('system_new', '/system/new', 'focal'), ('devices', '/devices', 'focal'), ('device', f'/device/{facts["device"]}', 'focal'),
                 ('findings', '/findings', 'focal'), ('finding', f'/finding/{facts["finding"]}', 'focal'), ('finding_new', '/finding/new', 'focal'), ('contact', '/contact', 'reviewer')]

        def look(name, path, who, width, dark):
            def case():
                b.resize(width)
                b.dark(dark)
                visit(path, who)
                if shots:
                    b.screenshot(f'{shots}/{name}-{width}-{"dark" if dark else "light"}.png')
                equal(b.overflow(), 0, 'pixels too wide')
                equal(b.axe(), [], 'axe')
            return case

        for name, path, who in pages:
            for width in (320, 390, 1440):
                for dark in (False, True):
                    cases.append((f'{name} {width} {"dark" if dark else "light"}', look(name, path, who, width, dark)))

        def unknown_counts():
            visit('/devices')
            true('1 trên 5 thiết bị được bảo vệ' in b.text('h1'), 'unknown is not protected')
        cases.append(('an unknown device counts as unprotected', unknown_counts))

        def tabs_open_their_numbers():
            visit('/devices')
            tabs = b.js('return [...document.querySelectorAll("main a")].filter(a => /[?&]state=|devices$/.test(a.getAttribute("href")) && /\\d+$/.test(a.innerText.trim())).map(a => [a.href, +a.innerText.trim().split(/\\s/).pop()])')
            true(len(tabs) == 4, f'four tabs: {tabs}')
            for href, n in tabs:
                b.get(href)
                equal(b.js('return document.querySelectorAll("tbody tr").length'), n, href)
            visit('/devices')
            camera = b.js('return [...document.querySelectorAll("tbody tr")].map(r => r.innerText).filter(t => t.includes("Camera cổng trường"))')
            true(len(camera) == 1 and 'Không tính' in camera[0], f'a camera is no machine to protect: {camera}')
        cases.append(('each tab of devices opens as many rows as it says', tabs_open_their_numbers))

        def pair_refuses():
            visit(f'/finding/{facts["finding"]}')
            equal(b.js('return document.querySelectorAll("form[action$=\\"/close\\"]").length'), 0, 'no button that could only refuse')
            b.js("""const f = document.querySelector('main .lt-pair form'), t = document.createElement('textarea');
                    t.name = 'reason-close'; t.value = 'Đã vá xong'; f.append(t); f.action = f.action.replace(/[^/]*$/, 'close');""")
            press(b, 'main .lt-pair form button')
            true('Chưa ghi được' in b.text('main'), 'who asks all the same is refused in words while a half is open')
        cases.append(('a pair is not closed while a half is open', pair_refuses))

        def missing_first():
            visit('/contact', 'reviewer')
            true('chưa có đầu mối' in b.text('h1'), 'the title says how many are missing')
            true('Trường THCS Đồng Tre' in b.text('tbody') or 'Sở' in b.text('tbody'), 'they stand in the table')
        cases.append(('who cannot be called stands first', missing_first))

        def pick(css):
            b.js('document.querySelector(arguments[0]).focus()', css)
            b.press(' ')

        def one_machine_or_two():
            here = f'/device/{facts["device"]}'
            visit(here)
            b.cookie('lt_lang', 'en')
            b.get(server.url + here)
            true('the same MAC address, but another serial number or agent key' in b.text('main'), 'why they may be one is said in English')
            b.cookie('lt_lang', 'vi')
            b.get(server.url + here)
            true('cùng địa chỉ MAC nhưng khác số sê-ri hoặc khóa chương trình bảo vệ' in b.text('main'), 'and in Vietnamese')
            true('the same MAC' not in b.text('main'), 'in one language')
            visit('/devices')
            lines = b.js('return [...document.querySelectorAll("tbody tr")].map(r => r.innerText)')
            pairs = [line for line in lines if 'cùng địa chỉ MAC' in line]
            true(len(pairs) == 2 and 'Máy chung card 2: cùng địa chỉ MAC' in ' '.join(pairs), f'the list says which may be one machine: {pairs}')
            visit(here)
            press(b, 'form[action$="/apart"] button')
            true('Chưa ghi được' in b.text('main'), 'nothing was chosen')
            pick('form[action$="/merge"] input[type=radio]')
            b.type('#f-reason-merge', 'Một máy, thay mạch chính')
            press(b, 'form[action$="/merge"] button')
            true('Hai thiết bị nay là một' in b.text('main'), 'merged')
            true('Một máy, thay mạch chính' in b.text('main'), 'with the reason')
            equal(b.js('return document.querySelectorAll("form[action$=\'/merge\']").length'), 0, 'the suggestion is decided')
            visit('/devices')
            true('1 trên 4 thiết bị được bảo vệ' in b.text('h1'), 'one machine less')
            visit(here)
            pick('form[action$="/unmerge"] input[type=radio]')
            b.type('#f-reason-unmerge', 'Hóa ra là hai máy')
            press(b, 'form[action$="/unmerge"] button')
            true('Đã hủy việc gộp' in b.text('main'), 'undone')
            visit('/devices')
            true('1 trên 5 thiết bị được bảo vệ' in b.text('h1'), 'two again')
            visit(here)
            equal(b.js('return document.querySelectorAll("form[action$=\'/apart\']").length'), 0, 'and not asked again')
        cases.append(('two devices that may be one are merged and parted again', one_machine_or_two))
        run(cases)


if __name__ == '__main__':
    main()
