/*
 * A case's contacts and events, typed, from lines of the case history interchange or
 * from structs filled by whoever folds records (PROTOCOL.md section 16).
 *
 * Threads: one history is one thread's.  Memory: all strings and structs are copied
 * into the history and live until fv_history_free().
 */
#ifndef FV_HISTORY_H
#define FV_HISTORY_H

#include "fv/codes.h"

#define FV_HISTORY_LINE_MAX_BYTES ((size_t)1 << 16) /* one interchange line */
#define FV_HISTORY_ID_MAX_BYTES 128U                /* an id, label or name, without NUL */
#define FV_HISTORY_SET_MAX 256U                     /* members of debts, officers, zones ... */

/* A set of strings.  In a history: each interned, so equal strings are equal pointers. */
struct fv_strs {
	const char *const *items; /* NULL only when count is 0 */
	size_t count;
};

/* Local time of some days, minutes after midnight. */
struct fv_window {
	uint32_t days;        /* bits of FV_CODES_DAY mon..sun */
	uint16_t from_minute; /* 0..1439 */
	uint16_t to_minute;   /* 1..1440; not after from_minute: over midnight */
};

/* What was said once about a case. */
struct fv_case {
	const char *id;
	struct fv_strs zones; /* IANA names, 1 or more; days are counted in the first */
	bool has_place;
	int32_t lat_e7; /* WGS 84, with has_place */
	int32_t lon_e7;
	uint32_t radius_mm; /* 0: not said */
	enum fv_actor actor;
	enum fv_product product;
	struct fv_strs debts;
	const char *agency; /* NULL: not said */
	bool has_as_of;
	int64_t as_of_utc_ms; /* date of the debt data */
	uint32_t line;        /* in the file it came from, 0: none */
};

/* What the checklist at the door and the outcome may say differently of. */
enum fv_said {
	FV_SAID_IDENTIFIED = 1 << 0,
	FV_SAID_CONFIRMED = 1 << 1,
	FV_SAID_RECORDED = 1 << 2,
	FV_SAID_ENTERED = 1 << 3,
	FV_SAID_CAMERA = 1 << 4,
};

/* One visit, call, message or letter.  Code 0, NULL, a clear has_: not said. */
struct fv_contact {
	const char *id;
	const char *case_id;
	enum fv_channel channel;
	enum fv_by by;
	int64_t begin_utc_ms;
	bool has_end;
	bool is_open; /* no end is recorded yet; end_utc_ms is the last sign of it */
	int64_t end_utc_ms;
	bool has_claim;         /* a second claim of when it was; judged under both */
	int64_t claim_begin_ms; /* UTC; the end moves with it, */
	bool claim_keeps_end;   /* unless it is its officer's word on the begin alone */
	bool has_officers;      /* officers was said, be it empty */
	struct fv_strs officers;
	enum fv_tri second_confirmed; /* yes: a second officer is corroborated, not declared */
	enum fv_outcome outcome;
	enum fv_with with;
	enum fv_with meant_for; /* 0: debtor */
	enum fv_place_code place;
	enum fv_purpose purpose; /* 0: collect */
	enum fv_source source;   /* 0: handheld */
	enum fv_recorded recorded;
	enum fv_tri entered;
	enum fv_tri identified;
	enum fv_tri identity_confirmed;
	enum fv_tri camera;
	uint32_t said_both; /* enum fv_said bits: said both ways, so that it is not known */
	bool has_debts;
	struct fv_strs debts;
	bool has_discussed;
	struct fv_strs discussed;
	const char *number;
	const char *call_id;
	const char *overrun_reason;
	bool has_place; /* a position was taken */
	int32_t lat_e7; /* with has_place */
	int32_t lon_e7;
	bool has_accuracy;
	uint32_t accuracy_mm; /* with has_accuracy */
	bool has_correction;  /* somebody corrected when it was; it stays as it was recorded */
	int64_t corrected_begin_ms; /* UTC, as claimed; without a claim the recorded one */
	int64_t corrected_end_ms;
	int64_t corrected_at_ms; /* when the last such correction was made */
	bool is_wrong_case; /* disowned at once: judged, at most review, and counted by none */
	const char *link;   /* contacts of one link are one in every counter; NULL: none */
	bool is_imported;   /* from another system, unsigned */
	uint32_t line;
};

