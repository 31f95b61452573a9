# SPDX-License-Identifier: BSD-3-Clause
"""Bindings of the correspondent function: Binding Updates without H, by return routability. RFC 6275 5.2, 6.2.7, 9.5, 9.3."""
from correspondent import ACK, Mobile
from home_agent import HOME_AGENT, packets
from suite import case
import expect

CONFIGURATION = "correspondent"
HOME = 0x4000
ROUTER = 0x0400


def answered(answer, mobile, status, authorized=True):
    expect.equal((answer.status, answer.sequence), (status, mobile.sent_sequence), "status and sequence number")
    expect.equal(answer.authorized, authorized, "authenticator")


@case
def accepted(ha):
    """RFC 6275 9.5.2, 9.5.4: an authorized update with A: status 0, proved, by type 2 routing header; the binding holds"""
    mobile = Mobile(ha).test()
    mobile.must_not_be_bound()
    answer = mobile.ask()
    answered(answer, mobile, 0)
    expect.equal((answer.destination, answer.routing_home, answer.lifetime_s), (mobile.care_of, mobile.home, 400),
                 "where to, and lifetime")
    mobile.must_be_bound()


@case
def accepted_unacknowledged(ha):
    """RFC 6275 9.5.4: with A clear: silence, and the binding holds"""
    mobile = Mobile(ha).test()
    mobile.silent(flags=0)
    mobile.must_be_bound()


@case(each=((420, 420), (424, 420), (3600, 420), (262140, 420), (416, 416), (4, 4)))
def lifetime(ha, asked):
    """RFC 6275 5.2.7, 12: (asked, granted) {0}: 420 s at most"""
    mobile = Mobile(ha).test()
    expect.equal(mobile.register(lifetime_s=asked[0]).lifetime_s, asked[1], "lifetime")


@case
def from_elsewhere(ha):
    """RFC 6275 9.3.1: a Home Address option from elsewhere than the care-of address: Binding Error 1"""
    mobile = Mobile(ha).test()
    mobile.register()
    mobile.must_not_be_bound(mobile.other_care_of)


@case
def alternate_care_of(ha):
    """RFC 6275 9.5.4, 6.2.5: an alternate care-of address is bound, the acknowledgement goes to the source"""
    mobile = Mobile(ha).test()
    answer = mobile.ask(alternate=True, source=mobile.other_care_of)
    answered(answer, mobile, 0)
    expect.equal(answer.destination, mobile.other_care_of, "destination")
    mobile.must_be_bound()
    mobile.must_not_be_bound(mobile.other_care_of)


@case
def moves(ha):
    """RFC 6275 9.5.2: a newer update from another place, with its token: the old place counts no more"""
    mobile = Mobile(ha).test()
    mobile.register()
    old, mobile.care_of = mobile.care_of, mobile.other_care_of
    mobile.test_care_of()
    mobile.register()
    mobile.must_be_bound()
    mobile.must_not_be_bound(old)


@case(each=(0, ACK))
def old_sequence(ha, flags):
    """RFC 6275 9.5.1, 9.5.4: flags {0:#06x}, the sequence number again: 135 with the last accepted one, proved; the binding holds"""
    mobile = Mobile(ha).test()
    mobile.register(sequence=10)
    for sequence in (10, 9):
        answer = mobile.ask(sequence=sequence, flags=flags)
        expect.equal((answer.status, answer.sequence, answer.authorized), (135, 10, True), "status, sequence number, authenticator")
    mobile.must_be_bound()


UNKNOWN = {(1, 0): 136, (0, 1): 137, (1, 1): 138}


@case(each=[(flags, off) for flags in (0, ACK) for off in UNKNOWN])
def unknown_nonces(ha, what):
    """RFC 6275 9.5.1, 9.5.4: (flags, (home index, care-of index) unknown) {0}: 136, 137, 138, without an authenticator"""
    mobile, (flags, off) = Mobile(ha).test(), what
    answer = mobile.ask(flags=flags, home_index=(mobile.home_index + 999 * off[0]) & 0xffff,
                        care_of_index=(mobile.care_of_index + 999 * off[1]) & 0xffff)
    answered(answer, mobile, UNKNOWN[off], authorized=None)
    mobile.must_not_be_bound()


UNAUTHORIZED = {
    "a wrong authenticator": {"data": bytes(12)}, "padding behind it": {"behind": b"\x01\x06" + bytes(6)},
    "an option behind it": {"behind": b"\xc8\x06" + bytes(6)}, "no nonce indices": {"indices": False},
}


