/* fieldvisit: finds the verb, reads what it needs from the terminal, runs it where the
 * data is (agent or this process), prints the answer. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/again.h"
#include "firmware-app/app.h"
#include "firmware-app/frame.h"
#include "firmware-app/profile.h"
#include "firmware-app/typed.h"
#include "firmware-app/version.h"
#include "firmware-app/words.h"
#include "fv/codes.h"

static int
print_reply(const struct fv_reply *reply)
{
	bool is_good = true;

	if (reply->out.len > 0)
		is_good = fwrite(reply->out.ptr, 1, reply->out.len, stdout) == reply->out.len;
	if (fflush(stdout) != 0)
		is_good = false;
	if (reply->err.len > 0)
		fwrite(reply->err.ptr, 1, reply->err.len, stderr);
	if (!is_good && reply->exit == FV_EXIT_OK) {
		fprintf(stderr, "fieldvisit: %s: %s\n", _("standard output"), strerror(errno));
		return FV_EXIT_IO;
	}
	return reply->exit;
}

struct options {
	const char *dir, *profile;
	const char *verb;
	bool want_json, want_help, want_version, is_practice;
};

/* DIR by --dir, FIELDVISIT_DIR, XDG_DATA_HOME or ~/.local/share, and beside it those of
 * --profile and --practice.  FV_ENOENT: no home;  FV_EFORMAT: no name of a profile. */
static enum fv_err
put_dir(struct fv_buf *out, const struct options *opts)
{
	const char *env = getenv("FIELDVISIT_DIR"), *xdg = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME"), *profile = opts->profile;

	if (profile == NULL && opts->dir == NULL)
		profile = getenv("FIELDVISIT_PROFILE");
	if (profile != NULL && *profile == '\0' && opts->profile == NULL)
		profile = NULL;
	if (profile != NULL && !fv_id_valid(fv_span_z(profile), FV_PROFILE_MAX))
		return FV_EFORMAT;
	if (opts->dir != NULL)
		fv_buf_put_z(out, opts->dir);
	else if (env != NULL && *env != '\0')
		fv_buf_put_z(out, env);
	else if (xdg != NULL && *xdg == '/')
		fv_buf_putf(out, "%s/fieldvisit", xdg);
	else if (home != NULL && *home == '/')
		fv_buf_putf(out, "%s/.local/share/fieldvisit", home);
	if (out->len == 0)
		return FV_ENOENT;
	while (out->len > 1 && out->ptr[out->len - 1] == '/')
		out->len--;
	if (profile != NULL)
		fv_buf_putf(out, "@%s", profile);
	if (opts->is_practice)
		fv_buf_put_z(out, "-practice");
	return fv_buf_z(out) != NULL ? FV_OK : FV_ENOMEM;
}

/* Take the global options out of argv, wherever they stand; the rest goes to the call. */
static bool
take_globals(int argc, char **argv, struct options *opts, struct fv_call *call)
{
	bool is_open = true; /* before "--" */

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (is_open && strcmp(word, "--json") == 0) {
			opts->want_json = true;
		} else if (is_open && strcmp(word, "--help") == 0) {
			opts->want_help = true;
		} else if (is_open && strcmp(word, "--version") == 0) {
			opts->want_version = true;
		} else if (is_open && strcmp(word, "--dir") == 0 && i + 1 < argc) {
			opts->dir = argv[++i];
		} else if (is_open && strncmp(word, "--dir=", 6) == 0) {
			opts->dir = word + 6;
		} else if (is_open && strcmp(word, "--profile") == 0 && i + 1 < argc) {
			opts->profile = argv[++i];
		} else if (is_open && strncmp(word, "--profile=", 10) == 0) {
			opts->profile = word + 10;
		} else if (is_open && strcmp(word, "--practice") == 0) {
			opts->is_practice = true;
		} else if (opts->verb == NULL && word[0] != '-') {
			opts->verb = word;
		} else {
			is_open = is_open && strcmp(word, "--") != 0;
			if (call->word_count == FV_CALL_WORDS_MAX)
				return false;
			call->words[call->word_count++] = word;
		}
	}
	return true;
}

static int
say_unknown_verb(const char *name, struct fv_reply *reply)
{
	const char *names[64], *near;
	size_t count = 0;

	for (const struct fv_verb *v = fv_verbs; v->name != NULL && count < 64; v++)
		names[count++] = v->name;
	near = fv_word_nearest(fv_span_z(name), names, count);
	if (near != NULL)
		return fv_reply_fail(
		    reply, FV_FAIL_USAGE, name, _("no such verb; did you mean '%s'?"), near);
	return fv_reply_fail(
	    reply, FV_FAIL_USAGE, name, _("no such verb; 'fieldvisit help' lists them"));
}

/* What was prepared, where the data is. */
static int
run_prepared(struct fv_call *call, struct fv_reply *reply)
{
	if ((call->verb->flags & FV_VERB_LOCAL) != 0)
		return reply->exit = call->verb->run(NULL, call, reply);
	while (fv_call_run(call, reply) == FV_EXIT_AGAIN)
		if (!fv_call_turn(call, reply))
			return fv_reply_fail(
			    reply, FV_FAIL_IO, _("standard output"), "%s", strerror(errno));
	if (call->finish != NULL && reply->exit == FV_EXIT_OK)
		call->finish(call, reply);
	return reply->exit;
}

