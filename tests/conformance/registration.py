# SPDX-License-Identifier: BSD-3-Clause
"""Home registration and its acknowledgement: RFC 6275 6.1.8, 9.5.4, 10.3.1; status 130 and 1; lifetimes and their end."""
from scapy.layers.inet6 import IPv6

from configurations import AGING_VALID_S, ENDING_S, MAX_LIFETIME_S
from home_agent import SECOND_HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
REFRESH_ADVICE = 2


def advice_of(answer):
    data, _ = answer.message.option(REFRESH_ADVICE)
    return None if data is None else 4 * int.from_bytes(data, "big")


@case
def acknowledgement_octets(ha):
    """RFC 6275 6.1.8: every field of the acknowledgement"""
    node = ha.node()
    body = node.ask(sequence=0x1234, lifetime_s=600).message.body
    expect.same_octets(body[:4] + body[6:12], bytes([59, len(body) // 8 - 1, 6, 0, 0, 0, 0x12, 0x34, 0, 150]), "fixed part")
    expect.equal(len(body) % 8, 0, "length modulo 8")


@case
def acknowledgement_headers(ha):
    """RFC 6275 9.5.4, 6.4.1: from the address the update went to, to its source, by type 2 routing header"""
    node = ha.node()
    whole = bytes(ha.one(node.update().packet())[IPv6])
    expect.same_octets(whole[6:7] + whole[8:64], bytes([43]) + packets.address(node.agent) + packets.address(node.care_of)
                       + bytes([135, 2, 2, 1, 0, 0, 0, 0]) + packets.address(node.home), "headers")


@case
def acknowledgement_hop_limit(ha):
    """RFC 8200 3: the acknowledgement's hop limit takes it across the Internet"""
    expect.true(ha.one(ha.node().update().packet())[IPv6].hlim >= 64, "hop limit below 64")


@case
def second_home_agent_address(ha):
    """RFC 6275 9.5.4: an update to another home agent address is answered from that one"""
    node = ha.node("second")
    expect.equal(node.register().source, SECOND_HOME_AGENT, "source")
    node.must_be_bound()


@case
def second_address_tunnels(ha):
    """RFC 6275 10.4.2: and that one is the source of its tunnel"""
    node = ha.registered("second")
    sent = craft.udp(ha.place(), node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of, SECOND_HOME_AGENT)


@case
def same_prefix_many_nodes(ha):
    """RFC 6275 10.1: bindings of different home addresses do not touch each other"""
    nodes = [ha.registered() for _ in range(3)]
    nodes[1].leave()
    nodes[0].must_be_bound()
    nodes[1].must_not_be_bound()
    nodes[2].must_be_bound()


@case
def two_nodes_one_care_of(ha):
    """RFC 6275 10.1: two home addresses may be at one care-of address"""
    one, two = ha.node(), ha.node()
    two.care_of = one.care_of
    one.register()
    two.register()
    one.must_be_bound()
    two.must_be_bound()


@case(each=(4, 8, 600, MAX_LIFETIME_S - 4, MAX_LIFETIME_S))
def lifetime_as_asked(ha, seconds):
    """RFC 6275 10.3.1: {0} s asked for are granted"""
    answer = ha.node().ask(lifetime_s=seconds)
    expect.equal((answer.status, answer.lifetime_s), (0, seconds), "status and lifetime")


@case(each=(MAX_LIFETIME_S + 4, 7200, 262140))
def lifetime_cut(ha, seconds):
    """RFC 6275 10.3.1, 6.1.7: {0} s asked for: cut to the local maximum; 0xffff is no infinity"""
    answer = ha.node().ask(lifetime_s=seconds)
    expect.equal((answer.status, answer.lifetime_s), (0, MAX_LIFETIME_S), "status and lifetime")


@case
def beyond_preferred_lifetime(ha):
    """RFC 6275 10.3.1: a lifetime in which the prefix becomes deprecated: status 1"""
    expect.equal(ha.node("aging").ask(lifetime_s=2000).status, 1, "status")


@case
def within_preferred_lifetime(ha):
    """RFC 6275 10.3.1: a lifetime that ends before the preferred one: status 0, preferred lifetime cuts nothing"""
    answer = ha.node("aging").ask(lifetime_s=400)
    expect.equal((answer.status, answer.lifetime_s), (0, 400), "status and lifetime")


@case
def preferred_lifetime_does_not_cut(ha):
    """RFC 6275 10.3.1: the preferred lifetime has no influence on the lifetime granted"""
    expect.equal(ha.node("aging").ask(lifetime_s=2000).lifetime_s, 2000, "lifetime")


@case
def beyond_valid_lifetime(ha):
    """RFC 6275 10.3.1: no lifetime beyond that of the prefix; status 1"""
    answer = ha.node("aging").ask(lifetime_s=MAX_LIFETIME_S)
    expect.equal(answer.status, 1, "status")
    expect.true(AGING_VALID_S - 600 <= answer.lifetime_s <= AGING_VALID_S, f"lifetime {answer.lifetime_s}")


@case
def ends_with_prefix(ha):
    """RFC 6275 10.3.1: a binding that ends with its prefix: status 1"""
    answer = ha.node("ending").ask(lifetime_s=ENDING_S + 4)
    expect.equal(answer.status, 1, "status")
    expect.true(ENDING_S - 600 <= answer.lifetime_s <= ENDING_S, f"lifetime {answer.lifetime_s}")


@case
def ends_before_prefix(ha):
    """RFC 6275 10.3.1: a binding that ends before its prefix: status 0"""
    expect.equal(ha.node("ending").ask(lifetime_s=400).status, 0, "status")


@case
def deprecated_prefix(ha):
    """RFC 6275 10.3.1: a deprecated prefix: status 1, the lifetime as asked for"""
    answer = ha.node("deprecated").ask(lifetime_s=60)
    expect.equal((answer.status, answer.lifetime_s), (1, 60), "status and lifetime")


@case
def status_1_is_a_binding(ha):
    """RFC 6275 6.1.8, 9.5.4: a registration with status 1 is in force"""
    node = ha.registered("deprecated")
    node.must_be_bound()


@case
def refresh_of_deprecated(ha):
    """RFC 6275 10.3.1: a refresh in a deprecated prefix: status 1 again"""
    node = ha.registered("deprecated")
    expect.equal(node.ask().status, 1, "status")


@case
def refresh(ha):
    """RFC 6275 10.3.1: a refresh is acknowledged and the binding stays"""
    node = ha.registered()
    answer = node.ask(lifetime_s=400)
    expect.equal((answer.status, answer.lifetime_s), (0, 400), "status and lifetime")
    node.must_be_bound()


@case
def expires(ha):
    """RFC 6275 10.3.1: after its lifetime the binding is gone: nothing is tunnelled, Destination Unreachable"""
    node, correspondent = ha.registered(lifetime_s=4), ha.place()
    yield 5.2
    sent = craft.udp(correspondent, node.home)
    expect.icmp_error(ha.one(sent), 1, 3, 0, correspondent, sent)


@case
def not_before(ha):
    """RFC 6275 10.3.1: within its lifetime the binding is there"""
    node = ha.registered(lifetime_s=8)
    yield 5
    node.must_be_bound()


@case
def expired_tunnel(ha):
    """RFC 6275 10.4.5: after its lifetime nothing is taken from the reverse tunnel"""
    node, correspondent = ha.registered(lifetime_s=4), ha.place()
    yield 5.2
    ha.silence(craft.tunnel(craft.udp(node.home, correspondent), node.care_of))


@case
def expired_deregistration(ha):
    """RFC 6275 10.3.2: a de-registration after the lifetime: 133"""
    node = ha.registered(lifetime_s=4)
    yield 5.2
    expect.refused(node, 133, lifetime_s=0)


@case
def refresh_extends(ha):
    """RFC 6275 9.5.1: a refresh replaces the lifetime: longer"""
    node = ha.registered(lifetime_s=4)
    node.register(lifetime_s=600)
    yield 5.2
    node.must_be_bound()


@case
def refresh_shortens(ha):
    """RFC 6275 9.5.1: a refresh replaces the lifetime: shorter"""
    node = ha.registered(lifetime_s=600)
    node.register(lifetime_s=4)
    yield 5.2
    node.must_not_be_bound()


@case
def rejected_refresh_keeps_lifetime(ha):
    """RFC 6275 9.5.1: a refresh that is refused does not touch the lifetime"""
    node = ha.registered(lifetime_s=600)
    expect.refused(node, 139, flags=0x8000, lifetime_s=4)
    yield 5.2
    node.must_be_bound()


@case
def forged_refresh_keeps_lifetime(ha):
    """RFC 4285 5.1: a forged update with a short lifetime does not touch the binding"""
    node = ha.registered(lifetime_s=600)
    expect.equal(node.ask(lifetime_s=4, auth_data=bytes(12)).status, 146, "status")
    yield 5.2
    node.must_be_bound()


@case
def move_back_and_forth(ha):
    """RFC 6275 10.3.1: every move takes effect with its acknowledgement"""
    node = ha.registered()
    for place in (node.other_care_of, node.care_of, node.other_care_of):
        node.register(care_of=place)
        sent = craft.udp(ha.place(), node.home)
        expect.tunnelled(ha.one(sent), sent, place)


@case
def no_advice_by_default(ha):
    """RFC 6275 6.2.4: no refresh advice unless configured"""
    expect.equal(advice_of(ha.node().register()), None, "advice")


@case(on="advice", each=(104, 600, MAX_LIFETIME_S))
def advice(ha, lifetime_s):
    """RFC 6275 6.2.4, 10.3.1: refresh advice below a lifetime of {0} s: in the acknowledgement"""
    node = ha.node()
    sent = node.update(lifetime_s=lifetime_s)
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 0)
    expect.equal(advice_of(answer), 100, "advice")


@case(on="advice", each=(100, 96, 4))
def advice_not_below(ha, lifetime_s):
    """RFC 6275 6.2.4: advice not below the lifetime granted ({0} s): left out"""
    expect.equal(advice_of(ha.node().register(lifetime_s=lifetime_s)), None, "advice")


@case(on="advice")
def advice_not_in_refusals(ha):
    """RFC 6275 6.2.4: no advice in a refusal"""
    expect.equal(advice_of(expect.refused(ha.node("prohibited"), 129)), None, "advice")


@case(on="advice")
def advice_not_when_leaving(ha):
    """RFC 6275 6.2.4, 10.3.2: no advice in the acknowledgement of a de-registration"""
    node = ha.registered()
    expect.equal(advice_of(node.leave()), None, "advice")


@case(on="full")
def full_table(ha):
    """RFC 6275 10.3.1, 9.5.2: no room for a newcomer: 130; who is there refreshes and moves; a place left is taken"""
    one, two, three = ha.registered(), ha.registered(), ha.node()
    expect.refused(three, 130)
    three.must_not_be_bound()
    one.register()
    one.register(care_of=one.other_care_of)
    one.must_be_bound(one.other_care_of)
    two.must_be_bound()
    # 130 is answered even with A clear.
    expect.refused(three, 130, flags=0x4000)
    two.leave()
    three.register()
    three.must_be_bound()
    # The newcomer is refused again now: nobody is put out for it.
    expect.refused(ha.node(), 130)
    one.must_be_bound(one.other_care_of)
    three.must_be_bound()
