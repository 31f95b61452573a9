# SPDX-License-Identifier: BSD-3-Clause
"""The workers' own path in process: bench_forward and its variants, cycles per packet."""
import statistics
from typing import NamedTuple

from . import stats
from .run import Skip

GROUP = "forwarding in process"
BINDINGS = {"1k": 1 << 10, "16k": 1 << 14, "64k": 1 << 16, "1M": 1 << 20, "4M": 1 << 22}
ENCAPS4 = {"ip4_in_ip4": "IPv4-in-IPv4", "gre": "GRE", "udp": "UDP"}
BASELINE = {"encap": "io_fill", "decap": "io_fill_decap", "hairpin": "io_fill_decap"}
EVEN = 1.06  # two rounds met the machine at one speed when their baselines are no further apart, as a factor


class Leg(NamedTuple):
    """One process of a turn."""
    bindings: str
    program: str = "bench_forward"
    inner: int = 78
    zipf: bool = False
    workers: int = 1
    native: bool = False
    spread: bool = False
    encap: str = "ip6_in_ip6"

    def text(self):
        words = [self.program, self.bindings]
        words += [self.encap] if self.encap != "ip6_in_ip6" else []
        words += [f"{self.inner} octets"] if self.inner != 78 else []
        words += ["Zipf"] if self.zipf else []
        words += ["2 workers"] if self.workers == 2 else []
        words += ["one tunnel"] if self.spread else []
        words += ["native"] if self.native else []
        return " ".join(words)


# Each turn runs these in this order: what is compared stands close together, and in the same turn.
TARGET_LEGS = [
    Leg("1k"), *(Leg("1k", encap=encap) for encap in ENCAPS4), Leg("16k"),
    Leg("64k"), *(Leg("64k", encap=encap) for encap in ENCAPS4),
    Leg("64k", program="bench_forward_rte_hash"),
    Leg("64k", program="bench_forward_uncounted"),
    Leg("64k", native=True),
    Leg("64k", workers=2),
    Leg("1M"), Leg("1M", program="bench_forward_rte_hash"),
]
QUICK_LEGS = [leg for leg in TARGET_LEGS if not leg.native and leg.workers == 1 and (leg.encap == "ip6_in_ip6" or leg.bindings == "64k")]
FULL_LEGS = [Leg("1k", native=True), *TARGET_LEGS, Leg("1M", native=True)]
# Figures that are compared with nothing, in the full run only.
FIGURE_LEGS = [
    Leg("1k", program="bench_forward_rte_hash"), Leg("16k", program="bench_forward_rte_hash"),
    Leg("1k", inner=1400), Leg("64k", inner=1400), Leg("1M", inner=1400),
    Leg("1k", workers=2, spread=True), Leg("1k", encap="minimal"),
    Leg("1k", zipf=True), Leg("64k", zipf=True), Leg("1M", zipf=True),
]
LARGE_LEGS = [
    Leg("4M"), Leg("4M", program="bench_forward_rte_hash"), Leg("4M", zipf=True),
]


def run_leg(run, leg, rounds):
    """What bench_forward says, checked."""
    command = [run.program(leg.program, leg.native), "--bindings", BINDINGS[leg.bindings], "--cpu", run.CPU, "--rounds", rounds,
               "--inner", leg.inner, "--encap", leg.encap, *(["--zipf"] if leg.zipf else []),
               *(["--workers", 2] if leg.workers == 2 else []), *(["--spread"] if leg.spread else []), *run.pages_option(), "--json"]
    result = run.execute_json(command, 180)
    if result["dropped"] or result["punted"]:
        raise Skip(f"{leg.text()}: {result['dropped']} packets dropped, {result['punted']} punted: not the fast path")
    return result


class Round(NamedTuple):
    baseline: float
    cycles: float


def rounds_of(turn, variant):
    return list(map(Round, turn["samples"][BASELINE[variant]], turn["samples"][variant]))


def cycles_at(rounds, baseline):
    """Of the rounds that met the machine at that speed."""
    return [one.cycles for one in rounds if max(one.baseline / baseline, baseline / one.baseline) <= EVEN]


class Results:
    """Per leg, what each of its turns said."""

    def __init__(self, run):
        self.run = run
        self.turns = {}
        self.lost = {}  # leg -> why it gave nothing

    def measure(self, legs, rounds, most, seconds):
        for _ in self.run.turns(GROUP, most, seconds):
            for leg in legs:
                self.measure_leg(leg, rounds)

    def measure_leg(self, leg, rounds):
        if leg in self.lost:
            return
        self.run.progress(f"    {leg.text()}")
        try:
            self.turns.setdefault(leg, []).append(run_leg(self.run, leg, rounds))
        except Skip as reason:
            self.turns.pop(leg, None)
            self.lost[leg] = str(reason)
            self.run.skip(leg.text(), reason)

    def has(self, *legs):
        return all(leg in self.turns for leg in legs)

    def why(self, *legs):
        reasons = [self.lost.get(leg, "not part of a quick run") for leg in legs if leg not in self.turns]
        return "; ".join(dict.fromkeys(reasons))

    def samples(self, leg, variant):
        """Every round of every turn."""
        return [value for turn in self.turns[leg] for value in turn["samples"][variant]]

    def medians(self, leg, variant):
        """One figure a turn, to be compared with another leg's of the same turn."""
        return [statistics.median(turn["samples"][variant]) for turn in self.turns[leg]]

    def even_ratios(self, above, below, variant):
        """A round of the one over those of the other that met the machine at the same speed, of the same turn if it has some: their
        receiving and sending alone, which is the same for all, took as long. Rounds without such are left out."""
        others = [rounds_of(turn, variant) for turn in self.turns[below]]
        of_all_turns = [a_round for turn in others for a_round in turn]
        found = []
        for turn, near in zip(self.turns[above], others, strict=True):
            for a_round in rounds_of(turn, variant):
                even = cycles_at(near, a_round.baseline) or cycles_at(of_all_turns, a_round.baseline)
                if even:
                    found.append(a_round.cycles / statistics.median(even))
        return found

    def field(self, leg, name):
        return [turn[name] for turn in self.turns[leg]]


