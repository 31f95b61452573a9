# SPDX-License-Identifier: BSD-3-Clause
"""Return routability: as correspondent, tokens for who asks; as home agent, tests of others relayed through tunnels. RFC 6275 5.2,
6.1.3 to 6.1.6, 9.4, 10.4.6."""
from scapy.layers.inet6 import IPv6

from correspondent import COOKIE, COT, COTI, HOT, HOTI, ask_token, message_of, test_answer, test_init
from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "correspondent"
ANSWERS = {HOTI: HOT, COTI: COT}
NOT_UNICAST = ("fe80::10", "ff0e::10", "::", "::1")


@case(each=ANSWERS)
def answered(ha, kind):
    """RFC 6275 9.4.3, 9.4.4, 6.1.5, 6.1.6: Test Init of type {0}: a Test to its source, 24 octets, the cookie copied, no extension header"""
    source = ha.place()
    frame = ha.one(test_init(kind, source))
    message = message_of(frame, ANSWERS[kind])
    expect.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6].nh), (HOME_AGENT, source, 135), "from, to, next header")
    expect.equal((len(message.body), message.body[:4], message.body[8:16]), (24, bytes((59, 2, ANSWERS[kind], 0)), COOKIE),
                 "length, first octets, cookie")


@case(each=ANSWERS)
def same_address_same_token(ha, kind):
    """RFC 6275 5.2.5: Test Init of type {0} again: the same token while the nonce is the same, whatever the cookie"""
    source = ha.place()
    expect.equal(ask_token(ha, kind, source), ask_token(ha, kind, source, cookie=b"other..."), "index and token")


@case(each=ANSWERS)
def other_address_other_token(ha, kind):
    """RFC 6275 5.2.5: Test Init of type {0}: a token depends on all of the address"""
    source = ha.place()
    tokens = {ask_token(ha, kind, address)[1] for address in (source, source[:-2] + "11", ha.place())}
    expect.equal(len(tokens), 3, "different tokens")


@case
def home_token_is_no_care_of_token(ha):
    """RFC 6275 5.2.5: home and care-of keygen token of one address differ"""
    source = ha.place()
    expect.true(ask_token(ha, HOTI, source)[1] != ask_token(ha, COTI, source)[1], "the same token")


@case(each=ANSWERS)
def with_home_address_option(ha, kind):
    """RFC 6275 9.4.1, 9.4.2: Test Init of type {0} with a Home Address option: silence"""
    home, care_of = ha.place(), ha.place()
    message = test_init(kind, home)[40:]
    ha.silence(packets.ip6(care_of, HOME_AGENT, packets.DEST_OPTIONS,
                           packets.home_address_header(packets.MOBILITY, home) + message))


@case(each=[(kind, source) for kind in ANSWERS for source in NOT_UNICAST])
def source_not_unicast(ha, what):
    """RFC 6275 9.4.3: Test Init (type, source) {0}: silence"""
    ha.silence(test_init(*what))


@case(each=ANSWERS)
def wrong_checksum(ha, kind):
    """RFC 6275 9.2: Test Init of type {0} with a wrong checksum: silence"""
    ha.silence(test_init(kind, ha.place(), real=ha.place()))


@case(each=ANSWERS)
def too_short(ha, kind):
    """RFC 6275 9.2: Test Init of type {0} of 8 octets: Parameter Problem 0 at the Header Len"""
    source = ha.place()
    sent = test_init(kind, source, cookie=b"", header_len=0)
    expect.parameter_problem(ha.one(sent), 0, 41, source, sent)


@case(each=ANSWERS)
def payload_proto(ha, kind):
    """RFC 6275 9.2: Test Init of type {0} with Payload Proto 6: Parameter Problem 0 at it"""
    source = ha.place()
    sent = test_init(kind, source, proto=6)
    expect.parameter_problem(ha.one(sent), 0, 40, source, sent)


@case(each=ANSWERS)
def unknown_option(ha, kind):
    """RFC 6275 6.2.1: Test Init of type {0} with an option nobody knows: answered"""
    ask_token(ha, kind, ha.place(), cookie=COOKIE + bytes((200, 6)) + bytes(6), header_len=2)


