# SPDX-License-Identifier: BSD-3-Clause
"""A home agent that is drained: newcomers go elsewhere, and, when it is told so, everybody is sent there. RFC 5142; 6275 10.3.1.
The command is the control socket's (docs/control-api.md); everything else is seen on the wire."""
import contextlib
import struct

from scapy.layers.inet6 import IPv6

from configurations import OTHER_HOME_AGENTS
from home_agent import HOME_AGENT, MARKER, packets
from suite import Failure, case
import craft
import expect

CONFIGURATION = "switch"
SWITCH, REFRESH_ADVICE = 12, 2


@contextlib.contextmanager
def drained(ha, **fields):
    ha.daemon.rpc("drain.set", on=True, **fields)
    try:
        yield
    finally:
        ha.daemon.rpc("drain.set", on=False)


class Switch:
    """A Home Agent Switch message out of its tunnel."""

    def __init__(self, frame):
        whole = bytes(frame[IPv6])
        self.outer = whole[:40]
        self.message = packets.read_message(whole[40:]) if whole[6] == packets.IPV6 else None
        if self.message is None or self.message.type != SWITCH:
            raise Failure(f"{frame.summary()} came instead of a Home Agent Switch message")
        body = self.message.body
        self.addresses = [packets.text(body[8 + 16 * i:24 + 16 * i]) for i in range(body[6])]
        self.options, at = {}, 8 + 16 * body[6]
        while at < len(body):
            if body[at] == 0:
                at += 1
                continue
            self.options[body[at]] = (body[at + 2:at + 2 + body[at + 1]], at)
            at += 2 + body[at + 1]

    def auth_ok(self, node, care_of):
        data, at = self.options.get(packets.OPTION_AUTH, (b"", 0))
        return data[5:] == packets.authenticator(node.key, care_of, node.home, self.message.body[:at + 7])


def is_switch(packet):
    message = packets.read_message(packet)
    return message is not None and message.type == SWITCH


@contextlib.contextmanager
def switched(ha, *nodes, **fields):
    """The messages by home address, but for the marker's; nobody else is registered meanwhile. The nodes leave at the end."""
    inbox = ha.inbox(lambda frame: bytes(frame[IPv6])[6] == packets.IPV6 and is_switch(bytes(frame[IPv6])[40:]))
    try:
        with drained(ha, switch=True, **fields):
            for _ in range(40):
                if len(inbox.frames) > len(nodes):
                    break
                ha.listen(0.05)
            found = [Switch(frame) for frame in inbox.take()]
            yield {switch.message.destination: switch for switch in found if switch.message.destination != MARKER}
    finally:
        ha.inboxes.remove(inbox)
        for node in nodes:
            with contextlib.suppress(RuntimeError):  # it has left already
                ha.daemon.rpc("binding.remove", home_address=node.home, tell=False)


@contextlib.contextmanager
def registered(ha, **fields):
    node = ha.registered(**fields)
    yield node
    node.leave()


@case
def newcomer(ha):
    """RFC 6275 10.3.1: drained: a registration of who is not registered: 130, proved, no binding"""
    with drained(ha):
        node = ha.node()
        expect.refused(node, 130)
        node.must_not_be_bound()


@case
def refresh(ha):
    """RFC 6275 10.3.1: drained: a refresh is accepted"""
    with registered(ha) as node, drained(ha):
        node.register()
        node.must_be_bound()


@case
def move(ha):
    """RFC 6275 10.3.1: drained: a move is accepted"""
    with registered(ha) as node, drained(ha):
        node.register(care_of=node.other_care_of)
        node.must_be_bound(node.other_care_of)


@case
def traffic(ha):
    """RFC 6275 10.4.2: drained: packets are tunnelled on"""
    with registered(ha) as node, drained(ha):
        sent = craft.udp(ha.place(), node.home)
        expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def leaves(ha):
    """RFC 6275 10.3.2: drained: a de-registration is accepted, and the node not taken in again"""
    node = ha.registered()
    with drained(ha):
        node.leave()
        expect.refused(node, 130)


@case
def nobody_is_told(ha):
    """RFC 5142 4: drained without a switch: no message"""
    with registered(ha):
        ha.silence(lambda: ha.daemon.rpc("drain.set", on=True))
        ha.daemon.rpc("drain.set", on=False)


@case
def drained_no_more(ha):
    """RFC 6275 10.3.1: the drain over, newcomers are taken in"""
    with drained(ha):
        node = ha.node()
        expect.refused(node, 130)
    node.register()
    node.leave()


