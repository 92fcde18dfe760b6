/*
 * A sealed detail on its way into a record: read, checked against what the business result
 * must have, sealed beside the record that names it, and kept as a follow-up.
 *
 * Threads: one.  Memory: points into the call's input.
 */
#ifndef FV_APP_DETAILED_H
#define FV_APP_DETAILED_H

#include "firmware-app/noterecord.h"
#include "firmware-app/payload.h"
#include "fv/detail.h"

struct fv_detailed {
	bool is_given;
	uint32_t business;
	struct fv_detail detail;
	uint32_t missing; /* keys not said that the result must have: 1 << key */
};

/* With --detail: take the lines from standard input or an editor into the call. */
bool fv_detailed_prepare(struct fv_call *call, struct fv_reply *reply);

/*
 * Read them.  False: said in the reply; with --incomplete a detail may lack what it must
 * have, and the reply warns of it.
 */
bool fv_detailed_read(struct fv_app *app, const struct fv_call *call, uint32_t business,
    struct fv_detailed *d, struct fv_reply *reply);

/*
 * Append the record of `type`, and before it, when a detail is given, the NOTE that holds
 * it; all or nothing.  `put` writes the payload, with the NOTE's seq or, without a detail,
 * UINT64_MAX.  False: said in the reply.
 */
struct fv_detailed_record {
	uint32_t type;
	struct fv_note_subject subject;
	void (*put)(struct fv_buf *out, uint64_t detail_seq, const void *ctx);
	const void *ctx; /* held */
};
bool fv_detailed_append(struct fv_app *app, const struct fv_detailed *d,
    const struct fv_detailed_record *record, uint64_t *seq_out, struct fv_reply *reply);

/* Tell it: detail, missing fields and follow-up, as members of the open object. */
void fv_detailed_tell(const struct fv_detailed *d, struct fv_reply *reply);

/* The words of some keys, with commas between. */
void fv_detailed_put_words(struct fv_buf *out, uint32_t keys);

#endif
