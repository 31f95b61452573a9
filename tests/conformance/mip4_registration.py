# SPDX-License-Identifier: BSD-3-Clause
"""Registration Requests and their Replies: fields, codes, lifetimes, bindings. RFC 5944 3.3, 3.4, 3.8; 2003; 2004; 2784; 3024."""
import ip4
import mip4
from configurations4 import HOME_AGENT, MAX_LIFETIME_S, NETWORK_BROADCAST
from home_agent4 import Answer, Frame
from mip4 import B, D, G, M, R, S, T, X
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
ELSEWHERE = "192.0.2.99"  # nobody's


@case
def accepted(ha):
    """RFC 5944 3.8.2.2, 3.8.3: a right request: code 0; addresses and ports swapped, fields copied, authenticated"""
    node = ha.node()
    sent = node.request(sport=5434)
    expect4.replied(node.ask_with(sent), sent, 0, node.association, 600)
    node.must_be_bound()


@case
def identification_is_copied(ha):
    """RFC 5944 5.7.1: the identification of an accepted request comes back whole"""
    node = ha.node()
    sent = node.request()
    expect.equal(node.ask_with(sent).identification, sent.identification, "identification")


@case(each=(1, 60, MAX_LIFETIME_S - 1, MAX_LIFETIME_S))
def lifetime(ha, lifetime_s):
    """RFC 5944 3.8.3.2: a lifetime of {0} s is granted as it was asked for"""
    expect4.accepted(ha.node(), lifetime_s, lifetime_s=lifetime_s)


@case(each=(MAX_LIFETIME_S + 1, 65534, mip4.INFINITE))
def lifetime_cut(ha, lifetime_s):
    """RFC 5944 3.8.2.2: a lifetime of {0} s is cut to the home agent's maximum"""
    expect4.accepted(ha.node(), MAX_LIFETIME_S, lifetime_s=lifetime_s)


@case
def expires(ha):
    """RFC 5944 3.8.2.2: after its lifetime the binding is gone, and nothing is sent about it"""
    node = ha.registered(lifetime_s=3)
    inbox = ha.inbox(lambda frame: ip4.read(bytes(frame)[14:]) is not None and
                     ip4.read(bytes(frame)[14:]).destination == node.care_of)
    yield 4.3
    expect.equal(len(inbox.take()), 0, "packets to the care-of address at expiry")
    ha.inboxes.remove(inbox)
    node.must_not_be_bound()


@case
def not_before(ha):
    """RFC 5944 3.8.2.2: within its lifetime the binding is there"""
    node = ha.registered(lifetime_s=6)
    yield 3
    node.must_be_bound()


@case
def renewal(ha):
    """RFC 5944 3.8.2.2: a renewal puts its lifetime in force"""
    node = ha.registered(lifetime_s=3)
    node.register(lifetime_s=600)
    yield 4.3
    node.must_be_bound()


@case
def renewal_shortens(ha):
    """RFC 5944 3.8.2.2: a renewal may be shorter"""
    node = ha.registered()
    node.register(lifetime_s=2)
    yield 3.3
    node.must_not_be_bound()


@case
def move(ha):
    """RFC 5944 3.8.2.2: without S a new care-of address takes the place of all others"""
    node = ha.registered()
    node.register(care_of=node.other_care_of)
    node.must_be_bound(node.other_care_of)
    node.must_not_be_bound(node.care_of)


@case
def refused_renewal_changes_nothing(ha):
    """RFC 5944 3.8.2: a request that is refused leaves the binding as it was"""
    node = ha.registered()
    expect4.refused(node, 134, flags=D | X, care_of=node.other_care_of)
    node.must_be_bound()
    node.must_not_be_bound(node.other_care_of)


@case(each=(0, R, B, T, T | B, R | T))
def flags_without_objection(ha, flags):
    """RFC 5944 3.3: flags {0:#04x} beside D: accepted; r is ignored"""
    expect4.accepted(ha.node(), flags=D | flags)


@case
def reserved_bit(ha):
    """RFC 5944 3.8.2.3: a reserved bit that is not 0: 134, no binding"""
    node = ha.node()
    expect4.refused(node, 134, flags=D | X)
    node.must_not_be_bound()


@case(each=("0.0.0.0", "224.0.0.5", "255.255.255.255", "127.0.0.1"))
def care_of_nobody_can_have(ha, care_of):
    """RFC 5944 3.3, 3.8.2.3: a care-of address of {0}: 134, no binding"""
    node = ha.node()
    expect4.refused(node, 134, care_of=care_of, source=node.care_of)
    node.must_not_be_bound()