@case
def layout(ha):
    """RFC 5142 3.1: type 12, the number of addresses, Reserved 0, the addresses in order; to the home address without routing header"""
    node = ha.registered()
    with switched(ha, node) as told:
        switch = told[node.home]
        expect.equal(switch.addresses, OTHER_HOME_AGENTS, "addresses")
        body = switch.message.body
        expect.equal((body[0], body[2], body[3], body[7]), (59, SWITCH, 0, 0), "next header, type, reserved octets")
        expect.equal((switch.message.source, switch.message.routing_home, switch.message.checksum_ok), (HOME_AGENT, None, True),
                     "source, routing header, checksum")


@case
def through_the_tunnel(ha):
    """RFC 6275 6.1, 10.4.2: through the tunnel to the care-of address"""
    node = ha.registered()
    with switched(ha, node) as told:
        outer = told[node.home].outer
        expect.equal((outer[6], packets.text(outer[8:24]), packets.text(outer[24:])), (41, HOME_AGENT, node.care_of), "outer header")


@case
def proved(ha):
    """RFC 5142 4, 8, 4285 5.1: protected by the association of the registrations"""
    node = ha.registered()
    with switched(ha, node) as told:
        expect.true(told[node.home].auth_ok(node, node.care_of), "a wrong authenticator")


@case
def advice(ha):
    """RFC 5142 3.1: the Binding Refresh Advice is what is left of the binding's lifetime, in units of four seconds"""
    node = ha.registered(lifetime_s=400)
    with switched(ha, node) as told:
        value = struct.unpack("!H", told[node.home].options[REFRESH_ADVICE][0])[0]
        expect.true(95 <= value <= 100, f"advice {value}")


@case
def everybody(ha):
    """RFC 5142 4: every registered node is told, each at its own place"""
    nodes = [ha.registered() for _ in range(5)]
    with switched(ha, *nodes) as told:
        expect.equal({home: packets.text(switch.outer[24:]) for home, switch in told.items()},
                     {node.home: node.care_of for node in nodes}, "who is told where")


@case
def no_address(ha):
    """RFC 5142 3.1, 4: no address sends nodes to discovery"""
    node = ha.registered()
    with switched(ha, node, addresses=[]) as told:
        expect.equal((told[node.home].message.body[6], told[node.home].auth_ok(node, node.care_of)), (0, True),
                     "number of addresses, authenticator")


@case
def other_addresses(ha):
    """RFC 5142 4: addresses given with the command"""
    node = ha.registered()
    with switched(ha, node, addresses=["2001:db8:ee::9"]) as told:
        expect.equal(told[node.home].addresses, ["2001:db8:ee::9"], "addresses")


@case
def refresh_after_told(ha):
    """RFC 5142 4, 6275 10.3.1: who was told gets no more lifetime: 129, the binding stays"""
    node = ha.registered()
    with switched(ha, node):
        expect.refused(node, 129)
        node.must_be_bound()


@case
def move_after_told(ha):
    """RFC 5142 4: who was told may move, for what is left of the lifetime"""
    node = ha.registered(lifetime_s=400)
    with switched(ha, node):
        answer = node.register(care_of=node.other_care_of, lifetime_s=3600)
        expect.true(380 <= answer.lifetime_s <= 400, f"lifetime {answer.lifetime_s}")
        node.must_be_bound(node.other_care_of)


@case
def leaves_after_told(ha):
    """RFC 5142 4: who was told de-registers: status 0"""
    node = ha.registered()
    with switched(ha, node):
        node.leave()
        node.must_not_be_bound()


@case
def binding_error_changes_nothing(ha):
    """RFC 5142 4, 6275 9.3.3: a Binding Error 2 to the message proves nothing: the binding stays, no answer"""
    node = ha.registered()
    with switched(ha, node):
        message = bytes([59, 2, 7, 0, 0, 0, 2, 0]) + bytes(16)
        ha.silence(craft.tunnel(craft.mobility(message, node.home), node.care_of))
        node.must_be_bound()


@case
def to_the_home_agent(ha):
    """RFC 5142 4, 6275 9.2: a mobile node cannot switch the home agent: type 12 to it: the binding stays"""
    node = ha.registered()
    ha.exchange(craft.mobility(craft.message(SWITCH, 8), node.care_of, home=node.home))
    node.must_be_bound()
    node.leave()


@case
def refresh_after_the_drain(ha):
    """RFC 5142 4: the switch over, who was told refreshes again"""
    node = ha.registered()
    with switched(ha, node):
        expect.refused(node, 129)
        ha.daemon.rpc("drain.set", on=False)
        node.register()
