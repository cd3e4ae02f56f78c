#!/usr/bin/env python3
"""A letter from paste to draft, in a real browser: the same number at both ends, a clerk's words, refusals, no script.

    test_letter.py PROGRAM [SHOTS_DIR]"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import equal, run, skip, true
from sitetest import Site

CLERK = os.environ.get('CLERK', 'Văn thư|lãnh đạo tỉnh|UBND tỉnh')
LETTER = """SỞ THỬ NGHIỆM TRÚC LÂM
Số: 77/STN-VP
V/v rà soát <script>alert(1)</script> tài khoản
Trúc Lâm, ngày 03 tháng 3 năm 2027
Kính gửi: Các đơn vị trực thuộc

Để bảo đảm an ninh mạng, Sở yêu cầu các đơn vị thực hiện:
1. Các đơn vị rà quét lỗ hổng bảo mật trên từng hệ thống, ít nhất 01 lần trong 06 tháng.
2. Các đơn vị đổi mật khẩu quản trị trước ngày 31/4/2027.

GIÁM ĐỐC
Sùng Thị Chía
"""
ATTACHED = """SỞ THỬ NGHIỆM TRÚC LÂM
Số: 79/STN-VP
V/v tổ chức triển khai các nội dung bảo đảm an toàn, an ninh mạng trong dịp nghỉ lễ và các ngày cao điểm của năm
Trúc Lâm, ngày 12 tháng 3 năm 2027
Kính gửi: Các đơn vị trực thuộc

Sở yêu cầu các đơn vị thực hiện nghiêm Thông báo số 61/TB-STN ngày 11/3/2027 (gửi kèm theo).

GIÁM ĐỐC
Sùng Thị Chía
"""
TABLE = """SỞ THỬ NGHIỆM TRÚC LÂM
Số: 78/KH-STN
Trúc Lâm, ngày 11 tháng 3 năm 2027

KẾ HOẠCH
Ứng cứu sự cố an ninh mạng năm 2027

Sở Thử nghiệm giao các đơn vị thực hiện các nhiệm vụ trong bảng sau:

| TT | Nội dung công việc | Đơn vị chủ trì | Phối hợp | Tiến độ | Kết quả |
|---|---|---|---|---|---|
| 1 | Ban hành phương án ứng cứu sự cố | Văn phòng | Thanh tra; Phòng Tổ chức | Xong trước ngày 28/5/2027 | Quyết định |
| 2 | Rà soát tài khoản | Các phòng |  | Hằng quý |  |

GIÁM ĐỐC
Sùng Thị Chía
"""

SCANNED = """SỞ THỬ NGHIỆM TRÚC LÂM
Số: 8O/STN-VP
V/v kiểm tra tài khoản quản trị
Trúc Lâm, ngày l5 tháng 3 năm 2027
Kính gửi: Các đơn vị trực thuộc

Thực hiện Chỉ thị số 9l2/CT-STN ngày 14/01/2027, Sở yêu cầu:
1. Các đơn vị đổi mật khẩu quản trị trước ngày 30/4/2027.
2. Các đơn vị báo cáo kết quả trong vòng l0 ngày kể từ ngày nhận văn bản này.

