#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A home agent's duties as a router, seen from the wire: home agent address discovery, mobile prefix solicitations and
advertisements, renumbering. What the daemon sends is judged by scapy.

RFC 6275 6.5-6.8, 10.5, 10.6; RFC 3963 7. Usage: router.py BUILD-DIRECTORY
"""
import struct
import sys
import time

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, HOME_PREFIX, OTHER_CARE_OF, Node, Report, home, lab, node, packets,
                 program_directory)
from scapy.layers.inet6 import (ICMPv6HAADReply, ICMPv6HAADRequest, ICMPv6MPAdv, ICMPv6MPSol, ICMPv6ND_RA,
                                ICMPv6ND_RS, ICMPv6NDOptAdvInterval, ICMPv6NDOptHAInfo, ICMPv6NDOptPrefixInfo,
                                ICMPv6NDOptSrcLLAddr, IPv6, IPv6ExtHdrRouting, MIP6MH_BE)
from scapy.layers.l2 import Ether

ANYCAST = "2001:db8:1:0:fdff:ffff:ffff:fffe"
LONG_PREFIX, LONG_ANYCAST, LONG_AGENT = "2001:db8:5::/80", "2001:db8:5::ffff:ffff:fffe", "2001:db8:5::1"
INFINITE = 0xffffffff
FIRST, SECOND, THIRD, ENDING = 16, 17, 18, 19
NODES = [node(number) for number in (FIRST, SECOND, THIRD, ENDING)]
PREFIXES = [
    {"prefix": HOME_PREFIX, "address": HOME_AGENT, "home_link": "virtual", "valid_lifetime_s": 30000,
     "preferred_lifetime_s": 20000},
    {"prefix": LONG_PREFIX, "address": LONG_AGENT, "home_link": "virtual"},
]
QUICK = {"min_interval_s": 1, "max_interval_s": 2}
LOOSE = {"errors_per_source": {"rate_per_s": 1000, "burst": 1000}}


def solicitation_of(number, body=b"\0\0", code=0, identifier=1, care_of=CARE_OF, wrong=0):
    """A Mobile Prefix Solicitation with a Home Address option, which scapy leaves out of the checksum."""
    message = struct.pack("!BBHH", 146, code, 0, identifier) + body
    total = packets.checksum(packets.address(home(number)), packets.address(HOME_AGENT), packets.ICMP6, message)
    message = message[:2] + struct.pack("!H", total ^ wrong) + message[4:]
    return packets.ip6(care_of, HOME_AGENT, packets.DEST_OPTIONS,
                       packets.home_address_header(packets.ICMP6, home(number)) + message)


def is_right(frame, layer):
    """The checksum that scapy computes, with the home address of a routing header, is the one in the packet."""
    copy = IPv6(bytes(frame[IPv6]))
    found = copy[layer].cksum
    del copy[layer].cksum
    return IPv6(bytes(copy))[layer].cksum == found


def discover(the_lab, anycast=ANYCAST, source=CORRESPONDENT, seconds=1.0, **fields):
    request = ICMPv6HAADRequest(**{"R": 0, **fields})
    the_lab.wire.drain()
    the_lab.wire.send(IPv6(src=source, dst=anycast) / request)
    return the_lab.wire.wait_for(lambda f: ICMPv6HAADReply in f, seconds)


def solicit(the_lab, number, seconds=1.0, **fields):
    the_lab.wire.drain()
    the_lab.wire.send(solicitation_of(number, **fields))
    return the_lab.wire.wait_for(lambda f: ICMPv6MPAdv in f or MIP6MH_BE in f, seconds)


def advertisement(the_lab, seconds):
    return the_lab.wire.wait_for(lambda f: ICMPv6MPAdv in f, seconds)


def counted(the_lab, name, before, by=1):
    return the_lab.daemon.wait_counter(name, before[name] + by) - before[name]


def check_reply(report, frame, source, what):
    if not report.check(frame is not None, f"{what} is answered"):
        return
    report.equal((frame[IPv6].src, frame[IPv6].dst), (HOME_AGENT, source), f"{what}: from our address to who asked")
    report.check(is_right(frame, ICMPv6HAADReply), f"{what}: the checksum is right")
    report.equal(sorted(frame[ICMPv6HAADReply].addresses), sorted([HOME_AGENT, LONG_AGENT]),
                 f"{what}: it lists this home agent's addresses on the link")


def discovery(report, the_lab):
    before = the_lab.daemon.counters()
    frame = discover(the_lab, id=0x4711)
    check_reply(report, frame, CORRESPONDENT, "a discovery request")
    if frame is not None:
        reply = frame[ICMPv6HAADReply]
        report.equal((reply.type, reply.code, reply.id, reply.R, reply.res), (145, 0, 0x4711, 0, 0),
                     "type 145, code 0, the identifier copied, the rest 0")
    report.equal(counted(the_lab, "others.home_agent_discovery_replies", before), 1, "the reply is counted")
    frame = discover(the_lab, id=1, R=1)
    report.equal(frame and frame[ICMPv6HAADReply].R, 0, "R in the request: nobody serves mobile routers, R is clear")
    frame = discover(the_lab, id=2, res=0x7fff)
    report.equal(frame and frame[ICMPv6HAADReply].id, 2, "reserved bits are ignored")
    frame = discover(the_lab, LONG_ANYCAST, id=3)
    report.equal(frame and frame[IPv6].src, LONG_AGENT, "a prefix of another length has its anycast address, too")
    orders = set()
    for number in range(40):
        frame = discover(the_lab, id=number)
        orders.add(tuple(frame[ICMPv6HAADReply].addresses) if frame is not None else None)
    report.check(len(orders) == 2 and None not in orders, "the order is drawn anew each time", orders)


def discovery_refused(report, the_lab):
    cases = (
        ("a wrong checksum", ICMPv6HAADRequest(cksum=0x1234), "outcomes.discovery_invalid"),
        ("another code", ICMPv6HAADRequest(code=1), "outcomes.discovery_invalid"),
        ("a short request", b"\x90\0\xd5\x33\0\0", "outcomes.discovery_invalid"),
        ("an echo request to the anycast address", packets.echo_request(CORRESPONDENT, ANYCAST),
         "outcomes.local_unknown"),
    )
    for what, message, counter in cases:
        before = the_lab.daemon.counters()
        the_lab.wire.drain()
        packet = IPv6(src=CORRESPONDENT, dst=ANYCAST, nh=58) / message
        the_lab.wire.send(packet)
        moved = counted(the_lab, counter, before)
        report.check(moved == 1 and not the_lab.wire.collect(0.1), f"{what}: silence, counted", moved)
    for source in ("::", "ff02::1", "fe80::1", HOME_AGENT):
        before = the_lab.daemon.counters()
        report.check(discover(the_lab, source=source, seconds=0.2) is None, f"a request from {source} gets no answer")
        after = the_lab.daemon.counters()
        report.equal(after["others.home_agent_discovery_replies"], before["others.home_agent_discovery_replies"],
                     f"and from {source} none was sent")
    report.check(discover(the_lab, "2001:db8:1::fffe", seconds=0.2) is None, "another address is not the anycast one")
    report.check(discover(the_lab, HOME_AGENT, seconds=0.2) is None, "a request to a unicast address gets no reply")
    mn = Node(the_lab, FIRST)
    before = the_lab.daemon.counters()
    the_lab.wire.send(packets.BindingUpdate(home=mn.home, care_of=CARE_OF, home_agent=ANYCAST, sequence=1,
                                            identifier=f"mn{FIRST}@example.com", spi=256 + FIRST,
                                            key=bytes(range(16))).packet())
    counted(the_lab, "outcomes.local_unknown", before)
    report.equal(the_lab.daemon.bindings(), {}, "a Binding Update to the anycast address makes no binding")


def discovery_from_the_tunnel(report, the_lab):
    mn = Node(the_lab, THIRD)
    mn.register()
    the_lab.wire.drain()
    the_lab.wire.send(IPv6(src=CARE_OF, dst=HOME_AGENT) / IPv6(src=mn.home, dst=ANYCAST) / ICMPv6HAADRequest(id=9))
    frame = the_lab.wire.wait_for(lambda f: ICMPv6HAADReply in f)
    if report.check(frame is not None, "a request out of a tunnel is answered"):
        report.equal((frame[IPv6].dst, frame[IPv6ExtHdrRouting].addresses), (CARE_OF, [mn.home]),
                     "to the care-of address, with a type 2 routing header")
    mn.ask(lifetime_s=0)


def discovery_limited(report, the_lab):
    answers = 0
    before = the_lab.daemon.counters()
    the_lab.wire.drain()
    for number in range(200):
        the_lab.wire.send(IPv6(src="2001:db8:77::1", dst=ANYCAST) / ICMPv6HAADRequest(id=number))
    answers = sum(ICMPv6HAADReply in frame for frame in the_lab.wire.collect(0.6))
    report.check(10 <= answers <= 40, "a flood of requests gets no more answers than the limit has", answers)
    report.check(counted(the_lab, "others.answers_limited", before, 100) >= 100, "the others are counted")


def check_options(report, frame, expected, what):
    """expected: (address, length, L, A, R, least and most valid, least and most preferred) of each prefix."""
    found, layer = [], frame[ICMPv6MPAdv].payload
    while isinstance(layer, ICMPv6NDOptPrefixInfo):
        found.append(layer)
        layer = layer.payload
    report.equal([(o.prefix, o.prefixlen, o.L, o.A, o.R, o.len, o.res1, o.res2) for o in found],
                 [(*row[:5], 4, 0, 0) for row in expected], f"{what}: each prefix of the link is there")
    for option, row in zip(found, expected):
        report.check(row[5] <= option.validlifetime <= row[6] and row[7] <= option.preferredlifetime <= row[8],
                     f"{what}: the lifetimes of {option.prefix} are what is left",
                     (option.validlifetime, option.preferredlifetime))


def check_advertisement(report, frame, number, identifier, what, care_of=CARE_OF):
    if not report.check(frame is not None and ICMPv6MPAdv in frame, f"{what} comes"):
        return False
    message = frame[ICMPv6MPAdv]
    report.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6ExtHdrRouting].type,
                  frame[IPv6ExtHdrRouting].addresses), (HOME_AGENT, care_of, 2, [home(number)]),
                 f"{what}: from the home agent to the care-of address, the home address in a type 2 routing header")
    report.equal((message.type, message.code, message.id, int(message.flags), message.res),
                 (147, 0, identifier, 0, 0), f"{what}: type 147, code 0, its identifier, M and O clear")
    report.check(is_right(frame, ICMPv6MPAdv), f"{what}: the checksum is right")
    return True


def solicitation(report, the_lab):
    mn = Node(the_lab, FIRST)
    frame = solicit(the_lab, FIRST, identifier=5)
    if report.check(frame is not None and MIP6MH_BE in frame, "a solicitation without a binding gets a Binding Error"):
        report.equal((frame[MIP6MH_BE].status, frame[MIP6MH_BE].ha, frame[IPv6].dst), (1, home(FIRST), CARE_OF),
                     "with status 1, the home address, to the source")
    mn.register()
    before = the_lab.daemon.counters()
    begun = time.monotonic()
    frame = solicit(the_lab, FIRST, identifier=0xbeef)
    report.check(time.monotonic() - begun < 0.5, "a solicitation is answered at once")
    if check_advertisement(report, frame, FIRST, 0xbeef, "the advertisement"):
        check_options(report, frame, [
            ("2001:db8:1::", 64, 1, 1, 0, 29900, 30000, 19900, 20000),
            (LONG_AGENT, 80, 1, 1, 1, INFINITE, INFINITE, INFINITE, INFINITE),
        ], "the advertisement")
    report.equal(counted(the_lab, "others.mobile_prefix_advertisements", before), 1, "it is counted")
    report.check(solicit(the_lab, FIRST, 0.3, identifier=6) is None, "a second one within the second gets none")
    report.equal(counted(the_lab, "others.mobile_prefix_limited", before), 1, "and is counted")
    frame = solicit(the_lab, FIRST, identifier=7, care_of=OTHER_CARE_OF)
    report.check(frame is not None and MIP6MH_BE in frame, "from another place than the care-of address: Binding Error")
    time.sleep(1)
    frame = solicit(the_lab, FIRST, identifier=8)
    report.check(frame is not None and ICMPv6MPAdv in frame, "a second later it is answered again")


def solicitation_refused(report, the_lab):
    time.sleep(1)
    cases = (
        ("a wrong checksum", {"wrong": 0x5555}),
        ("another code", {"code": 1}),
        ("an option of length 0", {"body": b"\0\0\1\0\0\0\0\0\0\0"}),
        ("an option beyond the end", {"body": b"\0\0\1\2\0\0\0\0\0\0"}),
        ("a short one", {"body": b""}),
    )
    for what, fields in cases:
        before = the_lab.daemon.counters()
        the_lab.wire.drain()
        the_lab.wire.send(solicitation_of(FIRST, **fields))
        moved = counted(the_lab, "outcomes.discovery_invalid", before)
        report.check(moved == 1 and not the_lab.wire.collect(0.1), f"{what}: silence, counted", moved)
    before = the_lab.daemon.counters()
    the_lab.wire.send(IPv6(src=CARE_OF, dst=HOME_AGENT) / IPv6(src=home(FIRST), dst=HOME_AGENT, nh=58)
                      / ICMPv6MPSol(id=1))
    report.equal(counted(the_lab, "outcomes.discovery_invalid", before), 1,
                 "without a Home Address option there is no solicitation")
    frame = solicit(the_lab, FIRST, identifier=4, body=b"\x80\1\xfd\1\0\0\0\0\0\0")
    report.check(frame is not None and ICMPv6MPAdv in frame, "an unknown option and reserved bits are ignored, and nothing above counted as an answer")


def set_prefix(the_lab, valid, preferred, prefix=HOME_PREFIX):
    return the_lab.daemon.rpc("prefix.set", prefix=prefix, valid_lifetime_s=valid, preferred_lifetime_s=preferred)


def control(report, the_lab):
    rows = the_lab.daemon.rpc("prefix.list")["prefixes"]
    report.equal([(row["prefix"], row["address"]) for row in rows], [(HOME_PREFIX, HOME_AGENT), (LONG_PREFIX, LONG_AGENT)],
                 "prefix.list shows the home prefixes")
    report.equal(rows[1]["valid_lifetime_s"], INFINITE, "an infinite lifetime is all ones")
    for what, code, params in (
            ("a prefix that is none", 1, {"prefix": "2001:db8:9::/64", "valid_lifetime_s": 1, "preferred_lifetime_s": 1}),
            ("preferred beyond valid", -32602, {"prefix": HOME_PREFIX, "valid_lifetime_s": 1, "preferred_lifetime_s": 2}),
            ("no lifetime", -32602, {"prefix": HOME_PREFIX, "valid_lifetime_s": 1})):
        try:
            the_lab.daemon.call("prefix.set", params)
            report.check(False, f"{what} is an error")
        except RuntimeError as error:
            report.equal(error.args[0]["code"], code, f"{what} is an error")
    told = the_lab.run("ha", f"{the_lab.daemon.programs}/homewardctl", "--socket", the_lab.daemon.socket_path,
                       "prefix", "set", LONG_PREFIX, "infinite", "7000")
    report.check(told.returncode == 0 and "infinite" in told.stdout and "7000" in told.stdout,
                 "homewardctl prefix set changes and shows it", told)
    told = the_lab.run("ha", f"{the_lab.daemon.programs}/homewardctl", "--socket", the_lab.daemon.socket_path,
                       "prefix", "list")
    report.check(HOME_PREFIX in told.stdout and "PREFERRED" in told.stdout, "homewardctl prefix list lists them", told)
    the_lab.daemon.rpc("prefix.set", prefix=LONG_PREFIX, valid_lifetime_s=INFINITE, preferred_lifetime_s=INFINITE)


def renumbering(report, the_lab):
    mn = Node(the_lab, SECOND)
    mn.register(lifetime_s=3000)
    set_prefix(the_lab, 1000, 500)
    row = the_lab.daemon.bindings()[mn.home]
    time.sleep(0.1)
    row = the_lab.daemon.bindings()[mn.home]
    report.check(990 <= row["remaining_s"] <= 1000, "a binding ends with its prefix", row["remaining_s"])
    answer = mn.ask(lifetime_s=3000)
    report.equal(answer and answer.status, 1, "a registration beyond the new lifetimes is answered with status 1")
    report.check(answer is not None and 980 <= answer.lifetime_s <= 1000, "and granted no more than valid",
                 answer and answer.lifetime_s)
    set_prefix(the_lab, 30000, 20000)
    answer = mn.ask(lifetime_s=3000)
    report.equal((answer.status, answer.lifetime_s) if answer else None, (0, 3000), "and with more again, more")
    ending = Node(the_lab, ENDING)
    ending.register(lifetime_s=3000)
    set_prefix(the_lab, 2, 1)
    report.check(ending.home in the_lab.daemon.bindings(), "until the prefix is invalid the binding is in force")
    time.sleep(2.5)
    report.equal(the_lab.daemon.bindings(), {}, "then no binding in it is left")
    answer = mn.ask()
    report.equal(answer and answer.status, 132, "and a registration is answered with status 132")
    set_prefix(the_lab, 30000, 20000)
    report.check(mn.register(), "until the prefix is valid again")
    set_prefix(the_lab, 0, 0)
    time.sleep(0.3)
    report.equal(the_lab.daemon.bindings(), {}, "a valid lifetime of 0 ends them at once")
    set_prefix(the_lab, 30000, 20000)


def restart(the_lab, **changes):
    the_lab.daemon.stop()
    the_lab.daemon.configure(NODES, home_agent__prefixes=PREFIXES, **changes)
    if not the_lab.daemon.start():
        the_lab.show_log()
        return False
    return True


def arrivals(the_lab, seconds, enough=9):
    """When advertisements come, from now on, and the last of them."""
    found, last, begun = [], None, time.monotonic()
    while time.monotonic() - begun < seconds and len(found) < enough:
        frame = advertisement(the_lab, begun + seconds - time.monotonic())
        if frame is not None:
            found.append(time.monotonic() - begun)
            last = frame
    return found, last


def unsolicited(report, the_lab):
    if not report.check(restart(the_lab, home_agent__mobile_prefix_advertisements=QUICK),
                        "the daemon starts with short intervals"):
        return
    mn = Node(the_lab, THIRD)
    mn.register(lifetime_s=3000)
    the_lab.wire.drain()
    times, frame = arrivals(the_lab, 30, 3)
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    report.check(len(times) == 3 and 0.8 < times[0] < 4 and 2.9 < gaps[0] < 5 and 5.9 < gaps[1] < 8,
                 "after a registration an advertisement comes, and again after 3 and 6 seconds", times)
    if check_advertisement(report, frame, THIRD, 0, "an unsolicited advertisement"):
        check_options(report, frame, [
            ("2001:db8:1::", 64, 1, 1, 0, 29900, 30000, 19900, 20000),
            (LONG_AGENT, 80, 1, 1, 1, INFINITE, INFINITE, INFINITE, INFINITE),
        ], "an unsolicited advertisement")
    set_prefix(the_lab, 9000, 8000)
    times, frame = arrivals(the_lab, 10, 1)
    report.check(len(times) == 1 and 0.8 < times[0] < 4, "a change is told within the interval", times)
    if frame is not None:
        check_options(report, frame, [
            ("2001:db8:1::", 64, 1, 1, 0, 8900, 9000, 7900, 8000),
            (LONG_AGENT, 80, 1, 1, 1, INFINITE, INFINITE, INFINITE, INFINITE),
        ], "the change")
    time.sleep(1.1)
    report.check(solicit(the_lab, THIRD, identifier=77) is not None, "a solicitation a second later is answered")
    # The repetition would have come 1.9 s from now; what the longest interval brings comes after 3 s at the earliest.
    times, _ = arrivals(the_lab, 2.4)
    report.equal(times, [], "and ends the repetitions")
    set_prefix(the_lab, 9000, 7000)
    mn.ask(lifetime_s=0)
    the_lab.wire.drain()
    times, _ = arrivals(the_lab, 3.0)
    report.equal(times, [], "and so does the end of the binding")


def unanswered(report, the_lab):
    """RFC 6275 10.6.2: PREFIX_ADV_RETRIES repetitions, then none until the next Binding Update."""
    if not report.check(restart(the_lab, home_agent__mobile_prefix_advertisements={"min_interval_s": 1}),
                        "the daemon starts with a short least interval"):
        return
    set_prefix(the_lab, 30000, 2)  # which bounds the first delay
    mn = Node(the_lab, THIRD)
    mn.register(lifetime_s=3000)
    the_lab.wire.drain()
    times, _ = arrivals(the_lab, 30, 4)
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    report.check(len(gaps) == 3 and all(least < gap < least + 2 for gap, least in zip(gaps, (2.9, 5.9, 11.9))),
                 "an advertisement that is not acknowledged is repeated after 3, 6 and 12 seconds", times)
    report.equal(arrivals(the_lab, 3, 1)[0], [], "and then no more")
    mn.send(lifetime_s=3000)
    times, _ = arrivals(the_lab, 2, 1)
    report.check(len(times) == 1, "until the node refreshes its binding", times)


def switched_off(report, the_lab):
    if not report.check(restart(the_lab, home_agent__mobile_prefix_advertisements={"enabled": False}),
                        "the daemon starts with advertising off"):
        return
    Node(the_lab, FIRST).register()
    report.check(solicit(the_lab, FIRST, 0.3, identifier=1) is None, "a solicitation gets no answer")
    set_prefix(the_lab, 400, 400)
    time.sleep(0.1)
    row = the_lab.daemon.bindings()[home(FIRST)]
    report.check(row["remaining_s"] <= 400, "bindings end with their prefix all the same", row["remaining_s"])


LINK_PREFIX, LINK_ANYCAST = "2001:db8:ff::/64", "2001:db8:ff:0:fdff:ffff:ffff:fffe"
ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"


def restart_on_link(the_lab, advertisements, **link):
    home_link = {"interface": "rt", **link}
    if advertisements is not None:
        home_link["router_advertisements"] = advertisements
    the_lab.daemon.stop()
    the_lab.daemon.configure([], home_agent__prefixes=[
        {"prefix": LINK_PREFIX, "address": HOME_AGENT, "home_link": home_link, "valid_lifetime_s": 7000,
         "preferred_lifetime_s": 5000}], limits=LOOSE)
    the_lab.wire.drain()
    if not the_lab.daemon.start():
        the_lab.show_log()
        return False
    return True


def router_advertisement(the_lab, seconds):
    return the_lab.wire.wait_for(lambda f: ICMPv6ND_RA in f, seconds)


def to_link(the_lab, packet, group):
    mac = "33:33:" + ":".join(f"{octet:02x}" for octet in packets.address(group)[-4:])
    the_lab.wire.send_frame(Ether(dst=mac, src=the_lab.wire.own_mac) / packet)


def advertising(report, the_lab):
    if not report.check(restart_on_link(the_lab, {"max_interval_ms": 2000, "min_interval_ms": 1000, "lifetime_s": 30},
                                        preference=7, home_agent_lifetime_s=90), "the daemon starts on a real home link"):
        return
    frame = router_advertisement(the_lab, 2.5)
    if report.check(frame is not None, "it advertises itself"):
        ip, ra = frame[IPv6], frame[ICMPv6ND_RA]
        report.equal((ip.src[:6], ip.dst, ip.hlim, frame.dst, frame.src),
                     ("fe80::", ALL_NODES, 255, "33:33:00:00:00:01", the_lab.wire.peer_mac),
                     "from its link-local address to all nodes, hop limit 255")
        report.check(is_right(frame, ICMPv6ND_RA), "the checksum is right")
        report.equal((ra.code, ra.chlim, ra.M, ra.O, ra.H, ra.res, ra.routerlifetime, ra.reachabletime, ra.retranstimer),
                     (0, 64, 0, 0, 1, 0, 30, 0, 0), "a router for 30 seconds and a home agent, M and O clear")
        report.equal(frame[ICMPv6NDOptSrcLLAddr].lladdr, the_lab.wire.peer_mac, "its link-layer address is in it")
        option = frame[ICMPv6NDOptPrefixInfo]
        report.equal((option.prefix, option.prefixlen, option.L, option.A, option.R), (HOME_AGENT, 64, 1, 1, 1),
                     "the prefix holds the whole address of the router")
        report.check(6990 <= option.validlifetime <= 7000 and 4990 <= option.preferredlifetime <= 5000,
                     "with what is left of its lifetimes")
        report.equal(frame[ICMPv6NDOptAdvInterval].advint, 2000, "the Advertisement Interval is the longest one")
        report.equal((frame[ICMPv6NDOptHAInfo].len, frame[ICMPv6NDOptHAInfo].res, frame[ICMPv6NDOptHAInfo].pref,
                      frame[ICMPv6NDOptHAInfo].lifetime), (1, 0, 7, 90), "Home Agent Information has both")
    times, begun = [], time.monotonic()
    while len(times) < 4 and router_advertisement(the_lab, 3) is not None:
        times.append(time.monotonic())
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    report.check(len(gaps) == 3 and all(0.9 < gap < 4 for gap in gaps) and max(gaps) - min(gaps) > 0.001,
                 "the intervals are drawn between the least and the longest one", (gaps, begun))
    the_lab.daemon.rpc("prefix.set", prefix=LINK_PREFIX, valid_lifetime_s=600, preferred_lifetime_s=300)
    router_advertisement(the_lab, 3)
    frame = router_advertisement(the_lab, 3)
    report.check(frame is not None and 590 <= frame[ICMPv6NDOptPrefixInfo].validlifetime <= 600,
                 "changed lifetimes are advertised")
    the_lab.daemon.stop()
    frame = the_lab.wire.wait_for(lambda f: ICMPv6ND_RA in f and f[ICMPv6ND_RA].routerlifetime == 0, 1)
    report.check(frame is not None and frame[ICMPv6ND_RA].H == 0 and ICMPv6NDOptHAInfo not in frame,
                 "at its end it says that it is neither router nor home agent any more")


def solicited(report, the_lab):
    if not report.check(restart_on_link(the_lab, {"max_interval_ms": 1800000, "min_delay_ms": 2000}),
                        "the daemon starts with long intervals"):
        return
    frame = router_advertisement(the_lab, 2.5)
    report.check(frame is not None and ICMPv6NDOptHAInfo not in frame,
                 "Home Agent Information is left out where it says nothing")
    report.equal(frame and frame[ICMPv6ND_RA].routerlifetime, 5400, "the lifetime is three times the longest interval")
    time.sleep(2)
    link_layer = ICMPv6NDOptSrcLLAddr(lladdr=the_lab.wire.own_mac)
    for what, packet in (
            ("hop limit 254", IPv6(src="fe80::99", dst=ALL_ROUTERS, hlim=254) / ICMPv6ND_RS() / link_layer),
            ("another code", IPv6(src="fe80::99", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS(code=1) / link_layer),
            ("a wrong checksum", IPv6(src="fe80::99", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS(cksum=1) / link_layer),
            ("an option of length 0", IPv6(src="fe80::99", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS()
             / ICMPv6NDOptSrcLLAddr(len=0)),
            ("a link-layer address from nowhere", IPv6(src="::", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS()
             / link_layer)):
        to_link(the_lab, packet, ALL_ROUTERS)
        report.check(router_advertisement(the_lab, 0.7) is None, f"a solicitation with {what} is not answered")
    the_lab.wire.drain()
    begun = time.monotonic()
    to_link(the_lab, IPv6(src="fe80::99", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS() / link_layer, ALL_ROUTERS)
    first = router_advertisement(the_lab, 1)
    report.check(first is not None and time.monotonic() - begun < 0.7, "a solicitation is answered within half a second")
    begun = time.monotonic()
    to_link(the_lab, IPv6(src="::", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS(), ALL_ROUTERS)
    frame = router_advertisement(the_lab, 4)
    report.check(frame is not None and 1.9 < time.monotonic() - begun < 2.8,
                 "the next one not before MinDelayBetweenRAs is over", time.monotonic() - begun)


def other_agent(the_lab, number, preference=None, lifetime=60, flags=0, addresses=1, router_lifetime=1800, h=1, valid=600,
                source=None, hop_limit=255, bad=b""):
    message = ICMPv6ND_RA(H=h, routerlifetime=router_lifetime)
    for index in range(addresses):
        message /= ICMPv6NDOptPrefixInfo(prefix=agent_address(number, index), prefixlen=64, L=1, A=1, R=1,
                                         validlifetime=valid, preferredlifetime=valid)
    if preference is not None:
        message /= ICMPv6NDOptHAInfo(res=flags, pref=preference, lifetime=lifetime)
    source = source or f"fe80::1:{number:x}"
    to_link(the_lab, IPv6(src=source, dst=ALL_NODES, hlim=hop_limit) / message / bad, ALL_NODES)


def short_intervals(report, the_lab):
    """RFC 6275 7.5: only by configuration."""
    if not report.check(restart_on_link(the_lab, {"max_interval_ms": 100, "min_interval_ms": 50}), "the daemon starts"):
        return
    begun = time.monotonic()
    found = [router_advertisement(the_lab, 3) for _ in range(10)]
    took = time.monotonic() - begun
    if report.check(None not in found and took < 3, "ten advertisements come sooner than RFC 4861 allows two", took):
        report.equal(found[0][ICMPv6NDOptAdvInterval].advint, 120, "the interval told is 20 ms longer")
        report.equal(found[0][ICMPv6ND_RA].routerlifetime, 1, "the router lifetime is a second at least")


def contradictions(report, the_lab):
    """RFC 4861 6.2.7, 6275 10.6.1: told to operators, nothing else."""
    if not report.check(restart_on_link(the_lab, {"hop_limit": 64}), "the daemon starts with advertising"):
        return
    name, said = "others.router_advertisements_inconsistent", "others.router_advertisements"

    def advertise(prefix=None, lifetimes=(7000, 5000), **fields):
        message = ICMPv6ND_RA(**{"chlim": 64, "routerlifetime": 1800, **fields})
        if prefix is not None:
            message /= ICMPv6NDOptPrefixInfo(prefix=prefix, prefixlen=64, validlifetime=lifetimes[0], preferredlifetime=lifetimes[1])
        before = the_lab.daemon.counters()
        to_link(the_lab, IPv6(src="fe80::1:99", dst=ALL_NODES, hlim=255) / message, ALL_NODES)
        counted(the_lab, said, before)
        after = the_lab.daemon.counters()
        return after[said] - before[said], after[name] - before[name]

    for what, expected, fields in (
            ("with the same values", 0, {"prefix": "2001:db8:ff::"}), ("with nothing but a router lifetime", 0, {"chlim": 0}),
            ("of no home agent with another prefix", 0, {"prefix": "2001:db8:77::"}),
            ("of a home agent with another prefix", 1, {"prefix": "2001:db8:77::", "H": 1}),
            ("with other lifetimes", 1, {"prefix": "2001:db8:ff::", "lifetimes": (7000, 4000)}),
            ("with another hop limit", 1, {"chlim": 63}), ("with M set", 1, {"M": 1})):
        report.equal(advertise(**fields), (1, expected), f"an advertisement {what} is a contradiction: {bool(expected)}")
    found = [line for line in the_lab.daemon.log().splitlines() if "fe80::1:99" in line]
    report.check(len(found) == 1 and "a prefix that this home agent does not have" in found[0],
                 "the first one is logged, the others within ten seconds are not", found)
    report.equal([row["prefix"] for row in the_lab.daemon.rpc("prefix.list")["prefixes"]], [LINK_PREFIX], "no prefix is taken over")


def agent_address(number, index=0):
    return f"2001:db8:ff::a{index:x}:{number:x}"


def listed(the_lab, **fields):
    """The reply to a discovery request, and its addresses."""
    time.sleep(0.05)
    frame = discover(the_lab, LINK_ANYCAST, id=1, **fields)
    return frame, list(frame[ICMPv6HAADReply].addresses) if frame is not None else None


def home_agents_list(report, the_lab):
    if not report.check(restart_on_link(the_lab, None, preference=10), "the daemon starts without advertising"):
        return
    report.check(router_advertisement(the_lab, 1.5) is None, "it does not advertise unless configured")
    report.equal(listed(the_lab)[1], [HOME_AGENT], "alone on the link, it lists itself")
    other_agent(the_lab, 1, preference=9)
    other_agent(the_lab, 2, preference=0x8000)
    other_agent(the_lab, 3)
    other_agent(the_lab, 4, preference=11)
    expected = [agent_address(2), agent_address(4), HOME_AGENT, agent_address(1), agent_address(3)]
    report.equal(listed(the_lab)[1], expected, "others are listed by preference, unsigned, 0 when they do not say")
    rows = the_lab.daemon.rpc("home_agents.list")["home_agents"]
    report.equal(sorted((row["link_local"], row["preference"], tuple(row["addresses"])) for row in rows),
                 sorted((f"fe80::1:{n}", p, (agent_address(n),)) for n, p in ((1, 9), (2, 0x8000), (3, 0), (4, 11))),
                 "home_agents.list shows them")
    told = the_lab.run("ha", f"{the_lab.daemon.programs}/homewardctl", "--socket", the_lab.daemon.socket_path,
                       "home-agents", "list")
    report.check("fe80::1:2" in told.stdout and "32768" in told.stdout, "homewardctl home-agents list, too", told)

    other_agent(the_lab, 4, preference=8)
    expected = [agent_address(2), HOME_AGENT, agent_address(1), agent_address(4), agent_address(3)]
    report.equal(listed(the_lab)[1], expected, "a new preference replaces the old one")
    other_agent(the_lab, 2, preference=0x8000, h=0)
    other_agent(the_lab, 4, preference=8, lifetime=0)
    other_agent(the_lab, 3, router_lifetime=0)
    report.equal(listed(the_lab)[1], [HOME_AGENT, agent_address(1)],
                 "without the home agent flag or with lifetime 0, its own or the router's, they leave")
    other_agent(the_lab, 1, preference=9, valid=0)
    report.equal(listed(the_lab)[1], [HOME_AGENT], "an address goes with its prefix")
    other_agent(the_lab, 1, preference=9, lifetime=1)
    report.equal(len(listed(the_lab)[1] or []), 2, "a short lifetime counts")
    time.sleep(1.2)
    report.equal(listed(the_lab)[1], [HOME_AGENT], "until it is over")
    for what, fields in (("from another than a link-local address", {"source": "2001:db8:ff::77"}),
                         ("with hop limit 254", {"hop_limit": 254}), ("with an option of length 0", {"bad": b"\1\0"})):
        other_agent(the_lab, 5, preference=99, **fields)
        report.equal(listed(the_lab)[1], [HOME_AGENT], f"an advertisement {what} is ignored")

    other_agent(the_lab, 6, preference=1, addresses=2)
    other_agent(the_lab, 7, preference=1, addresses=2)
    orders = {tuple(listed(the_lab)[1]) for _ in range(150)}
    report.check(len(orders) == 8 and all(order[0] == HOME_AGENT for order in orders),
                 "equals, and the addresses of one, are in random order; those of one stay together", len(orders))
    frame, found = listed(the_lab, R=1)
    report.equal((frame and frame[ICMPv6HAADReply].R, len(found or [])), (0, 5), "R without any mobile router service: all")
    other_agent(the_lab, 8, preference=1, flags=0x8000)
    frame, found = listed(the_lab, R=1)
    report.equal((frame and frame[ICMPv6HAADReply].R, found), (1, [agent_address(8)]),
                 "R: only those who serve mobile routers, and R is set")
    report.equal(len(listed(the_lab)[1]), 6, "without R: all of them")
    for number in range(100, 200):
        other_agent(the_lab, number, preference=number)
    frame, found = listed(the_lab)
    report.equal((found, frame and len(frame[IPv6])), ([agent_address(number) for number in range(199, 122, -1)], 1280),
                 "of a hundred the 77 best are listed, in 1280 octets")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        if report.check(restart(the_lab, limits=LOOSE), "the daemon starts"):
            for part in (discovery, discovery_refused, discovery_from_the_tunnel, solicitation, solicitation_refused,
                         control, renumbering, unsolicited, unanswered, switched_off, discovery_limited, advertising, solicited,
                         short_intervals, contradictions, home_agents_list):
                report.run(part, report, the_lab)
                if not the_lab.daemon.alive():
                    the_lab.show_log()
                    restart(the_lab)
        else:
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
