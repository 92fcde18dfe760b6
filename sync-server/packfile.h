/*
 * Rule packs from files: by path, or by "ID" or "ID@rN" in the folder of packs.
 *
 * Threads: no state.  Memory: packs are the caller's, by fv_rulepack_free().
 */
#ifndef FV_SERVER_PACKFILE_H
#define FV_SERVER_PACKFILE_H

#include "fv/rulepack.h"

#define PACKFILE_PATH_MAX 4096U

/*
 * The folder of packs: `dir` when given, else $FV_RULES, else beside the installed
 * program or in the source tree it was built in.
 * Errors: FV_ENOENT  none of them is a folder (out is empty)
 */
FV_NODISCARD enum fv_err packfile_folder(const char *dir, char out[PACKFILE_PATH_MAX]);

/*
 * Read one pack file.  Prints what is wrong, naming file, line, rule and field.
 * Owned: *pack_out.  Errors: FV_EIO, FV_ETOOBIG, FV_ENOMEM, those of fv_rulepack_parse()
 */
FV_NODISCARD enum fv_err packfile_read(const char *path, struct fv_rulepack **pack_out);

/* The file's own bytes, for who must send or hash them exactly.  Prints.  Clears on error. */
FV_NODISCARD enum fv_err packfile_bytes(const char *path, struct fv_buf *out);

/*
 * Find a pack by name: a path that ends in ".json", "ID" (the highest revision that
 * stands on `day`, or the first one when none does yet) or "ID@rN".  Prints what is wrong.
 * Owned: *pack_out.  Errors: FV_ENOENT and those of packfile_read()
 */
FV_NODISCARD enum fv_err packfile_find(
    const char *folder, const char *name, int64_t day, struct fv_rulepack **pack_out);

#endif
