#include "firmware-app/attaching.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "firmware-app/failpoint.h"
#include "firmware-app/noterecord.h"
#include "fv/attachment.h"
#include "fv/fold.h"

#define STEP_PIECES 8U      /* in one commit */
#define FOLD_STEPS 16U      /* the WAL is folded in after so many commits: 2 MiB */
#define SPACE_OVER 4194304U /* bytes that must stay free beside the pieces */

/* In secret memory as a whole. */
struct fv_attaching {
	struct fv_app *app; /* held */
	int fd;             /* owned */
	struct fv_work work;
	struct fv_attachment what;
	char case_id[FV_CASE_ID_BYTES]; /* what.case_id */
	struct fv_readers readers;
	uint8_t key_ids[FV_NOTE_RECIPIENTS_MAX * FV_BOX_KEY_ID_BYTES];
	uint64_t max_bytes;
	struct fv_attach_sealer sealer;
	uint8_t
	    plain[FV_PIECE_PLAIN_BYTES + 1]; /* one more tells that a piece is not the last */
	size_t plain_len;
	bool is_end;                   /* of the file */
	struct fv_buf piece, manifest; /* owned */
	struct fv_buf reason;          /* owned: in words; empty: none */
	unsigned steps;
	bool is_over;
	enum fv_err rc; /* with is_over */
	uint64_t seq;   /* of the record; with is_over and FV_OK */
};

int
fv_attaching_fd(const struct fv_attaching *a)
{
	return a->fd;
}

/* --- what the call asks for --- */

/* "e-" + this handheld + "-" + the number of its EVENT. */
static bool
read_event_id(const struct fv_app *app, const char *id, uint64_t *seq_out)
{
	char start[FV_FOLD_ID_BYTES];
	size_t len;

	fv_fold_id('e', app->identity.dev, 0, start);
	len = strlen(start) - 1; /* without the 0 */
	return strncmp(id, start, len) == 0 &&
	    fv_decimal_decode(fv_span_z(id + len), INT64_MAX, seq_out) == FV_OK;
}

/* Looks for a consent, and for one later that takes it back. */
struct consent {
	struct fv_attaching *a;
	bool is_found, is_withdrawn;
};

/* Does the event speak of the attachment's case? */
static bool
is_same_case(const struct fv_attaching *a, struct fv_span event)
{
	struct fv_cbor_reader r;
	struct fv_span case_id = {0};
	struct fv_record_row row;
	struct fv_buf keep = {0};
	uint64_t seq;
	bool is_same;

	if (fv_cbor_map_find(event, 1, &r) != FV_OK)
		return false;
	if (fv_cbor_get_uint(&r, INT64_MAX, &seq) == FV_OK &&
	    (fv_store_get_record(a->app->store, seq, &keep, &row) != FV_OK ||
		fv_cbor_map_find(row.payload, 1, &r) != FV_OK))
		r = fv_cbor_reader_of(case_id);
	is_same = fv_cbor_get_text(&r, &case_id) == FV_OK &&
	    fv_span_equal(case_id, fv_span_z(a->case_id));
	fv_buf_clear(&keep);
	return is_same;
}

static enum fv_err
on_event(const struct fv_record_row *row, void *ctx)
{
	struct consent *c = ctx;
	struct fv_cbor_reader r;
	uint64_t kind = 0;

	if (row->seq < c->a->what.consent_seq ||
	    fv_cbor_map_find(row->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, UINT32_MAX, &kind) != FV_OK ||
	    !is_same_case(c->a, row->payload))
		return FV_OK;
	c->is_found |= row->seq == c->a->what.consent_seq && kind == FV_EVENT_CONSENT;
	c->is_withdrawn |= kind == FV_EVENT_CONSENT_WITHDRAWN;
	return FV_OK;
}

static bool
read_consent(struct fv_attaching *a, const struct fv_call *call, struct fv_reply *reply)
{
	const char *id = fv_args_value(&call->args, "consent");
	const uint32_t type = FV_REC_EVENT;
	struct consent c = {.a = a};
	enum fv_err rc;

	if (id == NULL)
		return true;
	a->what.has_consent = true;
	if (!read_event_id(a->app, id, &a->what.consent_seq)) {
		fv_reply_fail(reply, FV_FAIL_USAGE, id,
		    _("is no event of this handheld; 'request consent' prints the id of what "
		      "it records"));
		return false;
	}
	if ((rc = fv_store_each_of_types(a->app->store, &type, 1, on_event, &c)) != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else if (!c.is_found)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, id,
		    _("is no consent in case %s; nothing is recorded"), a->case_id);
	else if (c.is_withdrawn)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, id,
		    _("was withdrawn later; attach without --consent, and it is marked so"));
	return rc == FV_OK && c.is_found && !c.is_withdrawn;
}

