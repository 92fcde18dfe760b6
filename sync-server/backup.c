#include "sync-server/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fv/instant.h"
#include "fv/tar.h"

/* A backup file in the making. */
struct writing {
	int fd;
	struct fv_buf manifest; /* its lines so far */
	struct fv_backup_sum sum;
};

static enum fv_err
code_of(int error)
{
	if (error == EEXIST)
		return FV_EEXIST;
	return error == ENOSPC || error == EDQUOT ? FV_EFULL : FV_EIO;
}

static enum fv_err
write_all(struct writing *w, struct fv_span bytes)
{
	w->sum.bytes += bytes.len;
	while (bytes.len > 0) {
		const ssize_t put = write(w->fd, bytes.ptr, bytes.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return code_of(errno);
		bytes.ptr += put;
		bytes.len -= (size_t)put;
	}
	return FV_OK;
}

/* One member, and its line of the manifest when `is_listed`. */
static enum fv_err
put_member(struct writing *w, const char *name, struct fv_span body, bool is_listed)
{
	struct fv_buf out = {0};
	struct fv_hash hash;
	enum fv_err rc = fv_tar_put(&out, fv_span_z(name), body);

	if (rc == FV_OK)
		rc = fv_buf_status(&out);
	if (rc == FV_OK)
		rc = write_all(w, fv_buf_span(&out));
	w->sum.members++;
	fv_buf_clear(&out);
	if (!is_listed)
		return rc;
	fv_sha256(body, &hash);
	fv_buf_put_hex(&w->manifest, hash.b, sizeof hash.b);
	fv_buf_putf(&w->manifest, " %s\n", name);
	return rc != FV_OK ? rc : fv_buf_status(&w->manifest);
}

static enum fv_err
read_up_to(int fd, uint8_t *out, size_t max, size_t *len_out)
{
	*len_out = 0;
	while (*len_out < max) {
		const ssize_t got = read(fd, out + *len_out, max - *len_out);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return FV_EIO;
		if (got == 0)
			break;
		*len_out += (size_t)got;
	}
	return FV_OK;
}

/* The database, piece by piece. */
static enum fv_err
put_database(struct writing *w, const char *path)
{
	uint8_t *piece = malloc(FV_BACKUP_PIECE_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum fv_err rc = fd < 0 ? FV_EIO : piece == NULL ? FV_ENOMEM : FV_OK;
	char name[32];
	size_t len = 0;

	for (unsigned i = 0; rc == FV_OK; i++) {
		rc = read_up_to(fd, piece, FV_BACKUP_PIECE_BYTES, &len);
		if (rc != FV_OK || len == 0)
			break;
		(void)snprintf(name, sizeof name, "fieldvisit.db/%06u", i);
		rc = i > 999999 ? FV_ETOOBIG
				: put_member(w, name, fv_span_of(piece, len), true);
	}
	if (fd >= 0)
		close(fd);
	free(piece);
	return rc;
}

/* A small file of the folder.  Owned: *out. */
static enum fv_err
load_file(const char *dir, const char *name, struct fv_buf *out)
{
	char path[FV_HOST_PATH_BYTES];
	uint8_t bytes[4096];
	size_t len = 0;
	enum fv_err rc;
	int fd;

	if (!fv_host_path(dir, name, path))
		return FV_ERANGE;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? FV_ENOENT : FV_EIO;
	rc = read_up_to(fd, bytes, sizeof bytes, &len);
	close(fd);
	fv_buf_put(out, bytes, len);
	fv_wipe(bytes, sizeof bytes);
	return rc != FV_OK ? rc : fv_buf_status(out);
}

static enum fv_err
put_file(struct writing *w, const char *dir, const char *name)
{
	struct fv_buf bytes = {0};
	enum fv_err rc = load_file(dir, name, &bytes);

	if (rc == FV_OK)
		rc = put_member(w, name, fv_buf_span(&bytes), true);
	fv_buf_clear(&bytes);
	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum fv_err
put_keys(struct writing *w, const struct fv_host *host)
{
	char names[FV_HOST_KEYS_MAX][32];
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < host->hpke_count; i++)
		(void)snprintf(names[i], sizeof names[i], "hpke-%u.key", host->hpke[i].id);
	qsort(names, host->hpke_count, sizeof names[0], compare_names);
	for (size_t i = 0; rc == FV_OK && i < host->hpke_count; i++)
		rc = put_file(w, host->dir, names[i]);
	return rc == FV_OK ? put_file(w, host->dir, "log.key") : rc;
}

static enum fv_err
put_manifest(struct writing *w, struct fv_span server_pub)
{
	struct fv_buf text = {0};
	struct fv_hash hash;
	char now[FV_INSTANT_TEXT_BYTES];
	enum fv_err rc;

	fv_buf_putf(&text, "fieldvisit-backup/v1 %s\n",
	    fv_instant_format(fv_host_now_ms() / 1000 * 1000, 0, true, now));
	fv_buf_put_span(&text, fv_buf_span(&w->manifest));
	fv_sha256(server_pub, &hash);
	fv_buf_put_hex(&text, hash.b, sizeof hash.b);
	fv_buf_put_z(&text, " server.pub\n");
	rc = fv_buf_status(&text);
	if (rc == FV_OK)
		rc = put_member(w, "manifest", fv_buf_span(&text), false);
	fv_buf_clear(&text);
	return rc;
}

static enum fv_err
put_all(struct writing *w, const struct fv_host *host, const char *database)
{
	struct fv_buf server_pub = {0}, end = {0};
	enum fv_err rc;

	if ((rc = put_database(w, database)) != FV_OK || (rc = put_keys(w, host)) != FV_OK ||
	    (rc = load_file(host->dir, "server.pub", &server_pub)) != FV_OK ||
	    (rc = put_manifest(w, fv_buf_span(&server_pub))) != FV_OK ||
	    (rc = put_member(w, "server.pub", fv_buf_span(&server_pub), false)) != FV_OK)
		goto cleanup;
	fv_tar_end(&end);
	if ((rc = fv_buf_status(&end)) == FV_OK)
		rc = write_all(w, fv_buf_span(&end));
	if (rc == FV_OK && fsync(w->fd) != 0)
		rc = code_of(errno);
cleanup:
	fv_buf_clear(&end);
	fv_buf_clear(&server_pub);
	return rc;
}

static void
sync_folder_of(const char *path)
{
	char dir[FV_HOST_PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int fd;

	(void)snprintf(dir, sizeof dir, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
	    slash != NULL ? path : ".");
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

enum fv_err
fv_backup_write(struct fv_host *host, const char *path, struct fv_backup_sum *sum_out)
{
	char database[FV_HOST_PATH_BYTES + 8], fresh[FV_HOST_PATH_BYTES + 8];
	struct writing w = {.fd = -1};
	enum fv_err rc;

	*sum_out = w.sum;
	if (access(path, F_OK) == 0)
		return FV_EEXIST;
	if ((size_t)snprintf(database, sizeof database, "%s.db-new", path) >=
		sizeof database ||
	    (size_t)snprintf(fresh, sizeof fresh, "%s.new", path) >= sizeof fresh)
		return FV_ERANGE;
	(void)unlink(database); /* of a run that was cut */
	(void)unlink(fresh);
	if ((rc = fv_store_backup(host->store, database)) != FV_OK)
		goto cleanup;
	if ((w.fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0) {
		rc = code_of(errno);
		goto cleanup;
	}
	if ((rc = put_all(&w, host, database)) != FV_OK)
		goto cleanup;
	if (link(fresh, path) != 0) { /* unlike rename(), never over another file */
		rc = code_of(errno);
		goto cleanup;
	}
	sync_folder_of(path);
	*sum_out = w.sum;
cleanup:
	if (w.fd >= 0)
		close(w.fd);
	(void)unlink(fresh);
	(void)unlink(database);
	fv_buf_clear(&w.manifest);
	return rc;
}