GIÁM ĐỐC
Sùng Thị Chía
"""


def main():
    reason = webdriver.why_missing()
    if reason:
        skip(reason)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    with Site(sys.argv[1]) as site, webdriver.Driver() as driver, driver.open() as b:
        b.get(site.url + '/healthz')
        site.sign_in(b, CLERK)
        at = {}

        def hand_in(text):
            b.get(site.url + '/letters')
            b.js('document.querySelector("#f-text").value = arguments[0]', text)
            b.follow('form[action="/letters"][method="post"] button')

        def paste():
            hand_in(LETTER)
            at['letter'] = b.url().split('#')[0].removeprefix(site.url)
            true(at['letter'].startswith('/letter/'), f'a letter has its page, not {b.url()}')
            true('nhiệm vụ' in b.text('h1'), b.text('h1'))

        def twice_is_once():
            hand_in(LETTER)
            equal(b.url().removeprefix(site.url), at['letter'], 'the same letter again')

        def both_ends():
            b.get(site.url + at['letter'])
            numbers = b.js('return [...document.querySelectorAll(".lt-duty")].map(d => d.id)')
            true(len(numbers) >= 2, f'two duties, not {numbers}')
            for name in numbers:
                true(b.js('return !!document.querySelector(`mark#q${arguments[0]} a[href="#d${arguments[0]}"]`)', name[1:]), f'{name}: the text leads to the duty')
                true(b.js('return !!document.querySelector(`#d${arguments[0]} a[href="#q${arguments[0]}"]`)', name[1:]), f'{name}: the duty leads to the text')

        def impossible_day():
            b.get(site.url + at['letter'])
            words = b.js('return [...document.querySelectorAll(".lt-duty")].map(d => d.innerText).find(t => t.includes("31/4/2027") || t.includes("31/04/2027"))')
            true(words and '30/04/2027' in words, f'the last real day is proposed: {words}')

        def nothing_runs():
            b.get(site.url + at['letter'])
            equal(b.js('return document.querySelectorAll("main script").length'), 0, 'scripts of the letter')

        def confirm_and_undo():
            b.get(site.url + at['letter'])
            b.follow('#d1 button[value=confirm]')
            true('Đã xác nhận' in b.text('#d1'), b.text('#d1'))
            true('Hoàn tác' in b.text('.lt-undo'), 'a black strip with undo')
            b.follow('.lt-undo button')
            true(b.js('return !!document.querySelector("#d1 button[value=confirm]")'), 'it waits again')

        def correct():
            b.get(site.url + at['letter'])
            b.follow('#d2 a.btn')
            b.js('document.querySelector("#f-day").value = "31/02/2027"')
            b.follow('.lt-acts button[value=save]')
            true('28/02/2027' in b.text('[role=alert]'), f'a day that is none gets a proposal: {b.text("[role=alert]")}')
            b.js('document.querySelector("#f-day").value = "20/04/2027"; document.querySelector("#f-strict").checked = false')
            b.follow('.lt-acts button[value=save]')
            true('20/04/2027' in b.text('#d2') and 'Đã xác nhận' in b.text('#d2'), b.text('#d2'))

        def add():
            b.get(site.url + at['letter'] + '/add?from=0&to=4')
            b.js('document.querySelector("#f-text").value = "Báo tình hình mỗi tuần"')
            b.follow('.lt-acts button[value=save]')
            true('Báo tình hình mỗi tuần' in b.text('main'), 'the duty stands there')

        def joint():
            hand_in(LETTER.replace('SỞ THỬ NGHIỆM TRÚC LÂM\nSố: 77/STN-VP', 'SỞ THỬ NGHIỆM - SỞ MĂNG NON\nSố: 79/STN-VP; Số: 07/SMN-VP').replace(
                'GIÁM ĐỐC\nSùng Thị Chía', 'SỞ THỬ NGHIỆM\nGIÁM ĐỐC\nSùng Thị Chía\n\nSỞ MĂNG NON\nKT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\nLò Thị Nứa'))
            b.js('document.querySelector("details.lt-more").open = true')
            words = b.js('return [...document.querySelectorAll("details.lt-more dl dt")].map(t => t.innerText + "=" + t.nextElementSibling.innerText)')
            for one in ('Số, ký hiệu=79/STN-VP', 'Số, ký hiệu=07/SMN-VP', 'Nơi ban hành=SỞ THỬ NGHIỆM', 'Nơi ban hành=SỞ MĂNG NON',
                        'Người ký=GIÁM ĐỐC, SỞ THỬ NGHIỆM · Sùng Thị Chía', 'Người ký=KT. PHÓ GIÁM ĐỐC, SỞ MĂNG NON · Lò Thị Nứa'):
                true(one in words, f'a joint letter names all: {one} in {words}')

        def table():
            hand_in(TABLE)
            at['table'] = b.url().split('#')[0].removeprefix(site.url)
            words = b.js('return [...document.querySelectorAll("#d1 dl dt")].map(t => t.innerText + "=" + t.nextElementSibling.innerText)')
            true('Phối hợp=Thanh tra; Phòng Tổ chức' in words and 'Sản phẩm=Quyết định' in words, f'who helps and what comes out: {words}')
            words = b.text('#d2 dl')
            true('Phối hợp' not in words and 'Sản phẩm' not in words, f'nothing is said where the letter says nothing: {words}')
            equal(b.js('return [...document.querySelectorAll(".lt-letter u")].map(e => e.textContent)'), ['Thanh tra', 'Phòng Tổ chức'], 'marked in the letter')

        def sentence():
            hand_in(LETTER.replace('77/', '81/').replace('2. Các đơn vị đổi', '2. Văn phòng chủ trì, phối hợp với Công an tỉnh, các cơ quan liên quan đổi'))
            words = b.js('return [...document.querySelectorAll("#d2 dl dt")].map(t => t.innerText + "=" + t.nextElementSibling.innerText)')
            true('Phối hợp=Công an tỉnh; các cơ quan liên quan' in words, f'who helps by a sentence: {words}')
            equal(b.js('return [...document.querySelectorAll(".lt-letter mark u")].map(e => e.textContent)'), ['Công an tỉnh', 'các cơ quan liên quan'],
                  'marked inside the duty they help with')
            page = b.url().split('#')[0]
            b.follow('#d2 button[value=confirm]')
            b.get(page + '/issue')
            true('Công an tỉnh\ncác cơ quan liên quan' in b.js('return [...document.querySelectorAll("[name$=_with]")].map(e => e.value)'), 'and taken over')

        def table_correct():
            b.get(site.url + at['table'])
            b.follow('#d1 a.btn')
            equal(b.js('return document.querySelector("#f-with").value'), 'Thanh tra\nPhòng Tổ chức', 'one a line')
            b.js('document.querySelector("#f-with").value = "  Thanh tra  \\n\\nPhòng Pháp chế\\n"; document.querySelector("#f-product").value = "Quyết định kèm phương án"')
            b.follow('.lt-acts button[value=save]')
            words = b.text('#d1 dl')
            true('Thanh tra; Phòng Pháp chế' in words and 'Quyết định kèm phương án' in words, words)

        def table_issue():
            b.get(site.url + at['table'] + '/issue')
            equal(b.js('return [document.querySelector("[name=o0_with]").value, document.querySelector("[name=o0_product]").value]'), ['Thanh tra\nPhòng Pháp chế', 'Quyết định kèm phương án'],
                  'what the clerk said goes into the directive')
            b.js('document.querySelector("[name=o0_product]").value = "Phương án"')
            b.follow('.lt-acts button[value=look]')
            words = b.text('main')
            true('Thanh tra; Phòng Pháp chế' in words and 'Phương án' in words, f'and stands before it is issued: {words}')
            at['draft'] = b.url().removeprefix(site.url)
            b.follow('a[href$="/edit"]')
            equal(b.js('return [document.querySelector("[name=o0_with]").value, document.querySelector("[name=o0_product]").value]'), ['Thanh tra\nPhòng Pháp chế', 'Phương án'], 'kept in the draft')
            b.js('document.querySelectorAll("[name=o0_to]").forEach(e => e.checked = e.value == "self")')
            b.follow('.lt-acts button[value=look]')

        def table_owed():
            b.get(site.url + at['draft'])
            b.follow('form[action$="/issue"] button')
            number = at['draft'].split('/')[2]
            b.get(site.url + '/rows?directive=' + number)
            b.follow('tbody a[href^="/duty/"]')
            words = b.js('return [...document.querySelectorAll("#h-rule + dl dt")].map(t => t.innerText + "=" + t.nextElementSibling.innerText)')
            true('Phối hợp=Thanh tra; Phòng Pháp chế' in words and 'Sản phẩm=Phương án' in words, f'whoever owes it sees both: {words}')

        def repaired():
            hand_in(SCANNED)
            b.js('document.querySelector("details.lt-more").open = true')
            rows = b.js('return [...document.querySelectorAll("details.lt-more dl dt")].filter(t => t.innerText === "Đọc lại số").map(t => t.nextElementSibling.innerText)')
            equal([row.split(' (')[0] for row in rows], ['“8O” → 80', '“l5” → 15', '“9l2” → 912', '“l0” → 10'], 'each number that was read anew, as it stands and as it was read')
            words = b.js('return [...document.querySelectorAll("details.lt-more dl dt")].map(t => t.innerText + "=" + t.nextElementSibling.innerText)')
            true('Số, ký hiệu=80/STN-VP' in words, f'the letter goes by the number that was read: {words}')
            seen = b.js('return [...document.querySelectorAll("details.lt-more dl dd a")].filter(a => a.innerText.startsWith("“")).map(a => { const r = document.createRange(); r.setStartAfter(document.querySelector(a.getAttribute("href"))); r.setEndAfter(document.querySelector(".lt-letter")); return r.toString() })')
            equal([after[:len(row)] for after, row in zip(seen, ('8O/', 'l5 ', '9l2/', 'l0 '))], ['8O/', 'l5 ', '9l2/', 'l0 '], 'and leads to where it stands in the letter')
            true('l0 ngày' in b.text('#d2'), b.text('#d2'))

        def attached():
            hand_in(ATTACHED)
            at['attached'] = b.url().split('#')[0].removeprefix(site.url)
            true(b.js('return document.querySelectorAll("select[name=letter] option").length') > 2, 'what came with it may be chosen from the book')

        def secrecy():
            hand_in('MẬT\n' + LETTER)
            true('dấu mật' in b.text('[role=alert]'), b.text('[role=alert]'))
            equal(b.js('return document.querySelector("#f-text").value'), '', 'what was pasted comes back')

        def empty():
            hand_in('')
            true('Chưa có gì để đọc' in b.text('[role=alert]'), b.text('[role=alert]'))

        def issue():
            b.get(site.url + at['letter'])
            b.follow('#d1 button[value=confirm]')
            b.get(site.url + at['letter'] + '/issue')
            true(b.js('return document.querySelectorAll("section.lt-card input[type=checkbox][name$=_on]").length') >= 1, 'duties stand in the wizard')
            b.follow('.lt-acts button[value=look]')
            true('/draft' in b.url(), f'the preview comes before anything is issued: {b.url()} {b.js("return document.querySelector(`[role=alert]`)?.innerText")}')

        def look(width, dark):
            def case():
                b.resize(width)
                b.dark(dark)
                for name, path in (('letters', '/letters'), ('letter', at['letter']), ('letter-add', at['letter'] + '/add'), ('letter-table', at['table']), ('letter-attached', at['attached']), ('issue-table', at['table'] + '/issue'), ('issue', at['letter'] + '/issue')):
                    b.get(site.url + path)
                    if shots:
                        b.screenshot(f'{shots}/{name}-{width}-{"dark" if dark else "light"}.png')
                    equal(b.overflow(), 0, f'{path}: pixels too wide')
                    equal(b.axe(), [], f'{path}: axe')
                    equal([e for e in b.errors() if ' 422 ' not in e and ' 404 ' not in e], [], f'{path}: browser complaints')
            return case

        cases = [('paste', paste), ('twice is once', twice_is_once), ('both ends', both_ends), ('an impossible day', impossible_day), ('nothing of a letter runs', nothing_runs),
                 ('confirm and undo', confirm_and_undo), ('correct', correct), ('add', add), ('a joint letter', joint), ('who helps, what comes out', table), ('both corrected', table_correct), ('both taken over', table_issue), ('both where it is owed', table_owed), ('who helps by a sentence', sentence), ('numbers that were read anew', repaired), ('a letter that came with it', attached), ('secrecy stamp', secrecy), ('empty', empty), ('issue', issue)]
        run(cases + [(f'look {w} {"dark" if d else "light"}', look(w, d)) for w in (320, 390, 1440) for d in (False, True)])


main()
