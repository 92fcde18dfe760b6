/* What the files of the watched folder share; inbox.h says what they do. */
#ifndef FV_SERVER_INBOX_IN_H
#define FV_SERVER_INBOX_IN_H

#include <limits.h>
#include <sys/stat.h>

#include "fv/crypto.h"
#include "sync-server/inbox.h"

/* A file that may still be written to. */
struct inbox_seen {
	char name[NAME_MAX + 1];
	ino_t inode;
	off_t size;
	struct timespec changed;
	int64_t since_ms; /* monotonic: how long it has been like this */
};

struct inbox {
	struct inbox_opts opts;
	struct inbox_port port;
	char folder[PATH_MAX]; /* absolute */
	uid_t owner;           /* of the folder */
	int dir_fd, done_fd, refused_fd;
	struct inbox_seen *seen; /* owned; of the last look, and of this one */
	size_t seen_count;
	struct inbox_seen *now;
	size_t now_count;
	bool is_settled; /* no row waits for its file or result */
	char said[512];  /* the last thing that was said of being stuck */
};

/* One name in the folder. */
struct inbox_file {
	const char *raw;               /* as it stands there */
	char name[INBOX_NAME_MAX + 1]; /* made printable */
	const struct inbox_kind *kind; /* NULL: of none */
	struct stat st;
	struct fv_hash sha256; /* all zero: not read */
	struct fv_buf text;    /* owned */
};

/* What became of one. */
enum inbox_fate {
	INBOX_DONE,
	INBOX_REFUSED,
	INBOX_UNSETTLED, /* it may still be written to, or it is gone again */
	INBOX_STUCK,     /* the server cannot take anything now */
};

/* Say on stderr why nothing can be taken, unless it was said last.  Returns INBOX_STUCK. */
enum inbox_fate inbox_stuck(struct inbox *inbox, const char *object, const char *why);

/* Whether the file is as it was for the settling time; else it is kept in mind. */
bool inbox_is_settled(struct inbox *inbox, const char *raw, const struct stat *st);

/*
 * Read a file that is ready and turn it into text.  FV_EXIT_OK: it is in file->text;
 * FV_EXIT_DATA: *why (appended) says what is wrong with it and *line_out where (0: nowhere);
 * FV_EXIT_NO: it is not ready, or gone;  FV_EXIT_TEMPFAIL: memory ran out.
 */
int inbox_read(
    struct inbox *inbox, struct inbox_file *file, struct fv_buf *why, size_t *line_out);

/* Write the result of `filed_as` into done or refused.  Errors: FV_EIO, FV_EFULL,
 * FV_ENOMEM. */
FV_NODISCARD enum fv_err inbox_put_result(
    struct inbox *inbox, bool is_done, const char *filed_as, const json_t *result);
/* Move a file there.  Errors: FV_EEXIST  another has the name;  FV_ENOENT  it is gone;
 * FV_EIO. */
FV_NODISCARD enum fv_err inbox_move(
    struct inbox *inbox, bool is_done, const char *raw, const char *filed_as);
/* Whether a name is there. */
bool inbox_has(const struct inbox *inbox, bool is_done, const char *filed_as);

#endif
