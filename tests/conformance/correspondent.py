# SPDX-License-Identifier: BSD-3-Clause
"""correspondent: a mobile node of another home agent, to whom this one is a correspondent. Keys and authenticators are made with hashlib
and hmac alone. RFC 6275 5.2, 6.1, 6.2.7."""
import hashlib
import hmac
import struct

from scapy.layers.inet6 import IPv6

from home_agent import HOME_AGENT, BindingOwner, packets
from suite import Failure

HOTI, COTI, HOT, COT = 1, 2, 3, 4
ACK = 0x8000
OPTION_INDICES, OPTION_AUTHORIZATION = 4, 5
COOKIE = b"cookie78"


def sealed(message, source, destination=HOME_AGENT):
    total = packets.checksum(packets.address(source), packets.address(destination), packets.MOBILITY, message)
    return message[:4] + total.to_bytes(2, "big") + message[6:]


def test_init(kind, source, destination=HOME_AGENT, cookie=COOKIE, header_len=1, proto=59, real=None):
    message = bytes((proto, header_len, kind, 0, 0, 0, 0, 0)) + cookie
    return packets.ip6(source, destination, packets.MOBILITY, sealed(message, real or source, destination))


def test_answer(kind, source, destination, index=7, cookie=COOKIE, token=b"token678"):
    message = bytes((59, 2, kind, 0, 0, 0)) + index.to_bytes(2, "big") + cookie + token
    return packets.ip6(source, destination, packets.MOBILITY, sealed(message, source, destination))


def message_of(frame, kind):
    """The Mobility Header of that kind in a frame."""
    message = packets.read_message(bytes(frame[IPv6]))
    if message is None or message.type != kind:
        raise Failure(f"answered by {frame.summary()}")
    return message


def ask_token(ha, kind, source, **fields):
    """(index, token) for that address."""
    body = message_of(ha.one(test_init(kind, source, **fields)), HOT if kind == HOTI else COT).body
    return int.from_bytes(body[6:8], "big"), body[16:24]


class Mobile(BindingOwner):
    """Each in a network of its own; so are its two places."""

    def __init__(self, ha, home=None):
        self.ha, self.home, self.care_of, self.other_care_of = ha, home or ha.place(), ha.place(), ha.place()
        self.sequence, self.correspondent = 0, HOME_AGENT
        self.home_index = self.care_of_index = 0
        self.home_token = self.care_of_token = bytes(8)

    def test_home(self):
        self.home_index, self.home_token = ask_token(self.ha, HOTI, self.home)

    def test_care_of(self):
        self.care_of_index, self.care_of_token = ask_token(self.ha, COTI, self.care_of)

    def test(self):
        self.test_home()
        self.test_care_of()
        return self

    def authenticator(self, covered, is_deletion):
        """RFC 6275 5.2.6, 6.2.7."""
        kbm = hashlib.sha1(self.home_token + (b"" if is_deletion else self.care_of_token)).digest()
        covered = packets.address(self.home if is_deletion else self.care_of) + packets.address(self.correspondent) + \
            covered[:4] + b"\0\0" + covered[6:]
        return hmac.new(kbm, covered, "sha1").digest()[:12]

    def update(self, lifetime_s=400, flags=ACK, indices=True, data=None, behind=b"", source=None, alternate=False,
               home_option=True, sequence=None, home_index=None, care_of_index=None):
        """Nonce Indices at 2n, the authenticator last and so at 8n + 2."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        self.sent_sequence = sequence
        self.sent_deletion = lifetime_s == 0 or self.care_of == self.home
        message = bytearray(struct.pack("!BBBBHHHH", 59, 0, packets.BU, 0, 0, sequence, flags, lifetime_s // 4))
        if alternate:
            packets.add_option(message, packets.OPTION_ALTERNATE, packets.address(self.care_of), 8, 6)
        if indices:
            of_care_of = 0 if self.sent_deletion else self.care_of_index
            packets.add_option(message, OPTION_INDICES, struct.pack(
                "!HH", self.home_index if home_index is None else home_index,
                of_care_of if care_of_index is None else care_of_index), 2, 0)
        message += packets.pad((2 - len(message)) % 8) + bytes((OPTION_AUTHORIZATION, 12))
        message[1] = (len(message) + 12 + len(behind)) // 8 - 1
        message += (self.authenticator(bytes(message), self.sent_deletion) if data is None else data) + behind
        source = source or self.care_of
        message = sealed(bytes(message), self.home if home_option else source)
        if not home_option:
            return packets.ip6(source, HOME_AGENT, packets.MOBILITY, message)
        return packets.ip6(source, HOME_AGENT, packets.DEST_OPTIONS,
                           packets.home_address_header(packets.MOBILITY, self.home) + message)

    def ask(self, **fields):
        return Answer(self.ha.one(self.update(**fields)), self)

    def register(self, **fields):
        answer = self.ask(**fields)
        if answer.status != 0:
            raise Failure(f"refused with {answer.status}")
        return answer

    def silent(self, **fields):
        self.ha.silence(self.update(**fields))

    def echo(self, care_of=None):
        message = packets.echo_request(self.home, HOME_AGENT)
        return packets.ip6(care_of or self.care_of, HOME_AGENT, packets.DEST_OPTIONS,
                           packets.home_address_header(packets.ICMP6, self.home) + message)

    def is_bound(self, care_of=None):
        """An echo request with Home Address option is answered by way of the care-of address, or by Binding Error 1."""
        whole = bytes(self.ha.one(self.echo(care_of))[IPv6])
        if whole[6] == packets.ROUTING and whole[40] == packets.ICMP6 and whole[64] == 129:
            return whole[24:40] == packets.address(care_of or self.care_of) and whole[48:64] == packets.address(self.home)
        message = packets.read_message(whole)
        if message is not None and message.type == packets.BE and message.body[6] == 1:
            return False
        raise Failure("neither an echo reply nor Binding Error 1")


class Answer:
    """A Binding Acknowledgement to such a node."""

    def __init__(self, frame, mobile):
        self.message = message_of(frame, packets.BA)
        self.status, self.sequence, self.lifetime_s = self.message.status, self.message.sequence, self.message.lifetime_s
        self.destination, self.routing_home = self.message.destination, self.message.routing_home
        data, at = self.message.option(OPTION_AUTHORIZATION)
        self.authorized = None  # no authenticator
        if data is not None:
            self.authorized = at + 14 == len(self.message.body) and \
                data == mobile.authenticator(self.message.body[:at + 2], mobile.sent_deletion)
