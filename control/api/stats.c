/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stats.get.
 */
#include "api/codes.h"
#include "api/methods.h"
#include "counters.h"
#include "ha/dataplane.h"
#include "registration/decide.h"

/* How many of enum control_counter are outcomes of a punted packet; they come first. */
enum {
#define X(upper, lower, text) +1
	OUTCOME_COUNT = 0 PUNT_OUTCOMES(X),
#undef X
};

struct balance {
	uint64_t in;
	uint64_t out;
};

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *drops(const struct worker_stats *stats)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		set(object, drop_reason_texts[i].name, stats->dropped[i]);
	return object;
}

static json_t *punts(const struct worker_stats *stats)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < PUNT_CLASS_COUNT; i++)
		set(object, punt_class_names[i], stats->punted[i]);
	return object;
}

static json_t *worker(const struct worker_stats *stats)
{
	json_t *object = json_object();

	set(object, "received", stats->received);
	set(object, "injected", stats->injected);
	set(object, "taken_over", stats->taken_over);
	set(object, "handed_over", stats->handed_over);
	set(object, "sent", stats->sent);
	set(object, "to_kernel", stats->to_kernel);
	set(object, "fragments_created", stats->fragments_created);
	set(object, "fragments_joined", stats->fragments_joined);
	set(object, "fragments_waiting", stats->fragments_waiting);
	set(object, "copies_created", stats->copies_created);
	set(object, "encapsulated", stats->encapsulated);
	set(object, "decapsulated", stats->decapsulated);
	set(object, "polls", stats->polls);
	set(object, "polls_idle", stats->polls_idle);
	json_object_set_new(object, "dropped", drops(stats));
	json_object_set_new(object, "punted", punts(stats));
	return object;
}

static void add(struct worker_stats *sum, const struct worker_stats *stats)
{
	sum->received += stats->received;
	sum->injected += stats->injected;
	sum->taken_over += stats->taken_over;
	sum->handed_over += stats->handed_over;
	sum->sent += stats->sent;
	sum->to_kernel += stats->to_kernel;
	sum->fragments_created += stats->fragments_created;
	sum->fragments_joined += stats->fragments_joined;
	sum->fragments_waiting += stats->fragments_waiting;
	sum->copies_created += stats->copies_created;
	sum->encapsulated += stats->encapsulated;
	sum->decapsulated += stats->decapsulated;
	sum->polls += stats->polls;
	sum->polls_idle += stats->polls_idle;
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		sum->dropped[i] += stats->dropped[i];
	for (unsigned int i = 0; i < PUNT_CLASS_COUNT; i++)
		sum->punted[i] += stats->punted[i];
}

/* Every packet that enters is counted once on its way out (ha/stats.h). What lies between workers is
 * on its way. */
static struct balance balance_of(const struct worker_stats *stats)
{
	struct balance balance = {
		.in = stats->received + stats->injected + stats->fragments_created +
		      stats->copies_created,
		.out = stats->sent + stats->to_kernel + stats->fragments_joined +
		       stats->fragments_waiting,
	};

	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		balance.out += stats->dropped[i];
	for (unsigned int i = 0; i < PUNT_CLASS_COUNT; i++)
		balance.out += stats->punted[i];
	return balance;
}

static json_t *ports(const struct config *config)
{
	json_t *list = json_array();

	for (uint16_t i = 0; i < config->port_count; i++) {
		struct port_stats stats = {0};
		json_t *port = json_pack("{s:s}", "name", config->ports[i].name);

		dataplane_port_stats(i, &stats);
		set(port, "rx_pkts", stats.rx_pkts);
		set(port, "rx_bytes", stats.rx_bytes);
		set(port, "tx_pkts", stats.tx_pkts);
		set(port, "tx_bytes", stats.tx_bytes);
		set(port, "rx_missed", stats.rx_missed);
		set(port, "rx_errors", stats.rx_errors);
		set(port, "tx_errors", stats.tx_errors);
		set(port, "rx_no_buffer", stats.rx_no_buffer);
		set(port, "buffers", stats.buffers);
		set(port, "buffers_free", stats.buffers_free);
		json_array_append_new(list, port);
	}
	return list;
}

