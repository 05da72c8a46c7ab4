"""Three servers, one PostgreSQL and Caddy with the files of `deploy/`, as several machines are."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import ClientConnection, connect

from explorer.runs.config import TrainingConfig
from explorer.runs.run import ENDED
from explorer.store.run_store import RunStore
from pages.components.access import person
from tests.browser.editor import SKEWED, Editor
from tests.browser.server import Server, free_port
from tests.browser.steps import settle, until
from tests.store.postgresql_server import server_or_skip

pytestmark = pytest.mark.long

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
STREAM = ["streamlit", "PLACEHOLDER_AUTH_TOKEN"]
SECRET = "a long random text"
PATH = "/tools/explorer"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with server_or_skip() as server:
        yield server.fresh_url()


@pytest.fixture(scope="module")
def servers(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Three, as on machines of their own: they share the database and a secret, no folder."""
    if shutil.which("caddy") is None:
        pytest.skip("There is no caddy here (on Debian: apt-get install caddy).")
    environment = {
        "EXPLORER_DATABASE_URL": database,
        "STREAMLIT_SERVER_COOKIE_SECRET": SECRET,
        "EXPLORER_THREADS": "1",
    }
    several = [Server(tmp_path_factory.mktemp("server"), environment) for _ in range(3)]
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.start, several))
        yield several
    finally:
        for server in several:
            server.close()


