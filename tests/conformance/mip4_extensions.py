# SPDX-License-Identifier: BSD-3-Clause
"""Extensions: known, unknown, malformed, misplaced. RFC 5944 1.8-1.11, 3.6.1.3; 2794; 3115; 4721."""
import ip4
import mip4
from configurations4 import FOREIGN_AGENTS
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
UNKNOWN_VENDOR = 0xfffe


@case(each=(1, 2, 15, 31, 35, 37, 40, 41, 42, 43, 45, 46, 47, 49, 60, 100, 126, 127))
def unknown_critical(ha, kind):
    """RFC 5944 1.11: an unknown extension of type {0}: the whole message is dropped, in silence"""
    node = ha.node()
    node.silent(extensions=mip4.extension(kind, bytes(6)))
    node.must_not_be_bound()


@case(each=(128, 129, 135, 138, 150, 200, 254, 255))
def unknown_skippable(ha, kind):
    """RFC 5944 1.11: an unknown extension of type {0} is skipped by its length"""
    node = ha.node()
    expect4.accepted(node, extensions=mip4.extension(kind, bytes(9)))
    node.must_be_bound()


@case(each=(0, 1, 255))
def skippable_of_length(ha, octets):
    """RFC 5944 1.8: an unknown one of {0} octets is skipped"""
    expect4.accepted(ha.node(), extensions=mip4.extension(200, bytes(octets)))


@case
def many(ha):
    """RFC 5944 1.8: thirty skippable extensions in one request: accepted, or silence; the home agent goes on"""
    node = ha.node()
    found = ha.exchange(node.request(extensions=mip4.extension(200, b"") * 30).packet())
    expect.true(len(found) <= 1, f"{len(found)} answers")
    expect4.accepted(ha.node())


@case
def as_many_as_fit(ha):
    """RFC 5944 1.8: a request full of empty extensions: no harm"""
    node = ha.node()
    ha.exchange(node.request(extensions=mip4.extension(201, b"") * 680).packet())
    expect4.accepted(ha.node())


@case(each=(1, 2, 7))
def padding(ha, octets):
    """RFC 5944 1.8, 3.6.1.3: {0} octets of padding (type 0, no length) between extensions are skipped"""
    expect4.accepted(ha.node(), extensions=bytes(octets) + mip4.extension(200, b"x") + bytes(octets))


@case
def padding_at_the_end(ha):
    """RFC 5944 1.8: padding behind the last extension does no harm"""
    expect4.accepted(ha.node(), behind=bytes(3))


@case(each=(1, 2, 60, 250))
def past_the_end(ha, more):
    """RFC 5944 1.8: an extension that says {0} octets more than there are, before the authentication: no binding"""
    node = ha.node()
    sent = node.request(mn_ha=None, extensions=mip4.extension(200, bytes(4), length=4 + more))
    expect.true(all(mip4.message_of(packet).code == 134 for packet in ha.exchange(sent.packet())), "an answer that is not 134")
    node.must_not_be_bound()


@case(each=(200, mip4.MN_HA, mip4.FA_HA, mip4.NAI))
def type_alone(ha, kind):
    """RFC 5944 1.8: type {0} as the very last octet, its length missing: no binding, or one that was proved"""
    node = ha.node()
    found = ha.exchange(node.request(behind=bytes([kind])).packet())
    expect.true(all(mip4.message_of(packet).code in (134, 132) for packet in found), "accepted")
    node.must_not_be_bound()


@case(each=(0, 3, 4, 5))
def short_authentication(ha, octets):
    """RFC 5944 3.5.2: a Mobile-Home authentication of {0} octets: no binding"""
    node = ha.node()
    ha.exchange(node.request(mn_ha=None, behind=mip4.extension(mip4.MN_HA, (node.association.spi.to_bytes(4, "big") + b"x")[:octets]))
                .packet())
    node.must_not_be_bound()


@case(each=(10, 60, 200))
def long_format_past_the_end(ha, more):
    """RFC 5944 1.9: a long extension that says {0} octets too many: no binding"""
    node = ha.node()
    octets = bytearray(mip4.critical_vendor(9, 1, bytes(4)))
    octets[3] += more
    ha.exchange(node.request(mn_ha=None, extensions=bytes(octets)).packet())
    node.must_not_be_bound()


@case
def vendor_from_mobile_node(ha):
    """RFC 3115 3, 5944 3.8: a critical vendor extension of an unknown vendor, from the mobile node: 140, no binding"""
    node = ha.node()
    expect4.refused(node, 140, extensions=mip4.critical_vendor(UNKNOWN_VENDOR, 1, b"abcd"))
    node.must_not_be_bound()


@case
def vendor_from_foreign_agent(ha):
    """RFC 3115 3: the same behind Mobile-Home authentication, from the foreign agent: 141, no binding"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    sent = node.through(agent, "hmac-md5", between=mip4.critical_vendor(UNKNOWN_VENDOR, 1, b"abcd"))
    expect4.refused_with(node, sent, 141)
    node.must_not_be_bound(agent)


@case
def unchecked_authentication(ha):
    """RFC 5944 3.8.2.1, 4721 7: an authentication that only an AAA server can check, beside a right Mobile-Home one: 144, no binding"""
    node = ha.node()
    expect4.refused(node, 144, between=mip4.long(mip4.GENERALISED, 1, (256).to_bytes(4, "big") + bytes(16)))
    node.must_not_be_bound()


@case(each=(133, 134))
def normal_vendor(ha, kind):
    """RFC 3115 2.2: a vendor extension that is not critical, type {0}: skipped"""
    expect4.accepted(ha.node(), extensions=mip4.vendor(UNKNOWN_VENDOR, 1, b"abc", kind))


@case
def challenge_is_returned(ha):
    """RFC 4721 7: the foreign agent's challenge comes back behind Mobile-Home authentication, covered by Foreign-Home"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-sha256"][0]
    sent = node.through(agent, "hmac-sha256", extensions=mip4.challenge(b"challenge"))
    message = expect4.replied(node.ask_with(sent), sent, 0, node.association)
    expect.equal(message.order(), [mip4.MN_HA, mip4.CHALLENGE, mip4.FA_HA], "extensions of the reply")
    expect.equal(message.one_of(mip4.CHALLENGE), b"challenge", "challenge")


