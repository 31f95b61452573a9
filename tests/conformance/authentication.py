# SPDX-License-Identifier: BSD-3-Clause
"""The MN-HA mobility message authentication option, the identifier and the message-ID: RFC 4285 4 to 7; 4283 3."""
import time

from home_agent import packets
from suite import case
import expect

CONFIGURATION = "virtual"
WINDOW_S = 7
MN_HA, MN_AAA, OTHER_SUBTYPE = 1, 2, 77


def accepted(ha, kind="sequence", **fields):
    node = ha.node(kind)
    sent = node.update(**fields)
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 0)
    return node, answer


def tampered(node, offset, **fields):
    """An update whose octet at that offset of the Mobility Header was changed after it was authenticated."""
    sent = node.update(**fields)
    whole = bytearray(sent.message())
    whole[offset] ^= 0x01
    sent.message = lambda: bytes(whole)
    return sent


def option_at(node, kind, **fields):
    """Offset of an option within an update like that."""
    sequence = node.sequence
    whole = node.update(**fields).message()
    node.sequence = sequence
    message = packets.Message("", "", whole)
    return message.option(kind)[1]


def auth_option(subtype, spi, data):
    return bytes([9, 5 + len(data), subtype]) + spi.to_bytes(4, "big") + data


@case
def right(ha):
    """RFC 4285 5.1: right authenticator: accepted, and the acknowledgement is proved by the same association"""
    node, answer = accepted(ha)
    message = packets.read_message(bytes(answer.frame.payload))
    expect.equal(message.spi(), node.spi, "SPI of the acknowledgement")
    node.must_be_bound()


@case
def acknowledgement_carries_identifier(ha):
    """RFC 4285 4, 4283 3: the acknowledgement repeats the identifier, before its authentication option"""
    node, answer = accepted(ha)
    _, at = answer.message.option(8)
    _, auth_at = answer.message.option(9)
    expect.equal(answer.identifier, b"\x01" + node.identifier.encode(), "identifier")
    expect.true(at < auth_at, "the identifier stands behind the authentication option")


@case
def acknowledgement_option_placement(ha):
    """RFC 4285 5.1: MN-HA is the acknowledgement's last option, 19 octets from 8n+5 to its end"""
    _, answer = accepted(ha)
    _, at = answer.message.option(9)
    expect.equal((at % 8, at + 19), (5, len(answer.message.body)), "place of the option")


@case
def no_option(ha):
    """RFC 4285 5: no authentication option: silence"""
    node = ha.node()
    node.silent(spi=None)
    node.must_not_be_bound()


@case
def no_option_over_binding(ha):
    """RFC 4285 5: no authentication option over a binding: silence, the binding stays"""
    node = ha.registered()
    node.silent(spi=None, care_of=node.other_care_of)
    node.must_be_bound()


@case(each=(0, 3, 5, 255, 0xffffffff))
def unknown_spi(ha, spi):
    """RFC 4285 5.1: SPI {0} that nobody has: silence"""
    ha.node().silent(spi=spi)


@case
def spi_of_another(ha):
    """RFC 4285 5.1: the association of another node: silence"""
    node, other = ha.node(), ha.node()
    node.silent(spi=other.spi, key=other.key)
    node.must_not_be_bound()


@case
def wrong_key(ha):
    """RFC 4285 5.1.1: wrong authenticator: 146, proved by the association, nothing changes"""
    node = ha.registered()
    sent = node.update(key=bytes(16), care_of=node.other_care_of)
    frame = ha.one(sent.packet())
    message = packets.read_message(bytes(frame.payload))
    expect.equal((message.status, message.auth_ok(node.key, sent.care_of, node.home)), (146, True), "status, authenticator")
    node.must_be_bound()


@case(each=(0, 11))
def one_octet_of_data(ha, index):
    """RFC 4285 5.1: octet {0} of the authenticator counts: 146"""
    node = ha.node()
    at = option_at(node, 9) + 7
    expect.equal(node.ask_with(tampered(node, at + index)).status, 146, "status")


@case(each=(6, 7, 8, 9, 10, 11, 3))
def covered_octets(ha, offset):
    """RFC 4285 5.1: octet {0} of the message (sequence, flags, lifetime, Reserved) is covered: 146"""
    node = ha.node()
    expect.equal(node.ask_with(tampered(node, offset)).status, 146, "status")
    node.must_not_be_bound()


@case
def covered_option(ha):
    """RFC 4285 5.1: an option in front is covered: 146"""
    node = ha.node()
    options = [(200, b"covered", 1, 0)]
    at = option_at(node, 200, options=options) + 4
    expect.equal(node.ask_with(tampered(node, at, options=options)).status, 146, "status")


@case
def covered_care_of(ha):
    """RFC 4285 5.1: the care-of address is covered, even where only the source tells it: 146"""
    node = ha.node()
    sent = node.update(alternate=False)
    message = sent.message()
    moved = node.update(alternate=False, care_of=node.other_care_of, sequence=sent.sequence)
    moved.message = lambda: message
    expect.equal(packets.read_message(bytes(ha.one(moved.packet()).payload)).status, 146, "status")
    node.must_not_be_bound(node.other_care_of)


