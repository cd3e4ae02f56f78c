#!/usr/bin/python3
"""A mail server on loopback for tests: every letter is one file in the folder; nobody called khongco@ lives here. Prints its port.

    smtp_server.py FOLDER"""
import asyncio
import itertools
import os
import sys

from aiosmtpd.smtp import SMTP

numbers = itertools.count(1)


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('khongco@'):
            return '550 no such mailbox here'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        path = os.path.join(sys.argv[1], f'{next(numbers)}.eml')
        with open(path + '.new', 'wb') as f:
            f.write(envelope.content)
        os.rename(path + '.new', path)
        return '250 kept'


async def main():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Keep(), hostname='relay.example'), '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
