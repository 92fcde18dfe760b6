/* fieldvisitd: one verb, one function.  A verb is one line in the table, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/codes.h"
#include "fv/crypto.h"
#include "sync-server/cmd.h"
#include "sync-server/version.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
    {"agency add", cmd_agency_add, "add an agency with its teams and dates"},
    {"agency certificate", cmd_agency_certificate,
	"print what a closed agency's handhelds have confirmed"},
    {"agency close", cmd_agency_close, "end an agency's access; sign its handhelds' orders"},
    {"agency import", cmd_agency_import, "take agencies from a table, all or none"},
    {"agency list", cmd_agency_list, "list the agencies, also for the bank's own site"},
    {"agency set", cmd_agency_set, "change an agency's name, teams or dates"},
    {"agency show", cmd_agency_show, "show one agency"},
    {"alert ack", cmd_alert_ack, "say who has seen an alert"},
    {"alert list", cmd_alert_list, "list SOS, overdue check-ins, welfare concerns, holds"},
    {"audit", cmd_audit, "judge a case history file by rule packs: audit replay"},
    {"audit run", cmd_audit_run, "judge every case and keep the findings that changed"},
    {"audit standing", cmd_audit_standing, "list what stands about cases, people, handhelds"},
    {"backup", cmd_backup, "write a backup file, while serving or not"},
    {"calendar import", cmd_calendar_import, "make a pack of holidays, off the server"},
    {"calendar list", cmd_calendar_list, "list the calendars of holidays"},
    {"case assign", cmd_case_assign, "say which officers may visit a case"},
    {"case close", cmd_case_close, "close a case: it leaves every handheld"},
    {"case import", cmd_case_import, "take cases and their sealed cards"},
    {"case list", cmd_case_list, "list the cases"},
    {"case place", cmd_case_place, "take a visit's position as a case's place"},
    {"case report", cmd_case_report,
	"what is kept of a borrower, for the borrower, from an export"},
    {"case seal", cmd_case_seal, "seal a case file's personal columns, off the server"},
    {"case show", cmd_case_show, "show one case"},
    {"complaint answer", cmd_complaint_answer, "answer a complaint; its hold ends"},
    {"complaint hold", cmd_complaint_hold, "renew or lift the hold of a complaint"},
    {"complaint link", cmd_complaint_link, "say which case a complaint is about"},
    {"complaint list", cmd_complaint_list, "list what borrowers complain of or ask"},
    {"complaint open", cmd_complaint_open, "read a sealed complaint, off the server"},
    {"complaint show", cmd_complaint_show, "show one complaint, or its sealed text"},
    {"credential check", cmd_credential_check, "whose code of the day this is"},
    {"desk add", cmd_desk_add, "let somebody use the desk; prints a one-time link"},
    {"desk disable", cmd_desk_disable, "end somebody's access to the desk, at once"},
    {"desk enable", cmd_desk_enable, "give it back"},
    {"desk link", cmd_desk_link, "a new one-time link, for a forgotten password"},
    {"desk token", cmd_desk_token, "a token with which a program reads as an account does"},
    {"desk list", cmd_desk_list, "list who may use the desk"},
    {"device approve", cmd_device_approve, "approve a handheld by its digits, off the server"},
    {"device import", cmd_device_import, "take a signed approval, revocation or wipe order"},
    {"device info", cmd_device_info, "show one handheld; write its ENROL leaf"},
    {"device list", cmd_device_list, "list the enrolled handhelds"},
    {"device lose", cmd_device_lose, "revoke and wipe a lost handheld, off the server"},
    {"device replace", cmd_device_replace,
	"revoke a handheld that another stands in for, off the server"},
    {"device retire", cmd_device_retire,
	"revoke a handheld that is out of use, off the server"},
    {"device revoke", cmd_device_revoke,
	"revoke a handheld by a signed order, off the server"},
    {"device wipe", cmd_device_wipe, "order its case cards wiped, off the server"},
    {"doctor", cmd_doctor, "say what is wrong with this server, and how to repair it"},
    {"export", cmd_export, "write the evidence of a visit or case to a file"},
    {"history import", cmd_history_import, "take contacts and events of other systems"},
    {"inbox list", cmd_inbox_list, "list what came in by a watched folder"},
    {"inbox run", cmd_inbox_run, "take the files of a folder once"},
    {"init", cmd_init, "make a data folder: keys, database, ledger"},
    {"invite", cmd_invite, "make signed enrolment tickets, off the server"},
    {"invite import", cmd_invite_import, "take signed tickets and keep their tokens"},
    {"log draft", cmd_log_draft, "after an older backup: draw up the order to go on"},
    {"log import", cmd_log_import, "take that order: handhelds that saw more go on"},
    {"log sign", cmd_log_sign, "sign that order, off the server"},
    {"note open", cmd_note_open, "open the notes of an export, off the server"},
    {"officer add", cmd_officer_add, "add an officer to an agency, with badge and dates"},
    {"officer invite", cmd_officer_invite,
	"make a ticket for 'fieldvisit login', off the server"},
    {"officer disable", cmd_officer_disable, "let an officer visit no more, at once"},
    {"officer enable", cmd_officer_enable, "let him visit again"},
    {"officer expire", cmd_officer_expire, "say on which date he ends by himself"},
    {"officer import", cmd_officer_import, "take officers from a table, all or none"},
    {"officer list", cmd_officer_list, "list the officers of register and roster"},
    {"officer set", cmd_officer_set, "change an officer's agency, team, badge or dates"},
    {"officer show", cmd_officer_show, "show one officer"},
    {"outcomes", cmd_outcomes, "what came of visits since a cursor, for other systems"},
    {"pack", cmd_pack, "check, show, compare or count rule packs"},
    {"pack import", cmd_pack_import, "take what 'pack publish' wrote"},
    {"pack lint", cmd_pack_lint, "warn of doubtful packs and of cases without one"},
    {"pack publish", cmd_pack_publish, "adopt packs in a signed note, off the server"},
    {"pack sign", cmd_pack_sign, "add a signature to a packs note, off the server"},
    {"payment import", cmd_payment_import, "take payments: on which day a case was paid"},
    {"plan close", cmd_plan_close, "say why a planned visit was not made"},
    {"plan import", cmd_plan_import, "take planned visits, judged before they are taken"},
    {"plan list", cmd_plan_list, "list the planned visits"},
    {"report", cmd_report, "a day's visits with verdicts, as a table, CSV or JSON"},
    {"restore", cmd_restore, "make a data folder from a backup file"},
    {"review", cmd_review, "decide about a finding, with a reason"},
    {"review reasons", cmd_review_reasons, "list the reasons that there are"},
    {"roster export", cmd_roster_export, "write the directory that 'case seal' reads"},
    {"roster import", cmd_roster_import, "take a signed roster"},
    {"roster new", cmd_roster_new, "draft an agency's roster"},
    {"roster set", cmd_roster_set, "change a drafted roster"},
    {"roster show", cmd_roster_show, "show a roster and who has signed it"},
    {"roster sign", cmd_roster_sign, "add a signature to a roster"},
    {"serve", cmd_serve, "answer handhelds; health and metrics for the desk"},
    {"settings import", cmd_settings_import, "take signed settings for the handhelds"},
    {"settings set", cmd_settings_set, "change values of the settings, off the server"},
    {"settings show", cmd_settings_show, "show the settings of the handhelds"},
    {"settings sign", cmd_settings_sign, "sign settings for the handhelds, off the server"},
    {"settings unset", cmd_settings_unset, "take values of the settings back, off the server"},
    {"slip find", cmd_slip_find, "what was recorded of a visit, by its slip's code"},
    {"supervisor add", cmd_supervisor_add, "add a public key file to a drafted roster"},
    {"supervisor keygen", cmd_supervisor_keygen, "make a person's key file, off the server"},
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

static int
help(void)
{
	puts("usage: fieldvisitd [--dir DIR] VERB ...\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-18s %s\n", verbs[i].name, verbs[i].help);
	printf("  %-18s %s\n  %-18s %s\n  %-18s %s\n", "help", "this list", "help exits",
	    "the exit codes and their ids", "--version", "the program's version");
	return cmd_finish(CMD_OK);
}

/* True when the verb's one or two words are argv[1] and argv[2]. */
static bool
is_named(const char *name, int argc, char **argv)
{
	const size_t first = strlen(argv[1]);

	if (strncmp(name, argv[1], first) != 0)
		return false;
	if (name[first] == '\0')
		return true;
	return name[first] == ' ' && argc > 2 && strcmp(name + first + 1, argv[2]) == 0;
}

