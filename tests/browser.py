"""A real browser on a page in a file, and what the tests of both pages ask it."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

__all__ = ["CONTRAST", "browse", "narrowed", "opened", "requested", "shown", "themed"]

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)

# Smallest contrast of the texts that are shown, by the formula of WCAG 2, and where.
CONTRAST = r"""
const channel = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const parsed = (colour) => colour.match(/[\d.]+/g).map(Number);
const light = ([r, g, b]) => [.2126, .7152, .0722].reduce(
  (sum, weight, n) => sum + weight * channel([r, g, b][n] / 255), 0);
const clear = (c) => c.length === 4 && c[3] === 0;
function behind(element) {
  for (let e = element; e; e = e.parentElement) {
    const colour = parsed(getComputedStyle(e).backgroundColor);
    if (!clear(colour)) return colour;
  }
  return [255, 255, 255];
}
let least = [21, ""];
for (const element of document.querySelectorAll("body *:not(script)")) {
  const own = [...element.childNodes].some(
    (node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!own || !element.getClientRects().length) continue;
  const style = getComputedStyle(element);
  const ink = parsed(element.closest("svg") ? style.fill : style.color);
  const [a, b] = [light(ink), light(behind(element))];
  const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (contrast < least[0]) least = [contrast, element.textContent.trim().slice(0, 40)];
}
return least;
"""


@contextlib.contextmanager
def browse(html: str, folder: Path) -> Iterator[webdriver.Chrome]:
    """Open the page in Chromium, from a file."""
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    with opened(page, folder) as chrome:
        yield chrome


@contextlib.contextmanager
def opened(page: Path, folder: Path) -> Iterator[webdriver.Chrome]:
    """Open a file in Chromium; skip the test if there is no browser."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not driver:
        reason = "until a browser is there: apt-get install chromium chromium-driver"
        if os.environ.get("FUNLOSS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        chrome.get(page.as_uri())
        yield chrome
    finally:
        chrome.quit()


def shown(chrome: webdriver.Chrome, selector: str) -> list[str]:
    """Return the text of what matches and is to be seen, from the top down."""
    found = chrome.find_elements("css selector", selector)
    return [element.text for element in found if element.is_displayed()]


@contextlib.contextmanager
def narrowed(
    chrome: webdriver.Chrome, width: int, *, mobile: bool = True
) -> Iterator[None]:
    """Show the page in another width, on a telephone if not told otherwise."""
    size = {"width": width, "height": 844, "deviceScaleFactor": 2, "mobile": mobile}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield
    chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@contextlib.contextmanager
def themed(chrome: webdriver.Chrome, scheme: str) -> Iterator[None]:
    """Show the page to someone who prefers ``"light"`` or ``"dark"``."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    yield
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def requested(chrome: webdriver.Chrome) -> list[str]:
    """Return the addresses that the page asked for; its own is the first."""
    events = [json.loads(entry["message"]) for entry in chrome.get_log("performance")]
    return [
        event["message"]["params"]["request"]["url"]
        for event in events
        if event["message"]["method"] == "Network.requestWillBeSent"
        # Debian's own start page may be asked for before ours is opened.
        if event["message"]["params"]["documentURL"] == chrome.current_url
    ]
