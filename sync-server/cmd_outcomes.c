/* outcomes: what GET /api/v1/outcomes gives, as JSON lines, for a bank's own systems. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/cmd.h"
#include "sync-server/outcomes.h"
#include "sync-server/verb.h"

#define USAGE                                                                                 \
	"outcomes [--since CURSOR|-] [--limit N] [--agency ID] [--cursor-file FILE] "         \
	"[--follow]"
#define PAGE 100U
#define FOLLOW_S 1

struct following {
	struct fv_store *store;
	const char *agency;      /* NULL: any */
	const char *cursor_file; /* NULL: none */
	uint64_t cursor;
	uint64_t left; /* steps that may still be taken */
};

/* A cursor: a number, or the last line that an earlier run printed. */
static bool
read_cursor(struct fv_span text, uint64_t *cursor_out)
{
	json_t *line;
	bool is_good;

	while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL)
		text.len--;
	if (fv_decimal_decode(text, INT64_MAX, cursor_out) == FV_OK)
		return true;
	line = json_loadb((const char *)text.ptr, text.len, 0, NULL);
	is_good = json_is_integer(json_object_get(line, "next")) &&
	    json_integer_value(json_object_get(line, "next")) >= 0;
	*cursor_out = (uint64_t)json_integer_value(json_object_get(line, "next"));
	json_decref(line);
	return is_good;
}

/* The cursor in a file ("-": standard input).  A cursor file that is not there yet begins
 * at the beginning. */
static int
load_cursor(const char *path, uint64_t *cursor_out)
{
	struct fv_buf text = {0};
	int code;

	*cursor_out = 0;
	if (strcmp(path, "-") != 0 && access(path, F_OK) != 0 && errno == ENOENT)
		return FV_EXIT_OK;
	code = fv_cli_read(path, &text);
	if (code == FV_EXIT_OK && !read_cursor(fv_buf_span(&text), cursor_out))
		code = fv_cli_fail(FV_EXIT_DATA, fv_verb_file_name(path),
		    "is no cursor: a number, or the last line that this verb printed");
	fv_buf_clear(&text);
	return code;
}

static int
first_cursor(const char *since, const char *cursor_file, uint64_t *cursor_out)
{
	*cursor_out = 0;
	if (since == NULL)
		return cursor_file != NULL ? load_cursor(cursor_file, cursor_out) : FV_EXIT_OK;
	if (strcmp(since, "-") == 0)
		return load_cursor(since, cursor_out);
	if (read_cursor(fv_span_z(since), cursor_out))
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_USAGE, "--since",
	    "%.40s is no cursor: give the number after \"next\" of the last line", since);
}

/* Whoever reads has it all, as far as this side can know. */
static int
hand_over(void)
{
	int code = fv_cli_finish();

	if (code == FV_EXIT_OK && fsync(STDOUT_FILENO) != 0 &&
	    (errno == EIO || errno == ENOSPC || errno == EDQUOT))
		code = fv_cli_fail(FV_EXIT_IO, "standard output", "%s", strerror(errno));
	return code;
}

/* Only what was handed over moves the cursor. */
static int
keep_cursor(const struct following *f)
{
	char text[24];

	if (f->cursor_file == NULL)
		return FV_EXIT_OK;
	(void)snprintf(text, sizeof text, "%" PRIu64 "\n", f->cursor);
	return fv_cli_write_over(f->cursor_file, 0600, fv_span_z(text));
}

static int
put_rows(const json_t *rows)
{
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		if (json_dumpf(row, stdout, JSON_COMPACT) != 0)
			break;
		putchar('\n');
	}
	return hand_over();
}

/* One page: its rows, then the cursor behind them is kept. */
static int
put_page(struct following *f, bool *has_more_out)
{
	const size_t limit = f->left < PAGE ? (size_t)f->left : PAGE;
	struct outcomes_page page = {0};
	enum fv_err rc = fv_store_view_begin(f->store);
	int code;

	*has_more_out = false;
	if (rc == FV_OK)
		rc = outcomes_page(f->store, f->agency, f->cursor, limit, &page);
	fv_store_view_end(f->store);
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	code = put_rows(page.rows);
	json_decref(page.rows);
	if (code != FV_EXIT_OK || !page.has_more)
		return code;
	f->cursor = page.next;
	f->left -= limit;
	*has_more_out = f->left > 0;
	return keep_cursor(f);
}

/* All that is there now, and one line with the cursor. */
static int
put_present(struct following *f, bool *has_moved_out)
{
	const uint64_t before = f->cursor;
	bool has_more = f->left > 0;
	int code = FV_EXIT_OK;

	while (code == FV_EXIT_OK && has_more)
		code = put_page(f, &has_more);
	*has_moved_out = f->cursor != before;
	return code;
}

static int
put_cursor(const struct following *f)
{
	printf("{\"next\":%" PRIu64 "}\n", f->cursor);
	return hand_over();
}

static int
run(struct following *f, bool is_following)
{
	const struct timespec pause = {.tv_sec = FOLLOW_S};
	bool has_moved;
	int code = put_present(f, &has_moved);

	if (code == FV_EXIT_OK)
		code = put_cursor(f);
	while (code == FV_EXIT_OK && is_following && f->left > 0) {
		(void)nanosleep(&pause, NULL);
		code = put_present(f, &has_moved);
		if (code == FV_EXIT_OK && has_moved)
			code = put_cursor(f);
	}
	return code;
}

int
cmd_outcomes(int argc, char **argv)
{
	struct following f = {.left = UINT64_MAX};
	const char *since = NULL, *limit = NULL;
	bool is_following = false, as_json = false;
	const struct fv_cli_option options[] = {
	    {"since", FV_CLI_TEXT, &since, false},
	    {"limit", FV_CLI_TEXT, &limit, false},
	    {"agency", FV_CLI_TEXT, &f.agency, false},
	    {"cursor-file", FV_CLI_TEXT, &f.cursor_file, false},
	    {"follow", FV_CLI_FLAG, &is_following, false},
	    {"json", FV_CLI_FLAG, &as_json, false}, /* it prints nothing else */
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (limit != NULL &&
	    (fv_decimal_decode(fv_span_z(limit), INT64_MAX, &f.left) != FV_OK || f.left == 0))
		return fv_cli_fail(FV_EXIT_USAGE, "--limit", "give a whole number from 1 on");
	(void)signal(SIGPIPE, SIG_IGN); /* a reader that has gone is an error of writing */
	if ((code = first_cursor(since, f.cursor_file, &f.cursor)) != FV_EXIT_OK ||
	    (code = fv_verb_open(&f.store)) != FV_EXIT_OK)
		return code;
	code = run(&f, is_following);
	fv_store_close(f.store);
	return code;
}
