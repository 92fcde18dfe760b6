/*
 * A supervisor's day: visits and other contacts with verdicts and exceptions, and the
 * three ways to write it down.
 *
 * Threads: one thread's.  Memory: a report owns its judgements; report_clear().
 */
#ifndef FV_SERVER_REPORT_H
#define FV_SERVER_REPORT_H

#include "sync-server/standing.h"

/* What to show. */
struct report_options {
	bool has_day;
	int64_t day;         /* local date of each case, days since 1970-01-01; has_day */
	const char *case_id; /* NULL: every case */
	bool all_days;       /* with a case and no day */
	bool is_chinese;     /* sentences and citations */
	int64_t now_ms;
};

/* One contact on the report. */
struct report_row {
	const struct fv_fold_contact *c;
	const struct judgement *j; /* NULL: the case is not known to this server */
	const struct judge_trail *trail;
	const struct fv_zone *zone; /* NULL: shown in UTC */
	const char *zone_name;
	size_t finding_at, finding_count; /* in j->findings, worst first */
	enum fv_verdict worst;            /* 0: not judged */
	bool is_provisional;              /* a finding of it is */
};

/* A case with a contact on the report. */
struct report_case {
	bool is_known;              /* to this server; else only folded */
	struct fv_store_case row;   /* is_known; its spans point into text */
	char *text;                 /* owned */
	struct judgement judgement; /* owned; is_known */
	struct fv_fold *fold;       /* owned; not is_known */
	const struct fv_zone *zone; /* NULL: not known */
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
};

struct report {
	struct report_options options;
	struct judge *judge;        /* borrowed */
	struct report_case **cases; /* owned, and each of them: those that rows point to */
	size_t case_count, case_cap;
	bool has_case;           /* the store has one, or that of options.case_id */
	size_t unknown;          /* records of all trails that cannot be read or placed */
	struct report_row *rows; /* owned; by begin, then id */
	size_t row_count, row_cap;
	bool has_last; /* the newest contact on another day */
	int64_t last_day;
	size_t linked; /* rows of a visit that stands in another row: it counts once */
	struct standing_list standing; /* owned; of options.case_id only, where it is set */
	size_t visits, others, fails, reviews, clean, unjudged, provisional, odd;
};

/*
 * Gather the report.  `judge` keeps texts.  Holds: judge, until report_clear().
 * Errors: FV_ENOENT  options->case_id is no case of this store;  those of judge_case()
 */
FV_NODISCARD enum fv_err report_make(struct report *report, struct fv_store *store,
    struct judge *judge, const struct report_options *options);
void report_clear(struct report *report);

/* Append the report: for people, RFC 4180 CSV, one JSON object. */
void report_put_table(struct fv_buf *out, const struct report *report);
void report_put_csv(struct fv_buf *out, const struct report *report);
void report_put_json(struct fv_buf *out, const struct report *report);

/* What is out of the ordinary about a row, by number from 0: a stable word and an English
 * phrase.  False: no more. */
struct report_odd {
	const char *word;
	const char *phrase;
};
bool report_exception(const struct report_row *row, size_t idx, struct report_odd *out);

/* What stands about cases, devices, officers and agencies, and hints of the days shown. */
FV_NODISCARD enum fv_err report_find_standing(struct report *report, struct fv_store *store);
void report_put_standing_table(struct fv_buf *out, const struct report *report);
/* A JSON array. */
void report_put_standing_json(struct fv_buf *out, const struct standing_list *list);

/* Append one CSV field: quoted where needed, and never a formula in a spreadsheet. */
void report_put_field(struct fv_buf *out, const char *text);
/* Append text for a terminal: control and direction characters become '?'. */
void report_put_plain(struct fv_buf *out, const char *text);

/* Local times of a row: "YYYY-MM-DDTHH:MM:SS+08:00". */
void report_put_local(struct fv_buf *out, const struct report_row *row, int64_t utc_ms);
/* "fail", "review", "no rule broken" or "not judged". */
const char *report_verdict_phrase(enum fv_verdict worst);

#endif
