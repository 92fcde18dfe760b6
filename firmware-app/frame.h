/*
 * One call and its answer over the agent's socket.
 *
 * A verb that takes in a file has its open descriptor beside the call's first bytes
 * (SCM_RIGHTS).
 *
 *   call    u32be length || CBOR [2, verb, [word, ...], json, input 0, input 1, language]
 *   answer  u32be exit || u32be length of out || u32be length of err || out || err
 *
 * frame.c is the agent's half, client.c the caller's.
 *
 * Threads: no state.  Memory: fv_bufs.
 */
#ifndef FV_APP_FRAME_H
#define FV_APP_FRAME_H

#include "firmware-app/verb.h"

#define FV_FRAME_CALL_VERSION 2U
#define FV_FRAME_CALL_ELEMENTS 7U
#define FV_FRAME_CALL_MAX 131072U
#define FV_FRAME_HEAD_BYTES 4U
#define FV_FRAME_ANSWER_HEAD_BYTES 12U
#define FV_FRAME_ANSWER_MAX (64U * 1024U * 1024U)

/* Append a call, with its length.  Errors: FV_ETOOBIG FV_ENOMEM */
FV_NODISCARD enum fv_err fv_frame_put_call(struct fv_buf *out, const struct fv_call *call);

/*
 * Read a call's CBOR (without the length): verb, words, inputs.  The words are copied as
 * C strings into `keep`, which must outlive the call; a word with a NUL is refused.
 * Errors: FV_EFORMAT FV_ETOOBIG FV_ECUT FV_ENOMEM;  FV_ENOENT  no such verb
 */
FV_NODISCARD enum fv_err fv_frame_parse_call(
    struct fv_span bytes, struct fv_buf *keep, struct fv_call *call_out);

/* Append an answer. */
void fv_frame_put_answer(struct fv_buf *out, const struct fv_reply *reply);

/* Read an answer's head.  Errors: FV_ETOOBIG */
FV_NODISCARD enum fv_err fv_frame_parse_head(const uint8_t head[FV_FRAME_ANSWER_HEAD_BYTES],
    int *exit_out, size_t *out_len_out, size_t *err_len_out);

/*
 * Connect to the agent of `dir`.  Returns a descriptor, or -1: none listens there.
 */
int fv_client_connect(const char *dir);

/* Send a call and wait for its answer.  False: the agent went away. */
bool fv_client_call(int fd, const struct fv_call *call, struct fv_reply *reply);

#endif
