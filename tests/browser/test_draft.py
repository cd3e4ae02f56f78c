#!/usr/bin/env python3
"""The draft of a directive in a real browser: made, edited whole, refused when somebody else changed it meanwhile, deleted after a question.

    test_draft.py PROGRAM [SHOTS_DIR]"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import equal, run, skip, true
from sitetest import Site

CLERK = 'Đầu mối Sở Giáo dục'


def main():
    reason = webdriver.why_missing()
    if reason:
        skip(reason)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    with Site(sys.argv[1]) as site, webdriver.Driver() as driver, driver.open() as b:
        b.get(site.url + '/healthz')
        site.sign_in(b, CLERK)
        state = {}

        def made():
            b.get(site.url + '/directive/new?ob=CT18-2b&own=1&step=words')
            b.fill('name', 'Rà quét hè')
            b.fill('o0_day', '30/06/2027')
            b.fill('o1_title', 'Họp giao ban')
            b.fill('o1_day', '15/06/2027')
            b.js('document.querySelector(`[name="o1_to"][value="all"]`).checked = false; document.querySelector(`[name="o1_to"][value="self"]`).checked = true')
            b.follow('.lt-acts button[value=look]')
            state['path'] = re.search(r'/directive/\d+', b.url())[0]
            true(b.url().endswith('/draft'), b.url())
            true('Rà quét hè' in b.text('.lt-head'), 'the question before issuing names it')

        def listed():
            b.get(site.url + '/directives?state=draft')
            true('Rà quét hè' in b.text('tbody'), 'among the drafts')
            b.follow('tbody th a[href$="%s/draft"]' % state['path'])

        def edited_whole():
            b.get(site.url + state['path'] + '/draft')
            b.follow('a[href$="/edit"]')
            equal((b.value('name'), b.value('o0_day'), b.value('o1_title'), b.value('o1_day')), ('Rà quét hè', '30/06/2027', 'Họp giao ban', '15/06/2027'), 'all that was entered')
            equal((b.ticked('o0_to'), b.ticked('o1_to'), b.ticked('o0_on'), b.ticked('o2_on')), (['all'], ['self'], ['1'], []), 'who gets what; the last box is room for one more')
            b.fill('name', 'Rà quét đầu năm học')
            b.fill('number', '12')
            b.fill('symbol', 'SGDĐT-VP')
            b.fill('o0_day', '31/08/2027')
            b.fill('o0_text', 'Rà quét mọi hệ thống trước năm học mới.')
            b.fill('o2_title', 'Báo kết quả')
            b.fill('o2_day', '05/09/2027')
            b.js('document.querySelector("[name=o2_on]").checked = true; document.querySelector(`[name="o2_to"][value="children"]`).checked = true; document.querySelector("[name=o1_on]").checked = false')
            b.follow('.lt-acts button[value=look]')
            true('Rà quét đầu năm học' in b.text('.lt-head'), b.text('.lt-head'))
            cards = b.js('return [...document.querySelectorAll(".lt-card h2")].map(e => e.innerText)')
            equal(len(cards), 2, f'one was taken out, one added: {cards}')
            true('31/08/2027' in b.text('main') and '05/09/2027' in b.text('main'), 'the new days')
            b.follow('a[href$="/edit"]')
            equal((b.value('number'), b.value('symbol'), b.value('o0_text'), b.value('o1_title')), ('12', 'SGDĐT-VP', 'Rà quét mọi hệ thống trước năm học mới.', 'Báo kết quả'), 'kept')

        def refused_keeps_what_was_typed():
            b.get(site.url + state['path'] + '/edit')
            b.fill('name', 'Tên đang gõ')
            b.fill('o0_day', '31/02/2027')
            b.follow('.lt-acts button[value=look]')
            true('28/02/2027' in b.text('.invalid-feedback'), 'a day that is none')
            equal(b.value('name'), 'Tên đang gõ', 'nothing is lost')

        def two_clerks():
            b.get(site.url + state['path'] + '/edit')
            stale = b.js('return document.querySelector("[name=revision]").value')
            b.fill('name', 'Rà quét của người thứ nhất')
            b.follow('.lt-acts button[value=look]')
            b.get(site.url + state['path'] + '/edit')
            b.fill('revision', stale)
            b.fill('name', 'Rà quét của người thứ hai')
            b.follow('.lt-acts button[value=look]')
            true('có người vừa sửa dự thảo này' in b.text('main'), b.text('main')[:400])
            equal(b.value('name'), 'Rà quét của người thứ hai', 'what the second typed is still there')
            b.get(site.url + state['path'] + '/draft')
            true('Rà quét của người thứ nhất' in b.text('.lt-head'), 'the first stands')

        def look(width):
            def case():
                b.resize(width)
                for name, path in (('draft', '/draft'), ('edit', '/edit'), ('delete', '/delete')):
                    b.get(site.url + state['path'] + path)
                    if shots:
                        b.screenshot(f'{shots}/draft-{name}-{width}.png')
                    equal(b.overflow(), 0, f'{path}: pixels too wide')
                    equal(b.axe(), [], f'{path}: axe')
            return case

        def deleted_after_a_question():
            b.get(site.url + state['path'] + '/draft')
            b.follow('a[href$="/delete"]')
            true('không lấy lại được' in b.text('main'), 'what will happen')
            b.follow('main form[action$="/delete"] button[type=submit]')
            true('Đã xóa dự thảo' in b.text('body'), 'said')
            equal(b.js('return document.querySelectorAll(`tbody a[href^="${arguments[0]}/"]`).length', state['path']), 0, 'no longer among the drafts')
            b.get(site.url + state['path'] + '/draft')
            true('Không' in b.text('h1'), b.text('h1'))

        run([('a draft is made', made), ('it is among the drafts', listed), ('it is edited whole', edited_whole), ('a refusal keeps what was typed', refused_keeps_what_was_typed),
             ('two clerks', two_clerks), ('look 390', look(390)), ('look 1440', look(1440)), ('deleted after a question', deleted_after_a_question)])


main()
