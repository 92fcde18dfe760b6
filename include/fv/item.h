/*
 * Bodies of the items that the server sends down: case, history, hold and card
 * (PROTOCOL.md section 8).  Roster, packs note and orders are signed notes as they are;
 * a pack is its file's bytes; a tombstone's body is empty.
 *
 * Lists of ids (zones, debts, packs, assigned) are one text with ';' between.
 * Enumerations are the small numbers of PROTOCOL.md section 4, and: actor 1 first_party,
 * 2 third_party, 3 debt_buyer; product 1 consumer_loan, 2 online_loan, 3 credit_card,
 * 4 microfinance, 5 mortgage, 6 student_loan, 7 medical, 8 other; form 1 oral, 2 written,
 * 3 separate; to 1 collector, 2 creditor, 3 prior_collector; recorded_by 1 the visiting
 * officer alone, 2 somebody else.  In every one of them 0 means absent: unknown.
 *
 * A device's own records are left out of the history that is sent to it: it has them.
 *
 * Threads: no shared state.  Memory: encoders append to an fv_buf; parsers return spans
 * into their input.
 */
#ifndef FV_ITEM_H
#define FV_ITEM_H

#include "fv/sync.h"

#define FV_ITEM_DEBTS_MAX 32U   /* indices in one line or event */
#define FV_ITEM_WINDOWS_MAX 8U  /* windows of one event */
#define FV_ITEM_CODES_MAX 8U    /* scopes or channels of one event */
#define FV_NUMBER_HASH_BYTES 4U /* of a number label or call id */

/* Key texts of items are at most this long (a case or pack id); those of settings 57. */
#define FV_ITEM_KEY_MAX 40U

/* The visit that the desk has planned for plan_day. */
struct fv_item_plan {
	uint32_t from_minute; /* of the local day, 0..1439 */
	uint32_t to_minute;   /* 1..1440 */
	struct fv_span officers;
	uint32_t place;    /* FV_CODES_PLACE */
	uint32_t purpose;  /* FV_CODES_PURPOSE */
	uint32_t approach; /* FV_CODES_APPROACH */
	bool is_agreed;    /* with the borrower */
};

/* What the desk decided about what was asked for at the door. */
struct fv_item_decided {
	uint32_t business;  /* enum fv_business that was asked for */
	bool is_granted;    /* else refused */
	int64_t decided_ms; /* UTC */
};

/* Kind 1: a case's audit columns. */
struct fv_item_case {
	struct fv_span id;
	struct fv_span agency;
	struct fv_span zones; /* IANA names */
	bool has_place;
	int32_t lat_e7; /* WGS 84; with has_place */
	int32_t lon_e7;
	bool has_radius;
	uint32_t radius_m;
	uint32_t actor;
	uint32_t product;
	struct fv_span debts;
	struct fv_span packs;
	struct fv_span assigned; /* officer ids */
	bool has_plan;
	int64_t plan_day; /* days since 1970-01-01 */
	bool has_as_of;
	int64_t as_of_day; /* likewise: date of the debt data */
	bool has_entry;
	struct fv_item_plan entry; /* with has_entry, which comes with has_plan */
	bool has_decided;
	struct fv_item_decided decided; /* with has_decided: the newest */
};
/* Append the body. */
FV_EXPORT void fv_item_case_put(struct fv_buf *out, const struct fv_item_case *item);
/* Errors: FV_EFORMAT FV_ERANGE FV_ETOOBIG FV_ECUT. */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_case_parse(
    struct fv_span body, struct fv_item_case *out);

/* A list of indices into the case's debts.  Absent and empty differ. */
struct fv_item_debts {
	bool has;
	uint32_t idx[FV_ITEM_DEBTS_MAX];
	size_t count;
};

/* Kind 2, first part: one contact. */
struct fv_item_line {
	uint32_t channel;
	int64_t begin_ms;
	bool has_end;
	int64_t end_ms;
	uint32_t by;
	uint32_t outcome;
	uint32_t with;
	uint32_t place;
	bool has_number;
	uint8_t number[FV_NUMBER_HASH_BYTES];
	struct fv_item_debts debts;
	struct fv_item_debts discussed;
	bool has_entered;
	bool entered;
	bool has_officers;
	uint32_t officers; /* how many came */
	uint32_t purpose;
	uint32_t meant_for;
	bool has_call;
	uint8_t call[FV_NUMBER_HASH_BYTES];
	uint32_t source; /* 0: the handheld, or not said */
};

struct fv_item_window {
	uint32_t days; /* bit 0 Monday .. bit 6 Sunday */
	uint32_t from_minute;
	uint32_t to_minute; /* of the local day; a whole day is 0 to 1440 */
};

