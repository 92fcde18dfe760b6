#include "sync-server/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sync-server/cli.h"
#include "sync-server/inbox_in.h"
#include "sync-server/verb.h"

enum inbox_fate
inbox_stuck(struct inbox *inbox, const char *object, const char *why)
{
	char text[sizeof inbox->said];

	(void)snprintf(text, sizeof text, "%.200s: %.250s", object, why);
	if (strcmp(text, inbox->said) != 0)
		fprintf(stderr, "fieldvisitd: inbox: %s; it is tried again\n", text);
	memcpy(inbox->said, text, sizeof text);
	return INBOX_STUCK;
}

/* -- the folder ------------------------------------------------------------------------- */

const char *
inbox_folder_warning(const char *folder)
{
	struct stat st;

	if (stat(folder, &st) == 0 && (st.st_mode & S_IWOTH) != 0)
		return "everybody on this machine may put files there; 'chmod o-w' ends that";
	return NULL;
}

static int
open_part(int dir_fd, const char *name)
{
	if (mkdirat(dir_fd, name, 0770) != 0 && errno != EEXIST)
		return -1;
	return openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
cannot(int code, const char *what, char why[INBOX_WHY_BYTES])
{
	(void)snprintf(why, INBOX_WHY_BYTES, "%s%s", what, strerror(errno));
	return code;
}

/* The folder and its two parts.  An exit code. */
static int
open_folder(struct inbox *inbox, char why[INBOX_WHY_BYTES])
{
	const char *folder = inbox->opts.folder, *warning;
	struct stat st;

	if (mkdir(folder, 0770) != 0 && errno != EEXIST)
		return cannot(FV_EXIT_CANTCREAT, "", why);
	inbox->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (inbox->dir_fd < 0 || realpath(folder, inbox->folder) == NULL ||
	    fstat(inbox->dir_fd, &st) != 0)
		return cannot(FV_EXIT_NOINPUT, "", why);
	inbox->owner = st.st_uid;
	inbox->done_fd = open_part(inbox->dir_fd, "done");
	inbox->refused_fd = open_part(inbox->dir_fd, "refused");
	if (inbox->done_fd < 0 || inbox->refused_fd < 0)
		return cannot(FV_EXIT_CANTCREAT, "its folders done and refused: ", why);
	if ((warning = inbox_folder_warning(folder)) != NULL)
		(void)fv_cli_fail(0, folder, "warning: %s", warning);
	return FV_EXIT_OK;
}

bool
inbox_is_there(const struct inbox *inbox)
{
	struct stat held, named, done, refused;

	return fstat(inbox->done_fd, &done) == 0 && done.st_nlink > 0 &&
	    fstat(inbox->refused_fd, &refused) == 0 && refused.st_nlink > 0 &&
	    fstat(inbox->dir_fd, &held) == 0 && stat(inbox->opts.folder, &named) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

int
inbox_open(const struct inbox_opts *opts, const struct inbox_port *port,
    struct inbox **inbox_out, char why[INBOX_WHY_BYTES])
{
	struct inbox *inbox = calloc(1, sizeof *inbox);
	int code = FV_EXIT_TEMPFAIL;

	*inbox_out = NULL;
	if (inbox != NULL) {
		inbox->opts = *opts;
		inbox->port = *port;
		inbox->dir_fd = inbox->done_fd = inbox->refused_fd = -1;
		inbox->seen = calloc(INBOX_LOOK_MAX, sizeof *inbox->seen);
		inbox->now = calloc(INBOX_LOOK_MAX, sizeof *inbox->now);
	}
	if (inbox == NULL || inbox->seen == NULL || inbox->now == NULL)
		(void)snprintf(why, INBOX_WHY_BYTES, "out of memory; try again");
	else
		code = open_folder(inbox, why);
	if (code != FV_EXIT_OK) {
		inbox_close(inbox);
		return code;
	}
	/* Who opens for writing what has a lease is told to the one who holds it by SIGIO. */
	signal(SIGIO, SIG_IGN);
	*inbox_out = inbox;
	return FV_EXIT_OK;
}

void
inbox_close(struct inbox *inbox)
{
	if (inbox == NULL)
		return;
	if (inbox->dir_fd >= 0)
		close(inbox->dir_fd);
	if (inbox->done_fd >= 0)
		close(inbox->done_fd);
	if (inbox->refused_fd >= 0)
		close(inbox->refused_fd);
	free(inbox->seen);
	free(inbox->now);
	free(inbox);
}

/* -- one file ---------------------------------------------------------------------------- */

json_t *
inbox_json_hash(const struct fv_hash *hash)
{
	static const struct fv_hash unread;

	return memcmp(hash->b, unread.b, FV_HASH_BYTES) == 0
	    ? json_null()
	    : fv_verb_json_hex(hash->b, FV_HASH_BYTES);
}

/* The request that both verbs share.  Owned: the result; NULL: out of memory. */
static json_t *
request_of(const struct inbox *inbox, const struct inbox_file *file, bool is_done)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:I, s:b}", "folder", inbox->folder, "name",
	    file->name, "kind", file->kind != NULL ? file->kind->name : "", "sha256",
	    fv_verb_json_hex(file->sha256.b, FV_HASH_BYTES), "size",
	    (json_int_t)file->st.st_size, "is_taken", inbox_has(inbox, is_done, file->name));
}

