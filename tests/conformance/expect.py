# SPDX-License-Identifier: BSD-3-Clause
"""expect: what packets must be, to the octet; raises Failure where they are not."""
import time

from scapy.layers.inet6 import ICMPv6EchoReply, IPv6, IPv6ExtHdrRouting, MIP6MH_BE

from configurations import LIMIT
from home_agent import HOME_AGENT, packets
from suite import Failure

UNREACHABLE, TOO_BIG, TIME_EXCEEDED, PARAMETER_PROBLEM = 1, 2, 3, 4
IP6_MTU_MIN = 1280


def same_octets(found, expected, what):
    """As equal, but tells where they part."""
    if found == expected:
        return
    at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), min(len(found), len(expected)))
    raise Failure(f"{what}: {len(found)} octets, expected {len(expected)}; they part at {at}: {found[at:at + 8].hex()}, "
                  f"expected {expected[at:at + 8].hex()}")


def equal(found, expected, what):
    if found != expected:
        raise Failure(f"{what}: {found!r}, expected {expected!r}")


def true(good, what):
    if not good:
        raise Failure(what)


def one(found):
    if len(found) != 1:
        raise Failure(f"{len(found)} packets came back")
    return found[0]


def limited(home_agent, *sent):
    """RFC 4443 2.4 (f): of a flood to one /64 the burst is answered and what the rate gives meanwhile. Returns the answers."""
    before = home_agent.daemon.counters()
    begun = time.monotonic()
    found = home_agent.exchange(*sent)
    most = LIMIT["burst"] + LIMIT["rate_per_s"] * (time.monotonic() - begun) + 1
    if not LIMIT["burst"] <= len(found) <= most:
        counted = {name: value - before[name] for name, value in home_agent.daemon.counters().items() if value != before.get(name)}
        raise Failure(f"{len(found)} of {len(sent)} answered, {most:.0f} at most are allowed; it counted {counted}")
    return found


def routing_home(frame):
    """The address in the type 2 routing header, or None."""
    if frame[IPv6].nh != packets.ROUTING:  # one further in is part of a quoted packet
        return None
    header = frame[IPv6ExtHdrRouting]
    equal((header.type, header.segleft, header.len), (2, 1, 2), "type, segments left and length of the routing header")
    return header.addresses[0]


def acknowledged(answer, sent, status, authenticated=True):
    """RFC 6275 9.5.4, RFC 4285 5.1: where an acknowledgement goes, and that it is proved."""
    equal(answer.status, status, "status")
    source = sent.source or sent.care_of
    has_routing = sent.home_option and source != sent.home  # to the home address itself it goes without one
    equal((answer.source, answer.destination), (sent.home_agent, source), "from and to")
    equal(answer.home, sent.home if has_routing else None, "home address in the type 2 routing header")
    equal(answer.auth_ok, True if authenticated else None, "authenticator")
    if authenticated:
        true(answer.well_placed, "the authentication option is misplaced")


def refused(node, status, sequence=None, **fields):
    sent = node.update(**fields)
    answer = node.ask_with(sent)
    acknowledged(answer, sent, status, authenticated=node.key is not None and sent.spi is not None)
    equal(answer.sequence, sent.sequence & 0xffff if sequence is None else sequence, "sequence number")
    return answer


def binding_error(frame, status, home, to):
    """RFC 6275 6.1.9, 9.3.3."""
    if MIP6MH_BE not in frame:
        raise Failure(f"answered by {frame.summary()}")
    error = frame[MIP6MH_BE]
    equal((error.nh, error.len, error.mhtype, error.res, error.status, error.reserved, error.ha),
          (59, 2, 7, 0, status, 0, home), "fields of the Binding Error")
    equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6].nh), (HOME_AGENT, to, packets.MOBILITY), "its addresses")


def icmp_error(frame, kind, code, value, to, about, home=None):
    """RFC 4443 2.4, 3: type, code, the second word, and as much of the packet as fits."""
    whole = bytes(frame[IPv6])
    equal((frame[IPv6].src, frame[IPv6].dst), (HOME_AGENT, to), "addresses of the ICMPv6 error")
    equal(routing_home(frame), home, "home address in its routing header")
    message = whole[40 if home is None else 64:]
    equal((message[0], message[1], int.from_bytes(message[4:8], "big")), (kind, code, value), "type, code and value")
    true(len(whole) <= IP6_MTU_MIN, f"an error of {len(whole)} octets")
    room = IP6_MTU_MIN - (len(whole) - len(message)) - 8
    same_octets(message[8:], about[:room], "the packet quoted")


def parameter_problem(frame, code, pointer, to, about):
    icmp_error(frame, PARAMETER_PROBLEM, code, pointer, to, about)


def echo_reply(frame, node, care_of=None, data=b"homeward"):
    if ICMPv6EchoReply not in frame:
        raise Failure(f"answered by {frame.summary()}")
    equal((frame[IPv6].src, frame[IPv6].dst), (node.agent, care_of or node.care_of), "addresses of the echo reply")
    equal(routing_home(frame), node.home, "home address in its routing header")
    reply = frame[ICMPv6EchoReply]
    equal((reply.code, reply.id, reply.seq, bytes(reply.data)), (0, 1, 1, data), "what is echoed")


def hop_counted(packet):
    return packet[:7] + bytes([packet[7] - 1]) + packet[8:]


def tunnelled(frame, sent, care_of, agent=HOME_AGENT):
    """RFC 2473 3.1: an outer header right in front of the packet, whose hop limit alone changes. Returns the outer header."""
    outer = frame[IPv6]
    equal((outer.version, outer.nh, outer.src, outer.dst), (6, packets.IPV6, agent, care_of), "outer header")
    equal(outer.plen, len(sent), "outer payload length")
    same_octets(bytes(outer)[40:40 + outer.plen], hop_counted(sent), "inner packet")
    return outer


def forwarded(frame, sent):
    """As any router does: the hop limit is one less, all else is as it was."""
    same_octets(bytes(frame[IPv6])[:len(sent)], hop_counted(sent), "the packet forwarded")
