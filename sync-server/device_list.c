/* device list: the enrolled handhelds, what each last said and what waits on it. */
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/device_text.h"
#include "sync-server/host.h"
#include "sync-server/verb.h"

#define USAGE "device list [--json] [--agency A] [--state STATE]"

struct list {
	struct device_view view;
	const char *agency; /* NULL: all */
	const char *word;   /* of the state; NULL: every one */
	enum device_state state;
	json_t *rows; /* owned */
};

static enum fv_err
take(const struct fv_store_device *d, void *ctx)
{
	struct list *list = ctx;
	enum device_state state;
	json_t *row;
	enum fv_err rc;

	if (list->agency != NULL && strcmp(list->agency, d->agency) != 0)
		return FV_OK;
	if (list->word != NULL) {
		if ((rc = device_state_get(&list->view, d, &state, NULL)) != FV_OK)
			return rc;
		if (state != list->state)
			return FV_OK;
	}
	if ((rc = device_json(&list->view, d, &row)) == FV_OK &&
	    (rc = device_json_trail(&list->view, d, row)) != FV_OK)
		json_decref(row);
	if (rc != FV_OK)
		return rc;
	return json_array_append_new(list->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

static void
print_all(const struct list *list)
{
	const json_t *row;
	size_t i, silent = 0, never = 0, waiting = 0;

	json_array_foreach(list->rows, i, row)
	{
		device_print_row(row, list->view.now_ms);
		if (json_is_null(json_object_get(row, "last_sync_ms")))
			never++;
		else if (json_is_true(json_object_get(row, "is_silent")))
			silent++;
		if (json_integer_value(json_object_get(row, "outstanding")) > 0)
			waiting++;
	}
	printf("%zu handheld%s", i, i == 1 ? "" : "s");
	if (never > 0)
		printf(", %zu never heard of", never);
	if (silent > 0)
		printf(", %zu silent for a day or more", silent);
	if (waiting > 0)
		printf(", %zu with records that were not received", waiting);
	putchar('\n');
}

static int
run(struct list *list, bool as_json)
{
	struct fv_store *store = NULL;
	enum fv_err rc;
	int code = fv_verb_open(&store);

	if (code != FV_EXIT_OK)
		return code;
	list->rows = json_array();
	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = device_view_open(&list->view, store, fv_host_now_ms(), DEVICE_SILENT_MS);
	if (rc == FV_OK)
		rc = fv_store_device_each(store, NULL, take, list);
	device_view_close(&list->view);
	fv_store_view_end(store);
	fv_store_close(store);
	if (rc != FV_OK)
		code = fv_verb_unread(rc);
	else if (!as_json)
		print_all(list);
	else if (!fv_verb_print(json_pack("{s:O}", "devices", list->rows)))
		code = FV_EXIT_TEMPFAIL;
	json_decref(list->rows);
	return code;
}

int
cmd_device_list(int argc, char **argv)
{
	struct list list = {.rows = NULL};
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {"agency", FV_CLI_TEXT, &list.agency, false},
	    {"state", FV_CLI_TEXT, &list.word, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (list.word != NULL && !device_state_of_word(list.word, &list.state))
		return fv_cli_fail(FV_EXIT_USAGE, "--state",
		    "is none of not-approved, approved, lost, retired, replaced and revoked");
	return run(&list, as_json);
}