/* The result, out of what was answered.  Owned: the result; NULL: out of memory. */
static json_t *
result_of(const struct inbox_file *file, bool is_done, const json_t *answer)
{
	json_t *row = json_object_get(answer, "inbox"), *result;

	result = json_pack("{s:s, s:s, s:O, s:o, s:I, s:O, s:O}", "file", file->name, "result",
	    is_done ? "done" : "refused", "filed_as", json_object_get(row, "filed_as"),
	    "sha256", inbox_json_hash(&file->sha256), "size", (json_int_t)file->st.st_size,
	    "taken", json_object_get(row, "taken"), "inbox", json_object_get(row, "id"));
	if (result != NULL && file->kind != NULL)
		(void)json_object_set_new(result, "kind", json_string(file->kind->name));
	if (result != NULL &&
	    json_object_update_missing(result, (json_t *)(uintptr_t)answer) != 0) {
		json_decref(result);
		return NULL;
	}
	(void)json_object_del(result, "exit");
	return result;
}

/* Result, move, and the note that both are there. */
static enum inbox_fate
put_away(struct inbox *inbox, struct inbox_file *file, bool is_done, const json_t *answer)
{
	const json_t *row = json_object_get(answer, "inbox");
	const char *filed_as = json_string_value(json_object_get(row, "filed_as"));
	json_t *result = filed_as != NULL ? result_of(file, is_done, answer) : NULL, *noted;
	enum fv_err rc =
	    result != NULL ? inbox_put_result(inbox, is_done, filed_as, result) : FV_ENOMEM;

	json_decref(result);
	if (rc == FV_OK)
		rc = inbox_move(inbox, is_done, file->raw, filed_as);
	if (rc == FV_ENOENT) /* its owner took it away: what became of it is written */
		rc = FV_OK;
	if (rc != FV_OK)
		return inbox_stuck(inbox, file->name,
		    rc == FV_EFULL ? "was taken; the disk is full, so it is not moved yet"
				   : "was taken; it cannot be moved yet");
	noted = inbox->port.ask("inbox filed",
	    json_pack("{s:O}", "id", json_object_get(row, "id")), inbox->port.ctx);
	if (json_integer_value(json_object_get(noted, "exit")) != FV_EXIT_OK) {
		json_decref(noted);
		return inbox_stuck(inbox, file->name, "that it was moved could not be noted");
	}
	json_decref(noted);
	inbox->port.told(filed_as, is_done ? "done" : "refused", answer, inbox->port.ctx);
	return is_done ? INBOX_DONE : INBOX_REFUSED;
}

/* `answer` says why ("error", "faults"); NULL: out of memory. */
static enum inbox_fate
refuse(struct inbox *inbox, struct inbox_file *file, size_t line, json_t *answer)
{
	const json_t *faults = json_object_get(answer, "faults");
	const size_t count = json_array_size(faults);
	json_t *request = request_of(inbox, file, false), *noted = NULL;
	enum inbox_fate fate;

	if (count > 0)
		line = (size_t)json_integer_value(
		    json_object_get(json_array_get(faults, 0), "line"));
	if (answer != NULL && request != NULL &&
	    json_object_set_new(
		request, "faults", json_integer(count > 0 ? (json_int_t)count : 1)) == 0 &&
	    json_object_set_new(request, "line", json_integer((json_int_t)line)) == 0)
		noted = inbox->port.ask("inbox refuse", json_incref(request), inbox->port.ctx);
	json_decref(request);
	if (json_object_get(noted, "inbox") == NULL ||
	    json_object_set(answer, "inbox", json_object_get(noted, "inbox")) != 0)
		fate = inbox_stuck(inbox, file->name, "that it is refused could not be noted");
	else
		fate = put_away(inbox, file, false, answer);
	json_decref(noted);
	return fate;
}

