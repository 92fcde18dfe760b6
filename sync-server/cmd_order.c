/*
 * fieldvisitd device lose, replace, retire, revoke, wipe: orders about a handheld, signed off
 * the server.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fv/instant.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/device_order.h"

#define COMMON_USAGE "\n           [--roster SIGNED] [--passphrase-file FILE|-] [--json]"
#define TRUST_USAGE "\n           [--trusted-until TIME | --trusted-size N]"
#define LOSE_USAGE                                                                            \
	"device lose --key FILE --directory FILE --dev DEV --out NOTE" TRUST_USAGE COMMON_USAGE
#define REPLACE_USAGE                                                                         \
	"device replace --key FILE --directory FILE --dev DEV --out NOTE\n"                   \
	"           --with OFFICER|TICKET" TRUST_USAGE COMMON_USAGE
#define RETIRE_USAGE                                                                          \
	"device retire --key FILE --directory FILE --dev DEV --out NOTE "                     \
	"[--force]" COMMON_USAGE
#define REVOKE_USAGE                                                                          \
	"device revoke --key FILE --dev DEV --reason WORD --out NOTE [--directory "           \
	"FILE]" TRUST_USAGE COMMON_USAGE
#define WIPE_USAGE                                                                            \
	"device wipe --key FILE --dev DEV --out NOTE [--directory FILE]" COMMON_USAGE
#define NEXT_BYTES 1024U

/* Which options a verb has beside those of all five. */
enum {
	NEEDS_DIRECTORY = 1, /* else it may be given */
	HAS_TRUST = 2,
	HAS_REASON = 4,
	HAS_FORCE = 8,
	HAS_WITH = 16,
};
#define OPTIONS_MAX 12U

struct wish {
	struct device_order o;
	const char *with;
	bool is_forced;
};

static void
list_options(struct wish *w, unsigned has, struct fv_cli_option options[OPTIONS_MAX])
{
	struct device_order *o = &w->o;
	const bool needs_directory = (has & NEEDS_DIRECTORY) != 0;
	size_t n = 0;

	options[n++] = (struct fv_cli_option){"key", FV_CLI_TEXT, &o->key, true};
	options[n++] = (struct fv_cli_option){"dev", FV_CLI_TEXT, &o->dev, true};
	options[n++] = (struct fv_cli_option){"out", FV_CLI_TEXT, &o->out, true};
	options[n++] = (struct fv_cli_option){
	    "directory", FV_CLI_TEXT, &o->directory_path, needs_directory};
	options[n++] = (struct fv_cli_option){"roster", FV_CLI_TEXT, &o->roster, false};
	options[n++] =
	    (struct fv_cli_option){"passphrase-file", FV_CLI_TEXT, &o->pass_file, false};
	options[n++] = (struct fv_cli_option){"json", FV_CLI_FLAG, &o->as_json, false};
	if ((has & HAS_TRUST) != 0) {
		options[n++] =
		    (struct fv_cli_option){"trusted-size", FV_CLI_TEXT, &o->size, false};
		options[n++] =
		    (struct fv_cli_option){"trusted-until", FV_CLI_TEXT, &o->until, false};
	}
	if ((has & HAS_REASON) != 0)
		options[n++] = (struct fv_cli_option){"reason", FV_CLI_TEXT, &o->reason, true};
	if ((has & HAS_FORCE) != 0)
		options[n++] =
		    (struct fv_cli_option){"force", FV_CLI_FLAG, &w->is_forced, false};
	if ((has & HAS_WITH) != 0)
		options[n++] = (struct fv_cli_option){"with", FV_CLI_TEXT, &w->with, true};
	options[n] = (struct fv_cli_option){NULL, FV_CLI_FLAG, NULL, false};
}

