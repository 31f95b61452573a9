# SPDX-License-Identifier: BSD-3-Clause
"""Router Advertisements of the home agent on its real home link, and solicitations: RFC 6275 7; 4861 6.1.1, 6.2."""
import time

from scapy.layers.inet6 import (ICMPv6ND_RA, ICMPv6ND_RS, ICMPv6NDOptAdvInterval, ICMPv6NDOptHAInfo, ICMPv6NDOptMTU,
                                ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IPv6)
from scapy.layers.l2 import Ether

from configurations import AGING_PREFERRED_S, AGING_VALID_S, INSIDE_HOME_AGENT
from home_agent import Frame, packets
from suite import case
import expect

CONFIGURATION = "router"
MAC = "02:00:00:00:00:99"
HOST = "fe80::99"
DELAY = 0.5  # RFC 4861 10: MAX_RA_DELAY_TIME
QUIET_AFTER_S, QUIET_S = 2, 30  # after the start, when the first one has come; until other cases ask
quiet = set()  # cases that wait for nothing to come
answered = []  # whether the case that times an answer is over


def is_advertisement(frame):
    return ICMPv6ND_RA in frame


def solicitation(source=HOST, hop_limit=255, option=True, behind=b"", **fields):
    packet = IPv6(src=source, dst="ff02::2", hlim=hop_limit) / ICMPv6ND_RS(**fields)
    if option:
        packet /= ICMPv6NDOptSrcLLAddr(lladdr=MAC)
    return Frame(bytes(Ether(src=MAC, dst="33:33:00:00:00:02") / packet / behind))


BAD = {"hop limit 254": {"hop_limit": 254}, "code 1": {"code": 1}, "a wrong checksum": {"cksum": 0x1234},
       "an option of length 0": {"behind": b"\x0e\0" + bytes(6)}, "an option past its end": {"behind": b"\x0e\2" + bytes(6)},
       "a link-layer address from ::": {"source": "::"}}


@case(each=BAD)
def bad_solicitation(ha, what):
    """RFC 4861 6.1.1: a solicitation with {0} is not answered"""
    quiet.add(what)
    yield QUIET_AFTER_S
    inbox = ha.inbox(is_advertisement)
    ha.send(solicitation(**BAD[what]))
    yield 1
    quiet.remove(what)
    ha.inboxes.remove(inbox)
    expect.equal(len(inbox.frames), 0, "advertisements")


@case
def solicited_from_an_address(ha):
    """RFC 4861 6.2.6: a solicitation is answered to all nodes within half a second"""
    yield from ha.until(lambda: not quiet, QUIET_S)
    for _ in range(3):  # a busy machine may be late
        inbox = ha.inbox(is_advertisement)
        begun = time.monotonic()
        ha.send(solicitation())
        yield from ha.until(lambda inbox=inbox: inbox.frames, 3)
        ha.inboxes.remove(inbox)
        if inbox.frames and inbox.frames[0][0] - begun < DELAY + 0.1:
            break
        yield 1.1  # MinDelayBetweenRAs
    answered.append(True)
    expect.true(inbox.frames and inbox.frames[0][0] - begun < DELAY + 0.1, "no answer within half a second")
    expect.equal(inbox.frames[0][1][IPv6].dst, "ff02::1", "destination")


@case
def paced(ha):
    """RFC 4861 6.2.6: a flood of solicitations: no two answers within MinDelayBetweenRAs (1 s here)"""
    yield from ha.until(lambda: not quiet, QUIET_S)
    yield from ha.until(lambda: answered, QUIET_S)
    yield 1.1
    inbox = ha.inbox(is_advertisement)
    for _ in range(4):
        ha.send(*[solicitation(), solicitation(source="::", option=False)] * 5)
        yield 0.4
    yield 1.2
    ha.inboxes.remove(inbox)
    times = [when for when, _ in inbox.frames]
    expect.true(2 <= len(times) <= 3, f"{len(times)} advertisements")
    expect.true(all(later - earlier > 0.9 for earlier, later in zip(times, times[1:])), f"at {times}")


def advertisement(ha):
    """The one that comes unasked when the home agent starts."""
    until = time.monotonic() + 5
    while not ha.advertisements.frames and time.monotonic() < until:
        ha.listen(0.05)
    expect.true(ha.advertisements.frames, "no Router Advertisement")
    return ha.advertisements.frames[0][1]


