# SPDX-License-Identifier: BSD-3-Clause
"""Binding revocation: the home agent is told by command to remove a binding, and tells the mobile node. RFC 5846 5, 6, 7.
The command is the control socket's (docs/control-api.md); everything else is seen on the wire."""
import struct

from scapy.layers.inet6 import IPv6

from home_agent import HOME_AGENT, packets
from suite import Failure, case
import craft
import expect

CONFIGURATION = "virtual"
REVOCATION, INDICATION, ACKNOWLEDGEMENT = 16, 1, 2
ADMINISTRATIVE = 1


def revoke(ha, node, **fields):
    ha.daemon.rpc("binding.remove", home_address=node.home, **fields)


def indication_in(frame):
    message = packets.read_message(bytes(frame[IPv6]))
    if message is None or message.type != REVOCATION:
        raise Failure(f"{frame.summary()} came instead of an indication")
    return message


def sequence_of(message):
    return struct.unpack_from("!H", message.body, 8)[0]


def indication(ha, node):
    """Of the binding's removal; the message."""
    return indication_in(ha.one(lambda: revoke(ha, node)))


def acknowledgement(node, sequence, status=0, kind=ACKNOWLEDGEMENT, **fields):
    """It has the layout of a Binding Update, its first fields meaning something else: RFC 5846 5.2."""
    values = {"mh_type": REVOCATION, "sequence": kind << 8 | status, "flags": sequence, "lifetime_s": 0, "alternate": False}
    return packets.BindingUpdate(**{**node.update().__dict__, **values, **fields}).packet()


def revocable(ha, kind="revocable"):
    """Whatever is sent again meanwhile is for its inbox."""
    node = ha.node(kind)
    node.register(**({} if kind == "revocable" else {"spi": None, "identifier": None}))
    return node


@case
def layout(ha):
    """RFC 5846 5.1: an indication: type 16, revocation type 1, trigger 1 (administrative), no flags; at the care-of address by type 2 routing header"""
    node = revocable(ha)
    message = indication(ha, node)
    expect.equal((message.source, message.destination, message.routing_home), (HOME_AGENT, node.care_of, node.home), "from and to")
    expect.equal((message.body[6], message.body[7], message.body[10:12]), (INDICATION, ADMINISTRATIVE, b"\0\0"),
                 "revocation type, trigger, flags")
    ha.exchange(acknowledgement(node, sequence_of(message)))


@case
def proved(ha):
    """RFC 5846 6.1, 4285 5.1: it carries the identifier and the authentication of the registrations"""
    node = revocable(ha)
    message = indication(ha, node)
    expect.equal(message.option(packets.OPTION_IDENTIFIER)[0], b"\x01" + node.identifier.encode(), "identifier")
    expect.equal(message.auth_ok(node.key, node.care_of, node.home), True, "authenticator")
    ha.exchange(acknowledgement(node, sequence_of(message)))


@case
def in_force_until_acknowledged(ha):
    """RFC 5846 7.1: until the acknowledgement the binding is in force, after it it is gone"""
    node = revocable(ha)
    message = indication(ha, node)
    node.must_be_bound()
    ha.silence(acknowledgement(node, sequence_of(message)))
    node.must_not_be_bound()


@case(each=(1, 128, 129, 130, 131, 132, 133))
def any_status(ha, status):
    """RFC 5846 7.3: acknowledged with status {0}: the binding is gone"""
    node = revocable(ha)
    ha.silence(acknowledgement(node, sequence_of(indication(ha, node)), status=status))
    node.must_not_be_bound()


WRONG = ("a wrong authenticator", "no authentication", "a wrong key", "the next sequence number", "the home address of another node",
         "the type of an indication", "revocation type 3", "no Home Address option", "the highest bit of its sequence number wrong")


def wrong(what, node, other, sequence):
    return {
        WRONG[0]: lambda: acknowledgement(node, sequence, auth_data=bytes(12)),
        WRONG[1]: lambda: acknowledgement(node, sequence, spi=None, identifier=None),
        WRONG[2]: lambda: acknowledgement(node, sequence, key=bytes(16)),
        WRONG[3]: lambda: acknowledgement(node, (sequence + 1) & 0xffff),
        WRONG[4]: lambda: acknowledgement(other, sequence),
        WRONG[5]: lambda: acknowledgement(node, sequence, kind=INDICATION),
        WRONG[6]: lambda: acknowledgement(node, sequence, kind=3),
        WRONG[7]: lambda: acknowledgement(node, sequence, home_option=False),
        WRONG[8]: lambda: acknowledgement(node, sequence ^ 0x8000),
    }[what]()


@case(each=WRONG)
def wrong_acknowledgement(ha, what):
    """RFC 5846 7.2, 7.3: an acknowledgement with {0}: silence, the binding stays"""
    node = revocable(ha)
    other = ha.registered()
    sequence = sequence_of(indication(ha, node))
    ha.silence(wrong(what, node, other, sequence))
    node.must_be_bound()
    ha.exchange(acknowledgement(node, sequence))


