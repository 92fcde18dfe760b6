/*
 * Tickets made off the server: the papers that they are made from, and whom they are for.
 *
 * Threads: the main thread only.
 */
#ifndef FV_INVITE_H
#define FV_INVITE_H

#include "sync-server/directory.h"
#include "sync-server/draft.h"

#define INVITE_COUNT_MAX 1000U

/* What was asked for; into argv. */
struct invite_wish {
	const char *key, *pass_file;
	const char *roster, *directory; /* one of them, or both */
	const char *info;
	const char *team, *agency;
	const char *officer;  /* one ticket */
	const char *officers; /* a ticket each: "a,b,c", or a file of them */
	const char *count;    /* that many tickets */
	const char *out, *hours;
	bool show_qr, as_json;
};

/* The papers. */
struct invite {
	struct draft_file roster_file;  /* with --roster */
	struct directory directory;     /* with --directory */
	const struct fv_roster *roster; /* of one of them */
	struct fv_ticket ticket;        /* what all tickets have in common */
	struct fv_key_public key;
	struct fv_key_secret *secret; /* owned; invite_unlock() */
};

/* Read server.pub, roster and directory.  Returns an exit code and says why.
 * invite_close() releases all, after an error too. */
int invite_open(const struct invite_wish *wish, struct invite *out);
/* Open the key, which must be a supervisor's of that roster.  Returns an exit code. */
int invite_unlock(const struct invite_wish *wish, struct invite *invite);
void invite_close(struct invite *invite);

struct invitee {
	char officer[FV_ID_BYTES];
	char team[FV_ID_BYTES];
	size_t held; /* handhelds of his: enrolled and not revoked, and tickets of this run */
};

/* Append a new ticket's file for him.  `ticket` gets its id and token: wipe it.
 * Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err invite_put(const struct invite *invite, const struct invitee *invitee,
    struct fv_ticket *ticket, struct fv_buf *file);

/* Who may be invited, in the order of the roster or of the list. */
struct invitees {
	struct invitee people[FV_ROSTER_OFFICERS_MAX];
	size_t count;
	json_t *skipped; /* owned: [{"officer", "why"}] */
};

/* One officer and his team.  Returns an exit code and says why. */
int invitees_one(
    const struct invite *invite, const struct invite_wish *wish, struct invitee *out);
/*
 * Those of an agency, or of a list; whoever is disabled, of another agency or not on the
 * roster is left out, with a line on stderr.  Returns an exit code and says why.
 * invitees_clear() releases *out, after an error too.
 */
int invitees_choose(
    const struct invite *invite, const struct invite_wish *wish, struct invitees *out);
void invitees_clear(struct invitees *invitees);
/* The next to get a ticket: the first of those with the fewest handhelds; counts it. */
struct invitee *invitees_next(struct invitees *invitees);

/* "invite --count" and "invite --officers": a folder of tickets, a sheet, a list.  Returns an
 * exit code. */
int invite_folder(const struct invite_wish *wish);

#endif
