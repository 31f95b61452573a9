# SPDX-License-Identifier: BSD-3-Clause
"""The checks that all Mobility Header messages share, and their order: RFC 6275 6.1.1, 9.2, 9.3.3."""
from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
UPDATE = 5
UNKNOWN_TYPES = (100, 127, 255)
# kind: (name, octets of the least message)
KNOWN = {0: 8, 1: 16, 2: 16, 3: 24, 4: 24, 6: 16, 7: 24}


@case
def right_message(ha):
    """RFC 6275 9.2: a message that passes every check is processed"""
    node = ha.node()
    sent = node.update()
    expect.acknowledged(node.ask_with(sent), sent, 0)


@case
def wrong_checksum(ha):
    """RFC 6275 9.2: wrong checksum: silently discarded, nothing changes"""
    node = ha.node()
    node.silent(bad_checksum=True)
    node.must_not_be_bound()


@case
def checksum_over_care_of(ha):
    """RFC 6275 6.1.1: a checksum made with the care-of instead of the home address is wrong"""
    node = ha.node()
    message = craft.sealed(node.update().message(), node.care_of)
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, packets.home_address_header(craft.MH, node.home) + message))
    node.must_not_be_bound()


@case
def checksum_before_type(ha):
    """RFC 6275 9.2: the checksum is looked at before the type: unknown type and wrong checksum: silence"""
    ha.node().silent(mh_type=100, bad_checksum=True)


@case
def checksum_before_payload_proto(ha):
    """RFC 6275 9.2: wrong checksum and wrong Payload Proto: silence"""
    ha.node().silent(payload_proto=6, bad_checksum=True)


@case
def checksum_before_header_length(ha):
    """RFC 6275 9.2: wrong checksum and Header Len below the minimum: silence"""
    source = ha.place()
    message = bytearray(craft.sealed(craft.message(UPDATE, 8), source))
    message[4] ^= 0x55
    ha.silence(packets.ip6(source, HOME_AGENT, craft.MH, bytes(message)))


@case(each=UNKNOWN_TYPES)
def unknown_type(ha, kind):
    """RFC 6275 9.2: MH Type {0}: Binding Error 2 to the source, about the home address in the option"""
    node = ha.node()
    frame = ha.one(node.update(mh_type=kind).packet())
    expect.binding_error(frame, 2, node.home, node.care_of)


@case
def unknown_type_without_home(ha):
    """RFC 6275 9.3.3: without a Home Address option the Binding Error is about ::"""
    source = ha.place()
    expect.binding_error(ha.one(craft.mobility(craft.message(100, 16), source)), 2, "::", source)


@case
def unknown_type_of_registered(ha):
    """RFC 6275 6.1, 9.3.3: a Binding Error to a node with a binding carries no routing header"""
    node = ha.registered()
    expect.binding_error(ha.one(node.update(mh_type=100).packet()), 2, node.home, node.care_of)
    node.must_be_bound()


@case
def type_before_payload_proto(ha):
    """RFC 6275 9.2: the type is looked at before Payload Proto: Binding Error 2, no Parameter Problem"""
    node = ha.node()
    expect.binding_error(ha.one(node.update(mh_type=100, payload_proto=6).packet()), 2, node.home, node.care_of)


@case
def type_before_header_length(ha):
    """RFC 6275 9.2: an unknown type of eight octets: Binding Error 2"""
    source = ha.place()
    expect.binding_error(ha.one(craft.mobility(craft.message(100, 8), source)), 2, "::", source)


@case(each=(6, 0, 41, 58, 255))
def payload_proto(ha, following):
    """RFC 6275 9.2: Payload Proto {0}: Parameter Problem code 0, pointer 64 (behind 24 octets of destination options)"""
    node = ha.node()
    sent = node.update(payload_proto=following).packet()
    expect.parameter_problem(ha.one(sent), 0, 64, node.care_of, sent)
    node.must_not_be_bound()


@case
def payload_proto_bare(ha):
    """RFC 6275 9.2: Payload Proto wrong right behind the IPv6 header: pointer 40"""
    source = ha.place()
    sent = craft.mobility(craft.message(UPDATE, 16, payload_proto=17), source)
    expect.parameter_problem(ha.one(sent), 0, 40, source, sent)


@case
def payload_proto_behind_hop_by_hop(ha):
    """RFC 6275 9.2: behind a hop-by-hop header the pointer counts it: 48"""
    source = ha.place()
    sent = craft.mobility(craft.message(UPDATE, 16, payload_proto=17), source,
                          headers=craft.options_header(craft.MH), first=packets.HOP_BY_HOP)
    expect.parameter_problem(ha.one(sent), 0, 48, source, sent)


@case
def payload_proto_before_header_length(ha):
    """RFC 6275 9.2: Payload Proto is looked at before Header Len: pointer 40 when both are wrong"""
    source = ha.place()
    sent = craft.mobility(craft.message(UPDATE, 8, payload_proto=17), source)
    expect.parameter_problem(ha.one(sent), 0, 40, source, sent)


@case
def payload_proto_of_registered(ha):
    """RFC 6275 9.2: the Parameter Problem goes to the source on the wire, without a routing header"""
    node = ha.registered()
    sent = node.update(payload_proto=6).packet()
    expect.parameter_problem(ha.one(sent), 0, 64, node.care_of, sent)
    node.must_be_bound()


@case
def payload_proto_from_home_address(ha):
    """RFC 6275 9.2: from a home address with a binding: directly to that address, no binding cache information is used"""
    node = ha.registered()
    sent = craft.mobility(craft.message(UPDATE, 16, payload_proto=6), node.home)
    # It is forwarded as any packet to a home address would be, or goes onto the home link: never by routing header.
    found = ha.exchange(sent)
    expect.true(all(expect.routing_home(frame) is None for frame in found), "sent by a type 2 routing header")


