# SPDX-License-Identifier: BSD-3-Clause
"""Authentication of requests and replies, and replay protection. RFC 5944 3.2, 3.5, 3.8.2.1, 5.1, 5.7."""
import mip4
from configurations4 import ALGORITHMS, FOREIGN_AGENTS, WINDOW_S, foreign_association
from mip4 import Association, D, T
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
STRANGER = "172.19.0.1"  # a foreign agent without an association
KINDS = ("timestamp", "hmac-sha1", "hmac-sha256", "keyed-md5")


def wrong(association):
    return Association(association.spi, bytes(len(association.key)), association.algorithm)


@case(each=KINDS)
def algorithm(ha, kind):
    """RFC 5944 5.1, 3.5.2: node with {0}: accepted, and the reply is proved in the same way"""
    node = ha.node(kind)
    expect4.accepted(node)
    node.must_be_bound()


@case(each=KINDS)
def wrong_key(ha, kind):
    """RFC 5944 3.8.2.1 a: node with {0}, a wrong key: 131, proved by the right one; no binding"""
    node = ha.node(kind)
    expect4.refused(node, 131, mn_ha=wrong(node.association))
    node.must_not_be_bound()


@case(on="ipv4 strict")
def wrong_key_unanswered(ha):
    """RFC 5944 3.8.2.1 a: a wrong key where answering is not configured: silence, no binding"""
    node = ha.node()
    node.silent(mn_ha=wrong(node.association), flags=D | T)
    node.must_not_be_bound()


@case(on="ipv4 strict")
def wrong_key_through_proved_agent(ha):
    """RFC 5944 3.8.2.1 a: a wrong key, but a foreign agent that proved itself: 131 whatever is configured"""
    node = ha.node()
    agent = FOREIGN_AGENTS["hmac-md5"][0]
    expect4.refused_with(node, node.through(agent, "hmac-md5", mn_ha=wrong(node.association)), 131)


@case
def no_authentication(ha):
    """RFC 5944 3.8.2.1: no authorising extension: silence, no binding"""
    node = ha.node()
    node.silent(mn_ha=None)
    node.must_not_be_bound()


@case
def stranger(ha):
    """RFC 5944 3.8.2.1: a home address without a security association: silence"""
    node = ha.node()
    node.home = "10.1.99.99"
    node.silent()


@case(each=(0, 255, 999, 0xffffffff))
def other_spi(ha, spi):
    """RFC 5944 3.5.1: SPI {0}, which is not the node's: no binding, and no acceptance"""
    node = ha.node()
    found = ha.exchange(node.request(mn_ha=Association(spi, node.association.key)).packet())
    codes = [mip4.message_of(packet).code for packet in found]
    expect.true(codes in ([], [131]), f"codes {codes}")
    node.must_not_be_bound()


@case(each=(0, 1, 15))
def shorter_authenticator(ha, octets):
    """RFC 5944 3.5.1: an authenticator of {0} octets: no binding"""
    node = ha.node()
    sent = node.request()
    right = node.association.compute(sent.payload()[:-16])
    found = ha.exchange(node.request(identification=sent.identification, mn_ha_data=right[:octets]).packet())
    codes = [mip4.message_of(packet).code for packet in found]
    expect.true(codes in ([], [131], [134]), f"codes {codes}")
    node.must_not_be_bound()


@case
def longer_authenticator(ha):
    """RFC 5944 3.5.1: octets behind a right authenticator: no binding"""
    node = ha.node()
    sent = node.request()
    right = node.association.compute(sent.payload()[:-16])
    ha.exchange(node.request(identification=sent.identification, mn_ha_data=right + b"\0").packet())
    node.must_not_be_bound()


@case(each=range(0, 24, 3))
def changed_octet(ha, at):
    """RFC 5944 3.5.1: octet {0} of the fixed part changed on the way: not accepted"""
    node = ha.node()
    payload = bytearray(node.request().payload())
    payload[at] ^= 0x01
    found = ha.exchange(node.request().packet(payload=bytes(payload)))
    codes = [mip4.message_of(packet).code for packet in found]
    expect.true(codes in ([], [131]), f"codes {codes}")
    node.must_not_be_bound()


@case
def extension_is_covered(ha):
    """RFC 5944 3.5.1: an extension before the authentication that was changed on the way: 131"""
    node = ha.node()
    sent = node.request(extensions=mip4.extension(200, b"abcd"))
    payload = sent.payload().replace(b"abcd", b"abce")
    expect.equal(mip4.message_of(ha.one(sent.packet(payload=payload))).code, 131, "code")
    node.must_not_be_bound()


