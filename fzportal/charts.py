"""Charts as plain geometry: templates/ui/chart.html draws them as SVG; colours are classes, numbers stand in the table.

Coordinates are texts, so that no language writes them with a comma.
"""

from typing import NamedTuple

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 12, 26


class Shape(NamedTuple):
    """A rectangle (``width``, ``height``) or the dot of a line; ``series``: 1 to 4, the class that colours it."""

    series: int
    x: str
    y: str
    width: str = ""
    height: str = ""


class Line(NamedTuple):
    """A line through points that follow each other without a gap, "x,y x,y"."""

    series: int
    points: str


class Mark(NamedTuple):
    """A word at the edge: of a value on the left, of a group below."""

    x: str
    y: str
    text: str


class Chart(NamedTuple):
    """All there is to draw. ``legend``: (series, words)."""

    name: str
    title: str
    description: str
    values: list
    groups: list
    legend: list
    bars: list = ()
    lines: list = ()
    dots: list = ()

    width, height, left, right = WIDTH, HEIGHT, LEFT, WIDTH - RIGHT


def top_of(highest: int) -> tuple[int, int]:
    """(the value at the upper edge, the step between lines): 1, 2 or 5 times a power of ten, at most five steps."""
    step = 1
    while step * 5 < highest:
        tail = str(step)[0]
        step = step // int(tail) * {"1": 2, "2": 5, "5": 10}[tail]
    return max(-(-highest // step), 1) * step, step


def height_of(value, top) -> float:
    """How high a value stands over the lower edge."""
    return value / top * (HEIGHT - TOP - BOTTOM)


def text(number) -> str:
    """A coordinate."""
    return f"{number:.1f}"


def frame(highest, labels):
    """(upper value, marks of the values, marks of the groups)."""
    top, step = top_of(highest)
    floor = HEIGHT - BOTTOM
    values = [Mark(text(LEFT - 6), text(floor - height_of(v, top)), f"{v:,}") for v in range(0, top + 1, step)]
    groups = [Mark(text(middle(n, labels)), text(HEIGHT - 8), str(label)) for n, label in enumerate(labels)]
    return top, values, groups


def room(labels) -> float:
    """The width of a group."""
    return (WIDTH - LEFT - RIGHT) / len(labels)


def middle(n, labels) -> float:
    """Where a group's middle stands."""
    return LEFT + room(labels) * (n + 0.5)


def bars(name, title, description, labels, series) -> Chart:
    """Bars beside each other. ``series``: [(words, [a number for each label])]."""
    top, values, groups = frame(max(max(numbers) for _w, numbers in series), labels)
    wide = room(labels) * 0.8 / len(series)
    shapes = []
    for place, (_words, numbers) in enumerate(series):
        for n, number in enumerate(numbers):
            high, left = height_of(number, top), middle(n, labels) + wide * (place - len(series) / 2)
            y = HEIGHT - BOTTOM - high
            shapes.append(Shape(place + 1, text(left), text(y), text(wide), text(high)))
    return Chart(name, title, description, values, groups, legend(series), bars=shapes)


def stacked(name, title, description, labels, series) -> Chart:
    """Bars on top of each other, the first series below."""
    sums = [sum(column) for column in zip(*(numbers for _w, numbers in series), strict=True)]
    top, values, groups = frame(max(sums), labels)
    wide, floors, shapes = room(labels) * 0.7, [HEIGHT - BOTTOM] * len(labels), []
    for place, (_words, numbers) in enumerate(series):
        for n, number in enumerate(numbers):
            high = height_of(number, top)
            floors[n] -= high
            left = middle(n, labels) - wide / 2
            shapes.append(Shape(place + 1, text(left), text(floors[n]), text(wide), text(high)))
    return Chart(name, title, description, values, groups, legend(series), bars=shapes)


def lines(name, title, description, labels, series) -> Chart:
    """Lines with a dot at each number; None leaves a gap."""
    known = [number for _w, numbers in series for number in numbers if number is not None]
    top, values, groups = frame(max(known, default=0), labels)
    drawn, dots = [], []
    for place, (_words, numbers) in enumerate(series):
        run = []
        for n, number in enumerate([*numbers, None]):
            if number is not None:
                run.append((text(middle(n, labels)), text(HEIGHT - BOTTOM - height_of(max(number, 0), top))))
                dots.append(Shape(place + 1, *run[-1]))
            elif run:
                drawn.append(Line(place + 1, " ".join(f"{x},{y}" for x, y in run)))
                run = []
    return Chart(name, title, description, values, groups, legend(series), lines=drawn, dots=dots)


def legend(series) -> list:
    """(series, words)."""
    return [(place, words) for place, (words, _numbers) in enumerate(series, 1)]
