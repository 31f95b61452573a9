# SPDX-License-Identifier: BSD-3-Clause
"""Routing headers that reach the home agent: RFC 6275 6.4; 5095 3; 8200 4.4."""
from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"


def update_behind(node, header):
    sent = node.update()
    body = header(craft.DEST) + packets.home_address_header(craft.MH, node.home) + sent.sealed()
    return packets.ip6(node.care_of, HOME_AGENT, packets.ROUTING, body)


@case(each=(0, 2, 4, 253, 255))
def no_segments_left(ha, kind):
    """RFC 8200 4.4: routing type {0} without segments left is passed over: the update behind it is processed"""
    node = ha.node()
    frame = ha.one(update_behind(node, lambda following: craft.routing(following, kind, 0)))
    expect.equal(packets.read_message(bytes(frame.payload)).status, 0, "status")
    node.must_be_bound()


@case(each=(0, 253, 255))
def segments_left(ha, kind):
    """RFC 8200 4.4, 5095 3: routing type {0} with segments left: not forwarded; Parameter Problem code 0 at the type"""
    node = ha.node()
    sent = update_behind(node, lambda following: craft.routing(following, kind, 1, node.other_care_of))
    expect.parameter_problem(ha.one(sent), 0, 42, node.care_of, sent)
    node.must_not_be_bound()


@case
def type_2_is_not_forwarded(ha):
    """RFC 6275 6.4: a type 2 routing header at the home agent leads nowhere: nothing goes to the address in it"""
    node, other = ha.node(), ha.registered()
    sent = update_behind(node, lambda following: craft.routing(following, 2, 1, other.home))
    found = ha.exchange(sent)
    expect.true(all(frame.payload.dst == node.care_of for frame in found), "something was forwarded")
    node.must_not_be_bound()


@case
def two_routing_headers(ha):
    """RFC 8200 4.1: two routing headers without segments left are both passed over"""
    node = ha.node()
    frame = ha.one(update_behind(node, lambda following: craft.routing(packets.ROUTING, 253, 0)
                                 + craft.routing(following, 254, 0)))
    expect.equal(packets.read_message(bytes(frame.payload)).status, 0, "status")
