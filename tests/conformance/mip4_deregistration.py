# SPDX-License-Identifier: BSD-3-Clause
"""De-registration and simultaneous bindings. RFC 5944 3.8.2.2, 3.8.3.1, 4.1, 4.3."""
import ip4
from configurations4 import SIMULTANEOUS
from mip4 import D, S, T
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"


def of_both(ha):
    """A node at two places."""
    node = ha.registered(flags=D | S)
    node.register(flags=D | S, care_of=node.other_care_of)
    return node


def copies(ha, node, sent=None):
    """Where the copies of one packet go, in order; each must be right."""
    sent = sent or ip4.udp_packet(ha.place(), node.home, 1, 2, b"copied")
    found = ha.exchange(sent)
    for packet in found:
        expect4.tunnelled(packet, sent, packet.destination)
    return sorted(packet.destination for packet in found)


@case
def one(ha):
    """RFC 5944 3.8.2.2: lifetime 0 and a care-of address: that binding goes; code 0, lifetime 0"""
    node = ha.registered()
    expect4.accepted(node, 0, lifetime_s=0)
    node.must_not_be_bound()


@case
def all_of_them(ha):
    """RFC 5944 3.8.2.2: lifetime 0 and the home address as care-of address: all bindings go"""
    node = of_both(ha)
    sent = node.request(lifetime_s=0, care_of=node.home, source=node.care_of)
    expect4.replied(node.ask_with(sent), sent, 0, node.association, 0)
    node.must_not_be_bound()
    node.must_not_be_bound(node.other_care_of)


@case
def one_of_two(ha):
    """RFC 5944 3.8.2.2: of two bindings the one with that care-of address goes, the other stays"""
    node = of_both(ha)
    expect4.accepted(node, 0, lifetime_s=0, care_of=node.other_care_of, source=node.other_care_of)
    expect.equal(copies(ha, node), [node.care_of], "copies")


@case
def what_is_not_there(ha):
    """RFC 5944 3.8.2.2: a care-of address that was never registered: a success, and the binding stays"""
    node = ha.registered()
    expect4.accepted(node, 0, lifetime_s=0, care_of=node.other_care_of)
    node.must_be_bound()


@case
def without_binding(ha):
    """RFC 5944 3.8.2.2: nothing is registered at all: a success"""
    expect4.accepted(ha.node(), 0, lifetime_s=0)


@case
def proved(ha):
    """RFC 5944 3.8.2.1: a forged de-registration: 131, the binding stays"""
    node = ha.registered()
    expect4.refused(node, 131, lifetime_s=0, mn_ha_data=bytes(16))
    node.must_be_bound()


@case
def reply_to_the_source(ha):
    """RFC 5944 3.8.2.2: the reply goes to the source of the request, not to the care-of address that goes"""
    node = ha.registered()
    sent = node.request(lifetime_s=0, source=node.other_care_of)
    expect4.replied(node.ask_with(sent), sent, 0, node.association, 0)


@case
def again_afterwards(ha):
    """RFC 5944 3.8.2.2: after a de-registration the node registers anew"""
    node = ha.registered()
    node.leave()
    node.register(care_of=node.other_care_of)
    node.must_be_bound(node.other_care_of)
    node.must_not_be_bound()


@case
def copied_to_each(ha):
    """RFC 5944 4.1, 3.8.2.2: with S a packet goes to each care-of address, once"""
    node = of_both(ha)
    expect.equal(copies(ha, node), sorted((node.care_of, node.other_care_of)), "copies")


@case
def copied_to_three(ha):
    """RFC 5944 4.1: and to each of three"""
    node = of_both(ha)
    node.register(flags=D | S, care_of=node.third_care_of)
    expect.equal(copies(ha, node), sorted((node.care_of, node.other_care_of, node.third_care_of)), "copies")


@case
def one_too_many(ha):
    """RFC 5944 3.8.2.3: one binding more than may be: 135, the others stay"""
    node = ha.registered(flags=D | S)
    others = [f"172.150.{number}.10" for number in range(SIMULTANEOUS)]
    for care_of in others[:-1]:
        node.register(flags=D | S, care_of=care_of)
    expect4.refused(node, 135, flags=D | S, care_of=others[-1])
    expect.equal(copies(ha, node), sorted([node.care_of, *others[:-1]]), "copies")


@case
def renewed_beside_others(ha):
    """RFC 5944 3.8.2.2: a renewal with S of a binding that is there adds none"""
    node = of_both(ha)
    node.register(flags=D | S)
    expect.equal(copies(ha, node), sorted((node.care_of, node.other_care_of)), "copies")


@case
def without_s_alone(ha):
    """RFC 5944 3.8.2.2: a request without S removes the others"""
    node = of_both(ha)
    node.register(care_of=node.third_care_of)
    expect.equal(copies(ha, node), [node.third_care_of], "copies")


@case
def one_expires(ha):
    """RFC 5944 3.8.2.2: each of two bindings has its own lifetime"""
    node = ha.registered(flags=D | S, lifetime_s=600)
    node.register(flags=D | S, care_of=node.other_care_of, lifetime_s=2)
    yield 3.3
    expect.equal(copies(ha, node), [node.care_of], "copies")


@case
def first_expires(ha):
    """RFC 5944 3.8.2.2: the older of two bindings ends first: the younger one stays"""
    node = ha.registered(flags=D | S, lifetime_s=2)
    node.register(flags=D | S, care_of=node.other_care_of, lifetime_s=600)
    yield 3.3
    expect.equal(copies(ha, node), [node.other_care_of], "copies")


@case
def reverse_from_each(ha):
    """RFC 3024 4.3, 5944 4.1: packets are taken out of the tunnel of each care-of address"""
    node = ha.registered(flags=D | S | T)
    node.register(flags=D | S | T, care_of=node.other_care_of)
    for care_of in (node.care_of, node.other_care_of):
        sent = ip4.udp_packet(node.home, ha.place(), 1, 2, b"back")
        expect4.forwarded(ha.one(ip4.ipip(sent, care_of, "192.0.2.1")), sent)