/* Whether the server cannot take any file now.  All else is this file's own, so that one
 * file never keeps the others waiting. */
static bool
is_of_server(int code)
{
	return code == FV_EXIT_IO || code == FV_EXIT_TEMPFAIL || code == FV_EXIT_CONFIG;
}

static enum inbox_fate
take(struct inbox *inbox, struct inbox_file *file)
{
	json_t *request = request_of(inbox, file, true), *answer = NULL;
	enum inbox_fate fate;
	int code;

	if (request != NULL &&
	    json_object_set_new(request, "text",
		json_stringn((const char *)file->text.ptr, file->text.len)) == 0 &&
	    json_object_set_new(request, "zone", json_string(inbox->opts.zone)) == 0 &&
	    json_object_set_new(
		request, "excel_dates", json_boolean(inbox->opts.takes_serials)) == 0)
		answer = inbox->port.ask("inbox take", json_incref(request), inbox->port.ctx);
	json_decref(request);
	code = (int)json_integer_value(json_object_get(answer, "exit"));
	if (answer == NULL)
		fate = inbox_stuck(inbox, file->name, "the server does not answer");
	else if (code == FV_EXIT_OK)
		fate = put_away(inbox, file, true, answer);
	else if (!is_of_server(code))
		fate = refuse(inbox, file, 0, answer);
	else
		fate = inbox_stuck(inbox, file->name,
		    json_object_get(answer, "error") != NULL
			? json_string_value(json_object_get(answer, "error"))
			: "the server failed");
	json_decref(answer);
	return fate;
}

/* Whether the byte is of a control character, which terminals obey: ASCII's, or one of those
 * from U+0080 on. */
static bool
is_control(const char *raw, size_t at)
{
	const unsigned char c = (unsigned char)raw[at], next = (unsigned char)raw[at + 1];
	const unsigned char before = at > 0 ? (unsigned char)raw[at - 1] : 0;

	return c < 0x20 || c == 0x7f || (c == 0xc2 && next < 0xa0) ||
	    (c < 0xa0 && before == 0xc2);
}

/* A name for messages and for done and refused. */
static void
print_name(const char *raw, char out[INBOX_NAME_MAX + 1])
{
	const bool is_text = fv_utf8_valid(fv_span_z(raw));
	size_t len = 0;

	for (; raw[len] != '\0' && len < INBOX_NAME_MAX; len++) {
		const unsigned char c = (unsigned char)raw[len];
		out[len] = is_control(raw, len) || (c >= 0x80 && !is_text) ? '_' : (char)c;
	}
	while (raw[len] != '\0' && len > 0 && !fv_utf8_valid(fv_span_of(out, len)))
		len--;
	out[len] = '\0';
}

