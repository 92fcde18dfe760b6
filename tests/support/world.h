/*
 * A supervisor's machine for tests of the verbs that run off the server: a folder with a
 * key file, a directory of handhelds, and a way to run a verb as its own process.
 *
 * Threads: no.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "fv/keyfile.h"
#include "fv/ledger.h"
#include "fv/roster.h"

#define WORLD_DEVICES_MAX 32U

/* A handheld that enrolled: its keys follow from `number`. */
struct world_device {
	unsigned number;
	const char *officer;
	const char *team;
	unsigned
	    ticket_signer; /* number of the supervisor who signed its ticket; 0: nobody's */
	unsigned approver; /* likewise of the approval; 0: not approved */
	unsigned revoker;  /* likewise of a revocation; 0: not revoked */
	bool other_leaf;   /* the approval names another ENROL leaf */
	bool other_ticket; /* the ticket has another id than the leaf */
	bool other_dev;    /* the leaf's dev does not follow from its keys */
};

struct world {
	char dir[64];
	struct fv_roster *roster; /* of people.h, 2 supervisors, both teams */
	struct fv_hash roster_hash;
	unsigned roster_signer; /* number; 1 */
	struct world_device devices[WORLD_DEVICES_MAX];
	size_t device_count;
	struct fv_buf out, err; /* of the last run */
};

/* cmocka set-up and tear-down; *state is a struct world *. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* "DIR/name".  Returns borrowed: until the fourth next call. */
const char *world_path(const struct world *w, const char *name);
void world_write(const struct world *w, const char *name, struct fv_span bytes);
void world_read(const struct world *w, const char *name, struct fv_buf *out);

/* Write DIR/<name> and DIR/<name>.pub: the key file of supervisor s<number>, under the
 * passphrase "correct horse" and cheap to open; DIR/pass holds the passphrase. */
void world_put_key(const struct world *w, const char *name, unsigned number);

/* The ENROL leaf and the id of a device. */
void world_leaf(const struct world *w, const struct world_device *device, struct fv_buf *leaf,
    uint8_t dev_out[FV_DEV_BYTES]);

/* Write DIR/directory.json of the world's roster and devices, and DIR/roster. */
void world_put_directory(struct world *w);

/* Write DIR/server.pub as a server does, with two HPKE keys. */
void world_put_server(const struct world *w);

/* Run a verb with the words of `line` (by spaces; '%' stands for a space, '@' at the
 * beginning of a word for "DIR/") in a child process.  Returns its exit code. */
int world_run(struct world *w, int (*verb)(int, char **), const char *line);

/* The last run's stderr holds this text. */
void world_assert_said(struct world *w, const char *text);

#endif
