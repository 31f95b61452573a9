/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "ha/ip_hash.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "link/link.h"
#include "link/mld.h"
#include "link/nd.h"

enum {
	ROBUSTNESS = 2,			/* RFC 3810 §9.1: how often a change is told */
	UNSOLICITED_INTERVAL_MS = 1000, /* §9.11 */
	OLDER_QUERIER_MS = 260000, /* §9.12: twice the default query interval, and a response */
	ANSWERS_APART_MS = 1000,   /* anybody on the link can ask for all groups */
	MESSAGES_A_TURN = 16,
};

struct group {
	struct group *next;	    /* in its chain */
	TAILQ_ENTRY(group) waiting; /* among those with a change to be told */
	struct ip_addr address;
	uint64_t due_ms;
	uint32_t users;
	uint16_t link;
	uint8_t tell; /* how often the change is still to be told; 0: it does not wait */
	bool is_repeated;
};

/* Those with a change to be told for the first time, or once more; by when it is due. */
TAILQ_HEAD(queue, group);

/* An answer to a general query on its way. */
struct answer {
	uint64_t due_ms;	/* 0: there is none */
	uint64_t not_before_ms; /* the next one */
	uint32_t at;		/* the next chain */
};

static struct group **heads; /* NULL: there is no real home link */
static uint32_t mask;
static struct queue fresh = TAILQ_HEAD_INITIALIZER(fresh);
static struct queue repeated = TAILQ_HEAD_INITIALIZER(repeated);
static struct answer answers[PORTS_MAX];
static uint64_t version_1_until_ms[PORTS_MAX];
static uint32_t times_up[PORTS_MAX]; /* when all was last told to a link that came up */

static void queried(const struct link_message *message);

int groups_start(uint32_t addresses)
{
	uint32_t size = 1;

	if (!link_any_ip6())
		return 0;
	while (size < addresses)
		size *= 2;
	heads = calloc(size, sizeof(struct group *));
	mask = size - 1;
	for (uint16_t i = 0; i < link_count(); i++)
		times_up[i] = link_times_up(i);
	link_handle(ICMP6_MLD_QUERY, queried);
	return heads != NULL ? 0 : -ENOMEM;
}

void groups_stop(void)
{
	for (uint32_t i = 0; heads != NULL && i <= mask; i++) {
		struct group *next;

		for (struct group *g = heads[i]; g != NULL; g = next) {
			next = g->next;
			free(g);
		}
	}
	free(heads);
	heads = NULL;
	TAILQ_INIT(&fresh);
	TAILQ_INIT(&repeated);
	for (uint16_t i = 0; i < PORTS_MAX; i++) {
		answers[i] = (struct answer){0};
		version_1_until_ms[i] = 0;
	}
}

static struct group **place_of(uint16_t link, const struct ip_addr *address)
{
	struct group **at = &heads[crc32c_word(ip_addr_word(address, 1), link) & mask];

	while (*at != NULL && ((*at)->link != link || !ip_addr_equal(&(*at)->address, address)))
		at = &(*at)->next;
	return at;
}

/* --- What changes --- */

/* RFC 3810 §6.1: at once, and as often as any change, whatever is still to be told of one before. */
static void changed(struct group *g)
{
	if (g->tell > 0)
		TAILQ_REMOVE(g->is_repeated ? &repeated : &fresh, g, waiting);
	g->tell = ROBUSTNESS;
	g->is_repeated = false;
	g->due_ms = 0;
	TAILQ_INSERT_TAIL(&fresh, g, waiting);
}

void groups_join(uint16_t link, const struct ip_addr *address)
{
	struct ip_addr group = nd_solicited_node(address);
	struct group **at = heads != NULL ? place_of(link, &group) : NULL;

	if (at == NULL)
		return;
	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at == NULL)
			return;
		(*at)->address = group;
		(*at)->link = link;
	}
	if ((*at)->users++ > 0)
		return;
	changed(*at);
}

