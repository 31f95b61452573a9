/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/protocol.h"

#include <string.h>

static const struct protocol *const protocols[] = {&protocol_mip6, &protocol_mip4};

const struct protocol *protocol_find(const char *name)
{
	for (unsigned int i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(protocols[i]->name, name) == 0)
			return protocols[i];
	return NULL;
}
