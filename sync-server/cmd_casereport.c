/*
 * fieldvisitd case report: what is kept of a borrower, for the borrower, out of the export of
 * his case and off the server: his contacts, the notes that a key opens, and by reason what
 * could not be opened or is another person's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "sync-server/cmd.h"
#include "sync-server/noteopen.h"
#include "sync-server/verb.h"
#include "sync-server/zones.h"

#define USAGE                                                                                 \
	"case report BUNDLE.tar --key FILE [--passphrase-file FILE|-] [--zone NAME] "         \
	"[--json]\n"                                                                          \
	"  For a borrower who asks what is kept of him: the contacts in the export of his "   \
	"case,\n"                                                                             \
	"  what this key opens of them, and why the rest stays closed."

/* One report on its way. */
struct work {
	struct opening o;
	struct fv_fold *fold; /* owned */
	struct zones zones;
	const struct fv_zone *zone; /* NULL: UTC */
	const char *zone_name;
	json_t *contacts, *closed; /* owned */
};

static enum fv_err
fold_member(struct work *w, const struct fv_tar_member *m)
{
	struct opening_found f = {0};
	struct fv_span rest, body;
	size_t len;
	enum fv_err rc = FV_OK;

	if (m->name.len <= OPENING_PREFIX || memcmp(m->name.ptr, "device-", 7) != 0 ||
	    !fv_span_equal(
		fv_span_of(m->name.ptr + OPENING_PREFIX, m->name.len - OPENING_PREFIX),
		fv_span_z("records.cborseq")))
		return FV_OK;
	memcpy(f.prefix, m->name.ptr, OPENING_PREFIX);
	for (rest = m->body; rc == FV_OK && rest.len > 0;
	     rest = fv_span_of(rest.ptr + len, rest.len - len)) {
		struct fv_fold_record record = {.is_sealed = true};

		if (fv_cbor_check(rest, &len) != FV_OK ||
		    fv_header_parse(fv_span_of(rest.ptr, len), &record.header) != FV_OK)
			return FV_ECORRUPT;
		snprintf(f.seq_text, sizeof f.seq_text, "%llu",
		    (unsigned long long)record.header.seq);
		body = opening_member(&w->o, &f, "payloads", "");
		record.is_erased = body.len < FV_SALT_BYTES;
		if (!record.is_erased)
			record.payload =
			    fv_span_of(body.ptr + FV_SALT_BYTES, body.len - FV_SALT_BYTES);
		rc = fv_fold_add(w->fold, &record);
	}
	return rc;
}

static enum fv_err
fold_all(struct work *w)
{
	const struct fv_tar_member *m;
	enum fv_err rc = fv_fold_new(&w->fold);

	for (size_t i = 0; rc == FV_OK && (m = fv_bundle_member(w->o.bundle, i)) != NULL; i++)
		rc = fold_member(w, m);
	return rc == FV_OK ? fv_fold_finish(w->fold) : rc;
}

static json_t *
local(const struct work *w, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];
	int64_t whole = utc_ms - ((utc_ms % 1000) + 1000) % 1000;

	return json_string(fv_instant_format(whole,
	    w->zone != NULL ? fv_zone_offset_s(w->zone, utc_ms) : 0, w->zone == NULL, text));
}

static void
leave_closed(struct work *w, const char *what, const char *why)
{
	(void)json_array_append_new(
	    w->closed, json_pack("{s:s, s:s}", "what", what, "why", why));
}

/* Spoken with somebody else: what was said is his, not the borrower's. */
static bool
is_of_others(const struct fv_contact *c)
{
	return c->with == FV_WITH_THIRD_PARTY || c->with == FV_WITH_SPOUSE ||
	    c->with == FV_WITH_GUARANTOR;
}

/* The seq that a NOTE's key 1 names; false: it is of a case, or of none. */
static bool
note_of(struct fv_span payload, uint64_t *seq_out)
{
	struct fv_cbor_reader r;

	return fv_cbor_map_find(payload, 1, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, INT64_MAX, seq_out) == FV_OK;
}

static const struct fv_fold_contact *
contact_of(const struct work *w, const struct opening_found *f)
{
	uint64_t seq;

	if (!note_of(f->payload, &seq))
		return NULL;
	for (size_t i = 0; i < fv_fold_contact_count(w->fold); i++) {
		const struct fv_fold_contact *c = fv_fold_contact(w->fold, i);

		if (c->seq == seq && memcmp(c->dev, f->dev, FV_DEV_BYTES) == 0)
			return c;
	}
	return NULL;
}

/* The row of a contact, by its id. */
static json_t *
row_of(const struct work *w, const struct fv_fold_contact *c)
{
	json_t *row;
	size_t i;

	json_array_foreach(w->contacts, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "contact")),
			c->contact.id) == 0)
			return row;
	}
	return NULL;
}

