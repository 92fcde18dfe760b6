/*
 * fieldvisitd case seal: personal columns of a case file into cards that the server can
 * neither read nor forge (PROTOCOL.md sections 11, 12).  Nothing is printed unless every
 * row is good.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/casefile.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/directory.h"
#include "sync-server/textfile.h"

#define USAGE                                                                                 \
	"case seal IN.csv --key FILE --directory FILE [--roster SIGNED]\n"                    \
	"           [--passphrase-file FILE|-] " TEXTFILE_USAGE " > OUT.cases"
#define PHONES_MAX 8U

struct sealing {
	const char *path;
	const char *directory_path;
	const struct directory *directory;
	const struct fv_key_public *key;
	const struct fv_key_secret *secret;
	uint64_t version; /* of every card of this run: the wall clock, so that it rises */
	struct textfile_opts reading;
	json_t *seen; /* owned; case ids so far */
	struct fv_buf lines;
	size_t cards;
	int code; /* once something was said on stderr; 0: not yet */
};

/* Who can open one card, each key once. */
struct readers {
	uint8_t pks[FV_CARD_RECIPIENTS_MAX][FV_KEY_BYTES];
	size_t count;
	bool is_full; /* one more came than there is room for */
	const char *teams[FV_CASECSV_SET_MAX * 8];
	size_t team_count;
};

static enum fv_err
refuse(struct sealing *s, const struct fv_case_row *row, const char *text, const char *what)
{
	fprintf(stderr, "fieldvisitd: %s:%zu: case %s: %s%s\n", s->path, row->line,
	    row->case_id, text, what);
	s->code = FV_EXIT_DATA;
	return FV_EDENIED;
}

static void
add_reader(struct readers *r, const uint8_t pk[FV_KEY_BYTES])
{
	for (size_t i = 0; i < r->count; i++) {
		if (memcmp(r->pks[i], pk, FV_KEY_BYTES) == 0)
			return;
	}
	if (r->count == FV_CARD_RECIPIENTS_MAX) {
		r->is_full = true;
		return;
	}
	memcpy(r->pks[r->count++], pk, FV_KEY_BYTES);
}

static void
add_team(struct readers *r, const char *team)
{
	for (size_t i = 0; i < r->team_count; i++) {
		if (strcmp(r->teams[i], team) == 0)
			return;
	}
	if (r->team_count < sizeof r->teams / sizeof *r->teams)
		r->teams[r->team_count++] = team;
	else
		r->is_full = true;
}

/* The officer's approved handhelds; what is not approved never gets a card. */
static enum fv_err
add_officer(
    struct sealing *s, const struct fv_case_row *row, const char *officer, struct readers *r)
{
	const struct directory_device *refused = NULL;
	struct fv_buf hex = {0};
	size_t before = r->count;
	char text[160];
	enum fv_err rc;

	for (size_t i = 0; i < s->directory->device_count; i++) {
		const struct directory_device *d = &s->directory->devices[i];
		if (!directory_is_of(d, officer) || d->is_revoked)
			continue;
		if (!d->is_approved) {
			refused = d;
			continue;
		}
		add_reader(r, d->box_pk);
		add_team(r, d->team);
		before = 0;
	}
	if (r->count > before)
		return FV_OK;
	if (refused == NULL) {
		(void)snprintf(text, sizeof text, "officer %s has no handheld in ", officer);
		return refuse(s, row, text, s->directory_path);
	}
	fv_buf_put_hex(&hex, refused->dev, sizeof refused->dev);
	(void)snprintf(text, sizeof text,
	    "officer %s: no supervisor on the roster has approved device ", officer);
	rc = refuse(s, row, text, fv_buf_z(&hex) == NULL ? "" : fv_buf_z(&hex));
	fv_buf_clear(&hex);
	return rc;
}

static enum fv_err
find_readers(struct sealing *s, const struct fv_case_row *row, struct readers *r)
{
	const struct fv_roster *roster = s->directory->roster;
	struct fv_span rest = row->assigned;
	char officer[FV_ID_BYTES];
	enum fv_err rc;

	memset(r, 0, sizeof *r);
	if (rest.len == 0)
		return refuse(s, row,
		    "has personal columns and nobody in \"assigned\" to read them", "");
	while (rest.len > 0) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ';')
			n++;
		if (fv_id_copy(fv_span_of(rest.ptr, n), officer, sizeof officer) != FV_OK)
			return refuse(s, row, "\"assigned\" is not a set of officer ids", "");
		if ((rc = add_officer(s, row, officer, r)) != FV_OK)
			return rc;
		n += n < rest.len ? 1 : 0;
		rest = fv_span_of(rest.ptr + n, rest.len - n);
	}
	for (size_t i = 0; i < roster->supervisor_count; i++) {
		for (size_t t = 0; t < r->team_count; t++) {
			if (fv_supervisor_has_team(&roster->supervisors[i], r->teams[t]))
				add_reader(r, roster->supervisors[i].box_pk);
		}
	}
	add_reader(r, roster->recovery_pk);
	if (r->is_full)
		return refuse(
		    s, row, "needs more than 24 recipients; assign fewer officers to it", "");
	return FV_OK;
}

