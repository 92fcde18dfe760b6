/*
 * The processes of a practice: the walk and the agent behind it, for as long as somebody
 * practises; none is left behind.
 *
 * Threads: one.
 */
#ifndef FV_PRACTICE_RUN_H
#define FV_PRACTICE_RUN_H

/*
 * Run the screens, or with `agent_words` (after the verb, ended by NULL) the agent itself,
 * over the walk; returns its exit code.  An agent that runs there already is used, and left.
 */
int fv_practice_run_screens(const char *dir);
int fv_practice_run_agent(const char *dir, char **agent_words);

/* Become `fieldvisit --dir DIR WORDS` (ended by NULL).  Returns the exit code when it cannot.
 */
int fv_practice_become(const char *dir, char **words);

#endif
