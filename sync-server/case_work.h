/*
 * What the handlers about cases share: the roster and packs in force, who can open a card,
 * and who must learn that a case changed.
 *
 * Threads: the thread that writes.
 */
#ifndef FV_CASE_WORK_H
#define FV_CASE_WORK_H

#include "fv/order.h"
#include "sync-server/host.h"
#include "sync-server/store/book.h"
#include "sync-server/zones.h"

#define FV_CASE_OFFICERS_MAX 16U /* of one case, as in a case file */

struct fv_case_work {
	struct fv_host *host;
	struct fv_roster *roster; /* owned */
	struct fv_hash roster_hash;
	struct fv_packs *packs; /* owned; count is 0 while none is adopted */
	struct zones zones;
	int64_t now_ms;
};

/* Load what is in force.  Returns an exit code and says why in the answer. */
int fv_case_work_init(struct fv_case_work *work, struct fv_host *host, json_t **answer_out);
void fv_case_work_clear(struct fv_case_work *work);

/* Whether the roster has the officer; whether an adopted pack has the id. */
bool fv_case_work_has_officer(const struct fv_case_work *work, struct fv_span officer);
bool fv_case_work_has_pack(const struct fv_case_work *work, struct fv_span pack);

/* Whether two sets of audit columns are the same. */
bool fv_case_work_same(const struct fv_item_case *a, const struct fv_item_case *b);

/*
 * Check that a verified card is sealed to approved handhelds of the assigned officers, to
 * supervisors of the roster and to the recovery key, and to nobody else.
 * Errors: FV_EDENIED  *rule_out says what is wrong;  the store's (*rule_out is NULL)
 */
FV_NODISCARD enum fv_err fv_case_work_check_card(struct fv_case_work *work,
    struct fv_span assigned, const struct fv_card *card, size_t capsules_bytes,
    const char **rule_out);

/*
 * Check a card of the case and keep it.  *is_new_out: it is not the one that is held.
 * Errors: FV_EDENIED  *rule_out says what is wrong;  the store's (*rule_out is NULL)
 */
FV_NODISCARD enum fv_err fv_case_work_take_card(struct fv_case_work *work, const char *case_id,
    struct fv_span assigned, const struct fv_item_card *item, bool *is_new_out,
    const char **rule_out);

/* Whether the case has a card, and whether an approved handheld of the officer opens it. */
FV_NODISCARD enum fv_err fv_case_work_reach(struct fv_case_work *work, struct fv_span case_id,
    struct fv_span officer, bool *has_card_out, bool *reaches_out);

/* Make a ';' list of a JSON array of 1 to 16 officers' ids.  Appends to `list`.  Returns an
 * exit code and says why in the answer. */
int fv_case_work_officers(const struct fv_case_work *work, const json_t *officers,
    struct fv_buf *list, json_t **answer_out);

/* The case `id`, open.  Returns an exit code and says why in the answer.  Borrowed: until
 * the next case is read. */
int fv_case_work_open(
    struct fv_host *host, const char *id, struct fv_store_case *out, json_t **answer_out);

/* What is new about a case. */
struct fv_case_news {
	struct fv_span assigned_before; /* officers */
	bool is_changed;                /* an audit column */
	bool has_new_card;
};
/*
 * Give what is new to the handhelds of the officers assigned now; case, card, history and
 * hold to those assigned newly; and a tombstone to those assigned before only.
 */
FV_NODISCARD enum fv_err fv_case_work_tell(struct fv_case_work *work,
    const struct fv_item_case *item, const struct fv_case_news *news);

#endif
