#!/usr/bin/env python3
"""How far a directive is, in a real browser: every number opens to exactly its rows, today and on a past day; files; acts that ask first.

    test_directive.py PROGRAM [SHOTS_DIR]"""
import datetime
import gzip
import os
import re
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import equal, run, skip, true
from sitetest import Site

CLERK = os.environ.get('CLERK', 'Đầu mối Sở Giáo dục')
PAGE_PACKED_BYTES = 20480


def main():
    reason = webdriver.why_missing()
    if reason:
        skip(reason)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    with Site(sys.argv[1]) as site, webdriver.Driver() as driver, driver.open() as b:
        b.get(site.url + '/healthz')
        site.sign_in(b, CLERK)
        b.get(site.url + '/directives?state=issued')
        first = b.js('return document.querySelector("tbody th a").getAttribute("href")')

        def total_of(path):
            """How many rows a list says it has."""
            b.get(site.url + path)
            return int(b.js('return document.querySelector(".lt-tabs [aria-current=true]").innerText.match(/[0-9.]+$/)[0]').replace('.', ''))

        def numbers_open(css):
            b.get(site.url + first)
            return b.js('return [...document.querySelectorAll(arguments[0])].map(a => [parseInt((a.querySelector("b") || a).textContent.replace(/\\./g, "")), a.getAttribute("href")])', css)

        def every_number(css):
            def case():
                found = numbers_open(css)
                true(found, f'{css}: numbers to open')
                for n, href in found:
                    equal(total_of(href), n, f'{css} {href}')
            return case

        def title_is_finding():
            b.get(site.url + first)
            true(' trên ' in b.text('h1'), b.text('h1'))

        def legend_is_all():
            found = numbers_open('.lt-legend a')
            b.get(site.url + first)
            units = int(b.js('return document.querySelector("#h-wall").innerText.match(/[0-9.]+/)[0]').replace('.', ''))
            equal(sum(n for n, _ in found), units, 'the legend is the wall')

        def day_of(text):
            day, month, year = map(int, text.split('/'))
            return datetime.date(year, month, day)

        def past_days():
            """Yesterday, and the middle between the day it was issued and today."""
            b.get(site.url + first)
            today = day_of(b.js('return document.querySelector("#asof").value'))
            b.get(site.url + first + '?as_of=01/01/2001')
            issued = day_of(re.search(r'\d\d/\d\d/\d{4}', b.text('[role=alert]'))[0])
            true(issued < today, 'the sample province was at work before today')
            middle = issued + (today - issued) / 2
            return [d.strftime('%d/%m/%Y') for d in (today - datetime.timedelta(days=1), middle)]

        def past():
            b.get(site.url + first + '?as_of=31/02/2027')
            true('28/02/2027' in b.text('[role=alert]'), 'a day that is none gets a proposal')
            for day in past_days():
                b.get(site.url + first + '?as_of=' + day)
                true(day in b.text('.lt-note.is-birth') and day in b.text('h1'), f'the violet note and the title say {day}')
                equal(b.js('return document.querySelectorAll(".lt-acts form, .lt-acts .btn-primary").length'), 0, 'nothing is done to a past day')
                units = int(b.js('return document.querySelector("#h-wall").innerText.match(/[0-9.]+/)[0]').replace('.', ''))
                legend = b.js('return [...document.querySelectorAll(".lt-legend a b")].map(e => parseInt(e.textContent.replace(/\\./g, "")))')
                equal(sum(legend), units, f'the legend is the wall of {day}')
                for css in ('.lt-legend a', '.lt-first-n', '.lt-tree .n a', 'td.num a', '.lt-tbl td[data-l] .d-block > a', '.lt-figs a.n + br + small'):
                    b.get(site.url + first + '?as_of=' + day)
                    found = b.js('return [...document.querySelectorAll(arguments[0])].slice(0, 8).map(a => [parseInt(((a.querySelector("b") || a).textContent.match(/[0-9.]+/) || ["x"])[0].replace(/\\./g, "")), (a.closest("dd") || a).querySelector("a") ? (a.closest("dd") || a).querySelector("a").getAttribute("href") : a.getAttribute("href")])', css)
                    for n, href in found:
                        true('as_of=' in href, f'{css} {href} stays on {day}')
                        equal(total_of(href), n, f'as of {day}: {css} {href}')
                        true(day in b.text('.lt-note.is-birth'), f'{href} says {day}')
                b.get(site.url + first + '?as_of=' + day)
                b.follow('.lt-note.is-birth a')
                equal(b.js('return document.querySelectorAll(".lt-note.is-birth").length'), 0, 'the way back to today')

        def past_is_what_was():
            """Acknowledging today changes today, and not yesterday."""
            day = past_days()[0]

            def shown(path):
                b.get(site.url + path)
                return b.js('return [document.querySelector("h1").innerText, [...document.querySelectorAll(".lt-legend a, .lt-tree li, .lt-figs dd, td.num")].map(e => e.innerText)]')
            before = shown(first + '?as_of=' + day)
            b.get(site.url + first)
            if b.js('return !!document.querySelector("form[action$=\\"/acknowledge\\"] button")'):
                b.follow('form[action$="/acknowledge"] button')
            equal(shown(first + '?as_of=' + day), before, 'yesterday stays')

        def past_files():
            cookie = b.call('GET', '/cookie/lt_s')['value']
            day = past_days()[1]
            b.get(site.url + first + '?as_of=' + day)
            rows = sum(int(n) for n in b.js('return [...document.querySelectorAll("td[data-l] .d-block > a")].map(a => a.innerText.match(/[0-9.]+/g)[1].replace(/\\./g, ""))'))
            true(rows, 'duties of that day')
            for path in (f'{first}/units.csv?as_of={day}', f'/rows.csv?directive={first.split("/")[-1]}&as_of={day}&state=late_all', f'{first}/people.csv?as_of={day}'):
                asked = urllib.request.Request(site.url + path, headers={'Cookie': f'lt_s={cookie}'})
                with urllib.request.urlopen(asked) as answer:
                    lines = answer.read().decode('utf-8-sig').strip().splitlines()
                equal(len(lines) - 1, total_of(path.replace('.csv', '')), f'{path}: the rows of the page')

        def search():
            b.get(site.url + first + '/units')
            name = b.js('return document.querySelector("tbody th a").innerText')
            b.js('document.querySelector("#list-q").value = arguments[0]', name)
            b.follow('.lt-filter button')
            true(name in b.text('tbody'), f'{name} is found')

        def files():
            cookie = b.call('GET', '/cookie/lt_s')['value']
            for path, start in (('/rows.csv', b'\xef\xbb\xbf'), ('/rows.xlsx', b'PK'), (first + '/units.csv', b'\xef\xbb\xbf'), (first + '/people.xlsx', b'PK'), ('/directives.csv', b'\xef\xbb\xbf')):
                asked = urllib.request.Request(site.url + path, headers={'Cookie': f'lt_s={cookie}'})
                with urllib.request.urlopen(asked) as answer:
                    true(answer.read().startswith(start), f'{path} is such a file')

        def freezing():
            """Figures that are frozen stand on the page, each with its file."""
            cookie = b.call('GET', '/cookie/lt_s')['value']
            b.get(site.url + first)
            before = b.js('return document.querySelectorAll("a[href^=\\"/freeze/\\"]").length')
            b.follow('form[action$="/freeze"] button')
            said = re.search(r'Đã chốt ([0-9.]+) dòng', b.text('body'))
            b.get(site.url + first)
            found = b.js('return [...document.querySelectorAll("a[href^=\\"/freeze/\\"]")].map(a => [a.innerText, a.getAttribute("href")])')
            equal(len(found), before + 1, 'one freeze more')
            true(said and found[0][0].startswith(said[1] + ' dòng'), f'{found[0][0]} says what was frozen: {said and said[0]}')
            with urllib.request.urlopen(urllib.request.Request(site.url + found[0][1], headers={'Cookie': f'lt_s={cookie}'})) as answer:
                true(answer.read().startswith(b'PK'), 'the file of the freeze')

        def weight():
            cookie = b.call('GET', '/cookie/lt_s')['value']
            with urllib.request.urlopen(urllib.request.Request(site.url + first, headers={'Cookie': f'lt_s={cookie}'})) as answer:
                packed = len(gzip.compress(answer.read(), 6))
            true(packed <= PAGE_PACKED_BYTES, f'{packed} bytes packed')

        def withdraw_asks():
            b.get(site.url + first)
            b.follow('a[href$="/withdraw"]')
            b.follow('form[action$="/withdraw"] button')
            true('Cần nói vì sao' in b.text('[role=alert]'), b.text('[role=alert]'))

        def messages():
            b.get(site.url + '/rows/message')
            for words in b.js('return [...document.querySelectorAll("textarea")].map(t => t.value)'):
                true(words.startswith('Kính gửi') and '\n- ' in words, f'words to send: {words}')

        def nobody_else():
            b.get(site.url + '/directive/1')
            true('404' in b.text('body') or 'Không' in b.text('h1'), b.text('h1'))

        def look(width, dark):
            def case():
                b.resize(width)
                b.dark(dark)
                for name, path in (('directives', '/directives'), ('directive', first), ('units', first + '/units'), ('people', first + '/people'), ('withdraw', first + '/withdraw'),
                                   ('rows', '/rows'), ('messages', '/rows/message'), ('past', first + '?as_of=' + past_days()[0]), ('past-units', first + '/units?as_of=' + past_days()[0]), ('past-rows', '/rows?state=late_all&as_of=' + past_days()[0]), ('pick', '/directive/new'),
                                   ('new', '/directive/new?ob=CT18-2b&own=1&step=words')):
                    b.get(site.url + path)
                    if shots:
                        b.screenshot(f'{shots}/{name}-{width}-{"dark" if dark else "light"}.png')
                    equal(b.overflow(), 0, f'{path}: pixels too wide')
                    equal(b.axe(), [], f'{path}: axe')
                    equal([e for e in b.errors() if ' 422 ' not in e and ' 404 ' not in e], [], f'{path}: browser complaints')
            return case

        cases = [('the title is the finding', title_is_finding), ('the three rows open', every_number('.lt-first-n')), ('the legend opens', every_number('.lt-legend a')),
                 ('the legend is the wall', legend_is_all), ('late and unseen of obligations open', every_number('td.num a')), ('tree opens', every_number('.lt-tree .n a')),
                 ('a past day', past), ('a past day is what was', past_is_what_was), ('files of a past day', past_files), ('search', search), ('files', files), ('freezing', freezing), ('weight', weight), ('withdrawing asks', withdraw_asks), ('messages', messages), ('nobody else', nobody_else)]
        run(cases + [(f'look {w} {"dark" if d else "light"}', look(w, d)) for w in (320, 390, 1440) for d in (False, True)])


main()
