/* SPDX-License-Identifier: BSD-3-Clause */
#include "receive4.h"

#include "counters.h"
#include "foreign_agent/foreign_agent.h"
#include "ha/wire/ip4.h"
#include "ha/wire/mip4.h"
#include "icmp4.h"
#include "ip4_packet.h"
#include "mip4/home_agent.h"
#include "mip4/message.h"
#include "mip4/nat.h"
#include "mip4/revocation.h"
#include "service.h"
#include "service4.h"
#include "tunnel/relay4.h"

enum {
	REQUEST_HOME_AGENT_OFFSET = 8, /* in a registration request */
};

/* A visitor's request names a home agent elsewhere. */
static bool is_for_foreign_agent(const struct ip4_packet *packet, struct cursor message)
{
	uint8_t octets[4];
	struct ip_addr home_agent;

	if (packet->arrival->tunnelled ||
	    !foreign_agent_is_on_port((uint16_t)packet->arrival->port))
		return false;
	if (!cursor_skip(&message, REQUEST_HOME_AGENT_OFFSET) ||
	    !cursor_bytes(&message, octets, sizeof(octets)))
		return true;
	home_agent = ip4_mapped(octets);
	return service4_home_agent_of(&home_agent) < 0;
}

static void receive_message(uint16_t worker, const struct ip4_packet *packet,
			    const struct udp_datagram *datagram)
{
	switch (mip4_message_type(datagram->payload)) {
	case MIP4_REGISTRATION_REQUEST:
		if (is_for_foreign_agent(packet, datagram->payload))
			foreign_agent_request(worker, packet, datagram);
		else if (service4_network_count() != 0)
			home_agent_request(worker, packet, datagram);
		else
			count(COUNT_LOCAL_UNKNOWN);
		break;
	case MIP4_REGISTRATION_REPLY:
		if (foreign_agent_is_on())
			foreign_agent_reply(worker, packet, datagram);
		else
			count(COUNT_LOCAL_UNKNOWN);
		break;
	case MIP4_REVOCATION:
		mip4_revocation_receive(worker, packet, datagram);
		break;
	case MIP4_REVOCATION_ACK:
		mip4_revocation_receive_ack(packet, datagram);
		break;
	default:
		count(COUNT_LOCAL_UNKNOWN);
		break;
	}
}

static void receive_datagram(const struct punt *p, const struct ip4_packet *packet)
{
	struct udp_datagram datagram;

	if (!ip4_packet_udp(packet, &datagram))
		count(COUNT_PACKET_MALFORMED);
	else if (datagram.destination_port == MIP4_PORT)
		receive_message(p->worker, packet, &datagram);
	else
		count(COUNT_LOCAL_UNKNOWN);
}

static void receive_icmp(const struct punt *p, const struct ip4_packet *packet)
{
	if (!icmp4_is_echo_request(packet)) {
		count(COUNT_LOCAL_UNKNOWN);
		return;
	}
	if (p->tunnelled)
		nat_keepalive(packet);
	icmp4_answer_echo(p->worker, packet);
	count(COUNT_ECHO_ANSWERED);
}

static void receive_local(const struct punt *p, const struct ip4_packet *packet)
{
	/* An answer would come to ourselves. */
	if (service_is_ours(&packet->source))
		count(COUNT_SOURCE_IS_OURS);
	else if (p->class == PUNT_TUNNEL_ERROR)
		relay4_error(p->worker, packet);
	else if (packet->protocol == PROTO_UDP)
		receive_datagram(p, packet);
	else
		receive_icmp(p, packet);
}

void receive4(const struct punt *p, struct cursor bytes)
{
	struct ip4_packet packet;

	if (p->class == PUNT_ERROR) {
		icmp4_answer_drop(p, bytes);
		count(COUNT_ERROR_CONSIDERED);
		return;
	}
	switch (ip4_packet_decode(bytes, &packet)) {
	case IP4_PACKET_GOOD:
		packet.arrival = p;
		receive_local(p, &packet);
		break;
	case IP4_PACKET_FRAGMENT:
		count(COUNT_PACKET_FRAGMENT);
		break;
	case IP4_PACKET_MALFORMED:
		count(COUNT_PACKET_MALFORMED);
		break;
	}
}
