"""What a person opens in a browser works there, under the policy that its own headers set."""

import os
import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_documentation_is_readable_and_asks_nobody_else(api):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        # Its socket has a path of at most 107 characters, whatever TMPDIR is.
        env = {**os.environ, "TMPDIR": "/tmp"}  # noqa: S108, TID251 - all of it, and one other
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], env=env)
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        problems: list[str] = []
        asked: list[str] = []
        tab.on("console", lambda message: problems.append(message.text))
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))

        tab.goto(f"{api.url}/docs")
        tab.get_by_role("link", name="POST /v1/carts/submit").click()
        heading = tab.get_by_role("heading", name="/v1/carts/submit")
        is_styled = tab.evaluate("getComputedStyle(document.querySelector('.method')).color")
        is_in_view = heading.evaluate("it => Math.abs(it.getBoundingClientRect().top) < innerHeight")
        description = tab.goto(f"{api.url}/openapi.json")
        browser.close()

    assert is_styled == "rgb(255, 255, 255)"
    assert is_in_view
    assert description is not None
    assert description.status == 200
    # The browser asks for an icon by itself; there is none.
    assert [url for url in asked if not url.startswith(api.url)] == []
    assert [problem for problem in problems if "favicon" not in problem and "404" not in problem] == []
