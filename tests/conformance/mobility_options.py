# SPDX-License-Identifier: BSD-3-Clause
"""Mobility options in a Binding Update: RFC 6275 6.2; 3963 4.3; 4283 3; 4285 5, 6."""
from home_agent import packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
FIRST = 64 + 12  # where the options of a Binding Update begin in its packet
# kind: wrong length
WRONG_LENGTHS = ((2, 1), (2, 3), (3, 15), (3, 17), (4, 3), (4, 5), (5, 11), (6, 17), (6, 19), (8, 1), (9, 4), (9, 16), (10, 7),
                 (10, 9))
ALIGNMENTS = {2: (2, 0), 3: (8, 6), 4: (2, 0), 5: (1, 0), 6: (8, 4), 8: (1, 0), 9: (4, 1), 10: (8, 2)}
RIGHT_LENGTHS = {2: 2, 3: 16, 4: 4, 6: 18, 10: 8}


def accepted(ha, **fields):
    node = ha.node()
    sent = node.update(**fields)
    expect.acknowledged(node.ask_with(sent), sent, 0)
    return node


@case(each=(11, 18, 100, 200, 255))
def unknown(ha, kind):
    """RFC 6275 6.2.1: unknown option {0} is skipped"""
    accepted(ha, options=[(kind, b"unknown", 1, 0)])


@case(each=(0, 1, 100, 255))
def unknown_length(ha, octets):
    """RFC 6275 6.2.1: an unknown option with {0} octets of data is skipped by its length"""
    accepted(ha, options=[(200, bytes([0xff]) * octets, 1, 0)])


@case
def unknown_that_looks_known(ha):
    """RFC 6275 6.2.1: what stands inside an unknown option is not read as an option"""
    inside = craft.option(3, packets.address("2001:db8:bad::1"))
    node = accepted(ha, options=[(200, inside, 1, 0)])
    node.must_be_bound()


@case
def many_unknown(ha):
    """RFC 6275 6.2.1: fifty options one after the other are skipped"""
    accepted(ha, options=[(200, b"x", 1, 0)] * 50)


@case(each=range(8))
def padding(ha, octets):
    """RFC 6275 6.2.2, 6.2.3: every amount of padding in front of an option, Pad1 among them ({0} octets of filler before)"""
    accepted(ha, options=[(200, bytes(octets), 1, 0)])


@case
def padn_contents(ha):
    """RFC 6275 6.2.3: the octets of PadN are ignored"""
    accepted(ha, options=[(1, b"\xff\xff\xff", 1, 0)])


@case
def pad1_run(ha):
    """RFC 6275 6.2.2: Pad1 has no length octet: six in a row are skipped"""
    accepted(ha, options=[(0, b"", 1, 0)] * 3)  # each is two octets of 0


@case(each=WRONG_LENGTHS)
def wrong_length(ha, what):
    """RFC 6275 6.2.1, 4443 3.4: option and length {0}: Parameter Problem code 0 at its Length octet"""
    kind, octets = what
    multiple, remainder = ALIGNMENTS[kind]
    node = ha.node()
    data = b"\x01" * octets
    sent = node.update(alternate=False, identifier=None, spi=None, options=[(kind, data, multiple, remainder)])
    at = sent.message().index(bytes([kind, octets]) + data, 12)
    packet = sent.packet()
    expect.parameter_problem(ha.one(packet), 0, 64 + at + 1, node.care_of, packet)
    node.must_not_be_bound()


@case
def first_wrong_length_is_told(ha):
    """RFC 4443 3.4: the pointer tells the option that is wrong, not the first one"""
    node = ha.node()
    sent = node.update(identifier=None, spi=None, options=[(200, b"abc", 1, 0), (10, b"1234567", 8, 2)])
    at = sent.message().index(bytes([10, 7]) + b"1234567")
    packet = sent.packet()
    expect.parameter_problem(ha.one(packet), 0, 64 + at + 1, node.care_of, packet)


@case(each=(2, 3, 6, 10))
def misaligned(ha, kind):
    """RFC 6275 6.2.1: option {0} one octet off its alignment: dropped silently"""
    multiple, remainder = ALIGNMENTS[kind]
    node = ha.node()
    data = packets.address(node.care_of) if kind == 3 else bytes(RIGHT_LENGTHS[kind])
    node.silent(alternate=False, options=[(kind, data, multiple, (remainder + 1) % multiple)])
    node.must_not_be_bound()


@case(each=(1, 2, 20, 255))
def past_the_end(ha, beyond):
    """RFC 6275 6.2.1: an option that ends {0} octets behind the message: dropped"""
    node = ha.node()
    body = bytearray(node.update(alternate=False, identifier=None, spi=None).message())
    body[12:16] = bytes([200, min(255, 2 + beyond), 0, 0])
    ha.silence(craft.mobility(bytes(body), node.care_of, node.home))


@case
def without_length_octet(ha):
    """RFC 6275 6.2.1: a last octet that begins an option: dropped"""
    node = ha.node()
    body = bytearray(node.update(alternate=False, identifier=None, spi=None).message())
    body[12:16] = bytes([1, 1, 0, 200])
    ha.silence(craft.mobility(bytes(body), node.care_of, node.home))


@case
def two_alternate_addresses(ha):
    """RFC 6275 6.2.5: two Alternate Care-of Address options leave the care-of address open: dropped"""
    node = ha.node()
    node.silent(options=[(3, packets.address(node.other_care_of), 8, 6)])
    node.must_not_be_bound()


@case
def refresh_advice_is_ignored(ha):
    """RFC 6275 6.2.4: Binding Refresh Advice is for acknowledgements; in an update it is ignored"""
    answer = ha.node().ask(options=[(2, b"\0\x0a", 2, 0)])
    expect.equal((answer.status, answer.lifetime_s), (0, 600), "status and lifetime")


@case
def authorization_data_with_home_flag(ha):
    """RFC 6275 6.2.7: Binding Authorization Data in a home registration: ignored, 4285 authenticates"""
    accepted(ha, options=[(5, bytes(12), 1, 0)])


@case
def two_identifiers(ha):
    """RFC 4283 3: two network access identifiers: dropped"""
    node = ha.node()
    node.silent(options=[(8, b"\x01other@example.com", 1, 0)])
    node.must_not_be_bound()


@case
def other_identifier_subtype(ha):
    """RFC 4283 3: an identifier of another subtype may stand beside the NAI"""
    accepted(ha, options=[(8, b"\x02" + bytes(8), 1, 0)])


@case
def alternate_behind_others(ha):
    """RFC 6275 6.2: options are read wherever they stand: an alternate care-of address behind others counts"""
    node = ha.node()
    sent = node.update(alternate=False, options=[(200, b"abc", 1, 0), (3, packets.address(node.other_care_of), 8, 6)])
    sent.source, sent.care_of = node.care_of, node.other_care_of
    expect.acknowledged(node.ask_with(sent), sent, 0)
    node.must_be_bound(node.other_care_of)
