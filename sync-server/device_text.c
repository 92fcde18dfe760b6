#include "sync-server/device_text.h"

#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "fv/ledger.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS INT64_C(86400000)
#define YEAR_MS (365 * DAY_MS)
#define CLOCK_RIGHT_MS 2000
#define DIGITS_BYTES 48U

/* -- the members of the command line ------------------------------------------------ */

static enum fv_err
put_digits(const struct device_view *view, const struct fv_store_device *d, json_t *row)
{
	struct fv_buf leaf = {0};
	char digits[DIGITS_BYTES];
	enum fv_err rc = fv_store_leaf_get(view->store, d->enrol_index, &leaf);

	if (rc == FV_OK) {
		fv_enrol_digits(fv_buf_span(&leaf), digits);
		(void)json_object_set_new(row, "digits", json_string(digits));
	}
	fv_buf_clear(&leaf);
	return rc == FV_ENOENT ? FV_ECORRUPT : rc;
}

static void
put_trail(const struct fv_store_trail *t, uint64_t refused, json_t *row)
{
	(void)json_object_set_new(
	    row, "next_seq", json_integer((json_int_t)t->trail.range.size));
	(void)json_object_set_new(
	    row, "sealed_size", json_integer((json_int_t)t->trail.sealed_size));
	(void)json_object_set_new(row, "sealed_root",
	    t->trail.sealed_size > 0 ? fv_verb_json_hex(t->trail.sealed_root.b, FV_HASH_BYTES)
				     : json_null());
	(void)json_object_set_new(
	    row, "last_sync", fv_verb_json_time(t->last_sync_ms > 0, t->last_sync_ms));
	(void)json_object_set(row, "missing", json_object_get(row, "apart"));
	(void)json_object_set(row, "missing_pieces", json_object_get(row, "apart_pieces"));
	(void)json_object_set_new(row, "refused", json_integer((json_int_t)refused));
}

enum fv_err
device_json_trail(const struct device_view *view, const struct fv_store_device *d, json_t *row)
{
	struct fv_store_trail *t = malloc(sizeof *t);
	uint64_t refused, bytes;
	enum fv_err rc;

	if (t == NULL)
		return FV_ENOMEM;
	(void)json_object_set_new(row, "enrolled", fv_verb_json_time(true, d->enrolled_ms));
	(void)json_object_set_new(
	    row, "approved", fv_verb_json_time(d->is_approved, d->approved_ms));
	(void)json_object_set_new(
	    row, "revoked", fv_verb_json_time(d->is_revoked, d->revoked_ms));
	if ((rc = put_digits(view, d, row)) == FV_OK &&
	    (rc = fv_store_trail_load(view->store, d->no, t)) == FV_OK &&
	    (rc = fv_store_quarantine_count(view->store, d->no, &refused, &bytes)) == FV_OK)
		put_trail(t, refused, row);
	free(t);
	return rc;
}

/* -- words -------------------------------------------------------------------------- */

static const char *
text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text != NULL ? text : "";
}

static int64_t
int_of(const json_t *row, const char *name)
{
	return json_integer_value(json_object_get(row, name));
}

char *
device_span_text(int64_t ms, char out[DEVICE_SPAN_BYTES])
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = {{YEAR_MS, "year"}, {DAY_MS, "day"}, {DAY_MS / 24, "hour"},
	    {60 * SECOND_MS, "minute"}, {SECOND_MS, "second"}};
	size_t i = 0;

	while (i + 1 < sizeof units / sizeof *units && ms < units[i].ms)
		i++;
	(void)snprintf(out, DEVICE_SPAN_BYTES, "%lld %s%s", (long long)(ms / units[i].ms),
	    units[i].name, ms / units[i].ms == 1 ? "" : "s");
	return out;
}

