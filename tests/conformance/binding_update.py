# SPDX-License-Identifier: BSD-3-Clause
"""What a Binding Update must be, and in which order it is judged: RFC 6275 6.1.7, 9.5.1, 10.3.1, 15.1; 3963 6.2."""
from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
A, H, L, K, R = 0x8000, 0x4000, 0x2000, 0x1000, 0x0400
NOT_UNICAST = ("fe80::10", "ff0e::10", "::", "::1")
NONCE_INDICES = (4, b"\0\1\0\1", 2, 0)


def accepted(ha, **fields):
    node = ha.node()
    sent = node.update(**fields)
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 0)
    return node, answer


@case(each=(A | H, H, A | H | L, H | L))
def acknowledge_and_link_local_flags(ha, flags):
    """RFC 6275 10.3.1, 6.1.7: flags {0:#06x} (A 0x8000, H 0x4000, L 0x2000): registered and acknowledged"""
    node, _ = accepted(ha, flags=flags)
    node.must_be_bound()


@case(each=(A | H | K, H | K, A | H | L | K))
def key_management_flag(ha, flags):
    """RFC 6275 10.3.1: flags {0:#06x}: without dynamic keying K is clear in the acknowledgement"""
    _, answer = accepted(ha, flags=flags)
    expect.equal(answer.message.body[7], 0, "flags of the acknowledgement")


@case(each=(0x0020, 0x0010, 0x0008, 0x0004, 0x0002, 0x0001, 0x003f))
def reserved_flags(ha, flag):
    """RFC 6275 6.1.7: reserved flag {0:#06x} is ignored"""
    _, answer = accepted(ha, flags=A | H | flag)
    expect.equal(answer.message.body[7], 0, "flags of the acknowledgement")


@case
def alternate_care_of(ha):
    """RFC 6275 6.1.7, 6.2.5: the alternate care-of address is registered, the acknowledgement goes to the source"""
    node = ha.node()
    sent = node.update(care_of=node.other_care_of, source=node.care_of)
    expect.acknowledged(node.ask_with(sent), sent, 0)
    node.must_be_bound(node.other_care_of)
    node.must_not_be_bound(node.care_of)


@case
def source_is_care_of(ha):
    """RFC 6275 6.1.7: without the option the source is the care-of address"""
    node, _ = accepted(ha, alternate=False)
    node.must_be_bound()


@case
def alternate_equal_to_source(ha):
    """RFC 6275 6.1.7: an alternate care-of address equal to the source"""
    node, _ = accepted(ha, alternate=True)
    node.must_be_bound()


@case(each=NOT_UNICAST)
def care_of_not_unicast(ha, care_of):
    """RFC 6275 6.1.7: alternate care-of address {0}: silently discarded"""
    node = ha.node()
    node.silent(care_of=care_of, source=node.care_of)
    node.must_not_be_bound()


@case(each=NOT_UNICAST)
def care_of_not_unicast_refresh(ha, care_of):
    """RFC 6275 6.1.7: the same from a registered node ({0}): its binding stays"""
    node = ha.registered()
    node.silent(care_of=care_of, source=node.care_of)
    node.must_be_bound()


@case(each=("ff0e::10", "::", "::1"))
def source_not_unicast(ha, source):
    """RFC 6275 9.5.4: from {0} with a right alternate care-of address: silently discarded"""
    node = ha.node()
    node.silent(source=source)
    node.must_not_be_bound()


@case
def nonce_indices_with_home_flag(ha):
    """RFC 6275 9.5.1: H with Nonce Indices: silently discarded"""
    node = ha.node()
    node.silent(options=[NONCE_INDICES])
    node.must_not_be_bound()


@case
def nonce_indices_refresh(ha):
    """RFC 6275 9.5.1: the same over a binding: discarded, the binding stays"""
    node = ha.registered()
    node.silent(options=[NONCE_INDICES], care_of=node.other_care_of)
    node.must_be_bound()


@case
def care_of_is_registered_home(ha):
    """RFC 6275 15.1, 3775 6.1.7: a care-of address that is a registered home address: silently discarded"""
    other, node = ha.registered(), ha.node()
    node.silent(care_of=other.home, source=node.care_of)
    node.must_not_be_bound()


@case
def care_of_is_home_agent(ha):
    """RFC 6275 15.1: a care-of address that is the home agent's own: silently discarded"""
    node = ha.node()
    node.silent(care_of=HOME_AGENT, source=node.care_of)
    node.must_not_be_bound()


@case
def circle_of_two(ha):
    """RFC 6275 15.1: A at B's home address and B at A's: neither is bound so"""
    one, two = ha.registered(), ha.registered()
    one.silent(care_of=two.home, source=one.care_of)
    two.silent(care_of=one.home, source=two.care_of)
    one.must_be_bound()
    two.must_be_bound()


@case
def home_flag_clear_over_home_registration(ha):
    """RFC 6275 9.5.1: H clear over a home registration: 139, the registration stays"""
    node = ha.registered()
    expect.refused(node, 139, flags=A, care_of=node.other_care_of)
    node.must_be_bound()


@case
def home_flag_clear_deregistration(ha):
    """RFC 6275 9.5.1: H clear and lifetime 0 over a home registration: 139, the registration stays"""
    node = ha.registered()
    expect.refused(node, 139, flags=A, lifetime_s=0)
    node.must_be_bound()


@case
def correspondent_registration(ha):
    """RFC 6275 9.5.1: H clear without return routability: silently discarded"""
    node = ha.node()
    node.silent(flags=A)
    node.must_not_be_bound()


