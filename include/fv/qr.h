/*
 * QR codes (libqrencode): as lines of UTF-8 half blocks, two rows of modules a line, for a
 * terminal that shows light on dark; and as SVG, for paper.
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

/*
 * Append the same as one <svg> element, black on white, four modules of white around it, a
 * module being one unit of its viewBox.  It holds up to 15 % of damage where the text is short
 * enough for that, else 7 %.
 * Errors: as above
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_qr_svg_put(struct fv_buf *out, const char *text);

#endif