def add_over_baseline(results, rows):
    for variant in ("encap", "decap"):
        for size in ("1k", "16k", "64k"):
            name = f"{variant} over io+fill, {size}"
            leg = Leg(size)
            if results.has(leg):
                rows.add(name, stats.ratios(results.samples(leg, variant), results.samples(leg, BASELINE[variant])),
                         "ratio", "same process, round by round")
            else:
                rows.miss(name, results.why(leg))


def add_ratio(results, rows, name, above, below, note, variant="encap"):
    """Of two processes' cycles, as far as the machine had one speed for both."""
    if not results.has(above, below):
        rows.miss(name, results.why(above, below))
        return
    even = results.even_ratios(above, below, variant)
    rounds = len(results.samples(above, variant))
    note += f"; {len(even)} of {rounds} rounds"
    if len(even) < stats.LEAST_EVEN:
        rows.add(name, stats.ratios(results.medians(above, variant), results.medians(below, variant)), "ratio", note,
                 doubt="the machine had one speed for both in too few rounds")
    else:
        rows.add(name, even, "ratio", note)


def add_encapsulations(results, rows):
    """The kinds of Mobile IPv4 over that of Mobile IPv6, with inner packets of the same length."""
    for size in ("1k", "64k"):
        for encap, name in ENCAPS4.items():
            for variant, direction in (("encap", "encapsulation"), ("decap", "decapsulation")):
                add_ratio(results, rows, f"{name} {direction} over IPv6-in-IPv6, {size}", Leg(size, encap=encap), Leg(size),
                          "cycles; two processes in turns", variant)


def add_comparisons(results, rows):
    for size in ("64k", "1M"):
        add_ratio(results, rows, f"encap over the same with rte_hash, {size}",
                  Leg(size), Leg(size, program="bench_forward_rte_hash"), "cycles; two processes in turns")
    # A rate is the inverse of cycles: 64k over 1k in rate is 1k over 64k in cycles.
    add_ratio(results, rows, "encap rate at 64k over 1k", Leg("1k"), Leg("64k"), "two processes in turns")
    add_ratio(results, rows, "encap rate at 1M over 64k", Leg("64k"), Leg("1M"), "two processes in turns")
    add_ratio(results, rows, "counters on over off", Leg("64k", program="bench_forward_uncounted"), Leg("64k"),
              "encap rate at 64k; off: compiled out")
    for size in ("1k", "64k", "1M"):
        if results.has(Leg(size, native=True)):
            add_ratio(results, rows, f"encap, native build over portable, {size}", Leg(size, native=True), Leg(size),
                      "cycles; -march=native")
    add_workers(results, rows)
    add_spread(results, rows)


def add_workers(results, rows):
    name = "encap, one of two workers over alone"
    leg = Leg("64k", workers=2)
    if not results.has(leg):
        rows.miss(name, results.why(leg))
        return
    rows.add(name, stats.ratios(results.samples(leg, "encap_together"), results.samples(leg, "encap_alone")), "ratio",
             "cycles of the same worker with the other busy, and idle; near 1: nothing is shared")


def add_spread(results, rows):
    name = "rate of one tunnel, two workers over one"
    leg = Leg("1k", workers=2, spread=True)
    if not results.has(leg):
        rows.miss(name, results.why(leg))
        return
    lost = statistics.median(results.field(leg, "lost"))
    rows.add(name, stats.ratios(results.samples(leg, "fat_alone"), results.samples(leg, "fat_spread")), "ratio",
             f"one of them receives all; {lost:.0f} packets lost between them")


def add_memory(results, rows):
    leg = Leg("1M")
    if not results.has(leg):
        rows.miss("memory per binding", results.why(leg))
        rows.miss("time to load 1M bindings", results.why(leg))
        return
    rows.add("memory per binding", results.field(leg, "octets_per_binding"), "octets", "of the workers, at 1M")
    rows.add("time to load 1M bindings", results.field(leg, "load_ms"), "ms", "into the table, one thread")


def add_figures(run, results, rows):
    """Cycles of every leg and variant: what the ratios were made of, and what the plots show."""
    for leg, turns in results.turns.items():
        for variant in turns[0]["samples"]:
            samples = results.samples(leg, variant)
            rows.add(f"cycles: {variant}, {leg.text()}", samples, "cycles/packet")
            run.cycles.append({"variant": variant, "bindings": BINDINGS[leg.bindings], "inner": leg.inner,
                               "program": leg.program, "encap": leg.encap, "zipf": leg.zipf, "native": leg.native,
                               "workers": leg.workers, **stats.spread(samples)._asdict()})


def measure(run, rows):
    results = Results(run)
    run.program("bench_forward")
    if run.quick:
        results.measure(QUICK_LEGS, rounds=3, most=3, seconds=45)
    else:
        results.measure(FULL_LEGS, rounds=5, most=15, seconds=210)
        results.measure(FIGURE_LEGS, rounds=9, most=3, seconds=60)
        for leg in LARGE_LEGS:
            results.measure_leg(leg, 9)
    add_over_baseline(results, rows)
    add_comparisons(results, rows)
    add_encapsulations(results, rows)
    add_memory(results, rows)
    add_figures(run, results, rows)
