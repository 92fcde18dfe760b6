#include "sync-server/staff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/store/book.h"
#include "sync-server/store/facts.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

/* -- words ------------------------------------------------------------------------ */

bool
staff_has_fact(enum fv_subject subject, enum fv_fact fact)
{
	const bool is_of_officer =
	    fact == FV_FACT_TRAINING || fact == FV_FACT_CERTIFICATE || fact == FV_FACT_CONSENT;

	return is_of_officer == (subject == FV_SUBJECT_OFFICER);
}

uint32_t
staff_fact_find(enum fv_subject subject, const char *word)
{
	char plain[24];
	uint32_t fact;
	int len = snprintf(plain, sizeof plain, "%s", word);

	if (len <= 0 || (size_t)len >= sizeof plain)
		return 0;
	for (char *c = plain; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	fact = fv_code_find(FV_CODES_FACT, fv_span_z(plain));
	return fact != 0 && staff_has_fact(subject, (enum fv_fact)fact) ? fact : 0;
}

const char *
staff_fact_words(enum fv_subject subject, char out[128])
{
	size_t at = 0;

	out[0] = '\0';
	for (uint32_t fact = 1; fact < STAFF_FACTS; fact++)
		if (staff_has_fact(subject, (enum fv_fact)fact))
			at += (size_t)snprintf(out + at, 128 - at, "%s%s", at > 0 ? ", " : "",
			    fv_code_word(FV_CODES_FACT, fact));
	return out;
}

bool
staff_date_read(const char *text, struct staff_date *out)
{
	*out = (struct staff_date){.is_said = true, .is_none = strcmp(text, "none") == 0};
	return out->is_none || fv_date_parse(fv_span_z(text), &out->day) == FV_OK;
}

const char *
staff_day(int64_t day, char out[STAFF_DAY_BYTES])
{
	char text[FV_INSTANT_TEXT_BYTES];

	(void)snprintf(out, STAFF_DAY_BYTES, "%.10s",
	    fv_instant_format(day * FV_MS_PER_DAY, 0, true, text));
	return out;
}

const char *
staff_bar_word(enum fv_store_bar bar)
{
	switch (bar) {
	case FV_BAR_DISABLED:
		return "disabled";
	case FV_BAR_ENDED:
		return "ended";
	case FV_BAR_AGENCY_CLOSED:
		return "agency closed";
	case FV_BAR_NONE:
		break;
	}
	return "active";
}

/* -- dates ------------------------------------------------------------------------ */

enum fv_err
staff_dates_json(struct fv_store *store, enum fv_subject subject, const char *id, json_t **out)
{
	char day[STAFF_DAY_BYTES];
	json_t *dates = json_object();
	int64_t held;
	enum fv_err rc = dates == NULL ? FV_ENOMEM : FV_OK;

	*out = NULL;
	for (uint32_t fact = 1; fact < STAFF_FACTS && rc == FV_OK; fact++) {
		if (!staff_has_fact(subject, (enum fv_fact)fact))
			continue;
		rc = fv_store_fact_get(store, subject, id, (enum fv_fact)fact, &held);
		if (rc == FV_OK &&
		    json_object_set_new(dates, fv_code_word(FV_CODES_FACT, fact),
			json_string(staff_day(held, day))) != 0)
			rc = FV_ENOMEM;
		if (rc == FV_ENOENT)
			rc = FV_OK;
	}
	if (rc == FV_OK)
		*out = dates;
	else
		json_decref(dates);
	return rc;
}

/* One date; is_changed is set when it is another than before. */
static enum fv_err
put_date(struct fv_host *host, const struct staff_ask *ask, enum fv_fact fact,
    struct staff_done *done)
{
	const struct staff_date *date = &ask->dates[fact];
	const struct fv_store_fact row = {ask->subject, fv_span_z(ask->id), fact, date->day,
	    fv_span_z(ask->source), fv_host_now_ms()};
	int64_t held;
	enum fv_err rc = fv_store_fact_get(host->store, ask->subject, ask->id, fact, &held);

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (date->is_none ? rc == FV_ENOENT : rc == FV_OK && held == date->day)
		return FV_OK;
	done->is_changed = done->has_new_date = true;
	return date->is_none ? fv_store_fact_drop(host->store, ask->subject, ask->id, fact)
			     : fv_store_fact_set(host->store, &row);
}

static enum fv_err
put_dates(struct fv_host *host, const struct staff_ask *ask, struct staff_done *done)
{
	enum fv_err rc = FV_OK;

	for (uint32_t fact = 1; fact < STAFF_FACTS && rc == FV_OK; fact++)
		if (ask->dates[fact].is_said)
			rc = put_date(host, ask, (enum fv_fact)fact, done);
	return rc;
}

/* -- taking ----------------------------------------------------------------------- */

static enum fv_err __attribute__((format(printf, 3, 4)))
deny(struct staff_done *done, const char *column, const char *fmt, ...)
{
	va_list ap;

	done->column = column;
	va_start(ap, fmt);
	(void)vsnprintf(done->rule, sizeof done->rule, fmt, ap);
	va_end(ap);
	return FV_EDENIED;
}

/* What was done was not done in days to come: taken, such a date would hide for years that
 * nothing is known.  Tomorrow's is today's somewhere; the other facts are last days. */
static enum fv_err
check_dates(const struct staff_ask *ask, struct staff_done *done)
{
	static const enum fv_fact of_deeds[] = {
	    FV_FACT_TRAINING, FV_FACT_CONSENT, FV_FACT_EVALUATION, FV_FACT_INSPECTION};
	const int64_t today = fv_host_now_ms() / FV_MS_PER_DAY;
	char day[STAFF_DAY_BYTES], now[STAFF_DAY_BYTES];

	for (size_t i = 0; i < sizeof of_deeds / sizeof of_deeds[0]; i++) {
		const struct staff_date *date = &ask->dates[of_deeds[i]];

		if (date->is_said && !date->is_none && date->day > today + 1)
			return deny(done, fv_code_word(FV_CODES_FACT, of_deeds[i]),
			    "%s is still to come by this server's clock, which says %s; give "
			    "the day on which it was done",
			    staff_day(date->day, day), staff_day(today, now));
	}
	return FV_OK;
}

/* A name for people: UTF-8 without control characters that fits. */
static bool
is_plain(const char *text, size_t cap)
{
	if (strlen(text) >= cap || !fv_utf8_valid(fv_span_z(text)))
		return false;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* Whether there is one of this id, as `how` wants it. */
static enum fv_err
check_there(
    const struct staff_ask *ask, enum staff_how how, enum fv_err got, struct staff_done *done)
{
	const char *what = fv_code_word(FV_CODES_SUBJECT, ask->subject);

	if (!fv_id_valid(fv_span_z(ask->id), FV_ID_BYTES - 1))
		return deny(done, what, "is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	if (got != FV_OK && got != FV_ENOENT)
		return got;
	done->is_new = got == FV_ENOENT;
	if (done->is_new && how == STAFF_SET)
		return deny(
		    done, what, "is not in the register; 'fieldvisitd %s add' adds it", what);
	if (!done->is_new && how == STAFF_ADD)
		return deny(
		    done, what, "is in the register; 'fieldvisitd %s set' changes it", what);
	return FV_OK;
}

static bool
next_team(const char **rest, char out[FV_ID_BYTES], bool *is_id_out)
{
	size_t len;

	*rest += strspn(*rest, ",; ");
	if ((len = strcspn(*rest, ",; ")) == 0)
		return false;
	*is_id_out = fv_id_copy(fv_span_of(*rest, len), out, FV_ID_BYTES) == FV_OK;
	*rest += len;
	return true;
}

static enum fv_err
put_teams(struct fv_host *host, const struct staff_ask *ask, struct staff_done *done)
{
	const char *rest = ask->teams != NULL ? ask->teams : "";
	char team[FV_ID_BYTES], holder[FV_ID_BYTES];
	bool is_id;
	enum fv_err rc;

	while (next_team(&rest, team, &is_id)) {
		if (!is_id)
			return deny(done, "teams",
			    "is not a list of ids; use 1 to 24 of A-Z a-z 0-9 . _ - for each");
		rc = fv_store_team_agency(host->store, fv_span_z(team), holder);
		if (rc != FV_OK)
			return rc;
		if (strcmp(holder, ask->id) == 0)
			continue;
		rc = fv_store_team_put(host->store, fv_span_z(team), fv_span_z(ask->id));
		if (rc == FV_EEXIST)
			return deny(done, "teams", "%s is a team of %s", team, holder);
		if (rc != FV_OK)
			return rc;
		done->is_changed = true;
	}
	return FV_OK;
}

static enum fv_err
take_agency(struct fv_host *host, const struct staff_ask *ask, enum staff_how how,
    struct staff_done *done)
{
	struct fv_store_agency row;
	enum fv_err rc = fv_store_agency_get(host->store, fv_span_z(ask->id), &row);

	if ((rc = check_there(ask, how, rc, done)) != FV_OK)
		return rc;
	if (row.is_closed)
		return deny(done, "agency", "is closed and stays closed");
	if (ask->name != NULL && !is_plain(ask->name, sizeof row.name))
		return deny(done, "name",
		    "give at most 127 bytes of UTF-8 without control characters");
	if (done->is_new) {
		row.added_ms = fv_host_now_ms();
		(void)snprintf(row.id, sizeof row.id, "%s", ask->id);
	}
	if (done->is_new || (ask->name != NULL && strcmp(ask->name, row.name) != 0)) {
		done->is_changed = true;
		if (ask->name != NULL)
			(void)snprintf(row.name, sizeof row.name, "%s", ask->name);
		rc = fv_store_agency_put(host->store, &row);
	}
	return rc == FV_OK ? put_teams(host, ask, done) : rc;
}

/* His agency must be there and open, his team one of its. */
static enum fv_err
check_officer(struct fv_host *host, const struct fv_store_staff *row, struct staff_done *done)
{
	struct fv_store_agency agency;
	char holder[FV_ID_BYTES];
	enum fv_err rc = fv_store_agency_get(host->store, fv_span_z(row->agency), &agency);

	if (rc == FV_ENOENT)
		return deny(done, "agency",
		    "no such agency here; 'fieldvisitd agency add' makes it known");
	if (rc != FV_OK)
		return rc;
	if (agency.is_closed)
		return deny(done, "agency", "this agency is closed");
	if (row->team[0] == '\0')
		return FV_OK;
	rc = fv_store_team_agency(host->store, fv_span_z(row->team), holder);
	if (rc == FV_OK && strcmp(holder, row->agency) != 0)
		return deny(done, "team",
		    "is a team of %s; 'fieldvisitd agency set %s --team %s' gives a new team",
		    holder, row->agency, row->team);
	return rc;
}

/* What the ask says into the row. */
static enum fv_err
fill_officer(const struct staff_ask *ask, struct fv_store_staff *row, struct staff_done *done)
{
	if (ask->agency != NULL &&
	    fv_id_copy(fv_span_z(ask->agency), row->agency, sizeof row->agency) != FV_OK)
		return deny(done, "agency",
		    "no such agency here; 'fieldvisitd agency add' makes it known");
	if (ask->team != NULL && ask->team[0] != '\0' &&
	    fv_id_copy(fv_span_z(ask->team), row->team, sizeof row->team) != FV_OK)
		return deny(done, "team", "is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	if (ask->team != NULL && ask->team[0] == '\0')
		memset(row->team, 0, sizeof row->team);
	if (ask->badge != NULL && !is_plain(ask->badge, sizeof row->badge))
		return deny(done, "badge",
		    "give at most 40 bytes of UTF-8 without control characters");
	if (ask->badge != NULL)
		(void)snprintf(row->badge, sizeof row->badge, "%s", ask->badge);
	if (row->agency[0] == '\0')
		return deny(done, "agency", "say whose officer he is");
	return FV_OK;
}

static enum fv_err
take_officer(struct fv_host *host, const struct staff_ask *ask, enum staff_how how,
    struct staff_done *done)
{
	struct fv_store_staff row, held;
	enum fv_err rc = fv_store_staff_get(host->store, fv_span_z(ask->id), &row);

	if ((rc = check_there(ask, how, rc, done)) != FV_OK)
		return rc;
	held = row;
	if (done->is_new) {
		row.added_ms = fv_host_now_ms();
		(void)snprintf(row.id, sizeof row.id, "%s", ask->id);
	}
	if ((rc = fill_officer(ask, &row, done)) != FV_OK ||
	    (rc = check_officer(host, &row, done)) != FV_OK)
		return rc;
	if (!done->is_new && strcmp(held.agency, row.agency) == 0 &&
	    strcmp(held.team, row.team) == 0 && strcmp(held.badge, row.badge) == 0)
		return FV_OK;
	done->is_changed = true;
	(void)snprintf(row.source, sizeof row.source, "%s", ask->source);
	return fv_store_staff_put(host->store, &row);
}

/* Handhelds that must hear of new dates. */
struct hearing {
	struct fv_host *host;
	const char *agency; /* NULL: each that is asked about */
};

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	const struct hearing *h = ctx;
	const struct fv_store_audience audience = {.device_no = device->no};

	if (device->is_revoked ||
	    (h->agency != NULL && strcmp(h->agency, device->agency) != 0))
		return FV_OK;
	return fv_store_change(h->host->store, audience, FV_ITEM_DATES, fv_span_z("own"));
}

static enum fv_err
tell_dates(struct fv_host *host, const struct staff_ask *ask)
{
	const bool is_agency = ask->subject == FV_SUBJECT_AGENCY;
	struct hearing h = {host, is_agency ? ask->id : NULL};

	return fv_store_device_each(host->store, is_agency ? NULL : ask->id, on_device, &h);
}

enum fv_err
staff_take(struct fv_host *host, const struct staff_ask *ask, enum staff_how how,
    struct staff_done *done)
{
	enum fv_err rc;

	memset(done, 0, sizeof *done);
	if ((rc = check_dates(ask, done)) != FV_OK)
		return rc;
	rc = ask->subject == FV_SUBJECT_AGENCY ? take_agency(host, ask, how, done)
					       : take_officer(host, ask, how, done);
	if (rc == FV_OK)
		rc = put_dates(host, ask, done);
	return rc == FV_OK && done->has_new_date ? tell_dates(host, ask) : rc;
}

enum fv_err
staff_log(struct fv_host *host, json_t *document, uint64_t *leaf_out)
{
	char *text =
	    document != NULL ? json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	enum fv_err rc =
	    text == NULL ? FV_ENOMEM : fv_worklog(host, "staff", fv_span_z(text), leaf_out);

	free(text);
	json_decref(document);
	return rc;
}
