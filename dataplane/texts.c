/* SPDX-License-Identifier: BSD-3-Clause */
#include "ha/drop.h"
#include "ha/exchange.h"

const struct drop_reason_text drop_reason_texts[DROP_REASON_COUNT] = {
#define X(upper, lower, text) {#lower, text},
	DROP_REASONS(X)
#undef X
};

const char *const punt_class_names[PUNT_CLASS_COUNT] = {
#define X(upper, lower, text) #lower,
	PUNT_CLASSES(X)
#undef X
};