/* Options and which handheld.  Returns -1 to go on, else the exit code. */
static int
begin(struct wish *w, int argc, char **argv, unsigned has, const char *usage)
{
	struct fv_cli_option options[OPTIONS_MAX];
	int code;

	list_options(w, has, options);
	if ((code = fv_cli_parse(&argc, argv, options, usage)) != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	code = device_order_open(&w->o);
	return code == FV_EXIT_OK ? -1 : code;
}

/* It is revoked already: nothing is left to sign, and that is no failure. */
static int
say_revoked(const struct device_order *o)
{
	if (o->as_json)
		return fv_cli_print_json(json_pack(
		    "{s:n, s:s, s:s}", "order", "dev", o->hex, "says", "revoked already"));
	printf("handheld %s is revoked already; nothing was signed ('fieldvisitd device info "
	       "%s' on the server says why and how far it is trusted)\n",
	    o->hex, o->hex);
	return fv_cli_finish();
}

int
cmd_device_revoke(int argc, char **argv)
{
	struct wish w = {.o = {.is_revoke = true}};
	struct device_order *o = &w.o;
	char reason[FV_WORD_BYTES];
	int code = begin(&w, argc, argv, HAS_TRUST | HAS_REASON, REVOKE_USAGE);

	if (code >= 0)
		goto cleanup;
	if (fv_id_copy(fv_span_z(o->reason), reason, sizeof reason) != FV_OK)
		code = fv_cli_fail(FV_EXIT_USAGE, "--reason",
		    "is not one word; write lost, stolen, left, replaced or misuse");
	else if (device_order_is_revoked(o))
		code = say_revoked(o);
	/* 0: nothing of the trail is vouched for; what the seals prove stays proven. */
	else if ((code = device_order_trust(o, 0)) == FV_EXIT_OK)
		code = device_order_send(o);
cleanup:
	device_order_close(o);
	return code;
}

int
cmd_device_wipe(int argc, char **argv)
{
	struct wish w = {.o = {.is_wipe = true}};
	struct device_order *o = &w.o;
	int code = begin(&w, argc, argv, 0, WIPE_USAGE);

	if (code < 0)
		code = device_order_send(o);
	device_order_close(o);
	return code;
}

/* What was received decides how far it is trusted, unless that was said. */
static int
need_heard(const struct device_order *o)
{
	if (o->heard->is_known || o->size != NULL)
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_DATA, o->directory_path,
	    "does not say what was received of handheld %s; export it anew", o->hex);
}

int
cmd_device_lose(int argc, char **argv)
{
	struct wish w = {.o = {.is_revoke = true, .is_wipe = true, .reason = "lost"}};
	struct device_order *o = &w.o;
	int code = begin(&w, argc, argv, NEEDS_DIRECTORY | HAS_TRUST, LOSE_USAGE);

	if (code >= 0)
		goto cleanup;
	/* What was revoked for another reason is wiped all the same. */
	o->is_revoke = !device_order_is_revoked(o);
	if (!o->is_revoke && !o->as_json)
		printf("handheld %s is revoked already; only the wipe is signed\n", o->hex);
	if (o->size == NULL && o->heard->seal_count > 0)
		o->trusted_ms = o->heard->seals[0].received_ms;
	code = o->is_revoke ? need_heard(o) : FV_EXIT_OK;
	if (code == FV_EXIT_OK && o->is_revoke)
		code = device_order_trust(o, o->heard->sealed);
	if (code == FV_EXIT_OK)
		code = device_order_send(o);
cleanup:
	device_order_close(o);
	return code;
}

/* Nothing of it may be on its way any more. */
static int
check_complete(const struct device_order *o)
{
	const struct device_heard *heard = o->heard;
	const uint64_t waiting = device_heard_waiting(heard);
	char when[FV_INSTANT_TEXT_BYTES];

	if (heard->last_sync_ms > 0 && waiting == 0 && heard->apart == 0 &&
	    heard->sealed == heard->received)
		return FV_EXIT_OK;
	if (heard->last_sync_ms == 0)
		return fv_cli_fail(FV_EXIT_NO, o->hex,
		    "was never heard of; let it sync and export the directory anew, or retire "
		    "it all the same with --force");
	(void)fv_instant_format(heard->last_sync_ms, 0, true, when);
	return fv_cli_fail(FV_EXIT_NO, o->hex,
	    "%llu records and %llu parts of records were not received, %llu have no seal yet, "
	    "when it was last heard of at %s; let it sync and export the directory anew, or "
	    "retire it "
	    "all the same with --force",
	    (unsigned long long)waiting, (unsigned long long)heard->apart,
	    (unsigned long long)(heard->received - heard->sealed), when);
}

int
cmd_device_retire(int argc, char **argv)
{
	struct wish w = {.o = {.is_revoke = true, .reason = "retired"}};
	struct device_order *o = &w.o;
	int code = begin(&w, argc, argv, NEEDS_DIRECTORY | HAS_FORCE, RETIRE_USAGE);

	if (code >= 0)
		goto cleanup;
	if (device_order_is_revoked(o)) {
		code = say_revoked(o);
		goto cleanup;
	}
	o->trusted_size = o->heard->had;
	if ((code = need_heard(o)) == FV_EXIT_OK && !w.is_forced)
		code = check_complete(o);
	if (code == FV_EXIT_OK)
		code = device_order_send(o);
cleanup:
	device_order_close(o);
	return code;
}

