# SPDX-License-Identifier: BSD-3-Clause
"""Registration revocation in Mobile IPv4. RFC 3543 3, 4. The command is the control socket's; all else is seen on the wire."""
import time

import ip4
import mip4
from configurations4 import FOREIGN_AGENTS, HOME_AGENT, foreign_association
from mip4 import T
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
ALGORITHM = "hmac-md5"
AGENT, ASSOCIATION = FOREIGN_AGENTS[ALGORITHM][0], foreign_association(ALGORITHM)
A = 0x8000
OTHER_ALGORITHM = "hmac-sha256"


class Clock:
    """Of the foreign agent: each reading is later than the one before."""
    last = 0

    @classmethod
    def now(cls):
        cls.last = max(cls.last + 1, int(time.time()) + mip4.NTP_EPOCH & 0xffffffff)
        return cls.last


def registered(ha, inform=False, supported=True, flags=T):
    """A node registered through the foreign agent, both sides knowing revocation; (the node, the reply)"""
    node = ha.node()
    extension = mip4.support(Clock.now(), inform) if supported else b""
    sent = node.through(AGENT, ALGORITHM, flags=flags, between=extension)
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, 0, node.association)
    return node, answer


def co_located(ha):
    node = ha.node()
    answer = node.register(extensions=mip4.support(Clock.now()))
    return node, answer


def from_agent(node, **fields):
    values = {"home": node.home, "home_agent": HOME_AGENT, "foreign": AGENT, "identifier": Clock.now(), "association": ASSOCIATION}
    source = fields.pop("source", AGENT)
    return ip4.udp_packet(source, HOME_AGENT, 3434, 434, mip4.Revocation(**{**values, **fields}).payload())


def revoke(ha, node):
    ha.daemon.rpc("binding.remove", home_address=node.home)


def revocation(ha, node, to, association=ASSOCIATION, kind=mip4.FA_HA):
    """What the home agent sends when it is told to remove the binding; it is acknowledged."""
    inbox = ha.inbox(lambda frame: is_revocation(frame, node))
    ha.exchange(lambda: revoke(ha, node))
    yield from ha.until(lambda: bool(inbox.frames))
    found = inbox.take()
    ha.inboxes.remove(inbox)
    expect.true(bool(found), "no revocation")
    packet = ip4.read(bytes(found[0])[14:])
    ha.exchange(ip4.udp_packet(to, HOME_AGENT, 434, packet.ports[0], mip4.revocation_ack(
        node.home, mip4.message_of(packet).revocation_identifier, association, kind)))
    return packet


def is_revocation(frame, node):
    message = mip4.message_of(ip4.read(bytes(frame)[14:]))
    return message is not None and message.type == mip4.REVOCATION and message.home == node.home


@case
def support(ha):
    """RFC 3543 3.2: support in the request of a foreign agent: support in the reply, covered by Foreign-Home authentication"""
    _, answer = registered(ha)
    message = answer.message
    data = message.one_of(mip4.SUPPORT)
    expect.true(data is not None and len(data) == 6, "no support extension of six octets")
    expect.equal(data[0], 0, "I, which nobody asked for")
    order = message.order()
    expect.true(order.index(mip4.MN_HA) < order.index(mip4.SUPPORT) < order.index(mip4.FA_HA), f"extensions {order}")
    expect.equal(message.proved_by(ASSOCIATION, mip4.FA_HA), True, "Foreign-Home authentication")


@case
def support_of_co_located(ha):
    """RFC 3543 3.2: support in the request of a co-located node: support in the reply, covered by Mobile-Home authentication"""
    _, answer = co_located(ha)
    order = answer.message.order()
    expect.true(mip4.SUPPORT in order and order.index(mip4.SUPPORT) < order.index(mip4.MN_HA), f"extensions {order}")


@case
def no_support(ha):
    """RFC 3543 3.2: none in the request: none in the reply"""
    _, answer = registered(ha, supported=False)
    expect.equal(answer.message.all_of(mip4.SUPPORT), [], "support")


