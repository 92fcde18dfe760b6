/*
 * The watched folder: other systems put files into it, the server takes each whole or not at
 * all and moves it to FOLDER/done or FOLDER/refused with NAME.result.json beside it.
 *
 * What a file is follows from the beginning and the end of its name (inbox_kinds).  A file
 * is taken when nobody writes to it any more: nothing of it changed for the settling time,
 * and where the machine tells, nobody has it open for writing.  Names that begin with '.' or
 * end with ".part" or ".tmp" are never looked at.
 *
 * What was taken is in the store with the transaction that took it ("inbox take"), then its
 * result is written, then it is moved, then that is noted ("inbox filed").  Whenever the
 * machine stops, the next look goes on from there: nothing is taken twice, nothing is lost.
 *
 * Threads: each call says.
 */
#ifndef FV_SERVER_INBOX_H
#define FV_SERVER_INBOX_H

#include <jansson.h>

#include "fv/crypto.h"
#include "sync-server/textfile.h"

#define INBOX_SETTLE_S 5U                 /* unless said */
#define INBOX_FILE_MAX ((size_t)32 << 20) /* bytes of one file */
#define INBOX_NAME_MAX 200U               /* bytes of a file's name */
#define INBOX_LOOK_MAX 10000U             /* names that one look takes up */
#define INBOX_RESULT ".result.json"

/* A kind of file. */
struct inbox_kind {
	const char *name;               /* "contacts" */
	const char *prefix;             /* "contacts-" */
	const char *suffixes[3];        /* ".csv", ...; NULL: no more */
	const char *verb;               /* that takes its text */
	const char *const *day_columns; /* as textfile.h; NULL: none */
};
/* Ended by a NULL name. */
extern const struct inbox_kind inbox_kinds[];
/* The kind of a file of this name; NULL: none. */
const struct inbox_kind *inbox_kind_of(const char *name);

/* How a folder is read. */
struct inbox_opts {
	const char *folder;
	unsigned settle_s; /* seconds without a change before a file is taken */
	enum textfile_encoding encoding;
	bool takes_serials;
	const char *zone; /* of times without an offset; "": there are none */
};

/* A request to who writes.  Takes: request.  Owned: the result with "exit" set; NULL: there
 * was no answer (it was said why). */
typedef json_t *(*inbox_ask_fn)(const char *verb, json_t *request, void *ctx);

/* One file that a look came to: its final name, "done" or "refused", and why not. */
typedef void (*inbox_told_fn)(
    const char *name, const char *result, const json_t *answer, void *ctx);

struct inbox; /* one folder */

/* Whether a name in the folder is that of a file to take. */
bool inbox_is_wanted(const char *name);

#define INBOX_WHY_BYTES 128U

/*
 * Open the folder, making it and its parts where they are not there.  Holds: opts, ask, told.
 * Returns an exit code, with why in why_out; what is to be said of a folder that everybody
 * may write to goes to stderr.
 * Owned: *inbox_out; inbox_close().
 */
struct inbox_port {
	inbox_ask_fn ask;
	inbox_told_fn told;
	void *ctx;
};
int inbox_open(const struct inbox_opts *opts, const struct inbox_port *port,
    struct inbox **inbox_out, char why_out[INBOX_WHY_BYTES]);
void inbox_close(struct inbox *inbox);
/* Whether the folder that was opened is still the one of that name, with its parts. */
bool inbox_is_there(const struct inbox *inbox);

/* What one look came to. */
struct inbox_look {
	size_t done, refused;
	size_t unsettled; /* files that may still be written to */
	bool is_busy;     /* another process looks at it just now; nothing was done */
	bool is_stuck;    /* the server cannot take anything now; said on stderr once */
};
/* Take every file that is ready.  Threads: the thread that opened it. */
void inbox_look(struct inbox *inbox, struct inbox_look *look_out);

/* A file's hash in JSON; null: it was not read.  Owned: the result. */
json_t *inbox_json_hash(const struct fv_hash *hash);

/* Why not everybody who may should be able to write there; NULL: nothing is wrong.
 * Static text. */
const char *inbox_folder_warning(const char *folder);

/* -- in the server ------------------------------------------------------------------- */

struct fv_writer;
struct inbox_watch;

/* Look at the folder every second from a thread of its own until it is stopped.  A folder
 * that cannot be had, or is gone, is said once and tried again.
 * Holds: opts.  Owned: *watch_out; inbox_watch_stop().  Returns an exit code and says why. */
int inbox_watch_start(
    const struct inbox_opts *opts, struct fv_writer *writer, struct inbox_watch **watch_out);
void inbox_watch_stop(struct inbox_watch *watch);

#endif