static void
print_heard(const json_t *row, int64_t now_ms, const char *indent)
{
	const int64_t outstanding = int_of(row, "outstanding"), apart = int_of(row, "apart");
	const int64_t at = int_of(row, "last_sync_ms");
	char when[FV_INSTANT_TEXT_BYTES], span[DEVICE_SPAN_BYTES];

	if (json_is_null(json_object_get(row, "last_sync_ms"))) {
		printf("%snever heard of since it was enrolled\n", indent);
		return;
	}
	(void)fv_instant_format(at / 1000 * 1000, 0, true, when);
	device_span_text(now_ms > at ? now_ms - at : 0, span);
	if (json_is_true(json_object_get(row, "is_silent")))
		printf("%sSILENT for %s, since %s; ", indent, span, when);
	else
		printf("%sheard of %s ago, at %s; ", indent, span, when);
	if (outstanding > 0)
		printf("%lld record%s waited on it", (long long)outstanding,
		    outstanding == 1 ? "" : "s");
	if (apart > 0)
		printf("%s%lld part%s of records still to come", outstanding > 0 ? ", " : "",
		    (long long)apart, apart == 1 ? "" : "s");
	puts(outstanding == 0 && apart == 0 ? "nothing waited on it" : "");
}

static void
print_clock(const json_t *row)
{
	const json_t *ahead = json_object_get(row, "clock_ahead_ms");
	const int64_t ms = json_integer_value(ahead);
	char span[DEVICE_SPAN_BYTES];

	if (!json_is_integer(ahead))
		printf("clock not told");
	else if (llabs((long long)ms) <= CLOCK_RIGHT_MS)
		printf("clock right");
	else
		printf("CLOCK %s %s", device_span_text(llabs((long long)ms) + SECOND_MS, span),
		    ms > 0 ? "AHEAD" : "BEHIND");
}

static void
print_condition(const json_t *row, const char *indent)
{
	const json_t *battery = json_object_get(row, "battery_percent");
	const json_t *free_mib = json_object_get(row, "free_mib");
	const json_t *receiver = json_object_get(row, "receiver");
	const char *path = text_of(receiver, "path"), *driver = text_of(receiver, "driver");
	const char *version = text_of(row, "version");

	printf("%sprogram %s, ", indent, version[0] != '\0' ? version : "not told");
	if (json_is_integer(battery))
		printf("battery %lld %%, ", (long long)json_integer_value(battery));
	else
		printf("battery not told, ");
	if (json_is_integer(free_mib))
		printf("%lld MiB free, ", (long long)json_integer_value(free_mib));
	else
		printf("space not told, ");
	if (json_is_object(receiver))
		printf("receiver %s%s%s, ", driver, driver[0] != '\0' ? " on " : "",
		    path[0] != '\0' ? path : text_of(receiver, "source"));
	else
		printf("no receiver seen, ");
	print_clock(row);
	putchar('\n');
}

static void
print_marks(const json_t *row, const char *indent)
{
	const json_t *same = json_object_get(row, "same_serial"), *dev;
	const int64_t after = int_of(row, "after_revocation");
	size_t i;

	if (json_is_true(json_object_get(row, "is_revoked"))) {
		printf("%srecords up to %lld are trusted; ", indent,
		    (long long)int_of(row, "trusted_size"));
		if (after > 0)
			printf("%lld came that it does not cover; ", (long long)after);
		puts(json_is_true(json_object_get(row, "is_wipe_ordered"))
			? "its case cards are ordered wiped"
			: "no wipe is ordered");
	}
	json_array_foreach(same, i, dev)
	{
		printf("%sSAME SERIAL %s as handheld %s: one of them is a clone, or the "
		       "serial is the maker's default\n",
		    indent, text_of(row, "serial"), json_string_value(dev));
	}
}

void
device_print_facts(const json_t *row, int64_t now_ms, const char *indent)
{
	print_heard(row, now_ms, indent);
	print_condition(row, indent);
	print_marks(row, indent);
}

void
device_print_row(const json_t *row, int64_t now_ms)
{
	const char *state = text_of(row, "state");

	printf("%s  officer %s, agency %s, team %s: %s\n", text_of(row, "dev"),
	    text_of(row, "officer"), text_of(row, "agency"), text_of(row, "team"),
	    strcmp(state, "not-approved") == 0 ? "not approved yet" : state);
	device_print_facts(row, now_ms, "    ");
}
