"""A headless Firefox for tests, driven through Marionette with the standard library alone."""
from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from typing import Any

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ARROW_RIGHT, END = "\ue014", "\ue010"                   # keys, as WebDriver numbers them


class Firefox:
    """A browser with one page."""

    def __init__(self, width: int = 1920, height: int = 1080) -> None:
        assert FIREFOX is not None
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        pathlib.Path(self.profile.name, "user.js").write_text(f'user_pref("marionette.port", {port});\n', encoding="ascii")
        self.process = subprocess.Popen([FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", self.profile.name],
                                        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.number, self.buffer = 0, b""
        try:
            self.link = connected(port)
            self.receive()                              # its greeting
            self.call("WebDriver:NewSession", capabilities={})
            self.call("WebDriver:SetWindowRect", width=width, height=height)
        except BaseException:
            self.close()
            raise

    def receive(self) -> Any:
        """The next message: its length, a colon, JSON."""
        while b":" not in self.buffer:
            self._read()
        length, _, self.buffer = self.buffer.partition(b":")
        while len(self.buffer) < int(length):
            self._read()
        message, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return json.loads(message)

    def _read(self) -> None:
        data = self.link.recv(1 << 20)
        if not data:
            raise RuntimeError("Firefox has ended")
        self.buffer += data

    def call(self, method: str, **params: Any) -> Any:
        """Call a method of WebDriver and wait for its result."""
        self.number += 1
        message = json.dumps([0, self.number, method, params]).encode()
        self.link.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(f"{method}: {error['message']}")
        return result

    def open(self, path: pathlib.Path) -> None:
        self.call("WebDriver:Navigate", url=path.resolve().as_uri())

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression on the page."""
        return self.call("WebDriver:ExecuteScript", script=f"return {script}", args=[])["value"]

    def press(self, *keys: str) -> None:
        """Press and release keys."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def drag(self, *points: tuple[float, float]) -> None:
        """Press the mouse at the first point, move through the others, and release it at the last."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20} for x, y in points]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self.call("WebDriver:PerformActions", actions=[{"type": "pointer", "id": "mouse", "actions": actions}])

    def close(self) -> None:
        """End it, with the processes it has started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if hasattr(self, "link"):
            self.link.close()
        self.profile.cleanup()


def connected(port: int, seconds: float = 60.0) -> socket.socket:
    """A connection to a port of this machine, once something listens there."""
    end = time.monotonic() + seconds
    while True:
        try:
            link = socket.create_connection(("127.0.0.1", port))
            link.settimeout(seconds)
            return link
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
