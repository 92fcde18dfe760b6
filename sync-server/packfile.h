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

/* A pack out of a file, with the bytes that made it.  All zero is none. */
struct packfile {
	struct fv_rulepack *pack; /* owned */
	struct fv_buf bytes;      /* of the file */
	struct fv_buf base;       /* of the pack that it is laid over; empty: none */
};
void packfile_close(struct packfile *file);

/*
 * Read one pack file.  What it is laid over is sought beside it, then in `folder` ("":
 * nowhere else), as it stands on `day`.  Prints what is wrong, naming file, line, rule and
 * field.  Owned: *out, by packfile_close(); all zero after any error.
 * Errors: FV_EIO, FV_ETOOBIG, FV_ENOMEM, those of fv_rulepack_parse_over()
 */
FV_NODISCARD enum fv_err packfile_open(
    const char *path, const char *folder, int64_t day, struct packfile *out);

/* As packfile_open(), by a name as packfile_find() takes it. */
FV_NODISCARD enum fv_err packfile_open_named(
    const char *folder, const char *name, int64_t day, struct packfile *out);

/* The file's own bytes, for who must send or hash them exactly.  Prints.  Clears on error. */
FV_NODISCARD enum fv_err packfile_bytes(const char *path, struct fv_buf *out);

/*
 * Every pack file of a folder ("": none), in order of name; the callback owns each pack.
 * is_lenient: what cannot be read is passed over, and nothing is printed.  Prints.
 * Errors: those of packfile_open();  FV_ETOOBIG  over PACKFILE_FOLDER_MAX;  the callback's
 */
#define PACKFILE_FOLDER_MAX 256U
typedef enum fv_err (*packfile_fn)(struct fv_rulepack *pack, void *ctx);
FV_NODISCARD enum fv_err packfile_each(
    const char *folder, bool is_lenient, packfile_fn fn, void *ctx);

/*
 * Find a pack by name: a path that ends in ".json", "ID" (the highest revision that
 * stands on `day`, or the first one when none does yet) or "ID@rN".  Prints what is wrong.
 * Owned: *pack_out.  Errors: FV_ENOENT and those of packfile_open()
 */
FV_NODISCARD enum fv_err packfile_find(
    const char *folder, const char *name, int64_t day, struct fv_rulepack **pack_out);

#endif
