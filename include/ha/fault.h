/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fault: one clear error for a person: where it is and what would mend it.
 *
 * Ownership  the caller's; a function that fails fills it and returns a negative errno or false.
 */
#ifndef HA_FAULT_H
#define HA_FAULT_H

#include <stdarg.h>
#include <stdio.h>

struct fault {
	char where[160]; /* a JSON Pointer, a file, a port; empty when the text says it all */
	char text[480];
};

__attribute__((format(printf, 3, 4))) static inline void
fault_set(struct fault *fault, const char *where, const char *format, ...)
{
	va_list args;

	snprintf(fault->where, sizeof(fault->where), "%s", where);
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
}

#endif
