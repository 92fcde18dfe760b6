/*
 * Enrolment tickets: what a supervisor signs so that one handheld may enrol once for one
 * officer (PROTOCOL.md sections 10, C8).  Lines of the text after the origin
 * `fieldvisit/v1/ticket`:
 *
 *   <ticket id, 32 hex digits>
 *   <server URL>
 *   <vkey of the server's log>
 *   hpke <key id, decimal> <base64 HPKE public key>
 *   <base64 SHA-256 of the roster's text>
 *   <agency>
 *   <team>
 *   <officer>
 *   <expiry, RFC 3339 with Z>
 *   auditor <base64 box key>          1 to 4 lines
 *
 * A ticket file is `fieldvisit-ticket/v1 <base64url of the 32-byte token>`, a newline,
 * and the signed note.  The token is secret (it is the PSK of the enrolment).
 *
 * Threads: no shared state.  Memory: only fv_bufs.
 */
#ifndef FV_TICKET_H
#define FV_TICKET_H

#include "fv/record.h"
#include "fv/roster.h"

#define FV_TICKET_ID_BYTES 16U
#define FV_TICKET_TOKEN_BYTES 32U
#define FV_URL_BYTES 201U        /* 200 characters and NUL */
#define FV_TICKET_FILE_MAX 8192U /* a longer file is no ticket */

struct fv_ticket {
	uint8_t id[FV_TICKET_ID_BYTES];
	char url[FV_URL_BYTES];       /* http:// or https://, no user, query or fragment */
	uint8_t log_pk[FV_KEY_BYTES]; /* the log's origin follows from it */
	uint8_t hpke_key_id;
	uint8_t hpke_pk[FV_KEY_BYTES];
	struct fv_hash roster; /* hash of the pinned roster's text */
	char agency[FV_ID_BYTES];
	char team[FV_ID_BYTES];
	char officer[FV_ID_BYTES];
	int64_t expires_ms; /* whole seconds */
	uint8_t auditors[FV_ROSTER_AUDITORS_MAX][FV_KEY_BYTES];
	size_t auditor_count;                 /* 1..FV_ROSTER_AUDITORS_MAX */
	uint8_t token[FV_TICKET_TOKEN_BYTES]; /* only in the file; not signed, never shown */
};

/*
 * True when `url` is http:// or https://, a host, perhaps a port and a path, of at most
 * 200 characters, without user, query, fragment, space or a trailing slash.
 */
FV_EXPORT bool fv_url_valid(struct fv_span url);

/* Append the text that is signed (all but the token). */
FV_EXPORT void fv_ticket_text_put(struct fv_buf *out, const struct fv_ticket *ticket);

/*
 * Read the text; the token is left zero.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG, FV_ENOMEM; *fault_out (may be NULL) says where
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_ticket_text_parse(
    struct fv_span text, struct fv_ticket *out, struct fv_fault *fault_out);

/* Append a ticket file: token line and signed note. */
FV_EXPORT void fv_ticket_file_put(
    struct fv_buf *out, const uint8_t token[FV_TICKET_TOKEN_BYTES], struct fv_span note);

/*
 * Take a ticket file apart: ticket with token, and the signed note within `file`.
 * No signature is looked at: fv_ticket_verify() does, once the roster is there.
 * Borrows: file, for as long as *note_out is used.
 * Errors: as fv_ticket_text_parse (fault lines count from the file's first line)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_ticket_file_parse(struct fv_span file,
    struct fv_ticket *out, struct fv_span *note_out, struct fv_fault *fault_out);

/*
 * Check that a signed ticket was made by a supervisor of `roster` (whose text has
 * *roster_hash), for that roster's agency, for a team that has a supervisor and for an
 * officer on it, and that its auditors are the roster's in the same order.
 * Errors: FV_EFORMAT (the note);  FV_EAUTH  nobody on the roster signed it
 *         FV_ECONFLICT  another roster, agency or auditors
 *         FV_ENOENT     no such team or officer on the roster
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_ticket_verify(
    struct fv_span note, const struct fv_roster *roster, const struct fv_hash *roster_hash);

/*
 * What shows that a ticket was on this handheld when `officer` took it with that ticket:
 * HMAC-SHA256 of "fieldvisit/v1/login/", dev and officer under the ticket's token.
 */
FV_EXPORT void fv_ticket_login_proof(const uint8_t token[FV_TICKET_TOKEN_BYTES],
    const uint8_t dev[FV_DEV_BYTES], struct fv_span officer, uint8_t proof_out[FV_HASH_BYTES]);

#endif
