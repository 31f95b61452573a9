/* SPDX-License-Identifier: BSD-3-Clause */
#include "admission.h"

static bool accepts;
static bool is_draining;

void admission_start(const struct config *config)
{
	accepts = config->accept_registrations;
	is_draining = false;
}

bool admission_accepts_registrations(void)
{
	return accepts;
}

void admission_accept_registrations(bool accept)
{
	accepts = accept;
}

bool admission_is_draining(void)
{
	return is_draining;
}

void admission_drain(bool drain)
{
	is_draining = drain;
}
