"""The scripts of docs/which-loss.md print what stands there, and draw what is shown."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.making.figures import EXAMPLES

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "which-loss.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def run(site):
    """Return what a script printed when the site was built, and its figure."""
    made = ROOT / "docs" / "_made"

    def of(name):
        printed = (made / name).with_suffix(".txt").read_text(encoding="utf-8")
        return printed, (made / name).with_suffix(".svg")

    return of


def rows(printed):
    """Return the numbers of each line that has a name before them."""
    lines = re.findall(r"^(\S.*?)  +([\d. %]+)$", printed, re.MULTILINE)
    return {name: [float(x.strip("%")) for x in line.split()] for name, line in lines}


def test_robust_lines_stay_near_the_clean_ones(run):
    printed, _ = run("outliers.py")
    found = rows(printed)
    moved = {
        name: (abs(steeper - derivative), abs(higher - high))
        for name, (derivative, steeper, high, higher) in found.items()
    }
    for name in ("huber_loss", "l1_loss"):
        assert moved[name][0] < moved["mse_loss"][0] / 10
        assert moved[name][1] < moved["mse_loss"][1] / 5
    assert found["l1_loss"][2] < found["mse_loss"][2]


def test_balance_finds_rare_ones_and_gamma_alone_does_not(run):
    printed, _ = run("imbalance.py")
    found = rows(printed)
    recall, precision, average = (
        {name: row[k] for name, row in found.items()} for k in range(3)
    )
    assert recall["plain"] < 0.5
    assert abs(recall["focal"] - recall["plain"]) < 0.05
    assert recall["focal"] < recall["weighted"] < recall["focal, alpha"]
    assert precision["focal"] > precision["weighted"] > precision["focal, alpha"]
    assert average["plain"] == max(average.values())


def test_margins_too_small_and_too_large_teach_less(run):
    printed, _ = run("margins.py")
    alike = [int(x) for x in re.findall(r"(\d+)%", printed)]
    assert len(alike) == 4
    assert alike[0] + 5 < alike[1] < alike[2]
    assert alike[1] < alike[3] < alike[2]


def test_focal_loss_is_calibrated_best_and_smoothing_worst(run):
    printed, _ = run("calibration.py")
    found = rows(printed)
    error = {name: row[2] for name, row in found.items()}
    order = ["focal, gamma 1", "focal, gamma 2", "cross_entropy", "smoothing 0.1"]
    assert sorted(error, key=error.get) == order
    sure, right, _ = found["cross_entropy"]
    assert sure > right
    sure, right, _ = found["smoothing 0.1"]
    assert sure < right < found["cross_entropy"][1]


def test_pairs_keep_the_image_and_labels_the_digit(run):
    printed, _ = run("contrastive.py")
    line = r"^(\S.*\S) +own half +(\d+)%  digit +(\d+)%$"
    found = {x[0]: (int(x[1]), int(x[2])) for x in re.findall(line, printed, re.M)}
    for one in ("info_nce_loss", "ntxent_loss, images"):
        for other in ("ntxent_loss, digits", "supcon_loss, digits"):
            assert found[one][0] > found[other][0] + 15
    assert all(digit > 60 for _, digit in found.values())


def test_a_negative_binomial_foretells_the_counts_that_poisson_does_not(run):
    printed, _ = run("counts.py")
    line = r"^(\S+) +(?:NLL ([\d.]+) +)?none +(\d+)%  over ten +(\d+)%$"
    found = {x[0]: x[1:] for x in re.findall(line, printed, re.MULTILINE)}
    (_, *seen), (nll, *near), (worse, *far) = (
        found[name]
        for name in ("seen", "negative_binomial_nll_loss", "poisson_nll_loss")
    )
    assert float(nll) < 0.7 * float(worse)
    for share, good, bad in zip(seen, near, far, strict=True):
        assert abs(int(good) - int(share)) <= 2
        assert int(bad) < int(share) / 2


def test_risks_agree_but_times_of_return_do_not(run):
    printed, _ = run("survival.py")
    line = r"^(\S.*\S) +in order ([\d.]+)%  half free of it for ([\d.]+) years$"
    found = re.findall(line, printed, re.MULTILINE)
    (median,) = re.findall(r"^Kaplan and Meier +([\d.]+) years$", printed, re.MULTILINE)
    assert [name for name, _, _ in found] == [
        "cox_loss",
        "mse_loss, as if seen",
        "mse_loss, seen alone",
    ]
    order, half = ([float(x[k]) for x in found] for k in (1, 2))
    assert min(order) > 65
    assert max(order) - min(order) < 2
    assert abs(half[0] - float(median)) < 0.3
    assert max(half[1:]) < 0.6 * float(median)


def test_four_forecasts_are_calibrated(run):
    printed, _ = run("forecasts.py")
    line = r"^(\w+) +inside (\d+)%  width (\d+)  CRPS ([\d.]+)$"
    found = {x[0]: [*map(float, x[1:])] for x in re.findall(line, printed, re.M)}
    assert list(found) == ["quantile", "gaussian_nll", "student_t_nll", "crps_ensemble"]
    assert all(abs(inside - 80) <= 4 for inside, _, _ in found.values())
    assert max(found, key=lambda name: found[name][1]) == "crps_ensemble"
    assert max(x[2] for x in found.values()) - min(x[2] for x in found.values()) < 1.5


def test_regions_are_found_that_pixels_alone_do_not_find(run):
    printed, _ = run("segmentation.py")
    line = r"^(\S.*\S) +zeros +(\d+)%, +(\d+)%  eights +(\d+)%, +(\d+)%$"
    found = {x[0]: [*map(int, x[1:])] for x in re.findall(line, printed, re.M)}
    pixels, focal, dice, both, after = found.values()
    assert pixels[2] + 5 < focal[2] < dice[2] - 10
    assert max(pixels[3], focal[3]) < dice[3] < dice[2] + 3
    assert both[2] == max(x[2] for x in found.values())
    assert after[0] > pixels[0] > 50
    assert after[2] < 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_guide_quotes_and_shows_what_a_short_script_makes(run, name):
    printed, figure = run(f"{name}.py")
    assert f"```text\n{printed}```" in GUIDE
    assert f"/{name}.svg)" in GUIDE
    assert f"`python examples/{name}.py --figure {name}.svg`" in GUIDE

    tree = ET.parse(figure).getroot()
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert tree.get("width") == "518.4pt"

    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 90


def test_every_quoted_output_has_its_script():
    assert (
        GUIDE.count("```text\n")
        == len(re.findall(r"_made/\w+\.svg\)", GUIDE))
        == len(EXAMPLES)
    )
