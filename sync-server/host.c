#include "sync-server/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/keys.h"
#include "sync-server/store/staff.h"

#define DEFAULT_DIR "/var/lib/fieldvisitd"

const char *
fv_host_dir(void)
{
	const char *dir = getenv("FIELDVISITD_DIR");

	return dir != NULL && *dir != '\0' ? dir : DEFAULT_DIR;
}

bool
fv_host_path(const char *dir, const char *name, char *path_out)
{
	int len = snprintf(path_out, FV_HOST_PATH_BYTES, "%s/%s", dir, name);

	return len > 0 && (size_t)len < FV_HOST_PATH_BYTES;
}

int64_t
fv_host_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
complain(const char *dir, const char *what, enum fv_err rc)
{
	fprintf(stderr, "fieldvisitd: %s: %s: %s\n", dir, what, fv_err_text(rc));
}

/* Take DIR/lock.  FV_ENOENT: no such file or folder. */
static enum fv_err
take_lock(const char *dir, bool create, int *fd_out)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[FV_HOST_PATH_BYTES];
	int fd;

	*fd_out = -1;
	if (!fv_host_path(dir, "lock", path))
		return FV_ERANGE;
	fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? FV_ENOENT : FV_EIO;
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		close(fd);
		return errno == EAGAIN || errno == EACCES ? FV_EBUSY : FV_EIO;
	}
	*fd_out = fd;
	return FV_OK;
}

static enum fv_err
check_init(const struct fv_host_init *init)
{
	if (!fv_id_valid(fv_span_z(init->agency), FV_ID_BYTES - 1)) {
		fprintf(stderr,
		    "fieldvisitd: --agency %s: an id is 1 to 24 of A-Z a-z 0-9 . _ -\n",
		    init->agency);
		return FV_EFORMAT;
	}
	if (!fv_url_valid(fv_span_z(init->url))) {
		fprintf(stderr,
		    "fieldvisitd: --url %s: give what handhelds reach, such as "
		    "http://sync.example:8460\n",
		    init->url);
		return FV_EFORMAT;
	}
	return FV_OK;
}

static enum fv_err
make_keys(const struct fv_host_init *init)
{
	uint8_t seed[FV_SEED_BYTES], sk[FV_KEY_BYTES], pk[FV_KEY_BYTES];
	struct fv_random random = fv_random_system();
	enum fv_err rc;

	fv_random_fill(random, seed, sizeof seed);
	fv_hpke_keypair(random, sk, pk);
	if ((rc = fv_keys_save_log(init->dir, seed)) == FV_OK)
		rc = fv_keys_save_hpke(init->dir, 1, sk);
	fv_wipe(seed, sizeof seed);
	fv_wipe(sk, sizeof sk);
	return rc;
}

static enum fv_err
put_genesis(struct fv_ledger *ledger, int64_t now_ms)
{
	struct fv_buf body = {0};
	enum fv_err rc;

	fv_cbor_put_array(&body, 2);
	fv_cbor_put_bytes(&body, fv_ledger_pk(ledger), FV_KEY_BYTES);
	fv_cbor_put_null(&body);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		rc = fv_ledger_append(
		    ledger, FV_LEAF_GENESIS, now_ms, fv_buf_span(&body), NULL);
	if (rc == FV_OK)
		rc = fv_ledger_settle(ledger);
	fv_buf_clear(&body);
	return rc;
}

static enum fv_err
put_agency(struct fv_store *store, const struct fv_host_init *init)
{
	struct fv_store_agency agency = {.added_ms = init->now_ms};
	enum fv_err rc = fv_id_copy(fv_span_z(init->agency), agency.id, sizeof agency.id);

	return rc == FV_OK ? fv_store_agency_put(store, &agency) : rc;
}