@case
def care_of_is_home_agent(ha):
    """RFC 5944 3.4: a care-of address that is the home agent's: 128, no binding"""
    node = ha.node()
    expect4.refused(node, 128, care_of=HOME_AGENT, source=node.care_of)
    node.must_not_be_bound()


@case
def care_of_is_home(ha):
    """RFC 5944 3.3: a care-of address that is the home address with a lifetime: 134"""
    node = ha.node()
    expect4.refused(node, 134, care_of=node.home, source=node.care_of)


@case
def prohibited(ha):
    """RFC 5944 3.8.2.3: a mobile node that may not register: 129, no binding"""
    node = ha.node("prohibited")
    expect4.refused(node, 129)
    node.must_not_be_bound()


@case(each=(ELSEWHERE, "198.18.0.1"))
def other_home_agent(ha, agent):
    """RFC 5944 3.8.2.1, 3.8.3.2: the home agent field names {0}, not this home agent: 136 with the right address"""
    node = ha.node()
    sent = node.request(home_agent=agent, destination=HOME_AGENT)
    expect4.refused_with(node, sent, 136)
    node.must_not_be_bound()


@case
def to_network_broadcast(ha):
    """RFC 5944 3.6.1.2, 3.8.2.1: a request sent to the broadcast address of the home network, from elsewhere: 136, with its address"""
    node = ha.node()
    sent = node.request(home_agent=NETWORK_BROADCAST, destination=NETWORK_BROADCAST)
    expect4.refused_with(node, sent, 136)
    node.must_not_be_bound()


@case(on="ipv4 real", each=(NETWORK_BROADCAST, ip4.BROADCAST))
def to_broadcast(ha, destination):
    """RFC 5944 3.6.1.2, 3.8.2.1: a request sent to {0} on the home link: 136 from the home agent's own address, which it tells"""
    node = ha.node()
    sent = node.request(home_agent=NETWORK_BROADCAST, destination=destination)
    frame = bytes.fromhex("ff" * 6) + bytes.fromhex(ha.wire.own_mac.replace(":", "")) + b"\x08\x00" + sent.packet()
    answer = Answer(ha.one(Frame(frame)))
    expect4.replied(answer, sent, 136, node.association)


@case
def any_home_agent(ha):
    """RFC 4433 4.2: the home agent field 0.0.0.0 with a NAI and no home address: accepted, and the home agent tells its address"""
    node = ha.node("assigned")
    sent = node.request(home_agent="0.0.0.0", destination=HOME_AGENT)
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, 0, node.association, home=answer.message.home)


@case(each=(0, 17, 23))
def cut_short(ha, octets):
    """RFC 5944 3.3: a message of {0} octets: silence"""
    ha.silence(ha.node().request().packet(payload=ha.node().request().payload()[:octets]))


@case(each=(0, 2, 4, 5, 6, 8, 16, 17, 18, 19, 20, 21, 255))
def other_type(ha, kind):
    """RFC 5944 3.3: a message of type {0} that is no request: silence"""
    ha.node().silent(type=kind)


@case
def a_reply_is_no_request(ha):
    """RFC 5944 3.8: a Registration Reply sent to the home agent: silence"""
    ha.node().silent(type=mip4.REPLY)


@case
def wrong_udp_checksum(ha):
    """RFC 5944 3.8.2.1: a UDP checksum that is wrong: silence, no binding"""
    node = ha.node()
    ha.silence(node.request().packet(bad_checksum=True))
    node.must_not_be_bound()


@case
def no_udp_checksum(ha):
    """RFC 5944 3.8.2.1, 768: no UDP checksum at all: accepted"""
    node = ha.node()
    sent = node.request()
    expect4.replied(node.ask_with(sent, with_checksum=False), sent, 0, node.association)


@case
def fragmented_request(ha):
    """RFC 791 2.3: a request that came in two fragments is a request, or nothing: never half of one"""
    node = ha.node()
    sent = node.request(extensions=mip4.extension(200, bytes(200)))
    packet = ip4.read(sent.packet())
    parts = [ip4.ip4(packet.source, HOME_AGENT, ip4.UDP, packet.payload[:64], ident=9, flags=ip4.MF),
             ip4.ip4(packet.source, HOME_AGENT, ip4.UDP, packet.payload[64:], ident=9, offset=64)]
    found = ha.exchange(*parts)
    expect.true(len(found) <= 1, f"{len(found)} answers")
    if found:
        expect4.replied(Answer(found[0]), sent, 0, node.association)


