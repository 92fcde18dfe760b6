/*
 * A NOTE record: a text sealed to who may read it (PROTOCOL.md sections 2, C5), and its two
 * blobs beside it.
 *
 * Threads: one.  Memory: none kept; the text is the caller's, who wipes it.
 */
#ifndef FV_APP_NOTERECORD_H
#define FV_APP_NOTERECORD_H

#include "firmware-app/app.h"
#include "firmware-app/readers.h"
#include "firmware-app/work.h"

/* NOTE 9. */
enum fv_note_what {
	FV_NOTE_KIND_NOTE = 1,
	FV_NOTE_KIND_DETAIL = 2,
	FV_NOTE_KIND_REPLY = 3,
};

/* What a note or an attachment is about. */
struct fv_note_subject {
	bool is_visit;
	uint64_t visit_seq;     /* with is_visit */
	const char *case_id;    /* held */
	struct fv_span finding; /* of a reply: the finding's id; held */
};

/*
 * Append the record and its blobs; the text is bound to the record's own number.  Only
 * within fv_journal_begin(), so that all of it or none is kept.
 * Errors: FV_ETOOBIG  over FV_NOTE_PLAIN_MAX;  FV_EAUTH  a reader's key is unusable
 *         FV_EFULL FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_note_record(struct fv_app *app,
    const struct fv_note_subject *subject, enum fv_note_what what,
    const struct fv_readers *readers, struct fv_span text, uint64_t *seq_out);

/*
 * The open visit, unless another case is named (`named` may be NULL).  Fills *work_out,
 * into which the subject may point.  False: the reply says why, and that "fieldvisit `verb`
 * CASE" names one.
 */
bool fv_note_about(struct fv_app *app, const char *named, const char *verb,
    struct fv_work *work_out, struct fv_note_subject *about_out, struct fv_reply *reply);

#endif
