/*
 * What borrowers ask for and complain of, and the codes that they entered before any
 * handheld delivered them.  Their words are kept sealed; nothing here is in clear that a
 * borrower typed freely.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_CARE_H
#define FV_STORE_CARE_H

#include "fv/zone.h"
#include "store.h"

/* What is asked.  Stored numbers. */
enum fv_care_kind {
	FV_CARE_COMPLAINT = 1,
	FV_CARE_NO_HOME = 2,    /* no visits at home */
	FV_CARE_TIMES = 3,      /* none at set times */
	FV_CARE_STAYED = 4,     /* they did not leave when asked */
	FV_CARE_NOT_AGREED = 5, /* a consent that was written down was not given */
	FV_CARE_DATA = 6,       /* his data */
	FV_CARE_INSTALMENT = 7,
	FV_CARE_EXTENSION = 8,
	FV_CARE_STOP = 9, /* no more contact; taken down at the door only */
	FV_CARE_KIND_MAX = FV_CARE_STOP,
};

/* How it came.  Stored numbers. */
enum fv_care_source {
	FV_CARE_BY_CODE = 1,  /* the borrower's page, with a slip code */
	FV_CARE_BY_PAGE = 2,  /* the same, without one */
	FV_CARE_BY_VISIT = 3, /* an officer's record of a complaint or stop */
};

enum fv_care_state {
	FV_CARE_OPEN = 1,
	FV_CARE_ANSWERED = 2,
};

#define FV_STORE_WINDOWS_BYTES 128U

/* Sealed for several readers (PROTOCOL.md section 16); all empty: there is none. */
struct fv_store_sealed {
	struct fv_span kc; /* FV_NOTE_KC_BYTES */
	struct fv_span ct;
	struct fv_span capsules; /* 80 bytes each */
	struct fv_span key_ids;  /* 4 bytes each, in the order of the capsules */
};

struct fv_store_care {
	int64_t no;             /* from 1 */
	struct fv_span receipt; /* SHA-256 of the receipt's code; empty: there is none */
	enum fv_care_kind kind;
	enum fv_care_source source;
	char case_id[FV_CASE_ID_BYTES]; /* "": not known */
	struct fv_span slip;            /* SHA-256 of the slip code; empty: there was none */
	bool has_visit;
	int64_t device_no;        /* with has_visit: of VISIT_BEGIN, */
	uint64_t visit_seq;       /* and its seq */
	char agency[FV_ID_BYTES]; /* "": not known */
	char team[FV_ID_BYTES];
	char badge[FV_ID_BYTES]; /* the officer; "": not known */
	bool has_day;
	int64_t day; /* local date that the borrower names; with has_day */
	char windows[FV_STORE_WINDOWS_BYTES]; /* JSON, of FV_CARE_TIMES; else "" */
	struct fv_store_sealed text;
	struct fv_span answer_pk; /* X25519, of the receipt; empty: there is none */
	char zone[FV_ZONE_NAME_MAX_BYTES + 1]; /* in which its deadline counts */
	int64_t received_ms;
	int64_t deadline_ms; /* first instant after the last day */
	enum fv_care_state state;
	bool has_hold;
	int64_t hold_until_ms; /* with has_hold */
	uint32_t renewals;
	uint32_t proposed; /* decision that somebody proposes; 0: none */
	char proposed_by[FV_ID_BYTES];
	uint32_t decision; /* 0: none; then by, at and reason are set */
	uint32_t reason;
	char decided_by[FV_ID_BYTES];
	int64_t decided_ms;
	struct fv_store_sealed answer;
};
typedef enum fv_err (*fv_store_care_fn)(const struct fv_store_care *row, void *ctx);

/* Add; `no` is ignored.  Errors: FV_EEXIST  this receipt is there. */
FV_NODISCARD enum fv_err fv_store_care_add(
    struct fv_store *store, const struct fv_store_care *row, int64_t *no_out);
/* Save what may change: case, visit, agency, team, badge, zone, deadline, and all from
 * `state` on.  Spans of `row` may come from fv_store_care_get(). */
FV_NODISCARD enum fv_err fv_store_care_save(
    struct fv_store *store, const struct fv_store_care *row);
/* Returns borrowed: spans until the next call with this store.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_care_get(
    struct fv_store *store, int64_t no, struct fv_store_care *out);
FV_NODISCARD enum fv_err fv_store_care_find(
    struct fv_store *store, const struct fv_hash *receipt, struct fv_store_care *out);

/* Which of them. */
struct fv_store_care_query {
	const char *agency;  /* NULL: of any */
	const char *case_id; /* NULL: of any */
	bool has_state;
	enum fv_care_state state;
	bool is_overdue; /* open with deadline_ms <= now_ms */
	int64_t now_ms;
	/* After this one, in the order of the list; all zero: from the first. */
	int64_t after_deadline_ms, after_no;
	size_t max; /* 1..500 */
};
/* By deadline, then number.  Rows first, calls after. */
FV_NODISCARD enum fv_err fv_store_care_list(struct fv_store *store,
    const struct fv_store_care_query *query, fv_store_care_fn fn, void *ctx);
/* How many are open, and overdue, of an agency (NULL: of any). */
FV_NODISCARD enum fv_err fv_store_care_count(struct fv_store *store, const char *agency,
    int64_t now_ms, int64_t *open_out, int64_t *overdue_out);
/* Those that named this slip code. */
FV_NODISCARD enum fv_err fv_store_care_each_slip(
    struct fv_store *store, const struct fv_hash *slip, fv_store_care_fn fn, void *ctx);
/* Those about a visit, by number. */
FV_NODISCARD enum fv_err fv_store_care_each_visit(struct fv_store *store, int64_t device_no,
    uint64_t visit_seq, fv_store_care_fn fn, void *ctx);
/* How many others than `no` hold this case at `now_ms`. */
FV_NODISCARD enum fv_err fv_store_care_count_holds(struct fv_store *store, const char *case_id,
    int64_t no, int64_t now_ms, int64_t *count_out);

/* -- codes that a borrower entered ------------------------------------------------- */

/* Remember when a code was entered first.  One whose visit is here is marked delivered at
 * once.  Does as much for either.  Of those that wait 20,000 are kept, then no more. */
FV_NODISCARD enum fv_err fv_store_code_seen(
    struct fv_store *store, const struct fv_hash *slip, int64_t now_ms);
FV_NODISCARD enum fv_err fv_store_code_is_seen(
    struct fv_store *store, const struct fv_hash *slip, bool *yes_out);
/* Its visit has come. */
FV_NODISCARD enum fv_err fv_store_code_delivered(
    struct fv_store *store, const struct fv_hash *slip, int64_t now_ms);
typedef enum fv_err (*fv_store_code_fn)(
    const struct fv_hash *slip, int64_t first_ms, void *ctx);
/* Those entered before `before_ms` that no handheld has delivered, oldest first, at most
 * `max`. */
FV_NODISCARD enum fv_err fv_store_code_each(
    struct fv_store *store, int64_t before_ms, size_t max, fv_store_code_fn fn, void *ctx);

#endif
