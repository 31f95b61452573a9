# SPDX-License-Identifier: BSD-3-Clause
from .run import Skip

GROUP = "two processes on memif"


def measure(run, rows):
    raise Skip("no pktsource")
