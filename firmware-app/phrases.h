/*
 * Short phrases for notes, by number, so that a note needs no input method: twenty ship,
 * the agency's settings phrase.N.en and phrase.N.zh stand in their place.
 *
 * Threads: no state.  Memory: texts are the settings' or static.
 */
#ifndef FV_APP_PHRASES_H
#define FV_APP_PHRASES_H

#include "fv/settings.h"

/* Phrase `number`, 1 to FV_SETTINGS_PHRASES_MAX, in the language of the moment. */
const char *fv_phrase(const struct fv_settings *settings, unsigned number);

#endif
