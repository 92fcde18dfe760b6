/* officer disable, enable, expire: who may not be sent any more, or for the time being. */
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/staff.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define DISABLE_USAGE                                                                         \
	"officer disable ID [--reason left|leave|conduct|training|other] [--json]"
#define ENABLE_USAGE "officer enable ID [--json]"
#define EXPIRE_USAGE "officer expire ID --on YYYY-MM-DD|none [--json]"

static int
send_bar(const char *id, const char *what, const char *reason, const char *on, json_t *ends_ms,
    bool as_json)
{
	json_t *request = json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", id, "what", what,
	    "reason", reason, "on", on, "ends_ms", ends_ms);

	if (request == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, id, "is not UTF-8, or memory ran out");
	return fv_host_call("officer bar", request, as_json);
}

int
cmd_officer_disable(int argc, char **argv)
{
	const char *reason = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"reason", FV_CLI_TEXT, &reason, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, DISABLE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, DISABLE_USAGE))
		return FV_EXIT_USAGE;
	if (reason == NULL)
		reason = "other";
	if (!fv_worklog_is_reason(reason, staff_reasons))
		return fv_cli_fail(FV_EXIT_USAGE, "--reason",
		    "is none of left, leave, conduct, training, other");
	return send_bar(argv[1], "disable", reason, "", json_null(), as_json);
}

int
cmd_officer_enable(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, ENABLE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, ENABLE_USAGE))
		return FV_EXIT_USAGE;
	return send_bar(argv[1], "enable", "", "", json_null(), as_json);
}

/* The beginning of a date where this machine is.  INT64_MIN: no such time. */
static int64_t
begins_at(int64_t day)
{
	struct fv_civil civil;
	struct tm tm = {.tm_isdst = -1};
	time_t at;

	fv_civil_from_days(day, &civil);
	tm.tm_year = civil.year - 1900;
	tm.tm_mon = civil.month - 1;
	tm.tm_mday = civil.day;
	at = mktime(&tm);
	return at == (time_t)-1 ? INT64_MIN : (int64_t)at * 1000;
}

int
cmd_officer_expire(int argc, char **argv)
{
	const char *on = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"on", FV_CLI_TEXT, &on, true},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct staff_date date;
	int64_t at = 0;
	int code = fv_cli_parse(&argc, argv, options, EXPIRE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, EXPIRE_USAGE))
		return FV_EXIT_USAGE;
	if (!staff_date_read(on, &date) ||
	    (!date.is_none && (at = begins_at(date.day)) == INT64_MIN))
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--on", "is not a date; write as 2026-03-02, or none");
	return send_bar(argv[1], "expire", "", on,
	    date.is_none ? json_null() : json_integer((json_int_t)at), as_json);
}
