/*
 * Plain ustar, the part of it that evidence needs: regular files with short names, sorted,
 * owned by nobody, dated 1970.  One set of members has one encoding, and the reader takes
 * no other: a changed byte outside the members' own bytes does not read.
 *
 * Threads: no state.  Memory: writing appends to an fv_buf; reading allocates nothing.
 */
#ifndef FV_TAR_H
#define FV_TAR_H

#include "fv/bytes.h"

#define FV_TAR_BLOCK_BYTES 512U
#define FV_TAR_NAME_MAX 99U               /* characters of a name */
#define FV_TAR_BODY_MAX ((size_t)1 << 30) /* bytes of one member */

struct fv_tar_member {
	struct fv_span name; /* [A-Za-z0-9._-] and single slashes, not at either end */
	struct fv_span body;
};

/* True when a member may have this name. */
FV_EXPORT bool fv_tar_name_valid(struct fv_span name);

/*
 * Append one member.  The caller keeps names ascending.
 * Errors: FV_ERANGE  name or size;  memory as in struct fv_buf
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_tar_put(
    struct fv_buf *out, struct fv_span name, struct fv_span body);

/*
 * The same without the body, for whoever writes it himself: what stands before it and after
 * it.  Errors: as fv_tar_put()
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_tar_put_head(
    struct fv_buf *out, struct fv_span name, size_t body_len);
/* The zeros after a body of that length. */
FV_EXPORT void fv_tar_put_padding(struct fv_buf *out, size_t body_len);

/* Append the two zero blocks that end the file. */
FV_EXPORT void fv_tar_end(struct fv_buf *out);

/* A cursor over a whole file.  Borrows: in.  All zero but `in` is the beginning. */
struct fv_tar_reader {
	struct fv_span in;
	size_t pos;
	struct fv_span last; /* name of the member before; empty at the first */
};

/*
 * The next member; its spans point into the input.
 * Errors: FV_ENOENT   the file ends here, exactly as fv_tar_end() ends it
 *         FV_EFORMAT  not what fv_tar_put() and fv_tar_end() write (reader->pos is the
 *                     block at fault), or names that do not ascend
 *         FV_ECUT     the file ends within a member or without its end
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_tar_next(
    struct fv_tar_reader *reader, struct fv_tar_member *out);

#endif