@case(each=UNAUTHORIZED)
def unauthorized(ha, what):
    """RFC 6275 9.5.1, 6.2.7: {0}: silence, no binding"""
    mobile = Mobile(ha).test()
    mobile.silent(**UNAUTHORIZED[what])
    mobile.must_not_be_bound()


@case(each=("home_token", "care_of_token"))
def wrong_token(ha, which):
    """RFC 6275 5.2.6: made with a wrong {0}: silence"""
    mobile = Mobile(ha).test()
    setattr(mobile, which, b"guessed!")
    mobile.silent()
    mobile.must_not_be_bound()


@case
def tokens_of_another_place(ha):
    """RFC 6275 5.2.5: made with the care-of token of another place: silence"""
    mobile = Mobile(ha).test()
    mobile.care_of = mobile.other_care_of
    mobile.silent()
    mobile.must_not_be_bound()


@case
def tokens_of_another_home(ha):
    """RFC 6275 5.2.5: made with the home token of another home address: silence"""
    mobile, other = Mobile(ha).test(), Mobile(ha).test()
    mobile.home_token = other.home_token
    mobile.silent()
    mobile.must_not_be_bound()


@case
def forged_refresh(ha):
    """RFC 6275 9.5.1: a wrong authenticator over a binding: silence, the binding stays as it was"""
    mobile = Mobile(ha).test()
    mobile.register()
    mobile.silent(data=bytes(12), lifetime_s=0)
    mobile.must_be_bound()


DELETIONS = ("lifetime 0", "lifetime 0 from the home address")


@case(each=DELETIONS)
def deleted(ha, form):
    """RFC 6275 9.5.3, 5.2.6: {0}, by the home token alone: status 0, lifetime 0, the binding gone"""
    mobile = Mobile(ha).test()
    mobile.register()
    mobile.care_of_token = bytes(8)
    fields = {} if form == DELETIONS[0] else {"source": mobile.home, "home_option": False}
    answer = mobile.ask(lifetime_s=0, **fields)
    answered(answer, mobile, 0)
    expect.equal(answer.lifetime_s, 0, "lifetime")
    mobile.must_not_be_bound()


@case
def deleted_by_care_of(ha):
    """RFC 6275 9.5.3, 3775 9.5.1: care-of = home address with a lifetime: deleted"""
    mobile = Mobile(ha).test()
    mobile.register()
    away, mobile.care_of = mobile.care_of, mobile.home
    answered(mobile.ask(source=away, alternate=True), mobile, 0)
    mobile.must_not_be_bound(away)


@case
def deletion_of_nothing(ha):
    """RFC 6275 9.5.3: without a binding a deletion is accepted, and makes none"""
    mobile = Mobile(ha)
    mobile.test_home()
    answered(mobile.ask(lifetime_s=0), mobile, 0)
    mobile.must_not_be_bound()


@case
def deletion_ignores_care_of_nonce(ha):
    """RFC 6275 9.5.1: the care-of nonce index of a deletion is not looked at"""
    mobile = Mobile(ha).test()
    mobile.register()
    answered(mobile.ask(lifetime_s=0, care_of_index=(mobile.care_of_index + 999) & 0xffff), mobile, 0)


@case
def not_again_with_the_same_nonces(ha):
    """RFC 6275 5.2.8, 9.5.3: after a deletion the same nonces do not make the binding again: 136"""
    mobile = Mobile(ha).test()
    mobile.register()
    mobile.register(lifetime_s=0)
    answered(mobile.ask(), mobile, 136, authorized=None)
    mobile.must_not_be_bound()


@case
def again_from_another_place(ha):
    """RFC 6275 9.5.3: a newer one with the tokens of another place does"""
    mobile = Mobile(ha).test()
    mobile.register()
    mobile.register(lifetime_s=0)
    mobile.care_of = mobile.other_care_of
    mobile.test_care_of()
    mobile.register()
    mobile.must_be_bound()


@case
def expires(ha):
    """RFC 6275 9.6: after its lifetime the binding is gone: Binding Error 1"""
    mobile = Mobile(ha).test()
    mobile.register(lifetime_s=4)
    mobile.must_be_bound()
    inbox = ha.inbox(lambda frame: mobile.home == frame["IPv6"].dst)  # the refresh request of a binding in use
    yield 5.2
    ha.inboxes.remove(inbox)
    mobile.must_not_be_bound()


