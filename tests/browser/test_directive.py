#!/usr/bin/env python3
"""How far a directive is, in a real browser: every number opens to exactly its rows, today and on a past day; files; acts that ask first.

    test_directive.py PROGRAM [SHOTS_DIR]"""
import gzip
import os
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

        def press(css):
            """Click what may stand below the fold, and be on the page it leads to."""
            b.js('const e = document.querySelector(arguments[0]); e.scrollIntoView({block: "center", behavior: "instant"}); document.body.dataset.old = "1"', css)
            b.click(css)
            for _ in range(100):
                if b.js('return document.readyState === "complete" && !document.body.dataset.old'):
                    return
                time.sleep(0.05)
            raise AssertionError(f'{css} leads nowhere')

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

        def past():
            b.get(site.url + first)
            today = b.js('return document.querySelector("#asof").value')
            b.get(site.url + first + '?as_of=31/02/2027')
            true('28/02/2027' in b.text('[role=alert]'), 'a day that is none gets a proposal')
            day, month, year = today.split('/')
            before = f'01/{month}/{year}' if day != '01' else f'28/02/{year}'
            b.get(site.url + first + '?as_of=' + before)
            true(b.js('return !!document.querySelector(".lt-note.is-birth")'), 'the violet note')
            found = b.js('return [...document.querySelectorAll(".lt-legend a")].map(a => [parseInt(a.querySelector("b").textContent.replace(/\\./g, "")), a.getAttribute("href")])')
            for n, href in found:
                equal(total_of(href), n, f'as of {before} {href}')

        def search():
            b.get(site.url + first + '/units')
            name = b.js('return document.querySelector("tbody th a").innerText')
            b.js('document.querySelector("#list-q").value = arguments[0]', name)
            press('.lt-filter button')
            true(name in b.text('tbody'), f'{name} is found')

        def files():
            cookie = b.call('GET', '/cookie/lt_s')['value']
            for path, start in (('/rows.csv', b'\xef\xbb\xbf'), ('/rows.xlsx', b'PK'), (first + '/units.csv', b'\xef\xbb\xbf'), (first + '/people.xlsx', b'PK'), ('/directives.csv', b'\xef\xbb\xbf')):
                asked = urllib.request.Request(site.url + path, headers={'Cookie': f'lt_s={cookie}'})
                with urllib.request.urlopen(asked) as answer:
                    true(answer.read().startswith(start), f'{path} is such a file')

        def weight():
            cookie = b.call('GET', '/cookie/lt_s')['value']
            with urllib.request.urlopen(urllib.request.Request(site.url + first, headers={'Cookie': f'lt_s={cookie}'})) as answer:
                packed = len(gzip.compress(answer.read(), 6))
            true(packed <= PAGE_PACKED_BYTES, f'{packed} bytes packed')

        def withdraw_asks():
            b.get(site.url + first)
            press('a[href$="/withdraw"]')
            press('form[action$="/withdraw"] button')
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
                                   ('rows', '/rows'), ('messages', '/rows/message'), ('past', first + '?as_of=01/01/2027'), ('pick', '/directive/new'),
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
                 ('a past day', past), ('search', search), ('files', files), ('weight', weight), ('withdrawing asks', withdraw_asks), ('messages', messages), ('nobody else', nobody_else)]
        run(cases + [(f'look {w} {"dark" if d else "light"}', look(w, d)) for w in (320, 390, 1440) for d in (False, True)])


main()
