# SPDX-License-Identifier: BSD-3-Clause
"""octets: what holds for every packet that a home agent sends, whatever the case is about. Read with struct and scapy."""
from scapy.layers.inet6 import ICMPv6ND_Redirect, IPv6

import packets
from configurations import INSIDE_HOME_AGENT
from suite import Failure


def check(frame):
    whole = bytes(frame[IPv6])
    length = int.from_bytes(whole[4:6], "big")
    if 40 + length > len(whole):
        raise Failure(f"payload length {length} past the end of {frame.summary()}")
    if whole[7] == 0:
        raise Failure(f"hop limit 0 in {frame.summary()}")
    if ICMPv6ND_Redirect in frame:
        raise Failure("a Redirect was sent (RFC 6275 10.4.2: the home agent tunnels)")
    if is_own(whole):
        check_message(whole[:40 + length])


def is_own(whole):
    """Made by the home agent, not forwarded: ICMPv6 or Mobility Header from its own addresses."""
    return whole[8:22] == packets.address("2001:db8:ff::")[:14] or whole[8:24] == packets.address(INSIDE_HOME_AGENT)


def check_message(packet):
    message = packets.read_message(packet)
    if message is not None:
        check_mobility(message)
    elif packet[6] == packets.ICMP6:
        check_sum(packet[8:24], packet[24:40], packet[40:])
    elif packet[6] == packets.ROUTING and packet[40] == packets.ICMP6:
        check_routing_header(packet)
        check_sum(packet[8:24], packet[48:64], packet[64:])


def check_sum(source, destination, message):
    if packets.checksum(source, destination, packets.ICMP6, message) != 0:
        raise Failure("wrong ICMPv6 checksum")


def check_routing_header(packet):
    """RFC 6275 6.4.1."""
    if packet[41:48] != bytes((2, 2, 1, 0, 0, 0, 0)):
        raise Failure(f"type 2 routing header {packet[40:64].hex()}")


def check_mobility(message):
    """RFC 6275 6.1.1."""
    if message.body[0] != packets.NONE:
        raise Failure(f"Payload Proto {message.body[0]}")
    if message.body[3] != 0:
        raise Failure(f"Reserved {message.body[3]}")
    if not message.checksum_ok:
        raise Failure("wrong checksum in a Mobility Header")
    if message.type == packets.BA:
        check_options(message)


def check_options(message):
    """RFC 6275 6.2.1: whole, aligned, and filling the message."""
    at = 12
    for kind, data, where in message.options():
        if kind == packets.OPTION_MESSAGE_ID and where % 8 != 2:
            raise Failure("message-ID option not at 8n+2")
        if kind == packets.OPTION_AUTH and where % 4 != 1:
            raise Failure("authentication option not at 4n+1")
        if kind == 2 and where % 2 != 0:
            raise Failure("refresh advice option not at 2n")
        at = where + 2 + len(data)
    if any(message.body[at:]):
        raise Failure("octets behind the last option that are no padding")
