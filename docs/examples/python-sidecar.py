#!/usr/bin/env python3
"""A sidecar in Python's standard library alone: a mailbox for people without a platform.

    curl -d 'Hello' http://127.0.0.1:8787/say/kitchen

becomes an event in the conversation "kitchen"; what is answered there is printed, and kept in
the file that MAILBOX names. Run it by itself with the TRUNKLINE_CONNECTOR_* variables set,
or as child_process of an [[external_connectors]] entry, which sets them.
"""

import hmac
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

NAME = os.environ["TRUNKLINE_CONNECTOR_NAME"]
GATEWAY = os.environ["TRUNKLINE_CONNECTOR_GATEWAY_URL"]
BASE = urlsplit(os.environ["TRUNKLINE_CONNECTOR_BASE_URL"])
TOKEN = os.environ.get("TRUNKLINE_CONNECTOR_SHARED_TOKEN", "")
INSTANCE = str(uuid.uuid4())
done, lock = {}, threading.Lock()  # Answers by delivery id: a repeat is answered, not said again.


def submit(path, content, event_id):
    """Sends one event, again for as long as that can help: under its id it is stored once."""
    event = {
        "protocol_version": 2,
        "instance_id": INSTANCE,
        "event_id": event_id,
        "occurred_at_ms": int(time.time() * 1000),
        "source_kind": "message.created",
        "thread": {"path": path},
        "reply_route": "/".join(path),
        "content": content,
    }
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    url = f"{GATEWAY}/v1/connectors/external/{NAME}/events"
    for attempt in range(8):
        try:
            request = urllib.request.Request(url, json.dumps(event).encode(), headers)
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500:
                return json.load(error)
            pause = float(error.headers.get("Retry-After") or 1)
        except OSError:
            pause = min(30, 2**attempt)
        time.sleep(pause)
    return {"event_id": event_id, "status": "error"}


def deliver(body):
    try:
        delivery = json.loads(body)
        if delivery["protocol_version"] != 1:
            return 400, {"status": "terminal_error", "detail": "unsupported protocol_version"}
        key = delivery["delivery_id"]
    except (ValueError, KeyError, TypeError):
        return 400, {"status": "terminal_error", "detail": "not a delivery"}
    with lock:
        if key not in done:
            line = f'{delivery["reply_route"]}: {delivery["content"]}'
            print(line, flush=True)
            if os.environ.get("MAILBOX"):
                with open(os.environ["MAILBOX"], "a", encoding="utf-8") as mailbox:
                    mailbox.write(line + "\n")
            done[key] = {"status": "committed"}
        return 200, done[key]


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def allowed(self):
        shown = self.headers.get("Authorization", "").encode()
        return not TOKEN or hmac.compare_digest(shown, f"Bearer {TOKEN}".encode())

    def do_GET(self):
        facts = {"protocol_version": 1, "instance_id": INSTANCE}
        known = {"/manifest": {"capabilities": {"attachments_out": False}}, "/health": {"status": "ready"}}
        if not self.allowed():
            return self.answer(401, {"error": "unauthorized"})
        found = known.get(self.path)
        self.answer(200 if found else 404, {**facts, **(found or {"error": "not_found"})})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/deliver":
            return self.answer(*(deliver(body) if self.allowed() else (401, {})))
        where = [part for part in self.path.split("/") if part]
        if where[:1] != ["say"] or len(where) < 2:
            return self.answer(404, {"error": "not_found"})
        self.answer(200, submit(where[1:], body.decode(), str(uuid.uuid4())))

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer((BASE.hostname, BASE.port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    sys.exit(0)