@case
def refresh_request(ha):
    """RFC 6275 9.5.5, 6.1.2: a binding in use is asked to be refreshed when little is left: 8 octets to the home address, no routing header"""
    mobile = Mobile(ha).test()
    mobile.register(lifetime_s=4)
    inbox = ha.inbox(lambda frame: mobile.home == frame["IPv6"].dst)
    mobile.must_be_bound()
    yield from ha.until(lambda: inbox.frames, 4.5)
    expect.true(inbox.frames, "no Binding Refresh Request")
    packet = bytes(inbox.frames[0][1]["IPv6"])
    message = packets.read_message(packet)
    expect.equal((packet[6], message.source, message.type, len(message.body), message.body[:4], message.checksum_ok),
                 (135, HOME_AGENT, 0, 8, bytes((59, 0, 0, 0)), True), "next header, source, type, length, first octets, checksum")
    mobile.register(lifetime_s=400)
    inbox.take()
    yield 1
    expect.equal(len(inbox.frames), 0, "requests after the update")


@case
def idle_is_not_asked(ha):
    """RFC 6275 9.5.5: a binding that is not in use is not asked to be refreshed"""
    mobile = Mobile(ha).test()
    mobile.register(lifetime_s=4)
    inbox = ha.inbox(lambda frame: mobile.home == frame["IPv6"].dst)
    yield 4.2
    expect.equal(len(inbox.frames), 0, "requests")


@case
def mobile_router(ha):
    """RFC 3963 6.2: R without H: 140, no binding"""
    mobile = Mobile(ha).test()
    expect.equal(mobile.ask(flags=ACK | ROUTER).status, 140, "status")
    mobile.must_not_be_bound()


@case(each=("fe80::10", "ff0e::10", "::", "::1", HOME_AGENT))
def home_not_unicast(ha, home):
    """RFC 6275 9.5.1: home address {0}: silence"""
    mobile = Mobile(ha).test()
    mobile.home = home
    mobile.silent()


@case(each=("fe80::10", "ff0e::10", "::", "::1", HOME_AGENT))
def care_of_not_unicast(ha, care_of):
    """RFC 6275 6.1.7, 9.5.1: alternate care-of address {0}: silence"""
    mobile = Mobile(ha).test()
    source, mobile.care_of = mobile.care_of, care_of
    mobile.silent(source=source, alternate=True)


def own_node(ha):
    """A node that is registered here, as a correspondent's peer."""
    node = ha.registered()
    mobile = Mobile(ha, node.home)
    mobile.care_of = node.care_of
    frame = ha.one(packets.ip6(node.care_of, HOME_AGENT, packets.IPV6, home_test_init(node.home)))
    body = packets.read_message(bytes(frame["IPv6"])[40:]).body
    mobile.home_index, mobile.home_token = int.from_bytes(body[6:8], "big"), body[16:24]
    mobile.test_care_of()
    mobile.sequence = node.sequence
    return node, mobile


def home_test_init(home):
    from correspondent import HOTI, test_init
    return test_init(HOTI, home)


@case
def over_home_registration(ha):
    """RFC 6275 9.5.1: an authorized update without H over a home registration: 139, which stays"""
    node, mobile = own_node(ha)
    answer = mobile.ask()
    answered(answer, mobile, 139)
    node.must_be_bound()


@case
def home_registration_over_it(ha):
    """RFC 6275 9.5.1: a home registration over a correspondent binding: 139; after its deletion accepted"""
    node, mobile = own_node(ha)
    node.leave()
    mobile.sequence = node.sequence
    mobile.register()
    node.sequence = mobile.sequence
    expect.equal(node.ask().status, 139, "status")
    mobile.sequence = node.sequence
    mobile.register(lifetime_s=0)
    node.sequence = mobile.sequence
    node.register()


@case
def flood(ha):
    """RFC 4443 2.4 (f), 6275 9.5.4: refusals are limited per network"""
    mobile = Mobile(ha)
    expect.limited(ha, *[mobile.update(home_index=1, care_of_index=1) for _ in range(60)])


@case(on="correspondent full")
def full(ha):
    """RFC 6275 9.5.2: a full cache: 130, proved, even with A clear; who is in it refreshes and leaves"""
    first, second = Mobile(ha).test(), Mobile(ha).test()
    first.register()
    for flags in (ACK, 0):
        answered(second.ask(flags=flags), second, 130)
    second.must_not_be_bound()
    first.register()
    first.register(lifetime_s=0)


@case(on="virtual")
def function_off(ha):
    """RFC 6275 9.5.1: without the correspondent function: silence, no binding"""
    mobile = Mobile(ha)
    mobile.silent()
    mobile.must_not_be_bound()
