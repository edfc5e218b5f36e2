"""The page of a report, in a real browser."""

import numpy as np
import pytest
from selenium.webdriver.support.ui import WebDriverWait

from funloss.testing import Report, check_parity
from tests.browser import CONTRAST, browse, narrowed, requested, shown, themed

NAMES = ".head > th"


def mean(input, target, *, power=1):
    return np.mean(np.abs(input - target) ** power)


def wrong_if_cubed(input, target, *, power=1):
    return np.mean(np.abs(input - target) ** min(power, 2))


@pytest.fixture(scope="module")
def report():
    inputs = {"input": np.asarray([1.0, 3.0]), "target": np.asarray([0.0, 0.5])}
    on = {"library": "numpy", "reference_library": "numpy"}
    return check_parity(
        wrong_if_cubed, mean, inputs, options={"power": [1, 2, 3]}, **on
    )


@pytest.fixture(scope="module")
def chrome(report, tmp_path_factory):
    with browse(report.to_html(), tmp_path_factory.mktemp("browser")) as chrome:
        yield chrome


@pytest.fixture(autouse=True)
def _afresh(request):
    if "chrome" in request.fixturenames:
        request.getfixturevalue("chrome").refresh()


def choose(chrome, selector, value):
    chrome.find_element("css selector", selector).send_keys(value)


def test_one_row_a_call_and_dtype_and_the_verdict_above(chrome):
    assert shown(chrome, ".outcome") == ["✗ 2 of 6 checks fail"]
    assert len(shown(chrome, NAMES)) == 6
    assert shown(chrome, "#found") == ["6 of 6 rows, 6 checks, 2 fail"]


def test_search_and_filters_leave_the_rows_that_match(chrome):
    choose(chrome, "#search", "POWER=3 float32")
    assert shown(chrome, NAMES) == ["[power=3]"]
    choose(chrome, "#verdict", "passes")
    assert shown(chrome, NAMES) == []
    assert shown(chrome, ".nothing") == ["Nothing matches."]


def test_a_failure_opens_to_its_code(chrome, report):
    choose(chrome, "#verdict", "fails")
    first = chrome.find_element("css selector", "tbody:not([hidden]) [aria-expanded]")
    assert shown(chrome, "pre") == []
    first.click()
    assert first.get_attribute("aria-expanded") == "true"
    (code,) = shown(chrome, "pre")
    assert code in {check.code.strip() for check in report.failures}


def test_code_is_copied(chrome):
    chrome.find_element("css selector", "[aria-expanded]").click()
    button = chrome.find_element("css selector", ".copy")
    button.click()
    outcomes = {"Copied", "Selected: press Ctrl+C"}
    WebDriverWait(chrome, 5).until(lambda _: button.text in outcomes)


def test_sorting_by_error_brings_the_failures_up(chrome):
    headers = chrome.find_elements("css selector", ".entries > thead button")
    value = next(header for header in headers if header.text == "value")
    value.click()
    assert [name[:9] for name in shown(chrome, NAMES)[:2]] == ["[power=3]"] * 2
    value.click()
    assert [name[:9] for name in shown(chrome, NAMES)[-2:]] == ["[power=3]"] * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(chrome, scheme):
    chrome.find_element("css selector", "[aria-expanded]").click()
    with themed(chrome, scheme):
        contrast, text = chrome.execute_script(CONTRAST)
    assert contrast >= 4.5, text


def test_nothing_is_wider_than_a_telephone(chrome):
    chrome.find_element("css selector", "[aria-expanded]").click()
    with narrowed(chrome, 390):
        width = chrome.execute_script("return document.documentElement.scrollWidth")
    assert width <= 390


def test_nothing_is_asked_of_a_network_and_nothing_complains(chrome, report):
    assert set(requested(chrome)) == {chrome.current_url}
    assert [entry["message"] for entry in chrome.get_log("browser")] == []
    assert "://" not in report.to_html()


def test_what_a_check_says_is_text():
    report = Report("<script>alert(1)</script>")
    assert "<script>alert" not in report.to_html()
    assert "nothing was checked" in report.to_html()
