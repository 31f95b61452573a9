# SPDX-License-Identifier: BSD-3-Clause
"""craft: packets that no mobile node in its right mind would send."""
import struct

from home_agent import HOME_AGENT, packets

DEST, MH, ICMP6, IPV6 = packets.DEST_OPTIONS, packets.MOBILITY, packets.ICMP6, packets.IPV6


def sealed(message, source, destination=HOME_AGENT):
    """A Mobility Header with the checksum for these addresses."""
    message = message[:4] + b"\0\0" + message[6:]
    total = packets.checksum(packets.address(source), packets.address(destination), MH, message)
    return message[:4] + struct.pack("!H", total) + message[6:]


def mobility(message, source, home=None, headers=b"", first=None):
    """The message, its checksum right, from the source; with a home address in a Home Address option. headers: what stands
    before the destination options, the first of them of kind first."""
    message = sealed(message, home or source)
    if home is not None:
        message = packets.home_address_header(MH, home) + message
    return packets.ip6(source, HOME_AGENT, first if first is not None else DEST if home else MH, headers + message)


def message(kind, octets, payload_proto=59, header_len=None, reserved=0):
    """A Mobility Header of that many octets, zero behind its first eight."""
    return bytes([payload_proto, octets // 8 - 1 if header_len is None else header_len, kind, reserved]) + bytes(octets - 4)


def option(kind, data):
    return bytes([kind, len(data)]) + data


def home_option(home):
    return option(0xc9, packets.address(home))


def options_header(following, *options, units=None):
    """A hop-by-hop or destination options header, padded at its end."""
    body = b"".join(options)
    body += packets.pad(-(len(body) + 2) % 8)
    return bytes([following, (len(body) + 2) // 8 - 1 if units is None else units]) + body


def aligned_home_option(home):
    return packets.pad(4) + home_option(home)


def routing(following, kind, segments_left, address="2001:db8:9::9"):
    return struct.pack("!BBBBI", following, 2, kind, segments_left, 0) + packets.address(address)


def fragment(following, offset=0, more=0):
    return struct.pack("!BBHI", following, 0, offset << 3 | more, 7)


def echo(source, destination, **fields):
    return packets.ip6(source, destination, ICMP6, packets.echo_request(source, destination), **fields)


def udp(source, destination, octets=64, sport=1000, dport=2000, **fields):
    """An IPv6 packet of that many octets."""
    data = packets.udp(source, destination, sport, dport, bytes(octets - 48))
    return packets.ip6(source, destination, packets.UDP, data, **fields)


def icmp(source, destination, kind, code=0, about=b"", value=0, **fields):
    head = struct.pack("!BBHI", kind, code, 0, value) + about
    total = packets.checksum(packets.address(source), packets.address(destination), ICMP6, head)
    return packets.ip6(source, destination, ICMP6, head[:2] + struct.pack("!H", total) + head[4:], **fields)


def tunnel(inner, care_of, agent=HOME_AGENT, headers=b"", first=IPV6, **fields):
    return packets.ip6(care_of, agent, first, headers + inner, **fields)
