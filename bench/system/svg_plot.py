"""Plots as SVG text: medians as dots, the rounds' least and greatest as bars, limits as lines."""

import dataclasses
import html
import math
import typing

SMALL, LARGE = (340, 230), (500, 300)  # width and height
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 16, 44


class Mark(typing.NamedTuple):
    """One measured point. Hollow where it is not a figure; `note` shows when pointed at."""

    x: float
    low: float
    middle: float
    high: float
    is_figure: bool = True
    note: str = ""


@dataclasses.dataclass
class Series:
    name: str
    color: int  # 1 … 6
    marks: typing.Sequence[Mark]
    dots: bool = True


class Limit(typing.NamedTuple):
    """A bound to stay under, from one x to another; None: over the whole width."""

    y: float
    text: str
    begin: typing.Optional[float] = None
    end: typing.Optional[float] = None


@dataclasses.dataclass
class Plot:
    title: str
    x_label: str
    y_label: str
    series: typing.Sequence[Series]
    x_ticks: typing.Sequence[typing.Tuple[float, str]]
    x_log: bool = False
    y_log: bool = False
    limits: typing.Sequence[Limit] = ()
    size: typing.Tuple[int, int] = SMALL

    @property
    def right(self):
        return self.size[0] - RIGHT

    @property
    def bottom(self):
        return self.size[1] - BOTTOM


class Axis:
    """Places values between two pixels."""

    def __init__(self, low, high, begin, end, is_log=False):
        self.is_log, self.begin, self.end = is_log, begin, end
        self.low, self.high = self._scaled(low), self._scaled(high)

    def _scaled(self, value):
        return math.log10(value) if self.is_log else value

    def at(self, value):
        width = self.high - self.low or 1
        return self.begin + (self._scaled(value) - self.low) / width * (self.end - self.begin)


def nice_step(width, steps):
    """The least of 1, 2, 5, 10 … that cuts `width` into at most so many steps."""
    raw = width / steps
    unit = 10 ** math.floor(math.log10(raw))
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw * (1 - 1e-9))


def linear_ticks(high):
    """0 … the first step at or above `high`."""
    step = nice_step(high or 1, 5)
    return [step * i for i in range(math.ceil(high / step - 1e-9) + 1)]


def log_ticks(low, high):
    """1, 2, 5, 10 … around both; decades only where there are many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if last - first <= 3 else (1,)
    ticks = [10 ** power * factor for power in range(first, last + 1) for factor in factors]
    begin = max((i for i, tick in enumerate(ticks) if tick <= low * (1 + 1e-9)), default=0)
    end = min((i for i, tick in enumerate(ticks) if tick >= high * (1 - 1e-9)),
              default=len(ticks) - 1)
    return ticks[begin:end + 1]


def short(value):
    """A tick's text: 250 k, 1.5 M, 0.2."""
    for unit, suffix in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= unit:
            return f"{value / (unit if unit > 1e4 else 1e3):.4g}{suffix}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _text(x, y, css, text, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}"{more}>{html.escape(text)}</text>'


def _line(begin, end, css):
    return (f'<line x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
            f'class="{css}"/>')


def _axes(plot):
    """(axis of x, axis of y, ticks of y) that hold every mark and limit."""
    marks = [mark for series in plot.series for mark in series.marks]
    xs = [x for x, _ in plot.x_ticks] + [mark.x for mark in marks]
    highs = [mark.high for mark in marks] + [limit.y for limit in plot.limits]
    if plot.y_log:
        lows = [mark.low for mark in marks] + [limit.y for limit in plot.limits]
        ticks = log_ticks(min(lows), max(highs))
    else:
        ticks = linear_ticks(max(highs))
    inset = 14
    x = Axis(min(xs), max(xs), LEFT + inset, plot.right - inset, plot.x_log)
    y = Axis(ticks[0], ticks[-1], plot.bottom, TOP, plot.y_log)
    return x, y, ticks


def _frame(plot, x, y, ticks):
    parts = []
    for tick in ticks:
        parts.append(_line((LEFT, y.at(tick)), (plot.right, y.at(tick)), "grid"))
        parts.append(_text(LEFT - 7, y.at(tick) + 4, "tick end", short(tick)))
    for value, label in plot.x_ticks:
        parts.append(_line((x.at(value), plot.bottom), (x.at(value), plot.bottom + 4),
                           "axis"))
        parts.append(_text(x.at(value), plot.bottom + 17, "tick mid", label))
    parts.append(_line((LEFT, plot.bottom), (plot.right, plot.bottom), "axis"))
    parts.append(_text((LEFT + plot.right) / 2, plot.size[1] - 8, "label mid", plot.x_label))
    parts.append(_text(0, 0, "label mid", plot.y_label,
                       f' transform="translate(13 {(TOP + plot.bottom) / 2:.1f}) '
                       'rotate(-90)"'))
    return parts


def _limit(limit, plot, x, y):
    begin = LEFT if limit.begin is None else x.at(limit.begin)
    end = plot.right if limit.end is None else x.at(limit.end)
    at = y.at(limit.y)
    return [_line((begin, at), (end, at), "limit"),
            _text(begin + 2, at - 5, "limit-text", limit.text)]


def _series(series, x, y):
    path = " ".join(f"{'L' if i else 'M'}{x.at(mark.x):.1f} {y.at(mark.middle):.1f}"
                    for i, mark in enumerate(series.marks))
    parts = [f'<path d="{path}" class="line c{series.color}"/>']
    for mark in series.marks if series.dots else ():
        at = x.at(mark.x)
        if mark.high > mark.low:
            top, bottom = y.at(mark.high), y.at(mark.low)
            css = f"whisker c{series.color}"
            parts.append(_line((at, top), (at, bottom), css))
            parts += [_line((at - 4, end), (at + 4, end), css) for end in (top, bottom)]
        shape = "dot" if mark.is_figure else "dot hollow"
        parts.append(f'<circle cx="{at:.1f}" cy="{y.at(mark.middle):.1f}" r="4" '
                     f'class="{shape} c{series.color}"><title>{html.escape(mark.note)}</title>'
                     "</circle>")
    return parts


def _legend(series):
    if len(series) < 2:
        return ""
    return '<div class="legend">' + "".join(
        f'<span><i class="b{each.color}"></i>{html.escape(each.name)}</span>'
        for each in series) + "</div>"


def render(plot):
    """A <figure> with its title, its legend and the drawing; "" where there is nothing to draw."""
    if not any(series.marks for series in plot.series):
        return ""
    x, y, ticks = _axes(plot)
    parts = _frame(plot, x, y, ticks)
    for limit in plot.limits:
        parts += _limit(limit, plot, x, y)
    for series in plot.series:
        parts += _series(series, x, y)
    return (f"<figure><figcaption>{html.escape(plot.title)}</figcaption>"
            f'{_legend(plot.series)}<svg viewBox="0 0 {plot.size[0]} {plot.size[1]}" role="img" '
            f'aria-label="{html.escape(plot.title)}">{"".join(parts)}</svg></figure>')
