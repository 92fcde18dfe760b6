/* fieldvisitd credential check, slip find: what a borrower is told of a code. */
#include <stdio.h>

#include "fv/instant.h"
#include "sync-server/borrower.h"
#include "sync-server/cmd.h"
#include "sync-server/verb.h"

#define CREDENTIAL_USAGE "credential check CODE [--json]"
#define SLIP_USAGE "slip find CODE [--json]"

/* A call: the code that was typed, and the store. */
struct asked {
	bool as_json;
	char code[FV_CODE_BYTES];
	struct fv_store *store; /* owned */
};

/* An exit code, -1 after --help. */
static int
open_asked(struct asked *a, const char *usage, int argc, char **argv)
{
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &a->as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, usage);

	if (code != FV_EXIT_OK)
		return code;
	if (!fv_verb_operands(argc, 1, 1, usage))
		return FV_EXIT_USAGE;
	if (fv_code_read(fv_span_z(argv[1]), a->code) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "CODE",
		    "is not a code of 16 letters and digits, as ABCD-EFGH-IJKL-MN23");
	return fv_verb_open(&a->store);
}

static int
print(const struct asked *a, int code, json_t *object, const char *text)
{
	if (a->as_json)
		return fv_verb_print(object) ? code : FV_EXIT_TEMPFAIL;
	json_decref(object);
	puts(text);
	return code;
}

int
cmd_credential_check(int argc, char **argv)
{
	struct fv_borrower_badge who;
	struct asked a = {0};
	char text[128];
	enum fv_err rc;
	int code = open_asked(&a, CREDENTIAL_USAGE, argc, argv);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	rc = fv_borrower_credential(a.store, a.code, fv_host_now_ms(), &who);
	(void)snprintf(text, sizeof text, "agency %s, badge %s: entitled to visit today",
	    who.agency, who.badge);
	if (rc == FV_OK)
		code = print(&a, FV_EXIT_OK,
		    json_pack("{s:b, s:s, s:s}", "known", 1, "agency", who.agency, "badge",
			who.badge),
		    text);
	else if (rc == FV_ENOENT)
		code = print(&a, FV_EXIT_NO,
		    json_pack("{s:b, s:n, s:n}", "known", 0, "agency", "badge"),
		    "not known: do not open");
	else
		code = fv_verb_unread(rc);
	fv_store_close(a.store);
	return code;
}

int
cmd_slip_find(int argc, char **argv)
{
	char text[160], when[FV_INSTANT_TEXT_BYTES] = "";
	struct fv_borrower_visit visit;
	struct asked a = {0};
	enum fv_err rc;
	int code = open_asked(&a, SLIP_USAGE, argc, argv);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	rc = fv_borrower_visit(a.store, a.code, fv_host_now_ms(), &visit);
	(void)fv_instant_format(visit.recorded_ms, 0, true, when);
	(void)snprintf(text, sizeof text,
	    "received: a visit by agency %s, badge %s, recorded %s", visit.who.agency,
	    visit.who.badge, when);
	if (rc == FV_OK)
		code = print(&a, FV_EXIT_OK,
		    json_pack("{s:b, s:s, s:s, s:o, s:o}", "received", 1, "agency",
			visit.who.agency, "badge", visit.who.badge, "recorded_at",
			fv_verb_json_time(true, visit.recorded_ms), "received_at",
			fv_verb_json_time(true, visit.received_ms)),
		    text);
	else if (rc == FV_ENOENT)
		code = print(&a, FV_EXIT_NO,
		    json_pack("{s:b, s:n, s:n, s:n, s:n}", "received", 0, "agency", "badge",
			"recorded_at", "received_at"),
		    "not yet received, or no such code");
	else
		code = fv_verb_unread(rc);
	fv_store_close(a.store);
	return code;
}
