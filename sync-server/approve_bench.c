#include "sync-server/approve_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/ledger.h"
#include "sync-server/benchfile.h"
#include "sync-server/cli.h"
#include "sync-server/directory.h"
#include "sync-server/newfolder.h"
#include "sync-server/textfile.h"

#define SHOWN_DEV (2U * FV_DEV_BYTES + 1)
#define SHOWN_DIGITS 48U

struct work {
	const struct approve_bench *wish;
	struct benchfile bench;     /* owned */
	struct directory directory; /* owned */
	struct newfolder folder;    /* owned */
	json_t *approved;           /* owned: [{dev, officer, file}] */
	json_t *waiting; /* owned: [{dev, officer}], enrolled and not on the bench */
	size_t faults, mismatches, known;
};

enum fv_err
approve_put(struct fv_buf *note, struct fv_span leaf, const uint8_t dev[FV_DEV_BYTES],
    const struct fv_key_public *key, const struct fv_key_secret *secret)
{
	struct fv_approve approve;
	struct fv_buf text = {0};
	enum fv_err rc;

	memcpy(approve.dev, dev, sizeof approve.dev);
	fv_leaf_hash(leaf, &approve.leaf);
	fv_approve_put(&text, &approve);
	fv_cli_sign(note, fv_buf_span(&text), key, secret);
	rc = fv_buf_status(&text) != FV_OK ? fv_buf_status(&text) : fv_buf_status(note);
	fv_buf_clear(&text);
	return rc;
}

static const char *
show_dev(const uint8_t dev[FV_DEV_BYTES], char out[SHOWN_DEV])
{
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", dev[i]);
	return out;
}

/* As screens show them, in groups of five. */
static const char *
show_digits(const char *digits, char out[SHOWN_DIGITS])
{
	size_t n = 0;

	for (size_t i = 0; digits[i] != '\0'; i++) {
		if (i > 0 && i % 5 == 0)
			out[n++] = ' ';
		out[n++] = digits[i];
	}
	out[n] = '\0';
	return out;
}

static void say(struct work *w, const struct bench_line *line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* One fault: nobody is approved. */
static void
say(struct work *w, const struct bench_line *line, const char *fmt, ...)
{
	char dev[SHOWN_DEV];
	va_list ap;

	fprintf(stderr, "fieldvisitd: %s:%zu: handheld %s ", w->wish->bench, line->line,
	    show_dev(line->dev, dev));
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	w->faults++;
}

/* A line before this one with the same handheld or machine. */
static void
look_before(struct work *w, const struct bench_line *line)
{
	for (const struct bench_line *at = w->bench.lines; at < line; at++) {
		if (memcmp(at->dev, line->dev, FV_DEV_BYTES) == 0) {
			say(w, line, "stands in line %zu already; take one of them out",
			    at->line);
			return;
		}
		if (line->serial[0] != '\0' && strcmp(at->serial, line->serial) == 0) {
			say(w, line,
			    "has the serial number of line %zu, %s: one machine enrolled "
			    "twice; take out the line of the one that is gone, and revoke it",
			    at->line, line->serial);
			return;
		}
	}
}

static void
compare(struct work *w, const struct bench_line *line, const struct directory_device *d)
{
	char enrolled[SHOWN_DIGITS], want[BENCHFILE_DIGITS + 1], shown[SHOWN_DIGITS];

	fv_enrol_digits(fv_buf_span(&d->leaf), enrolled);
	if (benchfile_digits(fv_span_z(enrolled), want) && strcmp(want, line->digits) == 0)
		return;
	say(w, line,
	    "of officer %s shows %s, and what enrolled has %s: it is not the same one; revoke "
	    "what enrolled with 'fieldvisitd device revoke' and make a new ticket",
	    d->officer, show_digits(line->digits, shown), enrolled);
	w->mismatches++;
}

static void
look_at(struct work *w, const struct bench_line *line)
{
	const struct directory_device *d = directory_find(&w->directory, line->dev);

	look_before(w, line);
	if (d == NULL) {
		say(w, line, "is not enrolled in %s; export it anew, or take the line out",
		    w->wish->directory);
		return;
	}
	if (d->is_revoked)
		say(w, line, "of officer %s is revoked; enrol it again with a new ticket",
		    d->officer);
	compare(w, line, d);
	w->known += d->is_approved ? 1 : 0;
}

static bool
is_on_bench(const struct work *w, const uint8_t dev[FV_DEV_BYTES])
{
	for (size_t i = 0; i < w->bench.count; i++)
		if (memcmp(w->bench.lines[i].dev, dev, FV_DEV_BYTES) == 0)
			return true;
	return false;
}

/* What enrolled, waits for an approval and was not on the bench gets none, and is named. */
static void
name_missing(struct work *w)
{
	char dev[SHOWN_DEV];

	for (size_t i = 0; i < w->directory.device_count; i++) {
		const struct directory_device *d = &w->directory.devices[i];

		if (d->is_approved || d->is_revoked || is_on_bench(w, d->dev))
			continue;
		fprintf(stderr,
		    "fieldvisitd: %s: handheld %s of officer %s enrolled and is not in it; it "
		    "is not approved\n",
		    w->wish->bench, show_dev(d->dev, dev), d->officer);
		(void)json_array_append_new(
		    w->waiting, json_pack("{s:s, s:s}", "dev", dev, "officer", d->officer));
	}
}

static int
look(struct work *w)
{
	const struct textfile_opts plain = {0};
	struct fv_buf file = {0};
	struct fv_fault fault = {0};
	enum fv_err rc;
	int code = textfile_read(w->wish->bench, &plain, &file);

	if (code == FV_EXIT_OK &&
	    (rc = benchfile_parse(fv_buf_span(&file), &w->bench, &fault)) != FV_OK)
		code = fv_cli_fault(w->wish->bench, &fault, rc);
	fv_buf_clear(&file);
	if (code != FV_EXIT_OK ||
	    (code = directory_open(w->wish->directory, &w->directory)) != FV_EXIT_OK)
		return code;
	if (w->bench.count == 0)
		return fv_cli_fail(FV_EXIT_DATA, w->wish->bench, "has no handheld in it");
	for (size_t i = 0; i < w->bench.count; i++)
		look_at(w, &w->bench.lines[i]);
	name_missing(w);
	if (w->faults == 0)
		return FV_EXIT_OK;
	return fv_cli_fail(w->mismatches > 0 ? FV_EXIT_NO : FV_EXIT_DATA, w->wish->bench,
	    "%zu %s at fault above, %zu of them with other digits: nobody is approved",
	    w->faults, w->faults == 1 ? "thing is" : "things are", w->mismatches);
}

static int
sign_one(struct work *w, const struct directory_device *d, const struct fv_key_public *key,
    const struct fv_key_secret *secret)
{
	char dev[SHOWN_DEV], name[SHOWN_DEV + 8];
	struct fv_buf note = {0};
	int code = FV_EXIT_OK;

	(void)snprintf(name, sizeof name, "%s.note", show_dev(d->dev, dev));
	if (approve_put(&note, fv_buf_span(&d->leaf), d->dev, key, secret) != FV_OK ||
	    json_array_append_new(w->approved,
		json_pack(
		    "{s:s, s:s, s:s}", "dev", dev, "officer", d->officer, "file", name)) != 0)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->wish->out, "out of memory; try again");
	if (code == FV_EXIT_OK)
		code = newfolder_put(&w->folder, name, 0644, fv_buf_span(&note));
	fv_buf_clear(&note);
	return code;
}