@case(on="ipv4 strict")
def switched_off(ha):
    """RFC 3543 3.2: a home agent without revocation skips the extension"""
    _, answer = of_strict(ha)
    expect.equal(answer.message.all_of(mip4.SUPPORT), [], "support")


def of_strict(ha):
    node = ha.node()
    sent = node.through(AGENT, ALGORITHM, flags=T, between=mip4.support(Clock.now()))
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, 1, node.association)
    return node, answer


@case
def to_foreign_agent(ha):
    """RFC 3543 3.3: the operator removes the binding: revocation to the foreign agent: A set, addresses, authenticated"""
    node, _ = registered(ha)
    packet = yield from revocation(ha, node, AGENT)
    message = mip4.message_of(packet)
    expect.equal((packet.source, packet.destination, packet.ports[1]), (HOME_AGENT, AGENT, 434), "from, to, port")
    expect.equal(message.revocation_flags, A, "A, I and reserved")
    expect.equal((message.home, message.home_agent, message.care_of), (node.home, HOME_AGENT, AGENT), "the three addresses")
    expect.equal(message.proved_by(ASSOCIATION, mip4.FA_HA), True, "Foreign-Home authentication")
    node.must_not_be_bound(AGENT)


@case
def to_co_located(ha):
    """RFC 3543 3.3: a co-located node gets it itself, with Mobile-Home authentication"""
    node, _ = co_located(ha)
    packet = yield from revocation(ha, node, node.care_of, node.association, mip4.MN_HA)
    message = mip4.message_of(packet)
    expect.equal((packet.source, packet.destination), (HOME_AGENT, node.care_of), "from and to")
    expect.equal(message.revocation_flags & A, A, "A")
    expect.equal(message.proved_by(node.association), True, "Mobile-Home authentication")
    node.must_not_be_bound()


@case
def not_without_support(ha):
    """RFC 3543 4.2.2: no revocation to one that does not know it"""
    node, _ = registered(ha, supported=False)
    inbox = ha.inbox(lambda frame: is_revocation(frame, node))
    ha.exchange(lambda: revoke(ha, node))
    yield 1.5
    ha.inboxes.remove(inbox)
    expect.equal(len(inbox.take()), 0, "revocations")
    node.must_not_be_bound(AGENT)


@case
def sent_again(ha):
    """RFC 3543 3.3, 4.2.2: without an acknowledgement it is sent again with a later identifier, no sooner than a second; then not more"""
    node, _ = registered(ha)
    inbox = ha.inbox(lambda frame: is_revocation(frame, node))
    ha.exchange(lambda: revoke(ha, node))
    yield from ha.until(lambda: len(inbox.frames) >= 2, 8)
    expect.true(len(inbox.frames) >= 2, f"{len(inbox.frames)} revocations")
    (first_at, first), (second_at, second) = inbox.frames[:2]
    expect.true(second_at - first_at >= 0.9, f"{second_at - first_at:.2f} s apart")
    first, second = [mip4.message_of(ip4.read(bytes(frame)[14:])).revocation_identifier for frame in (first, second)]
    expect.true(0 < (second - first) & 0xffffffff < 1 << 31, f"identifiers {first}, {second}")
    ha.exchange(ip4.udp_packet(AGENT, HOME_AGENT, 434, 434, mip4.revocation_ack(node.home, second, ASSOCIATION)))
    inbox.take()
    yield 5
    ha.inboxes.remove(inbox)
    expect.equal(len(inbox.take()), 0, "revocations after the acknowledgement")


