/*
 * What a borrower asks for or complains of: its words, deadline, sealing, hold and answer
 * (PROTOCOL.md section 16).  The pages by which he does it are public.h, the desk's side
 * is desk/care.c; the verbs that write are in handlers.h.
 *
 * Threads: care_note() and what holds a case belong to the thread that writes; the rest has
 * no state.
 */
#ifndef FV_SERVER_CARE_H
#define FV_SERVER_CARE_H

#include "fv/note.h"
#include "fv/slip.h"
#include "sync-server/host.h"
#include "sync-server/store/care.h"
#include "sync-server/store/records.h"

#define CARE_DAYS 15U /* working days, where no setting says fewer */
#define CARE_RENEWALS_MAX 1U
#define CARE_ID_BYTES 24U
#define CARE_ANSWER_MAX 4000U
#define CARE_MISSING_MS (INT64_C(72) * 3600000) /* until an undelivered code is a finding */

/* How it was decided, and why.  Stored numbers, from 1. */
#define CARE_DECISIONS 6U
#define CARE_REASONS 14U

/* Words for programs, "" for a number that is none.  Returns borrowed: static storage. */
const char *care_kind_word(enum fv_care_kind kind);
const char *care_decision_word(uint32_t decision);
const char *care_reason_word(uint32_t reason);
/* 0: no such word. */
enum fv_care_kind care_kind_of(const char *word);
uint32_t care_decision_of(const char *word);
uint32_t care_reason_of(const char *word);

/* Whether it puts the case on hold until it is decided. */
bool care_holds(enum fv_care_kind kind);

/* "c-17".  Returns borrowed: out. */
const char *care_id(int64_t no, char out[CARE_ID_BYTES]);
/* Errors: FV_EFORMAT. */
FV_NODISCARD enum fv_err care_id_read(const char *id, int64_t *no_out);

/* What the server keeps of a receipt, and the key pair to whose public half its answer is
 * sealed.  Wipe sk_out. */
void care_receipt_hash(const char code[FV_CODE_BYTES], struct fv_hash *hash_out);
void care_receipt_keys(const char code[FV_CODE_BYTES], uint8_t sk_out[FV_KEY_BYTES],
    uint8_t pk_out[FV_KEY_BYTES]);

/* What is sealed: it decides what the text is bound to. */
enum care_part {
	CARE_TEXT,   /* what the borrower wrote */
	CARE_ANSWER, /* what he is answered */
};
/* Append the aad: "fieldvisit/complaint/v1" or "fieldvisit/answer/v1", 0x00, receipt hash. */
void care_aad_put(struct fv_buf *out, enum care_part part, const struct fv_hash *receipt);

/* Owned; care_sealed_clear(). */
struct care_sealed {
	struct fv_note_sealed note;
	struct fv_buf key_ids;
};
/*
 * Seal to the supervisors, auditors and recovery key of the roster, in its order, after
 * `first_pk` (NULL: nobody else).
 * Errors: as fv_note_seal();  *out is empty then
 */
FV_NODISCARD enum fv_err care_seal(const struct fv_roster *roster, enum care_part part,
    const struct fv_hash *receipt, const uint8_t *first_pk, struct fv_span plain,
    struct care_sealed *out);
void care_sealed_clear(struct care_sealed *sealed);
/*
 * Open with a secret key; appends to plain_out.
 * Errors: FV_ENOENT  it is not sealed to this key;  as fv_note_open()
 */
FV_NODISCARD enum fv_err care_open(const struct fv_store_sealed *sealed, enum care_part part,
    const struct fv_hash *receipt, const uint8_t sk[FV_KEY_BYTES],
    const uint8_t pk[FV_KEY_BYTES], struct fv_buf *plain_out);

/*
 * The first instant after the last of `days` working days from `now_ms` on in `zone` (""
 * or not known: UTC), by the adopted calendar of that zone; without one weekends alone are
 * left out.
 * Errors: those of the store
 */
FV_NODISCARD enum fv_err care_deadline(struct fv_store *store, const char *zone,
    int64_t now_ms, uint32_t days, int64_t *deadline_ms_out);
/* The working days that the agency's settings give, CARE_DAYS without. */
uint32_t care_days(struct fv_store *store);
/* The first zone of a case; of "" that of any case, "UTC" without one. */
FV_NODISCARD enum fv_err care_zone(
    struct fv_store *store, const char *case_id, char zone_out[FV_ZONE_NAME_MAX_BYTES + 1]);

/* Keep `text` salted beside the ledger and append POLICY [agency, what, its hash]. */
FV_NODISCARD enum fv_err care_log(
    struct fv_host *host, const char *what, struct fv_span text, uint64_t *index_out);

/*
 * Put the case of an open complaint on hold until row->hold_until_ms, tell its handhelds,
 * and raise an alert where a visit is under way.  `nth` 0: at first; 1: renewed.
 */
FV_NODISCARD enum fv_err care_hold(
    struct fv_host *host, const struct fv_store_care *row, unsigned nth);
/* End it, unless another complaint holds the case. */
FV_NODISCARD enum fv_err care_release(struct fv_host *host, const struct fv_store_care *row);

/*
 * A record has become part of a trail: a visit that complaints were waiting for finds its
 * case, and a complaint or stop that an officer took down gets a deadline.
 */
FV_NODISCARD enum fv_err care_note(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_store_device *device, const struct fv_store_record *record,
    int64_t now_ms);

#endif