@case
def key_of_another_node(ha):
    """RFC 5944 3.5.1: the key of another node for this home address: not accepted"""
    node, other = ha.node(), ha.node()
    ha.exchange(node.request(mn_ha=Association(node.association.spi, other.association.key)).packet())
    node.must_not_be_bound()


@case
def two_mobile_home(ha):
    """RFC 5944 3.8.2.1: a second Mobile-Home authentication that is wrong: not accepted"""
    node = ha.node()
    again = mip4.authentication(mip4.MN_HA, node.association, b"", bytes(16))
    ha.exchange(node.request(behind=again).packet())
    node.must_not_be_bound()


@case
def mobile_foreign_is_not_ours(ha):
    """RFC 5944 3.5.3: a Mobile-Foreign authentication that reached the home agent authorises nothing: silence"""
    node = ha.node()
    extension = mip4.authentication(mip4.MN_FA, node.association, node.request().head())
    node.silent(mn_ha=None, behind=extension)


# Foreign agents.

@case(each=ALGORITHMS)
def foreign_agent(ha, algorithm):
    """RFC 5944 3.8.2.1 c, 3.8.3.3: relayed by a foreign agent with {0}: accepted, and the reply is proved to both"""
    node, agent = ha.node(), FOREIGN_AGENTS[algorithm][0]
    sent = node.through(agent, algorithm, sport=3434)
    answer = node.ask_with(sent)
    message = expect4.replied(answer, sent, 0, node.association)
    expect.equal(message.proved_by(foreign_association(algorithm), mip4.FA_HA), True, "Foreign-Home authentication")
    expect.equal(message.order()[-1], mip4.FA_HA, "the last extension")
    node.must_be_bound(agent)


def refused_and_proved(node, agent, algorithm, sent):
    """RFC 5944 3.8.3.3 e: also to a foreign agent that has not proved itself."""
    message = expect4.refused_with(node, sent, 132).message
    expect.equal(message.proved_by(foreign_association(algorithm), mip4.FA_HA), True, "Foreign-Home authentication")
    expect.equal(message.order()[-1], mip4.FA_HA, "the last extension")
    node.must_not_be_bound(agent)


@case(each=ALGORITHMS)
def foreign_agent_wrong(ha, algorithm):
    """RFC 5944 3.8.2.1 c, 3.8.3.3: a foreign agent with {0} whose authenticator is wrong: 132, proved to it, no binding"""
    node, agent = ha.node(), FOREIGN_AGENTS[algorithm][0]
    octets = len(foreign_association(algorithm).compute(b""))
    refused_and_proved(node, agent, algorithm, node.through(agent, algorithm, fa_ha_data=bytes(octets)))


@case
def foreign_agent_unproved(ha):
    """RFC 5944 3.8.2.1 c: no Foreign-Home authentication from a foreign agent with an association: 132"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    refused_and_proved(node, agent, "hmac-md5", node.through(agent))


@case
def foreign_agent_twice(ha):
    """RFC 5944 3.8.2.1 c: two Foreign-Home authentications: 132"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    sent = node.through(agent, "hmac-md5")
    sent.behind = mip4.authentication(mip4.FA_HA, foreign_association("hmac-md5"), sent.payload())
    refused_and_proved(node, agent, "hmac-md5", sent)


@case
def foreign_agent_stranger(ha):
    """RFC 5944 3.8.2.1 d: Foreign-Home authentication of one without an association: silence, no binding"""
    node = ha.node()
    ha.silence(node.through(STRANGER, fa_ha=Association(700, bytes(16))).packet())
    node.must_not_be_bound(STRANGER)


@case
def foreign_agent_without_association(ha):
    """RFC 5944 3.8.2.1: relayed by one without an association and without its authentication: accepted"""
    node = ha.node()
    sent = node.through(STRANGER, sport=3435)
    message = expect4.replied(node.ask_with(sent), sent, 0, node.association)
    expect.equal(message.all_of(mip4.FA_HA), [], "Foreign-Home authentication")
    node.must_be_bound(STRANGER)


@case
def foreign_agent_deregistration(ha):
    """RFC 5944 3.8.2.1 c, 3.5.4: a de-registration needs no Foreign-Home authentication"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    node.ask_with(node.through(agent, "hmac-md5"))
    sent = node.through(agent, lifetime_s=0)
    expect4.replied(node.ask_with(sent), sent, 0, node.association, 0)
    node.must_not_be_bound(agent)


@case
def both_wrong(ha):
    """RFC 5944 3.8.2.1: both authenticators wrong: no binding, and no word of acceptance"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    sent = node.through(agent, "hmac-md5", mn_ha=wrong(node.association), fa_ha_data=bytes(16))
    codes = [mip4.message_of(packet).code for packet in ha.exchange(sent.packet())]
    expect.true(codes in ([], [131], [132]), f"codes {codes}")
    node.must_not_be_bound(agent)


