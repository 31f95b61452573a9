/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/signalling_updates.h"

#include <stdlib.h>

enum { LIFETIME_S = 3600 };

static const struct options *options;
static struct node *nodes;
static uint32_t *order; /* of nodes, shuffled */
static uint32_t turn;
static struct prepared *prepared;

static void shuffle(void)
{
	srandom(1);
	for (uint32_t i = 0; i < options->count; i++) {
		uint32_t k = (uint32_t)random() % (i + 1);

		order[i] = order[k];
		order[k] = i;
	}
}

bool updates_start(const struct options *with_options, uint32_t most)
{
	options = with_options;
	nodes = nodes_make(options);
	order = calloc(options->count, sizeof(*order));
	prepared = calloc(most, sizeof(*prepared));
	if (nodes == NULL || order == NULL || prepared == NULL || !message_start())
		return false;
	shuffle();
	return true;
}

void updates_stop(void)
{
	message_stop();
	nodes_free(nodes, options->count);
	free(order);
	free(prepared);
}

static bool prepare(struct prepared *p, uint32_t i, bool move)
{
	struct node *node = &nodes[i];
	struct update update = {
		.node = i,
		.care_of = node->care_of + move,
		.sequence = (uint16_t)(node->sequence + 1),
		.lifetime_s = LIFETIME_S,
	};

	node->care_of = update.care_of;
	node->sequence = update.sequence;
	p->node = i;
	p->care_of = update.care_of;
	p->sequence = update.sequence;
	p->octets = message_write_update(options, node, &update, p->packet);
	return p->octets != 0;
}

struct prepared *updates_prepare(uint32_t count, bool move)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!prepare(&prepared[i], order[turn], move))
			return NULL;
		turn = (turn + 1) % options->count;
	}
	return prepared;
}

const struct node *updates_node(uint32_t i)
{
	return &nodes[i];
}
