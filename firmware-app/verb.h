/*
 * The verbs: one row each, one file each (cmd_*.c).
 *
 * A verb has two halves.  `prepare` runs where the user is, with his terminal and files:
 * it reads a note, a PIN or a ticket into the call's inputs.  `run` runs where the data
 * is: in the agent, or in the same process when no agent lives.  There is no other way
 * from a command to the data.
 */
#ifndef FV_APP_VERB_H
#define FV_APP_VERB_H

#include <sys/stat.h>

#include "firmware-app/args.h"
#include "firmware-app/reply.h"
#include "fv/codes.h"

#define FV_CALL_INPUTS 2U
#define FV_CALL_WORDS_MAX 64U

struct fv_app;
struct fv_call;

enum fv_verb_flag {
	FV_VERB_LOCAL = 1,      /* run needs no folder: app is NULL */
	FV_VERB_UNENROLLED = 2, /* works before enrolment */
	FV_VERB_WATCH = 4,      /* screens repeat it: no sign that a person is there */
};

struct fv_verb {
	const char *name;
	const char *synopsis; /* what follows the name */
	const char *summary;  /* one line, translated when shown */
	const struct fv_option *options;
	size_t min_operands, max_operands;
	int (*prepare)(
	    struct fv_call *call, struct fv_reply *reply); /* NULL: nothing to read */
	int (*run)(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
	unsigned flags;
};

/* One call of a verb. */
struct fv_call {
	const struct fv_verb *verb;
	const char *words[FV_CALL_WORDS_MAX]; /* after the verb; held */
	size_t word_count;
	struct fv_args args;
	bool want_json;
	const char *dir;                      /* of the handheld's data; held */
	struct fv_buf inputs[FV_CALL_INPUTS]; /* owned, wiped: what prepare read */
	struct fv_span language;              /* the caller's (words.h); held */
	bool has_fd;                          /* an open file goes with the call */
	bool owns_fd;                         /* and is closed with it */
	int fd;                               /* with has_fd */
	struct stat fd_stat;                  /* as prepare found it */
	/* After a good answer, where the user is; NULL: nothing is left to do. */
	void (*finish)(struct fv_call *call, struct fv_reply *reply);
};

/* All verbs in alphabetical order, ended by a NULL name. */
extern const struct fv_verb fv_verbs[];

/* The row of a name; NULL: none. */
const struct fv_verb *fv_verb_find(const char *name);

/* Parse the words by the verb's tables.  False: a usage error is in the reply. */
bool fv_call_parse(struct fv_call *call, struct fv_reply *reply);
void fv_call_clear(struct fv_call *call);

/*
 * Run a parsed call's half that needs the data: through the agent when one listens, else
 * here under the lock; whoever has that gets some time.  Returns the exit code, which is
 * the reply's; FV_EXIT_AGAIN: there is more to it (again.h).
 */
int fv_call_run(struct fv_call *call, struct fv_reply *reply);

/*
 * The code of an option's word; 0 when the option is not given.  False: the word is none
 * of the set, and the reply names it and the nearest.
 */
bool fv_call_code(const struct fv_call *call, const char *option, enum fv_code_set set,
    uint32_t *code_out, struct fv_reply *reply);

/* The code of one word that an option gives.  0: it is none, and the reply says so. */
uint32_t fv_call_find(const struct fv_call *call, const char *option, enum fv_code_set set,
    struct fv_span word, struct fv_reply *reply);

/* The reply to a word that is none: the nearest, or where none is near (NULL) all of them. */
void fv_call_no_word(const struct fv_call *call, const char *option, const char *near,
    const struct fv_buf *all, struct fv_reply *reply);

/* --place and --purpose of a visit, which is at no mobile telephone. */
bool fv_call_where(const struct fv_call *call, uint32_t *place_out, uint32_t *purpose_out,
    struct fv_reply *reply);

/* "yes" or "no".  False: another word, said in the reply. */
bool fv_call_tri(const struct fv_call *call, const char *option, enum fv_tri *tri_out,
    struct fv_reply *reply);

/* A whole number 0..max; *has_out: the option is given.  False: no number. */
bool fv_call_uint(const struct fv_call *call, const char *option, uint64_t max, bool *has_out,
    uint64_t *value_out, struct fv_reply *reply);

int fv_cmd_agent(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_amend(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_attach(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_begin(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_case(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_check(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_checklist(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_checkin(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_contact(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_cosign(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_doctor(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_credential(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_draft(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_end(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_enroll(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_help(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_keys(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_lock(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_login(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_logout(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_findings(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_reply(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_note(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_officers(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_outcome(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_phrases(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_plan(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_request(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_settings(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_shift(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_sos(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_slip(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_status(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_sync(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_trail(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_unlock(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);
int fv_cmd_verify(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);

int fv_prepare_attach(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_case(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_cosign(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_draft(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_enroll(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_login(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_note(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_outcome(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_plan(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_shift(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_trail(struct fv_call *call, struct fv_reply *reply);
int fv_prepare_unlock(struct fv_call *call, struct fv_reply *reply);

#endif
