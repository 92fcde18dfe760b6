/* desk add, list, disable, enable, link: who may use the supervisors' desk. */
#include <stdio.h>

#include "fv/instant.h"
#include "sync-server/account.h"
#include "sync-server/cmd.h"
#include "sync-server/verb.h"

#define ADD_USAGE                                                                             \
	"desk add ID --role admin|supervisor|auditor|manager [--name NAME]\n"                 \
	"           [--agency AGENCY] [--officer ID] [--json]"
#define LIST_USAGE "desk list [--json]"
#define DISABLE_USAGE "desk disable ID [--json]"
#define ENABLE_USAGE "desk enable ID [--json]"
#define LINK_USAGE "desk link ID [--json]"
#define TOKEN_USAGE "desk token ID [--end] [--json]"
#define PAGE 100U

static int
put(json_t *request, const char *name, const char *value)
{
	return value == NULL ? 0 : json_object_set_new(request, name, json_string(value));
}

int
cmd_desk_add(int argc, char **argv)
{
	const char *name = NULL, *role = NULL, *agency = NULL, *officer = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"name", FV_CLI_TEXT, &name, false},
	    {"role", FV_CLI_TEXT, &role, true},
	    {"agency", FV_CLI_TEXT, &agency, false},
	    {"officer", FV_CLI_TEXT, &officer, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, ADD_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, ADD_USAGE))
		return FV_EXIT_USAGE;
	request = json_pack("{s:s, s:s}", "id", argv[1], "role", role);
	if (request == NULL || put(request, "name", name) != 0 ||
	    put(request, "agency", agency) != 0 || put(request, "officer", officer) != 0) {
		json_decref(request);
		return fv_cli_fail(
		    FV_EXIT_USAGE, argv[1], "a value is not UTF-8, or memory ran out");
	}
	return fv_host_call("desk add", request, as_json);
}

struct listing {
	json_t *list; /* owned; NULL: text */
	size_t count;
	char last[FV_ID_BYTES];
};

static enum fv_err
show(const struct fv_store_account *a, void *ctx)
{
	char at[FV_INSTANT_TEXT_BYTES];
	struct listing *l = ctx;
	const char *role = fv_role_word(a->role);

	l->count++;
	snprintf(l->last, sizeof l->last, "%s", a->id);
	if (l->list != NULL)
		return json_array_append_new(l->list, fv_account_json(a)) == 0 ? FV_OK
									       : FV_ENOMEM;
	printf("%-24s  %-10s  %s%s%s%s%s\n", a->id, role != NULL ? role : "?", a->name,
	    a->agency[0] != '\0' ? "  agency " : "", a->agency,
	    a->has_login ? "  last login " : "  never logged in",
	    a->has_login ? fv_instant_format(a->login_ms / 1000 * 1000, 0, true, at) : "");
	if (a->is_disabled)
		printf("%-24s  DISABLED\n", "");
	return FV_OK;
}

/* All of them, a page at a time. */
static enum fv_err
list_all(struct fv_store *store, struct listing *l)
{
	size_t before;
	enum fv_err rc;

	do {
		before = l->count;
		rc = fv_store_account_each(store, fv_span_z(l->last), PAGE, show, l);
	} while (rc == FV_OK && l->count - before == PAGE);
	return rc;
}

int
cmd_desk_list(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct listing l = {0};
	struct fv_store *store = NULL;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	l.list = as_json ? json_array() : NULL;
	rc = as_json && l.list == NULL ? FV_ENOMEM : list_all(store, &l);
	if (rc == FV_OK && as_json && !fv_verb_print(json_pack("{s:O}", "accounts", l.list)))
		rc = FV_ENOMEM;
	if (rc == FV_OK && !as_json && l.count == 0)
		puts("no account; 'fieldvisitd desk add ID --role admin' makes one");
	json_decref(l.list);
	fv_store_close(store);
	return rc == FV_OK ? cmd_finish(FV_EXIT_OK) : fv_verb_unread(rc);
}

/* "VERB ID [--json]".  Owned: *request_out: {id}.  Returns an exit code; -1: help was asked.
 */
static int
read_id(int argc, char **argv, const char *usage, json_t **request_out, bool *as_json)
{
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, usage);

	if (code != FV_EXIT_OK)
		return code;
	if (!fv_verb_operands(argc, 1, 1, usage))
		return FV_EXIT_USAGE;
	if ((*request_out = json_pack("{s:s}", "id", argv[1])) == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is not UTF-8, or memory ran out");
	return FV_EXIT_OK;
}

static int
change(int argc, char **argv, const char *usage, bool is_disabled)
{
	json_t *request = NULL;
	bool as_json = false;
	int code = read_id(argc, argv, usage, &request, &as_json);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (json_object_set_new(request, "disabled", json_boolean(is_disabled)) != 0) {
		json_decref(request);
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	}
	return fv_host_call("desk change", request, as_json);
}

int
cmd_desk_disable(int argc, char **argv)
{
	return change(argc, argv, DISABLE_USAGE, true);
}

int
cmd_desk_enable(int argc, char **argv)
{
	return change(argc, argv, ENABLE_USAGE, false);
}

int
cmd_desk_link(int argc, char **argv)
{
	json_t *request = NULL;
	bool as_json = false;
	int code = read_id(argc, argv, LINK_USAGE, &request, &as_json);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	return fv_host_call("desk link", request, as_json);
}

int
cmd_desk_token(int argc, char **argv)
{
	bool is_end = false, as_json = false;
	const struct fv_cli_option options[] = {
	    {"end", FV_CLI_FLAG, &is_end, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, TOKEN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, TOKEN_USAGE))
		return FV_EXIT_USAGE;
	if ((request = json_pack("{s:s, s:b}", "id", argv[1], "end", is_end)) == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is not UTF-8, or memory ran out");
	return fv_host_call("desk token", request, as_json);
}
