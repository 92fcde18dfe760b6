/*
 * A backup of a data folder: one ustar file, 0600, members in order:
 *
 *   fieldvisit.db/000000 ...   the database in pieces of 8 MiB
 *   hpke-<id>.key  log.key     the server's keys
 *   manifest                   "fieldvisit-backup/v1 TIME", then "<SHA-256> <name>" lines
 *   server.pub
 *
 * Whoever has it has the server's keys: keep it as safely as the folder.
 *
 * Threads: writing needs the thread of the host.
 */
#ifndef FV_BACKUP_H
#define FV_BACKUP_H

#include "sync-server/host.h"

#define FV_BACKUP_PIECE_BYTES ((size_t)8 << 20)

/* What was written or read. */
struct fv_backup_sum {
	size_t members;
	uint64_t bytes; /* of the file */
};

/*
 * Write the folder of `host` to the new file `path`: a temporary beside it, then its name.
 * Outside of a transaction; the server may serve meanwhile.
 * Errors: FV_EEXIST  path is there;  FV_EIO  FV_EFULL  FV_ENOMEM;  the store's
 */
FV_NODISCARD enum fv_err fv_backup_write(
    struct fv_host *host, const char *path, struct fv_backup_sum *sum_out);

/*
 * Make the folder `dir` (new, or empty) from the backup `path`: every hash is checked before
 * anything is written, and the database after.  After an error the folder is as it was.
 * *why_out is a sentence for people.
 * Errors: FV_ENOENT  no such file;  FV_EFORMAT  not a backup, or damaged
 *         FV_EEXIST  the folder is not empty;  FV_ECORRUPT  its database is damaged
 *         FV_EIO  FV_EFULL  FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_backup_restore(
    const char *path, const char *dir, struct fv_backup_sum *sum_out, const char **why_out);

/*
 * See that the backup `path` can be restored: all that a restore looks at, in the folder
 * "PATH.check" beside it, which is taken away again.  It needs as much room as the backup.
 * *why_out is a sentence for people.
 * Errors: as fv_backup_restore();  FV_EEXIST  that folder is there and holds something else
 */
FV_NODISCARD enum fv_err fv_backup_check(
    const char *path, struct fv_backup_sum *sum_out, const char **why_out);

/* -- a folder of backups (backup_keep.c) -------------------------------------------------- */

#define FV_BACKUP_NAME_BYTES 48U /* "fieldvisit-20261123T085000Z.backup" and its NUL */

/* What a backup that is made now is called. */
void fv_backup_name(int64_t now_ms, char name_out[FV_BACKUP_NAME_BYTES]);

typedef void (*fv_backup_left_fn)(const char *name, void *ctx);

/*
 * Of the backups in `folder` leave the newest `keep` by name, the one that was just `made`
 * among them whatever the clock says.  Only what has such a name, and is a backup of the
 * server whose data folder is `dir`, goes; what has such a name and is not is told to
 * `on_left` and stays.
 * Errors: FV_EIO  the folder cannot be read, or a file not taken away;  FV_ENOMEM
 */
struct fv_backup_folder {
	const char *folder, *dir;
	const char *made; /* a name */
	size_t keep;      /* at least 1 */
};
FV_NODISCARD enum fv_err fv_backup_prune(const struct fv_backup_folder *in,
    fv_backup_left_fn on_left, void *ctx, size_t *pruned_out);

#endif
