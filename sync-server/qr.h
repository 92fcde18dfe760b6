/* QR codes on a terminal (libqrencode). */
#ifndef FV_QR_H
#define FV_QR_H

#include <stdio.h>

#include "fv/bytes.h"

/* Print bytes as a QR code of half blocks.  Errors: FV_ETOOBIG  no code holds so much. */
FV_NODISCARD enum fv_err qr_print(FILE *out, struct fv_span bytes);

#endif
