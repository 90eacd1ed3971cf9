"""What happens around Streamlit's own HTTP: security headers, the visitor's cookie, start, stop.

The cookie is a random secret that only the browser and this server know; who brings it is the
owner of what was stored with it (see session.py). It is no login: whoever uses the same browser
profile is the same visitor.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware

from pages.ui import session
from pages.ui.session import VISITOR_COOKIE

_YEAR = 365 * 24 * 3600

# Streamlit needs inline styles, eval and blobs of its own origin; nothing may load from elsewhere,
# so that no text of a document or a model can call home even if it slipped through.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "connect-src 'self' ws: wss: data: blob:; img-src 'self' data: blob:; "
    "form-action 'self'; base-uri 'self'; object-src 'none'; "
    "frame-ancestors 'self' https://*.streamlit.app"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def middleware() -> list[Middleware]:
    """The layers around every request, outermost first."""
    return [Middleware(_Visit)]


class _Visit:
    """Adds the headers to every answer, and the cookie to a visitor's first one."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Headers(scope=scope)
        known = VISITOR_COOKIE in SimpleCookie(request.get("cookie", ""))
        page = "text/html" in request.get("accept", "")
        secure = "https" in (scope.get("scheme"), request.get("x-forwarded-proto"))

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if page and not known:
                    headers.append("set-cookie", _cookie(secure))
            await send(message)

        await self._app(scope, receive, add)


def _cookie(secure: bool) -> str:
    value = f"{VISITOR_COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={_YEAR}; "
    return value + "HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Open the library in the background at start, close it at the end."""
    threading.Thread(target=session.warm_up, name="warm-up", daemon=True).start()
    try:
        yield {}
    finally:
        session.close()
