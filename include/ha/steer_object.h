/* SPDX-License-Identifier: BSD-3-Clause
 *
 * steer_object: the compiled steering program (dataplane/steer.bpf.c), carried inside the daemon so
 * that it is never missing.
 *
 * Threads    any; constant.
 */
#ifndef HA_STEER_OBJECT_H
#define HA_STEER_OBJECT_H

#include <stddef.h>

extern const unsigned char steer_object[];
extern const size_t steer_object_size;

#endif
