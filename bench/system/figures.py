"""What repeated measurements say: their spread, whether they make a figure, and percentiles."""

import math
import statistics

# A figure that can't be repeated within this over so many interleaved rounds is not a figure.
SPREAD_MAX = 0.10
ROUNDS_MIN = 5
# A percentile is one only where at least so many samples lie beyond it.
SAMPLES_BEYOND = 10
PERCENTILES = (50, 90, 99, 99.9, 99.99)


def spread(values):
    """{min, median, max} of a figure over the rounds."""
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def verdict(values):
    """"" for a figure; otherwise why it is not one."""
    middle = statistics.median(values)
    width = (max(values) - min(values)) / abs(middle) if middle else math.inf
    if max(values) == min(values):
        width = 0
    if width > SPREAD_MAX:
        return f"not a figure: {len(values)} rounds lie {width:.0%} apart"
    if len(values) < ROUNDS_MIN:
        return f"not a figure yet: {len(values)} of {ROUNDS_MIN} rounds"
    return ""


def percentile(ordered, percent):
    """Nearest rank: the least sample that so many percent are no greater than."""
    rank = math.ceil(len(ordered) * percent / 100 - 1e-9)
    return ordered[max(0, rank - 1)]


def has_enough(count, percent):
    return count * (100 - percent) / 100 >= SAMPLES_BEYOND - 1e-9


def percentiles(samples):
    """{"p50": …, "max": …}; a percentile that the samples can't carry is left out."""
    ordered = sorted(samples)
    result = {f"p{percent}": percentile(ordered, percent) for percent in PERCENTILES
              if has_enough(len(ordered), percent)}
    if ordered:
        result["max"] = ordered[-1]
    return result


def curve(samples):
    """[(share of samples, value)]: the distribution by halves of what is left, for a plot."""
    ordered = sorted(samples)
    points = []
    left = 1.0
    while len(ordered) * left >= SAMPLES_BEYOND:
        for part in (1.0, 0.84, 0.71, 0.59):
            if len(ordered) * left * part < SAMPLES_BEYOND:
                break
            points.append((1 - left * part, percentile(ordered, 100 * (1 - left * part))))
        left /= 2
    return points