void groups_leave(uint16_t link, const struct ip_addr *address)
{
	struct ip_addr group = nd_solicited_node(address);
	struct group *g = heads != NULL ? *place_of(link, &group) : NULL;

	if (g == NULL || --g->users > 0)
		return;
	changed(g);
}

static void forget(struct group *g)
{
	*place_of(g->link, &g->address) = g->next;
	free(g);
}

/* --- What is told --- */

/* RFC 3810 §5.2.13: from the link-local address, or without one if there is none yet. */
static const struct ip_addr *source_of(uint16_t link)
{
	static const struct ip_addr unspecified;
	const struct ip_addr *local = link_local(link);

	return local != NULL ? local : &unspecified;
}

static void send_report(uint16_t link, const struct mld_record records[], uint16_t n)
{
	static const struct ip_addr routers = {.bytes = {0xff, 0x02, [15] = 0x16}};
	uint8_t message[MLD_REPORT_OCTETS_MAX];
	uint16_t octets = mld_report_encode(records, n, message);

	link_send_report(link, source_of(link), &routers, message, octets);
}

/* RFC 2710 §4, §5: a Report to its own group, a Done to all routers. */
static void send_version_1(uint16_t link, const struct mld_record *record)
{
	static const struct ip_addr routers = {.bytes = {0xff, 0x02, [15] = 0x02}};
	bool is_done = record->type == MLD_CHANGE_TO_INCLUDE;
	uint8_t message[MLD1_OCTETS];

	mld1_encode(is_done ? ICMP6_MLD_DONE : ICMP6_MLD_REPORT, &record->group, message);
	link_send_report(link, source_of(link), is_done ? &routers : &record->group, message,
			 sizeof(message));
}

/* Returns how many messages that were. */
static unsigned int tell(uint16_t link, const struct mld_record records[], uint16_t n,
			 uint64_t now_ms)
{
	if (n == 0)
		return 0;
	if (now_ms >= version_1_until_ms[link]) {
		send_report(link, records, n);
		return 1;
	}
	for (uint16_t i = 0; i < n; i++)
		send_version_1(link, &records[i]);
	return n;
}

static void tell_again(struct group *g, uint64_t due_ms)
{
	g->is_repeated = true;
	g->due_ms = due_ms;
	TAILQ_INSERT_TAIL(&repeated, g, waiting);
}

/* The next one whose change is due, its record filled in; false when there is none on that link in
 * front. */
static bool take_change(struct queue *queue, uint16_t link, uint64_t now_ms,
			struct mld_record *record)
{
	struct group *g = TAILQ_FIRST(queue);

	if (g == NULL || g->link != link || g->due_ms > now_ms)
		return false;
	TAILQ_REMOVE(queue, g, waiting);
	*record = (struct mld_record){
		.group = g->address,
		.type = g->users > 0 ? MLD_CHANGE_TO_EXCLUDE : MLD_CHANGE_TO_INCLUDE,
	};
	g->tell--;
	if (g->tell > 0)
		tell_again(g, now_ms + UNSOLICITED_INTERVAL_MS);
	else if (g->users == 0)
		forget(g);
	return true;
}

static bool is_due(const struct queue *queue, uint64_t now_ms)
{
	return !TAILQ_EMPTY(queue) && TAILQ_FIRST(queue)->due_ms <= now_ms;
}

static unsigned int tell_changes(struct queue *queue, uint64_t now_ms)
{
	struct mld_record records[MLD_RECORDS_MAX];
	unsigned int sent = 0;

	while (is_due(queue, now_ms) && sent < MESSAGES_A_TURN) {
		uint16_t link = TAILQ_FIRST(queue)->link;
		uint16_t n = 0;

		while (n < MLD_RECORDS_MAX && take_change(queue, link, now_ms, &records[n]))
			n++;
		sent += tell(link, records, n, now_ms);
	}
	return sent;
}

