/*
 * "VERB FILE|FOLDER ...": what one file is to a verb that writes, a whole folder is too, in
 * one transaction: all of it is taken, or nothing and the file is named.
 */
#ifndef FV_IMPORTALL_H
#define FV_IMPORTALL_H

#include "sync-server/host.h"

struct importall {
	const char *verb; /* of one file; "VERB all" takes {files: [{file, MEMBER}]} */
	const char *usage;
	const char *member; /* what the file's text is called in the request */
	const char *suffix; /* of the names that count in a folder */
};

/*
 * The command line half.  One file goes to the verb itself, as fv_verb_send_file() does.
 * Threads: the main thread.
 */
int importall_send(const struct importall *importall, int argc, char **argv);

/* Handlers: invite import all, device import all.  {files: [{file, ticket | note}]} */
int fv_do_invite_import_all(struct fv_host *host, const json_t *request, json_t **answer_out);
int fv_do_device_import_all(struct fv_host *host, const json_t *request, json_t **answer_out);

#endif