/* A word, or what was typed: a word too, or a text of its own. */
static bool
read_reason(struct fv_attaching *a, const struct fv_call *call, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, "reason");
	struct fv_span typed = fv_buf_span(&call->inputs[0]);

	if (word != NULL && strcmp(word, "-") != 0)
		return fv_call_code(
		    call, "reason", FV_CODES_ATTACHMENT_REASON, &a->what.reason, reply);
	if (!fv_utf8_valid(typed) || typed.len > FV_NOTE_PLAIN_MAX) {
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "--reason",
		    _("it is not UTF-8 text, or too long; nothing is recorded"));
		return false;
	}
	a->what.reason = fv_code_find(FV_CODES_ATTACHMENT_REASON, typed);
	if (a->what.reason != 0 || typed.len == 0)
		return true;
	a->what.reason = fv_code_count(FV_CODES_ATTACHMENT_REASON); /* "other" */
	fv_buf_put_span(&a->reason, typed);
	return true;
}

static bool
read_words(struct fv_attaching *a, const struct fv_call *call, struct fv_reply *reply)
{
	a->what.kind = FV_ATTACHMENT_OTHER;
	if (fv_args_has(&call->args, "kind") &&
	    !fv_call_code(call, "kind", FV_CODES_ATTACHMENT_KIND, &a->what.kind, reply))
		return false;
	return read_reason(a, call, reply) && read_consent(a, call, reply);
}

static bool
read_subject(struct fv_attaching *a, const struct fv_call *call, struct fv_reply *reply)
{
	const char *named = call->args.operand_count > 1 ? call->args.operands[1] : NULL;
	struct fv_note_subject about;

	if (!fv_note_about(a->app, named, "attach FILE", &a->work, &about, reply))
		return false;
	a->what.is_visit = about.is_visit;
	a->what.visit_seq = about.visit_seq;
	/* An id that was found: it fits. */
	if (fv_id_copy(fv_span_z(about.case_id), a->case_id, sizeof a->case_id) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, FV_ECORRUPT);
		return false;
	}
	a->what.case_id = fv_span_z(a->case_id);
	return true;
}

