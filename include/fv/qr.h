/*
 * QR codes as lines of UTF-8 half blocks (libqrencode): two rows of modules a line, for a
 * terminal that shows light on dark.
 *
 * Threads: no state.  Memory: the caller's buffer.
 */
#ifndef FV_QR_H
#define FV_QR_H

#include "fv/bytes.h"

#define FV_QR_QUIET                                                                           \
	2 /* modules of light around the code; 4 in the standard, 2 suffice on screens        \
	   */

/*
 * Append the code of `text`, a line each with its newline; all lines have the same number
 * of characters.  Letters are told from capitals.
 * Errors: FV_ETOOBIG  no code holds so much;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_qr_put(struct fv_buf *out, const char *text);

#endif
