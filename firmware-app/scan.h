/*
 * A ticket: from its file, or from its QR code before the handheld's camera.  There zbarcam
 * looks, and is told neither what for nor by whom.
 *
 * Threads: one; where the user is, never in the agent.
 */
#ifndef FV_APP_SCAN_H
#define FV_APP_SCAN_H

#include "firmware-app/verb.h"

#define FV_SCAN_S 120U /* then zbarcam is ended */

/*
 * Read a verb's ticket into inputs[0]: from the file `ticket` ("-": standard input, which then
 * cannot give the PIN too), or with --qr from the first code seen.  `ticket` NULL and no --qr:
 * there is none, which a verb without an operand may not have.  False: the reply says why.
 */
bool fv_scan_ticket(struct fv_call *call, const char *ticket, struct fv_reply *reply);

#endif
