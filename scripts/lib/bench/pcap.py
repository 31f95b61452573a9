# SPDX-License-Identifier: BSD-3-Clause
"""Capture files that net_pcap plays: registrations once, data for ever."""
import struct

import packets  # scripts/lib

ETHERNET = 1
HOME_AGENT = "2001:db8:ff::1"
KEY = bytes(range(16))
SPI = 256
INNER_OCTETS = 78


def home(number):
    return f"2001:db8:1::{number:x}"


def care_of(number):
    return f"2001:db8:c0a::{number:x}"


def identifier(number):
    return f"mn{number}@bench"


def node(number):
    """Its line in the mobile nodes file."""
    return {"home_address": home(number), "identifier": identifier(number), "spi": SPI, "key": KEY.hex()}


def frame(mac, packet):
    return bytes.fromhex(mac.replace(":", "")) + bytes.fromhex("020000000002") + b"\x86\xdd" + packet


def registration(number):
    return packets.BindingUpdate(home=home(number), care_of=care_of(number), home_agent=HOME_AGENT, lifetime_s=3600,
                                 identifier=identifier(number), spi=SPI, key=KEY).packet()


def data(number):
    payload = packets.udp("2001:db8:cc::1", home(number), 4000, 4000, bytes(INNER_OCTETS - 48))
    return packets.ip6("2001:db8:cc::1", home(number), packets.UDP, payload)


def write(path, mac, content):
    """content: packets from the IPv6 header on."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, ETHERNET))
        for packet in content:
            octets = frame(mac, packet)
            file.write(struct.pack("=IIII", 0, 0, len(octets), len(octets)) + octets)
