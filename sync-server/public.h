/*
 * The borrower's pages, on a listener of their own: who stands at the door (/b/CODE), what
 * was recorded of a visit (/v/CODE), a complaint or request (/complain), its answer
 * (/r/RECEIPT).  Plain HTML without script; nothing of it is cached or logged, and the
 * listener can reach nothing else.
 *
 * Threads: fv_public_handler() on any, several at a time.
 */
#ifndef FV_PUBLIC_H
#define FV_PUBLIC_H

#include "sync-server/web.h"
#include "sync-server/writer.h"

#define FV_PUBLIC_BODY_MAX ((size_t)32 << 10) /* bytes of a form */
#define FV_PUBLIC_THREADS 4U

struct fv_public;

/*
 * Holds: host (its folder and agency; not its store), writer, until free.
 * Owned: *public_out; fv_public_free().  Errors: as fv_store_open() for reading.
 */
FV_NODISCARD enum fv_err fv_public_new(
    struct fv_host *host, struct fv_writer *writer, struct fv_public **public_out);
void fv_public_free(struct fv_public *public);

/* For struct fv_web_opts, with the struct as ctx. */
void fv_public_handler(
    void *ctx, const struct fv_web_request *request, struct fv_web_answer *answer);

#endif
