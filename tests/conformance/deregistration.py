# SPDX-License-Identifier: BSD-3-Clause
"""De-registration in all its forms, and what holds afterwards: RFC 6275 10.3.2, 11.5.5; 3775 10.3.2; 3963 6.2."""
from scapy.layers.inet6 import IPv6

from home_agent import packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
A, H, L, R = 0x8000, 0x4000, 0x2000, 0x0400
FORMS = ("lifetime 0 from abroad", "lifetime 0 from another place", "lifetime 0 with the home address as care-of address",
         "any lifetime with the home address as care-of address", "from home without Home Address option",
         "from home with Home Address option")


def fields_of(form, node):
    return {
        FORMS[0]: {"lifetime_s": 0},
        FORMS[1]: {"lifetime_s": 0, "care_of": node.other_care_of},
        FORMS[2]: {"lifetime_s": 0, "care_of": node.home, "source": node.care_of},
        FORMS[3]: {"lifetime_s": 600, "care_of": node.home, "source": node.care_of},
        FORMS[4]: {"lifetime_s": 0, "care_of": node.home, "source": node.home, "home_option": False, "alternate": False},
        FORMS[5]: {"lifetime_s": 0, "care_of": node.home, "source": node.home, "alternate": False},
    }[form]


@case(each=FORMS)
def accepted(ha, form):
    """RFC 6275 10.3.2: {0}: status 0, lifetime 0, the sequence number copied, the binding gone"""
    node = ha.registered()
    sent = node.update(**fields_of(form, node))
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 0)
    expect.equal((answer.sequence, answer.lifetime_s), (sent.sequence, 0), "sequence number and lifetime")
    node.must_not_be_bound()


@case(each=FORMS)
def not_registered(ha, form):
    """RFC 6275 10.3.2: {0} without a binding: 133"""
    node = ha.node()
    expect.refused(node, 133, **fields_of(form, node))


@case(each=FORMS)
def stale(ha, form):
    """RFC 6275 9.5.1: {0} with an old sequence number: 135, the binding stays"""
    node = ha.registered(sequence=10)
    sent = node.update(sequence=9, **fields_of(form, node))
    answer = node.ask_with(sent)
    expect.acknowledged(answer, sent, 135)
    expect.equal(answer.sequence, 10, "sequence number told")
    node.must_be_bound()


@case(each=FORMS)
def forged(ha, form):
    """RFC 4285 5.1: {0} with a wrong authenticator: 146, the binding stays"""
    node = ha.registered()
    sent = node.update(auth_data=b"\x01" * 12, **fields_of(form, node))
    expect.acknowledged(node.ask_with(sent), sent, 146)
    node.must_be_bound()


@case(each=(H, A | H | L, A | H | R, H | R))
def flags(ha, value):
    """RFC 6275 10.3.2, 3963 6.2: flags {0:#06x} in a de-registration: A, L and R do not matter, it is acknowledged"""
    node = ha.registered()
    node.leave(flags=value)
    node.must_not_be_bound()


@case
def network_prefix_option_is_ignored(ha):
    """RFC 3963 6.7: a Mobile Network Prefix option in a de-registration is ignored"""
    node = ha.registered()
    node.leave(flags=A | H | R, options=[(6, b"\0\x40" + packets.address("2001:db8:70::"), 8, 4)])
    node.must_not_be_bound()


@case
def without_authentication(ha):
    """RFC 4285 5: a de-registration without authentication option: silence, the binding stays"""
    node = ha.registered()
    node.silent(lifetime_s=0, spi=None, identifier=None)
    node.must_be_bound()


@case
def from_home_no_routing_header(ha):
    """RFC 6275 9.5.4: from the home address without the option: answered to it without a routing header"""
    node = ha.registered()
    frame = ha.one(node.update(**fields_of(FORMS[4], node)).packet())
    expect.equal((frame[IPv6].nh, frame[IPv6].dst), (135, node.home), "next header and destination")


@case(virtual_only=True)
def stops_tunnelling(ha):
    """RFC 6275 10.3.2: afterwards nothing is tunnelled to the care-of address"""
    node, correspondent = ha.registered(), ha.place()
    node.leave()
    sent = craft.udp(correspondent, node.home)
    expect.icmp_error(ha.one(sent), 1, 3, 0, correspondent, sent)


@case
def stops_reverse_tunnel(ha):
    """RFC 6275 10.4.5: afterwards packets from the old care-of address are dropped"""
    node, correspondent = ha.registered(), ha.place()
    node.leave()
    ha.silence(craft.tunnel(craft.udp(node.home, correspondent), node.care_of))


@case
def twice(ha):
    """RFC 6275 10.3.2: a second, newer de-registration: 133"""
    node = ha.registered()
    node.leave()
    expect.refused(node, 133, lifetime_s=0)


@case(virtual_only=True)
def again_abroad(ha):
    """RFC 6275 10.3.1: afterwards the node registers anew"""
    node = ha.registered()
    node.leave()
    node.register(care_of=node.other_care_of)
    node.must_be_bound(node.other_care_of)


@case
def acknowledgement_flags(ha):
    """RFC 6275 10.3.2: K is clear in the acknowledgement without dynamic keying"""
    node = ha.registered()
    expect.equal(node.leave(flags=A | H | 0x1000).message.body[7], 0, "flags")


@case
def prohibited_and_not_registered(ha):
    """RFC 6275 10.3.2: a de-registration is not asked about policy: 133"""
    expect.refused(ha.node("prohibited"), 133, lifetime_s=0)


@case
def open_node(ha):
    """RFC 6275 10.3.2: a node without authentication leaves, too"""
    node = ha.registered("open")
    sent = node.update(lifetime_s=0)
    expect.acknowledged(node.ask_with(sent), sent, 0, authenticated=False)
    node.must_not_be_bound()


@case(on="closed")
def service_closed(ha):
    """RFC 6275 10.3.2: a de-registration where no home registrations are supported and none is there: 131"""
    expect.refused(ha.node(), 131, lifetime_s=0)


@case
def deprecated_prefix(ha):
    """RFC 6275 10.3.2: leaving a deprecated prefix is status 0, not 1"""
    node = ha.registered("deprecated")
    expect.equal(node.leave().status, 0, "status")