@case
def unasked_acknowledgement(ha):
    """RFC 5846 7.3: an acknowledgement of nothing: silence, the binding stays"""
    node = revocable(ha)
    ha.silence(acknowledgement(node, 4711))
    node.must_be_bound()


@case
def refresh_meanwhile(ha):
    """RFC 5846 7.1, 6275 10.3.1: a refresh while the indication is out: 129, proved"""
    node = revocable(ha)
    sequence = sequence_of(indication(ha, node))
    expect.refused(node, 129)
    ha.exchange(acknowledgement(node, sequence))


@case
def leaves_meanwhile(ha):
    """RFC 5846 7.1, 6275 10.3.2: it may de-register meanwhile, and come anew: the old revocation is over"""
    node = revocable(ha)
    sequence = sequence_of(indication(ha, node))
    node.leave()
    node.register()
    ha.silence(acknowledgement(node, sequence))
    node.must_be_bound()


@case
def again(ha):
    """RFC 5846 5.1, 7.1: after a revocation it registers anew; another one has another sequence number"""
    node = revocable(ha)
    first = sequence_of(indication(ha, node))
    ha.silence(acknowledgement(node, first))
    node.register()
    second = sequence_of(indication(ha, node))
    expect.true(first != second, "the same sequence number")
    ha.silence(acknowledgement(node, first))
    node.must_be_bound()
    ha.silence(acknowledgement(node, second))
    node.must_not_be_bound()


@case
def not_acknowledged(ha):
    """RFC 5846 7.1, 11: without an acknowledgement it is sent again in the same octets, and no third time: then the binding is gone"""
    node = revocable(ha)
    inbox = ha.inbox(lambda frame: is_about(frame, node))
    revoke(ha, node)
    yield from ha.until(lambda: len(inbox.frames) == 2)
    expect.equal(len(inbox.frames), 2, "indications")
    (first, one), (second, two) = inbox.frames
    expect.same_octets(bytes(two[IPv6]), bytes(one[IPv6]), "the second one")
    expect.true(second - first > 0.8, f"repeated after {second - first:.2f} s")
    node.must_be_bound()
    yield 2.4
    node.must_not_be_bound()
    expect.equal(len(inbox.frames), 2, "indications in all")


def is_about(frame, node):
    message = packets.read_message(bytes(frame[IPv6]))
    return message is not None and message.type == REVOCATION and message.routing_home == node.home


@case
def acknowledged_late(ha):
    """RFC 5846 7.1, 7.3: acknowledged, it is not sent again"""
    node = revocable(ha)
    inbox = ha.inbox(lambda frame: is_about(frame, node))
    revoke(ha, node)
    yield from ha.until(lambda: inbox.frames)
    ha.silence(acknowledgement(node, sequence_of(indication_in(inbox.take()[0]))))
    yield 1.4
    expect.equal(len(inbox.frames), 0, "indications afterwards")


@case
def without_security_association(ha):
    """RFC 5846 6.1: a node that registers without authentication is told and answers so, from its care-of address alone"""
    node = revocable(ha, "revocable open")
    message = indication(ha, node)
    expect.equal(message.option(packets.OPTION_AUTH)[0], None, "authentication option")
    open_fields = {"spi": None, "identifier": None, "key": None}
    ha.silence(acknowledgement(node, sequence_of(message), care_of=node.other_care_of, **open_fields))
    node.must_be_bound()
    ha.silence(acknowledgement(node, sequence_of(message), **open_fields))
    node.must_not_be_bound()


@case
def not_capable(ha):
    """RFC 5846 7.1: a node that does not understand it is not told: the binding is gone, and its next packet gets Binding Error 1"""
    node = ha.registered()
    ha.silence(lambda: revoke(ha, node))
    expect.binding_error(ha.one(node.echo()), 1, node.home, node.care_of)


@case
def told_not_to_tell(ha):
    """RFC 5846 7.1: removed without telling: silence"""
    node = revocable(ha)
    ha.silence(lambda: revoke(ha, node, tell=False))
    node.must_not_be_bound()


@case
def option_length(ha):
    """RFC 6275 9.2: an acknowledgement with an Alternate Care-of Address option of 8 octets: Parameter Problem 0 at its Length"""
    node = revocable(ha)
    sent = acknowledgement(node, 1, options=[(packets.OPTION_ALTERNATE, bytes(8), 8, 6)])
    expect.parameter_problem(ha.one(sent), 0, 64 + 14 + 1, node.care_of, sent)


@case
def too_short(ha):
    """RFC 6275 9.2, 5846 5.1: a revocation message of 8 octets: Parameter Problem 0 at the Header Len"""
    node = revocable(ha)
    sent = craft.mobility(craft.message(REVOCATION, 8), node.care_of, home=node.home)
    expect.parameter_problem(ha.one(sent), 0, 65, node.care_of, sent)


@case
def indication_to_the_home_agent(ha):
    """RFC 5846 7.2: a mobile node cannot revoke: an indication from it: silence, every binding stays"""
    node = ha.registered()
    ha.silence(acknowledgement(node, 1, kind=INDICATION))
    node.must_be_bound()
