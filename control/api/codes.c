/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/codes.h"

#include <stddef.h>

#include "ha/wire/mip4.h"

static const char *const meanings[] = {
	[MIP4_ACCEPTED] = "accepted",
	[MIP4_ACCEPTED_SINGLE] = "accepted; one care-of address for each mobile node",
	[MIP4_UNSPECIFIED] = "the tunnel would lead back here",
	[MIP4_PROHIBITED] = "prohibited: this mobile node, home address or kind of tunnel",
	[MIP4_RESOURCES] = "no room, or no home address left in the pool",
	[MIP4_MN_AUTHENTICATION] = "wrong authenticator of the mobile node",
	[MIP4_FOREIGN_AUTHENTICATION] = "wrong or no authenticator of the foreign agent",
	[MIP4_IDENTIFICATION] = "timestamp or nonce does not fit",
	[MIP4_MALFORMED] = "malformed",
	[MIP4_TOO_MANY_BINDINGS] = "too many simultaneous bindings",
	[MIP4_UNKNOWN_HOME_AGENT] = "not the home agent that was asked for",
	[MIP4_REVERSE_TUNNEL] = "no reverse tunnel",
	[MIP4_REVERSE_TUNNEL_MANDATORY] = "not without a reverse tunnel",
	[MIP4_ENCAPSULATION] = "encapsulation not offered",
	[MIP4_VENDOR_FROM_MN] = "unknown critical vendor extension of the mobile node",
	[MIP4_VENDOR_FROM_FA] = "unknown critical vendor extension of the foreign agent",
	[MIP4_UDP_ENCAPSULATION] = "encapsulation not offered inside UDP",
	[MIP4_REDIRECT] = "sent to another home agent",
	[MIP4_AAA_REFUSED] = "authentication to an AAA server, which there is none of",
};

const char *code_meaning(unsigned int code)
{
	return code < sizeof(meanings) / sizeof(meanings[0]) ? meanings[code] : NULL;
}