static void
put_text(struct fv_buf *out, uint64_t key, struct fv_span text)
{
	if (text.len == 0)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_text(out, text);
}

/* Numbers get labels by their place: the audit plane knows n1, never the number. */
static bool
put_phones(struct fv_buf *out, struct fv_span phones)
{
	struct fv_span numbers[PHONES_MAX];
	size_t count = 0;
	char label[24];

	while (phones.len > 0) {
		size_t n = 0;
		while (n < phones.len && phones.ptr[n] != ';')
			n++;
		if (n == 0 || count == PHONES_MAX)
			return false;
		numbers[count++] = fv_span_of(phones.ptr, n);
		n += n < phones.len ? 1 : 0;
		phones = fv_span_of(phones.ptr + n, phones.len - n);
	}
	if (count == 0)
		return true;
	fv_cbor_put_uint(out, 2);
	fv_cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(label, sizeof label, "n%zu", i + 1);
		fv_cbor_put_array(out, 3);
		fv_cbor_put_text_z(out, label);
		fv_cbor_put_text(out, numbers[i]);
		fv_cbor_put_null(out); /* where that telephone is, the file does not say */
	}
	return true;
}

static bool
put_plain(struct fv_buf *out, const struct fv_case_row *row)
{
	const size_t members = (size_t)(row->name.len > 0) + (row->phones.len > 0) +
	    (row->address.len > 0) + (row->amount.len > 0) + (row->days_overdue.len > 0) +
	    (row->remark.len > 0);

	fv_cbor_put_map(out, members);
	put_text(out, 1, row->name);
	if (!put_phones(out, row->phones))
		return false;
	put_text(out, 3, row->address);
	put_text(out, 4, row->amount);
	put_text(out, 5, row->days_overdue);
	put_text(out, 6, row->remark);
	return true;
}

/* Seal `plain` for the readers and sign the commitment. */
static enum fv_err
make_card(const struct sealing *s, const struct fv_case_row *row, const struct readers *r,
    struct fv_span plain, struct casefile_card *out)
{
	struct fv_card card = {.version = s->version, .recipient_count = r->count};
	struct fv_note_sealed sealed = {0};
	struct fv_buf aad = {0}, text = {0};
	enum fv_err rc;

	fv_note_card_aad_put(&aad, fv_span_z(row->case_id), s->version);
	if ((rc = fv_buf_status(&aad)) != FV_OK)
		goto cleanup;
	const struct fv_note_seal in = {.kind = FV_NOTE_CARD,
	    .plain = plain,
	    .aad = fv_buf_span(&aad),
	    .pks = &r->pks[0][0],
	    .pk_count = r->count,
	    .random = fv_random_system()};
	if ((rc = fv_note_seal(&in, &sealed)) != FV_OK)
		goto cleanup;
	memcpy(card.agency, s->directory->roster->agency, sizeof card.agency);
	memcpy(card.case_id, row->case_id, sizeof card.case_id);
	memcpy(card.kc, sealed.kc, sizeof card.kc);
	fv_sha256(fv_buf_span(&sealed.ct), &card.ct);
	fv_sha256(fv_buf_span(&sealed.capsules), &card.capsules);
	for (size_t i = 0; i < r->count; i++)
		fv_note_box_key_id(r->pks[i], card.key_ids[i]);
	fv_card_put(&text, &card);
	fv_cli_sign(&out->note, fv_buf_span(&text), s->key, s->secret);
	fv_buf_put_span(&out->ct, fv_buf_span(&sealed.ct));
	fv_buf_put_span(&out->capsules, fv_buf_span(&sealed.capsules));
	if ((rc = fv_buf_status(&text)) == FV_OK &&
	    (rc = fv_buf_status(&out->note)) == FV_OK &&
	    (rc = fv_buf_status(&out->ct)) == FV_OK)
		rc = fv_buf_status(&out->capsules);
cleanup:
	fv_buf_clear(&text);
	fv_buf_clear(&aad);
	fv_note_sealed_clear(&sealed);
	return rc;
}