@case
def header_length_from_home_address(ha):
    """RFC 6275 9.2: the same for Header Len: the binding cache is not used"""
    node = ha.registered()
    found = ha.exchange(craft.mobility(craft.message(UPDATE, 8), node.home))
    expect.true(all(expect.routing_home(frame) is None for frame in found), "sent by a type 2 routing header")


@case
def update_too_short(ha):
    """RFC 6275 9.2: a Binding Update of Header Len 0: Parameter Problem code 0, pointer 65"""
    node = ha.node()
    sent = craft.mobility(craft.message(UPDATE, 8), node.care_of, node.home)
    expect.parameter_problem(ha.one(sent), 0, 65, node.care_of, sent)


@case(each=(1, 2, 3, 4, 5, 6, 7))
def below_minimum(ha, kind):
    """RFC 6275 9.2: MH Type {0} one unit below its least Header Len: Parameter Problem code 0, pointer 41"""
    source = ha.place()
    octets = KNOWN.get(kind, 16) - 8
    sent = craft.mobility(craft.message(kind, octets), source)
    expect.parameter_problem(ha.one(sent), 0, 41, source, sent)


@case(each=(0, 3, 4, 6, 7))
def nobody_asked(ha, kind):
    """RFC 6275 6.1: MH Type {0} of its least length that nobody asked for: silence"""
    source = ha.place()
    ha.silence(craft.mobility(craft.message(kind, KNOWN[kind]), source))


@case
def reserved_is_ignored(ha):
    """RFC 6275 6.1.1: Reserved is ignored by the receiver"""
    expect.equal(ha.node().ask(reserved=0xff).status, 0, "status")


@case(each=(1, 2))
def test_init_with_home_option(ha, kind):
    """RFC 6275 6.1.3, 6.1.4: MH Type {0} (a test init) with a Home Address option is dropped silently"""
    node = ha.node()
    ha.silence(craft.mobility(craft.message(kind, 16), node.care_of, node.home))


@case
def acknowledgement_to_us(ha):
    """RFC 6275 6.1.8: a Binding Acknowledgement sent to the home agent changes nothing"""
    node = ha.registered()
    ha.silence(node.update(mh_type=6).packet())
    node.must_be_bound()


@case
def error_about_registered(ha):
    """RFC 6275 9.3.3: a Binding Error from anyone does not delete a home registration, and is not answered"""
    node = ha.registered()
    message = bytearray(craft.message(7, 24))
    message[6] = 1
    message[8:24] = packets.address(node.home)
    ha.silence(craft.mobility(bytes(message), node.care_of), craft.mobility(bytes(message), ha.place()))
    node.must_be_bound()


@case(each=(1, 2, 200))
def error_status(ha, status):
    """RFC 6275 9.3.3: a Binding Error of status {0} is never answered"""
    message = bytearray(craft.message(7, 24))
    message[6] = status
    ha.silence(craft.mobility(bytes(message), ha.place()))


@case
def error_too_large_for_whole_quote(ha):
    """RFC 4443 2.4 (c): the Parameter Problem quotes what fits 1280 octets of a longer message"""
    node = ha.node()
    sent = node.update(payload_proto=6, options=[(200, bytes(250), 1, 0)] * 5).packet()
    expect.true(len(sent) > 1280, "the probe is too small")
    expect.parameter_problem(ha.one(sent), 0, 64, node.care_of, sent)


@case(each=("fe80::1", "ff0e::1", "::", "::1"))
def error_to_no_unicast(ha, source):
    """RFC 6275 9.3.3, 4443 2.4 (e): an unknown type from {0} is not answered"""
    ha.silence(craft.mobility(craft.message(100, 16), source))


@case(each=("fe80::1", "ff0e::1", "::", "::1"))
def problem_to_no_unicast(ha, source):
    """RFC 4443 2.4 (e): a wrong Payload Proto from {0} is not answered"""
    ha.silence(craft.mobility(craft.message(UPDATE, 16, payload_proto=6), source))


@case
def from_home_agent_itself(ha):
    """RFC 4443 2.4: a message that claims to come from the home agent is not answered"""
    ha.silence(craft.mobility(craft.message(100, 16), HOME_AGENT))


@case
def truncated(ha):
    """RFC 6275 9.2: fewer octets than Header Len says: silence"""
    node = ha.node()
    whole = node.update().message()
    ha.silence(craft.mobility(whole[:-8], node.care_of, node.home))
    node.must_not_be_bound()


@case
def header_length_past_packet(ha):
    """RFC 6275 9.2: Header Len 255 in a short packet: silence"""
    node = ha.node()
    ha.silence(craft.mobility(b"\x3b\xff" + node.update().message()[2:], node.care_of, node.home))


@case(each=(0, 1, 4, 7))
def fragment_of_header(ha, octets):
    """RFC 6275 6.1.1: {0} octets of a Mobility Header: silence"""
    source = ha.place()
    ha.silence(packets.ip6(source, HOME_AGENT, craft.MH, (b"\x3b\0\x05\0" + bytes(4))[:octets]))


@case
def atomic_fragment(ha):
    """RFC 6946 4: a Binding Update in an atomic fragment is processed"""
    node = ha.node()
    sent = node.update()
    body = packets.home_address_header(packets.FRAGMENT, node.home) + craft.fragment(craft.MH) + sent.sealed()
    frame = ha.one(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, body))
    expect.equal(packets.read_message(bytes(frame.payload)).status, 0, "status")