/* What is known before the first byte is read: of a file, its size. */
static bool
check_source(struct fv_attaching *a, struct fv_reply *reply)
{
	struct statvfs fs;
	struct stat st;

	a->max_bytes = fv_settings_uint(a->app->settings, FV_SETTING_ATTACH_MAX_BYTES);
	if (fstat(a->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		fv_reply_fail(reply, FV_FAIL_NO_FILE, "attach", _("is no file; name another"));
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return true;
	if ((uint64_t)st.st_size > a->max_bytes) {
		fv_reply_fail(reply, FV_FAIL_TOO_LARGE, "attach",
		    _("%" PRIu64 " bytes; at most %" PRIu64
		      " may be attached: make it smaller; "
		      "nothing was read"),
		    (uint64_t)st.st_size, a->max_bytes);
		return false;
	}
	if (statvfs(a->app->dir, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)st.st_size + SPACE_OVER) {
		fv_reply_fail(reply, FV_FAIL_DISK_FULL, a->app->dir,
		    _("no room for %" PRIu64
		      " bytes more; free some, or sync first; nothing is "
		      "recorded and the file is kept"),
		    (uint64_t)st.st_size);
		return false;
	}
	return true;
}

struct fv_attaching *
fv_attaching_new(struct fv_app *app, const struct fv_call *call, struct fv_reply *reply)
{
	struct fv_attaching *a;

	if (!call->has_fd) {
		fv_reply_fail(reply, FV_FAIL_USAGE, "attach",
		    _("the file did not come with the call; restart the agent after an "
		      "upgrade"));
		return NULL;
	}
	if ((a = fv_secret_alloc(sizeof *a)) == NULL) {
		fv_reply_fail_err(reply, "attach", FV_ENOMEM);
		return NULL;
	}
	memset(a, 0, sizeof *a);
	a->app = app;
	a->fd = fcntl(call->fd, F_DUPFD_CLOEXEC, 0);
	if (a->fd < 0)
		fv_reply_fail_err(reply, "attach", FV_EIO);
	if (a->fd < 0 || !read_subject(a, call, reply) || !read_words(a, call, reply) ||
	    !check_source(a, reply) ||
	    !fv_readers_find(app->store, app->identity.ticket.team, &a->readers, reply)) {
		fv_attaching_free(a);
		return NULL;
	}
	fv_readers_put_ids(&a->readers, a->key_ids);
	fv_attach_seal_begin(&a->sealer, fv_random_system());
	return a;
}

/* --- pieces --- */

/* Fill the piece in hand.  FV_AGAIN: nothing more can be read now. */
static enum fv_err
fill(struct fv_attaching *a)
{
	while (!a->is_end && a->plain_len < sizeof a->plain) {
		struct pollfd p = {.fd = a->fd, .events = POLLIN};
		ssize_t n;

		if (poll(&p, 1, 0) == 0)
			return FV_AGAIN;
		n = read(a->fd, a->plain + a->plain_len, sizeof a->plain - a->plain_len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return FV_AGAIN;
		if (n < 0)
			return FV_EDENIED;
		a->is_end = n == 0;
		a->plain_len += (size_t)n;
	}
	return FV_OK;
}

static enum fv_err
put_piece(struct fv_attaching *a)
{
	bool is_last = a->plain_len <= FV_PIECE_PLAIN_BYTES;
	size_t len = is_last ? a->plain_len : FV_PIECE_PLAIN_BYTES;
	struct fv_hash hash;
	enum fv_err rc;

	if (a->sealer.bytes + a->plain_len > a->max_bytes)
		return FV_ETOOBIG;
	fv_buf_reset(&a->piece);
	if ((rc = fv_attach_seal_piece(&a->sealer, fv_span_of(a->plain, len), is_last,
		 &a->piece, &a->manifest)) != FV_OK)
		return rc;
	memcpy(hash.b, a->manifest.ptr + a->manifest.len - sizeof hash.b, sizeof hash.b);
	if (!is_last)
		a->plain[0] = a->plain[len];
	a->plain_len -= len;
	return fv_store_put_blob(a->app->store, &hash, FV_BLOB_STAGED, fv_buf_span(&a->piece));
}

/* Some pieces in one commit.  FV_AGAIN: there are more. */
static enum fv_err
put_pieces(struct fv_attaching *a)
{
	struct fv_store *store = a->app->store;
	enum fv_err rc = fill(a), end;
	unsigned count = 0;

	if (rc != FV_OK)
		return rc;
	if (a->plain_len == 0)
		return FV_ENOENT; /* an empty file */
	if ((rc = fv_store_begin(store)) != FV_OK)
		return rc;
	do
		rc = put_piece(a);
	while (rc == FV_OK && !a->sealer.is_over && ++count < STEP_PIECES &&
	    (rc = fill(a)) == FV_OK);
	if (rc != FV_OK && rc != FV_AGAIN) {
		fv_store_rollback(store);
		return rc;
	}
	if ((end = fv_store_commit(store)) != FV_OK)
		return end;
	fv_failpoint(FV_POINT_ATTACH_STAGED);
	/* Durable as it is; folding it in only keeps the log of the database short. */
	if (++a->steps % FOLD_STEPS == 0)
		end = fv_store_checkpoint(store);
	(void)end;
	return a->sealer.is_over ? FV_OK : FV_AGAIN;
}

/* --- the record --- */

static enum fv_err
append(struct fv_attaching *a, struct fv_span capsules)
{
	const struct fv_note_subject subject = {.is_visit = a->what.is_visit,
	    .visit_seq = a->what.visit_seq,
	    .case_id = a->case_id};
	struct fv_journal *journal = &a->app->journal;
	struct fv_store *store = a->app->store;
	struct fv_buf payload = {0};
	enum fv_err rc;

	if ((rc = fv_buf_status(&a->reason)) != FV_OK ||
	    (rc = fv_journal_begin(journal)) != FV_OK)
		return rc;
	a->what.has_words = a->reason.len > 0;
	if (a->what.has_words)
		rc = fv_note_record(a->app, &subject, FV_NOTE_KIND_NOTE, &a->readers,
		    fv_buf_span(&a->reason), &a->what.words_seq);
	fv_attachment_put(&payload, &a->what);
	if (rc != FV_OK || (rc = fv_buf_status(&payload)) != FV_OK ||
	    (rc = fv_journal_append(
		 journal, FV_REC_ATTACHMENT, fv_buf_span(&payload), &a->seq)) != FV_OK ||
	    (rc = fv_store_put_blob(
		 store, &a->what.manifest, a->seq, fv_buf_span(&a->manifest))) != FV_OK ||
	    (rc = fv_store_put_blob(store, &a->what.capsules, a->seq, capsules)) != FV_OK ||
	    (rc = fv_store_adopt_staged(store, a->seq)) != FV_OK)
		fv_journal_rollback(journal);
	else
		rc = fv_journal_commit(journal);
	fv_buf_clear(&payload);
	return rc;
}

/* All pieces are durable: one transaction names them. */
static enum fv_err
record(struct fv_attaching *a)
{
	struct fv_buf capsules = {0};
	enum fv_err rc;

	memcpy(a->what.kc, a->sealer.kc, sizeof a->what.kc);
	a->what.pieces = a->sealer.pieces;
	a->what.bytes = a->sealer.bytes;
	a->what.roster_version = a->readers.roster_version;
	a->what.key_ids = fv_span_of(a->key_ids, a->readers.count * FV_BOX_KEY_ID_BYTES);
	rc = fv_attach_seal_capsules(
	    &a->sealer, a->readers.pks[0], a->readers.count, fv_random_system(), &capsules);
	fv_sha256(fv_buf_span(&capsules), &a->what.capsules);
	fv_sha256(fv_buf_span(&a->manifest), &a->what.manifest);
	if (rc == FV_OK)
		rc = append(a, fv_buf_span(&capsules));
	fv_buf_clear(&capsules);
	return rc;
}

bool
fv_attaching_step(struct fv_attaching *a)
{
	enum fv_err rc;

	if (a->is_over)
		return true;
	if ((rc = put_pieces(a)) == FV_AGAIN)
		return false;
	if (rc == FV_OK)
		rc = record(a);
	a->is_over = true;
	a->rc = rc;
	fv_attach_seal_clear(&a->sealer);
	fv_wipe(a->plain, sizeof a->plain);
	return true;
}

void
fv_attaching_free(struct fv_attaching *a)
{
	enum fv_err rc = FV_OK;

	if (a == NULL)
		return;
	/* On a full disk this may fail too: then the next start does it. */
	if (a->manifest.len > 0 && (!a->is_over || a->rc != FV_OK))
		rc = fv_store_drop_staged(a->app->store);
	(void)rc;
	if (a->fd >= 0)
		close(a->fd);
	fv_buf_clear(&a->piece);
	fv_buf_clear(&a->manifest);
	fv_buf_clear(&a->reason);
	fv_secret_free(a);
}

/* --- what is said --- */

static void
tell_failure(const struct fv_attaching *a, struct fv_reply *reply)
{
	switch ((int)a->rc) {
	case FV_ENOENT:
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "attach",
		    _("the file is empty; nothing is recorded"));
		return;
	case FV_ETOOBIG:
		fv_reply_fail(reply, FV_FAIL_TOO_LARGE, "attach",
		    _("over %" PRIu64
		      " bytes, which is the most that may be attached: make it "
		      "smaller; nothing is recorded"),
		    a->max_bytes);
		return;
	case FV_EDENIED:
		fv_reply_fail(reply, FV_FAIL_NO_FILE, "attach",
		    _("the file could not be read to its end; nothing is recorded"));
		return;
	case FV_EFULL:
		fv_reply_fail(reply, FV_FAIL_DISK_FULL, a->app->dir,
		    _("no room for the whole file; free some, or sync first; nothing is "
		      "recorded and the file is kept"));
		return;
	default:
		fv_reply_fail_err(reply, "attach", a->rc);
		return;
	}
}

static void
tell_home(const struct fv_attaching *a, struct fv_reply *reply)
{
	if (a->what.kind != FV_ATTACHMENT_HOME || a->what.has_consent)
		return;
	fv_reply_line(reply, "%s",
	    _("MARKED: inside of a home, and no consent is named: CN-09 and CN-12 forbid "
	      "taking it"));
	if (a->what.reason == 0)
		fv_reply_line(reply, "%s",
		    _("no reason was given: write one now with 'fieldvisit note'"));
}

void
fv_attaching_tell(const struct fv_attaching *a, struct fv_reply *reply)
{
	const char *kind = fv_code_word(FV_CODES_ATTACHMENT_KIND, a->what.kind);
	const char *reason = fv_code_word(FV_CODES_ATTACHMENT_REASON, a->what.reason);
	struct fv_json *json = &reply->json;

	if (a->rc != FV_OK) {
		tell_failure(a, reply);
		return;
	}
	fv_reply_line(reply,
	    _("%s for %s recorded as %" PRIu64 ": %" PRIu64 " bytes in %" PRIu64
	      " pieces; %zu keys can open it, this handheld cannot"),
	    kind, a->case_id, a->seq, a->what.bytes, a->what.pieces, a->readers.count);
	tell_home(a, reply);
	fv_json_begin_object(json, NULL);
	fv_json_uint(json, "seq", a->seq);
	fv_json_text_z(json, "case", a->case_id);
	fv_json_bool(json, "in_visit", a->what.is_visit);
	fv_json_text_z(json, "kind", kind);
	fv_json_uint(json, "bytes", a->what.bytes);
	fv_json_uint(json, "pieces", a->what.pieces);
	fv_json_uint(json, "readers", a->readers.count);
	fv_json_uint(json, "roster", a->what.roster_version);
	fv_json_bool(
	    json, "marked", a->what.kind == FV_ATTACHMENT_HOME && !a->what.has_consent);
	if (reason != NULL)
		fv_json_text_z(json, "reason", reason);
	else
		fv_json_null(json, "reason");
	if (a->what.has_words)
		fv_json_uint(json, "reason_note", a->what.words_seq);
	fv_json_end_object(json);
}
