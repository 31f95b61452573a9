/* SPDX-License-Identifier: BSD-3-Clause
 *
 * neighbour: what is heard of neighbour discovery on home links, for duplicate address detection and for the proxy.
 *
 * Threads    the control thread.
 * RFC        4861 §7.1; 4862 §5.4.3, §5.4.4.
 */
#ifndef CONTROL_LINK_NEIGHBOUR_H
#define CONTROL_LINK_NEIGHBOUR_H

/* Asks the link for what it wants to hear. */
void neighbour_start(void);

#endif
