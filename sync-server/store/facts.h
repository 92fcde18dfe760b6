/*
 * Dates of officers and agencies, and since when a case stands where it is.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_FACTS_H
#define FV_STORE_FACTS_H

#include "fv/rule.h"
#include "store.h"

/* A date that the bank keeps of an officer or agency. */
struct fv_store_fact {
	enum fv_subject subject; /* officer or agency */
	struct fv_span id;
	enum fv_fact fact;
	int64_t day;           /* days since 1970-01-01 */
	struct fv_span source; /* who says so */
	int64_t set_ms;
};
/* Set it, in the place of an earlier one.
 * Errors: FV_ERANGE  a subject or fact that has no word;  FV_EFORMAT  not an id */
FV_NODISCARD enum fv_err fv_store_fact_set(
    struct fv_store *store, const struct fv_store_fact *fact);
/* Whether a date of this officer or of this agency is kept. */
FV_NODISCARD enum fv_err fv_store_fact_any(
    struct fv_store *store, const char *officer, const char *agency, bool *has_out);
/* Forget it; none is no error. */
FV_NODISCARD enum fv_err fv_store_fact_drop(
    struct fv_store *store, enum fv_subject subject, const char *id, enum fv_fact fact);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_fact_get(struct fv_store *store, enum fv_subject subject,
    const char *id, enum fv_fact fact, int64_t *day_out);

/* When a case was brought in or its place was last changed.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_case_since(
    struct fv_store *store, struct fv_span case_id, int64_t *ms_out);

#endif