@case
def header(ha):
    """RFC 6275 7.1, 4861 6.2.3: from the link-local address to all nodes, hop limit 255, code 0, M and O clear"""
    frame = advertisement(ha)
    ip, ra = frame[IPv6], frame[ICMPv6ND_RA]
    expect.equal((ip.src[:6], ip.dst, ip.hlim, frame.dst), ("fe80::", "ff02::1", 255, "33:33:00:00:00:01"), "addresses and hop limit")
    expect.equal((ra.code, ra.M, ra.O, ra.res, ra.routerlifetime, ra.chlim), (0, 0, 0, 0, 1800, 64), "fields")


@case
def home_agent_flag(ha):
    """RFC 6275 7.1: H is set"""
    expect.equal(advertisement(ha)[ICMPv6ND_RA].H, 1, "H")


@case
def home_agent_information(ha):
    """RFC 6275 7.4: Home Agent Information: length 1, reserved 0, the configured preference and lifetime"""
    option = advertisement(ha)[ICMPv6NDOptHAInfo]
    expect.equal((option.len, option.res, option.pref, option.lifetime), (1, 0, 10, 900), "fields")


@case
def advertisement_interval(ha):
    """RFC 6275 7.3: Advertisement Interval: length 1, MaxRtrAdvInterval in milliseconds"""
    option = advertisement(ha)[ICMPv6NDOptAdvInterval]
    expect.equal((option.len, option.res, option.advint), (1, 0, 1800000), "fields")


def prefixes_of(ha):
    found, layer = [], advertisement(ha)[ICMPv6ND_RA].payload
    while layer:
        if isinstance(layer, ICMPv6NDOptPrefixInfo):
            found.append(layer)
        layer = layer.payload
    return found


@case
def router_address(ha):
    """RFC 6275 7.1, 7.2: R with the whole address of the home agent where it lies in the prefix; R clear in the other prefixes"""
    found = {o.prefix: o.R for o in prefixes_of(ha)}
    expect.equal(found, {INSIDE_HOME_AGENT: 1, **{f"2001:db8:{n}::": 0 for n in range(1, 6)}}, "prefixes and R")


@case
def prefix_flags(ha):
    """RFC 4861 4.6.2: every prefix with L and A, length 4, reserved bits 0"""
    expect.equal({(o.len, o.prefixlen, o.L, o.A, o.res1, o.res2) for o in prefixes_of(ha)}, {(4, 64, 1, 1, 0, 0)}, "fields")


@case
def prefix_lifetimes(ha):
    """RFC 4861 6.2.1: lifetimes are what is left of them"""
    found = {o.prefix: (o.validlifetime, o.preferredlifetime) for o in prefixes_of(ha)}
    expect.equal((found["2001:db8:1::"], found["2001:db8:3::"][1]), ((0xffffffff, 0xffffffff), 0), "infinite and deprecated")
    expect.true(all(limit - 300 < value <= limit for value, limit in
                    zip(found["2001:db8:2::"], (AGING_VALID_S, AGING_PREFERRED_S))), f"{found['2001:db8:2::']}")


@case
def link_layer_address(ha):
    """RFC 4861 4.2: the link-layer address it comes from is in it"""
    frame = advertisement(ha)
    expect.equal(frame[ICMPv6NDOptSrcLLAddr].lladdr, frame.src, "link-layer address")


@case
def link_mtu(ha):
    """RFC 4861 4.6.4: the configured MTU"""
    expect.equal(advertisement(ha)[ICMPv6NDOptMTU].mtu, 1400, "MTU")


@case
def checksum(ha):
    """RFC 4443 2.3: the checksum is right"""
    packet = bytes(advertisement(ha)[IPv6])
    expect.equal(packets.checksum(packet[8:24], packet[24:40], packets.ICMP6, packet[40:]), 0, "sum")


@case(on="real")
def not_configured(ha):
    """RFC 4861 6.2.2: without router_advertisements a solicitation is not answered"""
    inbox = ha.inbox(is_advertisement)
    ha.send(solicitation())
    yield 1
    ha.inboxes.remove(inbox)
    expect.equal(len(inbox.frames), 0, "advertisements")