static enum inbox_fate
look_at(struct inbox *inbox, const char *raw)
{
	struct inbox_file file = {.raw = raw};
	struct fv_buf why = {0};
	enum inbox_fate fate = INBOX_UNSETTLED;
	size_t line = 0;
	int code;

	if (fstatat(inbox->dir_fd, raw, &file.st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !inbox_is_settled(inbox, raw, &file.st))
		return fate;
	print_name(raw, file.name);
	file.kind = inbox_kind_of(file.name);
	code = inbox_read(inbox, &file, &why, &line);
	if (code == FV_EXIT_OK) {
		fate = take(inbox, &file);
	} else if (code == FV_EXIT_DATA && fv_buf_z(&why) != NULL) {
		json_t *answer = json_pack("{s:s}", "error", fv_buf_z(&why));
		fate = refuse(inbox, &file, line, answer);
		json_decref(answer);
	} else if (code != FV_EXIT_NO) {
		fate = inbox_stuck(inbox, file.name, "out of memory");
	}
	fv_buf_clear(&why);
	fv_buf_clear(&file.text);
	return fate;
}

/* -- a look ------------------------------------------------------------------------------ */

bool
inbox_is_wanted(const char *name)
{
	const size_t len = strlen(name);

	return name[0] != '.' && strcmp(name, "done") != 0 && strcmp(name, "refused") != 0 &&
	    !(len > 5 && strcmp(name + len - 5, ".part") == 0) &&
	    !(len > 4 && strcmp(name + len - 4, ".tmp") == 0);
}

static int
is_wanted(const struct dirent *entry)
{
	return inbox_is_wanted(entry->d_name);
}

/* What a stop left behind: a row without its file or result where it belongs. */
static enum inbox_fate
settle_row(struct inbox *inbox, const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "name"));
	const char *filed_as = json_string_value(json_object_get(row, "filed_as"));
	const bool is_done = json_is_true(json_object_get(row, "done"));
	json_t *result, *noted;
	struct stat st;
	enum fv_err rc = FV_OK;
	enum inbox_fate fate = INBOX_DONE;

	if (!inbox_has(inbox, is_done, filed_as)) {
		if (fstatat(inbox->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return INBOX_UNSETTLED; /* it is taken up again with the others */
		result = json_pack("{s:s, s:s, s:s, s:O, s:O}", "file", name, "result",
		    is_done ? "done" : "refused", "filed_as", filed_as, "inbox",
		    json_object_get(row, "id"), "answer", json_object_get(row, "answer"));
		rc = result != NULL ? inbox_put_result(inbox, is_done, filed_as, result)
				    : FV_ENOMEM;
		json_decref(result);
	}
	if (rc != FV_OK)
		return inbox_stuck(inbox, name, "its result cannot be written");
	noted = inbox->port.ask("inbox filed",
	    json_pack("{s:O}", "id", json_object_get(row, "id")), inbox->port.ctx);
	if (json_integer_value(json_object_get(noted, "exit")) != FV_EXIT_OK)
		fate = inbox_stuck(inbox, name, "that it was moved could not be noted");
	json_decref(noted);
	return fate;
}

/* Every row that waits, unless none can be left. */
static enum inbox_fate
settle_rows(struct inbox *inbox)
{
	enum inbox_fate fate = INBOX_DONE;
	const json_t *list;
	json_t *answer;

	if (inbox->is_settled)
		return fate;
	answer = inbox->port.ask(
	    "inbox waiting", json_pack("{s:s}", "folder", inbox->folder), inbox->port.ctx);
	if ((list = json_object_get(answer, "waiting")) == NULL)
		fate = inbox_stuck(inbox, inbox->folder, "the server does not answer");
	inbox->is_settled = list != NULL;
	for (size_t i = 0; fate != INBOX_STUCK && i < json_array_size(list); i++) {
		fate = settle_row(inbox, json_array_get(list, i));
		inbox->is_settled &= fate == INBOX_DONE;
	}
	json_decref(answer);
	return fate;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
look_at_all(struct inbox *inbox, struct inbox_look *look)
{
	struct dirent **entries = NULL;
	/* By name, so that of one bank's night the files come in their order. */
	const int count = scandirat(inbox->dir_fd, ".", &entries, is_wanted, by_name);

	if (count < 0) {
		(void)inbox_stuck(inbox, inbox->folder, strerror(errno));
		look->is_stuck = true;
	}
	if (count >= 0 && settle_rows(inbox) == INBOX_STUCK)
		look->is_stuck = true;
	for (int i = 0; i < count; i++) {
		enum inbox_fate fate = INBOX_UNSETTLED;

		if (!look->is_stuck && i < (int)INBOX_LOOK_MAX)
			fate = look_at(inbox, entries[i]->d_name);
		look->done += fate == INBOX_DONE;
		look->refused += fate == INBOX_REFUSED;
		look->unsettled += fate == INBOX_UNSETTLED;
		look->is_stuck |= fate == INBOX_STUCK;
		free(entries[i]);
	}
	free(entries);
}

void
inbox_look(struct inbox *inbox, struct inbox_look *look)
{
	struct inbox_seen *seen = inbox->seen;

	*look = (struct inbox_look){0};
	/* One look at a time: a server's, or a command's beside it. */
	if (flock(inbox->dir_fd, LOCK_EX | LOCK_NB) != 0) {
		look->is_busy = true;
		return;
	}
	inbox->now_count = 0;
	look_at_all(inbox, look);
	inbox->seen = inbox->now;
	inbox->seen_count = inbox->now_count;
	inbox->now = seen;
	if (!look->is_stuck)
		inbox->said[0] = '\0';
	inbox->is_settled &= !look->is_stuck;
	(void)flock(inbox->dir_fd, LOCK_UN);
}
