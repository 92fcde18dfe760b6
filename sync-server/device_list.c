/* device list and device info DEV: the enrolled handhelds and how far their trails reach. */
#include <string.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/store/log.h"
#include "sync-server/store/records.h"
#include "sync-server/verb.h"

#define LIST_USAGE "device list [--json]"
#define INFO_USAGE "device info DEV [--json] [--out FILE]"
#define DIGITS_BYTES 48U

struct work {
	struct fv_store *store;
	bool as_json;
	const char *prefix; /* hex digits of the devices wanted; NULL: all */
	const char *out;    /* where the ENROL leaf goes; NULL: nowhere */
	size_t found;
	uint64_t enrol_index; /* of the last one found */
	json_t *list;         /* owned; as_json: the rows */
};

/* What of its trail is on the way, and what was kept aside. */
struct lack {
	uint64_t missing, pieces; /* blobs, and those of attachments among them */
	uint64_t refused, bytes;  /* spans in quarantine */
};

static json_t *
json_device(const struct fv_store_device *d, const struct fv_store_trail *t,
    const struct lack *lack, const char *digits)
{
	json_t *root = t->trail.sealed_size > 0
	    ? fv_verb_json_hex(t->trail.sealed_root.b, FV_HASH_BYTES)
	    : json_null();
	json_t *trusted =
	    d->is_revoked ? json_integer((json_int_t)d->trusted_size) : json_null();

	return json_pack(
	    "{s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:I, s:I}",
	    "dev", fv_verb_json_hex(d->dev, FV_DEV_BYTES), "officer", d->officer, "team",
	    d->team, "enrolled", fv_verb_json_time(true, d->enrolled_ms), "digits", digits,
	    "approved", fv_verb_json_time(d->is_approved, d->approved_ms), "revoked",
	    fv_verb_json_time(d->is_revoked, d->revoked_ms), "trusted_size", trusted,
	    "next_seq", (json_int_t)t->trail.range.size, "sealed_size",
	    (json_int_t)t->trail.sealed_size, "sealed_root", root, "last_sync",
	    fv_verb_json_time(t->last_sync_ms > 0, t->last_sync_ms), "missing",
	    (json_int_t)lack->missing, "missing_pieces", (json_int_t)lack->pieces, "refused",
	    (json_int_t)lack->refused);
}

static const char *
state_of(const struct fv_store_device *d)
{
	if (d->is_revoked)
		return "revoked";
	return d->is_approved ? "approved" : "not approved";
}

static void
print_row(const struct fv_store_device *d, const struct fv_store_trail *t)
{
	char synced[FV_INSTANT_TEXT_BYTES] = "never";

	if (t->last_sync_ms > 0)
		(void)fv_instant_format(t->last_sync_ms / 1000 * 1000, 0, true, synced);
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		printf("%02x", d->dev[i]);
	printf("  %-12s %-10s %-12s %8llu %8llu  %s\n", d->officer, d->team, state_of(d),
	    (unsigned long long)t->trail.range.size, (unsigned long long)t->trail.sealed_size,
	    synced);
}

static void
print_info(const struct fv_store_device *d, const struct fv_store_trail *t,
    const struct lack *lack, const char *digits)
{
	char text[FV_INSTANT_TEXT_BYTES];

	printf("handheld ");
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		printf("%02x", d->dev[i]);
	printf("\nofficer %s, team %s\nenrolled %s\n", d->officer, d->team,
	    fv_instant_format(d->enrolled_ms, 0, true, text));
	printf("compare with the handheld's screen: %s\n", digits);
	if (d->is_approved)
		printf("approved %s\n", fv_instant_format(d->approved_ms, 0, true, text));
	else
		puts("not approved yet");
	if (d->is_revoked)
		printf("revoked %s, trusted up to %llu records\n",
		    fv_instant_format(d->revoked_ms, 0, true, text),
		    (unsigned long long)d->trusted_size);
	printf("records %llu, sealed %llu", (unsigned long long)t->trail.range.size,
	    (unsigned long long)t->trail.sealed_size);
	if (t->trail.sealed_size > 0) {
		printf(", root ");
		for (size_t i = 0; i < FV_HASH_BYTES; i++)
			printf("%02x", t->trail.sealed_root.b[i]);
	}
	printf("\nlast sync %s\n",
	    t->last_sync_ms > 0 ? fv_instant_format(t->last_sync_ms, 0, true, text) : "never");
	printf("still on the way: %llu parts of records, %llu of them pieces of attachments\n",
	    (unsigned long long)lack->missing, (unsigned long long)lack->pieces);
	if (lack->refused > 0)
		printf("kept aside: %llu spans that are no part of the trail\n",
		    (unsigned long long)lack->refused);
}

