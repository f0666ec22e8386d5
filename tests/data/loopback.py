"""A web server on 127.0.0.1 that misbehaves as it is told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Reply:
    """What is sent for a path.

    Args:
        data: the file.
        status: the answer's status.
        breaks_after: bytes after which the connection is cut, at every request.
        ranges: whether the server resumes.
        kind: the Content-Type.
        piece: bytes sent at a time.
    """

    def __init__(
        self,
        data: bytes,
        *,
        status: int = 200,
        breaks_after: int | None = None,
        ranges: bool = True,
        kind: str = "application/octet-stream",
        piece: int = 1 << 20,
        encoding: str | None = None,
    ) -> None:
        self.data, self.status, self.breaks_after, self.ranges = data, status, breaks_after, ranges
        self.kind, self.piece, self.encoding = kind, piece, encoding


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Server = self.server.owner
        start_text = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
        with server.lock:
            server.requests.append((self.path, self.headers.get("Range")))
        reply = server.replies.get(self.path)
        if reply is None or reply.status != 200:
            self.send_error(reply.status if reply else 404)
            return
        start = int(start_text) if reply.ranges else 0
        body = reply.data[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(reply.data) - 1}/{len(reply.data)}")
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(body)))
        if reply.encoding:
            self.send_header("Content-Encoding", reply.encoding)
        self.end_headers()
        sent = body[: reply.breaks_after]
        for place in range(0, len(sent), reply.piece):
            self.wfile.write(sent[place : place + reply.piece])
            self.wfile.flush()
        if len(sent) < len(body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Server:
    """Serves `replies`; `requests` lists (path, Range header) in order."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def serve(self, path: str, data: bytes, **how: object) -> None:
        self.replies[path] = Reply(data, **how)

    def asked(self, path: str) -> list[str | None]:
        return [header for asked, header in self.requests if asked == path]

    def __enter__(self) -> Server:
        # A short poll, so that closing the server does not wait half a second.
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
