/* SPDX-License-Identifier: BSD-3-Clause
 *
 * receive: takes punted packets off the rings and hands each to whom it is for.
 *
 * Threads    the control thread.
 * RFC        6275 §9.2 (Mobility Header), §9.3.1 (Home Address option), §9.3.3 (Binding Error).
 */
#ifndef CONTROL_RECEIVE_H
#define CONTROL_RECEIVE_H

/* Takes a batch. A poller of the loop. */
unsigned int receive_poll(void *unused);

#endif
