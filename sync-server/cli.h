/*
 * What the verbs that run off the server share: options, files, passphrases, key files.
 * None of them opens the store.
 *
 * Threads: the main thread only.
 */
#ifndef FV_CLI_H
#define FV_CLI_H

#include <jansson.h>
#include <sys/types.h>

#include "sync-server/exits.h"
#include "fv/keyfile.h"

#define FV_CLI_FILE_MAX ((size_t)64 << 20) /* bytes of any file that a verb reads */
#define FV_CLI_LIST_MAX 64U                /* times that a list option may be given */

enum fv_cli_kind {
	FV_CLI_TEXT, /* --name VALUE or --name=VALUE, once */
	FV_CLI_FLAG, /* --name */
	FV_CLI_LIST, /* --name VALUE, as often as one likes */
};

/* Values of a list option; all zero is empty. */
struct fv_cli_list {
	const char *items[FV_CLI_LIST_MAX]; /* into argv */
	size_t count;
};

/* One option that a verb takes; a table of them ends with a NULL name. */
struct fv_cli_option {
	const char *name; /* without the dashes */
	enum fv_cli_kind kind;
	void *into; /* const char ** (NULL: not given), bool *, struct fv_cli_list * */
	bool is_required;
};

/*
 * Take the options out of argv, wherever they stand; what is left are the operands
 * argv[1..*argc - 1].  "--" ends the options, "-" is an operand.  "--help" prints `usage`
 * on stdout.
 * Returns FV_EXIT_OK;  FV_EXIT_USAGE after a line on stderr;  -1 after --help: exit 0
 */
int fv_cli_parse(
    int *argc, char **argv, const struct fv_cli_option *options, const char *usage);

/* One line on stderr: "fieldvisitd: OBJECT: TEXT".  Returns `code`. */
int fv_cli_fail(int code, const char *object, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a fault of a text file, with its line, and `err` for what has none. */
int fv_cli_fault(const char *path, const struct fv_fault *fault, enum fv_err err);

/* Read a whole file ("-": standard input).  Returns an exit code and says why. */
int fv_cli_read(const char *path, struct fv_buf *out);

/*
 * A file's bytes without reading them into memory; of what cannot be mapped (a pipe) as
 * fv_cli_read() into `buf`.  Release with fv_cli_unmap() and fv_buf_clear().
 */
struct fv_cli_map {
	void *at; /* NULL: not mapped */
	size_t len;
};
int fv_cli_map(
    const char *path, struct fv_cli_map *map, struct fv_buf *buf, struct fv_span *bytes_out);
void fv_cli_unmap(struct fv_cli_map *map);

/* Make a file that was not there, durable, never overwriting.  Says why not. */
int fv_cli_write_new(const char *path, mode_t mode, struct fv_span bytes);

/* The same, written by `fn`: 0, or -1 with errno set. */
typedef int (*fv_cli_write_fn)(int fd, void *ctx);
int fv_cli_write_new_by(const char *path, mode_t mode, fv_cli_write_fn fn, void *ctx);
/* All of it.  0, or -1 with errno set. */
int fv_cli_write_fd(int fd, struct fv_span bytes);

/* Put new content in the place of a file: temporary, sync, rename.  Says why not. */
int fv_cli_write_over(const char *path, mode_t mode, struct fv_span bytes);

/*
 * A passphrase: the first line of `file` ("-": standard input), or asked for on the
 * terminal without echo (twice with `is_new`).  Without a terminal and without a file:
 * FV_EXIT_USAGE.  *out is wiped by fv_buf_clear().
 */
int fv_cli_passphrase(const char *file, bool is_new, struct fv_buf *out);

/*
 * Open a key file with its passphrase.  Owned: *secret_out; fv_secret_free().
 * FV_EXIT_NOPERM: a wrong passphrase or an altered file.
 */
int fv_cli_open_key(const char *path, const char *passphrase_file, struct fv_key_public *out,
    struct fv_key_secret **secret_out);

/* As above, and the key must be a supervisor's. */
int fv_cli_open_signer(const char *path, const char *passphrase_file,
    struct fv_key_public *out, struct fv_key_secret **secret_out);

/* Print one JSON object on one line of stdout and release it (NULL: out of memory).  Returns
 * FV_EXIT_OK, or FV_EXIT_IO when it did not arrive. */
int fv_cli_print_json(json_t *object);

/* FV_EXIT_OK when everything printed on stdout arrived, else FV_EXIT_IO after a line. */
int fv_cli_finish(void);

/* Append a signed note: `text` with the supervisor's one signature. */
void fv_cli_sign(struct fv_buf *note, struct fv_span text, const struct fv_key_public *key,
    const struct fv_key_secret *secret);

/*
 * Put a note with one more signature in the place of the file `path`.  note->sig_count 0:
 * the file is the bare text so far.  Says why not.
 */
int fv_cli_cosign(const char *path, const struct fv_signednote *note,
    const struct fv_key_public *key, const struct fv_key_secret *secret);

/* True when the key's signature is on the note and good. */
bool fv_cli_has_signed(const struct fv_signednote *note, const struct fv_key_public *key);

#endif