static int
run_verb(struct fv_call *call, struct fv_reply *reply)
{
	if (!fv_call_parse(call, reply))
		return reply->exit;
	if (fv_crypto_init() != FV_OK)
		return fv_reply_fail(reply, FV_FAIL_IO, _("random numbers"),
		    _("the system gives none; check /dev/urandom"));
	if (call->verb->prepare != NULL)
		call->verb->prepare(call, reply);
	while ((reply->exit != FV_EXIT_OK || run_prepared(call, reply) != FV_EXIT_OK) &&
	    fv_typed_again(reply))
		continue;
	fv_typed_end();
	return reply->exit;
}

/* Become another program: beside this one, or where an installation keeps what it starts.
 * Returns when there is none. */
static void
become(const char *name, const char **argv)
{
	static const char *const places[] = {"", "../libexec/fieldvisit/"};
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 64);

	while (len > 0 && path[len - 1] != '/')
		len--;
	for (size_t i = 0; len > 0 && i < sizeof places / sizeof places[0]; i++) {
		snprintf(path + len, sizeof path - (size_t)len, "%s%s", places[i], name);
		execv(path, (char **)(uintptr_t)argv);
	}
}

/* All of the call is fieldvisit-practice's, which makes the folder first. */
static void
become_practice(const struct options *opts, const struct fv_call *call, struct fv_reply *reply)
{
	const char *argv[FV_CALL_WORDS_MAX + 6] = {"fieldvisit-practice", "--dir", call->dir};
	size_t count = 3;

	if (opts->want_json)
		argv[count++] = "--json";
	if (opts->verb != NULL)
		argv[count++] = opts->verb;
	for (size_t i = 0; i < call->word_count; i++)
		argv[count++] = call->words[i];
	become(argv[0], argv);
	fv_reply_fail(reply, FV_FAIL_NO_FILE, argv[0], "%s",
	    _("not found beside fieldvisit; install it"));
}

/* Without a verb: the screens on a terminal, else what to type. */
static void
run_no_verb(const struct options *opts, const struct fv_call *call, struct fv_reply *reply)
{
	const char *argv[] = {"fieldvisit-screen", "--dir", call->dir, NULL};

	if (call->word_count == 0 && !opts->want_json && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO))
		become(argv[0], argv);
	fv_reply_fail(reply, FV_FAIL_USAGE, _("command line"),
	    _("no verb; 'fieldvisit help' lists them"));
}

static void
fail_dir(enum fv_err rc, struct fv_reply *reply)
{
	if (rc == FV_EFORMAT)
		fv_reply_fail(reply, FV_FAIL_USAGE, "--profile", "%s",
		    _("a profile's name is 1 to 24 of A-Z a-z 0-9 . _ -"));
	else
		fv_reply_fail(reply, FV_FAIL_USAGE, _("folder"),
		    _("none known; name one with --dir or FIELDVISIT_DIR"));
}

static void
run(const struct options *opts, const char *dir, struct fv_call *call, struct fv_reply *reply)
{
	call->dir = dir;
	if (opts->is_practice)
		become_practice(opts, call, reply);
	else if (opts->verb == NULL)
		run_no_verb(opts, call, reply);
	else if ((call->verb = fv_verb_find(opts->verb)) == NULL)
		say_unknown_verb(opts->verb, reply);
	else
		run_verb(call, reply);
}

int
main(int argc, char **argv)
{
	struct options opts = {0};
	struct fv_call call = {0};
	struct fv_reply reply;
	struct fv_buf dir = {0};
	enum fv_err rc;
	int code;

	fv_words_init();
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	/* No core file and no other process of this user may show a PIN or a note. */
	prctl(PR_SET_DUMPABLE, 0);
	if (!take_globals(argc, argv, &opts, &call)) {
		fprintf(stderr, "fieldvisit: %s\n", _("too many words"));
		return FV_EXIT_USAGE;
	}
	fv_reply_init(&reply, opts.want_json);
	call.want_json = opts.want_json;
	call.language = fv_span_z(fv_words_language());
	if (opts.want_version) {
		printf("fieldvisit %s\n", FV_VERSION);
		return FV_EXIT_OK;
	}
	if (opts.want_help) {
		call.word_count = 0;
		if (opts.verb != NULL)
			call.words[call.word_count++] = opts.verb;
		opts.verb = "help";
	}
	if (getenv("FIELDVISIT_PRACTICE") != NULL)
		fv_reply_practice(&reply);
	if (opts.dir != NULL && opts.profile != NULL)
		fv_reply_fail(&reply, FV_FAIL_USAGE, "--profile", "%s",
		    _("--dir or --profile, not both"));
	else if ((rc = put_dir(&dir, &opts)) != FV_OK)
		fail_dir(rc, &reply);
	else
		run(&opts, fv_buf_z(&dir), &call, &reply);
	code = print_reply(&reply);
	fv_call_clear(&call);
	fv_reply_clear(&reply);
	fv_buf_clear(&dir);
	return code;
}
