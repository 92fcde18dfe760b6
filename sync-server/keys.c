#include "sync-server/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MAGIC "fieldvisit-log-key/v1"
#define HPKE_MAGIC "fieldvisit-hpke-key/v1"
#define KEY_FILE_MAX 256U

static enum fv_err
code_of(int error)
{
	if (error == ENOENT)
		return FV_ENOENT;
	if (error == EEXIST)
		return FV_EEXIST;
	return error == ENOSPC || error == EDQUOT ? FV_EFULL : FV_EIO;
}

static enum fv_err
sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum fv_err rc = FV_OK;

	if (fd < 0)
		return code_of(errno);
	if (fsync(fd) != 0)
		rc = code_of(errno);
	close(fd);
	return rc;
}

/* A new file with these bytes, durable. */
static enum fv_err
write_new(const char *dir, const char *name, mode_t mode, struct fv_span bytes)
{
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_OK;
	int fd;

	if (!fv_host_path(dir, name, path))
		return FV_ERANGE;
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) < 0)
		return code_of(errno);
	if (write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len || fsync(fd) != 0)
		rc = code_of(errno != 0 ? errno : ENOSPC);
	if (close(fd) != 0 && rc == FV_OK)
		rc = code_of(errno);
	if (rc != FV_OK) {
		unlink(path);
		return rc;
	}
	return sync_folder(dir);
}

static enum fv_err
save(const char *dir, const char *name, const char *prefix, const uint8_t key[FV_KEY_BYTES])
{
	struct fv_buf line = {0};
	enum fv_err rc;

	fv_buf_putf(&line, "%s ", prefix);
	fv_buf_put_hex(&line, key, FV_KEY_BYTES);
	fv_buf_put_u8(&line, '\n');
	if ((rc = fv_buf_status(&line)) == FV_OK)
		rc = write_new(dir, name, 0600, fv_buf_span(&line));
	fv_buf_clear(&line);
	return rc;
}

enum fv_err
fv_keys_save_log(const char *dir, const uint8_t seed[FV_SEED_BYTES])
{
	return save(dir, "log.key", LOG_MAGIC, seed);
}

enum fv_err
fv_keys_save_hpke(const char *dir, uint8_t id, const uint8_t sk[FV_KEY_BYTES])
{
	char name[32], prefix[64];

	snprintf(name, sizeof name, "hpke-%u.key", id);
	snprintf(prefix, sizeof prefix, HPKE_MAGIC " %u", id);
	return save(dir, name, prefix, sk);
}

/* The file's one line, if it begins with `prefix` and 64 hex digits end it. */
static enum fv_err
load(const char *dir, const char *name, const char *prefix, uint8_t key_out[FV_KEY_BYTES])
{
	char path[FV_HOST_PATH_BYTES], line[KEY_FILE_MAX] = {0};
	size_t prefix_len = strlen(prefix);
	enum fv_err rc = FV_ECORRUPT;
	struct stat st;
	ssize_t got;
	int fd;

	if (!fv_host_path(dir, name, path))
		return FV_ERANGE;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return code_of(errno);
	got = read(fd, line, sizeof line - 1);
	if (got < 0 || fstat(fd, &st) != 0)
		rc = FV_EIO;
	else if ((st.st_mode & 077) != 0)
		rc = FV_EDENIED;
	else if ((size_t)got == prefix_len + 1 + 2 * FV_KEY_BYTES + 1 &&
	    memcmp(line, prefix, prefix_len) == 0 && line[prefix_len] == ' ' &&
	    line[got - 1] == '\n')
		rc = fv_hex_decode(fv_span_of(line + prefix_len + 1, 2 * FV_KEY_BYTES),
			 key_out, FV_KEY_BYTES) == FV_OK
		    ? FV_OK
		    : FV_ECORRUPT;
	close(fd);
	fv_wipe(line, sizeof line);
	return rc;
}

enum fv_err
fv_keys_load_log(const char *dir, uint8_t seed_out[FV_SEED_BYTES])
{
	return load(dir, "log.key", LOG_MAGIC, seed_out);
}

