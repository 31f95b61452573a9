# SPDX-License-Identifier: BSD-3-Clause
"""home_agent: the home agent as a case sees it: packets go in, packets come out, and nothing else is asked.

That nothing comes back is proved by a marker and not by waiting: behind what a case sends goes an echo request that must be
answered; the home agent takes both in order, so what it has not answered by then it does not answer.
"""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "system"))
from lib import ROUTER, Acknowledgement, Daemon, Lab, is_housekeeping, packets  # noqa: E402
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6ND_RA, IPv6, MIP6MH_BE  # noqa: E402

import configurations  # noqa: E402
import octets  # noqa: E402
from configurations import HOME_AGENT, INSIDE_HOME_AGENT, SECOND_HOME_AGENT  # noqa: E402, F401
from suite import Failure  # noqa: E402

REDIRECT = 137
MARKER = "2001:db8:1::1000"  # the home address of the first node, which no case gets
MARKER_IDENTIFIER = 0xbeef
PATIENCE_S, ATTEMPTS = 4, 20  # a busy machine may take its time
# Kind of node: how many a real home link begins with.
REGISTERED_AHEAD = {"sequence": 500, "second": 6, "deprecated": 3, "open": 3}


class ForeignDaemon(Daemon):
    """Another home agent, started by a program of the user's (docs/conformance.md)."""

    def __init__(self, program, prefix, temp):
        super().__init__(None, prefix, temp)
        self.program = program

    def start(self, patience_s=60):
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([self.program, f"{self.prefix}-ha", os.path.join(self.temp, "homeward.json")],
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until = time.monotonic() + patience_s
        while time.monotonic() < until and self.process.poll() is None:
            if "ready" in self.log():
                return True
            time.sleep(0.05)
        return False

    def lost_buffers(self, seconds=0):
        return {}  # nobody knows

    def counters(self):
        return {}  # nor what it counts


class Inbox:
    """What comes and is wanted here, whenever it comes: no other case sees it. Of nodes that wait for something while others run."""

    def __init__(self, wanted):
        self.wanted, self.frames = wanted, []

    def take(self, kind=None):
        """What has come, or what of it has that layer; it is gone then."""
        found = [frame for _, frame in self.frames if kind is None or kind in frame]
        self.frames = [entry for entry in self.frames if kind is not None and kind not in entry[1]]
        return found


def addresses_of(frame):
    """Whom a frame is about: where it goes, outside and inside its tunnel, and what neighbour discovery asks for."""
    packet = bytes(frame[IPv6])
    found = [packet[24:40]]
    following, at = packet[6], 40
    if following == packets.ROUTING:
        found.append(packet[48:64])
        following, at = packet[40], 64
    if following == packets.IPV6:
        found.append(packet[at + 24:at + 40])
    elif following == packets.ICMP6 and packet[at] in (135, 136):
        found.append(packet[at + 8:at + 24])
    return [packets.text(address) for address in found if len(address) == 16]


def make_lab(programs, starter=None):
    lab = Lab(programs)
    if starter is not None:
        lab.daemon = ForeignDaemon(starter, lab.prefix, lab.temp)
    # The Internet that the test plays has no router of its own that would say "no route".
    lab.run("rt", "ip", "-6", "route", "add", "blackhole", "default")
    return lab


class HomeAgent:
    def __init__(self, lab):
        self.lab = lab
        self.wire, self.daemon = lab.wire, lab.daemon
        self.given = self.places = self.marked = 0
        self.used, self.at_hand, self.inboxes = {}, {}, []
        self.marker_source = self.known_neighbour = self.advertisements = None

    def start(self, configuration):
        """False when it does not serve."""
        self.daemon.stop()
        self.used, self.at_hand, self.inboxes = {"sequence": 1}, {}, []
        self.advertisements = self.inbox(lambda frame: ICMPv6ND_RA in frame)
        self.number_link(configuration in configurations.REAL_LINKS)
        self.daemon.configure(configurations.nodes(), **configurations.changes(configuration))
        if not self.daemon.start():
            return False
        if not self.knows_neighbour():
            return False
        self.marker_source = None
        if configuration in configurations.REAL_LINKS:
            return configuration == "router" or self.register_ahead(REGISTERED_AHEAD)
        if configuration == "full":  # it must leave room for those whom the case brings
            return True
        self.marker_source = "2001:db8:e::10"
        marker = Node(self, "sequence", 0)
        self.wire.send(marker.update(care_of=self.marker_source, lifetime_s=configurations.MAX_LIFETIME_S).packet())
        if not marker.is_known(self.marker_source):
            self.marker_source = None
        return True

    def knows_neighbour(self, attempts=20):
        """Until the kernel below the home agent answers: it knows its router then."""
        for _ in range(attempts):
            self.wire.send(packets.ip6(ROUTER, HOME_AGENT, packets.ICMP6, packets.echo_request(ROUTER, HOME_AGENT)))
            if self.wait_for(lambda frame: ICMPv6EchoReply in frame, 0.5) is not None:
                return True
        return False

    def number_link(self, has_home):
        """A home link is where the home agent's interface has an address of the home prefix."""
        for prefix in configurations.PREFIXES:
            address = prefix["prefix"].replace("::/64", "::1/64")
            self.lab.run("ha", "ip", "address", "replace" if has_home else "del", address, "dev", "rt",
                         *(["nodad"] if has_home else []))

    def register_ahead(self, kinds):
        """On a real link a registration takes a second; those of nodes that cases find registered go on side by side."""
        waiting = {}
        for kind, count in kinds.items():
            for node in [self.node(kind) for _ in range(count)]:
                self.at_hand.setdefault(kind, []).append(node)
                waiting[node.home] = node
                self.wire.send(node.update(lifetime_s=configurations.MAX_LIFETIME_S).packet())
        until = time.monotonic() + 10
        while waiting and time.monotonic() < until:
            frame = self.receive(0.5)
            message = packets.read_message(bytes(frame[IPv6])) if frame is not None else None
            if message is not None and message.type == packets.BA and message.status < 128:
                waiting.pop(message.routing_home, None)
        self.known_neighbour = self.at_hand["sequence"].pop()
        return not waiting

    # What comes back.

    def marker(self):
        """An echo request that is answered: as a registered node, or else by Binding Error 1, from a place of its own."""
        self.marked = (self.marked + 1) & 0xffff
        source = self.marker_source or f"2001:db8:e:{self.marked:x}::10"
        message = packets.echo_request(MARKER, HOME_AGENT, b"marker", MARKER_IDENTIFIER, self.marked)
        return packets.ip6(source, HOME_AGENT, packets.DEST_OPTIONS,
                           packets.home_address_header(packets.ICMP6, MARKER) + message)

    @staticmethod
    def marker_of(frame):
        """The number of the marker that this answers, or None."""
        if ICMPv6EchoReply in frame and frame[ICMPv6EchoReply].id == MARKER_IDENTIFIER:
            return frame[ICMPv6EchoReply].seq
        if MIP6MH_BE in frame and frame[MIP6MH_BE].ha == MARKER and frame[IPv6].dst.startswith("2001:db8:e:"):
            return int(frame[IPv6].dst.split(":")[3], 16)
        return None

    @staticmethod
    def judge(frame):
        """What holds for every packet."""
        octets.check(frame)

    def complaints(self):
        """What others find wrong, at the end of a configuration, with all that it sent."""
        return []

    def is_stopped(self):
        """Whether somebody has stopped the home agent's process, as one who measures something else may."""
        try:
            with open(f"/proc/{self.daemon.process.pid}/stat", encoding="ascii", errors="replace") as stat:
                return stat.read().rpartition(")")[2].split()[0] == "T"
        except OSError:
            return False

    def inbox(self, wanted):
        self.inboxes.append(Inbox(wanted))
        return self.inboxes[-1]

    def deliver(self, frame):
        """To those who wait for it; False when nobody does."""
        takers = [inbox for inbox in self.inboxes if inbox.wanted(frame)]
        for inbox in takers:
            inbox.frames.append((time.monotonic(), frame))
        return bool(takers)

    def listen(self, seconds):
        """Lets time pass in which frames reach their inboxes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.receive(left)

    def wait_for(self, wanted, seconds):
        """The first frame that is so; others that are for nobody's inbox are thrown away."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            frame = self.receive(left)
            if frame is not None and wanted(frame):
                return frame
        return None

    def until(self, condition, seconds=PATIENCE_S):
        """`yield from` this: gives way to other cases until it is so, or the time is over. Returns whether it is."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            yield 0.05
        return condition()

    def receive(self, seconds):
        """The next frame that is for nobody's inbox, nor the kernel's own neighbour discovery or multicast report."""
        until = time.monotonic() + seconds
        while True:
            frame = self.wire.receive(max(0.001, until - time.monotonic()))
            if frame is None:
                return None
            if IPv6 not in frame or self.deliver(frame):
                continue
            if not (is_housekeeping(frame) and bytes(frame[IPv6])[40] != REDIRECT):
                return frame

    def send(self, *sent):
        for packet in sent:
            if isinstance(packet, Frame):
                self.wire.send_frame(packet.octets)
            elif callable(packet):  # something to be done that packets come of
                packet()
            else:
                self.wire.send(packet)

    def exchange(self, *sent):
        """Sends packets (bytes from the IPv6 header on, Frame, or a function that has some sent), then the marker; what came before
        the marker's answer."""
        while self.receive(0.001) is not None:  # what others have left
            pass
        self.send(*sent)
        found = []
        for _ in range(2):  # what came in the same burst as the first marker is dealt with before the second
            self.await_marker(found)
        return found

    def await_marker(self, found):
        """Sends a marker; what comes before its answer is added."""
        first = self.marked + 1
        for _ in range(ATTEMPTS):
            self.wire.send(self.marker())
            if not self.daemon.alive():
                break
            while (frame := self.receive(PATIENCE_S)) is not None or self.is_stopped():
                number = self.marker_of(frame) if frame is not None else 0
                if number is None:
                    self.judge(frame)
                    found.append(frame)
                elif number >= first:  # those of an exchange before may be late
                    return
        raise Failure("the home agent does not answer any more" if self.daemon.alive() else "the home agent is not running")

    def silence(self, *sent):
        found = self.exchange(*sent)
        if found:
            raise Failure(f"answered by {found[0].summary()}")

    def one(self, *sent):
        """The one packet that comes back."""
        found = self.exchange(*sent)
        if len(found) != 1:
            raise Failure(f"{len(found)} packets came back" + "".join(f"; {frame.summary()}" for frame in found[:3]))
        return found[0]

    # Who takes part.

    def node(self, kind="sequence"):
        """A mobile node that no other case knows."""
        index = self.used.get(kind, 0)
        self.used[kind] = index + 1
        return Node(self, kind, index)

    def place(self):
        """An address in a /64 of its own somewhere in the Internet: answers are limited for each /64."""
        self.places += 1
        return f"2001:db8:c:{self.places:x}::10"

    def registered(self, kind="sequence", **fields):
        if self.at_hand.get(kind):
            node = self.at_hand[kind].pop()
            if fields:
                node.register(**fields)
            return node
        node = self.node(kind)
        node.register(**fields)
        return node


class Frame:
    """Sent as it is, Ethernet header included."""

    def __init__(self, content):
        self.octets = content


class BindingOwner:
    """Whose is_bound tells whether the home agent has a binding with that care-of address; None: its own."""

    def must_be_bound(self, care_of=None):
        if not self.is_bound(care_of):
            raise Failure("there is no binding")

    def must_not_be_bound(self, care_of=None):
        if self.is_bound(care_of):
            raise Failure("there is a binding")


class Node(BindingOwner):
    def __init__(self, home_agent, kind, index):
        line = configurations.identity(kind, index)
        self.home_agent, self.kind = home_agent, kind
        self.home = line["home_address"]
        self.identifier, self.spi = line.get("identifier"), line.get("spi")
        self.key = bytes.fromhex(line["key"]) if "key" in line else None
        self.agent = {"second": SECOND_HOME_AGENT, "inside": INSIDE_HOME_AGENT}.get(kind, HOME_AGENT)
        self.sequence = 0
        home_agent.places += 1
        self.care_of = f"2001:db8:a:{home_agent.places:x}::10"
        self.other_care_of = f"2001:db8:b:{home_agent.places:x}::10"

    def update(self, **fields):
        """A right Binding Update, newer than the last one; fields change it."""
        if "sequence" not in fields:
            self.sequence = (self.sequence + 1) & 0xffff
        elif fields["sequence"] is not None:
            self.sequence = fields["sequence"]
        values = {"home": self.home, "care_of": self.care_of, "home_agent": self.agent, "identifier": self.identifier,
                  "spi": self.spi, "key": self.key, "sequence": self.sequence}
        if self.kind == "timestamp":
            values["message_id"] = packets.ntp_now()
        values.update(fields)
        return packets.BindingUpdate(**values)

    def inbox(self, *others):
        """What comes for this node, at home or away, or for one of those addresses."""
        mine = {self.home, self.care_of, self.other_care_of, *others}
        return self.home_agent.inbox(lambda frame: not mine.isdisjoint(addresses_of(frame)))

    def ask(self, **fields):
        """Sends an update; the one Acknowledgement that comes back."""
        return self.ask_with(self.update(**fields))

    def ask_with(self, sent):
        frame = self.home_agent.one(sent.packet())
        message = packets.read_message(bytes(frame[IPv6]))
        if message is None or message.type != packets.BA:
            raise Failure(f"answered by {frame.summary()}")
        answer = Acknowledgement(frame, sent)
        answer.message = message
        return answer

    def register(self, **fields):
        answer = self.ask(**fields)
        if answer.status not in (0, 1):
            raise Failure(f"registration refused with {answer.status}")
        return answer

    def leave(self, **fields):
        answer = self.ask(lifetime_s=0, **fields)
        if answer.status != 0:
            raise Failure(f"de-registration refused with {answer.status}")
        return answer

    def silent(self, **fields):
        self.home_agent.silence(self.update(**fields).packet())

    def echo(self, care_of=None, data=b"homeward", **fields):
        """An echo request to the home agent with a Home Address option: what a binding is proved by."""
        message = packets.echo_request(self.home, self.agent, data)
        return packets.ip6(care_of or self.care_of, self.agent, packets.DEST_OPTIONS,
                           packets.home_address_header(packets.ICMP6, self.home) + message, **fields)

    def is_known(self, care_of):
        """Asked of the marker itself before there is a marker."""
        self.home_agent.wire.send(self.echo(care_of))
        frame = self.home_agent.wait_for(lambda f: ICMPv6EchoReply in f or MIP6MH_BE in f, PATIENCE_S)
        return frame is not None and ICMPv6EchoReply in frame

    def is_bound(self, care_of=None):
        frame = self.home_agent.one(self.echo(care_of))
        if ICMPv6EchoReply in frame:
            return True
        if MIP6MH_BE in frame and frame[MIP6MH_BE].status == 1:
            return False
        raise Failure(f"an echo request with Home Address option is answered by {frame.summary()}")