/* The database's first transaction: who we are, and the ledger's first leaf. */
static enum fv_err
fill_store(const struct fv_host_init *init, struct fv_store *store)
{
	uint8_t seed[FV_SEED_BYTES];
	struct fv_ledger *ledger = NULL;
	enum fv_err rc;

	if ((rc = fv_keys_load_log(init->dir, seed)) != FV_OK)
		return rc;
	rc = fv_ledger_open(&ledger, store, seed);
	fv_wipe(seed, sizeof seed);
	if (rc == FV_OK)
		rc = fv_store_begin(store);
	if (rc == FV_OK)
		rc = fv_store_meta_set(store, "agency", fv_span_z(init->agency));
	if (rc == FV_OK)
		rc = fv_store_meta_set(store, "url", fv_span_z(init->url));
	if (rc == FV_OK)
		rc = put_agency(store, init);
	if (rc == FV_OK)
		rc = put_genesis(ledger, init->now_ms);
	if (rc == FV_OK)
		rc = fv_store_commit(store);
	fv_store_rollback(store);
	fv_ledger_close(ledger);
	return rc;
}

enum fv_err
fv_host_create(const struct fv_host_init *init)
{
	char path[FV_HOST_PATH_BYTES];
	struct fv_store *store = NULL;
	struct fv_host *host = NULL;
	int lock_fd = -1;
	enum fv_err rc;

	if ((rc = check_init(init)) != FV_OK)
		return rc;
	if (mkdir(init->dir, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "fieldvisitd: %s: cannot make this folder: %s\n", init->dir,
		    strerror(errno));
		return FV_EIO;
	}
	if (fv_host_path(init->dir, FV_HOST_DB_NAME, path) && access(path, F_OK) == 0) {
		fprintf(stderr,
		    "fieldvisitd: %s: is a data folder already; nothing was changed\n",
		    init->dir);
		return FV_EEXIST;
	}
	if ((rc = take_lock(init->dir, true, &lock_fd)) != FV_OK) {
		complain(init->dir, "lock", rc);
		return rc;
	}
	if ((rc = make_keys(init)) == FV_OK)
		rc = fv_store_open(&store, path, FV_STORE_CREATE);
	if (rc == FV_OK)
		rc = fill_store(init, store);
	fv_store_close(store);
	close(lock_fd);
	if (rc != FV_OK) {
		complain(init->dir, "init", rc);
		return rc;
	}
	if ((rc = fv_host_open(init->dir, &host)) == FV_OK)
		rc = fv_keys_save_public(host);
	fv_host_close(host);
	return rc;
}

static enum fv_err
get_meta(struct fv_host *host, const char *name, char *out, size_t cap)
{
	struct fv_buf value = {0};
	enum fv_err rc = fv_store_meta_get(host->store, name, &value);

	if (rc == FV_OK && value.len >= cap)
		rc = FV_ECORRUPT;
	if (rc == FV_OK) {
		memcpy(out, value.ptr, value.len);
		out[value.len] = '\0';
	}
	fv_buf_clear(&value);
	return rc;
}

/* Keys and store, the lock being held. */
static enum fv_err
open_parts(struct fv_host *host)
{
	uint8_t seed[FV_SEED_BYTES];
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc;

	if ((rc = fv_keys_load_log(host->dir, seed)) != FV_OK) {
		complain(host->dir, "log.key", rc);
		return rc;
	}
	rc = FV_ERANGE;
	if (!fv_host_path(host->dir, FV_HOST_DB_NAME, path))
		goto cleanup;
	if ((rc = fv_keys_load_hpke(host)) != FV_OK) {
		complain(host->dir, "hpke key files", rc);
		goto cleanup;
	}
	if ((rc = fv_store_open(&host->store, path, FV_STORE_WRITE)) == FV_OK)
		rc = fv_ledger_open(&host->ledger, host->store, seed);
	if (rc == FV_OK)
		rc = get_meta(host, "agency", host->agency, sizeof host->agency);
	if (rc == FV_OK)
		rc = get_meta(host, "url", host->url, sizeof host->url);
	if (rc != FV_OK)
		fprintf(stderr,
		    "fieldvisitd: %s: %s; nothing was changed: restore a backup into an empty "
		    "folder with 'fieldvisitd restore'\n",
		    path, fv_err_text(rc));
cleanup:
	fv_wipe(seed, sizeof seed);
	return rc;
}

