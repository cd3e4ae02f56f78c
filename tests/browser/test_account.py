#!/usr/bin/env python3
"""Signing in, the second factor, tokens and sessions of one's own, over the sample province; no script anywhere.

    test_account.py LUYTRE"""
import base64
import http.client
import os
import re
import socket
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import equal, run, true
from demo_site import Client, Site

def main():
    with Site(sys.argv[1]) as site:
        def wrong_password():
            c = Client(site.port)
            status, page = c.post('/signin', '/signin', name='khong-co@truclam.example', password='sai')
            equal(status, 422, 'status')
            true('role="alert"' in page and 'khong-co@truclam.example' in page, 'the refusal is told and the name kept')
            true('lt_s' not in c.cookies, 'no session')

        def strangers_see_nothing():
            c = Client(site.port)
            for path in ('/', '/account', '/search?q=a', '/admin', '/admin/audit', '/tasks.csv', '/setup'):
                status, _ = c.get(path)
                equal((status, c.location.split('?')[0]), (303, '/signin'), path)

        def links_once():
            token = site.link('mầm non')
            first, second = Client(site.port), Client(site.port)
            equal(first.get('/demo-link/' + token)[0], 303, 'first use')
            equal(first.get('/account')[0], 200, 'signed in')
            status, page = second.get('/demo-link/' + token)
            equal(status, 404, 'second use')
            true('không còn dùng được' in page, 'says why')
            equal(second.get('/invitation/abcdefghijklmnopqrstuv')[0], 404, 'a guessed link')

        def prefetch_keeps_link():
            token = site.link('viễn thông')
            ahead = http.client.HTTPConnection('127.0.0.1', site.port)
            ahead.request('GET', '/demo-link/' + token, headers={'Sec-Purpose': 'prefetch;prerender'})
            equal(ahead.getresponse().status, 204, 'a look ahead')
            equal(Client(site.port).get('/demo-link/' + token)[0], 303, 'the link still works')

        def back_stays_here():
            c = Client(site.port)
            _, page = c.get('/signin?back=//evil.example/')
            true('href="//evil' not in page, 'no foreign way back')

        def token_for_program():
            c = site.person('THCS')
            status, page = c.post('/account', '/account/token', name='bảng theo dõi', right='read', days='30')
            equal(status, 200, 'made')
            token = re.search(r'(ltr_[A-Za-z0-9_-]+)', page)
            true(token, 'the token is shown')
            _, again = c.get('/account')
            true(token[1] not in again and 'bảng theo dõi' in again, 'and never again')
            h = http.client.HTTPConnection('127.0.0.1', site.port)
            h.request('GET', '/', headers={'Authorization': 'Bearer ' + token[1]})
            equal(h.getresponse().status, 200, 'a program reads')
            h.close()
            status, _ = c.post('/account', '/account/token/end')
            equal(status, 303, 'ended')
            h = http.client.HTTPConnection('127.0.0.1', site.port)
            h.request('GET', '/', headers={'Authorization': 'Bearer ' + token[1]})
            equal(h.getresponse().status, 303, 'and then no more')

        def token_needs_words():
            c = site.person('THCS')
            status, page = c.post('/account', '/account/token', name='', days='30')
            equal(status, 422, 'refused')
            true('role="alert"' in page, 'and told')
            status, _ = c.post('/account', '/account/token', name='x', right='read', days='4000')
            equal(status, 422, 'too many days')
            status, page = c.post('/account', '/account/token', name='x', right='system_admin', days='30')
            equal(status, 422, 'a right that is not one\'s own gives no token')

        def own_contact():
            c = site.person('THCS')
            status, page = c.post('/account', '/account/contact', phone='0900 000 abc', email='a@b.example')
            equal(status, 422, 'a wrong number')
            true('0900 000 abc' in page, 'what was typed is kept')
            status, _ = c.post('/account', '/account/contact', phone='0900 111 222', email='moi@truong.example')
            equal(status, 303, 'saved')
            _, page = c.get('/account')
            true('0900 111 222' in page and 'Đã ghi liên hệ mới' in page, 'and said')

        def language_follows():
            c = site.person('THCS')
            c.post('/account', '/account/look', language='en', theme='dark')
            _, page = c.get('/account')
            true('<html lang="en" data-bs-theme="dark">' in page, 'English and dark')
            c.post('/account', '/account/look', language='vi', theme='auto')

        def no_foreign_session_end():
            c = site.person('THCS')
            status, _ = c.post('/account', '/account/look')
            _, page = c.get('/account')
            csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
            status, _ = c.ask('POST', '/account/session/end', f'csrf={csrf}&id={base64.urlsafe_b64encode(b"x" * 32).decode().rstrip("=")}')
            equal(status, 404, 'somebody else\'s session')

        def sign_out():
            c = Client(site.port)
            c.get('/demo-link/' + site.link('một xã'))
            old = dict(c.cookies)
            equal(c.post('/account', '/signout')[0], 303, 'out')
            equal(c.get('/account')[0], 303, 'asked to sign in')
            c.cookies = old
            equal(c.get('/account')[0], 303, 'the old cookie is worth nothing')

        def the_queue_is_seen():
            """More come in at once than two at a time can serve: the page tells the next one how many are before them, and past the end of the
            queue a sign-in is refused with the number, the name kept, nothing looked at."""
            c = Client(site.port)
            _, page = c.get('/signin?back=/units')
            true('đăng nhập cùng lúc' not in page, 'nobody waits yet')
            csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
            head = f'Host: 127.0.0.1:{site.port}\r\nCookie: lt_v={c.cookies["lt_v"]}\r\nContent-Type: application/x-www-form-urlencoded\r\n'
            waiting = []
            try:
                for i in range(76):
                    body = urllib.parse.urlencode({'csrf': csrf, 'name': f'nguoi-{i}@truclam.example', 'password': 'mot cau da quen', 'back': '/units'})
                    s = socket.create_connection(('127.0.0.1', site.port), 60, (f'127.0.1.{i + 1}', 0))  # one address may not hold them all
                    s.sendall(f'POST /signin HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}'.encode())
                    waiting.append(s)
                other = Client(site.port)
                _, page = other.get('/signin')
                seen = re.search(r'role="status">.*?Đang có ([0-9]+) người đăng nhập cùng lúc', page)
                true(seen and 1 <= int(seen[1]) <= 64, f'the page says how many wait: {seen and seen[0]}')
                answers = [b''.join(iter(lambda: s.recv(65536), b'')).decode() for s in waiting]
            finally:
                for s in waiting:
                    s.close()
            statuses = [int(a.split()[1]) for a in answers]
            equal(sorted(set(statuses)), [422, 503], 'looked at, or turned away')
            true(statuses.count(422) >= 64, f'a full queue is served to its end: {statuses.count(422)}')
            for i, answer in enumerate(answers):
                if statuses[i] == 503:
                    true(re.search(r'Còn [0-9]+ người đứng trước trong hàng chờ', answer), 'the number ahead')
                    true('Chưa xét tới mật khẩu' in answer and 'Retry-After: 5' in answer, 'and what to do')
                    true(f'value="nguoi-{i}@truclam.example"' in answer and 'name="back" value="/units"' in answer, 'the name and the way back are kept')
                    true('mot cau da quen' not in answer and 'http-equiv="refresh"' not in answer, 'not the password, and what is typed is not reloaded away')
            true('đăng nhập cùng lúc' not in c.get('/signin')[1], 'afterwards nobody waits')

        run([('a wrong password', wrong_password), ('strangers see nothing', strangers_see_nothing), ('links work once', links_once),
             ('a look ahead keeps the link', prefetch_keeps_link), ('back stays here', back_stays_here), ('a token for a program', token_for_program),
             ('a token needs a name and rights', token_needs_words), ('own contact', own_contact), ('language follows the person', language_follows),
             ('no foreign session', no_foreign_session_end), ('sign out', sign_out), ('the queue is seen', the_queue_is_seen)])


if __name__ == '__main__':
    main()
