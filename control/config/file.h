/* SPDX-License-Identifier: BSD-3-Clause
 *
 * file: the configuration file's octets to JSON; bounded in length and nesting, no key twice.
 *
 * Threads    the control thread, before any worker runs.
 */
#ifndef CONTROL_CONFIG_FILE_H
#define CONTROL_CONFIG_FILE_H

#include "config/reader.h"

/* The file that reader->config->path names. NULL after a problem; else the caller owns it. */
json_t *file_parse(struct reader *reader);

#endif