@case
def router_without_home_flag(ha):
    """RFC 3963 6.2: R set and H clear: 140"""
    node = ha.node()
    expect.refused(node, 140, flags=A | R)
    node.must_not_be_bound()


@case
def router_without_home_flag_bound(ha):
    """RFC 3963 6.2: R set and H clear over a binding: 140, the binding stays"""
    node = ha.registered()
    expect.refused(node, 140, flags=A | R)
    node.must_be_bound()


@case
def router_flag_changes(ha):
    """RFC 3963 6.2: R set over a binding made with R clear: 139, the binding stays"""
    node = ha.registered()
    expect.refused(node, 139, flags=A | H | R, care_of=node.other_care_of)
    node.must_be_bound()


@case
def router_not_permitted(ha):
    """RFC 3963 6.2, 6.6: a mobile router that is not configured as one: 140"""
    node = ha.node()
    expect.refused(node, 140, flags=A | H | R)
    node.must_not_be_bound()


@case
def prohibited(ha):
    """RFC 6275 10.3.1: a node whose registration is prohibited: 129"""
    node = ha.node("prohibited")
    expect.refused(node, 129)
    node.must_not_be_bound()


@case
def without_home_address_option(ha):
    """RFC 6275 10.3.1: a registration without Home Address option: 132, without a routing header"""
    node = ha.node()
    sent = node.update(home_option=False, source=node.home)
    frame = ha.one(sent.packet())
    message = packets.read_message(bytes(frame.payload))
    expect.equal((message.status, frame.payload.dst, message.routing_home), (132, node.home, None), "answer")
    node.must_not_be_bound()


@case
def sequence_before_type_change(ha):
    """RFC 6275 9.5.1: old sequence number and H clear: 135 comes before 139"""
    node = ha.registered(sequence=10)
    expect.equal(node.ask(sequence=9, flags=A).status, 135, "status")


@case
def sequence_before_router_flag(ha):
    """RFC 6275 9.5.1, 3963 6.2: old sequence number and R: 135 comes before 139"""
    node = ha.registered(sequence=10)
    expect.equal(node.ask(sequence=9, flags=A | H | R).status, 135, "status")


@case
def authentication_before_sequence(ha):
    """RFC 6275 10.3.1, 4285 5.1: wrong authenticator and old sequence number: 146, the number is not told"""
    node = ha.registered(sequence=10)
    answer = node.ask(sequence=9, auth_data=bytes(12))
    expect.equal((answer.status, answer.sequence), (146, 9), "status and sequence number")
    node.must_be_bound()


@case
def authentication_before_policy(ha):
    """RFC 4285 5.1: wrong authenticator of a prohibited node: 146 and not 129"""
    expect.equal(ha.node("prohibited").ask(auth_data=bytes(12)).status, 146, "status")


@case
def nonce_indices_before_sequence(ha):
    """RFC 6275 9.5.1: Nonce Indices with H and an old sequence number: silence comes first"""
    node = ha.registered(sequence=10)
    node.silent(sequence=9, options=[NONCE_INDICES])


@case
def foreign_home_address_silent(ha):
    """RFC 6275 10.3.1: a home address outside the home prefixes has no association: silence by default"""
    ha.node().silent(home="2001:db8:9::1")


@case(on="foreign")
def foreign_home_address(ha):
    """RFC 6275 10.3.1: a home address outside the home prefixes: 132 (where it is answered before authentication)"""
    node = ha.node()
    sent = node.update(home="2001:db8:9::1", spi=None, identifier=None)
    expect.acknowledged(node.ask_with(sent), sent, 132, authenticated=False)


@case(on="foreign")
def foreign_home_address_limited(ha):
    """RFC 6275 10.3.1, 9.3.3: such answers are limited for each /64"""
    node = ha.node()
    sent = node.update(home="2001:db8:9::1", spi=None, identifier=None).packet()
    expect.limited(ha, *[sent] * 60)


@case(on="foreign")
def foreign_deregistration(ha):
    """RFC 6275 10.3.2: a de-registration of a foreign home address is not answered without authentication"""
    ha.node().silent(home="2001:db8:9::1", spi=None, identifier=None, lifetime_s=0)


@case(on="foreign")
def home_address_still_needs_authentication(ha):
    """RFC 6275 10.3.1: where foreign home addresses are answered, an own one without authentication is not"""
    ha.node().silent(spi=None, identifier=None)


@case(on="closed")
def service_closed(ha):
    """RFC 6275 10.3.1: home registrations not supported: 131"""
    node = ha.node()
    expect.refused(node, 131)
    node.must_not_be_bound()


@case(on="closed")
def service_closed_needs_authentication(ha):
    """RFC 6275 10.3.1: 131 is told to those who prove who they are: without authentication silence"""
    ha.node().silent(spi=None, identifier=None)


@case(on="closed")
def service_closed_before_subnet(ha):
    """RFC 6275 10.3.1: 131 comes before 132"""
    node = ha.node()
    sent = node.update(home_option=False, source=node.home)
    expect.equal(packets.read_message(bytes(ha.one(sent.packet()).payload)).status, 131, "status")


@case(on="closed")
def service_closed_before_policy(ha):
    """RFC 6275 10.3.1: 131 comes before 129"""
    expect.refused(ha.node("prohibited"), 131)


@case
def update_within_tunnel_of_other(ha):
    """RFC 6275 10.4.5: an update inside a tunnel whose outer source is no care-of address is dropped"""
    node = ha.node()
    ha.silence(craft.tunnel(node.update().packet(), ha.place()))
    node.must_not_be_bound()
