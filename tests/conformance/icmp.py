# SPDX-License-Identifier: BSD-3-Clause
"""ICMPv6 errors of the home agent: what is never answered, what is quoted, and how often. RFC 4443 2.4, 3."""
from scapy.layers.inet6 import IPv6

from home_agent import packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
ERRORS = (1, 2, 3, 4, 100, 127)  # the last two: error messages of unknown type
REDIRECT = 137


@case(each=ERRORS + (REDIRECT,))
def no_error_about_error_unreachable(ha, kind):
    """RFC 4443 2.4 (e.1), (e.2): ICMPv6 type {0} to a home address without a binding: no Destination Unreachable"""
    ha.silence(craft.icmp(ha.place(), ha.node().home, kind, about=craft.udp("2001:db8:1::1", "2001:db8:c::1")))


@case(each=ERRORS + (REDIRECT,))
def no_error_about_error_hop_limit(ha, kind):
    """RFC 4443 2.4 (e.1), (e.2): ICMPv6 type {0} with hop limit 1 to a mobile node: no Time Exceeded"""
    ha.silence(craft.icmp(ha.place(), ha.registered().home, kind, hop_limit=1))


@case(each=(1, 3, 4, REDIRECT))
def no_error_about_error_size(ha, kind):
    """RFC 4443 2.4 (e.1), (e.2): ICMPv6 type {0} larger than the tunnel: no Packet Too Big"""
    ha.silence(craft.icmp(ha.place(), ha.registered().home, kind, about=bytes(1440)))


@case
def no_error_about_error_behind_headers(ha):
    """RFC 4443 2.4 (e.1): an error behind destination options is an error, too"""
    source, node = ha.place(), ha.node()
    body = craft.icmp(source, node.home, 1)[40:]
    ha.silence(packets.ip6(source, node.home, 60, craft.options_header(58) + body))


@case(each=ERRORS)
def errors_are_forwarded(ha, kind):
    """RFC 6275 10.4.2: ICMPv6 type {0} to a mobile node is tunnelled as any packet"""
    node = ha.registered()
    sent = craft.icmp(ha.place(), node.home, kind, about=bytes(48))
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case(each=(128, 129, 130, 200))
def informational_is_answered(ha, kind):
    """RFC 4443 2.4 (e.1): ICMPv6 type {0} is no error: Destination Unreachable for an absent node"""
    source, node = ha.place(), ha.node()
    sent = craft.icmp(source, node.home, kind)
    expect.icmp_error(ha.one(sent), 1, 3, 0, source, sent)


@case(each=("fe80::10", "ff0e::10", "::", "::1"))
def unreachable_not_to(ha, source):
    """RFC 4443 2.4 (e.6): from {0} to a home address without a binding: no error"""
    ha.silence(craft.udp(source, ha.node().home))


@case(each=("fe80::10", "ff0e::10", "::", "::1"))
def time_exceeded_not_to(ha, source):
    """RFC 4443 2.4 (e.6): from {0} with hop limit 1: no error"""
    ha.silence(craft.udp(source, ha.registered().home, hop_limit=1))


@case(each=("fe80::10", "ff0e::10", "::", "::1"))
def too_big_not_to(ha, source):
    """RFC 4443 2.4 (e.6): from {0}, larger than the tunnel: no error"""
    ha.silence(craft.udp(source, ha.registered().home, octets=1500))


@case(each=(48, 200, 1231, 1232))
def quotes_whole(ha, octets):
    """RFC 4443 2.4 (c): a packet of {0} octets is quoted whole"""
    source, node = ha.place(), ha.node()
    sent = craft.udp(source, node.home, octets=octets)
    frame = ha.one(sent)
    expect.icmp_error(frame, 1, 3, 0, source, sent)
    expect.equal(len(frame[IPv6]), 48 + octets, "octets of the error")


@case(each=(1233, 1280, 1400))
def quotes_as_much_as_fits(ha, octets):
    """RFC 4443 2.4 (c): of a packet of {0} octets as much is quoted as makes 1280"""
    source, node = ha.place(), ha.node()
    sent = craft.udp(source, node.home, octets=octets)
    frame = ha.one(sent)
    expect.icmp_error(frame, 1, 3, 0, source, sent)
    expect.equal(len(frame[IPv6]), 1280, "octets of the error")


@case
def quotes_as_much_as_fits_by_routing_header(ha):
    """RFC 4443 2.4 (c): an error to a mobile node fits 1280 with its type 2 routing header"""
    node, other = ha.registered(), ha.node()
    inner = craft.udp(node.home, other.home, octets=1400)
    frame = ha.one(craft.tunnel(inner, node.care_of))
    expect.icmp_error(frame, 1, 3, 0, node.care_of, inner, home=node.home)
    expect.equal(len(frame[IPv6]), 1280, "octets of the error")


@case
def unused_is_zero(ha):
    """RFC 4443 3.1: the unused field of Destination Unreachable is 0"""
    source, node = ha.place(), ha.node()
    expect.equal(bytes(ha.one(craft.udp(source, node.home))[IPv6])[44:48], bytes(4), "unused")


@case
def unreachables_are_limited(ha):
    """RFC 4443 2.4 (f): a flood of 60 to an absent node: its burst and little more is answered, other networks are"""
    source, other, node = ha.place(), ha.place(), ha.node()
    expect.limited(ha, *[craft.udp(source, node.home)] * 60)
    sent = craft.udp(other, node.home)
    expect.icmp_error(ha.one(sent), 1, 3, 0, other, sent)


@case
def problems_are_limited(ha):
    """RFC 4443 2.4 (f): Parameter Problems are limited, too"""
    source = ha.place()
    expect.limited(ha, *[craft.mobility(craft.message(5, 16, payload_proto=6), source)] * 60)


@case
def time_exceeded_is_limited(ha):
    """RFC 4443 2.4 (f): Time Exceeded is limited, too, and what is forwarded is not"""
    source, node = ha.place(), ha.registered()
    expect.limited(ha, *[craft.udp(source, node.home, hop_limit=1)] * 60)
    sent = craft.udp(source, node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def kinds_share_the_limit(ha):
    """RFC 4443 2.4 (f): the limit counts all kinds of errors to a network together"""
    source, absent, node = ha.place(), ha.node(), ha.registered()
    expect.limited(ha, *[craft.udp(source, absent.home), craft.udp(source, node.home, hop_limit=1)] * 30)


@case
def limit_refills(ha):
    """RFC 4443 2.4 (f): after a flood errors are sent again"""
    source, node = ha.place(), ha.node()
    ha.exchange(*[craft.udp(source, node.home)] * 60)
    yield 1.5
    sent = craft.udp(source, node.home)
    expect.icmp_error(ha.one(sent), 1, 3, 0, source, sent)
