/* fieldvisitd device revoke, wipe: orders about a handheld, signed off the server. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fv/order.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"

#define REVOKE_USAGE                                                                          \
	"device revoke --key FILE --dev DEV --reason WORD --out NOTE\n"                       \
	"           [--trusted-size N] [--passphrase-file FILE|-] [--json]"
#define WIPE_USAGE                                                                            \
	"device wipe --key FILE --dev DEV --out NOTE [--passphrase-file FILE|-] [--json]"

struct wish {
	const char *key, *dev, *reason, *size, *out, *pass_file;
	bool as_json;
};

static int
read_wish(const struct wish *w, struct fv_order *order)
{
	if (fv_hex_decode(fv_span_z(w->dev), order->dev, sizeof order->dev) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--dev", "is not 32 lower-case hex digits");
	order->at_ms = (int64_t)time(NULL) * 1000;
	if (order->kind != FV_ORDER_REVOKE)
		return FV_EXIT_OK;
	if (fv_id_copy(fv_span_z(w->reason), order->reason, sizeof order->reason) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--reason",
		    "is not one word; write lost, stolen, left, replaced or misuse");
	/* 0: nothing of the trail is vouched for; what the seals prove stays proven. */
	if (w->size != NULL &&
	    fv_decimal_decode(fv_span_z(w->size), INT64_MAX, &order->trusted_size) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--trusted-size",
		    "is not a number of records; 'fieldvisitd device info' shows it");
	return FV_EXIT_OK;
}

static int
write_order(const struct wish *w, const struct fv_order *order)
{
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	struct fv_buf text = {0}, note = {0};
	int code = fv_cli_open_signer(w->key, w->pass_file, &key, &secret);

	if (code != FV_EXIT_OK)
		goto cleanup;
	fv_order_put(&text, order);
	fv_cli_sign(&note, fv_buf_span(&text), &key, secret);
	if (fv_buf_status(&text) != FV_OK || fv_buf_status(&note) != FV_OK)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	else
		code = fv_cli_write_new(w->out, 0644, fv_buf_span(&note));
	if (code != FV_EXIT_OK)
		goto cleanup;
	if (w->as_json) {
		code = fv_cli_print_json(json_pack("{s:s, s:s, s:s, s:s}", "order",
		    order->kind == FV_ORDER_REVOKE ? "revoke" : "wipe", "dev", w->dev,
		    "signed_by", key.id, "file", w->out));
	} else {
		printf("%s: signed by %s; 'fieldvisitd device import' takes it to the server, "
		       "and "
		       "it reaches the handheld at its next sync\n",
		    w->out, key.id);
		code = fv_cli_finish();
	}
cleanup:
	fv_secret_free(secret);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

int
cmd_device_revoke(int argc, char **argv)
{
	struct fv_order order = {.kind = FV_ORDER_REVOKE};
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, true},
	    {"dev", FV_CLI_TEXT, &w.dev, true},
	    {"reason", FV_CLI_TEXT, &w.reason, true},
	    {"out", FV_CLI_TEXT, &w.out, true},
	    {"trusted-size", FV_CLI_TEXT, &w.size, false},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, REVOKE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if ((code = read_wish(&w, &order)) != FV_EXIT_OK)
		return code;
	return write_order(&w, &order);
}

int
cmd_device_wipe(int argc, char **argv)
{
	struct fv_order order = {.kind = FV_ORDER_WIPE};
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, true},
	    {"dev", FV_CLI_TEXT, &w.dev, true},
	    {"out", FV_CLI_TEXT, &w.out, true},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, WIPE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if ((code = read_wish(&w, &order)) != FV_EXIT_OK)
		return code;
	return write_order(&w, &order);
}
