/*
 * The language of what is printed.
 *
 * English is in the program; other languages are catalogs of gettext.  LANGUAGE alone
 * chooses the words, or else the locale's name does, whether or not that locale is
 * generated on this machine; LC_ALL=C asks for English.
 *
 * Threads: one; these change the process's locale and environment.
 */
#ifndef FV_APP_WORDS_H
#define FV_APP_WORDS_H

#include "fv/bytes.h"

#define FV_WORDS_LANGUAGE_MAX 128U /* bytes of a list such as "zh_CN:en" */

/* Take the locale from the environment and find the catalogs beside the program. */
void fv_words_init(void);

/* The languages wanted, best first, as LANGUAGE writes them; "": English.  Return borrowed:
 * the environment's, until the next choice. */
const char *fv_words_language(void);

/* Speak these languages from now on: the agent answers each call in its caller's.  What is
 * no such list gives English. */
void fv_words_choose(struct fv_span language);

#endif
