/*
 * Files that came in by a watched folder, and what became of each.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_INTAKE_H
#define FV_STORE_INTAKE_H

#include "store.h"

enum fv_intake_state {
	FV_INTAKE_DONE = 1,
	FV_INTAKE_REFUSED = 2,
};

struct fv_store_intake {
	int64_t id;              /* from 1; 0: not kept yet */
	struct fv_span folder;   /* as it was given */
	struct fv_span name;     /* of the file as it came, made printable */
	struct fv_span filed_as; /* its name in done or refused */
	struct fv_span kind;     /* "contacts", ...; empty: of none */
	struct fv_hash sha256;   /* of its bytes; all zero: it had none */
	int64_t size;            /* bytes */
	int64_t taken_ms;        /* UTC */
	enum fv_intake_state state;
	bool has_leaf;
	uint64_t leaf;         /* in the ledger; with has_leaf */
	struct fv_span answer; /* JSON: counts, nothing of what stands in the file */
	bool is_filed;         /* the file and its result lie in done or refused */
};
typedef enum fv_err (*fv_store_intake_fn)(const struct fv_store_intake *row, void *ctx);

/* Add (id 0) or replace.  *id_out is its id. */
FV_NODISCARD enum fv_err fv_store_intake_put(
    struct fv_store *store, const struct fv_store_intake *row, int64_t *id_out);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_intake_filed(struct fv_store *store, int64_t id);
/* Those of a folder that are not filed, by id. */
FV_NODISCARD enum fv_err fv_store_intake_waiting(
    struct fv_store *store, struct fv_span folder, fv_store_intake_fn fn, void *ctx);
/* Whether a file of the folder has this name in done or refused. */
FV_NODISCARD enum fv_err fv_store_intake_has_name(
    struct fv_store *store, struct fv_span folder, struct fv_span filed_as, bool *yes_out);
typedef enum fv_err (*fv_store_intake_folder_fn)(struct fv_span folder, void *ctx);
/* The folders from which files ever came, by name. */
FV_NODISCARD enum fv_err fv_store_intake_folders(
    struct fv_store *store, fv_store_intake_folder_fn fn, void *ctx);
/* At most `limit`, the last first. */
FV_NODISCARD enum fv_err fv_store_intake_each(
    struct fv_store *store, uint32_t limit, fv_store_intake_fn fn, void *ctx);

#endif
