/*
 * What the verbs that change settings off the server share: words for what is wrong, and for
 * what a change does.
 *
 * Threads: the main thread only.
 */
#ifndef FV_SETTINGS_WORDS_H
#define FV_SETTINGS_WORDS_H

#include "fv/settings.h"
#include "sync-server/cli.h"

/* Say that there is no such setting, with the nearest that there is; `line` 0: it stands on
 * no line.  Returns an exit code. */
int settings_no_such(const char *object, size_t line, struct fv_span name);

/* Say what the value of a setting must be.  Returns an exit code. */
int settings_unfit(const char *object, size_t line, enum fv_setting setting);

/* Write the text, signed, to a new file.  Returns an exit code and says why. */
int settings_write_note(const char *out, const struct fv_settings *settings,
    const struct fv_key_public *key, const struct fv_key_secret *secret);

#endif
