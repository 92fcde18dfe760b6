/*
 * Text files that people and other programs made, as UTF-8 with '\n' between lines: what
 * spreadsheets do to a file is undone where it is certain, and named where it is not.
 *
 * Threads: no state.  Memory: the caller's buffers, and one copy while a text is turned.
 */
#ifndef FV_SERVER_TEXTFILE_H
#define FV_SERVER_TEXTFILE_H

#include <jansson.h>

#include "fv/bytes.h"

/* For usage lines. */
#define TEXTFILE_USAGE "[--encoding utf-8|gbk] [--excel-dates]"

enum textfile_encoding {
	TEXTFILE_UTF8, /* or UTF-16 with its mark */
	TEXTFILE_GBK,  /* GB18030, of which GBK and GB 2312 are parts */
};

/* How to read one; all zero is UTF-8 with dates as they are. */
struct textfile_opts {
	enum textfile_encoding encoding;
	const char *const *day_columns; /* names, NULL ends them: each value becomes
					 * "2026-03-02"; NULL: none.  Borrowed, static */
	bool takes_serials;             /* 46083 is a day there */
};

/* What is wrong with a file. */
struct textfile_fault {
	size_t line;      /* from 1; 0: the file as a whole */
	char column[41];  /* of a table: its name, cut and made printable; "": none */
	const char *rule; /* static; "RULE; WHAT TO DO" */
};

/* The encoding that an option names; NULL is UTF-8.  False: no such word. */
bool textfile_encoding_find(const char *word, enum textfile_encoding *out);

/*
 * Append the text of `bytes` as UTF-8: a byte order mark is taken off, UTF-16 with one is
 * turned into UTF-8, and "\r\n" and '\r' become '\n'.
 * Errors: FV_EVERSION  the bytes are no UTF-8 and read as GBK; never guessed, so that
 *                      somebody has to say so;  FV_EFORMAT  neither, or a NUL in it
 *         FV_ENOENT    this machine cannot convert GB18030;  FV_ENOMEM
 */
FV_NODISCARD enum fv_err textfile_decode(struct fv_span bytes, enum textfile_encoding encoding,
    struct fv_buf *text_out, struct textfile_fault *fault);

/*
 * A table with ';' or tabs between its columns becomes one with commas, where a first line
 * "sep=;" or the names of the columns make it certain; lines keep their numbers, and
 * the days of opts->day_columns become plain.  What is JSON or iCalendar stays as it is.
 * Errors: FV_EFORMAT  a separator that is none of these;  FV_ERANGE  a value such as
 *         4.1E+17, an id whose last digits a spreadsheet threw away;  FV_ENOMEM;
 *         those of textfile_day()
 */
FV_NODISCARD enum fv_err textfile_table(
    struct fv_buf *text, const struct textfile_opts *opts, struct textfile_fault *fault);

/* Both of the above; appends to text_out. */
FV_NODISCARD enum fv_err textfile_turn(struct fv_span bytes, const struct textfile_opts *opts,
    struct fv_buf *text_out, struct textfile_fault *fault);

/* Read a file ("-": standard input) of at most 64 MiB and turn it.  Returns an exit code and
 * says why on stderr. */
int textfile_read(const char *path, const struct textfile_opts *opts, struct fv_buf *utf8_out);
/* The same as a JSON string.  Owned: *text_out. */
int textfile_read_json(const char *path, const struct textfile_opts *opts, json_t **text_out);

/* Set opts->encoding from what --encoding said (NULL: was not given).  An exit code. */
int textfile_encoding_option(const char *word, struct textfile_opts *opts);

/* A verb that takes a file of people. */
struct textfile_verb {
	const char *name; /* "case import" */
	const char *usage;
	const char *const *day_columns; /* as in the options; NULL: none */
	bool has_zone;                  /* --zone ZONE, sent as "zone" */
	/* Judges the text before it is sent and says why not; an exit code.  NULL: nothing. */
	int (*check)(const char *file, struct fv_span text);
};

/* The whole command line half of "VERB FILE|- [--encoding X] [--excel-dates] [--json]": sends
 * {"file", "text", "excel_dates"}. */
int textfile_send(const struct textfile_verb *verb, int argc, char **argv);

/* "FILE:LINE: column "X": RULE", without a newline. */
void textfile_say(const char *file, const struct textfile_fault *fault, struct fv_buf *out);

/*
 * A day of a table: "2026-03-02", "2026/3/2", "2026-3-2", "2026.3.2", "2026年3月2日", each
 * also with a midnight behind it; with takes_serials also what spreadsheets count, such as
 * 46083.  Days since 1970-01-01.
 * Errors: FV_EFORMAT, FV_ERANGE, and FV_ECONFLICT for "3/2/2026", which is two days; *rule_out
 *         is a phrase that follows the column's name, static
 */
FV_NODISCARD enum fv_err textfile_day(
    const char *text, bool takes_serials, int64_t *day_out, const char **rule_out);

/*
 * A day and a time of a table without an offset: a day as above, then " H:MM", "THH:MM:SS"
 * or the fraction of a serial.  Milliseconds of a clock on the wall since 1970-01-01 00:00.
 * Errors: as textfile_day()
 */
FV_NODISCARD enum fv_err textfile_wall(
    const char *text, bool takes_serials, int64_t *wall_ms_out, const char **rule_out);

#endif
