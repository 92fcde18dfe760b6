/* device info DEV: one handheld, how far its trail reaches and what it last said. */
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/device_text.h"
#include "sync-server/host.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define USAGE "device info DEV [--json] [--until TIME] [--out FILE]"

struct work {
	struct device_view view;
	bool as_json;
	const char *prefix;   /* hex digits of the devices wanted */
	const char *out;      /* where the ENROL leaf goes; NULL: nowhere */
	const char *until;    /* how much of the trail had come by then; NULL: not asked */
	int64_t until_ms;     /* the end of that second */
	uint64_t enrol_index; /* of the last one found */
	json_t *rows;         /* owned */
};

/* Whether the device is one of those wanted. */
static bool
is_wanted(const struct work *w, const struct fv_store_device *d)
{
	char hex[2 * FV_DEV_BYTES + 1];

	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", d->dev[i]);
	return strncmp(hex, w->prefix, strlen(w->prefix)) == 0;
}

/* {size, received}: the last seal that had come by then; size 0 and null: none had. */
static enum fv_err
put_until(const struct work *w, const struct fv_store_device *d, json_t *row)
{
	struct fv_store_seal seal;
	enum fv_err rc;

	if (w->until == NULL)
		return FV_OK;
	rc = fv_store_seal_by(w->view.store, d->no, UINT64_MAX, w->until_ms, &seal);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	(void)json_object_set_new(row, "until",
	    json_pack("{s:I, s:o}", "size", (json_int_t)seal.size, "received",
		fv_verb_json_time(rc == FV_OK, seal.received_ms / 1000 * 1000)));
	return FV_OK;
}

static enum fv_err
take(const struct fv_store_device *d, void *ctx)
{
	struct work *w = ctx;
	json_t *row;
	enum fv_err rc;

	if (!is_wanted(w, d))
		return FV_OK;
	w->enrol_index = d->enrol_index;
	if ((rc = device_json(&w->view, d, &row)) == FV_OK &&
	    ((rc = device_json_trail(&w->view, d, row)) != FV_OK ||
		(rc = put_until(w, d, row)) != FV_OK))
		json_decref(row);
	if (rc != FV_OK)
		return rc;
	return json_array_append_new(w->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

static const char *
text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text != NULL ? text : "";
}

static void
print_info(const json_t *row, int64_t now_ms)
{
	const int64_t missing = json_integer_value(json_object_get(row, "missing"));
	const int64_t pieces = json_integer_value(json_object_get(row, "missing_pieces"));
	const int64_t refused = json_integer_value(json_object_get(row, "refused"));

	printf("handheld %s: %s\n", text_of(row, "dev"), text_of(row, "state"));
	printf("officer %s, agency %s, team %s\nenrolled %s\n", text_of(row, "officer"),
	    text_of(row, "agency"), text_of(row, "team"), text_of(row, "enrolled"));
	printf("compare with the handheld's screen: %s\n", text_of(row, "digits"));
	if (text_of(row, "approved")[0] != '\0')
		printf("approved %s\n", text_of(row, "approved"));
	else
		puts("not approved yet");
	if (text_of(row, "revoked")[0] != '\0')
		printf("revoked %s (%s)\n", text_of(row, "revoked"), text_of(row, "reason"));
	printf("records %lld, sealed %lld",
	    (long long)json_integer_value(json_object_get(row, "next_seq")),
	    (long long)json_integer_value(json_object_get(row, "sealed_size")));
	if (text_of(row, "sealed_root")[0] != '\0')
		printf(", root %s", text_of(row, "sealed_root"));
	printf(
	    "\nstill on the way: %lld parts of records, %lld of them pieces of attachments\n",
	    (long long)missing, (long long)pieces);
	if (refused > 0)
		printf("kept aside: %lld spans that are no part of the trail\n",
		    (long long)refused);
	if (text_of(row, "model")[0] != '\0' || text_of(row, "serial")[0] != '\0')
		printf("model %s, serial %s\n", text_of(row, "model"), text_of(row, "serial"));
	device_print_facts(row, now_ms, "");
}

static void
print_until(const struct work *w, const json_t *row)
{
	const json_t *until = json_object_get(row, "until");
	const json_int_t size = json_integer_value(json_object_get(until, "size"));

	if (until == NULL)
		return;
	if (size == 0)
		printf("by %s no seal of it had come: --trusted-size 0\n", w->until);
	else
		printf("by %s records up to %lld had come under a seal, the last at %s: "
		       "--trusted-size %lld\n",
		    w->until, (long long)size, text_of(until, "received"), (long long)size);
}

static bool
print(const struct work *w)
{
	const size_t count = json_array_size(w->rows);

	for (size_t i = 0; !w->as_json && i < count; i++) {
		print_info(json_array_get(w->rows, i), w->view.now_ms);
		print_until(w, json_array_get(w->rows, i));
	}
	if (!w->as_json)
		return true;
	return fv_verb_print(count == 1 ? json_incref(json_array_get(w->rows, 0))
					: json_pack("{s:O}", "devices", w->rows));
}

static int
write_leaf(const struct work *w, struct fv_store *store)
{
	struct fv_buf leaf = {0};
	enum fv_err rc = fv_store_leaf_get(store, w->enrol_index, &leaf);
	int code = rc == FV_OK ? fv_cli_write_new(w->out, 0644, fv_buf_span(&leaf))
			       : fv_verb_unread(rc);

	fv_buf_clear(&leaf);
	return code;
}

/* The handhelds that begin so; what else was asked for is done for one only. */
static int
finish(struct work *w, struct fv_store *store)
{
	const size_t found = json_array_size(w->rows);

	if (found == 0)
		return fv_cli_fail(FV_EXIT_NOINPUT, w->prefix,
		    "no such handheld is enrolled; 'fieldvisitd device list' shows them");
	if (!print(w))
		return FV_EXIT_TEMPFAIL;
	if (w->out == NULL)
		return FV_EXIT_OK;
	if (found > 1)
		return fv_cli_fail(FV_EXIT_USAGE, w->prefix,
		    "%zu handhelds begin so; give more digits", found);
	return write_leaf(w, store);
}

static int
run(struct work *w)
{
	struct fv_store *store = NULL;
	enum fv_err rc;
	int code = fv_verb_open(&store);

	if (code != FV_EXIT_OK)
		return code;
	w->rows = json_array();
	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = device_view_open(&w->view, store, fv_host_now_ms(), DEVICE_SILENT_MS);
	if (rc == FV_OK)
		rc = fv_store_device_each(store, NULL, take, w);
	code = rc == FV_OK ? finish(w, store) : fv_verb_unread(rc);
	device_view_close(&w->view);
	fv_store_view_end(store);
	json_decref(w->rows);
	fv_store_close(store);
	return code;
}

int
cmd_device_info(int argc, char **argv)
{
	struct work w = {.rows = NULL};
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {"out", FV_CLI_TEXT, &w.out, false},
	    {"until", FV_CLI_TEXT, &w.until, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, USAGE))
		return FV_EXIT_USAGE;
	w.prefix = argv[1];
	if (w.until != NULL && fv_instant_parse(fv_span_z(w.until), &w.until_ms) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--until",
		    "is not an RFC 3339 time such as 2026-03-02T21:50:00+08:00");
	if (w.until_ms > fv_host_now_ms() + 1000)
		return fv_cli_fail(FV_EXIT_USAGE, "--until", "lies in the future");
	w.until_ms = w.until_ms / 1000 * 1000 + 999;
	return run(&w);
}
