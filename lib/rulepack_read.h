/*
 * Reading the values of a pack's JSON, with a path that tells where a fault stands.
 *
 * Threads: no shared state.  Memory: in the pack's arena.
 */
#ifndef FV_LIB_RULEPACK_READ_H
#define FV_LIB_RULEPACK_READ_H

#include <jansson.h>

#include "lib/arena.h"
#include "lib/rulepack_fields.h"

/* What fv_rulepack_parse() gives out: the pack and the memory it lives in. */
struct fv_pack_holder {
	struct fv_rulepack pack; /* first: the caller's pointer */
	struct fv_arena arena;
};

struct fv_pack_parse {
	struct fv_pack_holder *holder;
	struct fv_span json;
	struct fv_pack_path path;
	const char *rule; /* id of the rule being read, or NULL */
	struct fv_rulepack_error *error;
	struct fv_pack_over *over; /* laid over another pack; NULL: it is not */
};

/* Of a pack that is laid over another: where its rules stand in what they make together. */
struct fv_pack_over {
	const char *base_id;
	bool is_laid; /* the rules read are those made; before, the overlay's own */
	uint32_t places[FV_RULEPACK_RULES_MAX]; /* of each rule made: its place in the overlay
						 * and 1; 0: it is the base's alone */
	size_t count;
};

/* Go down to the member `name` (NULL: to the value `idx` of a list), and back up. */
void fv_pack_enter(struct fv_pack_parse *p, const char *name, size_t idx);
void fv_pack_leave(struct fv_pack_parse *p);

/* Note what is wrong with the value at the path, once.  Returns rc. */
enum fv_err fv_pack_refuse(struct fv_pack_parse *p, enum fv_err rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuse a member that is none of `names`.  Like all below: FV_EFORMAT, FV_ERANGE. */
enum fv_err fv_pack_check_names(
    struct fv_pack_parse *p, json_t *object, const char *const *names, size_t count);

enum fv_err fv_pack_read_text(
    struct fv_pack_parse *p, json_t *v, const struct fv_pack_field *f, const char **out);

/* A list of words as bits (code - 1). */
enum fv_err fv_pack_read_words(
    struct fv_pack_parse *p, const json_t *v, enum fv_code_set codes, uint64_t *out);

/* The members that the table names, into the struct at `base`; others are passed over. */
enum fv_err fv_pack_read_table(
    struct fv_pack_parse *p, json_t *object, struct fv_pack_table table, void *base);

/* The member `name`: {"en": ..., "zh": ...}. */
enum fv_err fv_pack_read_bilingual(
    struct fv_pack_parse *p, json_t *object, const char *name, const char **out[2]);

/* Refuse a member that is in none of the tables nor one of `more`. */
enum fv_err fv_pack_check_tables(struct fv_pack_parse *p, json_t *v,
    const struct fv_pack_table *tables, size_t count, const char *const *more,
    size_t more_count);

/* Refuse the member `name` of the value at the path. */
enum fv_err fv_pack_refuse_member(
    struct fv_pack_parse *p, const char *name, enum fv_err rc, const char *why);

/*
 * Lay a pack's JSON over its base's (rulepack_over.c).  Owned: *merged_out, and *over_out
 * by free(), both NULL when `v` extends nothing.  Errors as fv_rulepack_parse_over().
 */
enum fv_err fv_pack_merge(struct fv_pack_parse *p, json_t *v, struct fv_span base,
    json_t **merged_out, struct fv_pack_over **over_out);

/* "ID" or "ID@rN".  False: it is neither. */
bool fv_pack_name_parse(struct fv_span text, char id[41], uint32_t *revision_out);

/* One rule with its clauses (rulepack_rule.c). */
enum fv_err fv_pack_read_rule(struct fv_pack_parse *p, json_t *v, struct fv_rule *rule);

/* Memory of the pack; NULL: none is left. */
void *fv_pack_alloc(struct fv_pack_parse *p, size_t bytes);

#endif
