/* fieldvisit-practice: a handheld to learn on.  "fieldvisit --practice" starts it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/practice/folder.h"
#include "firmware-app/practice/run.h"
#include "firmware-app/practice/steps.h"
#include "firmware-app/version.h"
#include "firmware-app/words.h"

#define WORDS_MAX 64

struct wish {
	const char *dir;
	const char *verb; /* NULL: the screens */
	bool is_reset, want_json;
	char *words[WORDS_MAX + 1]; /* for fieldvisit, with the verb */
	int word_count;
};

static bool
read_words(int argc, char **argv, struct wish *w)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc) {
			w->dir = argv[++i];
			continue;
		}
		if (strcmp(argv[i], "--reset") == 0) {
			w->is_reset = true;
			continue;
		}
		if (strcmp(argv[i], "--json") == 0)
			w->want_json = true;
		if (w->verb == NULL && argv[i][0] != '-')
			w->verb = argv[i];
		if (w->word_count == WORDS_MAX)
			return false;
		w->words[w->word_count++] = argv[i];
	}
	return w->dir != NULL;
}

static bool
is_word(const struct wish *w, const char *word)
{
	return w->verb != NULL && strcmp(w->verb, word) == 0;
}

/* The agent's own words: all but the verb. */
static int
run_agent(struct wish *w)
{
	char *words[WORDS_MAX + 1] = {NULL};
	int count = 0;

	for (int i = 0; i < w->word_count; i++)
		if (w->words[i] != w->verb)
			words[count++] = w->words[i];
	return fv_practice_run_agent(w->dir, words);
}

static int
run(struct wish *w, struct fv_reply *reply)
{
	char zone[FV_PRACTICE_ZONE_BYTES];

	if (w->is_reset && !fv_practice_reset(w->dir, reply))
		return reply->exit;
	if (!fv_practice_ready(w->dir, zone, reply))
		return reply->exit;
	/* There it is day, whatever the hour is here: clocks on the screens say so too. */
	setenv("TZ", zone, 1);
	setenv("FIELDVISIT_PRACTICE", "1", 1);
	if (is_word(w, "guide"))
		return fv_practice_tell_step(w->dir, reply);
	if (is_word(w, "agent"))
		return run_agent(w);
	if (w->verb == NULL && w->word_count == 0 && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO))
		return fv_practice_run_screens(w->dir);
	if (w->verb == NULL && w->word_count == (w->want_json ? 1 : 0))
		return fv_practice_tell_step(w->dir, reply);
	return fv_practice_become(w->dir, w->words);
}

int
main(int argc, char **argv)
{
	struct wish w = {0};
	struct fv_reply reply;
	int code;

	fv_words_init();
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	prctl(PR_SET_DUMPABLE, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("fieldvisit-practice %s\n", FV_VERSION);
		return FV_EXIT_OK;
	}
	if (!read_words(argc, argv, &w)) {
		fprintf(stderr, "fieldvisit-practice: %s\n",
		    _("usage: fieldvisit-practice --dir DIR [--reset] [guide | VERB ...]; "
		      "'fieldvisit --practice' starts it"));
		return FV_EXIT_USAGE;
	}
	fv_reply_init(&reply, w.want_json);
	fv_reply_practice(&reply);
	if (fv_crypto_init() != FV_OK)
		code = fv_reply_fail(&reply, FV_FAIL_IO, _("random numbers"),
		    _("the system gives none; check /dev/urandom"));
	else
		code = run(&w, &reply);
	fwrite(reply.out.ptr, 1, reply.out.len, stdout);
	fwrite(reply.err.ptr, 1, reply.err.len, stderr);
	fv_reply_clear(&reply);
	return code;
}