/* Kind 2, second part: one event. */
struct fv_item_event {
	uint32_t kind;
	int64_t at_ms;
	uint32_t scope[FV_ITEM_CODES_MAX];
	size_t scope_count;
	bool has_from;
	int64_t from_ms;
	bool has_until;
	int64_t until_ms;
	struct fv_item_window windows[FV_ITEM_WINDOWS_MAX];
	size_t window_count;
	bool has_number;
	uint8_t number[FV_NUMBER_HASH_BYTES];
	uint32_t form;
	uint32_t to;
	uint32_t recorded_by;
	struct fv_item_debts debts;
	uint32_t channels[FV_ITEM_CODES_MAX];
	size_t channel_count;
	bool has_line;
	uint64_t line; /* index of the contact in which it happened */
	uint32_t by;   /* who missed an appointment */
};

/* A history body is this, the `lines` lines, the events.  Each appends. */
FV_EXPORT void fv_item_history_put_count(struct fv_buf *out, size_t lines);
/* One line; a code of 0 and what it has not are null. */
FV_EXPORT void fv_item_line_put(struct fv_buf *out, const struct fv_item_line *line);
/* One event, likewise. */
FV_EXPORT void fv_item_event_put(struct fv_buf *out, const struct fv_item_event *event);

/* Reads a history body item by item: first the lines, then the events to the end. */
struct fv_item_history {
	struct fv_cbor_reader r;
	uint64_t lines_left;
};
/* Borrows: body, for as long as the reader is used. */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_history_open(
    struct fv_span body, struct fv_item_history *out);
/* The next line.  Errors: FV_ENOENT  none is left;  FV_EFORMAT FV_ERANGE FV_ETOOBIG FV_ECUT
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_history_line(
    struct fv_item_history *history, struct fv_item_line *out);
/* The next event.  Errors: as above;  FV_ESTATE  a line is left */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_history_event(
    struct fv_item_history *history, struct fv_item_event *out);

/* Hash of a number label (or call id): SHA-256("fieldvisit/num/v1" || 0 || case || 0 ||
 * label)[0:4]. */
FV_EXPORT void fv_item_number_hash(
    struct fv_span case_id, struct fv_span label, uint8_t hash_out[FV_NUMBER_HASH_BYTES]);

/* Kind 3: no visits, and since which event. */
struct fv_item_hold {
	uint32_t event_kind; /* that gave the reason */
	int64_t from_ms;
	bool has_until; /* clear: without a term */
	int64_t until_ms;
};
/* Append the body. */
FV_EXPORT void fv_item_hold_put(struct fv_buf *out, const struct fv_item_hold *hold);
/* Take it apart.  Errors: FV_EFORMAT FV_ERANGE FV_ETOOBIG FV_ECUT */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_hold_parse(
    struct fv_span body, struct fv_item_hold *out);

/* Kind 7: a case card, [note, ct, capsules]: the signed commitment and the two blobs. */
struct fv_item_card {
	struct fv_span note;
	struct fv_span ct;
	struct fv_span capsules;
};
/* Append the body. */
FV_EXPORT void fv_item_card_put(struct fv_buf *out, const struct fv_item_card *card);
/* Take it apart; nothing is verified.  Borrows: body.  Errors: FV_EFORMAT FV_ETOOBIG FV_ECUT
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_card_parse(
    struct fv_span body, struct fv_item_card *out);

/* Kind 14: a finding for its officer; an empty body: it is there no more. */
struct fv_item_finding {
	struct fv_span contact; /* contact id */
	struct fv_span case_id;
	struct fv_span rule;
	int64_t begin_ms;  /* of the contact */
	uint32_t verdict;  /* 3 review, 4 fail */
	uint32_t decision; /* 0 none, 1 uphold, 2 dismiss, 3 excuse */
	struct fv_span why_en, why_zh;
};
/* Append the body. */
FV_EXPORT void fv_item_finding_put(struct fv_buf *out, const struct fv_item_finding *finding);
/* Take it apart.  Borrows: body.  Errors: FV_EFORMAT (an empty one too) FV_ERANGE FV_ETOOBIG
 * FV_ECUT */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_finding_parse(
    struct fv_span body, struct fv_item_finding *out);

/* Kind 15: one date of the officer or of his agency. */
struct fv_item_date {
	uint32_t subject; /* enum fv_subject: officer or agency */
	uint32_t fact;    /* enum fv_fact */
	int64_t day;      /* days since 1970-01-01; of the years 0 to 9999 */
};
/* A body is this, then `count` dates.  officer: whose the officer's are. */
FV_EXPORT void fv_item_dates_put(struct fv_buf *out, struct fv_span officer, size_t count);
/* Append one date. */
FV_EXPORT void fv_item_date_put(struct fv_buf *out, const struct fv_item_date *date);
struct fv_item_dates {
	struct fv_cbor_reader r;
	struct fv_span officer;
	size_t left;
};
/* Borrows: body, for as long as the reader is used.  Errors: FV_EFORMAT FV_ERANGE FV_ECUT. */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_dates_open(
    struct fv_span body, struct fv_item_dates *out);
/* Errors: FV_ENOENT  none is left;  as above. */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_dates_next(
    struct fv_item_dates *dates, struct fv_item_date *out);

#endif