static void
take_note(struct work *w, const struct fv_tar_member *m)
{
	const struct fv_fold_contact *c;
	struct opening_found f = {0};
	struct fv_buf plain = {0};
	bool is_ours = false;
	const char *rule;
	char what[64];
	json_t *row;

	if (!opening_read_name(m->name, "notes", ".ct", &f))
		return;
	snprintf(what, sizeof what, "note of record %s", f.seq_text);
	rule = opening_read_payload(&w->o, &f, FV_REC_NOTE);
	c = rule == NULL ? contact_of(w, &f) : NULL;
	if (rule == NULL && c != NULL && is_of_others(&c->contact)) {
		leave_closed(w, what, "it is of a contact with another person, whose it is");
		return;
	}
	if (rule == NULL)
		rule = opening_decrypt(&w->o, &f, m->body, &plain, &is_ours);
	if (rule == NULL && !is_ours)
		rule = "it is not sealed to this key";
	row = c != NULL ? row_of(w, c) : NULL;
	if (rule != NULL)
		leave_closed(w, what, rule);
	else if (row != NULL)
		(void)json_array_append_new(json_object_get(row, "notes"),
		    json_stringn((const char *)plain.ptr, plain.len));
	else
		leave_closed(w, what, "it is of no contact of this case");
	fv_buf_clear(&plain);
}

static void
put_contacts(struct work *w)
{
	for (size_t i = 0; i < fv_fold_contact_count(w->fold); i++) {
		const struct fv_contact *c = &fv_fold_contact(w->fold, i)->contact;
		const char *outcome = fv_code_word(FV_CODES_OUTCOME, c->outcome);
		const char *with = fv_code_word(FV_CODES_WITH, c->with);

		(void)json_array_append_new(w->contacts,
		    json_pack("{s:s, s:s, s:s, s:o, s:o, s:s?, s:s?, s:[]}", "contact", c->id,
			"case", c->case_id, "channel",
			fv_code_word(FV_CODES_CHANNEL, c->channel), "begin",
			local(w, c->begin_utc_ms), "end",
			c->has_end ? local(w, c->end_utc_ms) : json_null(), "outcome", outcome,
			"with", with, "notes"));
	}
}

static const char *
text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text != NULL ? text : "-";
}

static void
print_people(const struct work *w)
{
	json_t *row, *note;
	size_t i, k;

	printf("What is kept, times in %s:\n", w->zone_name);
	json_array_foreach(w->contacts, i, row)
	{
		printf("\n%s  %s, case %s  outcome %s, met %s\n", text_of(row, "begin"),
		    text_of(row, "channel"), text_of(row, "case"), text_of(row, "outcome"),
		    text_of(row, "with"));
		json_array_foreach(json_object_get(row, "notes"), k, note)
		{
			printf("    %s\n", json_string_value(note));
		}
	}
	printf("\nNot opened, or left out:\n");
	json_array_foreach(w->closed, i, row)
	{
		printf("  %s: %s\n", text_of(row, "what"), text_of(row, "why"));
	}
}

/* Said once of what no export holds. */
static void
say_limits(struct work *w)
{
	const struct fv_tar_member *m;
	size_t attachments = 0;

	for (size_t i = 0; (m = fv_bundle_member(w->o.bundle, i)) != NULL; i++) {
		struct opening_found f = {0};

		attachments +=
		    opening_read_name(m->name, "attachments", ".manifest", &f) ? 1U : 0U;
	}
	if (attachments > 0)
		leave_closed(w, "attachments",
		    "hand them over one by one: 'fieldvisitd note open --out FOLDER' writes "
		    "them");
	leave_closed(w, "the case's card",
	    "an export does not hold it; the desk's copy for the borrower opens it");
	leave_closed(w, "where officers were apart from this case", "it is theirs");
}

static int
report(struct work *w, const char *path)
{
	const struct fv_tar_member *m;
	enum fv_err rc = fold_all(w);

	if (rc != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_DATA, path, "its records cannot be read: %s", fv_err_text(rc));
	w->contacts = json_array();
	w->closed = json_array();
	put_contacts(w);
	for (size_t i = 0; (m = fv_bundle_member(w->o.bundle, i)) != NULL; i++)
		take_note(w, m);
	say_limits(w);
	if (w->o.as_json) {
		if (!fv_verb_print(json_pack("{s:s, s:O, s:O}", "zone", w->zone_name,
			"contacts", w->contacts, "closed", w->closed)))
			return FV_EXIT_SOFTWARE;
	} else {
		print_people(w);
	}
	return fv_cli_finish();
}

int
cmd_case_report(int argc, char **argv)
{
	const char *key_path = NULL, *pass_file = NULL, *zone = NULL;
	struct work w = {.zone_name = "UTC"};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &key_path, true},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"zone", FV_CLI_TEXT, &zone, false},
	    {"json", FV_CLI_FLAG, &w.o.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct opening_source source = {0};
	struct fv_key_public key;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc != 2)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "case report", "needs one BUNDLE; see --help");
	zones_init(&w.zones, NULL);
	if (zone != NULL) {
		w.zone = zones_get(zone, &w.zones);
		w.zone_name = zone;
		if (w.zone == NULL)
			code = fv_cli_fail(
			    FV_EXIT_USAGE, zone, "is no zone; such as Asia/Shanghai");
	}
	if (code == FV_EXIT_OK)
		code = opening_load(argv[1], &source, &w.o.bundle);
	if (code == FV_EXIT_OK)
		code = opening_verify(&w.o, argv[1], source.tar);
	if (code == FV_EXIT_OK)
		code = fv_cli_open_key(key_path, pass_file, &key, &secret);
	w.o.key = &key;
	w.o.secret = secret;
	if (code == FV_EXIT_OK)
		code = report(&w, argv[1]);
	fv_secret_free(secret);
	fv_fold_free(w.fold);
	zones_clear(&w.zones);
	json_decref(w.contacts);
	json_decref(w.closed);
	fv_bundle_free(w.o.bundle);
	fv_cli_unmap(&source.map);
	fv_buf_clear(&source.buf);
	return code;
}
