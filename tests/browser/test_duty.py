#!/usr/bin/env python3
"""Duties, evidence, review, requests, funds and visits in a real browser, over a small invented province.

    test_duty.py DUTY_SERVER [SHOTS_DIR]"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import Server, equal, run, skip, true


def told(server):
    """What the server says after its port: sessions and ids."""
    facts = {}
    for line in server.process.stdout:
        name, value = line.split()
        if name == 'end':
            return facts
        facts[name] = value
    raise RuntimeError('the server said too little')


def press(b, css):
    """By keyboard alone; a button's page has come before this returns."""
    before = b.js('return performance.timeOrigin')
    b.js('document.querySelector(arguments[0]).focus()', css)
    if 'checkbox' in css:
        b.press(' ')
        return
    b.press('Enter')
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if b.js('return document.readyState == "complete" ? performance.timeOrigin : 0') not in (0, before):
                return
        except webdriver.Failed:
            pass  # between two pages
        time.sleep(0.02)
    raise AssertionError(f'{css}: no page came')


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

        pages = [('duty', f'/duty/{facts["duty"]}', 'focal'), ('duty_late', f'/duty/{facts["document"]}', 'head'), ('evidence_form', f'/duty/{facts["duty"]}/evidence', 'focal'),
                 ('evidence', f'/evidence/{facts["evidence"]}', 'reviewer'), ('queue', '/evidence', 'reviewer'), ('ask', f'/request/new?duty={facts["duty"]}&kind=waiver', 'focal'),
                 ('requests', '/requests', 'focal'), ('budget', '/budget', 'head'), ('visits', '/visits', 'reviewer')]

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

        def says_why():
            visit(f'/duty/{facts["duty"]}')
            text = b.text('main')
            for word in ('18/CT-TTg', '412/UBND-KGVX', 'Trịnh Văn Đoàn', 'Vì sao có việc này', '0 trên 2 đạt', 'từng để trống 70 ngày'):
                true(word in text, f'"{word}" stands on the page')
        cases.append(('a duty says why it is owed, and where it had a gap', says_why))

        def keeps_typed():
            visit(f'/duty/{facts["duty"]}/evidence')
            b.type('#f-f-scope', 'phòng tin học')
            b.type('#f-f-done_on', '31/04/2027')
            press(b, 'main form button[type=submit]')
            text = b.text('main')
            true('Có phải 30/04/2027' in text, 'an impossible day is answered with a proposal')
            true('cần có' in text, 'the missing file is named')
            true('phòng tin học' in b.js('return document.querySelector("#f-f-scope").value'), 'what was typed stands there again')
            equal(b.axe(), [], 'axe')
        cases.append(('a wrong form keeps what was typed and says what is wrong', keeps_typed))

        def own_not_accepted():
            visit(f'/evidence/{facts["evidence"]}', 'focal')
            true('Chấp nhận bằng chứng' not in b.text('main'), 'who handed it in is not asked to accept it')
        cases.append(('nobody is asked to review their own evidence', own_not_accepted))

        def as_of():
            """Issued 100 days before 23/04/2027, evidence handed in on 23/04/2027: the days between know of neither scan nor button."""
            path = f'/duty/{facts["duty"]}'
            visit(path)
            true('Nộp bằng chứng' in b.text('.lt-head'), 'today something can be done')
            today = b.text('#h-now')
            true(b.js('return document.querySelectorAll("#h-ev ~ ul li, .lt-card:has(#h-ev) li").length') > 0, 'today there is evidence')
            b.type('#f-as_of', '22/04/2027')
            press(b, '#h-asof ~ form button')
            true('as_of=' in b.url(), 'the day stands in the address')
            true('22/04/2027' in b.text('.lt-note.is-birth'), 'the violet note says the day')
            true(b.text('#h-now') != today and 'Chưa xem' in b.text('#h-now'), f'that day: {b.text("#h-now")}')
            equal(b.js('return document.querySelectorAll("main form[method=post], .lt-head .btn, .lt-card:has(#h-ask) a").length'), 0, 'nothing is done to a past day')
            equal(b.js('return document.querySelectorAll(".lt-card:has(#h-ev) li").length'), 0, 'no evidence was known yet')
            equal(b.js('return document.querySelectorAll(".lt-card:has(#h-hist) li").length'), 1, 'only that it was issued')
            for css in ('.lt-cover-rows a', '.lt-chain a[href^="/directive/"]', '.lt-chain a[href^="/unit/"]', 'a[href*="/chain"]'):
                true(b.js('return [...document.querySelectorAll(arguments[0])].filter(a => !a.pathname.startsWith("/system/")).every(a => a.search.includes("as_of="))', css), f'{css} stays on that day')
            equal(b.axe(), [], 'axe')
            b.resize(320)
            equal(b.overflow(), 0, 'pixels too wide')
            b.resize(1440)
            b.follow('.lt-note.is-birth a')
            equal(b.text('#h-now'), today, 'the way back to today')
            for day, why in (('31/02/2027', '28/02/2027'), ('24/04/2027', 'chưa tới'), ('01/01/2027', 'chưa được giao')):
                visit(f'{path}?as_of={day}')
                true(why in b.text('#f-as_of-e'), f'{day}: {b.text("#f-as_of-e")}')
                equal(b.text('#h-now'), today, 'today stands below')
        cases.append(('a duty of a past day is what was known then', as_of))

        def prints_as_a_table():
            """A4 is narrower than the width below which rows become cards; what is ticked on the screen is a table on paper."""
            b.resize(620)
            visit('/evidence', 'reviewer')
            b.cdp('Emulation.setEmulatedMedia', media='print')
            look = b.js('const s = (q) => getComputedStyle(document.querySelector(q)); return [s(".lt-tbl thead").position, s(".lt-tbl td").display, document.querySelector(".lt-tbl").getClientRects().length]')
            b.cdp('Emulation.setEmulatedMedia', media='')
            b.resize(1440)
            equal(look, ['static', 'table-cell', 1], 'head, cells and the table itself')
        cases.append(('a list prints as a table', prints_as_a_table))

        def accepts():
            visit('/evidence', 'reviewer')
            press(b, 'input[type=checkbox][name=id]')
            press(b, 'form[action="/evidence/accept"] button')
            true('Đã chấp nhận 1 trên 1' in b.text('main'), 'the strip says what was done')
            visit(f'/duty/{facts["duty"]}')
            true('đến 20/10/2027' in b.text('main') or 'Đạt đến' in b.text('#h-now'), 'the duty is covered')
        cases.append(('a reviewer accepts in the queue and the duty is covered', accepts))

        def asks_and_undoes():
            visit(f'/request/new?duty={facts["document"]}&kind=waiver')
            b.type('#f-until', '30/06/2027')
            b.type('#f-reason', 'Trường đang chuyển máy chủ')
            press(b, 'main form button[type=submit]')
            true('/request/' in b.url(), 'the request has its page')
            press(b, '.lt-undo button')
            true('Đã rút yêu cầu' in b.text('main'), 'undone without a question')
        cases.append(('a waiver is asked for and taken back with one button', asks_and_undoes))
        run(cases)


if __name__ == '__main__':
    main()
