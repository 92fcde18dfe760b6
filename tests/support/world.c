#include "tests/support/world.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "fv/order.h"
#include "fv/ticket.h"
#include "fv/trail.h"
#include "tests/support/people.h"

#define WORDS_MAX 32

int
world_set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	assert_int_equal(fv_crypto_init(), FV_OK);
	memcpy(w->dir, "/tmp/fv-test-XXXXXX", 20);
	assert_non_null(mkdtemp(w->dir));
	w->roster = people_roster(2);
	w->roster_signer = 1;
	*state = w;
	return 0;
}

int
world_tear_down(void **state)
{
	struct world *w = *state;
	char command[96];

	(void)snprintf(command, sizeof command, "rm -rf '%s'", w->dir);
	assert_int_equal(system(command), 0);
	free(w->roster);
	fv_buf_clear(&w->out);
	fv_buf_clear(&w->err);
	free(w);
	return 0;
}

const char *
world_path(const struct world *w, const char *name)
{
	static char paths[4][160];
	static unsigned at;
	char *path = paths[at++ % 4];

	(void)snprintf(path, sizeof paths[0], "%s/%s", w->dir, name);
	return path;
}

void
world_write(const struct world *w, const char *name, struct fv_span bytes)
{
	FILE *f = fopen(world_path(w, name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

void
world_read(const struct world *w, const char *name, struct fv_buf *out)
{
	FILE *f = fopen(world_path(w, name), "rb");
	uint8_t piece[4096];
	size_t got;

	assert_non_null(f);
	fv_buf_reset(out);
	while ((got = fread(piece, 1, sizeof piece, f)) > 0)
		fv_buf_put(out, piece, got);
	(void)fclose(f);
	assert_non_null(fv_buf_z(out));
}

void
world_put_key(const struct world *w, const char *name, unsigned number)
{
	struct fv_key_public key = {.kind = FV_KEY_SUPERVISOR};
	struct fv_key_secret secret;
	struct fv_buf file = {0};
	char half[64];
	const struct fv_keyfile_seal seal = {.key = &key,
	    .secret = &secret,
	    .passphrase = fv_span_z("correct horse"),
	    .cost = {1, 8192},
	    .random = fv_random_system()};

	(void)snprintf(key.id, sizeof key.id, "s%u", number);
	memcpy(key.agency, w->roster->agency, sizeof key.agency);
	people_sign_seed(number, secret.sign_seed);
	fv_ed25519_public(secret.sign_seed, key.sign_pk);
	people_box_sk(number, secret.box_sk);
	fv_x25519_public(secret.box_sk, key.box_pk);
	assert_int_equal(fv_keyfile_put(&file, &seal), FV_OK);
	world_write(w, name, fv_buf_span(&file));
	fv_buf_reset(&file);
	fv_keyfile_put_public(&file, &key);
	(void)snprintf(half, sizeof half, "%s.pub", name);
	world_write(w, half, fv_buf_span(&file));
	world_write(w, "pass", fv_span_z("correct horse\n"));
	fv_buf_clear(&file);
}

static void
enrol_of(const struct world *w, const struct world_device *device, struct fv_leaf_enrol *out)
{
	uint8_t seed[FV_SEED_BYTES];

	memset(out, 0, sizeof *out);
	people_sign_seed(device->number, seed);
	fv_ed25519_public(seed, out->pk_0);
	people_box_pk(device->number + 1000, out->pk_sync);
	people_box_pk(device->number, out->pk_box);
	memset(out->ticket_id, (int)device->number, sizeof out->ticket_id);
	out->agency = fv_span_z(w->roster->agency);
	fv_dev_id(out->pk_0, out->pk_sync, out->pk_box, out->ticket_id, out->dev);
	if (device->other_dev)
		out->dev[0] ^= 1;
}

void
world_leaf(const struct world *w, const struct world_device *device, struct fv_buf *leaf,
    uint8_t dev_out[FV_DEV_BYTES])
{
	struct fv_leaf_enrol enrol;
	struct fv_buf body = {0};

	enrol_of(w, device, &enrol);
	fv_leaf_enrol_put(&body, &enrol);
	fv_leaf_put(leaf, FV_LEAF_ENROL, INT64_C(1790000000000), fv_buf_span(&body));
	memcpy(dev_out, enrol.dev, FV_DEV_BYTES);
	fv_buf_clear(&body);
}

static json_t *
signed_by(struct fv_buf *text, const char *agency, unsigned signer)
{
	struct fv_buf note = {0};
	json_t *value;

	people_sign(&note, fv_buf_span(text), agency, &signer, 1);
	value = json_stringn((const char *)note.ptr, note.len);
	assert_non_null(value);
	fv_buf_clear(&note);
	fv_buf_reset(text);
	return value;
}

static void
put_enrolment(const struct world *w, const struct world_device *d, json_t *list)
{
	struct fv_ticket ticket = {.hpke_key_id = 1, .auditor_count = 1};
	struct fv_buf text = {0}, leaf = {0}, base64 = {0};
	uint8_t dev[FV_DEV_BYTES], seed[FV_SEED_BYTES];

	world_leaf(w, d, &leaf, dev);
	fv_buf_put_base64(&base64, leaf.ptr, leaf.len);
	memset(ticket.id, (int)d->number + (d->other_ticket ? 1 : 0), sizeof ticket.id);
	memcpy(ticket.url, "http://127.0.0.1:8470", 22);
	people_sign_seed(500, seed);
	fv_ed25519_public(seed, ticket.log_pk);
	people_box_pk(501, ticket.hpke_pk);
	ticket.roster = w->roster_hash;
	memcpy(ticket.agency, w->roster->agency, sizeof ticket.agency);
	(void)snprintf(ticket.team, sizeof ticket.team, "%s", d->team);
	(void)snprintf(ticket.officer, sizeof ticket.officer, "%s", d->officer);
	ticket.expires_ms = INT64_C(1790000000000);
	memcpy(ticket.auditors[0], w->roster->auditors[0].box_pk, FV_KEY_BYTES);
	fv_ticket_text_put(&text, &ticket);
	assert_int_equal(
	    json_array_append_new(list,
		json_pack("{s:s, s:o}", "leaf", fv_buf_z(&base64), "ticket",
		    signed_by(&text, "north", d->ticket_signer == 0 ? 9 : d->ticket_signer))),
	    0);
	fv_buf_clear(&text);
	fv_buf_clear(&leaf);
	fv_buf_clear(&base64);
}

static void
put_orders(const struct world *w, const struct world_device *d, json_t *approvals,
    json_t *revocations)
{
	struct fv_order order = {.kind = FV_ORDER_REVOKE, .reason = "stolen"};
	struct fv_buf text = {0}, leaf = {0};
	struct fv_approve approve;

	world_leaf(w, d, &leaf, approve.dev);
	fv_leaf_hash(fv_buf_span(&leaf), &approve.leaf);
	if (d->other_leaf)
		approve.leaf.b[7] ^= 1;
	if (d->approver != 0) {
		fv_approve_put(&text, &approve);
		json_array_append_new(approvals, signed_by(&text, "north", d->approver));
	}
	if (d->revoker != 0) {
		memcpy(order.dev, approve.dev, sizeof order.dev);
		fv_order_put(&text, &order);
		json_array_append_new(revocations, signed_by(&text, "north", d->revoker));
	}
	fv_buf_clear(&text);
	fv_buf_clear(&leaf);
}

void
world_put_directory(struct world *w)
{
	json_t *rosters = json_array(), *enrolments = json_array();
	json_t *approvals = json_array(), *revocations = json_array();
	struct fv_buf text = {0};
	json_t *root, *note;
	char *dump;

	fv_roster_put(&text, w->roster);
	fv_roster_hash(fv_buf_span(&text), &w->roster_hash);
	note = signed_by(&text, "north", w->roster_signer);
	world_write(
	    w, "roster", fv_span_of(json_string_value(note), json_string_length(note)));
	json_array_append_new(rosters, note);
	for (size_t i = 0; i < w->device_count; i++) {
		put_enrolment(w, &w->devices[i], enrolments);
		put_orders(w, &w->devices[i], approvals, revocations);
	}
	root = json_pack("{s:o, s:o, s:o, s:o}", "rosters", rosters, "enrolments", enrolments,
	    "approvals", approvals, "revocations", revocations);
	assert_non_null(root);
	assert_non_null(dump = json_dumps(root, JSON_COMPACT));
	world_write(w, "directory.json", fv_span_z(dump));
	free(dump);
	json_decref(root);
	fv_buf_clear(&text);
}

void
world_put_server(const struct world *w)
{
	uint8_t seed[FV_SEED_BYTES], pk[FV_KEY_BYTES];
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf text = {0};

	people_sign_seed(500, seed);
	fv_ed25519_public(seed, pk);
	fv_log_origin(pk, origin);
	fv_buf_put_z(&text, "url http://127.0.0.1:8470\nlog ");
	fv_vkey_put(&text, fv_span_z(origin), pk);
	people_box_pk(501, pk);
	fv_buf_put_z(&text, "\nhpke 1 ");
	fv_buf_put_base64(&text, pk, sizeof pk);
	people_box_pk(502, pk);
	fv_buf_put_z(&text, "\nhpke 2 ");
	fv_buf_put_base64(&text, pk, sizeof pk);
	fv_buf_put_u8(&text, '\n');
	world_write(w, "server.pub", fv_buf_span(&text));
	fv_buf_clear(&text);
}

static void
child(struct world *w, int (*verb)(int, char **), const char *line)
{
	char words[WORDS_MAX][256];
	char *argv[WORDS_MAX + 1] = {NULL};
	int argc = 0, out, err, in;

	while (*line != '\0' && argc < WORDS_MAX) {
		const size_t len = strcspn(line, " ");
		const bool is_file = line[0] == '@';
		(void)snprintf(words[argc], sizeof words[0], "%s%s%.*s", is_file ? w->dir : "",
		    is_file ? "/" : "", (int)(len - (is_file ? 1 : 0)),
		    line + (is_file ? 1 : 0));
		for (char *c = words[argc]; *c != '\0'; c++)
			*c = *c == '%' ? ' ' : *c;
		argv[argc] = words[argc];
		argc++;
		line += len;
		line += *line == ' ' ? 1 : 0;
	}
	in = open("/dev/null", O_RDONLY);
	out = open(world_path(w, "stdout"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	err = open(world_path(w, "stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(err, 2) < 0)
		_exit(99);
	exit(verb(argc, argv)); /* not _exit: a leak of the verb is seen */
}

int
world_run(struct world *w, int (*verb)(int, char **), const char *line)
{
	pid_t pid;
	int status;

	(void)fflush(NULL);
	assert_true((pid = fork()) >= 0);
	if (pid == 0)
		child(w, verb, line);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	world_read(w, "stdout", &w->out);
	world_read(w, "stderr", &w->err);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void
world_assert_said(struct world *w, const char *text)
{
	if (strstr(fv_buf_z(&w->err), text) == NULL)
		fail_msg("wanted \"%s\" in: %s", text, fv_buf_z(&w->err));
}