@case
def covered_home(ha):
    """RFC 4285 5.1: the home address is covered: another node's option in its place is no association: silence"""
    node, other = ha.node(), ha.node()
    sent = node.update()
    message = sent.message()
    moved = node.update(home=other.home)
    moved.message = lambda: message
    ha.silence(moved.packet())
    other.must_not_be_bound()


@case
def checksum_counts_as_zero(ha):
    """RFC 4285 5.1: the checksum field counts as 0: updates of any checksum are accepted"""
    node = ha.node()
    for _ in range(3):
        node.register()


@case
def identifier_missing(ha):
    """RFC 4285 4: no identifier: silence"""
    node = ha.node()
    node.silent(identifier=None)
    node.must_not_be_bound()


@case(each=("other@example.com", "x"))
def identifier_of_another(ha, identifier):
    """RFC 4285 4, 4283 3: identifier {0}, which is not this node's: silence"""
    ha.node().silent(identifier=identifier)


@case
def identifier_behind(ha):
    """RFC 4283 3.2: the identifier behind the authentication option: silence"""
    node = ha.node()
    identifier = b"\x01" + node.identifier.encode()
    behind = bytes([8, len(identifier)]) + identifier
    node.silent(identifier=None, behind=behind + packets.pad(-len(behind) % 8))
    node.must_not_be_bound()


@case(each=(b"\x01\x06" + bytes(6), bytes(8), b"\x01\x0e" + bytes(14)))
def padding_behind(ha, behind):
    """RFC 4285 5.1: padding behind the option ({0}) is accepted"""
    accepted(ha, behind=behind)


@case
def option_behind(ha):
    """RFC 4285 5.1: MN-HA must be last: another option behind it: silence"""
    node = ha.node()
    node.silent(behind=b"\xc8\x06" + bytes(6))
    node.must_not_be_bound()


@case
def alternate_care_of_behind(ha):
    """RFC 4285 5.1: what nobody proves does not count: an alternate care-of address behind MN-HA: silence"""
    node = ha.node()
    behind = packets.pad(6) + b"\x03\x10" + packets.address(node.other_care_of)
    node.silent(alternate=False, behind=behind)
    node.must_not_be_bound()
    node.must_not_be_bound(node.other_care_of)


@case
def aaa_behind(ha):
    """RFC 4285 5.2: the MN-AAA option may stand behind MN-HA"""
    accepted(ha, behind=packets.pad(5) + auth_option(MN_AAA, 3, bytes(20)))


@case
def aaa_in_front(ha):
    """RFC 4285 5: MN-AAA in front of MN-HA: dropped"""
    node = ha.node()
    node.silent(options=[(9, bytes([MN_AAA]) + bytes(4) + bytes(20), 4, 1)])
    node.must_not_be_bound()


@case
def two_options(ha):
    """RFC 4285 5: two MN-HA options: dropped"""
    node = ha.node()
    node.silent(options=[(9, bytes([MN_HA]) + node.spi.to_bytes(4, "big") + bytes(12), 4, 1)])
    node.must_not_be_bound()


@case
def only_aaa(ha):
    """RFC 4285 5.2: MN-AAA alone proves nothing here: silence"""
    node = ha.node()
    node.silent(spi=None, options=[(9, bytes([MN_AAA]) + bytes(4) + bytes(20), 4, 1)])
    node.must_not_be_bound()


@case
def only_other_subtype(ha):
    """RFC 4285 5: an authentication option of an unknown subtype alone: silence"""
    node = ha.node()
    node.silent(spi=None, options=[(9, bytes([OTHER_SUBTYPE]) + node.spi.to_bytes(4, "big") + bytes(12), 4, 1)])
    node.must_not_be_bound()


@case
def failures_are_limited(ha):
    """RFC 4285 5.1.1, 6275 9.3.3: answers of 146 to one /64 are limited, and a right update of that place is answered"""
    node = ha.node()
    expect.limited(ha, *[node.update(auth_data=bytes(12)).packet() for _ in range(60)])
    node.register()


@case
def open_node(ha):
    """RFC 4285 4: a node configured without authentication registers without, and is answered without"""
    node = ha.node("open")
    sent = node.update()
    expect.acknowledged(node.ask_with(sent), sent, 0, authenticated=False)
    node.must_be_bound()


@case
def open_node_sequence(ha):
    """RFC 6275 9.5.1: its sequence numbers count"""
    node = ha.registered("open", sequence=10)
    expect.equal(node.ask(sequence=10).status, 135, "status")


@case
def message_id_not_asked_for(ha):
    """RFC 4285 6: a message-ID that the association does not ask for is repeated in the acknowledgement"""
    _, answer = accepted(ha, message_id=0x1122334455667788)
    expect.equal(answer.message_id, 0x1122334455667788, "message-ID")


