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

#endif
