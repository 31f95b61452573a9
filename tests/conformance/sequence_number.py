# SPDX-License-Identifier: BSD-3-Clause
"""Sequence numbers, modulo 2^16: RFC 6275 9.5.1; after de-registration: 10.3.2."""
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
# (last accepted, next)
NEWER = ((0, 1), (0, 32767), (15, 16), (15, 32782), (65535, 0), (65535, 32766), (65530, 2), (32768, 65535), (32767, 32768),
         (40000, 7231))
NOT_NEWER = ((0, 0), (0, 32768), (0, 65535), (15, 15), (15, 14), (15, 0), (15, 32783), (15, 65535), (65535, 65534),
             (65535, 32767), (32768, 0), (32768, 32767), (40000, 7232), (2, 65530))


@case(each=NEWER)
def newer(ha, numbers):
    """RFC 6275 9.5.1: last accepted, next {0}: newer modulo 2^16, accepted"""
    node = ha.node()
    node.register(sequence=numbers[0])
    answer = node.ask(sequence=numbers[1])
    expect.equal((answer.status, answer.sequence), (0, numbers[1]), "status and sequence number")


@case(each=NOT_NEWER)
def not_newer(ha, numbers):
    """RFC 6275 9.5.1: last accepted, next {0}: 135 with the last accepted number, binding untouched"""
    node = ha.node()
    node.register(sequence=numbers[0])
    sent = node.update(sequence=numbers[1], care_of=node.other_care_of)
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 135)
    expect.equal(answer.sequence, numbers[0], "sequence number told")
    node.must_be_bound()


@case(each=(0, 1, 32767, 32768, 65535))
def first(ha, number):
    """RFC 6275 9.5.1: without a binding sequence number {0} is accepted and copied"""
    answer = ha.node().ask(sequence=number)
    expect.equal((answer.status, answer.sequence), (0, number), "status and sequence number")


@case
def refused_number_is_not_kept(ha):
    """RFC 6275 9.5.1: a refused number does not become the last accepted one"""
    node = ha.node()
    node.register(sequence=100)
    expect.equal(node.ask(sequence=40000).status, 135, "status")
    expect.equal(node.ask(sequence=101).status, 0, "status of the next one")


@case
def retransmission(ha):
    """RFC 6275 9.5.1: the same update twice: the second one is not newer, 135"""
    node = ha.node()
    sent = node.update()
    expect.equal(node.ask_with(sent).status, 0, "status")
    answer = node.ask_with(sent)
    expect.equal((answer.status, answer.sequence), (135, sent.sequence), "status and sequence number")
    node.must_be_bound()


@case
def without_acknowledge_flag(ha):
    """RFC 6275 9.5.4: 135 is answered even with A clear"""
    node = ha.registered(sequence=10)
    expect.equal(node.ask(sequence=9, flags=0x4000).status, 135, "status")


@case
def stale_move_does_not_move(ha):
    """RFC 6275 9.5.1: packets go on to the place that was registered"""
    node, correspondent = ha.registered(sequence=10), ha.place()
    expect.equal(node.ask(sequence=9, care_of=node.other_care_of).status, 135, "status")
    sent = craft.udp(correspondent, node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def after_deregistration_older(ha):
    """RFC 6275 10.3.2: an older update within 10 s of a de-registration: 135, no binding"""
    node = ha.registered(sequence=10)
    node.leave(sequence=11)
    sent = node.update(sequence=10)
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 135)
    expect.equal(answer.sequence, 11, "sequence number told")
    node.must_not_be_bound()


@case
def after_deregistration_equal(ha):
    """RFC 6275 10.3.2: the de-registration's own number again: 135"""
    node = ha.registered(sequence=10)
    node.leave(sequence=11)
    expect.equal(node.ask(sequence=11).status, 135, "status")
    node.must_not_be_bound()


@case
def after_deregistration_newer(ha):
    """RFC 6275 10.3.2: a newer update after a de-registration registers"""
    node = ha.registered(sequence=10)
    node.leave(sequence=11)
    expect.equal(node.ask(sequence=12).status, 0, "status")
    node.must_be_bound()


@case
def after_deregistration_forgotten(ha):
    """RFC 6275 10.3.2, 12: MAX_DELETE_BCE_TIMEOUT later any number is accepted"""
    node = ha.registered(sequence=10)
    node.leave(sequence=11)
    yield 12
    expect.equal(node.ask(sequence=5).status, 0, "status")


@case
def after_expiry(ha):
    """RFC 6275 9.5.1: once the lifetime has ended there is no binding, and any number is accepted"""
    node = ha.registered(sequence=100, lifetime_s=4)
    yield 16
    expect.equal(node.ask(sequence=50).status, 0, "status")
