/* SPDX-License-Identifier: BSD-3-Clause
 *
 * codes: what the codes of Registration Replies mean, for an operator.
 *
 * Threads    any; constant.
 * RFC        5944 §3.4; 2794 §4; 3024 §3.4; 3115; 3519 §3.2; 4433 §4.3; 4721 §4.3.
 */
#ifndef CONTROL_API_CODES_H
#define CONTROL_API_CODES_H

/* NULL of one that no agent here says. */
const char *code_meaning(unsigned int code);

#endif
