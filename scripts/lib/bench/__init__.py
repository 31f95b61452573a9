# SPDX-License-Identifier: BSD-3-Clause
"""The parts of scripts/bench. docs/benchmarks.md explains each row; targets.py has their names and what they must reach."""
