/*
 * The roster of an agency: who signs, who reads, who audits, whose key recovers, and the
 * officers' names.  A signed note, each version chained to the one before (PROTOCOL.md
 * sections 10, C8).  Lines after the origin `fieldvisit/v1/roster/<agency>`, in this
 * order:
 *
 *   version N
 *   previous <base64 SHA-256 of the previous text> | previous none
 *   threshold N
 *   pack-threshold N
 *   supervisor <id> <vkey> <base64 box key> <team>[,<team>...]
 *   auditor <id> <base64 box key>
 *   recovery <base64 box key>
 *   officer <id> <name, to the end of the line>
 *
 * Threads: no shared state.  Memory: a struct fv_roster is about 50 KiB: allocate it.
 */
#ifndef FV_ROSTER_H
#define FV_ROSTER_H

#include "fv/lines.h"
#include "fv/note.h"
#include "fv/signednote.h"

#define FV_ROSTER_SUPERVISORS_MAX 16U
#define FV_ROSTER_TEAMS_MAX 8U /* of one supervisor */
#define FV_ROSTER_AUDITORS_MAX 4U
#define FV_ROSTER_OFFICERS_MAX 512U
#define FV_OFFICER_NAME_BYTES 65U /* 64 bytes of UTF-8 and NUL */
/* The agency of practice handhelds (fieldvisit --practice).  No server is one of it, and what
 * its handhelds record is evidence of nothing. */
#define FV_AGENCY_PRACTICE "practice"

#define FV_SIGNER_BYTES 80U /* longest key name of a person, with its NUL */

struct fv_supervisor {
	char id[FV_ID_BYTES];
	uint8_t sign_pk[FV_KEY_BYTES]; /* Ed25519 */
	uint8_t box_pk[FV_KEY_BYTES];  /* X25519 */
	char teams[FV_ROSTER_TEAMS_MAX][FV_ID_BYTES];
	size_t team_count; /* at least 1 */
};

struct fv_auditor {
	char id[FV_ID_BYTES];
	uint8_t box_pk[FV_KEY_BYTES];
};

struct fv_officer {
	char id[FV_ID_BYTES];
	char name[FV_OFFICER_NAME_BYTES]; /* UTF-8, no control character */
};

struct fv_roster {
	char agency[FV_ID_BYTES];
	uint64_t version;        /* from 1 */
	bool has_previous;       /* exactly when version is above 1 */
	struct fv_hash previous; /* of the previous roster's text; with has_previous */
	uint32_t threshold; /* signatures that the next roster needs: 1..supervisor_count */
	uint32_t pack_threshold; /* signatures that a packs note needs: 1..supervisor_count */
	struct fv_supervisor supervisors[FV_ROSTER_SUPERVISORS_MAX];
	size_t supervisor_count; /* at least 1 */
	struct fv_auditor auditors[FV_ROSTER_AUDITORS_MAX];
	size_t auditor_count; /* at least 1 */
	uint8_t recovery_pk[FV_KEY_BYTES];
	struct fv_officer officers[FV_ROSTER_OFFICERS_MAX];
	size_t officer_count; /* may be 0 */
};

/* Key name of a person: "fieldvisit/v1/sup/<agency>/<id>". */
FV_EXPORT void fv_signer_name(
    const char *agency, const char *id, char name_out[FV_SIGNER_BYTES]);

/* True unless `pk` is one of the low-order points that agree on a known secret. */
FV_EXPORT bool fv_box_key_good(const uint8_t pk[FV_KEY_BYTES]);

/* Append the roster's text (no signature). */
FV_EXPORT void fv_roster_put(struct fv_buf *out, const struct fv_roster *roster);

/*
 * Read a roster's text.  Refused: another order of lines, a repeated id or key, a
 * threshold over the number of supervisors, a low-order key, a missing recovery key.
 * *fault_out (may be NULL) names line and rule after FV_EFORMAT, FV_ERANGE, FV_ETOOBIG.
 * Errors: FV_EFORMAT;  FV_ERANGE  a number;  FV_ETOOBIG  a count over its bound above;
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_roster_parse(
    struct fv_span text, struct fv_roster *out, struct fv_fault *fault_out);

/*
 * Read a roster that is still being drawn up: as fv_roster_parse, but supervisors,
 * auditors and recovery key may be missing and a threshold may be too high yet.  A missing
 * recovery key is all zero; fv_roster_put() leaves its line out.
 * Errors: as fv_roster_parse
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_roster_parse_draft(
    struct fv_span text, struct fv_roster *out, struct fv_fault *fault_out);

/* SHA-256 of the roster's text: what tickets, the next roster and ledger leaves name. */
FV_EXPORT void fv_roster_hash(struct fv_span text, struct fv_hash *hash_out);

/*
 * Number of *different* supervisors of `roster` whose signature on `note` is good.
 * What strangers signed counts nothing and harms nothing.
 */
FV_EXPORT size_t fv_roster_count_signers(
    const struct fv_roster *roster, const struct fv_signednote *note);

/*
 * The first supervisor whose signature on `note` is good.
 * Returns borrowed from roster; NULL: nobody on the roster signed it.
 */
FV_EXPORT const struct fv_supervisor *fv_roster_first_signer(
    const struct fv_roster *roster, const struct fv_signednote *note);

/*
 * Read a whole signed roster that is to be the first: version 1, signed by its own
 * threshold.  *hash_out is the hash of its text.
 * Errors: as fv_roster_parse and fv_signednote_parse;
 *         FV_EAUTH   too few good signatures
 *         FV_ESTATE  version is not 1
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_roster_verify_first(struct fv_span note,
    struct fv_roster *out, struct fv_hash *hash_out, struct fv_fault *fault_out);

/*
 * Read a whole signed roster that follows `prev` (whose text has *prev_hash): same
 * agency, version one higher, naming *prev_hash, signed by prev's threshold of prev's
 * supervisors.  `out` may not be `prev`.
 * Errors: as above;  FV_ECONFLICT  another agency, version or previous hash
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_roster_verify_next(const struct fv_roster *prev,
    const struct fv_hash *prev_hash, struct fv_span note, struct fv_roster *out,
    struct fv_hash *hash_out);

/*
 * Take apart a signed roster that is trusted already (pinned by hash): no signature is
 * looked at.  Errors: as fv_roster_parse and fv_signednote_parse.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_roster_read(
    struct fv_span note, struct fv_roster *out, struct fv_hash *hash_out);

/* Returns borrowed: from roster; NULL when it has no such supervisor. */
FV_EXPORT const struct fv_supervisor *fv_roster_find_supervisor(
    const struct fv_roster *roster, const char *id);
/* Likewise, an officer. */
FV_EXPORT const struct fv_officer *fv_roster_find_officer(
    const struct fv_roster *roster, const char *id);

/* True when the supervisor has that team. */
FV_EXPORT bool fv_supervisor_has_team(
    const struct fv_supervisor *supervisor, const char *team);

/*
 * Who can read a note of `team`: its supervisors in roster order (the first 7), then the
 * recovery key.  *count_out is 1..FV_NOTE_RECIPIENTS_MAX.
 * Errors: FV_ENOENT  no supervisor has that team (*count_out is 0)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_roster_recipients(const struct fv_roster *roster,
    const char *team, uint8_t pks_out[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES],
    size_t *count_out);

#endif