# Replay protection.

@case
def timestamp_again(ha):
    """RFC 5944 5.7.1: a timestamp that was accepted before, for another place: 133, the binding stays"""
    node = ha.registered()
    answer = expect4.refused(node, 133, identification=node.stamp, care_of=node.other_care_of)
    expect.true(abs((answer.identification >> 32) - (mip4.ntp_now() >> 32)) <= 1, "the high half is the home agent's time")
    node.must_be_bound()


@case
def timestamp_older(ha):
    """RFC 5944 5.7.1: a timestamp older than the last one accepted, but within the window: 133"""
    node = ha.registered()
    expect4.refused(node, 133, identification=node.stamp - (1 << 31), care_of=node.other_care_of)
    node.must_be_bound()


@case(each=(-3600, -(WINDOW_S + 3), WINDOW_S + 3, 3600))
def clock(ha, offset):
    """RFC 5944 5.7.1: a clock {0} s off: 133, whose high half is the home agent's time and whose low half is copied"""
    node = ha.node()
    stamp = mip4.ntp_now(offset)
    answer = expect4.refused(node, 133, identification=stamp)
    expect.true(abs((answer.identification >> 32) - (mip4.ntp_now() >> 32)) <= 1, "the high half is the home agent's time")
    node.must_not_be_bound()


@case(each=(-(WINDOW_S - 2), 0, WINDOW_S - 2))
def clock_within_window(ha, offset):
    """RFC 5944 5.7.1: a clock {0} s off is within the window: accepted"""
    expect4.accepted(ha.node(), identification=mip4.ntp_now(offset))


@case
def own_window(ha):
    """RFC 5944 5.7.1: a node with a window of its own of ten minutes may be five minutes off"""
    expect4.accepted(ha.node("wide window"), identification=mip4.ntp_now(-300))


@case
def set_by_answer(ha):
    """RFC 5944 5.7.1: a clock set by the answer 133 registers"""
    node = ha.node()
    answer = expect4.refused(node, 133, identification=mip4.ntp_now(-3600))
    ahead = (answer.identification & ~0xffffffff) + (1 << 32)
    expect4.accepted(node, identification=ahead)


@case
def refused_timestamp_counts_for_nothing(ha):
    """RFC 5944 5.7.1: a timestamp in a request that failed authentication does not count as used"""
    node = ha.node()
    stamp = mip4.ntp_now(2)
    expect4.refused(node, 131, identification=stamp, mn_ha=wrong(node.association))
    expect4.accepted(node, identification=mip4.ntp_now(1))


@case
def deregistration_again(ha):
    """RFC 5944 5.7.1: a de-registration heard and sent again after a new registration: 133, the binding stays"""
    node = ha.registered()
    sent = node.request(lifetime_s=0)
    node.ask_with(sent)
    node.register()
    expect.equal(node.ask_with(sent).code, 133, "code")
    node.must_be_bound()


@case
def nonce(ha):
    """RFC 5944 5.7.2: by nonce: the first request is told the nonce by 133, the next one is accepted, and each reply has a new one"""
    node = ha.node("nonce")
    first = node.request(identification=7)
    answer = node.ask_with(first)
    expect4.replied(answer, first, 133, node.association)
    seen = {answer.identification >> 32}
    for _ in range(3):
        seen.add(expect4.accepted(node).identification >> 32)
    expect.equal(len(seen), 4, "different nonces in four replies")
    node.must_be_bound()


@case
def nonce_again(ha):
    """RFC 5944 5.7.2: a nonce that was used already: 133, the binding stays"""
    node = ha.node("nonce")
    node.ask()
    used = node.next_identification()
    expect4.accepted(node, identification=used)
    expect4.refused(node, 133, identification=used + 1, care_of=node.other_care_of)
    node.must_be_bound()


@case
def nonce_guessed(ha):
    """RFC 5944 5.7.2: a nonce that nobody said: 133; the one said with it is good afterwards"""
    node = ha.node("nonce")
    node.ask()
    expect4.refused(node, 133, identification=(node.stamp ^ (1 << 40)))
    expect4.accepted(node)


@case
def nonce_by_time(ha):
    """RFC 5944 5.7.2: a timestamp is no nonce: 133"""
    expect4.refused(ha.node("nonce"), 133, identification=mip4.ntp_now())