/* --- What is asked --- */

/* Goes on with an answer to a general query, from where it was, until a report is full. */
static unsigned int go_on(uint16_t link, uint64_t now_ms)
{
	struct answer *answer = &answers[link];
	struct mld_record records[MLD_RECORDS_MAX];
	uint16_t n = 0;

	for (; answer->at <= mask; answer->at++) {
		uint16_t before = n;
		const struct group *g = heads[answer->at];

		for (; g != NULL && n < MLD_RECORDS_MAX; g = g->next)
			if (g->link == link && g->users > 0)
				records[n++] = (struct mld_record){g->address, MLD_MODE_IS_EXCLUDE};
		if (g == NULL)
			continue;
		/* The chain did not fit: it is told whole the next time. One longer than a report
		 * would never fit. */
		if (before > 0)
			n = before;
		else
			answer->at++;
		break;
	}
	if (answer->at > mask)
		*answer = (struct answer){.not_before_ms = now_ms + ANSWERS_APART_MS};
	return tell(link, records, n, now_ms);
}

static unsigned int answer_general(uint16_t link, uint64_t now_ms)
{
	unsigned int sent = 0;

	while (answers[link].due_ms != 0 && answers[link].due_ms <= now_ms &&
	       sent < MESSAGES_A_TURN)
		sent += go_on(link, now_ms) + 1;
	return sent;
}

static uint64_t soon(uint64_t now_ms, uint32_t max_delay_ms)
{
	return now_ms + (max_delay_ms > 0 ? (uint64_t)rand() % max_delay_ms : 0);
}

/* A query for one group is answered at once: nobody else answers for it. RFC 3810 §6.2: one that asks
 * for sources is answered as well; all of them are wanted. */
static void answer_one(uint16_t link, const struct ip_addr *address, uint64_t now_ms)
{
	const struct group *g = *place_of(link, address);
	const struct mld_record record = {*address, MLD_MODE_IS_EXCLUDE};

	if (g != NULL && g->users > 0)
		tell(link, &record, 1, now_ms);
}

/* RFC 3810 §6.2: what is asked for sooner than by a query before is answered sooner; one answer is good for both. */
static void plan_answer(struct answer *answer, uint64_t due_ms)
{
	if (due_ms < answer->not_before_ms)
		due_ms = answer->not_before_ms;
	if (answer->due_ms == 0 || due_ms < answer->due_ms)
		answer->due_ms = due_ms;
}

/* RFC 3810 §6.2: only from a link-local address, or it could come from afar. */
static void queried(const struct link_message *message)
{
	uint64_t now_ms = monotonic_ms();
	struct mld_query query;

	if (heads == NULL || !ip_addr_is_link_local(&message->source) ||
	    !mld_query_decode(message->icmp6, &query))
		return;
	if (query.is_version_1)
		version_1_until_ms[message->link] = now_ms + OLDER_QUERIER_MS;
	if (!ip_addr_is_unspecified(&query.group))
		answer_one(message->link, &query.group, now_ms);
	else
		plan_answer(&answers[message->link], soon(now_ms, query.max_delay_ms));
}

/* What was said before, nobody there may know: all is told without being asked for. */
static void tell_who_came(uint16_t link, uint64_t now_ms)
{
	if (!link_serves_ip6(link) || times_up[link] == link_times_up(link))
		return;
	times_up[link] = link_times_up(link);
	plan_answer(&answers[link], now_ms);
}

unsigned int groups_poll(void *unused)
{
	uint64_t now_ms = monotonic_ms();
	unsigned int sent;

	(void)unused;
	if (heads == NULL)
		return 0;
	sent = tell_changes(&fresh, now_ms) + tell_changes(&repeated, now_ms);
	for (uint16_t i = 0; i < link_count(); i++) {
		tell_who_came(i, now_ms);
		sent += answer_general(i, now_ms);
	}
	return sent;
}
