/*
 * Roster files on a supervisor's machine: drafts (text alone) and signed notes.
 *
 * Threads: the main thread only.
 */
#ifndef FV_DRAFT_H
#define FV_DRAFT_H

#include "fv/roster.h"

/* A roster file, taken apart. */
struct draft_file {
	struct fv_buf bytes;       /* owned; the file */
	struct fv_signednote note; /* sig_count 0 when it is not signed yet */
	struct fv_roster *roster;  /* owned */
	struct fv_hash hash;       /* of its text */
};

/*
 * Read a draft, which must not be signed yet: a change would make signatures void.
 * Owned: *roster_out; draft_free().  Returns an exit code and says why.
 */
int draft_load(const char *path, struct fv_roster **roster_out);
void draft_free(struct fv_roster *roster);

/* Put the draft's new text in the place of the old. */
int draft_save(const char *path, const struct fv_roster *roster);

/*
 * Read a roster that is complete, signed or not.  Returns an exit code and says why.
 * Owned: *out; draft_close() releases it, after an error too.
 */
int draft_open(const char *path, struct draft_file *out);
void draft_close(struct draft_file *file);

#endif
