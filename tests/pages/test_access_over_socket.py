"""The access code over Streamlit's own socket: a client that forges what a browser would send."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLsRequest, UploadedFileInfo
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.streamlit_client import LARGEST_MESSAGE, Tab
from explorer.jobs import worker_processes
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from pages.components.access import person, signed_cookie
from tests.browser.server import Server
from tests.runs.sample_records import steps

pytestmark = pytest.mark.long

CODE, NEXT_CODE = "correct horse", "battery staple"
XSRF = "_streamlit_xsrf"
CURVES = b"step,train/loss\n1,2.0\n2,1.0\n"
NEEDED = "This needs the access code of this server"


class Visitor(Tab):
    """A tab with cookies of its own, which sends the states of widgets that it was never shown.

    Attributes:
        buttons: Label → id and fragment of the buttons that the page showed, or somebody told of.
        uploader: Id of the field for files, "" where none was shown.
        said: Every text that the page showed.
    """

    def __init__(self, server: Server, page: str, query: str, cookies: dict[str, str]) -> None:
        super().__init__(server.port, page, query)
        self.cookies = {XSRF: first_cookies(server)[XSRF]} | cookies
        self.buttons: dict[str, tuple[str, str]] = {}
        self.uploader = ""
        self.said = ""
        self._session = ""
        self._answers: dict[str, str] = {}

    async def __aenter__(self) -> Visitor:
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit", self.cookies[XSRF]],
            additional_headers={"Cookie": cookie_header(self.cookies)},
            origin=f"http://127.0.0.1:{self.port}",
            max_size=LARGEST_MESSAGE,
        )
        await self.run()
        return self

    async def press(self, label: str) -> None:
        """Press a button, by its id alone."""
        identity, fragment = self.buttons[label]
        self._widgets[identity] = WidgetState(id=identity, trigger_value=True)
        await self.run(fragment=fragment)
        del self._widgets[identity]
        # What a callback leaves may show with the next run of the whole page.
        await self.run()

    async def choose_file(self, uploader: str, content: bytes) -> None:
        """Send a file as the uploader of this id would, and say that it was chosen there."""
        request = str(uuid.uuid4())
        asked = FileURLsRequest(
            request_id=request, file_names=["curves.csv"], session_id=self._session
        )
        await self._socket.send(BackMsg(file_urls_request=asked).SerializeToString())
        while True:
            message = ForwardMsg.FromString(await self._socket.recv())
            if message.WhichOneof("type") == "file_urls_response":
                break
        (urls,) = message.file_urls_response.file_urls
        await asyncio.to_thread(self._upload, urls.upload_url, content)
        info = UploadedFileInfo(
            file_id=urls.file_id, name="curves.csv", size=len(content), file_urls=urls
        )
        state = WidgetState(id=uploader)
        state.file_uploader_state_value.uploaded_file_info.append(info)
        self._widgets[uploader] = state
        await self.run()

    def _upload(self, path: str, content: bytes) -> None:
        body = (
            b'--part\r\nContent-Disposition: form-data; name="file"; filename="curves.csv"\r\n\r\n'
            + content
            + b"\r\n--part--\r\n"
        )
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=body,
            method="PUT",
            headers={
                "Content-Type": "multipart/form-data; boundary=part",
                "Cookie": cookie_header(self.cookies),
                "X-Xsrftoken": self.cookies[XSRF],
            },
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status < 300

    def _finished(self, frame: bytes | str) -> bool:
        message = ForwardMsg.FromString(frame)
        if message.WhichOneof("type") == "new_session":
            self._session = message.new_session.initialize.session_id or self._session
        return super()._finished(frame)

    def _take(self, delta: Delta) -> None:
        super()._take(delta)
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        match element.WhichOneof("type"):
            case "button":
                self.buttons[element.button.label] = element.button.id, delta.fragment_id
            case "file_uploader":
                self.uploader = element.file_uploader.id
            case "markdown":
                self.said += element.markdown.body
            case "alert":
                self.said += element.alert.body


def cookie_header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def first_cookies(server: Server) -> dict[str, str]:
    """What a browser gets with its first page: its name, and the token against other sites."""
    found: dict[str, str] = {}
    for path in ("/live", "/_stcore/health"):
        with urllib.request.urlopen(server.url + path) as answer:
            for header in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = header.partition(";")[0].partition("=")
                found[name] = value
    return found


def entered(server: Server, code: str) -> dict[str, str]:
    """The cookie that the server gives for a code."""
    request = urllib.request.Request(
        f"{server.url}/explorer-access", data=code.encode(), headers={"Origin": server.url}
    )
    with urllib.request.urlopen(request) as answer:
        header = answer.headers["Set-Cookie"]
    return {signed_cookie.COOKIE: SimpleCookie(header)[signed_cookie.COOKIE].value}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """The server's store. Its one worker is this process, so that nothing is trained."""
    with closing(RunStore(f"sqlite:///{tmp_path}/runs.sqlite3")) as store:
        folder = worker_processes.make_slot_folder(store)
        with worker_processes.take_slot(folder, "0"):
            yield store