/* Whether the device is one of those wanted. */
static bool
is_wanted(const struct work *w, const struct fv_store_device *d)
{
	char hex[2 * FV_DEV_BYTES + 1];

	if (w->prefix == NULL)
		return true;
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", d->dev[i]);
	return strncmp(hex, w->prefix, strlen(w->prefix)) == 0;
}

static enum fv_err
show(const struct fv_store_device *d, void *ctx)
{
	struct work *w = ctx;
	struct fv_store_trail trail;
	struct lack lack;
	struct fv_buf leaf = {0};
	char digits[DIGITS_BYTES];
	enum fv_err rc;

	if (!is_wanted(w, d))
		return FV_OK;
	w->found++;
	w->enrol_index = d->enrol_index;
	if ((rc = fv_store_trail_load(w->store, d->no, &trail)) != FV_OK ||
	    (rc = fv_store_blob_count_missing(w->store, d->no, &lack.missing, &lack.pieces)) !=
		FV_OK ||
	    (rc = fv_store_quarantine_count(w->store, d->no, &lack.refused, &lack.bytes)) !=
		FV_OK)
		return rc;
	rc = fv_store_leaf_get(w->store, d->enrol_index, &leaf);
	if (rc == FV_OK)
		fv_enrol_digits(fv_buf_span(&leaf), digits);
	fv_buf_clear(&leaf);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	if (w->as_json)
		return json_array_append_new(w->list, json_device(d, &trail, &lack, digits)) ==
			0
		    ? FV_OK
		    : FV_ENOMEM;
	if (w->prefix == NULL)
		print_row(d, &trail);
	else
		print_info(d, &trail, &lack, digits);
	return FV_OK;
}

static int
run(struct work *w)
{
	enum fv_err rc;
	int code = fv_verb_open(&w->store);

	if (code != FV_EXIT_OK)
		return code;
	if (!w->as_json && w->prefix == NULL)
		printf("%-32s  %-12s %-10s %-12s %8s %8s  %s\n", "dev", "officer", "team",
		    "state", "records", "sealed", "last sync");
	w->list = json_array();
	if ((rc = fv_store_view_begin(w->store)) == FV_OK)
		rc = fv_store_device_each(w->store, NULL, show, w);
	fv_store_view_end(w->store);
	if (rc == FV_OK && w->as_json &&
	    !fv_verb_print(w->prefix != NULL && w->found == 1
		    ? json_incref(json_array_get(w->list, 0))
		    : json_pack("{s:O}", "devices", w->list)))
		code = FV_EXIT_TEMPFAIL;
	json_decref(w->list);
	return rc == FV_OK ? code : fv_verb_unread(rc);
}

int
cmd_device_list(int argc, char **argv)
{
	struct work w = {0};
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	code = run(&w);
	fv_store_close(w.store);
	return code;
}

static int
write_leaf(const struct work *w)
{
	struct fv_buf leaf = {0};
	enum fv_err rc = fv_store_leaf_get(w->store, w->enrol_index, &leaf);
	int code = rc == FV_OK ? fv_cli_write_new(w->out, 0644, fv_buf_span(&leaf))
			       : fv_verb_unread(rc);

	fv_buf_clear(&leaf);
	return code;
}

int
cmd_device_info(int argc, char **argv)
{
	struct work w = {0};
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {"out", FV_CLI_TEXT, &w.out, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, INFO_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, INFO_USAGE))
		return FV_EXIT_USAGE;
	w.prefix = argv[1];
	code = run(&w);
	if (code == FV_EXIT_OK && w.found == 0)
		code = fv_cli_fail(FV_EXIT_NOINPUT, w.prefix,
		    "no such handheld is enrolled; 'fieldvisitd device list' shows them");
	else if (code == FV_EXIT_OK && w.found > 1 && w.out != NULL)
		code = fv_cli_fail(FV_EXIT_USAGE, w.prefix,
		    "%zu handhelds begin so; give more digits", w.found);
	else if (code == FV_EXIT_OK && w.out != NULL)
		code = write_leaf(&w);
	fv_store_close(w.store);
	return code;
}
