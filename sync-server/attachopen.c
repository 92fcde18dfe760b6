/* Attachments of an export, written piece by piece: no more than one is ever in memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fv/attachment.h"
#include "fv/codes.h"
#include "sync-server/cmd.h"
#include "sync-server/noteopen.h"

#define PATH_BYTES 4096U

/* An attachment on its way to a file. */
struct writing {
	char path[PATH_BYTES];
	int fd; /* -1: not made */
	struct fv_attachment what;
	struct fv_attach_opener opener;
	char rule[128]; /* scratch: a broken one */
};

static const char *
say_piece(struct writing *w, const char *what)
{
	(void)snprintf(w->rule, sizeof w->rule, "piece %llu of %llu %s",
	    (unsigned long long)w->opener.next + 1, (unsigned long long)w->what.pieces, what);
	return w->rule;
}

static const char *
rule_of(struct writing *w, enum fv_err rc)
{
	switch ((int)rc) {
	case FV_ECONFLICT:
		return say_piece(w, "is not the one that the record names");
	case FV_ECUT:
		return "the stream ends before the record says it does";
	case FV_ENOMEM:
		return "out of memory; try again";
	default:
		return say_piece(w, "does not open with the committed key");
	}
}

/* Open the pieces in order and write each. */
static const char *
write_pieces(struct writing *w, struct fv_span pieces)
{
	struct fv_buf plain = {0};
	const char *rule = NULL;
	enum fv_err rc = FV_OK;

	while (rule == NULL && w->opener.next < w->what.pieces) {
		size_t len = fv_attachment_piece_bytes(&w->what, w->opener.next);

		if (pieces.len < len) {
			rule = say_piece(w, "is erased or not included");
			break;
		}
		fv_buf_reset(&plain);
		rc = fv_attach_open_piece(&w->opener, fv_span_of(pieces.ptr, len), &plain);
		if (rc != FV_OK)
			rule = rule_of(w, rc);
		else if (write(w->fd, plain.ptr, plain.len) != (ssize_t)plain.len)
			rule = "its file could not be written";
		pieces = fv_span_of(pieces.ptr + len, pieces.len - len);
	}
	if (rule == NULL && (rc = fv_attach_open_end(&w->opener)) != FV_OK)
		rule = rule_of(w, rc);
	if (rule == NULL && fsync(w->fd) != 0)
		rule = "its file could not be written";
	fv_buf_clear(&plain);
	return rule;
}

/* "<folder>/<dev>-<seq>-<kind>", made here: whatever is there is not overwritten. */
static const char *
make_file(struct opening *o, const struct opening_found *f, struct writing *w)
{
	const char *kind = fv_code_word(FV_CODES_ATTACHMENT_KIND, w->what.kind);

	if (snprintf(w->path, sizeof w->path, "%s/%.32s-%s-%s", o->out, f->prefix + 7,
		f->seq_text, kind == NULL ? "other" : kind) >= (int)sizeof w->path)
		return "the folder's name is too long";
	w->fd = open(w->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd >= 0)
		return NULL;
	(void)snprintf(
	    w->rule, sizeof w->rule, "its file cannot be made in --out: %s", strerror(errno));
	return w->rule;
}

static void
print_file(struct opening *o, const struct opening_found *f, const struct writing *w)
{
	o->opened++;
	if (!o->as_json) {
		printf("%.32s record %s: %llu bytes written to %s\n", f->prefix + 7,
		    f->seq_text, (unsigned long long)w->what.bytes, w->path);
		return;
	}
	(void)fv_cli_print_json(json_pack("{s:s%, s:I, s:I, s:I, s:s}", "dev", f->prefix + 7,
	    (size_t)32, "seq", (json_int_t)f->seq, "attachment", (json_int_t)w->what.kind,
	    "bytes", (json_int_t)w->what.bytes, "file", w->path));
}

static const char *
write_file(struct opening *o, const struct opening_found *f, struct writing *w,
    const uint8_t cek[FV_NOTE_CEK_BYTES])
{
	const struct fv_span manifest = opening_member(o, f, "attachments", ".manifest");
	const char *rule;
	enum fv_err rc;

	if (manifest.len == 0)
		return "its manifest is erased or not included";
	rc = fv_attach_open_begin(&w->opener, &w->what, manifest, cek);
	if (rc != FV_OK)
		return rc == FV_ECONFLICT
		    ? "its manifest is not the one that the record names"
		    : "this key is not the one that the record commits to";
	if ((rule = make_file(o, f, w)) != NULL)
		return rule;
	rule = write_pieces(w, opening_member(o, f, "attachments", ".pieces"));
	if (close(w->fd) != 0 && rule == NULL)
		rule = "its file could not be written";
	if (rule != NULL) /* no part of a file that is not whole */
		(void)unlink(w->path);
	return rule;
}

static const char *
open_one(struct opening *o, struct opening_found *f, struct writing *w, bool *is_ours)
{
	uint8_t kc[FV_NOTE_KC_BYTES], cek[FV_NOTE_CEK_BYTES];
	const char *rule;

	if (fv_attachment_parse(f->payload, &w->what) != FV_OK)
		return "its payload is no attachment's";
	rule = opening_unseal(
	    o, f, opening_member(o, f, "attachments", ".capsules"), kc, cek, is_ours);
	if (rule == NULL && *is_ours) {
		rule = write_file(o, f, w, cek);
		fv_attach_open_clear(&w->opener);
	}
	fv_wipe(cek, sizeof cek);
	return rule;
}

void
opening_attachment(struct opening *o, struct fv_span name)
{
	struct opening_found f = {0};
	struct writing w = {.fd = -1};
	bool is_ours = false;
	const char *rule;

	if (!opening_read_name(name, "payloads", "", &f) ||
	    opening_read_payload(o, &f, FV_REC_ATTACHMENT) != NULL)
		return;
	o->attachments++;
	if (o->out == NULL) {
		o->left_closed++;
		return;
	}
	rule = open_one(o, &f, &w, &is_ours);
	if (rule != NULL)
		opening_complain(o, &f, rule);
	else if (!is_ours)
		o->attachments_not_ours++;
	else
		print_file(o, &f, &w);
}