enum fv_err
fv_host_open(const char *dir, struct fv_host **host_out)
{
	struct fv_host *host = NULL;
	enum fv_err rc;

	*host_out = NULL;
	if (strlen(dir) >= sizeof host->dir)
		return FV_ERANGE;
	if ((host = calloc(1, sizeof *host)) == NULL)
		return FV_ENOMEM;
	snprintf(host->dir, sizeof host->dir, "%s", dir);
	rc = take_lock(dir, false, &host->lock_fd);
	if (rc == FV_ENOENT)
		fprintf(stderr,
		    "fieldvisitd: %s: is not a data folder; make one with 'fieldvisitd init', "
		    "or name "
		    "another with --dir\n",
		    dir);
	if (rc == FV_OK)
		rc = open_parts(host);
	if (rc != FV_OK) {
		fv_host_close(host);
		return rc;
	}
	*host_out = host;
	return FV_OK;
}

void
fv_host_close(struct fv_host *host)
{
	if (host == NULL)
		return;
	fv_ledger_close(host->ledger);
	fv_store_close(host->store);
	for (size_t i = 0; i < host->hpke_count; i++)
		fv_secret_free(host->hpke[i].sk);
	if (host->lock_fd >= 0)
		close(host->lock_fd);
	free(host);
}

enum fv_err
fv_host_commit(struct fv_host *host)
{
	enum fv_err rc = fv_ledger_settle(host->ledger);

	return rc == FV_OK ? fv_store_commit(host->store) : rc;
}

void
fv_host_rollback(struct fv_host *host)
{
	fv_store_rollback(host->store);
	/* A ledger that cannot be read again refuses to sign: nothing false goes out. */
	if (fv_ledger_reload(host->ledger) != FV_OK)
		fprintf(stderr, "fieldvisitd: %s: ledger: cannot be read again\n", host->dir);
}

json_t *
fv_host_error(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return json_pack("{s:s}", "error", text);
}

static const struct fv_host_verb *
find_verb(const char *name)
{
	for (const struct fv_host_verb *v = fv_host_verbs; v->name != NULL; v++)
		if (name != NULL && strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

/* In a transaction: what failed after `run` itself said yes. */
static int
run_inside(struct fv_host *host, const struct fv_host_verb *verb, const json_t *request,
    json_t **answer)
{
	enum fv_err rc = fv_store_begin(host->store);
	int code = FV_EXIT_IO;

	if (rc == FV_OK) {
		code = verb->run(host, request, answer);
		if (code == FV_EXIT_OK && (rc = fv_host_commit(host)) != FV_OK) {
			json_decref(*answer);
			*answer = NULL;
			code = FV_EXIT_IO;
		}
		if (code != FV_EXIT_OK)
			fv_host_rollback(host);
	}
	host->failed_commits += code == FV_EXIT_IO ? 1 : 0;
	if (rc != FV_OK)
		*answer =
		    fv_host_error("%s: %s; nothing was changed", verb->name, fv_err_text(rc));
	return code;
}

json_t *
fv_host_run(struct fv_host *host, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "verb"));
	const struct fv_host_verb *verb = find_verb(name);
	json_t *answer = NULL;
	int code = FV_EXIT_USAGE;

	if (verb == NULL)
		answer = fv_host_error(
		    "%s: the running server does not know this verb; is it an older version?",
		    name != NULL ? name : "(none)");
	else if (verb->is_outside)
		code = verb->run(host, request, &answer);
	else
		code = run_inside(host, verb, request, &answer);
	if (answer == NULL)
		answer = json_object();
	if (answer != NULL && json_object_set_new(answer, "exit", json_integer(code)) != 0) {
		json_decref(answer);
		answer = NULL;
	}
	return answer;
}
