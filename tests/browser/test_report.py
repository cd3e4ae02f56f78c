#!/usr/bin/env python3
"""Reports: prepared from a directive, figures frozen, files with the same bytes twice, sent after being asked, seen above; reminders, calendar.

    test_report.py PROGRAM"""
import contextlib
import datetime
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from demo_site import Client, Site
from harness import equal, run, true


def main():
    with Site(sys.argv[1]) as site:
        school, above, other = site.person('một trường THCS'), site.person('UBND tỉnh'), site.person('viễn thông')
        kept = {}

        def get(client, path, want=200):
            status, body = client.get(path)
            equal(status, want, path)
            return body

        def title(page):
            return re.sub(r'<[^>]*>', '', re.search(r'<h1>(.*?)</h1>', page, re.S)[1])

        def figures(page):
            part = page[page.index('id="h-figures"'):]
            return sorted(re.findall(r'([\d.]+ trên [\d.]+) đạt', part[:part.index('</section>')]))

        clerk = site.person('Sở Giáo dục')

        def an_answer_is_opened_from_the_list():
            page = get(clerk, '/reports')
            ask = re.search(r'href="(/reports/answer\?directive=\d+)"', page)
            true(ask, 'a directive waits for an answer')
            page = get(clerk, ask[1].replace('&amp;', '&'))
            true('Trả lời' in title(page) and 'giao' in page, 'it says what is answered, and to whom')
            status, _ = clerk.post(ask[1].replace('&amp;', '&'), '/reports/answer')
            equal(status, 303, 'opening')
            kept['report'] = clerk.location
            page = get(clerk, kept['report'])
            true('Trả lời' in title(page), title(page))
            true(re.search(r'\d+ trên \d', page), 'numerator and denominator stand on the page')
            true('Chưa soạn' in page, 'units that have not begun are not called being prepared')
            kept['live'] = figures(page)
            true(len(kept['live']) > 3, kept['live'])

        def before_freezing_there_is_no_file():
            get(clerk, kept['report'] + '/letter.pdf', 404)

        def what_is_typed_is_kept():
            status, _ = clerk.post(kept['report'], kept['report'] + '/fill', causes='Thiếu cán bộ chuyên trách', proposals='Bố trí kinh phí')
            equal(status, 303, 'saving')
            true('Thiếu cán bộ chuyên trách' in get(clerk, kept['report']), 'the words stand in the form again')

        def freezing_keeps_every_row():
            status, _ = clerk.post(kept['report'], kept['report'] + '/freeze')
            equal(status, 303, 'freezing')
            page = get(clerk, kept['report'])
            true(re.search(r'[0-9a-f]{64}', page), 'the hash stands on the page')
            true('Gửi lên' in page, 'it can be sent')
            equal(figures(page), kept['live'], 'the freeze keeps the figures that were shown before it')

        def the_preview_is_a_letter():
            page = get(clerk, kept['report'] + '/preview')
            for words in ('Kính gửi:', 'Căn cứ', 'ĐƠN VỊ CÒN THIẾU', 'Bố trí kinh phí', './.', 'Nơi nhận:', 'Phụ lục' if 'Phụ lục' in page else 'PHỤ LỤC'):
                true(words in page, words)

        def a_directive_leads_to_its_answer():
            yesterday = (datetime.date.today() - datetime.timedelta(1)).isoformat()
            directive = re.search(r'href="/directive/(\d+)"', get(clerk, '/directives'))[1]
            href = f'/reports/answer?directive={directive}'
            true(href in get(clerk, f'/directive/{directive}'), 'whoever may draft finds it on the page of the directive')
            true('Soạn' in title(get(clerk, href)) or 'Trả lời' in title(get(clerk, href)), 'and may begin it')
            true(href not in get(school, f'/directive/{directive}?as_of={yesterday}'), 'not on a past day')

        def devices_told():
            line = re.search(r'Theo thiết bị:(.*?)</', re.sub(r'</?(b|i|strong|em|span)[^>]*>', '', get(clerk, kept['report'] + '/preview')), re.S)
            true(line, 'the letter speaks of devices')
            return line[1], [int(n.replace('.', '')) for n in re.findall(r'\d[\d.]*', line[1])][:2]

        def protected_in_the_register():
            return get(clerk, '/devices.csv?kind=&state=protected').count('\n') - 1

        def devices_are_those_of_the_register():
            line, told = devices_told()
            equal(told[0], protected_in_the_register(), f'what is protected is what the register lists: {line}')
            true(told[1] > 10000 and told[0] < told[1], f'what nobody knows of counts: {told}')

        def the_command_line_says_the_same_of_devices():
            """Of the freeze of a report what was frozen with it, in its letter too; of a new freeze what the register knows."""
            line, told = devices_told()
            store, out = os.path.join(site.folder.name, 'luytre.db'), os.path.join(site.folder.name, 'out')

            def said(*words):
                done = subprocess.run([sys.argv[1], 'report', '--store', store, '--out', out, *words], capture_output=True, text=True, check=False)
                equal((done.returncode, done.stderr), (0, ''), ' '.join(words))
                return done.stdout

            def counted(*words):
                devices = [d for d in map(json.loads, said(*words, '--json').splitlines()) if d['type'] == 'devices']
                equal(len(devices), 1, 'one line of devices')
                return devices[0]
            with contextlib.closing(sqlite3.connect(store, timeout=30)) as db:
                freeze, code = db.execute('SELECT r.freeze_id, f.code FROM report r JOIN unit_fact f ON f.unit_id = r.unit_id WHERE r.id = ? ORDER BY f.to_day DESC',
                                          (int(kept['report'].split('/')[-1]),)).fetchone()
            frozen = counted('--freeze', str(freeze))
            equal([frozen['covered'], frozen['total'], frozen['frozen']], [*told, True], 'frozen with the report')
            with zipfile.ZipFile(os.path.join(out, 'letter.docx')) as letter:
                words = re.sub(r'<[^>]*>', '', letter.read('word/document.xml').decode())
            true(line.strip() in words, f'the letter of the command line says it too: {line}')
            true(line.strip().rstrip('.') in said('--freeze', str(freeze)), 'and the line for people')
            live = counted('--org', code)
            equal([live['covered'], live['frozen']], [protected_in_the_register(), False], 'a freeze without a report')
            equal(live['total'], frozen['total'], 'nothing came in between')

        def files_are_the_same_twice():
            for name, magic in (('letter.pdf', b'%PDF'), ('letter.docx', b'PK'), ('rollup.pdf', b'%PDF'), ('rollup.docx', b'PK'), ('annex.xlsx', b'PK')):
                first, second = (clerk.get(f'{kept["report"]}/{name}') for _ in range(2))
                if first[0] == 409 and name.endswith('pdf'):
                    continue  # no fonts on this machine: said in words
                equal(first[0], 200, name)
                body = first[1] if isinstance(first[1], bytes) else first[1].encode()
                true(body.startswith(magic), f'{name} begins {body[:4]!r}')
                equal(zlib.crc32(body), zlib.crc32(second[1] if isinstance(second[1], bytes) else second[1].encode()), name)

        def above_it_says_that_it_is_not_sent():
            """Whoever may read a unit may look at what it prepares; it does not stand in the list of what came in."""
            get(above, kept['report'])
            true(kept['report'] not in get(above, '/reports?box=in'), 'not among what came in')

        def sending_asks_first():
            page = get(clerk, kept['report'] + '/send')
            true('Gửi cho' in title(page), title(page))
            status, _ = clerk.post(kept['report'] + '/send', kept['report'] + '/send')
            equal(status, 303, 'sending')
            true('Đã gửi' in get(clerk, kept['report']), 'the state says so')

        def the_superior_sees_it():
            true('Sở Giáo dục' in get(above, '/reports?box=in'), 'it stands in the list above')
            page = get(above, kept['report'])
            true('Chốt số liệu' not in page, 'nobody above freezes it')
            equal(above.get(kept['report'] + '/annex.xlsx')[0], 200, 'the annex above')

        def others_find_nothing():
            get(other, kept['report'], 404)
            get(school, kept['report'] + '/annex.xlsx', 404)

        def a_sent_report_stays_and_a_correction_is_a_new_one():
            status, _ = clerk.post(kept['report'], kept['report'] + '/correct', **{'reason-correct': 'Sai số liệu'})
            equal(status, 303, 'correcting')
            true(clerk.location != kept['report'], 'a new version has its own address')
            true('Sai số liệu' in get(clerk, clerk.location), 'the reason is shown')

        def lists_are_files_too():
            equal(clerk.get('/reports.csv')[0], 200, 'csv')
            equal(clerk.get('/reports.xlsx')[0], 200, 'xlsx')

        def reminders_and_a_message_to_copy():
            page = get(school, '/reminders')
            true('Nhắc việc' in title(page) or 'nhắc việc' in title(page), title(page))
            true('name="q"' not in page[page.index('<main'):] and '>Chọn<' not in page, 'no search that finds nothing, no column to tick that is empty')
            n = {kind: int(n) for kind, n in re.findall(r'href="/reminders(?:\?kind=(\w+))?"[^>]*>[^<]*?(\d+)</a>', page[page.index('<main'):])}
            true(n[''] > 0 and n[''] == sum(v for k, v in n.items() if k), f'the tabs count: {n}')
            true(re.search(rf'trên {n[""]}\b', re.sub(r'<[^>]*>', '', page)), 'and all of them are in the pages')
            status, _ = school.get('/inbox')
            equal(status, 303, '/inbox')
            message = re.search(r'href="(/reminders/message/\d+)"', page)
            if message:
                true('/duty/' in get(school, message[1]), 'the message holds the link')

        def the_calendar_needs_its_secret_only():
            link = re.search(r'href="(/calendar/\d+/[0-9a-f]{32})"', get(school, '/reminders'))
            true(link, 'a link stands on the page')
            stranger = Client(site.port)
            status, text = stranger.get(link[1])
            equal(status, 200, 'without a session')
            true(text.startswith('BEGIN:VCALENDAR\r\n') and text.endswith('END:VCALENDAR\r\n'), 'iCalendar')
            true('BEGIN:VEVENT' in text and 'DTSTART;VALUE=DATE:2' in text, 'days that come')
            true(all(len(line.encode()) <= 75 for line in text.split('\r\n')), 'lines are folded')
            wrong = link[1][:-1] + ('0' if link[1][-1] != '0' else '1')
            equal(stranger.get(wrong)[0], 404, 'a wrong secret')

        names = [an_answer_is_opened_from_the_list, before_freezing_there_is_no_file, what_is_typed_is_kept, freezing_keeps_every_row, the_preview_is_a_letter, devices_are_those_of_the_register, the_command_line_says_the_same_of_devices, a_directive_leads_to_its_answer,
                 files_are_the_same_twice, above_it_says_that_it_is_not_sent, sending_asks_first, the_superior_sees_it, others_find_nothing,
                 a_sent_report_stays_and_a_correction_is_a_new_one, lists_are_files_too, reminders_and_a_message_to_copy, the_calendar_needs_its_secret_only]
        run([(f.__name__.replace('_', ' '), f) for f in names])


main()
