"""tls_server.py FOLDER - HTTPS on loopback with a CA made here, for test_role.c; ends when its input ends.

Prints the ports of: a good certificate, one for another name, an expired one, a self-signed one, and of plain HTTP. The good one
answers /hello, /away (to an address inside that is not allowed), /down (to plain HTTP), /again (to itself), /big, /slow."""
import http.server
import pathlib
import ssl
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(sys.argv[1])
PORTS = {}


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def key(name):
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", TOP / f"{name}.key")


def signed(name, subject, days):
    key(name)
    (TOP / f"{name}.ext").write_text(f"subjectAltName={subject}\nbasicConstraints=CA:FALSE\n")
    openssl("req", "-new", "-key", TOP / f"{name}.key", "-subj", f"/CN={name}", "-out", TOP / f"{name}.csr")
    openssl("x509", "-req", "-in", TOP / f"{name}.csr", "-CA", TOP / "ca.pem", "-CAkey", TOP / "ca.key", "-CAcreateserial", "-days", days,
            "-extfile", TOP / f"{name}.ext", "-out", TOP / f"{name}.pem")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_GET(self):
        away = {"/away": f"https://127.0.0.1:{PORTS['wrong']}/hello", "/down": f"http://127.0.0.1:{PORTS['plain']}/hello", "/again": "/hello"}.get(self.path)
        self.send_response(302 if away else 200)
        if away:
            self.send_header("Location", away)
        self.send_header("Content-Type", "text/plain")
        endless = self.path in ("/big", "/slow")
        if not endless:
            body = b"" if away else b"hello"
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        try:
            if not endless:
                self.wfile.write(body)
            for _ in range(600 if endless else 0):
                self.wfile.write(b"x" * (65536 if self.path == "/big" else 1))
                self.wfile.flush()
                time.sleep(0 if self.path == "/big" else 0.1)
        except OSError:
            pass  # the other side had enough
        self.close_connection = endless or self.close_connection


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass  # a refused handshake is what the test wants


def main():
    key("ca")
    openssl("req", "-x509", "-new", "-key", TOP / "ca.key", "-subj", "/CN=CA of this test", "-days", 2, "-out", TOP / "ca.pem")
    signed("good", "IP:127.0.0.1", 2)
    signed("wrong", "DNS:other.example", 2)
    signed("expired", "IP:127.0.0.1", -1)
    key("self")
    openssl("req", "-x509", "-new", "-key", TOP / "self.key", "-subj", "/CN=self", "-addext", "subjectAltName=IP:127.0.0.1", "-days", 2, "-out", TOP / "self.pem")
    for name in ("good", "wrong", "expired", "self", "plain"):
        server = Quiet(("127.0.0.1", 0), Handler)
        if name != "plain":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TOP / f"{name}.pem", TOP / f"{name}.key")
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        PORTS[name] = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(PORTS["good"], PORTS["wrong"], PORTS["expired"], PORTS["self"], PORTS["plain"], flush=True)
    sys.stdin.read()


main()
