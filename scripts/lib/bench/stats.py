# SPDX-License-Identifier: BSD-3-Clause
"""Medians, percentiles, and whether a spread still allows a verdict."""
import statistics
from typing import NamedTuple

from .targets import LOWER

# With a ratio of p90 to p10 above this, a mark between them is neither met nor missed.
NOISE_LIMIT = 1.5
# Rounds in which the machine had one speed for both that are compared, which a verdict needs.
LEAST_EVEN = 5


class Spread(NamedTuple):
    value: float
    p10: float
    p90: float


def percentile(samples, share):
    """Linear between the two nearest samples."""
    ordered = sorted(samples)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def spread(samples):
    return Spread(statistics.median(samples), percentile(samples, 0.1), percentile(samples, 0.9))


def ratios(above, below):
    """Round by round: what was measured together is compared."""
    return [a / b for a, b in zip(above, below, strict=True)]


def differences(above, below):
    return [a - b for a, b in zip(above, below, strict=True)]


def is_too_noisy(found, mark):
    """The rounds disagree much, and about the mark: it lies among them."""
    if found.p10 <= 0:
        return True
    return found.p90 > NOISE_LIMIT * found.p10 and found.p10 < mark < found.p90


def judge(found, mark, better):
    """True or False: met or missed. None: no mark, or too noisy to say."""
    if mark is None or is_too_noisy(found, mark):
        return None
    return found.value <= mark if better == LOWER else found.value >= mark
