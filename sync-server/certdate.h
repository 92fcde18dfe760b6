/*
 * Until when the certificate of a PEM file holds: the first one in it, as a server shows it.
 * It looks at nothing else of the certificate.
 *
 * Threads: no state.
 */
#ifndef FV_SERVER_CERTDATE_H
#define FV_SERVER_CERTDATE_H

#include "fv/bytes.h"

/* *until_ms_out is its notAfter, ms UTC.
 * Errors: FV_ENOENT  no certificate stands there;  FV_EFORMAT  it is not DER, or has no such
 * date;  FV_ENOMEM */
FV_NODISCARD enum fv_err certdate_until(struct fv_span pem, int64_t *until_ms_out);

#endif