@case
def no_message_id(ha):
    """RFC 4285 6: no message-ID in the update: none in the acknowledgement"""
    _, answer = accepted(ha)
    expect.equal(answer.message_id, None, "message-ID")


@case
def timestamp(ha):
    """RFC 4285 6: a valid timestamp: accepted and copied whole, at 8n+2"""
    stamp = packets.ntp_now()
    _, answer = accepted(ha, "timestamp", message_id=stamp)
    expect.equal(answer.message_id, stamp, "message-ID")


@case
def timestamp_missing(ha):
    """RFC 4285 6: the timestamp is required and missing: 145, proved"""
    node = ha.node("timestamp")
    expect.refused(node, 145, message_id=None)
    node.must_not_be_bound()


@case(each=(-WINDOW_S + 1.5, WINDOW_S - 1.5))
def timestamp_within_window(ha, offset_s):
    """RFC 4285 6: a clock {0} s off is within the window"""
    accepted(ha, "timestamp", message_id=packets.ntp_now(offset_s))


@case(each=(-WINDOW_S - 1, WINDOW_S + 1, -3600, 3600, -2**30, 2**30))
def timestamp_outside_window(ha, offset_s):
    """RFC 4285 6: a clock {0} s off: 144, proved, no binding"""
    node = ha.node("timestamp")
    expect.refused(node, 144, message_id=packets.ntp_now(offset_s))
    node.must_not_be_bound()


@case
def timestamp_corrected(ha):
    """RFC 4285 6: 144 carries the low 32 bits as they came and the home agent's seconds"""
    node = ha.node("timestamp")
    stamp = packets.ntp_now(-3600)
    answer = expect.refused(node, 144, message_id=stamp)
    expect.equal(answer.message_id & 0xffffffff, stamp & 0xffffffff, "low half")
    away = (answer.message_id >> 32) - (int(time.time()) + packets.NTP_EPOCH & 0xffffffff)
    expect.true(abs(away) <= 60, f"the home agent's clock is {away} s away")


@case
def timestamp_again(ha):
    """RFC 4285 6: the same timestamp again: 144, the binding stays"""
    node = ha.node("timestamp")
    stamp = packets.ntp_now()
    node.register(message_id=stamp)
    expect.refused(node, 144, message_id=stamp, care_of=node.other_care_of)
    node.must_be_bound()


@case
def timestamp_older(ha):
    """RFC 4285 6: a timestamp within the window and older than the last one: 144"""
    node = ha.node("timestamp")
    node.register(message_id=packets.ntp_now())
    expect.refused(node, 144, message_id=packets.ntp_now(-2))
    node.must_be_bound()


@case
def timestamp_barely_newer(ha):
    """RFC 4285 6: the least step forward is newer"""
    node = ha.node("timestamp")
    stamp = packets.ntp_now()
    node.register(message_id=stamp)
    node.register(message_id=stamp + 1)


@case
def refused_timestamp_is_not_kept(ha):
    """RFC 4285 6: a timestamp that was refused does not become the last one"""
    node = ha.node("timestamp")
    expect.refused(node, 144, message_id=packets.ntp_now(3600))
    node.register()


@case
def timestamp_outlives_binding(ha):
    """RFC 4285 6: a captured update does not register again after the node has left: 144"""
    node = ha.node("timestamp")
    captured = node.update()
    node.ask_with(captured)
    node.leave()
    answer = node.ask_with(captured)
    expect.equal(answer.status, 144, "status")
    node.must_not_be_bound()


@case(each=(9, 10, 60000))
def sequence_not_used(ha, number):
    """RFC 4285 7: with timestamps the sequence number {0} after 10 is not tested, and copied"""
    node = ha.registered("timestamp", sequence=10)
    answer = node.ask(sequence=number)
    expect.equal((answer.status, answer.sequence), (0, number), "status and sequence number")


@case
def authenticator_before_timestamp(ha):
    """RFC 4285 5.1, 6: wrong authenticator and bad timestamp: 146"""
    node = ha.node("timestamp")
    expect.equal(node.ask(message_id=packets.ntp_now(-3600), auth_data=bytes(12)).status, 146, "status")


@case
def timestamp_before_type_change(ha):
    """RFC 4285 6, 6275 9.5.1: bad timestamp and H clear: 144 comes first"""
    node = ha.registered("timestamp")
    expect.refused(node, 144, message_id=packets.ntp_now(-3600), flags=0x8000)


@case
def forged_timestamp_is_not_kept(ha):
    """RFC 4285 6: a timestamp of a forged update does not shut the node out"""
    node = ha.node("timestamp")
    node.ask(message_id=packets.ntp_now(5), auth_data=bytes(12))
    node.register()


@case
def message_id_in_failure(ha):
    """RFC 4285 6: 146 carries a message-ID when the update did"""
    node = ha.node("timestamp")
    stamp = packets.ntp_now()
    expect.equal(node.ask(message_id=stamp, auth_data=bytes(12)).message_id, stamp, "message-ID")
