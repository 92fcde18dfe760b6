/*
 * server.pub: what an invitation needs to know of a server.  Lines:
 *
 *   url URL
 *   log VKEY
 *   hpke ID BASE64        one or more, the newest last
 *
 * Threads: no state.
 */
#ifndef FV_SERVERINFO_H
#define FV_SERVERINFO_H

#include "fv/ticket.h"

struct serverinfo {
	char url[FV_URL_BYTES];
	uint8_t log_pk[FV_KEY_BYTES];
	uint8_t hpke_key_id; /* of the newest */
	uint8_t hpke_pk[FV_KEY_BYTES];
};

/* Errors: FV_EFORMAT, FV_ERANGE, FV_ENOMEM; *fault_out says where. */
FV_NODISCARD enum fv_err serverinfo_parse(
    struct fv_span file, struct serverinfo *out, struct fv_fault *fault_out);

#endif