/* Something that happened or was said. */
struct fv_event {
	const char *id;
	const char *case_id;
	enum fv_event_kind kind;
	int64_t at_utc_ms;
	bool has_from;
	int64_t from_utc_ms;
	bool has_until;
	int64_t until_utc_ms;
	const struct fv_window *windows;
	size_t window_count;
	uint32_t scopes; /* bits of FV_CODES_SCOPE; 0: not said */
	enum fv_form form;
	enum fv_to to;
	struct fv_strs debts; /* none: all of the case */
	const char *number;
	const char *contact; /* id of the contact during which it happened */
	uint32_t channels;   /* bits of FV_CODES_CHANNEL; 0: not said */
	const char *recorded_by;
	enum fv_by by;
	enum fv_source source;
	bool is_imported;
	uint32_t line;
};

/* One case with all that is known of it, sorted: by time, then id, then content. */
struct fv_case_history {
	const struct fv_case *subject;
	const struct fv_contact *const *contacts;
	size_t contact_count;
	const struct fv_event *const *events;
	size_t event_count;
};

/* What is wrong with a line. */
struct fv_history_error {
	uint32_t line;  /* 0: no line */
	char field[48]; /* "" when the line as a whole is wrong */
	char text[256]; /* the rule broken, with the nearest known word where there is one */
};

struct fv_history;

/* Owned: *history_out, release with fv_history_free().  Errors: FV_ENOMEM. */
FV_EXPORT FV_NODISCARD enum fv_err fv_history_new(struct fv_history **history_out);
/* Release it and all that was added.  NULL is fine. */
FV_EXPORT void fv_history_free(struct fv_history *history);

/*
 * Add a case.  Copies: everything.  In any order: a case may come after its contacts.
 * Errors: FV_EEXIST  a case of this id is there already
 *         FV_ERANGE  its id is missing or too long, a set too large, no zone or actor
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_history_add_case(
    struct fv_history *history, const struct fv_case *c);
/*
 * Add a contact, likewise.
 * Errors: FV_EEXIST  a contact of this id is there already
 *         FV_ERANGE  an id is missing or too long, a set too large, no channel or `by`, an
 *                    end before its begin
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_history_add_contact(
    struct fv_history *history, const struct fv_contact *contact);
/*
 * Add an event, likewise; two may have the same id.
 * Errors: FV_ERANGE  an id is missing or too long, a set too large, an unknown kind
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_history_add_event(
    struct fv_history *history, const struct fv_event *event);

/*
 * Add the object of one interchange line; a line of white space adds nothing.
 * `line_number` stands in errors and in the object.
 * Errors: FV_EFORMAT  not JSON, an unknown or missing field, kind or value
 *         FV_ERANGE   a value outside its range;  FV_EEXIST  an id used before
 *         FV_ETOOBIG  over FV_HISTORY_LINE_MAX_BYTES;  FV_ENOMEM
 *         (*error_out says which field and why)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_history_add_line(struct fv_history *history,
    struct fv_span line, uint32_t line_number, struct fv_history_error *error_out);

/*
 * Sort what was added and join it to its cases; needed before the two calls below, and
 * again after later additions.
 * Errors: FV_ENOENT  a contact or event names a case that nothing describes
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_history_finish(
    struct fv_history *history, struct fv_history_error *error_out);

/* How many cases; 0 until finish, and again after an add. */
FV_EXPORT size_t fv_history_case_count(const struct fv_history *history);
/* One of them by its place in the order of ids; NULL past the last.
 * Returns borrowed: until the next add, finish or free. */
FV_EXPORT const struct fv_case_history *fv_history_case(
    const struct fv_history *history, size_t idx);

/* The case of this id, or NULL. */
FV_EXPORT const struct fv_case_history *fv_history_find(
    const struct fv_history *history, const char *case_id);

#endif
