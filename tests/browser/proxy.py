"""A connection between browser and server that can be cut, as Playwright's `set_offline` cannot."""

from __future__ import annotations

import contextlib
import select
import socket
import threading


class Proxy:
    """Hands bytes on between whoever connects to `port` and a server on this machine.

    Args:
        server_port: where the server listens.

    Attributes:
        url: to be visited in place of the server's address; without a slash at its end.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._accept()

    def cut(self) -> None:
        """Close every connection, and take no new one."""
        self._shut(self._listener)
        for one in list(self._open):
            self._shut(one)

    def mend(self) -> None:
        """Take connections again."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._accept()

    def _accept(self) -> None:
        threading.Thread(target=self._wait, args=(self._listener,), daemon=True).start()

    def _wait(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:  # either end may go at any time
            self._open.add(near)
            with socket.create_connection(("127.0.0.1", self._server_port)) as far:
                self._open.add(far)
                other = {near: far, far: near}
                while True:
                    for one in select.select([near, far], [], [])[0]:
                        said = one.recv(65_536)
                        if not said:
                            return
                        other[one].sendall(said)

    @staticmethod
    def _shut(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
