/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What DPDK's own reassembly does, and why there is another one here (docs/architecture.md): each case shows where it is not
 * what RFC 8200 §4.5 asks for. One that fails some day says that the library has changed and may be looked at again.
 */
#include <rte_cycles.h>
#include <rte_ip_frag.h>
#include <rte_mbuf.h>

#include "support/eal.h"
#include "support/unit.h"

enum { HEADERS = sizeof(struct rte_ipv6_hdr) + RTE_IPV6_FRAG_HDR_SIZE };

static struct rte_mempool *pool;
static struct rte_ip_frag_tbl *table;
static struct rte_ip_frag_death_row row;

/* Returns the packet when this completed it. */
static struct rte_mbuf *add(uint32_t id, uint16_t offset, uint16_t octets, bool more, uint8_t fill)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct rte_ipv6_hdr *ip =
		(struct rte_ipv6_hdr *)rte_pktmbuf_append(m, (uint16_t)(HEADERS + octets));
	struct rte_ipv6_fragment_ext *header = (struct rte_ipv6_fragment_ext *)(ip + 1);

	if (ip == NULL)
		return NULL;
	memset(ip, 0, HEADERS);
	ip->vtc_flow = RTE_BE32(0x60000000);
	ip->payload_len = rte_cpu_to_be_16((uint16_t)(RTE_IPV6_FRAG_HDR_SIZE + octets));
	ip->proto = IPPROTO_FRAGMENT;
	ip->src_addr[15] = 1;
	ip->dst_addr[15] = 2;
	header->next_header = IPPROTO_IPV6;
	header->frag_data = rte_cpu_to_be_16((uint16_t)(offset | more));
	header->id = rte_cpu_to_be_32(id);
	memset(header + 1, fill, octets);
	m->l2_len = 0;
	m->l3_len = HEADERS;
	return rte_ipv6_frag_reassemble_packet(table, &row, m, rte_rdtsc(), ip, header);
}

static unsigned int held(void)
{
	rte_ip_frag_free_death_row(&row, 0);
	return rte_mempool_in_use_count(pool);
}

static void it_puts_an_ordinary_packet_together(void)
{
	struct rte_mbuf *whole;

	CU_ASSERT_PTR_NULL(add(1, 0, 64, true, 'a'));
	whole = add(1, 64, 8, false, 'b');
	CU_ASSERT_PTR_NOT_NULL_FATAL(whole);
	CU_ASSERT_TRUE(whole->nb_segs > 1); /* stages want one */
	rte_pktmbuf_free(whole);
	CU_ASSERT_EQUAL(held(), 0);
}

static void an_overlap_ends_the_packet_but_what_comes_later_begins_it_anew(void)
{
	struct rte_mbuf *whole;

	CU_ASSERT_PTR_NULL(add(2, 0, 64, true, 'a'));
	CU_ASSERT_PTR_NULL(add(2, 32, 64, true, 'x'));
	CU_ASSERT_PTR_NULL(add(2, 64, 8, false,
			       'b')); /* 136 octets of 72: all are dropped, not a moment before */
	CU_ASSERT_EQUAL(held(), 0);
	/* RFC 5722 §4: also those that are still to come. */
	CU_ASSERT_PTR_NULL(add(2, 0, 64, true, 'a'));
	whole = add(2, 64, 8, false, 'b');
	CU_ASSERT_PTR_NOT_NULL(whole);
	rte_pktmbuf_free(whole);
}

static void a_fragment_that_the_network_repeated_costs_the_packet(void)
{
	CU_ASSERT_PTR_NULL(add(3, 0, 64, true, 'a'));
	CU_ASSERT_PTR_NULL(add(3, 0, 64, true, 'a'));
	CU_ASSERT_EQUAL(held(), 0);
	CU_ASSERT_PTR_NULL(add(3, 64, 8, false, 'b')); /* waits for the first one in vain */
	CU_ASSERT_EQUAL(held(), 1);
}

static void a_packet_of_more_than_eight_fragments_is_dropped(void)
{
	struct rte_mbuf *whole = NULL;

	for (uint16_t i = 0; i < RTE_LIBRTE_IP_FRAG_MAX_FRAG + 1 && whole == NULL; i++)
		whole = add(4, (uint16_t)(8 * i), 8, i < RTE_LIBRTE_IP_FRAG_MAX_FRAG, 'a');
	CU_ASSERT_PTR_NULL(whole);
	held();
}

static void a_length_that_is_no_multiple_of_eight_is_taken(void)
{
	unsigned int before = held();

	CU_ASSERT_PTR_NULL(add(5, 0, 63, true, 'a'));
	CU_ASSERT_EQUAL(held(), before + 1);
}

static void each_fragment_that_waits_keeps_a_whole_buffer(void)
{
	unsigned int before = held();

	for (uint32_t id = 100; id < 116; id++)
		add(id, 0, 8, true, 'a');
	CU_ASSERT_TRUE(held() >= before + 8);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(it_puts_an_ordinary_packet_together),
		UNIT(an_overlap_ends_the_packet_but_what_comes_later_begins_it_anew),
		UNIT(a_fragment_that_the_network_repeated_costs_the_packet),
		UNIT(a_packet_of_more_than_eight_fragments_is_dropped),
		UNIT(a_length_that_is_no_multiple_of_eight_is_taken),
		UNIT(each_fragment_that_waits_keeps_a_whole_buffer),
	};

	test_eal_start(64);
	pool = rte_pktmbuf_pool_create("packets", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	table = rte_ip_frag_table_create(64, 16, 1024, 60 * rte_get_tsc_hz(), SOCKET_ID_ANY);
	if (pool == NULL || table == NULL)
		return 2;
	return unit_run("rte_ip_frag", cases, UNIT_COUNT(cases));
}
