/* case list and case show ID: the audit columns of the cases. */
#include <inttypes.h>
#include <string.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/case_work.h"
#include "sync-server/cmd.h"
#include "sync-server/store/findings.h"
#include "sync-server/verb.h"

#define LIST_USAGE "case list [--json]"
#define SHOW_USAGE "case show ID [--json]"

struct work {
	struct fv_store *store;
	bool as_json;
	json_t *list; /* owned; as_json: the rows */
};

static json_t *
json_day(bool has, int64_t day)
{
	char text[16];
	struct fv_civil c;

	if (!has)
		return json_null();
	fv_civil_from_days(day, &c);
	(void)snprintf(
	    text, sizeof text, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
	return json_string(text);
}

static json_t *
json_word(enum fv_code_set set, uint32_t code)
{
	const char *word = fv_code_word(set, code);

	return word != NULL ? json_string(word) : json_null();
}

static json_t *
json_degrees(bool has, int32_t e7)
{
	return has ? json_real((double)e7 / 1e7) : json_null();
}

/* FV_ENOENT: no card; *version_out is 0. */
static enum fv_err
card_version(struct fv_store *store, struct fv_span id, uint64_t *version_out)
{
	struct fv_item_card card;
	enum fv_err rc = fv_store_card_get(store, id, version_out, &card);

	return rc == FV_ENOENT ? FV_OK : rc;
}

static json_t *
json_case(const struct fv_store_case *row, uint64_t card)
{
	const struct fv_item_case *c = &row->item;
	json_t *radius = c->has_radius ? json_integer(c->radius_m) : json_null();
	json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "case",
	    fv_verb_json_span(c->id), "agency", fv_verb_json_span(c->agency), "zones",
	    fv_verb_json_list(c->zones), "lat", json_degrees(c->has_place, c->lat_e7), "lon",
	    json_degrees(c->has_place, c->lon_e7), "radius_m", radius, "actor",
	    json_word(FV_CODES_ACTOR, c->actor), "product",
	    json_word(FV_CODES_PRODUCT, c->product));
	json_t *rest = json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:o}", "debts",
	    fv_verb_json_list(c->debts), "packs", fv_verb_json_list(c->packs), "assigned",
	    fv_verb_json_list(c->assigned), "plan_date", json_day(c->has_plan, c->plan_day),
	    "as_of", json_day(c->has_as_of, c->as_of_day), "closed", row->is_closed,
	    "card_version", (json_int_t)card, "updated",
	    fv_verb_json_time(true, row->updated_ms));

	if (object == NULL || rest == NULL || json_object_update(object, rest) != 0) {
		json_decref(object);
		object = NULL;
	}
	json_decref(rest);
	return object;
}

static enum fv_err
list_one(const struct fv_store_case *row, void *ctx)
{
	struct work *w = ctx;
	const struct fv_item_case *c = &row->item;
	uint64_t card;
	enum fv_err rc = card_version(w->store, c->id, &card);

	if (rc != FV_OK)
		return rc;
	if (w->as_json)
		return json_array_append_new(w->list, json_case(row, card)) == 0 ? FV_OK
										 : FV_ENOMEM;
	printf("%-20.*s  %-8s %-8s %-8s %-20.*s  %.*s\n", (int)c->id.len,
	    (const char *)c->id.ptr, row->is_closed ? "closed" : "open",
	    c->has_place ? "known" : "unknown", card > 0 ? "yes" : "no", (int)c->assigned.len,
	    (const char *)c->assigned.ptr, (int)c->packs.len, (const char *)c->packs.ptr);
	return FV_OK;
}

int
cmd_case_list(int argc, char **argv)
{
	struct work w = {0};
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&w.store)) != FV_EXIT_OK)
		return code;
	if (!w.as_json)
		printf("%-20s  %-8s %-8s %-8s %-20s  %s\n", "case", "state", "place", "card",
		    "assigned", "packs");
	w.list = json_array();
	if ((rc = fv_store_view_begin(w.store)) == FV_OK)
		rc = fv_store_case_each(w.store, list_one, &w);
	fv_store_view_end(w.store);
	fv_store_close(w.store);
	if (rc == FV_OK && w.as_json && !fv_verb_print(json_pack("{s:O}", "cases", w.list)))
		rc = FV_ENOMEM;
	json_decref(w.list);
	return fv_verb_unread(rc);
}

