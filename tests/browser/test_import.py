#!/usr/bin/env python3
"""Systems with their ranges, domains and databases come in through the one import, by the page and by the command line: template, preview with
an error per row, dry run, undo; the duties of a system open and close with it. Needs no browser.

    test_import.py LUYTRE"""
import json
import os
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import equal, run, true
from demo_site import Site

OPEN = 'SELECT COUNT(*) FROM assignment a JOIN info_system s ON s.id = a.subject_id WHERE a.subject_kind = ? AND s.name = ? AND a.closed_day IS NULL'


def main():
    with Site(sys.argv[1]) as site:
        store = os.path.join(site.folder.name, 'luytre.db')
        db = sqlite3.connect(f'file:{store}?mode=ro', uri=True, timeout=30)
        code = db.execute("SELECT code FROM unit_fact WHERE kind = 'school_lower_secondary' AND code IS NOT NULL ORDER BY code LIMIT 1").fetchone()[0]
        admin = site.person('Quản trị')
        state = {}

        def duties(name):
            db.commit()
            return db.execute(OPEN, ('system', name)).fetchone()[0]

        def look(register, cells):
            status, page = admin.post(f'/import/{register}', f'/import/{register}', pasted=cells)
            return status, page, re.search(r'name="spool" value="([0-9a-f]{64})"', page)

        def bring(register, cells):
            """Previews, applies, and gives the address that takes it back."""
            status, page, spool = look(register, cells)
            equal(status, 200, f'{register}: preview')
            true(spool, f'{register}: may be applied')
            csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
            status, _ = admin.ask('POST', f'/import/{register}', f'csrf={csrf}&step=apply&spool={spool[1]}&name=dan')
            equal(status, 303, f'{register}: applied')
            return re.search(rf'/import/{register}/undo/\d+', admin.get(f'/import/{register}')[1])[0]

        def systems_bring_duties():
            state['systems'] = bring('systems', f'Mã đơn vị vận hành\tTên hệ thống\tMã\n{code}\tHệ thống Măng\tmang\n')
            true(duties('Hệ thống Măng') > 0, 'the new system owes what systems owe')

        def parts_by_page():
            _, page, spool = look('ranges', f'Mã đơn vị\tHệ thống\tDải địa chỉ\n{code}\tmang\t203.0.113.0/24\n{code}\tmang\t10.0.0.0/8\nkhong-co\tmang\t203.0.113.9\n')
            true('địa chỉ nội bộ cần có địa điểm' in page and 'dòng 3<' in page, 'the wrong row says where and why')
            true('không có đơn vị mang mã này' in page and 'dòng 4, cột 1' in page, 'and the other one')
            _, page, _ = look('ranges', f'Mã đơn vị\tHệ thống\tDải địa chỉ\tMàu sơn\n{code}\tmang\t203.0.113.0/24\tđỏ\n')
            true('không đọc: “Màu sơn”' in page, 'a column that is no column of the register is named')
            true('không đọc:' not in look('ranges', f'Mã đơn vị\tHệ thống\tDải địa chỉ\n{code}\tmang\t203.0.113.0/24\n')[1], 'and only such a one')
            state['ranges'] = bring('ranges', f'Mã đơn vị\tHệ thống\tDải địa chỉ\n{code}\tmang\t203.0.113.0/24\n')
            state['domains'] = bring('domains', f'Mã đơn vị\tHệ thống\tTên miền\n{code}\tHệ thống Măng\tMang.Truong.example\n')
            state['databases'] = bring('databases', f'Mã đơn vị\tHệ thống\tTên cơ sở dữ liệu\tCó dữ liệu cá nhân\n{code}\tmang\tHọc bạ\tcó\n')
            system = db.execute("SELECT id FROM info_system WHERE name = 'Hệ thống Măng'").fetchone()[0]
            _, page = admin.get(f'/import/ranges')
            true('/import/ranges/template.xlsx' in page, 'the template')
            equal(admin.get('/import/databases/template.csv')[1].splitlines()[0].lstrip('\ufeff').split(',')[0], 'Mã đơn vị vận hành', 'its first column')
            rows = [db.execute(f'SELECT {c} FROM system_{t} WHERE system_id = ?', (system,)).fetchall() for t, c in (('range', 'cidr'), ('domain', 'domain'), ('database', 'name'))]
            equal(rows, [[('203.0.113.0/24',)], [('mang.truong.example',)], [('Học bạ',)]], 'what stands there')

        def taken_back():
            equal(admin.post('/import/systems', state['systems'])[0], 422, 'the parts stand on the system')
            for register in ('databases', 'domains', 'ranges', 'systems'):
                equal(admin.post(f'/import/{register}', state[register])[0], 303, f'{register} taken back')
            equal(db.execute("SELECT COUNT(*) FROM info_system WHERE name = 'Hệ thống Măng'").fetchone()[0], 0, 'the system is gone')
            equal(db.execute("SELECT COUNT(*) FROM assignment WHERE subject_kind = 'system' AND closed_day IS NULL AND NOT EXISTS (SELECT 1 FROM info_system s WHERE s.id = subject_id)").fetchone()[0],
                  0, 'and so are its duties')

        def by_command():
            program = [os.path.abspath(sys.argv[1]), 'org', 'import', '--store', store]
            system = db.execute('SELECT f.code, s.name FROM info_system s JOIN unit_fact f ON f.unit_id = s.operator_id WHERE f.code IS NOT NULL ORDER BY s.id LIMIT 1').fetchone()
            path = os.path.join(site.folder.name, 'ten-mien.csv')
            with open(path, 'w', encoding='utf-8') as f:
                f.write(f'Mã đơn vị,Hệ thống,Tên miền\n{system[0]},"{system[1]}",moi.truclam.example\n{system[0]},"{system[1]}",khong_phai\n')

            def ask(*args):
                done = subprocess.run([*program, '--register', 'domains', '--json', *args], capture_output=True, text=True, check=False)
                return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr
            status, lines, why = ask('--dry-run', '--en', path)
            equal((status, lines[0]['reason'], lines[0]['where']), (0, 'not a domain name', 'row 3, column 3'), f'a dry run in English: {why}')
            equal((lines[-1]['new'], lines[-1]['errors'], lines[-1]['batch_id']), (1, 1, None), 'it writes nothing')
            status, lines, why = ask('--skip-errors', path)
            equal((status, lines[-1]['new']), (0, 1), f'applied: {why}')
            batch = lines[-1]['batch_id']
            db.commit()
            equal(db.execute("SELECT COUNT(*) FROM system_domain WHERE domain = 'moi.truclam.example'").fetchone()[0], 1, 'it stands there')
            status, lines, why = ask('--undo', str(batch))
            equal(status, 0, f'taken back: {why}')
            equal(db.execute("SELECT COUNT(*) FROM system_domain WHERE domain = 'moi.truclam.example'").fetchone()[0], 0, 'it is gone')

        def one_language():
            for args, vi, en in ((['org', 'show', 'khong-co'], 'không có đơn vị mã "khong-co"', 'no unit has the code "khong-co"'),
                                 (['org', 'import', '--register', 'x'], 'databases hoặc devices', 'databases or devices'),
                                 (['status', '--as-of', '2999-01-01'], 'ngày ấy chưa đến', 'that day has not come')):
                for flag, told, untold in ((['--en'], en, vi), ([], vi, en)):
                    done = subprocess.run([os.path.abspath(sys.argv[1]), *args, '--store', store, *flag], capture_output=True, text=True, check=False)
                    true(done.returncode in (2, 3) and told in done.stderr and untold not in done.stderr and ' / ' not in done.stderr,
                         f'{args} {flag}: {done.returncode} {done.stderr}')

        run([('systems bring their duties', systems_bring_duties), ('ranges, domains, databases by the page', parts_by_page), ('taken back', taken_back),
             ('by the command line', by_command), ('the command line refuses in one language', one_language)])


if __name__ == '__main__':
    main()
