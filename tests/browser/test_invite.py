#!/usr/bin/env python3
"""An invitation by mail, from the page of the person to a real SMTP server on loopback and back through its link: not set up, waiting, sent,
refused with the server's reason, sent again; the link is in the mail and nowhere else, works once and expires.

    test_invite.py PROGRAM [SHOTS_DIR]"""
import email
import email.header
import glob
import html
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from demo_site import Client, Site
from harness import equal, run, skip, true

SMTP = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'smtp_server.py')


def main():
    if not os.path.exists('/usr/bin/python3') or subprocess.run(['/usr/bin/python3', '-c', 'import aiosmtpd'], stderr=subprocess.DEVNULL).returncode:
        skip('python3-aiosmtpd is not installed')
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    letters = tempfile.TemporaryDirectory(prefix='luytre-mail-')
    smtp = subprocess.Popen(['/usr/bin/python3', SMTP, letters.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    smtp_port = int(smtp.stdout.readline())
    with Site(sys.argv[1]) as site:
        admin = site.person('Quản trị viên')
        state = {'program': site.process}

        def execute(*statements):
            db = sqlite3.connect(os.path.join(site.folder.name, 'luytre.db'), timeout=30)
            for statement, values in statements:
                db.execute(statement, values)
            db.commit()
            db.close()

        def setting(**values):
            execute(*[('INSERT OR REPLACE INTO setting (name, value, changed_ms) VALUES (?, ?, 1)', pair) for pair in values.items()])

        def new_person(name, address):
            _, page = admin.get('/people/new')
            unit = html.unescape(re.search(r'name="unit"[^>]*value="([^"]*)"', page)[1])
            status, _ = admin.post('/people/new', '/people/new', name=name, email=address, unit=unit)
            equal(status, 303, f'{name} is added')
            return re.search(r'/person/\d+', admin.location)[0]

        def page_of(person, lang='vi'):
            admin.cookies['lt_lang'] = lang
            _, page = admin.get(person)
            del admin.cookies['lt_lang']
            return page

        def delivery(person, lang='vi'):
            found = re.search(r'id="mail".*?</p>', page_of(person, lang), re.S)
            return html.unescape(re.sub(r'<[^>]+>', '', found[0].split('>', 1)[1])).strip() if found else ''

        def becomes(person, words):
            for _ in range(600):
                if words in delivery(person):
                    return
                time.sleep(0.1)
            raise AssertionError(f'{person} says "{delivery(person)}", not "{words}"')

        def forms(page):
            return set(re.findall(r'<form action="(/person/\d+/[^"]*)"', page))

        def letter(n):
            for _ in range(300):
                if os.path.exists(os.path.join(letters.name, f'{n}.eml')):
                    break
                time.sleep(0.1)
            with open(os.path.join(letters.name, f'{n}.eml'), 'rb') as f:
                got = email.message_from_binary_file(f)
            subject = str(email.header.make_header(email.header.decode_header(got['Subject'])))
            return got['To'], subject, got.get_payload(decode=True).decode()

        def not_set_up():
            state['an'] = new_person('Trần Thị Mời', 'moi@xa.example')
            page = page_of(state['an'])
            true('Chưa khai báo máy chủ thư' in page, 'the page says that no mail can leave')
            true(state['an'] + '/invite' in forms(page) and state['an'] + '/invite/mail' not in forms(page), 'and offers the link to copy')
            true('The mail server' in page_of(state['an'], 'en'), 'in English too')

        def refused_with_reason():
            setting(mail_url=f'smtp://127.0.0.1:{smtp_port}', mail_from='luytre@truclam.example', mail_plain='yes', site_url=f'{site.url}/')
            page = page_of(state['an'])
            true(state['an'] + '/invite/mail' in forms(page), 'mail is offered now')
            status, _ = admin.post(state['an'], state['an'] + '/invite/mail')
            equal(status, 303, 'asked')
            # this server was not told that it may call a mail server inside: fetch refuses, and the page says so
            becomes(state['an'], 'Không gửi được đến moi@xa.example')
            true('chưa được phép gọi tới' in delivery(state['an']), delivery(state['an']))
            true('not on the internet' in delivery(state['an'], 'en'), delivery(state['an'], 'en'))
            true('Gửi lại thư' in page_of(state['an']), 'another try is offered')

        def served_for_real():
            """The same store under `luytre serve`, which may call this mail server."""
            site.process.send_signal(signal.SIGINT)
            site.process.wait(30)
            site.process.stdout.close()
            port = webdriver.free_port()
            site.process = subprocess.Popen([sys.argv[1], 'serve', '--store', os.path.join(site.folder.name, 'luytre.db'), '--keys', os.path.join(site.folder.name, 'keys'),
                                             '--blobs', os.path.join(site.folder.name, 'blobs'), '--listen', f'127.0.0.1:{port}', '--allow', f'127.0.0.1:{smtp_port}'],
                                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            admin.port, site.port, site.url = port, port, f'http://127.0.0.1:{port}'
            setting(site_url=site.url + '/')
            for _ in range(300):
                try:
                    if admin.get('/healthz')[0] == 200:
                        break
                except OSError:
                    pass
                time.sleep(0.1)

        def sent_again():
            served_for_real()
            equal(admin.post(state['an'], state['an'] + '/invite/mail')[0], 303, 'asked again')
            becomes(state['an'], 'Đã gửi đến moi@xa.example')
            true('liên kết dùng được đến' in delivery(state['an']), delivery(state['an']))
            true('the link works until' in delivery(state['an'], 'en'), delivery(state['an'], 'en'))
            to, subject, text = letter(1)
            true('moi@xa.example' in to and 'Mời mở tài khoản' in subject, f'{to} {subject}')
            true('Trần Thị Mời' in text, text)
            state['link'] = re.search(re.escape(site.url) + r'(/invitation/\S+)', text)[1]

        def the_link_is_in_the_mail_alone():
            secret = state['link'].split('/')[-1].encode()
            for path in glob.glob(os.path.join(site.folder.name, 'luytre.db*')):
                with open(path, 'rb') as f:
                    true(secret not in f.read(), f'{path} does not hold it')

        def it_works_once():
            visitor = Client(site.port)
            status, page = visitor.get(state['link'])
            true(status == 200 and 'Trần Thị Mời' in html.unescape(page), f'{status}')
            status, _ = visitor.post(state['link'], state['link'], name='moi.tran', password='một câu đủ dài để nhớ', again='một câu đủ dài để nhớ')
            equal(status, 303, 'an account')
            true(Client(site.port).get(state['link'])[0] != 200 or 'name="password"' not in Client(site.port).get(state['link'])[1], 'a second time it is nothing')

        def a_reset_goes_the_same_way():
            page = page_of(state['an'])
            equal(admin.post(state['an'], state['an'] + '/invite/mail')[0], 303, 'asked')
            becomes(state['an'], 'Đã gửi đến moi@xa.example')
            to, subject, text = letter(2)
            true('Đặt lại mật khẩu' in subject and '/invitation/' in text, subject)

        def refused_by_the_server():
            person = new_person('Lê Không Có', 'khongco@xa.example')
            equal(admin.post(person, person + '/invite/mail')[0], 303, 'asked')
            becomes(person, 'Không gửi được đến khongco@xa.example')
            true('máy chủ thư từ chối' in delivery(person) and '550' in delivery(person), f'the reason of the server: {delivery(person)}')
            state['refused'] = person

        def no_address():
            person = new_person('Vũ Chưa Ghi', '')
            page = page_of(person)
            true('chưa có địa chỉ thư' in page and person + '/invite/mail' not in forms(page), 'says what is missing')

        def an_old_link_says_so():
            execute(('UPDATE invitation_mail SET expires_ms = 1 WHERE person_id = ?', (state['an'].split('/')[-1],)))
            true('liên kết hết hạn' in delivery(state['an']), delivery(state['an']))

        def strangers_ask_nothing():
            execute(("UPDATE setting SET value = value WHERE name = ?", ('mail_url',)))
            stranger = Client(site.port)
            equal(stranger.ask('POST', state['an'] + '/invite/mail', 'csrf=x')[0] in (303, 401, 403), True, 'a visitor')

        def look(width):
            def case():
                reason = webdriver.why_missing()
                if reason:
                    print(f'# {reason}: looked at without a browser')
                    return
                with webdriver.Driver() as driver, driver.open(width, 1000) as b:
                    b.get(site.url + '/signin')
                    for name, cookie in admin.cookies.items():
                        b.cookie(name, cookie)
                    for name, path in (('sent', state['an']), ('refused', state['refused'])):
                        b.get(site.url + path)
                        if shots:
                            b.screenshot(f'{shots}/invite-{name}-{width}.png')
                        equal(b.overflow(), 0, f'{path}: pixels too wide')
                        equal(b.axe(), [], f'{path}: axe')
            return case

        try:
            run([('mail that is not set up is said', not_set_up), ('refused with a reason', refused_with_reason), ('sent, asked again', sent_again),
                 ('the link is in the mail alone', the_link_is_in_the_mail_alone), ('it works once', it_works_once), ('a reset goes the same way', a_reset_goes_the_same_way),
                 ('refused by the server', refused_by_the_server), ('no address', no_address), ('strangers ask nothing', strangers_ask_nothing),
                 ('look 390', look(390)), ('look 1440', look(1440)), ('an old link says so', an_old_link_says_so)])
        finally:
            smtp.stdin.close()
            smtp.wait(20)
            smtp.stdout.close()
            letters.cleanup()


main()
