/*
 * What differs between two packs, rule by rule and field by field, and whether a change
 * of house policy allows more.
 *
 * Threads: no state.  Memory: what is passed to callbacks lives until they return.
 */
#ifndef FV_SERVER_PACKDIFF_H
#define FV_SERVER_PACKDIFF_H

#include <jansson.h>

#include "fv/rulepack.h"

#define PACKDIFF_FIELD_BYTES 128U

/* One difference.  old_value and new_value: NULL where the member is not there. */
struct packdiff {
	const char *rule;  /* its id; "" for the pack's own members */
	const char *kind;  /* the rule's kind, or NULL */
	const char *field; /* "parameters.limit"; "" for the whole rule */
	const json_t *old_value, *new_value;
};
typedef void (*packdiff_fn)(const struct packdiff *diff, void *ctx);

/* The JSON of a pack as it stands over its base (fv_rulepack_put_merged()), with the
 * defaults of its rules filled in: "enabled".  Owned: *out.  Errors: FV_ENOMEM, FV_EFORMAT */
FV_NODISCARD enum fv_err packdiff_load(struct fv_span json, struct fv_span base, json_t **out);

/* Every difference between two packs so loaded: the pack's members, then the rules in the
 * order of `a` and then those that only `b` has. */
void packdiff_each(const json_t *a, const json_t *b, packdiff_fn fn, void *ctx);

/* What a change of a policy does. */
enum packdiff_sense {
	PACKDIFF_NEUTRAL, /* words, sources, dates of publication */
	PACKDIFF_TIGHTER,
	PACKDIFF_CHANGED, /* cannot be told: to be taken as looser */
	PACKDIFF_LOOSER,
};
enum packdiff_sense packdiff_sense_of(const struct packdiff *diff);

#endif
