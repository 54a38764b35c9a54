"""Places and paths against geometry: arrows, their short form for pages, columns, bands, films, and the lines of a program."""
import random
import re
import sys

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.pictures.arrows import ROUND, Arrow, on_curve, on_line, smooth, straight, toward
from autograd.pictures.lines import line_of, package, values_in
from autograd.pictures.layout import CROWDED, LABEL_HEIGHT, MANY, MARGIN, ROOMY, Arrangement, cut
from autograd.pictures.page import in_pixels, line, near, rounded
from autograd.pictures.ranks import ranks, spread_leaves
from autograd.pictures.strip import Strip

SEEDS = range(12)


# Arrows ----------------------------------------------------------------------------------------------

def path_of(text):
    """The points of a path that a page's script reads: absolute ends and, for curves, handles."""
    x, y, found = 0.0, 0.0, []
    for letter, arguments in re.findall(r"([MlhvqSW])([^MlhvqSW]*)", text):
        n = [float(a) for a in re.findall(r"-?[\d.]+", arguments)]
        if letter == "M":
            x, y = n
            found.append((x, y))
        elif letter == "q":
            corner, end = (x + n[0], y + n[1]), (x + n[2], y + n[3])
            found += [on_line((x, y), corner, 2 / 3), on_line(end, corner, 2 / 3), end]
            x, y = end
        else:
            by = {"l": n, "S": n, "W": n, "h": [*n, 0], "v": [0, *n]}[letter]
            end = x + by[0], y + by[1]
            handles = {"S": [(x, y + by[1] / 2), (end[0], y + by[1] / 2)], "W": [(x + by[0] / 2, y), (x + by[0] / 2, end[1])]}
            found += [*handles.get(letter, [on_line((x, y), end, 1 / 3), on_line((x, y), end, 2 / 3)]), end]
            x, y = end
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("downwards", [False, True])
def test_a_short_path_is_the_arrow_to_a_pixel(seed, downwards):
    rng = random.Random(seed)
    arrow = Arrow((rng.uniform(0, 99), rng.uniform(0, 99)))
    for _ in range(5):
        way = rng.choice(["smooth", "line", "straight", "level", "upright"])
        x, y = arrow.end
        end = {"level": (x + 50, y), "upright": (x, y - 70)}.get(way, (rng.uniform(0, 400), rng.uniform(0, 400)))
        if way == "smooth":
            smooth(arrow, end, downwards)
        elif way == "straight":
            straight(arrow, [(x + 60, y), (x + 60, y + 80), (x - 50, y + 80)])
        else:
            arrow.line_to(end)
    found = path_of(in_pixels(arrow))
    assert len(found) == len(arrow.points)
    for a, b in zip(found, arrow.points):
        assert a == pytest.approx(b, abs=1.5)


@pytest.mark.parametrize("x, y, text", [(3, 4, "l3,4"), (3, 0, "h3"), (0, 4, "v4"), (-3, -4, "l-3,-4"), (0, 0, "v0"), (-2, 0, "h-2")])
def test_a_line_of_a_path(x, y, text):
    assert line(x, y) == text


