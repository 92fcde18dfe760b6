/*
 * Packs over interchange text inside a test: the verdicts by contact and rule.
 *
 * Threads: one thread's.  Memory: until replay_clear().
 */
#ifndef FV_TEST_REPLAY_H
#define FV_TEST_REPLAY_H

#include "fv/audit.h"

#define REPLAY_PACKS_MAX 8U
#define REPLAY_ROWS_MAX 4096U

struct replay_row {
	char contact[64];
	char rule[48];
	enum fv_verdict verdict;
	enum fv_remedy remedy;
	int64_t next_utc_ms;
	char *json; /* owned: the whole line */
};

struct replay {
	struct fv_rulepack *packs[REPLAY_PACKS_MAX];
	size_t pack_count;
	struct fv_zone *zones[16];
	char names[16][64];
	size_t zone_count;
	struct fv_history *history;
	struct fv_audit *audit;
	struct replay_row rows[REPLAY_ROWS_MAX];
	size_t row_count;
};

/* A pack of sync-server/rules by its id, or a pack's own text when it begins with '{'. */
void replay_pack(struct replay *replay, const char *id_or_json);

/* Read interchange lines and make the audit ready; fails the test when a line is refused. */
void replay_load(struct replay *replay, const char *lines);

/* Judge all cases into rows. */
void replay_judge(struct replay *replay);

/* All three: one pack, some lines, and the word of one verdict. */
const char *replay_one(
    const char *pack, const char *lines, const char *contact, const char *rule);

/*
 * The same of contact v1, whose verdict is `verdict` and whose line has `text` in it (either
 * may be NULL).  One that is no pass has exactly one remedy; every part of its sentence is
 * known.
 */
void replay_expect(const char *pack, const char *lines, const char *rule, const char *verdict,
    const char *text);

/* The same: the next instant that is offered to a contact. */
int64_t replay_next(
    const char *pack, const char *lines, const char *contact, const char *rule);

/* The row of a contact and rule; fails the test when there is none. */
const struct replay_row *replay_row(
    const struct replay *replay, const char *contact, const char *rule);
const char *replay_verdict(const struct replay *replay, const char *contact, const char *rule);

/* Zones by name for struct fv_audit_opts; ctx is the replay. */
const struct fv_zone *replay_zone(const char *name, void *ctx);

/* Milliseconds of an RFC 3339 text; fails the test when it is none. */
int64_t replay_at(const char *rfc3339);

void replay_clear(struct replay *replay);

#endif