static int
sign(struct work *w)
{
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	int code;

	if (w->known == w->bench.count)
		return FV_EXIT_OK;
	code = fv_cli_open_signer(w->wish->key, w->wish->pass_file, &key, &secret);
	if (code == FV_EXIT_OK)
		code = directory_check_roster(
		    w->wish->directory, w->wish->roster, &w->directory, &key);
	if (code == FV_EXIT_OK)
		code = newfolder_begin(&w->folder, w->wish->out);
	for (size_t i = 0; i < w->bench.count && code == FV_EXIT_OK; i++) {
		const struct directory_device *d =
		    directory_find(&w->directory, w->bench.lines[i].dev);

		if (!d->is_approved)
			code = sign_one(w, d, &key, secret);
	}
	if (code == FV_EXIT_OK)
		code = newfolder_commit(&w->folder);
	fv_secret_free(secret);
	return code;
}

static int
tell(const struct work *w)
{
	const size_t count = json_array_size(w->approved);

	if (w->wish->as_json)
		return fv_cli_print_json(json_pack("{s:I, s:I, s:s?, s:O, s:O}", "count",
		    (json_int_t)count, "known", (json_int_t)w->known, "folder",
		    count > 0 ? w->wish->out : NULL, "approved", w->approved, "waiting",
		    w->waiting));
	if (count == 0)
		printf(
		    "%s: all %zu handhelds are approved already\n", w->wish->bench, w->known);
	else
		printf("%s: %zu handhelds approved%s; 'fieldvisitd device import' takes the "
		       "folder to the server, whole\n",
		    w->wish->out, count,
		    w->known > 0 ? ", those approved before left as they are" : "");
	return fv_cli_finish();
}

int
approve_bench(const struct approve_bench *wish)
{
	struct work w = {.wish = wish, .approved = json_array(), .waiting = json_array()};
	int code = w.approved != NULL && w.waiting != NULL
	    ? look(&w)
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, "device approve", "out of memory; try again");

	if (code == FV_EXIT_OK)
		code = sign(&w);
	newfolder_drop(&w.folder);
	if (code == FV_EXIT_OK)
		code = tell(&w);
	json_decref(w.approved);
	json_decref(w.waiting);
	benchfile_clear(&w.bench);
	directory_close(&w.directory);
	return code;
}