@case(each=("authenticator", "identifier", "home address"))
def wrong_acknowledgement(ha, what):
    """RFC 3543 3.4, 3.5: an acknowledgement with a wrong {0} is none: the revocation is sent again"""
    node, _ = registered(ha)
    inbox = ha.inbox(lambda frame: is_revocation(frame, node))
    ha.exchange(lambda: revoke(ha, node))
    yield from ha.until(lambda: bool(inbox.frames))  # not within a second of the registration
    found = inbox.take()
    expect.true(bool(found), "no revocation")
    identifier = mip4.message_of(ip4.read(bytes(found[0])[14:])).revocation_identifier
    home = "10.1.99.98" if what == "home address" else node.home
    wrong = mip4.revocation_ack(home, identifier ^ (what == "identifier"), ASSOCIATION,
                                authenticator=bytes(16) if what == "authenticator" else None)
    ha.exchange(ip4.udp_packet(AGENT, HOME_AGENT, 434, 434, wrong))
    yield from ha.until(lambda: bool(inbox.frames), 6)
    found = inbox.take()
    ha.inboxes.remove(inbox)
    expect.true(bool(found), "not sent again")
    identifier = mip4.message_of(ip4.read(bytes(found[-1])[14:])).revocation_identifier
    ha.exchange(ip4.udp_packet(AGENT, HOME_AGENT, 434, 434, mip4.revocation_ack(node.home, identifier, ASSOCIATION)))


# From a foreign agent.

@case
def from_foreign_agent(ha):
    """RFC 3543 3.3, 3.4: a revocation of the foreign agent: the binding goes, and it is acknowledged from port 434"""
    node, _ = registered(ha)
    identifier = Clock.now()
    packet = ha.one(from_agent(node, identifier=identifier))
    message = expect4.mobile_message(packet, mip4.REVOCATION_ACK)
    expect.equal((packet.source, packet.destination, packet.ports), (HOME_AGENT, AGENT, (434, 3434)), "from, to, ports")
    expect.equal((message.home, message.revocation_identifier), (node.home, identifier), "what is acknowledged")
    expect.equal(message.revocation_flags, 0, "I and reserved")
    expect.equal(message.proved_by(ASSOCIATION, mip4.FA_HA), True, "Foreign-Home authentication")
    node.must_not_be_bound(AGENT)


@case(each=("wrong authenticator", "no authenticator", "A set", "older than the registration", "another home agent",
            "another care-of address", "another home address", "from elsewhere"))
def not_believed(ha, what):
    """RFC 3543 3.3, 3.5: a revocation with {0}: silence, the binding stays"""
    node, _ = registered(ha)
    changed = {
        "wrong authenticator": {"authenticator": bytes(16)}, "no authenticator": {"association": None}, "A set": {"flags": A},
        "older than the registration": {"identifier": Clock.now() - 1000}, "another home agent": {"home_agent": "192.0.2.99"},
        "another care-of address": {"foreign": "172.18.0.99"}, "another home address": {"home": ha.node().home},
        "from elsewhere": {"source": "172.18.0.98"},
    }
    ha.silence(from_agent(node, **changed[what]))
    node.must_be_bound(AGENT)


@case
def replayed(ha):
    """RFC 3543 3.5: a revocation heard and sent again after a new registration: silence, the binding stays"""
    node, _ = registered(ha)
    sent = from_agent(node)
    ha.one(sent)
    node.ask_with(node.through(AGENT, ALGORITHM, between=mip4.support(Clock.now())))
    ha.silence(sent)
    node.must_be_bound(AGENT)


@case
def not_of_another_agent(ha):
    """RFC 3543 3.3: one foreign agent cannot revoke what is registered by another one"""
    node, _ = registered(ha)
    other = FOREIGN_AGENTS[OTHER_ALGORITHM][0]
    ha.silence(from_agent(node, source=other, foreign=other, association=foreign_association(OTHER_ALGORITHM)))
    node.must_be_bound(AGENT)


@case(each=(0, 10, 19))
def cut_short(ha, octets):
    """RFC 3543 3.3: a revocation of {0} octets: silence"""
    node, _ = registered(ha)
    payload = ip4.read(from_agent(node)).payload[8:8 + octets]
    ha.silence(ip4.udp_packet(AGENT, HOME_AGENT, 434, 434, payload))
    node.must_be_bound(AGENT)


@case
def unasked_acknowledgement(ha):
    """RFC 3543 3.4: an acknowledgement of nothing: silence"""
    node, _ = registered(ha)
    ha.silence(ip4.udp_packet(AGENT, HOME_AGENT, 434, 434, mip4.revocation_ack(node.home, 5, ASSOCIATION)))
    node.must_be_bound(AGENT)
