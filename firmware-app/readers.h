/*
 * Who can read a note written here: the team's supervisors on the believed roster, then
 * the recovery key.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_READERS_H
#define FV_APP_READERS_H

#include "firmware-app/reply.h"
#include "firmware-app/roster_kept.h"
#include "fv/note.h"

struct fv_readers {
	uint8_t pks[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES];
	char names[FV_NOTE_RECIPIENTS_MAX][FV_ID_BYTES]; /* supervisors' ids, "recovery" */
	size_t count;
	uint64_t roster_version;
};

/* False: nobody can, or the roster cannot be read; the reply says so. */
bool fv_readers_find(struct fv_store *store, const char *team, struct fv_readers *readers_out,
    struct fv_reply *reply);

/* Seal a test note for all of them and look at what came out.  False: said in the reply. */
bool fv_readers_check(
    const struct fv_readers *readers, const uint8_t dev[FV_DEV_BYTES], struct fv_reply *reply);

/* Their 4-byte key ids, joined: readers->count * FV_BOX_KEY_ID_BYTES bytes. */
void fv_readers_put_ids(const struct fv_readers *readers, uint8_t *ids_out);

#endif