static enum fv_err
load_hpke(struct fv_host *host, uint8_t id)
{
	struct fv_host_hpke *key = &host->hpke[host->hpke_count];
	char name[32], prefix[64];
	enum fv_err rc;

	snprintf(name, sizeof name, "hpke-%u.key", id);
	snprintf(prefix, sizeof prefix, HPKE_MAGIC " %u", id);
	if ((key->sk = fv_secret_alloc(FV_KEY_BYTES)) == NULL)
		return FV_ENOMEM;
	if ((rc = load(host->dir, name, prefix, key->sk)) != FV_OK) {
		fv_secret_free(key->sk);
		key->sk = NULL;
		return rc;
	}
	key->id = id;
	fv_x25519_public(key->sk, key->pk);
	host->hpke_count++;
	return FV_OK;
}

enum fv_err
fv_keys_load_hpke(struct fv_host *host)
{
	enum fv_err rc;

	for (unsigned id = 1; id <= 255; id++) {
		if (host->hpke_count == FV_HOST_KEYS_MAX)
			break;
		rc = load_hpke(host, (uint8_t)id);
		if (rc != FV_OK && rc != FV_ENOENT)
			return rc;
	}
	return host->hpke_count > 0 ? FV_OK : FV_ENOENT;
}

void
fv_keys_put_public(
    struct fv_buf *out, const struct fv_host *host, const uint8_t log_pk[FV_KEY_BYTES])
{
	char origin[FV_LOG_ORIGIN_BYTES];

	fv_log_origin(log_pk, origin);
	fv_buf_putf(out, "url %s\nlog ", host->url);
	fv_vkey_put(out, fv_span_z(origin), log_pk);
	for (size_t i = 0; i < host->hpke_count; i++) {
		fv_buf_putf(out, "\nhpke %u ", host->hpke[i].id);
		fv_buf_put_base64(out, host->hpke[i].pk, FV_KEY_BYTES);
	}
	fv_buf_put_u8(out, '\n');
}

enum fv_err
fv_keys_save_public(const struct fv_host *host)
{
	char path[FV_HOST_PATH_BYTES], fresh[FV_HOST_PATH_BYTES];
	uint8_t seed[FV_SEED_BYTES], pk[FV_KEY_BYTES];
	struct fv_buf text = {0};
	enum fv_err rc;

	if ((rc = fv_keys_load_log(host->dir, seed)) != FV_OK)
		return rc;
	fv_ed25519_public(seed, pk);
	fv_wipe(seed, sizeof seed);
	fv_keys_put_public(&text, host, pk);
	rc = FV_ERANGE;
	if (!fv_host_path(host->dir, "server.pub", path) ||
	    !fv_host_path(host->dir, "server.pub.new", fresh))
		goto cleanup;
	if ((rc = fv_buf_status(&text)) != FV_OK)
		goto cleanup;
	unlink(fresh);
	if ((rc = write_new(host->dir, "server.pub.new", 0644, fv_buf_span(&text))) != FV_OK)
		goto cleanup;
	rc = rename(fresh, path) == 0 ? sync_folder(host->dir) : FV_EIO;
cleanup:
	fv_buf_clear(&text);
	return rc;
}

/*
 * Whether the file begins as a person's key file with a secret part does.  The database's
 * files are never opened here: closing one would drop every lock that this process has on it
 * (POSIX), and another would take its shared memory away under it.
 */
static bool
is_secret(int dir_fd, const char *name)
{
	char head[1024] = {0};
	int fd;
	ssize_t got;

	if (strncmp(name, FV_HOST_DB_NAME, strlen(FV_HOST_DB_NAME)) == 0)
		return false;
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return false;
	got = read(fd, head, sizeof head - 1);
	close(fd);
	return got > 0 && strncmp(head, "fieldvisit-key/", 15) == 0 &&
	    strstr(head, "\nsecret ") != NULL;
}

const char *
fv_keys_find_secret(const char *dir, char name_out[256])
{
	DIR *listing = opendir(dir);
	const char *found = NULL;
	struct dirent *entry;

	if (listing == NULL)
		return NULL;
	while (found == NULL && (entry = readdir(listing)) != NULL)
		if (is_secret(dirfd(listing), entry->d_name)) {
			snprintf(name_out, 256, "%s", entry->d_name);
			found = name_out;
		}
	closedir(listing);
	return found;
}