static enum fv_err
seal_row(struct sealing *s, const struct fv_case_row *row, struct casefile_card *card)
{
	struct fv_buf plain = {0};
	struct readers readers;
	enum fv_err rc;

	if ((rc = find_readers(s, row, &readers)) != FV_OK)
		return rc;
	if (!put_plain(&plain, row))
		rc = refuse(s, row,
		    "column \"phone\": want 1 to 8 numbers with ';' between and none empty",
		    "");
	else if ((rc = fv_buf_status(&plain)) == FV_OK)
		rc = make_card(s, row, &readers, fv_buf_span(&plain), card);
	fv_buf_clear(&plain);
	return rc;
}

static enum fv_err
on_row(const struct fv_case_row *row, void *ctx)
{
	struct sealing *s = ctx;
	struct casefile_card card = {0};
	enum fv_err rc = FV_OK;

	if (json_object_get(s->seen, row->case_id) != NULL)
		return refuse(s, row, "stands twice in the file; keep one row for it", "");
	if (json_object_set_new(s->seen, row->case_id, json_true()) != 0)
		return FV_ENOMEM;
	if (row->has_sealed && (rc = seal_row(s, row, &card)) == FV_OK)
		s->cards++;
	if (rc == FV_OK)
		rc = casefile_put(&s->lines, row, row->has_sealed ? &card : NULL);
	casefile_card_clear(&card);
	return rc;
}

static int
seal_file(struct sealing *s)
{
	struct fv_casecsv_opts opts = {.take_sealed = true, .on_row = on_row, .ctx = s};
	struct fv_case_fault fault;
	struct fv_buf file = {0};
	enum fv_err rc;
	int code;

	if ((code = textfile_read(s->path, &s->reading, &file)) != FV_EXIT_OK)
		return code;
	rc = fv_casecsv_read(fv_buf_span(&file), &opts, &fault);
	if (rc != FV_OK)
		code = s->code != 0 ? s->code : casefile_fault(s->path, &fault, rc);
	else if (fwrite(s->lines.ptr, 1, s->lines.len, stdout) != s->lines.len)
		code = fv_cli_fail(FV_EXIT_IO, "standard output", "cannot be written");
	else
		code = fv_cli_finish();
	if (code == FV_EXIT_OK)
		fprintf(stderr,
		    "%zu cases, %zu with a card; 'fieldvisitd case import' takes them\n",
		    json_object_size(s->seen), s->cards);
	fv_buf_clear(&file);
	return code;
}

int
cmd_case_seal(int argc, char **argv)
{
	const char *key_path = NULL, *directory_path = NULL, *roster_path = NULL;
	const char *pass_file = NULL, *encoding = NULL;
	bool takes_serials = false;
	const struct fv_cli_option options[] = {
	    {"encoding", FV_CLI_TEXT, &encoding, false},
	    {"excel-dates", FV_CLI_FLAG, &takes_serials, false},
	    {"key", FV_CLI_TEXT, &key_path, true},
	    {"directory", FV_CLI_TEXT, &directory_path, true},
	    {"roster", FV_CLI_TEXT, &roster_path, false},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	struct directory directory = {0};
	struct timespec now;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc != 2)
		return fv_cli_fail(FV_EXIT_USAGE, "case seal", "needs one IN.csv; see --help");
	(void)clock_gettime(CLOCK_REALTIME, &now);
	struct sealing s = {.path = argv[1],
	    .directory_path = directory_path,
	    .directory = &directory,
	    .key = &key,
	    .version = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
	    .reading = {.day_columns = casefile_days, .takes_serials = takes_serials},
	    .seen = json_object()};
	if ((code = textfile_encoding_option(encoding, &s.reading)) != FV_EXIT_OK ||
	    (code = directory_open(directory_path, &directory)) != FV_EXIT_OK ||
	    (code = fv_cli_open_signer(key_path, pass_file, &key, &secret)) != FV_EXIT_OK ||
	    (code = directory_check_roster(directory_path, roster_path, &directory, &key)) !=
		FV_EXIT_OK)
		goto cleanup;
	s.secret = secret;
	code = seal_file(&s);
cleanup:
	json_decref(s.seen);
	fv_secret_free(secret);
	fv_buf_clear(&s.lines);
	directory_close(&directory);
	return code;
}
