/*
 * Options of a verb into the keys of a record's payload (PROTOCOL.md section 2): what is
 * not said has no key.
 *
 * Threads: one.  Memory: what is read points into argv.
 */
#ifndef FV_APP_PAYLOAD_H
#define FV_APP_PAYLOAD_H

#include "firmware-app/app.h"
#include "firmware-app/verb.h"

#define FV_LABEL_MAX 40U /* characters of a number label or call id */

/*
 * A list of ids with commas between, 32 at most; *list_out is NULL when not given.
 * False: one is no id, said in the reply.
 */
bool fv_call_ids(const struct fv_call *call, const char *option, const char **list_out,
    struct fv_reply *reply);

/* Codes of a list of words with commas between, as bits; 0: not given. */
bool fv_call_bits(const struct fv_call *call, const char *option, enum fv_code_set set,
    uint32_t *bits_out, struct fv_reply *reply);

/* The word of --business: *has_out, and its number, 0 for "none". */
bool fv_call_business(
    const struct fv_call *call, bool *has_out, uint32_t *code_out, struct fv_reply *reply);

/* The word of a business result, "none" for 0; NULL: there is none of that number. */
const char *fv_business_word(uint32_t code);

/* A number label or call id.  False: it is none, or looks like a person's number. */
bool fv_call_label(const struct fv_call *call, const char *option, const char **label_out,
    struct fv_reply *reply);

/* The case's item is on this handheld.  False: the reply says that it is not. */
bool fv_call_has_case(struct fv_app *app, const char *case_id, struct fv_reply *reply);

/* How many keys the calls below will write: 1 or 0 each. */
#define FV_HAS(x) ((x) ? 1U : 0U)

void fv_payload_put_code(struct fv_buf *out, uint64_t key, uint32_t code);
void fv_payload_put_tri(struct fv_buf *out, uint64_t key, enum fv_tri tri);
void fv_payload_put_ids(struct fv_buf *out, uint64_t key, const char *list);
/* Bits as an array of codes, lowest first. */
void fv_payload_put_bits(struct fv_buf *out, uint64_t key, uint32_t bits);
void fv_payload_put_text(struct fv_buf *out, uint64_t key, const char *text);
void fv_payload_put_ms(struct fv_buf *out, uint64_t key, bool has, int64_t ms);
/* UINT64_MAX: there is none. */
void fv_payload_put_seq(struct fv_buf *out, uint64_t key, uint64_t seq);
/* 0 is null: none. */
void fv_payload_put_business(struct fv_buf *out, uint64_t key, bool has, uint32_t code);

#endif