@case(each=ANSWERS)
def limited(ha, kind):
    """RFC 6275 15.4.5, 9.4.3: a flood of Test Inits of type {0} from one network: its burst and little more is answered"""
    expect.limited(ha, *[test_init(kind, ha_source) for ha_source in [ha.place()] * 60])


@case(each=(HOT, COT))
def unasked_answers(ha, kind):
    """RFC 6275 9.2: a Test of type {0} to this correspondent: it is known and ignored, no Binding Error"""
    ha.silence(test_answer(kind, ha.place(), HOME_AGENT))


@case(on="virtual", each=ANSWERS)
def function_off(ha, kind):
    """RFC 6275 9.4: without the correspondent function, a Test Init of type {0}: silence"""
    ha.silence(test_init(kind, ha.place()))


@case(each=ANSWERS)
def own_node_out_of_its_tunnel(ha, kind):
    """RFC 6275 9.4.3, 10.4.5, 6.1: Test Init of type {0} of a registered node out of its tunnel: answered into the tunnel, no routing header"""
    node = ha.registered()
    frame = ha.one(craft.tunnel(test_init(kind, node.home), node.care_of))
    expect.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6].nh), (HOME_AGENT, node.care_of, 41), "outer header")
    message = packets.read_message(bytes(frame[IPv6])[40:])
    expect.equal((message.type, message.destination, message.routing_home, message.checksum_ok),
                 (ANSWERS[kind], node.home, None, True), "what is inside")


@case
def own_node_care_of_test(ha):
    """RFC 6275 9.4.4: Care-of Test Init of a registered node from its care-of address: answered there"""
    node = ha.registered()
    frame = ha.one(test_init(COTI, node.care_of))
    expect.equal((frame[IPv6].dst, frame[IPv6].nh, message_of(frame, COT).body[8:16]), (node.care_of, 135, COOKIE), "answer")


# A home agent's part: RFC 6275 10.4.6.

@case(on="virtual", each=ANSWERS)
def relayed_out(ha, kind):
    """RFC 6275 10.4.6: Test Init of type {0} out of a tunnel to a correspondent: forwarded as it is"""
    node = ha.registered()
    inner = test_init(kind, node.home, ha.place())
    expect.forwarded(ha.one(craft.tunnel(inner, node.care_of)), inner)


@case(on="virtual", each=(HOT, COT))
def relayed_in(ha, kind):
    """RFC 6275 10.4.6: a Test of type {0} from a correspondent to a home address: tunnelled as it is"""
    node = ha.registered()
    sent = test_answer(kind, ha.place(), node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case(on="virtual")
def relayed_between_nodes(ha):
    """RFC 6275 10.4.6: Home Test Init from one mobile node to another: from tunnel to tunnel"""
    node, other = ha.registered(), ha.registered()
    inner = test_init(HOTI, node.home, other.home)
    expect.tunnelled(ha.one(craft.tunnel(inner, node.care_of)), inner, other.care_of)


@case(on="virtual")
def spoofed_is_not_relayed(ha):
    """RFC 6275 10.4.5, 10.4.6: Home Test Init with another node's home address as source: dropped"""
    node, victim = ha.registered(), ha.registered()
    ha.silence(craft.tunnel(test_init(HOTI, victim.home, ha.place()), node.care_of))


@case(on="virtual")
def other_place_is_not_relayed(ha):
    """RFC 6275 10.4.5, 10.4.6: Home Test Init out of a tunnel from elsewhere than the care-of address: dropped"""
    node = ha.registered()
    ha.silence(craft.tunnel(test_init(HOTI, node.home, ha.place()), node.other_care_of))


@case(on="virtual")
def not_relayed_to_absent_node(ha):
    """RFC 6275 10.4.6, 4443 3.1: Home Test to a home address without a binding: Destination Unreachable code 3"""
    source, node = ha.place(), ha.node()
    sent = test_answer(HOT, source, node.home)
    expect.icmp_error(ha.one(sent), 1, 3, 0, source, sent)
