/*
 * The register of agencies and officers: what add, set and import take, and what list and
 * show say.  Names of people stand on the signed roster, not here.
 *
 * Threads: as host.h; what only reads may run beside a writer.
 */
#ifndef FV_SERVER_STAFF_H
#define FV_SERVER_STAFF_H

#include <jansson.h>

#include "fv/rule.h"
#include "sync-server/host.h"
#include "sync-server/store/staff.h"

#define STAFF_FACTS (FV_FACT_CONSENT + 1U) /* numbers of enum fv_fact, 0 unused */
#define STAFF_DAY_BYTES 11U                /* "2026-03-02" and NUL */

/* Dates as somebody gives them. */
struct staff_date {
	bool is_said;
	bool is_none; /* with is_said: the date is taken away */
	int64_t day;  /* with is_said unless is_none: days since 1970-01-01 */
};

/* What is asked of one agency or officer; NULL: it stays as it is. */
struct staff_ask {
	enum fv_subject subject; /* officer or agency */
	const char *id;
	const char *name;                  /* of an agency */
	const char *teams;                 /* of an agency, between ',' or ';': added */
	const char *agency, *team, *badge; /* of an officer */
	struct staff_date dates[STAFF_FACTS];
	const char *source; /* who says so; not NULL */
};

enum staff_how {
	STAFF_ADD, /* it must be new */
	STAFF_SET, /* it must be there */
	STAFF_PUT, /* either */
};

/* What became of it. */
struct staff_done {
	bool is_new, is_changed;
	bool has_new_date;
	const char *column; /* after FV_EDENIED: what is at fault, static */
	char rule[192];     /* and why */
};

/*
 * Judge and take it, inside the caller's transaction.
 * Errors: FV_EDENIED  see done_out;  others as store.h
 */
FV_NODISCARD enum fv_err staff_take(struct fv_host *host, const struct staff_ask *ask,
    enum staff_how how, struct staff_done *done_out);

/* The fact of a word ("white-list" or "white_list") that is kept of this subject; 0: none. */
uint32_t staff_fact_find(enum fv_subject subject, const char *word);
/* True when dates of this kind are kept of it. */
bool staff_has_fact(enum fv_subject subject, enum fv_fact fact);
/* "certificate, training, ...": those that are kept of it.  Returns borrowed: out. */
const char *staff_fact_words(enum fv_subject subject, char out[128]);
/* A date, or "none".  False: it is neither. */
bool staff_date_read(const char *text, struct staff_date *out);
/* "2026-03-02".  Returns borrowed: out. */
const char *staff_day(int64_t day, char out[STAFF_DAY_BYTES]);

/* The dates that are kept: {"certificate":"2027-01-01",...}.  Owned: *out; json_decref(). */
FV_NODISCARD enum fv_err staff_dates_json(
    struct fv_store *store, enum fv_subject subject, const char *id, json_t **out);

/* Append POLICY "staff" about a document (Takes it; ids and dates only). */
FV_NODISCARD enum fv_err staff_log(struct fv_host *host, json_t *document, uint64_t *leaf_out);

/* Why an officer may be disabled; ends with NULL. */
extern const char *const staff_reasons[];

/* The word of a bar: "active", "disabled", "ended", "agency closed". */
const char *staff_bar_word(enum fv_store_bar bar);

#endif
