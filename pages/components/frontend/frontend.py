"""How the app is served: component scripts and Plotly as cached files, imports done early.

A component's script would otherwise travel with every rerun. Each is registered as a short
loader that imports the real file once, from a route whose address holds the file's digest, so
that browsers may keep it for good.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
import threadpoolctl
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from streamlit.runtime.pages_manager import PagesManager

from pages.components.frontend import descriptors
from pages.components.frontend.admission import admits, beside
from pages.components.frontend.front_door import FrontDoor
from pages.components.preview import preview

_PAGES = Path(__file__).parents[2]
_FILES = {
    file.relative_to(_PAGES).as_posix(): file
    for pattern in ("*.js", "*.css")
    for file in sorted(_PAGES.rglob(pattern))
}
_FILES["plotly.min.js"] = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MIDDLEWARE = [Middleware(FrontDoor)]
"""What every request passes first."""
_TYPES = {".js": "text/javascript", ".css": "text/css"}


@cache
def _digest() -> str:
    """Return a digest over all served files: one changed file gives all of them new addresses."""
    digest = hashlib.sha256()
    for name in sorted(_FILES):
        digest.update(name.encode())
        digest.update(_FILES[name].read_bytes())
    return digest.hexdigest()[:16]


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_FILES[name].read_bytes(), compresslevel=6, mtime=0)


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if not await admits(request):
        return Response("This app answers only its own pages.", status_code=403)
    if name not in _FILES:
        return Response("There is no such file.", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = await asyncio.to_thread(_compressed, name)
        headers["Content-Encoding"] = "gzip"
    else:
        body = await asyncio.to_thread(_FILES[name].read_bytes)
    return Response(body, headers=headers, media_type=_TYPES[_FILES[name].suffix])


def routes(*others: Callable[[str], BaseRoute]) -> list[BaseRoute]:
    """Return the routes of files and of previews, below `server.baseUrlPath` if set.

    Args:
        others: Return more routes below a prefix, "" or one that begins with /.
    """
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    prefix = f"/{base}" if base else ""
    files = Route(f"{prefix}/explorer-assets/{{digest}}/{{name:path}}", _serve)
    return [files, preview.route(prefix), *(more(prefix) for more in others)]


def component(module: str) -> Callable[..., Any]:
    """Register the component whose script and style lie beside a Python module.

    The script `x.js` beside `x.py` has a default export that renders the component; it is called
    again with every new `data`. A style is `x.css`, if there is one.

    Args:
        module: `__file__` of the Python module.
    """
    name = Path(module).relative_to(_PAGES).with_suffix("").as_posix()
    return st.components.v2.component(
        f"explorer.{Path(name).name}", js=loader(name), isolate_styles=False
    )


def loader(name: str) -> str:
    """Return the script that Streamlit runs in place of `pages/<name>.js`."""
    # Every page lies one level below the root, so the address holds with a base path too.
    #
    # It waits inside its functions alone: of several components that import it at once, WebKit
    # gives all but the first "Cannot access uninitialized variable" where it waits at its top.
    style = f"{name}.css" if f"{name}.css" in _FILES else ""
    return f"""
const assets = new URL("explorer-assets/{_digest()}/", document.baseURI).href;
const style = "{style}";
const newest = new WeakMap();
let loading = null;

function styled() {{
  if (!style) return null;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = assets + style;
  const done = new Promise((resolve) => {{ link.onload = link.onerror = resolve; }});
  document.head.append(link);
  return done;
}}

async function load() {{
  try {{
    const [module] = await Promise.all([import(assets + "{name}.js"), styled()]);
    return module;
  }} catch (error) {{
    console.error(error);
    loading = null;
    throw new Error("A part of this page did not load. Check the connection and reload the page.");
  }}
}}

export default async (component) => {{
  const turn = {{}};
  newest.set(component.parentElement, turn);
  const isNewest = () => newest.get(component.parentElement) === turn;
  const module = await (loading ??= load());
  // What came while the file was loading is drawn by its own rendering.
  if (!isNewest()) return undefined;
  const place = component.parentElement;
  // A server that was started anew with other files draws beside what the former ones have drawn.
  if (place.drawnBy && place.drawnBy !== assets) {{
    place.cleanUp?.();
    place.replaceChildren();
  }}
  const cleanUp = module.default({{ ...component, assets }});
  Object.assign(place, {{ drawnBy: assets, cleanUp }});
  // Tells whoever waits for the page, as the tests do, that this part of it is there.
  place.dataset.shows = "{Path(name).name}";
  // Streamlit also cleans up after a rendering that a newer one overtook, even before that one is
  // called. What is shown must not go and come again then: it goes when its place has gone.
  return () => {{
    if (isNewest() && !place.isConnected) cleanUp?.();
  }};
}};
"""


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Import what the pages need before the first visitor, and keep it out of later collections."""
    # Streamlit takes a folder named `pages` for its older kind of multipage app until the first
    # call of st.navigation; a deep link that came before it would find no such page.
    PagesManager.uses_pages_directory = False
    descriptors.raise_limit()
    await asyncio.to_thread(_warm)
    # Set once the libraries are there. The server's products are small, and threads for one would
    # wait for each other on cores that a training keeps busy: 38 ms for its curves in place of 6.
    threadpoolctl.threadpool_limits(1, user_api="blas")
    async with beside(descriptors.let_go()):
        yield


def _warm() -> None:
    # Plotly looks at pandas in `sys.modules`, and fails where another session has it half imported.
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401
    import scipy.special  # noqa: F401

    _compressed("plotly.min.js")
    gc.collect()
    gc.freeze()