static enum fv_err
count_import(const struct fv_store_import *line, void *ctx)
{
	size_t *counts = ctx;

	counts[line->is_event]++;
	return FV_OK;
}

static void
print_field(const char *name, struct fv_span value)
{
	if (value.len > 0)
		printf("%-10s %.*s\n", name, (int)value.len, (const char *)value.ptr);
}

static void
print_case(const struct fv_store_case *row, uint64_t card, const char *reason)
{
	const struct fv_item_case *c = &row->item;
	const char *product = fv_code_word(FV_CODES_PRODUCT, c->product);
	const char *actor = fv_code_word(FV_CODES_ACTOR, c->actor);

	print_field("case", c->id);
	if (row->is_closed)
		printf("closed     %s\n", reason);
	print_field("agency", c->agency);
	print_field("zone", c->zones);
	if (c->has_place)
		printf("place      %.7f %.7f\n", (double)c->lat_e7 / 1e7,
		    (double)c->lon_e7 / 1e7);
	else
		puts("place      not known; 'case place ID --from-visit V' adopts a visit's");
	if (c->has_radius)
		printf("radius     %u m\n", c->radius_m);
	if (actor != NULL)
		printf("actor      %s\n", actor);
	if (product != NULL)
		printf("product    %s\n", product);
	print_field("debts", c->debts);
	print_field("packs", c->packs);
	print_field("assigned", c->assigned);
	if (card > 0)
		printf("card       version %" PRIu64 ", sealed\n", card);
	else
		puts("card       none");
}

static int
show(struct work *w, const char *id)
{
	struct fv_store_case row;
	struct fv_buf reason = {0};
	size_t counts[2] = {0};
	char name[FV_CASE_ID_BYTES + 16];
	json_t *object;
	uint64_t card = 0;
	enum fv_err rc = fv_store_case_get(w->store, fv_span_z(id), &row);

	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, id,
		    "no such case; 'fieldvisitd case list' shows those that there are");
	if (rc == FV_OK)
		rc = card_version(w->store, fv_span_z(id), &card);
	if (rc == FV_OK)
		rc = fv_store_import_each(w->store, id, count_import, counts);
	(void)snprintf(name, sizeof name, "closed.%s", id);
	if (rc == FV_OK && row.is_closed)
		rc = fv_store_meta_get(w->store, name, &reason);
	if (rc == FV_OK && w->as_json) {
		object = json_case(&row, card);
		if (object == NULL ||
		    json_object_set_new(object, "reason",
			row.is_closed ? fv_verb_json_span(fv_buf_span(&reason))
				      : json_null()) != 0 ||
		    json_object_set_new(object, "imported_contacts",
			json_integer((json_int_t)counts[0])) != 0 ||
		    json_object_set_new(
			object, "imported_events", json_integer((json_int_t)counts[1])) != 0)
			rc = FV_ENOMEM;
		if (!fv_verb_print(object))
			rc = FV_ENOMEM;
	} else if (rc == FV_OK) {
		print_case(&row, card, row.is_closed ? fv_buf_z(&reason) : "");
		printf("imported   %zu contacts, %zu events\n", counts[0], counts[1]);
	}
	fv_buf_clear(&reason);
	return fv_verb_unread(rc);
}

int
cmd_case_show(int argc, char **argv)
{
	struct work w = {0};
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, SHOW_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, SHOW_USAGE))
		return FV_EXIT_USAGE;
	if (!fv_id_valid(fv_span_z(argv[1]), FV_CASE_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is not a case id");
	if ((code = fv_verb_open(&w.store)) != FV_EXIT_OK)
		return code;
	if ((rc = fv_store_view_begin(w.store)) == FV_OK)
		code = show(&w, argv[1]);
	else
		code = fv_verb_unread(rc);
	fv_store_view_end(w.store);
	fv_store_close(w.store);
	return code;
}
