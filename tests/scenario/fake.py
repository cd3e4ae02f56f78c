#!/usr/bin/env python3
"""A stand-in for luytre, so that the runner itself can be tested."""
import http.server
import json
import signal
import sys

words = sys.argv[1:]
now = None
if words[:1] == ["--now"]:
    now, words = words[1], words[2:]
if words[0] == "say":
    print("\n".join(words[1:]))
elif words[0] == "now":
    print(json.dumps({"type": "now", "now": now, "deep": [{"n": 7}], "yes": True, "number": "09"}))
elif words[0] == "fail":
    print("why it failed", file=sys.stderr)
    sys.exit(int(words[1]))
elif words[0] == "cat":
    print(open(words[1], encoding="utf-8").read(), end="")
elif words[0] == "serve":
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 404)
            self.end_headers()
            self.wfile.write(b"xin chao\n")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(words[2]) if len(words) > 2 else 0))
    http.server.HTTPServer(("127.0.0.1", int(words[1])), Page).serve_forever()
