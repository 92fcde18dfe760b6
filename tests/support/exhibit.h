/*
 * A whole small world of evidence made in memory: a ledger, a roster, one handheld with a
 * visit to case "c1" and one to another case, and the bundle of either.
 */
#ifndef FV_TESTS_EXHIBIT_H
#define FV_TESTS_EXHIBIT_H

#include "fv/evidence.h"
#include "fv/note.h"
#include "tests/support/made.h"

#define EXHIBIT_LEAVES_MAX 16U
#define EXHIBIT_OTHER_CASE "planted-other-case-77"

struct exhibit {
	uint8_t log_seed[FV_SEED_BYTES];
	uint8_t log_pk[FV_KEY_BYTES];
	struct fv_buf leaves[EXHIBIT_LEAVES_MAX]; /* owned */
	struct fv_hash hashes[EXHIBIT_LEAVES_MAX];
	size_t leaf_count;
	struct fv_buf roster_note, approve_note; /* owned */
	struct made_trail trail;
	uint64_t visit, other_visit, note; /* seqs */
	size_t sealed_n;                   /* records under the seal that the ledger has */
	uint8_t seal_pk[FV_KEY_BYTES];     /* that signed it */
	struct fv_note_sealed sealed_note;
	uint8_t cek[FV_NOTE_CEK_BYTES];
	size_t roster_at, enrol_at, approve_at, head_at;
};

void exhibit_init(struct exhibit *x);
/* The same, the wall clock moving by jump_ms within the visit without a recorded step. */
void exhibit_init_jump(struct exhibit *x, int64_t jump_ms);
/* The same, the handheld being of this agency and not of "north". */
void exhibit_init_of(struct exhibit *x, const char *agency);
void exhibit_free(struct exhibit *x);
/* Gather the members of the bundle of a case (NULL: of the first visit), without export.*
 * and manifest.  Owned by the caller. */
struct fv_bundle *exhibit_bundle(struct exhibit *x, const char *case_id);
/* Add manifest and, when `exported`, the EXPORT leaf; append the tar file. */
void exhibit_close(
    struct exhibit *x, struct fv_bundle *bundle, bool exported, struct fv_buf *tar);
/* Append a leaf to the ledger.  Returns its index. */
size_t exhibit_log(struct exhibit *x, enum fv_leaf_kind kind, int64_t ms, struct fv_span body);
/* Proof of leaf `at` under a checkpoint of the ledger as it is; checkpoint lives in *note. */
void exhibit_prove(
    struct exhibit *x, size_t at, struct fv_tlog_proof *proof, struct fv_buf *note);

#endif
