/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/updates.h"

#include <string.h>

#include <rte_cycles.h>

#include "ha/time.h"
#include "load/link.h"
#include "load/message.h"
#include "load/protocol.h"
#include "load/traffic.h"

enum {
	FIRST_TIMEOUT_MS = 1500, /* RFC 6275 §12: InitialBindackTimeoutFirstReg */
	TIMEOUT_MS = 1000,	 /* INITIAL_BINDACK_TIMEOUT */
	POLL_MAX = 32,
	STATUS_REFUSED = 128,
};

/* Nodes that wait equally long, so the first is due first. */
struct list {
	uint32_t head;
	uint32_t tail;
};

static const struct options *options;
static struct node *nodes;
static struct phase_result *phase;
static struct list waiting[TRIES_MAX];
static uint32_t waiting_count;
static uint32_t next_node;

void updates_start(const struct options *with_options, struct node *with_nodes)
{
	options = with_options;
	nodes = with_nodes;
	for (int i = 0; i < TRIES_MAX; i++)
		waiting[i] = (struct list){.head = NODE_NONE, .tail = NODE_NONE};
}

static void enlist(uint32_t i, uint64_t now_tsc)
{
	struct node *node = &nodes[i];
	struct list *list = &waiting[node->tries - 1];
	uint64_t timeout_ms = node->waits_for == PHASE_REGISTER ? FIRST_TIMEOUT_MS : TIMEOUT_MS;

	node->due_tsc = now_tsc + tsc_from_ms(timeout_ms << (node->tries - 1));
	node->next = NODE_NONE;
	node->prev = list->tail;
	if (list->tail != NODE_NONE)
		nodes[list->tail].next = i;
	else
		list->head = i;
	list->tail = i;
	waiting_count++;
}

static void delist(uint32_t i)
{
	struct node *node = &nodes[i];
	struct list *list = &waiting[node->tries - 1];

	if (node->prev != NODE_NONE)
		nodes[node->prev].next = node->next;
	else
		list->head = node->next;
	if (node->next != NODE_NONE)
		nodes[node->next].prev = node->prev;
	else
		list->tail = node->prev;
	waiting_count--;
}

/* Sends the update that the node waits for, with a new sequence number (RFC 6275 §11.8: also when
 * sent again). False, and nothing has changed, when it cannot go out now. */
static bool send_update(uint32_t i, uint64_t now_tsc)
{
	struct node *node = &nodes[i];
	struct update update = {
		.node = i,
		.care_of = node->care_of_asked,
		.sequence = (uint16_t)(node->sequence + 1),
		.lifetime_s = node->waits_for == PHASE_REMOVE ? 0 : options->lifetime_s,
	};
	uint8_t *packet = link_begin();
	uint16_t length;

	if (packet == NULL)
		return false;
	/* The last bits of a timestamp tell its sequence number, for answers that repeat nothing else. */
	if (options->timestamps)
		update.message_id_ntp = (time_of_day_ntp() & ~UINT64_C(0xffff)) | update.sequence;
	length = options->protocol->write_update(options, node, &update, packet);
	if (length == 0)
		return false;
	link_end(length);
	node->sequence = update.sequence;
	node->message_id_ntp = update.message_id_ntp;
	if (node->tries > 0)
		delist(i);
	node->tries++;
	enlist(i, now_tsc);
	return true;
}

static bool takes_part(const struct node *node, enum phase_kind kind)
{
	if (kind == PHASE_REGISTER)
		return !node->registered;
	if (kind == PHASE_REMOVE)
		return node->registered || node->uncertain;
	return node->registered;
}

static bool begin_node(uint32_t i, uint64_t now_tsc)
{
	struct node *node = &nodes[i];

	node->waits_for = (uint8_t)phase->kind;
	node->tries = 0;
	node->first_sent_tsc = now_tsc;
	node->first_sequence = (uint16_t)(node->sequence + 1);
	if (phase->kind == PHASE_REGISTER || phase->kind == PHASE_MOVE)
		node->care_of_asked = node->care_of + 1;
	if (!send_update(i, now_tsc)) {
		node->waits_for = PHASE_NONE;
		node->care_of_asked = node->care_of;
		return false;
	}
	phase->sent++;
	return true;
}

/* RFC 6275 leaves the end of retransmission to the node; here it must end. */
static void give_up(uint32_t i)
{
	delist(i);
	nodes[i].waits_for = PHASE_NONE;
	nodes[i].uncertain = true;
	phase->unanswered++;
}

static unsigned int send_again(uint64_t now_tsc)
{
	unsigned int count = 0;

	for (int k = 0; k < TRIES_MAX; k++) {
		while (count < POLL_MAX) {
			uint32_t i = waiting[k].head;

			if (i == NODE_NONE || nodes[i].due_tsc > now_tsc)
				break;
			count++;
			if (k == TRIES_MAX - 1) {
				give_up(i);
				continue;
			}
			if (!send_update(i, now_tsc))
				return count;
			phase->retransmitted++;
		}
	}
	return count;
}

static unsigned int may_send(uint64_t now_tsc)
{
	uint64_t allowed;

	if (options->rate_per_s == 0)
		return options->window > waiting_count ? options->window - waiting_count : 0;
	allowed = (uint64_t)((double)(now_tsc - phase->begin_tsc) / (double)rte_get_tsc_hz() *
			     options->rate_per_s);
	return allowed > phase->sent ? (unsigned int)(allowed - phase->sent) : 0;
}