@case
def ip_options(ha):
    """RFC 791 3.1: a request behind IP options (no operation) is read where it is"""
    node = ha.node()
    sent = node.request()
    expect4.replied(node.ask_with(sent, options=b"\x01" * 4), sent, 0, node.association)


@case
def duplicate(ha):
    """RFC 5944 3.8.2.2, 5.7: the very same request again extends nothing: the same reply with what is left, or 133"""
    node = ha.node()
    sent = node.request(lifetime_s=100)
    node.ask_with(sent)
    yield 2
    answer = node.ask_with(sent)
    if answer.code == 0:
        expect.true(answer.lifetime_s <= 98, f"lifetime {answer.lifetime_s}")
    else:
        expect.equal(answer.code, 133, "code")


@case(each=((D | M, "minimal"), (D | G, "gre"), (D | T | M, "minimal"), (D | T | G, "gre")))
def encapsulation(ha, asked):
    """RFC 5944 3.3, 3.8.2.2: flags and tunnel {0}: accepted, and packets come in that tunnel"""
    flags, kind = asked
    node = ha.node()
    expect4.accepted(node, flags=flags)
    sent = ip4.udp_packet(ha.place(), node.home, 1, 2, bytes(60))
    expect4.tunnelled(ha.one(sent), sent, node.care_of, kind)


@case(on="ipv4 strict", each=(D | T | M, D | T | G, D | T | M | G))
def encapsulation_unavailable(ha, flags):
    """RFC 5944 3.8.2.3: flags {0:#04x} where neither minimal encapsulation nor GRE is offered: 139, no binding"""
    node = ha.node()
    expect4.refused(node, 139, flags=flags)
    node.must_not_be_bound()


@case(on="ipv4 strict")
def reverse_tunnel_mandatory(ha):
    """RFC 3024 3.3: T clear where a reverse tunnel is mandatory: 138, no binding"""
    node = ha.node()
    expect4.refused(node, 138, flags=D)
    node.must_not_be_bound()


@case(on="ipv4 strict")
def reverse_tunnel_granted(ha):
    """RFC 3024 3.3: T set there: accepted"""
    expect4.accepted(ha.node(), flags=D | T, code=1)


@case(on="ipv4 one way")
def reverse_tunnel_unavailable(ha):
    """RFC 3024 3.3: T set where there is no reverse tunnel: 137, no binding"""
    node = ha.node()
    expect4.refused(node, 137, flags=D | T)
    node.must_not_be_bound()


@case(on="ipv4 strict")
def single_binding(ha):
    """RFC 5944 3.8.2.2, 3.8.3.2: simultaneous bindings are not supported: code 1, with S and without"""
    expect4.accepted(ha.node(), flags=D | T | S, code=1)
    expect4.accepted(ha.node(), flags=D | T, code=1)


@case(on="ipv4 strict")
def single_binding_is_moved(ha):
    """RFC 5944 3.8.2.2: S where it is not supported: the older binding goes"""
    node = ha.node()
    node.register(flags=D | T)
    node.register(flags=D | T | S, care_of=node.other_care_of)
    node.must_be_bound(node.other_care_of)
    node.must_not_be_bound()


@case(on="ipv4 full")
def full_table(ha):
    """RFC 5944 3.8.2.3: no room for a newcomer: 130; who is there renews and moves; a place left is taken"""
    one, two = ha.registered(), ha.node()
    expect4.refused(two, 130)
    two.must_not_be_bound()
    one.register()
    one.register(care_of=one.other_care_of)
    one.must_be_bound(one.other_care_of)
    one.leave()
    two.register()
    two.must_be_bound()
    two.leave()


@case(on="ipv4 redirect")
def redirected(ha):
    """RFC 4433 4.3: a newcomer where another home agent is to be used: 143 with that one's address, no binding"""
    node = ha.node("assigned")
    sent = node.request(home_agent="0.0.0.0", destination=HOME_AGENT)
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, 143, node.association)
    data = answer.message.one_of(mip4.DYNAMIC)
    expect.equal(data, bytes([2]) + ip4.address("192.0.2.77"), "subtype and address of the redirected home agent")