@contextmanager
def proxy(file: str, servers: list[Server], folder: Path) -> Iterator[str]:
    """Run Caddy with one of the shipped files and yield its address."""
    port, admin = free_port(), free_port()
    environment = os.environ | {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "CADDY_ADMIN": f"127.0.0.1:{admin}",
        "EXPLORER_SITE": f"http://127.0.0.1:{port}",
        "EXPLORER_PATH": PATH,
        "EXPLORER_COOKIE_SECRET": SECRET,
        "EXPLORER_UPSTREAMS": "to " + " ".join(f"127.0.0.1:{one.port}" for one in servers),
    }
    with open(folder / "caddy.log", "wb") as log:
        caddy = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", DEPLOY / file],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: answers(port) or caddy.poll() is not None, "Caddy answers")
        assert caddy.poll() is None, (folder / "caddy.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        caddy.terminate()
        caddy.wait(10)


@pytest.fixture(scope="module")
def site(servers: list[Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with proxy("Caddyfile", servers, tmp_path_factory.mktemp("caddy")) as url:
        yield url


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def server_of(page: Page, servers: list[Server]) -> Server:
    """The server that the proxy's cookie names: a keyed hash of its address."""
    values = {cookie["value"] for cookie in page.context.cookies() if "server" in cookie["name"]}
    for server in servers:
        address = f"127.0.0.1:{server.port}".encode()
        if hmac.new(SECRET.encode(), address, hashlib.sha256).hexdigest() in values:
            return server
    raise AssertionError(f"no server of {values}")


def last_word(browser: ClientConnection) -> int:
    """The code with which the server closes a connection, soon."""
    try:
        while True:
            browser.recv(timeout=20)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def test_a_server_that_is_killed_loses_nobody_their_page(
    servers: list[Server], site: str, other_browser: Callable[..., Page], expected_errors: list[str]
) -> None:
    expected_errors += [r"net::ERR_", r"WebSocket", r"disconnected", r"50[234]"]
    page = other_browser()
    editor = Editor(page).open(f"{site}/divergence?{SKEWED}").drawn()
    editor.bar("q", "outcome 1").press("End")
    editor.in_step()
    editor.address_in_step()
    gone = server_of(page, servers)
    try:
        gone.process.kill()
        gone.process.wait()
        until(lambda: server_of(page, servers) is not gone, "another server takes it", 30)
        # Answered there, with what the page showed.
        editor.bar("q", "outcome 2").press("End")
        editor.in_step()
        editor.address_in_step()
        assert editor.bars()["q"] == [0, 1, 0, 0]
    finally:
        gone.process = None
        gone.start()


def test_people_on_different_servers_see_the_same_training(
    servers: list[Server], site: str, database: str, other_browser: Callable[..., Page]
) -> None:
    config = TrainingConfig(dataset="digits", epochs=3, batch_size=20, device="cpu")
    with closing(RunStore(database)) as store:
        run_id = store.runs.create([config], "seen from two servers")
        pages = [other_browser()]
        pages[0].goto(f"{site}/live?run={run_id}")
        first = server_of(pages[0], servers)
        # The proxy deals newcomers out by chance.
        for _ in range(20):
            page = other_browser()
            page.goto(f"{site}/live?run={run_id}")
            if server_of(page, servers) is not first:
                pages.append(page)
                break
            page.context.close()
        assert len(pages) == 2, "everybody was sent to one server"
        until(lambda: store.runs.get(run_id).status in ENDED, "it is trained", 60)
        assert store.runs.get(run_id).status == "finished"
        for page in pages:
            expect(page.get_by_text("Finished after step").first).to_be_visible()


def test_a_server_that_ends_tells_its_browsers_and_leaves_its_trainings(
    servers: list[Server], database: str
) -> None:
    server = servers[2]
    config = TrainingConfig(dataset="digits", epochs=1000, batch_size=20, device="cpu")
    stream, room = (
        f"ws://127.0.0.1:{server.port}/{path}" for path in ("_stcore/stream", "explorer-room")
    )
    with (
        closing(RunStore(database)) as store,
        connect(stream, subprotocols=STREAM, max_size=None) as page,
        connect(room, origin=server.url) as follower,
    ):
        run_id = store.runs.create([config], "outlives its server")
        # Somebody opens a page, and the server sees that there is a worker.
        page.send(BackMsg(rerun_script=ClientState(page_name="live")).SerializeToString())
        try:
            until(lambda: store.runs.get(run_id).progress.step, "it trains", 60)
            server.process.terminate()
            assert [last_word(one) for one in (page, follower)] == [CloseCode.SERVICE_RESTART] * 2
            server.process.wait(20)
            step = store.runs.get(run_id).progress.step
            until(lambda: store.runs.get(run_id).progress.step > step, "it goes on", 30)
        finally:
            store.requests.stop(run_id)
            server.process = None
            server.start()


def test_what_the_proxy_sends_is_compressed_and_a_cookie_keeps_the_server(site: str) -> None:
    request = urllib.request.Request(site, headers={"Accept-Encoding": "zstd, gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] in ("zstd", "gzip")
        given = answer.headers.get_all("Set-Cookie")
    request.add_header("Cookie", "; ".join(one.partition(";")[0] for one in given))
    for _ in range(10):
        with urllib.request.urlopen(request) as answer:
            # The proxy names a server anew only where it sends somebody to another one.
            assert set(answer.headers.get_all("Set-Cookie") or ()) <= set(given)


def test_below_a_path_that_the_proxy_takes_off_every_address_works(
    servers: list[Server],
    tmp_path: Path,
    other_browser: Callable[..., Page],
    expected_errors: list[str],
) -> None:
    # As at the root, Streamlit first looks for its own routes below the page's address.
    expected_errors += [r"404 \(Not Found\) at \S+/divergence/_stcore/"]
    with proxy("sub-path.Caddyfile", servers, tmp_path) as site:
        page = other_browser()
        page.goto(f"{site}{PATH}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        settle(page)
        assert page.url.startswith(f"{site}{PATH}/")
        # What tells who somebody is goes to this app alone, not to what else the site has.
        paths = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
        assert paths[person.COOKIE] == PATH
        # A slash at the end is taken off, and nothing else.
        page.goto(f"{site}{PATH}/divergence/?{SKEWED}")
        editor = Editor(page).drawn()
        assert page.url.startswith(f"{site}{PATH}/divergence?")
        before = editor.draws()
        editor.bar("q", "outcome 1").press("ArrowUp")
        editor.in_step()
        assert editor.draws() != before
        # Its proxy ends first otherwise, and the page says so.
        page.context.close()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{site}/divergence")