/* The longest name that fits: "pack publish" before "pack". */
static const struct verb *
find(int argc, char **argv)
{
	const struct verb *best = NULL;

	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (is_named(verbs[i].name, argc, argv) &&
		    (best == NULL || strlen(verbs[i].name) > strlen(best->name)))
			best = &verbs[i];
	}
	return best;
}

static int
unknown(int argc, char **argv)
{
	char verb[64];

	const char *names[VERB_COUNT + 1] = {"help"};

	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i + 1] = verbs[i].name;
	/* "roster" alone is near to nothing; "roster snow" is near to "roster show". */
	(void)snprintf(verb, sizeof verb, "%s%s%s", argv[1], argc > 2 ? " " : "",
	    argc > 2 ? argv[2] : "");
	const char *near = fv_word_nearest(fv_span_z(verb), names, VERB_COUNT + 1);
	if (near == NULL)
		near = fv_word_nearest(fv_span_z(argv[1]), names, VERB_COUNT + 1);
	if (near == NULL)
		return cmd_fail("no verb \"%s\"; \"fieldvisitd help\" lists them", verb);
	return cmd_fail("no verb \"%s\"; did you mean \"%s\"?", verb, near);
}

/* Take "--dir DIR" out of argv, wherever it stands before "--".  False: no DIR follows. */
static bool
take_dir(int *argc, char **argv)
{
	const char *dir = NULL;
	int kept = 1, i = 1;

	for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--dir") == 0)
			dir = ++i < *argc ? argv[i] : "";
		else if (strncmp(argv[i], "--dir=", 6) == 0)
			dir = argv[i] + 6;
		else
			argv[kept++] = argv[i];
	}
	while (i < *argc)
		argv[kept++] = argv[i++];
	*argc = kept;
	argv[kept] = NULL;
	return dir == NULL || (*dir != '\0' && setenv("FIELDVISITD_DIR", dir, 1) == 0);
}

int
main(int argc, char **argv)
{
	const struct verb *verb;

	if (!take_dir(&argc, argv))
		return cmd_fail("--dir: give the name of a folder after it");
	if (argc < 2) {
		help();
		return CMD_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2 && strcmp(argv[2], "exits") == 0)
		return cmd_exits(argc - 2, argv + 2);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0) {
		puts("fieldvisitd " FV_SERVER_VERSION);
		return cmd_finish(CMD_OK);
	}
	if (fv_crypto_init() != FV_OK)
		return cmd_fail("no source of random numbers");
	verb = find(argc, argv);
	if (verb == NULL)
		return unknown(argc, argv);
	/* argv[0] of a verb is its last word. */
	const int words = strchr(verb->name, ' ') == NULL ? 1 : 2;
	return verb->run(argc - words, argv + words);
}