def test_points():
    assert rounded((2.4, -3.6)) == (2, -4) and near((0, 0), (0.004, -0.005)) and not near((0, 0), (0.006, 0.006)) and not near((0, 0), (0.0, 0.01))
    assert on_line((0, 10), (4, 20), 0.25) == (1, 12.5) and on_curve([(0, 0), (4, 8)], 0.5) == (2, 4)
    for far in (5.0, 20.0, 100.0):
        assert toward((0.0, 0.0), (far, 0.0)) == pytest.approx((min(ROUND, far / 2), 0.0)) and toward((1.0, 1.0), (1.0, 1.0 - far))[1] == pytest.approx(1 - min(ROUND, far / 2))
    assert toward((1.0, 1.0), (1.0, 1.0)) == (1.0, 1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_spots_of_a_label_lie_on_the_last_curve_before_all_others(seed):
    rng = random.Random(seed)
    arrow = Arrow((0.0, 0.0))
    for _ in range(3):
        start, end = arrow.end, (rng.uniform(50, 400), rng.uniform(0, 400))
        smooth(arrow, end, False)
    on_it = [on_curve([start, *arrow.points[-3:]], t) for t in (0.5, 0.42, 0.58)]
    assert np.array(arrow.spots[:3]) == pytest.approx(np.array(on_it)) and len(arrow.spots) == 11 * 9 and arrow.spots[11][0] == pytest.approx(on_it[0][0])
    assert arrow.spots[11][1] == pytest.approx(on_it[0][1] + 14) and arrow.spots[22][1] == pytest.approx(on_it[0][1] - 14)
    assert arrow.spots[55][0] == pytest.approx(on_it[0][0] + 24) and arrow.spots[55][1] == pytest.approx(on_it[0][1])


def test_the_path_of_svg():
    arrow = Arrow((0.0, 0.0))
    arrow.line_to((30.0, 0.0))
    smooth(arrow, (60.0, 40.0), False)
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", arrow.svg)]
    assert re.sub(r"[-\d., ]", "", arrow.svg) == "MLC" and numbers == [0, 0, 30, 0, 45, 0, 45, 40, 60, 40]
    arrow = Arrow((0.0, 0.0))
    smooth(arrow, (60.0, 40.0), True)
    assert arrow.points == [(0, 0), (0, 20), (60, 20), (60, 40)]


# Columns and bands -------------------------------------------------------------------------------------

def graph(rng, n):
    return [sorted(rng.sample(range(i), rng.randrange(0, min(i, 3) + 1))) if i else [] for i in range(n)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_node_stands_after_all_that_it_uses(seed):
    rng = random.Random(seed)
    inputs = graph(rng, 14)
    for most in (0, 3, 5):
        rank = ranks(inputs, most)
        assert min(rank) == 0 and all(rank[j] < rank[i] for i, sources in enumerate(inputs) for j in sources)
        if not most:
            for i, sources in enumerate(inputs):
                uses = [rank[k] for k, others in enumerate(inputs) if i in others]
                expected = max(rank[j] for j in sources) + 1 if sources else min(uses) - 1 if uses else 0
                assert rank[i] == expected


@pytest.mark.parametrize("n", range(1, 12))
@pytest.mark.parametrize("most", [1, 3, 4])
def test_leaves_are_spread_over_columns_of_equal_length(n, most):
    places = [5] * n
    spread_leaves(places, [[]] * n, most)
    counts = np.bincount(places)
    assert counts.max() <= most and counts.max() - counts.min() <= 1 and len(counts) == -(-n // most) and places == sorted(places)


@pytest.mark.parametrize("seed", SEEDS)
def test_bands_are_cut_where_the_longest_is_shortest(seed):
    rng = random.Random(seed)
    lengths = [rng.randrange(1, 9) for _ in range(rng.randrange(1, 8))]
    for bands in (1, 2, 3):
        band = cut(lengths, bands)
        assert band[0] == 0 and all(b - a in (0, 1) for a, b in zip(band, band[1:])) and band[-1] < bands
        longest = max(sum(n for n, b in zip(lengths, band) if b == k) for k in range(band[-1] + 1))
        splits = [(i, j) for i in range(len(lengths) + 1) for j in range(i, len(lengths) + 1)]
        best = {1: sum(lengths), 2: min(max(sum(lengths[:i]), sum(lengths[i:])) for i, _ in splits),
                3: min(max(sum(lengths[:i]), sum(lengths[i:j]), sum(lengths[j:])) for i, j in splits)}[bands]
        assert longest <= best + 0.51


def chain_of(n, size=(100.0, 40.0), label=None, downwards=False, bands=1):
    inputs = [[]] + [[i] for i in range(n - 1)]
    labels = [[]] + [[label] if label else [] for _ in range(n - 1)]
    return Arrangement(Strip(inputs), [size] * n, labels, downwards, bands)


@pytest.mark.parametrize("label, gap", [(None, ROOMY.arrow), (60.0, ROOMY.labelled + 60.0)])
def test_cards_of_a_chain_stand_a_gap_apart(label, gap):
    layout = chain_of(4, label=label).layout()
    assert layout.x == pytest.approx([MARGIN + 50 + k * (100 + gap) for k in range(4)], abs=0.06) and len(set(layout.y)) == 1
    assert layout.width == pytest.approx(2 * MARGIN + 400 + 3 * gap + ROUND) and layout.height == pytest.approx(40 + ROOMY.room)
    downwards = chain_of(4, label=label, downwards=True).layout()
    gap = ROOMY.labelled + LABEL_HEIGHT if label else gap
    assert downwards.y == pytest.approx([MARGIN + 20 + k * (40 + gap) for k in range(4)], abs=0.06) and downwards.width == pytest.approx(100 + ROOMY.room)
    assert layout.arrows[1][0].points[0] == pytest.approx((MARGIN + 100, layout.y[0])) and layout.arrows[1][0].end[0] == pytest.approx(layout.x[1] - 50, abs=0.06)


@pytest.mark.parametrize("bands", [2, 3])
def test_bands_begin_at_the_same_place_and_lie_below_each_other(bands):
    form = chain_of(6, bands=bands)
    layout = form.layout()
    per = 6 // bands
    rows = [layout.y[k * per] for k in range(bands)]
    assert form.bands == bands and layout.y == [row for row in rows for _ in range(per)]
    steps = np.diff(rows)
    assert steps == pytest.approx([40 + ROOMY.room + 1.5 * ROOMY.lane] * (bands - 1), abs=0.11)
    assert all(layout.x[k * per] == pytest.approx(MARGIN + ROOMY.aside + ROOMY.arrow + 50, abs=0.06) for k in range(1, bands))
    for i in range(per, 6, per):                           # around the end of a band: inside of the picture
        way = layout.arrows[i][0].points
        assert max(x for x, _ in way) <= layout.width - MARGIN + 0.1 and min(x for x, _ in way) >= MARGIN - 0.1
        assert rows[i // per - 1] < way[len(way) // 2][1] < rows[i // per]


@pytest.mark.parametrize("count", range(1, 12))
def test_many_labels_have_more_room_before_their_card(count):
    inputs = [[] for _ in range(count)] + [list(range(count))]
    form = Arrangement(Strip(inputs), [(100.0, 40.0)] * (count + 1), [[] for _ in range(count)] + [[50.0] * count], False, 1)
    more = min(max(count - CROWDED - 1, 0) * ROOMY.more, ROOMY.wider)
    assert form.gaps[-1] == ROOMY.labelled + 50 + (ROOMY.wider if count > CROWDED else 0) + more and MANY == 2 * CROWDED


@pytest.mark.parametrize("breadth, part", [(40.0, 0.4), (60.0, 0.4), (61.0, 0.8), (100.0, 0.8)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_arrows_arrive_at_even_places_of_a_side(breadth, part, count):
    inputs = [[] for _ in range(count)] + [list(range(count))]
    form = Arrangement(Strip(inputs), [(100.0, breadth)] * (count + 1), [[]] * (count + 1), False, 1)
    places = [form.enter(count, k, count) for k in range(count)]
    middle = form.v[count]
    assert [y for _, y in places] == pytest.approx([middle + breadth * part * ((k + 0.5) / count - 0.5) for k in range(count)])
    assert {x for x, _ in places} == {form.u[count] - 50} and form.leave(count) == (form.u[count] + 50, middle)


# Films -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("width", [200, 300])
def test_a_film_shows_all_its_pictures_and_begins_anew(tmp_path, width):
    image = pytest.importorskip("PIL.Image")
    from autograd.pictures.canvas import MILLISECONDS, Drawing, figure_of, write_gif
    drawings = [Drawing(400.0, 100.0 + 0 * k, []) for k in range(3)]
    assert figure_of(drawings[0]).get_size_inches().tolist() == pytest.approx([400 / 72, 100 / 72])
    film = tmp_path / "a.gif"
    drawings[1].marks.extend(marks())
    write_gif(drawings, film, width)
    with image.open(film) as found:
        assert found.size == (width, width // 4) and found.info["loop"] == 0 and found.info["duration"] == MILLISECONDS and found.n_frames == 3


def marks():
    from autograd.pictures.canvas import Outline
    return [Outline([("M", [(10.0, 10.0)]), ("L", [(90.0, 10.0)]), ("L", [(90.0, 60.0)]), ("Z", [])], "#ff0000", "#000000", 1.0, ())]


# Lines of a program ----------------------------------------------------------------------------------

def test_a_hook_that_was_there_stays_and_nothing_is_noted():
    def hook(*event): pass
    sys.setprofile(hook)
    try:
        with ag.lines() as made:
            Value(2.0) * 3.0
            assert sys.getprofile() is hook
        assert sys.getprofile() is hook and made == {}
    finally:
        sys.setprofile(None)
    with ag.lines() as made:
        y = Value(2.0) * 3.0
    assert sys.getprofile() is None and made[y].text == "y = Value(2.0) * 3.0" and len(made) == 2
    Value(1.0)
    assert len(made) == 2


def test_values_that_a_function_gave():
    a, b = Value(1.0), Value(2.0)
    assert values_in(a) == [a] and values_in([a, 1.0, b]) == [a, b] and values_in((b,)) == [b] and values_in({a: 1}) == [] == values_in(None)
    assert line_of(None) is None and package(sys._getframe()) == "tests"