@case
def delivery_style(ha):
    """RFC 3024 3.1: an encapsulating delivery style that reached the home agent is skipped"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    sent = node.through(agent, "hmac-md5", between=mip4.extension(mip4.DELIVERY_STYLE, b""))
    expect4.replied(node.ask_with(sent), sent, 0, node.association)


# Who it is, RFC 2794 and RFC 4433.

@case
def identifier_and_address(ha):
    """RFC 2794 3: home address and identifier of the same node: accepted, the identifier is in the reply"""
    node = ha.node()
    sent = node.request(nai=node.identifier)
    message = expect4.replied(node.ask_with(sent), sent, 0, node.association)
    expect.equal(message.nai, node.identifier, "NAI")
    expect.true(message.order().index(mip4.NAI) < message.order().index(mip4.MN_HA), "it precedes the authentication")


@case
def identifier_of_another(ha):
    """RFC 2794 3: the home address of one node and the identifier of another: no binding"""
    node, other = ha.node(), ha.node()
    ha.exchange(node.request(nai=other.identifier).packet())
    node.must_not_be_bound()


@case
def assigned(ha):
    """RFC 2794 3, 5944 3.8.3.2: no home address but an identifier: one of the pool is assigned, and is reached"""
    node = ha.node("assigned")
    sent = node.request()
    answer = node.ask_with(sent)
    node.home = answer.message.home
    message = expect4.replied(answer, sent, 0, node.association, home=node.home)
    octets = ip4.address(node.home)
    expect.true(octets[:3] == bytes((10, 1, 200)) and octets[3] >= 1, f"{node.home} is of the pool")
    expect.equal(message.nai, node.identifier, "NAI")
    node.must_be_bound()


@case
def assigned_again(ha):
    """RFC 2794 3: the same identifier again without an address: the same home address, and it moves"""
    node = ha.registered("assigned")
    home = node.home
    answer = node.ask(home="0.0.0.0", nai=node.identifier, care_of=node.other_care_of)
    expect.equal((answer.code, answer.message.home), (0, home), "code and home address")
    node.must_be_bound(node.other_care_of)
    node.must_not_be_bound()


@case
def assigned_is_named(ha):
    """RFC 2794 3: the node then names the address that it was given: accepted"""
    node = ha.registered("assigned")
    sent = node.request(nai=node.identifier, care_of=node.other_care_of)
    expect4.replied(node.ask_with(sent), sent, 0, node.association)
    node.must_be_bound(node.other_care_of)


@case
def assigned_to_two(ha):
    """RFC 2794 3: two identifiers get two addresses"""
    one, two = ha.registered("assigned"), ha.registered("assigned")
    expect.true(one.home != two.home, f"both have {one.home}")
    for node in (one, two):
        node.must_be_bound()


@case
def address_of_another(ha):
    """RFC 2794 3: a node asks for the address that another one was given: no binding for it"""
    one, two = ha.registered("assigned"), ha.node("assigned")
    ha.exchange(two.request(home=one.home, nai=two.identifier).packet())
    one.must_be_bound()
    one.must_not_be_bound(two.care_of)


@case
def neither_address_nor_identifier(ha):
    """RFC 5944 3.8.2.1: neither home address nor identifier: nobody is meant: silence"""
    node = ha.node("assigned")
    node.silent(nai=None)


@case
def unknown_identifier(ha):
    """RFC 5944 3.8.2.1: an identifier without an association: silence"""
    node = ha.node("assigned")
    node.silent(nai="nobody@example.org")


@case(on="ipv4 strict")
def pool_is_empty(ha):
    """RFC 5944 3.8.2.3: the only address of the pool is given away: 130; once it is back, another node gets it"""
    one, two = ha.node("assigned"), ha.node("assigned")
    one.register(flags=mip4.D | mip4.T)
    expect4.refused(two, 130, flags=mip4.D | mip4.T)
    one.ask(lifetime_s=0, care_of=one.home, source=one.care_of, nai=one.identifier, flags=mip4.D | mip4.T)
    two.register(flags=mip4.D | mip4.T)
    expect.equal(two.home, one.home, "the address that was given back")


@case
def requested_home_agent(ha):
    """RFC 4433 4.2: the requested home agent is this one: accepted"""
    node = ha.node("assigned")
    sent = node.request(home_agent="0.0.0.0", destination="192.0.2.1", extensions=mip4.requested_agent("192.0.2.1"))
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, 0, node.association, home=answer.message.home)


@case
def requested_other_home_agent(ha):
    """RFC 4433 4.2: the requested home agent is another one: 136"""
    node = ha.node("assigned")
    sent = node.request(home_agent="0.0.0.0", destination="192.0.2.1", extensions=mip4.requested_agent("192.0.2.55"))
    expect4.refused_with(node, sent, 136)