/* -- replace -------------------------------------------------------------------------- */

/* Who gets the new handheld, and whether his ticket is there already. */
struct successor {
	char officer[FV_ID_BYTES];
	char team[FV_ID_BYTES];
	bool has_ticket;
};

static int
read_ticket(const struct device_order *o, const char *path, struct successor *out)
{
	struct fv_ticket ticket;
	struct fv_buf file = {0};
	struct fv_fault fault = {0};
	struct fv_span note;
	int code = fv_cli_read(path, &file);

	if (code == FV_EXIT_OK &&
	    fv_ticket_file_parse(fv_buf_span(&file), &ticket, &note, &fault) != FV_OK)
		code = fv_cli_fault(path, &fault, FV_EFORMAT);
	else if (code == FV_EXIT_OK &&
	    (fv_ticket_verify(note, o->directory.roster, &o->directory.roster_hash) != FV_OK))
		code = fv_cli_fail(FV_EXIT_DATA, path,
		    "was not made for the roster in force; make one with 'fieldvisitd "
		    "invite'");
	else if (code == FV_EXIT_OK && ticket.expires_ms <= (int64_t)time(NULL) * 1000)
		code = fv_cli_fail(
		    FV_EXIT_DATA, path, "has expired; make one with 'fieldvisitd invite'");
	if (code == FV_EXIT_OK) {
		memcpy(out->officer, ticket.officer, sizeof out->officer);
		memcpy(out->team, ticket.team, sizeof out->team);
		out->has_ticket = true;
	}
	fv_wipe(&ticket, sizeof ticket);
	fv_buf_clear(&file);
	return code;
}

static int
find_successor(const struct device_order *o, const char *with, struct successor *out)
{
	const struct fv_roster *roster = o->directory.roster;

	memset(out, 0, sizeof *out);
	if (access(with, R_OK) == 0)
		return read_ticket(o, with, out);
	memcpy(out->team, o->device->team, sizeof out->team);
	for (size_t i = 0; i < roster->officer_count; i++) {
		if (strcmp(roster->officers[i].id, with) == 0) {
			memcpy(out->officer, roster->officers[i].id, sizeof out->officer);
			return FV_EXIT_OK;
		}
	}
	return fv_cli_fail(FV_EXIT_DATA, "--with",
	    "%s is neither a ticket file nor an officer on the roster", with);
}

static void
put_next(const struct device_order *o, const char *with, const struct successor *s,
    char next[NEXT_BYTES])
{
	char how[256];

	if (s->has_ticket)
		(void)snprintf(how, sizeof how, "'fieldvisit enroll %s' on it", with);
	else
		(void)snprintf(how, sizeof how,
		    "'fieldvisitd invite --officer %s --team %s ...' makes its ticket, "
		    "'fieldvisit enroll TICKET' on it uses that",
		    s->officer, s->team);
	(void)snprintf(next, NEXT_BYTES,
	    "next: 1. the new handheld of officer %s: %s; then 'fieldvisitd device "
	    "approve'.\n"
	    "2. the cases of officer %s are sealed to the old one: 'fieldvisitd roster "
	    "export', then 'fieldvisitd case seal CASES.csv --directory FILE' and "
	    "'fieldvisitd case import', or assign them at the desk, which seals them "
	    "again.\n",
	    s->officer, how, o->device->officer);
}

int
cmd_device_replace(int argc, char **argv)
{
	struct wish w = {.o = {.is_revoke = true, .reason = "replaced"}};
	struct device_order *o = &w.o;
	struct successor successor;
	char next[NEXT_BYTES];
	int code =
	    begin(&w, argc, argv, NEEDS_DIRECTORY | HAS_TRUST | HAS_WITH, REPLACE_USAGE);

	if (code >= 0)
		goto cleanup;
	if ((code = find_successor(o, w.with, &successor)) != FV_EXIT_OK)
		goto cleanup;
	if (device_order_is_revoked(o)) {
		code = say_revoked(o);
		goto cleanup;
	}
	put_next(o, w.with, &successor, next);
	o->next = next;
	/* It is in good hands: what it had when it was last heard of is its officer's. */
	if ((code = need_heard(o)) == FV_EXIT_OK &&
	    (code = device_order_trust(o, o->heard->had)) == FV_EXIT_OK)
		code = device_order_send(o);
cleanup:
	device_order_close(o);
	return code;
}
