/*
 * What a person types or points to: a text from standard input or an editor, a file, a
 * PIN.  Only where the user is; never in the agent.
 *
 * Threads: one.  Memory: appends to the buffer given; the caller wipes it.
 */
#ifndef FV_APP_TYPED_H
#define FV_APP_TYPED_H

#include "firmware-app/verb.h"

#define FV_PIN_MIN 4U
#define FV_PIN_MAX 64U

/* Append all that `fd` gives.  Errors: FV_ETOOBIG  over `max` bytes;  FV_EIO FV_ENOMEM. */
FV_NODISCARD enum fv_err fv_typed_fd(int fd, size_t max, struct fv_buf *out);

/*
 * Read a whole file, "-" for standard input, of at most `max` bytes.
 * False: the reply says why.
 */
bool fv_typed_file(const char *path, size_t max, struct fv_buf *out, struct fv_reply *reply);

/*
 * A text of at most `max` bytes: standard input where that is no terminal, else what
 * $VISUAL or $EDITOR leaves in a file that lies in memory only.  What `out` holds before is
 * what the editor shows first; it is not part of the text.
 */
bool fv_typed_text(size_t max, struct fv_buf *out, struct fv_reply *reply);

/*
 * A verb refused what the editor left: show why, and open the same text again into the same
 * `out` if the person wants that.  True: he did, and the reply's exit says whether a text is
 * there.  False: there is none to open, or he throws it away.
 */
bool fv_typed_again(struct fv_reply *reply);
/* Erase what the editor left, if there is any. */
void fv_typed_end(void);

/*
 * A PIN: the first line of `pin_file` ("-": standard input), or typed without echo, twice
 * when `is_new`.  Digits and letters, FV_PIN_MIN to FV_PIN_MAX of them.
 */
bool fv_typed_pin(
    const char *pin_file, bool is_new, struct fv_buf *out, struct fv_reply *reply);

/*
 * The PIN of a verb with --pin-file, into inputs[0]: from that file; else, where the verb
 * reads what the PIN protects (is_reader) and no agent keeps it open, typed on a terminal.
 * Returns the exit code.
 */
int fv_typed_reader(struct fv_call *call, bool is_reader, struct fv_reply *reply);

#endif
