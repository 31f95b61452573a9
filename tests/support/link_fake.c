/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/link_fake.h"

#include <string.h>
#include <time.h>

#include "link/frame.h"
#include "link/frame4.h"

enum { START_MS = 1000000, ETHER_OCTETS = 14, HOP_BY_HOP_OCTETS = 8 };

static const uint8_t own_mac[6] = {0x02, 0, 0, 0, 0, 0x01};
static const struct ip_addr own_local = {{0xfe, 0x80, [15] = 1}};

static const struct config *config;
static link_fake_sent_fn *told;
static link_handler_fn *handlers[256];
static link_arp_fn *arp_handler;
static uint64_t now_ms;
static uint32_t times_up;
static uint64_t counters[LINK_COUNTER_COUNT];

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, now);
	*now = (struct timespec){(time_t)(now_ms / 1000), (long)(now_ms % 1000) * 1000000};
	return 0;
}

void link_fake_start(const struct config *c, link_fake_sent_fn *sent)
{
	config = c;
	told = sent;
	now_ms = START_MS;
	times_up = 1;
	memset(handlers, 0, sizeof(handlers));
	arp_handler = NULL;
}

bool link_fake_hear(const uint8_t *frame, size_t octets)
{
	struct link_message message = {.link = 0};
	struct cursor arp;

	if (frame4_read_arp(frame, octets, &arp)) {
		if (arp_handler != NULL)
			arp_handler(0, arp);
		return true;
	}
	if (!frame_read(frame, octets, &message))
		return false;
	if (handlers[message.type] != NULL)
		handlers[message.type](&message);
	return true;
}

void link_fake_pass(uint64_t ms)
{
	now_ms += ms;
}

void link_fake_come_up(void)
{
	times_up++;
}

/* --- link.h --- */

void link_handle(uint8_t type, link_handler_fn *handler)
{
	handlers[type] = handler;
}

void link_handle_arp(link_arp_fn *handler)
{
	arp_handler = handler;
}

uint16_t link_count(void)
{
	return 1;
}

bool link_serves_ip6(uint16_t link)
{
	return true;
}

bool link_any_ip6(void)
{
	return true;
}

int link_of_network(uint16_t network)
{
	return config->mip4.networks[network].home_link.kind == HOME_LINK_INTERFACE ? 0 : LINK_NONE;
}

int link_of_prefix(uint16_t prefix)
{
	return prefix < config->home_prefix_count ? 0 : LINK_NONE;
}

int link_of_address(const struct ip_addr *address)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		if (ip_prefix_contains(&config->home_prefixes[i].prefix, address))
			return 0;
	return LINK_NONE;
}

int link_of_port(uint16_t port)
{
	return port == 0 ? 0 : LINK_NONE;
}

const char *link_interface(uint16_t link)
{
	return "rt";
}

const uint8_t *link_mac(uint16_t link)
{
	return own_mac;
}

const struct ip_addr *link_local(uint16_t link)
{
	return &own_local;
}

uint32_t link_times_up(uint16_t link)
{
	return times_up;
}

const uint64_t *link_counters(uint16_t link)
{
	return counters;
}

static bool leave(const struct frame_headers *headers, const uint8_t *message, uint16_t octets)
{
	uint8_t frame[ETHER_OCTETS + 40 + HOP_BY_HOP_OCTETS + LINK_MESSAGE_MAX];

	if (octets > LINK_MESSAGE_MAX)
		return false;
	told(frame, frame_write(frame, own_mac, headers, message, octets));
	return true;
}

bool link_send(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *source,
	       const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	return leave(&(struct frame_headers){mac, source, destination, FRAME_HOP_LIMIT_ND, false},
		     message, octets);
}

bool link_send_multicast(uint16_t link, const struct ip_addr *source,
			 const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	uint8_t mac[6];

	frame_multicast_mac(destination, mac);
	return link_send(link, mac, source, destination, message, octets);
}

bool link_send_report(uint16_t link, const struct ip_addr *source,
		      const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	uint8_t mac[6];

	frame_multicast_mac(destination, mac);
	return leave(&(struct frame_headers){mac, source, destination, FRAME_HOP_LIMIT_MLD, true},
		     message, octets);
}

bool link_send_arp(uint16_t link, const uint8_t *mac, const uint8_t message[static ARP_OCTETS])
{
	uint8_t frame[ETHER_OCTETS + ARP_OCTETS];

	memset(frame, 0xff, 6);
	if (mac != NULL)
		memcpy(frame, mac, 6);
	memcpy(frame + 6, own_mac, 6);
	frame[12] = 0x08;
	frame[13] = 0x06;
	memcpy(frame + ETHER_OCTETS, message, ARP_OCTETS);
	told(frame, sizeof(frame));
	return true;
}
