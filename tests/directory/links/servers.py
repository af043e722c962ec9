"""Servers of this machine that answer well, badly, slowly, or not at all."""

import gzip
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OK = (200, {}, b"Bonjour")
GZIP_BOMB = gzip.compress(bytes(20_000_000))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.server.site.answer(self)

    do_GET = do_HEAD = answer

    def log_message(self, *args):
        pass


class Site:
    """A server whose `pages` are, by path: (status, headers, body), a list of these for one request after the other,
    the bytes of a whole answer, or a function of the handler. A page has another answer for HEAD under "HEAD /path".

    It remembers what was asked in `asked`, as (method, host, path), and how many requests each host got at a time.
    """

    def __init__(self, context=None):
        self.pages = {"/robots.txt": (404, {}, b"")}
        self.asked, self.agents, self.most_at_once = [], set(), Counter()
        self.active, self.lock, self.closing = Counter(), threading.Lock(), threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.site, self.server.daemon_threads = self, True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.scheme = "https" if context else "http"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def url(self, path, host="exemple.fr"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def paths(self, method):
        return [path for asked, _host, path in self.asked if asked == method]

    def answer(self, handler):
        host = handler.headers["Host"].partition(":")[0]
        with self.lock:
            self.asked.append((handler.command, host, handler.path))
            self.agents.add(handler.headers["User-Agent"])
            self.active[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self.active[host])
        try:
            page = self.page(handler)
            with self.lock:
                self.active[host] -= 1  # before the answer leaves: after it, the next request may come at once
            self.write(handler, page)
        except OSError:
            handler.close_connection = True  # the checker went away, as it does from a page that it will not read

    def page(self, handler):
        path = handler.path.partition("?")[0]
        page = self.pages.get(f"{handler.command} {path}", self.pages.get(path, (404, {}, b"")))
        page = page.pop(0) if isinstance(page, list) else page
        return page(handler) if callable(page) else page

    def write(self, handler, page):
        if isinstance(page, tuple):
            status, headers, body = page
            handler.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body if handler.command == "GET" else b"")
        elif page:
            handler.wfile.write(page)
            handler.close_connection = True


def moving(status, target):
    return (status, {"Location": target}, b"")


def silent(handler):
    """Accept a request and never answer it."""
    handler.server.site.closing.wait()


def hang_up(handler):
    handler.close_connection = True
