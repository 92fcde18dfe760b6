/*
 * What is wrong with a file that people send: several faults at once, so that they are put
 * right at once.
 *
 * Threads: one thread's.
 */
#ifndef FV_SERVER_FAULTS_H
#define FV_SERVER_FAULTS_H

#include <jansson.h>

#include "fv/bytes.h"

#define FAULTS_MAX 20U /* that are said of one file */

struct faults {
	const char *file; /* borrowed: for messages */
	bool is_table;    /* its names are columns */
	size_t count;
	struct fv_buf text; /* owned: a line each */
	json_t *list;       /* owned: [{line, column, rule, zh}]; zh where it was given */
};

/* Note one.  column "": the line as a whole.  Copies: column, rule. */
void faults_add(struct faults *faults, size_t line, const char *column, const char *rule);
/* The same of a sentence that is not the program's own, in both languages. */
void faults_add_both(
    struct faults *faults, size_t line, const char *column, const char *rule, const char *zh);

/* Whether there may be more of them: at least one was noted, and fewer than are said. */
bool faults_go_on(const struct faults *faults);

/* Set the answer: {"error", "faults"}.  Returns FV_EXIT_DATA, or that memory ran out. */
int faults_answer(struct faults *faults, json_t **answer_out);

void faults_clear(struct faults *faults);

#endif
