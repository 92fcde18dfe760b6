/*
 * What the verbs of the store share.  A verb that writes is a handler (host.h), run in a
 * transaction, and a command line half that reads files and sends them to it; a verb that
 * reads opens the store beside a running server.
 *
 * Threads: as host.h.
 */
#ifndef FV_VERB_H
#define FV_VERB_H

#include <stdio.h>

#include "sync-server/cli.h"
#include "sync-server/host.h"
#include "sync-server/store/book.h"

/* -- for handlers ----------------------------------------------------------------- */

/* A text member of the request, "" when it is not there.  Returns borrowed: request. */
const char *fv_verb_text(const json_t *request, const char *name);

/* Decode a base64 member.  Errors: FV_EFORMAT  none, or not base64;  FV_ENOMEM. */
FV_NODISCARD enum fv_err fv_verb_bytes(
    const json_t *request, const char *name, struct fv_buf *out);

/* Set the answer {"error": text} in the place of an earlier one.  Returns `code`. */
int fv_verb_fail(json_t **answer_out, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what the store or the machine failed in; the exit code follows from rc. */
int fv_verb_broken(json_t **answer_out, const char *object, enum fv_err rc);

/* The same for a text at fault: "NAME:LINE: RULE". */
int fv_verb_fault(
    json_t **answer_out, const char *name, const struct fv_fault *fault, enum fv_err rc);

/* Set the answer: `members` (Takes it; NULL: none) and "text", whose last newline is put
 * here.  Returns FV_EXIT_OK. */
int fv_verb_done(json_t **answer_out, json_t *members, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A copy of `text` for the running time of a handler; free().  NULL: out of memory. */
char *fv_verb_copy(struct fv_span text);

/*
 * The roster in force.  Owned: *roster_out; free().
 * Errors: FV_ENOENT  there is none yet;  FV_ENOMEM;  the store's
 */
FV_NODISCARD enum fv_err fv_verb_roster(
    struct fv_store *store, struct fv_roster **roster_out, struct fv_hash *hash_out);

/* As above, saying in the answer what to do when there is none. */
int fv_verb_need_roster(struct fv_host *host, struct fv_roster **roster_out,
    struct fv_hash *hash_out, json_t **answer_out);

/* Append a leaf with this body (emptied) to the ledger. */
FV_NODISCARD enum fv_err fv_verb_leaf(
    struct fv_host *host, enum fv_leaf_kind kind, struct fv_buf *body, uint64_t *index_out);

/* Keep a signed note beside the ledger under the hash of its text. */
FV_NODISCARD enum fv_err fv_verb_keep_note(struct fv_host *host, const char *kind,
    const struct fv_hash *text_hash, struct fv_span note);

/* Append POLICY [agency, what, hash]. */
FV_NODISCARD enum fv_err fv_verb_policy(
    struct fv_host *host, const char *what, const struct fv_hash *hash, uint64_t *index_out);

/* Keep a guessable document with a salt of its own; *hash_out is what a leaf names. */
FV_NODISCARD enum fv_err fv_verb_keep_salted(
    struct fv_host *host, const char *kind, struct fv_span body, struct fv_hash *hash_out);

/* Take the next member of a ';' list.  False: none is left. */
bool fv_verb_next(struct fv_span *list, struct fv_span *member_out);
/* True when `id` is a member of the list. */
bool fv_verb_has(struct fv_span list, struct fv_span id);

/* -- for command lines ------------------------------------------------------------ */

/* Whether the operands are as many as wanted; else a line on stderr. */
bool fv_verb_operands(int argc, int min, int max, const char *usage);

/* Read a UTF-8 text file as a JSON string.  Owned: *text_out.  Returns an exit code and says
 * why. */
int fv_verb_read_text(const char *path, json_t **text_out);

/* What a path is called in messages: "standard input" for "-".  Returns borrowed: path. */
const char *fv_verb_file_name(const char *path);

/* The whole command line half of "VERB FILE [--json]": sends {"file", MEMBER: its text}. */
int fv_verb_send_file(
    const char *verb, const char *usage, const char *member, int argc, char **argv);

/* Open the store of the data folder for reading.  Owned: *store_out; fv_store_close().
 * Returns an exit code and says why. */
int fv_verb_open(struct fv_store **store_out);

/* Say that reading the store failed.  Returns the exit code. */
int fv_verb_unread(enum fv_err rc);

/* Print one JSON object as one line on stdout, and release it.  False: out of memory. */
bool fv_verb_print(json_t *object);

/* JSON of an instant (RFC 3339, Z), and null for `has` false.  Owned: the result. */
json_t *fv_verb_json_time(bool has, int64_t utc_ms);
/* JSON texts of a span and of bytes as hex.  Owned: the result. */
json_t *fv_verb_json_span(struct fv_span text);
json_t *fv_verb_json_hex(const uint8_t *bytes, size_t len);
/* JSON text of bytes in base64.  Owned: the result; NULL: out of memory. */
json_t *fv_verb_json_base64(struct fv_span bytes);
/* JSON array of a ';' list. */
json_t *fv_verb_json_list(struct fv_span list);

/* The exit code that an error of the machine or store has. */
int fv_verb_exit(enum fv_err rc);

#endif
