"""One browser tab's side of Streamlit's websocket, without the browser.

It sends what the frontend sends: a rerun request with the address, the state of every widget and
the hashes of the messages that it still has, and it reads every answer until the script finished.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

RUNS_CACHED = 2  # for how many runs the frontend keeps a large message
LARGEST_MESSAGE = 50 * 2**20


class Refused(RuntimeError):
    """The server closed the connection, or a run ended otherwise than well."""


@dataclass(frozen=True)
class Component:
    """A mounted component: its data, parsed where they were JSON, and the fragment it lies in."""

    name: str
    data: Any
    fragment: str


class Tab:
    """A page of the app, open in one simulated browser tab.

    Attributes:
        components: id → every Streamlit component that the page mounted.
        auto_reruns: fragment id → seconds between the reruns that the page asked the tab for.
        exceptions: texts of the exceptions that the page showed.
        received: bytes read so far.
    """

    def __init__(self, port: int, page: str, query: str = "") -> None:
        """Prepare a tab for `http://127.0.0.1:<port>/<page>?<query>`."""
        self.port = port
        self.page = page
        self.query = query
        self.components: dict[str, Component] = {}
        self.auto_reruns: dict[str, float] = {}
        self.exceptions: list[str] = []
        self.received = 0
        self._page_hash = ""
        self._widgets: dict[str, WidgetState] = {}
        self._cached: dict[str, int] = {}
        self._runs = 0
        self._socket: websockets.ClientConnection | None = None
        self._previews: websockets.ClientConnection | None = None
        self._has_previews = True

    async def __aenter__(self) -> Tab:
        """Connect as the frontend does; `run` then opens the page."""
        origin = f"http://127.0.0.1:{self.port}"
        cookie = await asyncio.to_thread(_first_cookie, f"{origin}/_stcore/host-config")
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit", _token(cookie)],
            additional_headers={"Cookie": cookie} if cookie else None,
            origin=origin,
            max_size=LARGEST_MESSAGE,
            compression=None,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the tab."""
        for socket in (self._previews, self._socket):
            if socket is not None:
                await socket.close()

    def turn(self, page: str, query: str = "") -> None:
        """Turn to another page, which the next `run` opens, as a link inside the app does."""
        self.page, self.query, self._page_hash = page, query, ""

    def data(self, key: str) -> Any:
        """Return the newest data of the component that the page mounted under `key`."""
        return self.components[self._identity(key)].data

    async def edit(self, key: str, state: dict[str, Any]) -> float:
        """Give the component `key` a state, as its script in the browser would, and rerun.

        Returns and raises as `run` does.
        """
        identity = self._identity(key)
        self._widgets[identity] = WidgetState(id=identity, json_value=json.dumps(state))
        return await self.run(fragment=self.components[identity].fragment)

    async def preview(self, key: str, state: dict[str, Any]) -> dict[str, str]:
        """Ask for the plots of a bar editor's state, as its script does beside every edit.

        Returns:
            Key → what that plot is to be given; empty where the server has no previews.
        """
        token = self.data(key).get("preview")
        if token and self._previews is None and self._has_previews:
            try:
                address = f"ws://127.0.0.1:{self.port}/explorer-preview/{token}"
                self._previews = await websockets.connect(address, compression=None)
            except websockets.InvalidHandshake:
                self._has_previews = False
        if self._previews is None:
            return {}
        await self._previews.send(json.dumps({"number": 1, "editor": key, "state": state}))
        return json.loads(await self._previews.recv())["plots"]

    def _identity(self, key: str) -> str:
        return next(one for one in self.components if one.endswith(f"-{key}"))

    async def run(
        self, *, fragment: str = "", automatic: bool = False, timeout: float = 60.0
    ) -> float:
        """Ask for a run and read until it finished.

        Args:
            fragment: id of the fragment to rerun by itself; empty for the whole page.
            automatic: whether the page itself had asked for this rerun.
            timeout: seconds after which the run counts as failed.

        Returns:
            Seconds from sending the request to reading that the script finished.

        Raises:
            Refused: the connection closed, or the script did not finish well.
            TimeoutError: no end within `timeout`.
        """
        if self._socket is None:
            raise Refused("The tab is not connected.")
        message = BackMsg(rerun_script=self._client_state(fragment, automatic)).SerializeToString()
        start = time.perf_counter()
        try:
            async with asyncio.timeout(timeout):
                await self._socket.send(message)
                while not self._finished(await self._socket.recv()):
                    pass
        except websockets.ConnectionClosed as error:
            raise Refused("The server closed the connection.") from error
        return time.perf_counter() - start

    def _client_state(self, fragment: str, automatic: bool) -> ClientState:
        state = ClientState(
            query_string=self.query,
            page_script_hash=self._page_hash,
            page_name="" if self._page_hash else self.page,
            fragment_id=fragment,
            is_auto_rerun=automatic,
        )
        state.widget_states.widgets.extend(self._widgets.values())
        self._cached = {
            one: run for one, run in self._cached.items() if run > self._runs - RUNS_CACHED
        }
        state.cached_message_hashes.extend(self._cached)
        state.context_info.timezone = "UTC"
        state.context_info.url = f"http://127.0.0.1:{self.port}/{self.page}"
        return state

    def _finished(self, frame: bytes | str) -> bool:
        self.received += len(frame)
        message = ForwardMsg.FromString(frame)
        match message.WhichOneof("type"):
            case "new_session":
                # A whole run asks anew for the reruns that it wants.
                if not message.metadata.run.fragment_ids:
                    self.auto_reruns.clear()
            case "navigation":
                # The page that is shown; a new session names the script that shows them all.
                self._page_hash = message.navigation.page_script_hash
            case "delta":
                if message.metadata.cacheable:
                    self._cached[message.hash] = self._runs
                self._take(message.delta)
            case "ref_hash":
                if message.ref_hash not in self._cached:
                    raise Refused("The server referred to a message that this tab never had.")
                self._cached[message.ref_hash] = self._runs
            case "auto_rerun":
                self.auto_reruns[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self.auto_reruns.pop(fragment, None)
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "page_not_found":
                raise Refused(f"There is no page “{self.page}”.")
            case "script_finished":
                return self._judge(message.script_finished)
        return False

    def _judge(self, status: int) -> bool:
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return False
        if status not in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        ):
            raise Refused(f"A run ended with {ForwardMsg.ScriptFinishedStatus.Name(status)}.")
        self._runs += 1
        return True

    def _take(self, delta: Delta) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.exceptions.append(element.exception.message)
        elif kind == "bidi_component":
            one = element.bidi_component
            data = json.loads(one.json) if one.WhichOneof("data") == "json" else one.bytes
            self.components[one.id] = Component(one.component_name, data, delta.fragment_id)
            if one.component_name == "explorer.address":
                # The component writes these into the address, which later runs send.
                self.query = urllib.parse.urlencode(list(map(tuple, data["parameters"])))
        elif kind == "button_group":
            for state in _first_choice(element.button_group):
                self._widgets.setdefault(state.id, state)


def _first_choice(group: Any) -> Iterator[WidgetState]:
    """Yield the state that a row of choices reports on its own when it first appears."""
    state = WidgetState(id=group.id)
    chosen = group.raw_values or [group.options[place].content for place in group.default]
    state.string_array_value.data.extend(chosen)
    if chosen:
        yield state


def _first_cookie(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return (answer.headers.get("Set-Cookie") or "").split(";")[0]


def _token(cookie: str) -> str:
    return cookie.partition("=")[2] or "PLACEHOLDER_AUTH_TOKEN"