@pytest.fixture
def server(store: RunStore, tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, {"EXPLORER_ACCESS_CODE": CODE, "EXPLORER_DATABASE_URL": store.url})
    try:
        yield server.start()
    finally:
        server.close()


def with_code(server: Server, code: str) -> None:
    """Start the server again, with another code, on the same port."""
    server.stop()
    server._environment["EXPLORER_ACCESS_CODE"] = code
    server.start()


def everything(store: RunStore) -> list[object]:
    """What a press could change."""
    return [
        [(run.id, run.name, run.status, run.control) for run in store.runs.list()],
        [(row.id, row.tags, row.note) for row in store.curves.list()],
        [(sweep.id, sweep.is_open, sweep.attempt) for sweep in store.sweeps.list()],
        store.watched.folders(),
    ]


def race(store: RunStore, who: str = "", *, ended: bool = False) -> str:
    run_id = store.runs.create([TrainingConfig(dataset="digits")], person=who)
    store.runs.claim_next(worker_processes.this_process())
    store.records.append(run_id, steps(1, 5))
    if ended:
        store.runs.finish(run_id, "finished")
    return run_id


def test_who_has_not_the_code_changes_nothing_by_forged_messages_either(
    server: Server, store: RunStore
) -> None:
    theirs, ended = race(store), race(store, ended=True)
    holder = entered(server, CODE)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        entered(server, "wrong code")
    asyncio.run(_forged(server, store, holder, theirs, ended))


async def _forged(
    server: Server, store: RunStore, holder: dict[str, str], theirs: str, ended: str
) -> None:
    live, compare = ("live", f"run={theirs}"), ("compare", f"runs={ended}%3A0")
    before = everything(store)
    forged = {signed_cookie.COOKIE: signed_cookie.make(NEXT_CODE)}
    for cookies in ({}, forged):
        async with Visitor(server, *live, cookies) as stranger:
            for label in ("Train", "Pause", "Stop"):
                stranger.said = ""
                await stranger.press(label)
                assert NEEDED in stranger.said, label
        async with Visitor(server, "sweep", "", cookies) as stranger:
            await stranger.press("Train the grid")
            assert NEEDED in stranger.said
        async with Visitor(server, *compare, cookies) as stranger:
            for label in ("Delete this curve", "Delete"):
                await stranger.press(label)
            assert NEEDED in stranger.said
    assert everything(store) == before

    # What the page does not even show a stranger is known to holders, and no better forged.
    async with Visitor(server, *compare, holder) as one, Visitor(server, *compare, {}) as stranger:
        assert one.uploader
        assert not stranger.uploader
        await one.choose_file(one.uploader, CURVES)
        await stranger.choose_file(one.uploader, CURVES)
        stranger.buttons["Import"] = one.buttons["Import"]
        await stranger.press("Import")
        assert everything(store) == before
        await one.press("Import")
        assert [run.origin for run in map(store.runs.get, new_runs(store, before))] == [
            "curves.csv"
        ]
        for label in ("Delete this curve", "Delete"):
            await one.press(label)
        assert ended not in {row.run_id for row in store.curves.list()}
    async with Visitor(server, *live, holder) as one:
        await one.press("Pause")
        await one.press("Train")
    assert store.requests.control(theirs).pause
    assert [run.status for run in store.runs.list()].count("queued") == 1


def new_runs(store: RunStore, before: list[object]) -> set[str]:
    known = {row[0].partition(":")[0] for row in before[1]}
    return {row.run_id for row in store.curves.list()} - known


def test_another_code_ends_old_cookies_and_leaves_everybody_what_they_began(
    server: Server, store: RunStore
) -> None:
    mine = first_cookies(server)
    who = person.digest_of(mine)
    me = {person.COOKIE: mine[person.COOKIE]} | entered(server, CODE)
    theirs = race(store)

    async def trained() -> None:
        async with Visitor(server, "live", "", me) as one:
            await one.press("Train")

    asyncio.run(trained())
    (own,) = (run.id for run in store.runs.list() if run.id != theirs)
    assert store.runs.began([own], who)
    with_code(server, NEXT_CODE)

    async def came_back() -> None:
        async with Visitor(server, "live", f"run={theirs}", me) as one:
            await one.press("Train")
            await one.press("Stop")
            assert NEEDED in one.said
        assert not store.requests.control(theirs).stop
        async with Visitor(server, "live", f"run={own}", me) as one:
            await one.press("Stop")
        assert store.runs.get(own).status == "stopped"
        async with Visitor(server, "compare", f"runs={own}%3A0%2C{own}%3A1", me) as one:
            for label in ("Delete these 2 curves", "Delete"):
                await one.press(label)

    asyncio.run(came_back())
    # Theirs is as it was, mine is gone, and nothing was trained.
    assert {row.run_id for row in store.curves.list()} == {theirs}
    assert [run.id for run in store.runs.list()] == [theirs]
    again = entered(server, NEXT_CODE)

    async def entered_again() -> None:
        async with Visitor(server, "live", f"run={theirs}", me | again) as one:
            await one.press("Stop")

    asyncio.run(entered_again())
    assert store.requests.control(theirs).stop
