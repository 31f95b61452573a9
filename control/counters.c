/* SPDX-License-Identifier: BSD-3-Clause */
#include "counters.h"

#include "registration/decide.h"

uint64_t counters[CONTROL_COUNTER_COUNT];
uint64_t silent_counters[SILENT_REASON_COUNT];
uint64_t registration_codes[REGISTRATION_CODES];

const struct counter_text counter_texts[CONTROL_COUNTER_COUNT] = {
#define X(upper, lower, text) {#lower, text},
	PUNT_OUTCOMES(X) CONTROL_COUNTERS(X)
#undef X
};

const struct counter_text silent_texts[SILENT_REASON_COUNT] = {
#define X(upper, lower, text) {#lower, text},
	SILENT_REASONS(X)
#undef X
};
