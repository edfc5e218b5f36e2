"""The page of the whole run, in a real browser, and its curves."""

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

from funloss.testing import Report
from funloss.testing.harness import Check
from parity.__main__ import main
from parity.check import check
from parity.collection import CASES, batches, losses
from parity.curves import CURVES
from parity.deviations import DEVIATIONS
from parity.page import page
from parity.plan import everything
from tests.browser import CONTRAST, browse, narrowed, requested, shown, themed
from tests.sampling import COMPILED, sampled

LOSSES = ["cosine_similarity", "huber_loss", "kl_div"]
NAMES = ".head > th button"
PLANTED = Check(
    loss="huber_loss",
    call="huber_loss-plain[delta=1.0]",
    library="numpy",
    dtype="float32",
    quantity="value",
    ulps=float("inf"),
    fault="2 < 1 & 'so on'",
    size=4,
    code="print(2 < 1)\n",
)


@pytest.fixture(scope="module")
def html():
    report = Report("funloss against PyTorch")
    for batch in batches(LOSSES):
        calls, dtypes = batch.calls(), ["float64", "float32"]
        report.add(check(calls, everything(calls, ["numpy", "torch"], dtypes)))
    report.add([PLANTED])
    return page(report)


@pytest.fixture(scope="module")
def chrome(html, tmp_path_factory):
    with browse(html, tmp_path_factory.mktemp("browser")) as chrome:
        yield chrome


@pytest.fixture(autouse=True)
def _afresh(request):
    if "chrome" in request.fixturenames:
        request.getfixturevalue("chrome").refresh()


def write(chrome, selector, text):
    chrome.find_element("css selector", selector).send_keys(text)


def row(chrome, loss):
    return chrome.find_element("css selector", f"#{loss} {NAMES}")


def figure(chrome, loss, key):
    (text,) = shown(chrome, f"#{loss} .head [data-key={key}]")
    return text


def test_one_row_a_loss_and_the_failing_one_is_open(chrome):
    assert shown(chrome, NAMES) == LOSSES
    assert row(chrome, "huber_loss").get_attribute("aria-expanded") == "true"
    assert shown(chrome, "pre") == ["print(2 < 1)"]
    assert shown(chrome, ".fault") == ["value: 2 < 1 & 'so on'"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("kl_div", ["kl_div"]),
        ("DELTA 10.0", ["huber_loss"]),
        ("vectors are scaled", ["cosine_similarity"]),
        ("no such loss", []),
    ],
)
def test_search_finds_names_options_and_deviations(chrome, words, found):
    write(chrome, "#search", words)
    assert shown(chrome, NAMES) == found


def test_verdict_leaves_what_fails(chrome):
    write(chrome, "#verdict", "fails")
    assert shown(chrome, NAMES) == ["huber_loss"]
    assert len(shown(chrome, ".figures tbody tr")) == 1


def test_library_and_dtype_are_summed_up_alone(chrome):
    assert figure(chrome, "huber_loss", "value") == "∞"
    assert figure(chrome, "huber_loss", "failed") == "✗ 1 fail"
    write(chrome, "#library", "torch")
    write(chrome, "#dtype", "float64")
    assert figure(chrome, "huber_loss", "failed") == "✓ passes"
    alone = shown(chrome, "#huber_loss .figures tbody tr [data-key=value]")
    assert [figure(chrome, "huber_loss", "value")] == alone
    assert shown(chrome, "pre") == []
    chrome.find_element("css selector", "[type=reset]").click()
    assert figure(chrome, "huber_loss", "failed") == "✗ 1 fail"


def test_headers_sort_and_say_so(chrome):
    name, checks, value, *_ = chrome.find_elements(
        "css selector", ".entries > thead th"
    )
    name.find_element("css selector", "button").click()
    assert shown(chrome, NAMES) == sorted(LOSSES)
    assert name.get_attribute("aria-sort") == "ascending"
    value.find_element("css selector", "button").click()
    assert shown(chrome, NAMES)[0] == "huber_loss"
    assert name.get_attribute("aria-sort") == "none"
    checks.find_element("css selector", "button").send_keys(Keys.ENTER + Keys.ENTER)
    counts = [
        int(text.replace(",", "")) for text in shown(chrome, ".head [data-key=checks]")
    ]
    assert counts == sorted(counts)


@pytest.mark.parametrize("key", [None, Keys.ENTER, Keys.SPACE])
def test_a_loss_opens_to_curve_cases_and_deviations(chrome, key):
    button = row(chrome, "kl_div")
    assert shown(chrome, "#kl_div .details") == []
    button.send_keys(key) if key else button.click()
    assert button.get_attribute("aria-expanded") == "true"
    lines = "#kl_div .panels svg path[style*='var(--ours)']"
    assert len(chrome.find_elements("css selector", lines)) == 2
    assert all(
        line.rect["height"] > 50 for line in chrome.find_elements("css selector", lines)
    )
    cases = [case for case in CASES if case.loss == "kl_div"]
    assert len(shown(chrome, "#kl_div .cases tbody tr")) == len(cases)
    deviations = [deviation for deviation in DEVIATIONS if deviation.loss == "kl_div"]
    assert len(shown(chrome, "#kl_div .deviation")) == len(deviations) > 0
    assert deviations[0].why in shown(chrome, "#kl_div .deviation")[0]
    button.click()
    assert shown(chrome, "#kl_div .details") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(chrome, scheme):
    with themed(chrome, scheme):
        contrast, text = chrome.execute_script(CONTRAST)
        colour = chrome.execute_script(
            "return getComputedStyle(document.body).background"
        )
    assert contrast >= 4.5, text
    assert ("251, 251, 250" in colour) == (scheme == "light")


def test_nothing_is_wider_than_a_telephone(chrome):
    with narrowed(chrome, 390):
        for loss in LOSSES[1:]:
            row(chrome, loss).click()
        width = chrome.execute_script("return document.documentElement.scrollWidth")
    assert width <= 390


def test_nothing_is_asked_of_a_network_and_nothing_complains(chrome, html):
    assert set(requested(chrome)) == {chrome.current_url}
    assert [entry["message"] for entry in chrome.get_log("browser")] == []
    assert "://" not in html


def test_every_identifier_is_there_once(chrome):
    identifiers = chrome.execute_script(
        "return [...document.querySelectorAll('[id]')].map((each) => each.id)"
    )
    assert len(identifiers) == len(set(identifiers))


def test_every_loss_has_a_curve():
    assert sorted(CURVES) == sorted(losses())


@pytest.mark.parametrize(
    "loss", [pytest.param(x, marks=sampled(x, one_in=COMPILED)) for x in CURVES]
)
def test_curves_of_both_sides_agree(loss):
    samples = CURVES[loss].samples()
    for ours, theirs in (
        (samples.ours.value, samples.torch.value),
        (samples.ours.derivative, samples.torch.derivative),
    ):
        assert ours.shape == samples.at.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-14)
        assert np.isfinite(ours).all()
    # A loss may be made for its derivative alone.
    assert max(np.ptp(samples.ours.value), np.ptp(samples.ours.derivative)) > 0.1


def test_page_of_a_run_is_written(tmp_path):
    file = tmp_path / "page.html"
    chosen = ["--loss", "l1_loss", "--library", "numpy", "--dtype", "float32"]
    assert main([*chosen, "--jobs", "1", "--html", str(file)]) == 0
    assert 'id="l1_loss"' in file.read_text(encoding="utf-8")


def test_missing_matplotlib_is_told_before_the_run(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SystemExit):
        main(["--html", "page.html"])
    assert "--html needs matplotlib: pip install '.[docs]'" in capsys.readouterr().err