static json_t *named(const struct counter_text texts[], const uint64_t values[], unsigned int first,
		     unsigned int end)
{
	json_t *object = json_object();

	for (unsigned int i = first; i < end; i++)
		set(object, texts[i].name, values[i]);
	return object;
}

/* By number; those that never were are left out. */
static json_t *codes(void)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < REGISTRATION_CODES; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%u", i);
		if (registration_codes[i] != 0)
			set(object, number, registration_codes[i]);
	}
	return object;
}

static json_t *control(void)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "outcomes",
			 named(counter_texts, counters, 0, OUTCOME_COUNT), "others",
			 named(counter_texts, counters, OUTCOME_COUNT, CONTROL_COUNTER_COUNT),
			 "silent",
			 named(silent_texts, silent_counters, SILENT_NONE + 1, SILENT_REASON_COUNT),
			 "registration_codes", codes());
}

static json_t *counter_meanings(const struct counter_text meanings[], unsigned int first,
				unsigned int end)
{
	json_t *object = json_object();

	for (unsigned int i = first; i < end; i++)
		json_object_set_new(object, meanings[i].name, json_string(meanings[i].text));
	return object;
}

static json_t *drop_meanings(void)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		json_object_set_new(object, drop_reason_texts[i].name,
				    json_string(drop_reason_texts[i].text));
	return object;
}

static json_t *punt_meanings(void)
{
#define X(upper, lower, text) #lower, text,
	static const char *const meanings[] = {PUNT_CLASSES(X)};
#undef X
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i += 2)
		json_object_set_new(object, meanings[i], json_string(meanings[i + 1]));
	return object;
}

static json_t *code_meanings(void)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < REGISTRATION_CODES; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%u", i);
		if (code_meaning(i) != NULL)
			json_object_set_new(object, number, json_string(code_meaning(i)));
	}
	return object;
}

static json_t *texts(void)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "dropped", drop_meanings(), "punted",
		punt_meanings(), "outcomes", counter_meanings(counter_texts, 0, OUTCOME_COUNT),
		"others", counter_meanings(counter_texts, OUTCOME_COUNT, CONTROL_COUNTER_COUNT),
		"silent", counter_meanings(silent_texts, SILENT_NONE + 1, SILENT_REASON_COUNT),
		"registration_codes", code_meanings());
}

/* Of the control thread; those of ports stand with them. */
static void set_buffers(json_t *object)
{
	uint64_t total = 0;
	uint64_t available = 0;

	dataplane_buffers(&total, &available);
	set(object, "buffers", total);
	set(object, "buffers_free", available);
}

json_t *stats_get(const struct rpc_call *call, struct rpc_error *error)
{
	struct worker_stats sum = {0};
	json_t *workers = json_array();
	struct balance balance;
	json_t *result;

	(void)error;
	for (uint16_t i = 0; i < dataplane_worker_count(); i++) {
		struct worker_stats stats = {0};

		dataplane_worker_stats(i, &stats);
		add(&sum, &stats);
		json_array_append_new(workers, worker(&stats));
	}
	balance = balance_of(&sum);
	result = json_pack("{s:o, s:o, s:{s:I, s:I}, s:I, s:o, s:o}", "workers", workers, "totals",
			   worker(&sum), "balance", "in", (json_int_t)balance.in, "out",
			   (json_int_t)balance.out, "inject_failures",
			   (json_int_t)dataplane_inject_failures(), "ports",
			   ports(call->context->config), "control", control());
	set_buffers(result);
	if (rpc_value(call, "texts")->boolean)
		json_object_set_new(result, "texts", texts());
	return result;
}