static unsigned int send_new(uint64_t now_tsc)
{
	unsigned int max = may_send(now_tsc);
	unsigned int count = 0;

	if (max > POLL_MAX)
		max = POLL_MAX;
	while (count < max && next_node < options->count) {
		if (takes_part(&nodes[next_node], phase->kind)) {
			if (!begin_node(next_node, now_tsc))
				break;
			count++;
		}
		next_node++;
	}
	return count;
}

void updates_begin(struct phase_result *result, enum phase_kind kind, uint64_t now_tsc)
{
	phase = result;
	phase->kind = kind;
	phase->begin_tsc = now_tsc;
	phase->end_tsc = now_tsc;
	next_node = kind == PHASE_TRAFFIC ? options->count : 0;
}

unsigned int updates_poll(uint64_t now_tsc)
{
	unsigned int count = send_again(now_tsc);

	return count + send_new(now_tsc);
}

bool updates_are_done(void)
{
	return next_node == options->count && waiting_count == 0;
}

static enum wrong check_lifetime(const struct node *node, const struct ack *ack)
{
	if (ack->status >= STATUS_REFUSED)
		return WRONG_NOTHING;
	if (node->waits_for == PHASE_REMOVE)
		return ack->lifetime_s == 0 ? WRONG_NOTHING : WRONG_LIFETIME;
	return ack->lifetime_s > 0 && ack->lifetime_s <= options->lifetime_s ? WRONG_NOTHING
									     : WRONG_LIFETIME;
}

/* Whose it is, whether it went where the update came from, and whether its keyed parts are right.
 */
static enum wrong check_node(const struct ack *ack, uint32_t i)
{
	char identifier[NODE_IDENTIFIER_TEXT];
	uint32_t number;

	if (i == NODE_NONE)
		return WRONG_HOME;
	if (node_by_care_of(options, &ack->care_of, &number) != i)
		return WRONG_HOME;
	if (number != nodes[i].care_of_asked)
		return WRONG_CARE_OF;
	if (node_identifier(i, identifier) != cursor_left(&ack->identifier) ||
	    memcmp(identifier, ack->identifier.at, cursor_left(&ack->identifier)) != 0)
		return WRONG_IDENTIFIER;
	if (!options->protocol->is_authentic(ack, &nodes[i]))
		return WRONG_AUTHENTICATOR;
	if (ack->has_message_id != options->timestamps)
		return WRONG_MESSAGE_ID;
	return WRONG_NOTHING;
}

/* An acknowledgement of an earlier transmission of the same update is ignored (RFC 6275 §11.7.3).
 */
static bool is_late(const struct node *node, uint16_t sequence)
{
	uint16_t behind = (uint16_t)(node->sequence - sequence);
	uint16_t earlier = (uint16_t)(node->sequence - node->first_sequence);

	return behind >= 1 && behind <= earlier;
}

/* The acknowledgement of a de-registration may get lost. Sent again it finds no binding, and the
 * answer may say so: the node is out all the same. */
static bool is_gone_already(const struct node *node, const struct ack *ack)
{
	return node->waits_for == PHASE_REMOVE && node->tries > 1 &&
	       options->protocol->status_gone != STATUS_NONE &&
	       ack->status == options->protocol->status_gone;
}

static void take_answer(struct node *node, const struct ack *ack)
{
	enum phase_kind kind = node->waits_for;
	bool refused = ack->status >= STATUS_REFUSED && !is_gone_already(node, ack);

	node->waits_for = PHASE_NONE;
	node->uncertain = false;
	if (refused) {
		phase->refused[ack->status]++;
		node->care_of_asked = node->care_of;
		return;
	}
	phase->acknowledged++;
	node->registered = kind != PHASE_REMOVE;
	if (kind == PHASE_REFRESH)
		return;
	node->care_of = node->care_of_asked;
	node->changed_at = traffic_next_number();
}

enum wrong updates_receive(const uint8_t *packet, uint32_t length, uint64_t now_tsc)
{
	struct node *node;
	struct ack ack;
	enum wrong wrong = options->protocol->read_ack(packet, length, &ack);
	uint32_t i;

	if (wrong != WRONG_NOTHING)
		return wrong;
	i = node_by_home(options, &ack.home);
	wrong = check_node(&ack, i);
	if (wrong != WRONG_NOTHING)
		return wrong;
	node = &nodes[i];
	if (is_late(node, ack.sequence)) {
		phase->late++;
		return WRONG_NOTHING;
	}
	if (ack.sequence != node->sequence)
		return WRONG_SEQUENCE;
	if (node->waits_for == PHASE_NONE)
		return WRONG_TWICE;
	if (options->timestamps && ack.message_id_ntp != node->message_id_ntp)
		return WRONG_MESSAGE_ID;
	wrong = check_lifetime(node, &ack);
	if (wrong != WRONG_NOTHING)
		return wrong;
	delist(i);
	histogram_add(&phase->latency, now_tsc - node->first_sent_tsc);
	phase->end_tsc = now_tsc;
	take_answer(node, &ack);
	return WRONG_NOTHING;
}
