/*
 * agency close: on the server it ends what the agency may do; with a key, off the server, it
 * signs for each of its handhelds that it is revoked and that its cards are wiped.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sync-server/cmd.h"
#include "sync-server/directory.h"
#include "sync-server/verb.h"

#define USAGE                                                                                 \
	"agency close A [--json]\n"                                                           \
	"       fieldvisitd agency close A --key FILE --directory FILE --out FOLDER\n"        \
	"           [--roster SIGNED] [--passphrase-file FILE|-] [--json]"

struct wish {
	const char *agency, *key, *directory, *roster, *out, *pass_file;
	bool as_json;
	json_t *trails;        /* owned; {dev: size}: what the server has of each */
	struct directory list; /* owned */
	struct fv_key_public public;
	struct fv_key_secret *secret; /* owned */
	size_t written;
};

/* A handheld is of the agency that has its team; without a word, of the signing house. */
static bool
is_of_agency(const struct wish *w, const struct directory_device *d)
{
	const struct directory_people *people = &w->list.people;

	for (size_t i = 0; i < people->team_count; i++)
		if (strcmp(people->teams[i].id, d->team) == 0)
			return strcmp(people->teams[i].agency, w->agency) == 0;
	return strcmp(w->list.roster->agency, w->agency) == 0;
}

static int
write_order(struct wish *w, const struct fv_order *order, const char *hex)
{
	struct fv_buf text = {0}, note = {0}, path = {0};
	int code = FV_EXIT_OK;

	fv_order_put(&text, order);
	fv_cli_sign(&note, fv_buf_span(&text), &w->public, w->secret);
	fv_buf_putf(&path, "%s/%s-%s.note", w->out, hex,
	    order->kind == FV_ORDER_REVOKE ? "revoke" : "wipe");
	if (fv_buf_status(&text) != FV_OK || fv_buf_status(&note) != FV_OK ||
	    fv_buf_z(&path) == NULL)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	if (code == FV_EXIT_OK)
		code = fv_cli_write_new(fv_buf_z(&path), 0644, fv_buf_span(&note));
	fv_buf_clear(&path);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

/* Revoked from what the server has received on, and wiped. */
static int
write_orders(struct wish *w, const struct directory_device *d)
{
	struct fv_order order = {.kind = FV_ORDER_WIPE, .at_ms = (int64_t)time(NULL) * 1000};
	char hex[2 * FV_DEV_BYTES + 1];
	int code;

	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", d->dev[i]);
	memcpy(order.dev, d->dev, sizeof order.dev);
	if ((code = write_order(w, &order, hex)) != FV_EXIT_OK)
		return code;
	w->written++;
	if (d->is_revoked)
		return FV_EXIT_OK;
	order.kind = FV_ORDER_REVOKE;
	(void)snprintf(order.reason, sizeof order.reason, "agency-closed");
	order.trusted_size = (uint64_t)json_integer_value(json_object_get(w->trails, hex));
	return write_order(w, &order, hex);
}

static int
open_all(struct wish *w)
{
	json_t *root;
	int code = directory_open(w->directory, &w->list);

	if (code != FV_EXIT_OK ||
	    (code = fv_cli_open_signer(w->key, w->pass_file, &w->public, &w->secret)) !=
		FV_EXIT_OK ||
	    (code = directory_check_roster(w->directory, w->roster, &w->list, &w->public)) !=
		FV_EXIT_OK)
		return code;
	if (directory_find_agency(&w->list.people, w->agency) == NULL)
		return fv_cli_fail(FV_EXIT_DATA, w->agency,
		    "%s knows no such agency; export it again with 'fieldvisitd roster "
		    "export'",
		    w->directory);
	root = json_load_file(w->directory, 0, NULL);
	w->trails = json_incref(json_object_get(root, "trails"));
	json_decref(root);
	if (mkdir(w->out, 0700) != 0)
		return fv_cli_fail(
		    FV_EXIT_CANTCREAT, w->out, "cannot be made: %s", strerror(errno));
	return FV_EXIT_OK;
}

static int
sign_orders(struct wish *w)
{
	int code = open_all(w);

	for (size_t i = 0; code == FV_EXIT_OK && i < w->list.device_count; i++)
		if (is_of_agency(w, &w->list.devices[i]))
			code = write_orders(w, &w->list.devices[i]);
	if (code == FV_EXIT_OK && w->as_json) {
		code = fv_cli_print_json(json_pack("{s:s, s:I, s:s}", "agency", w->agency,
		    "handhelds", (json_int_t)w->written, "folder", w->out));
	} else if (code == FV_EXIT_OK) {
		printf("%s: orders to revoke and wipe %zu handhelds of %s, signed by %s; "
		       "'fieldvisitd device import %s' takes them to the server\n",
		    w->out, w->written, w->agency, w->public.id, w->out);
		code = fv_cli_finish();
	}
	fv_secret_free(w->secret);
	json_decref(w->trails);
	directory_close(&w->list);
	return code;
}

int
cmd_agency_close(int argc, char **argv)
{
	struct wish w = {.as_json = false};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, false},
	    {"directory", FV_CLI_TEXT, &w.directory, false},
	    {"roster", FV_CLI_TEXT, &w.roster, false},
	    {"out", FV_CLI_TEXT, &w.out, false},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, USAGE))
		return FV_EXIT_USAGE;
	w.agency = argv[1];
	if ((w.key != NULL) != (w.directory != NULL) || (w.key != NULL) != (w.out != NULL))
		return fv_cli_fail(FV_EXIT_USAGE, argv[1],
		    "the orders are signed with --key, --directory and --out, all three");
	if (w.key != NULL)
		return sign_orders(&w);
	if ((request = json_pack("{s:s}", "id", argv[1])) == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is not UTF-8, or memory ran out");
	return fv_host_call("agency close", request, w.as_json);
}
