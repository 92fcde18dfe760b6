/* The reading half of backup.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fv/tar.h"
#include "sync-server/backup.h"
#include "sync-server/store/book.h"

#define MANIFEST_MAGIC "fieldvisit-backup/v1 "
#define DATABASE_PREFIX "fieldvisit.db/"
#define KEY_FILE_MAX 4096U

static bool
begins(struct fv_span name, const char *z)
{
	return name.len >= strlen(z) && memcmp(name.ptr, z, strlen(z)) == 0;
}

static bool
is_key_name(struct fv_span name)
{
	return fv_span_equal(name, fv_span_z("log.key")) ||
	    (begins(name, "hpke-") && name.len > 9 && name.len <= 12 &&
		memcmp(name.ptr + name.len - 4, ".key", 4) == 0);
}

/* The manifest's next line must be of this member. */
static bool
check_line(struct fv_lines *lines, const struct fv_tar_member *member)
{
	struct fv_span line, hex;
	struct fv_hash hash, want;

	if (fv_lines_next(lines, &line) != FV_OK || !fv_lines_word(&line, &hex) ||
	    fv_hex_decode(hex, want.b, sizeof want.b) != FV_OK ||
	    !fv_span_equal(line, member->name))
		return false;
	fv_sha256(member->body, &hash);
	return memcmp(hash.b, want.b, FV_HASH_BYTES) == 0;
}

/* Find the manifest, and see that no member is missing in the file's form. */
static enum fv_err
find_manifest(struct fv_span file, struct fv_span *manifest_out)
{
	struct fv_tar_reader reader = {.in = file};
	struct fv_tar_member member;
	bool has_db = false, has_log = false, has_hpke = false, has_pub = false;
	enum fv_err rc;

	*manifest_out = fv_span_z("");
	while ((rc = fv_tar_next(&reader, &member)) == FV_OK) {
		if (fv_span_equal(member.name, fv_span_z("manifest")))
			*manifest_out = member.body;
		else if (fv_span_equal(member.name, fv_span_z("server.pub")))
			has_pub = true;
		else if (fv_span_equal(member.name, fv_span_z("log.key")))
			has_log = true;
		else if (is_key_name(member.name))
			has_hpke = true;
		else if (begins(member.name, DATABASE_PREFIX))
			has_db = true;
		else
			return FV_EFORMAT;
	}
	return rc == FV_ENOENT && has_db && has_log && has_hpke && has_pub &&
		manifest_out->len > 0
	    ? FV_OK
	    : FV_EFORMAT;
}

/* Every member against the manifest. */
static enum fv_err
check(struct fv_span file, struct fv_backup_sum *sum)
{
	struct fv_tar_reader reader = {.in = file};
	struct fv_tar_member member;
	struct fv_span manifest, line;
	struct fv_lines lines;
	enum fv_err rc;

	if ((rc = find_manifest(file, &manifest)) != FV_OK)
		return rc;
	lines = fv_lines_of(manifest);
	if (fv_lines_next(&lines, &line) != FV_OK || !begins(line, MANIFEST_MAGIC))
		return FV_EFORMAT;
	while ((rc = fv_tar_next(&reader, &member)) == FV_OK) {
		sum->members++;
		if (!fv_span_equal(member.name, fv_span_z("manifest")) &&
		    !check_line(&lines, &member))
			return FV_EFORMAT;
	}
	sum->bytes = file.len;
	return lines.rest.len == 0 ? FV_OK : FV_EFORMAT;
}

static enum fv_err
write_to(const char *dir, const char *name, int flags, struct fv_span bytes)
{
	const mode_t mode = strcmp(name, "server.pub") == 0 ? 0644 : 0600;
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_OK;
	int fd;

	if (!fv_host_path(dir, name, path))
		return FV_ERANGE;
	if ((fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode)) < 0)
		return FV_EIO;
	while (rc == FV_OK && bytes.len > 0) {
		const ssize_t put = write(fd, bytes.ptr, bytes.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			rc = errno == ENOSPC || errno == EDQUOT ? FV_EFULL : FV_EIO;
			break;
		}
		bytes.ptr += put;
		bytes.len -= (size_t)put;
	}
	if (fsync(fd) != 0 && rc == FV_OK)
		rc = FV_EIO;
	close(fd);
	return rc;
}

static enum fv_err
write_all(struct fv_span file, const char *dir)
{
	struct fv_tar_reader reader = {.in = file};
	struct fv_tar_member member;
	char name[FV_TAR_NAME_MAX + 1];
	enum fv_err rc = write_to(dir, "lock", O_EXCL, fv_span_z(""));

	while (rc == FV_OK && (rc = fv_tar_next(&reader, &member)) == FV_OK) {
		if (fv_span_equal(member.name, fv_span_z("manifest")))
			continue;
		(void)snprintf(name, sizeof name, "%.*s", (int)member.name.len,
		    (const char *)member.name.ptr);
		rc = begins(member.name, DATABASE_PREFIX)
		    ? write_to(dir, "fieldvisit.db", O_APPEND, member.body)
		    : write_to(dir, name, O_EXCL, member.body);
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* What an empty data folder has: the package makes the folder for files to take in. */
static bool
is_of_folder(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "inbox") == 0;
}

/* Make the folder, or see that it is empty.  *made_out: it is new. */
static enum fv_err
take_folder(const char *dir, bool *made_out)
{
	struct dirent *entry;
	enum fv_err rc = FV_OK;
	DIR *listing;

	*made_out = mkdir(dir, 0700) == 0;
	if (*made_out)
		return FV_OK;
	if (errno != EEXIST || (listing = opendir(dir)) == NULL)
		return FV_EIO;
	while (rc == FV_OK && (entry = readdir(listing)) != NULL)
		rc = is_of_folder(entry->d_name) ? FV_OK : FV_EEXIST;
	closedir(listing);
	return rc;
}

/* Everything in the folder is ours: it was empty. */
static void
empty_folder(const char *dir, bool was_made)
{
	struct dirent *entry;
	DIR *listing = opendir(dir);

	if (listing == NULL)
		return;
	while ((entry = readdir(listing)) != NULL) {
		if (!is_of_folder(entry->d_name))
			(void)unlinkat(dirfd(listing), entry->d_name, 0);
	}
	closedir(listing);
	if (was_made)
		(void)rmdir(dir);
}

/* Handhelds and other systems may hold cursors that were given out after the backup. */
static enum fv_err
leap(struct fv_host *host)
{
	enum fv_err rc = fv_store_begin(host->store);

	if (rc == FV_OK)
		rc = fv_store_leap(host->store);
	if (rc == FV_OK)
		rc = fv_host_commit(host);
	if (rc != FV_OK)
		fv_host_rollback(host);
	return rc;
}

/* The database's pages and the ledger's root, as a server would see them. */
static enum fv_err
prove(const char *dir)
{
	struct fv_host *host = NULL;
	enum fv_err rc = fv_host_open(dir, &host);

	if (rc == FV_OK)
		rc = fv_store_check(host->store);
	if (rc == FV_OK)
		rc = leap(host);
	fv_host_close(host);
	return rc == FV_OK || rc == FV_ENOMEM || rc == FV_EFULL ? rc : FV_ECORRUPT;
}

static enum fv_err
restore(struct fv_span file, const char *dir, struct fv_backup_sum *sum, const char **why)
{
	bool was_made = false;
	enum fv_err rc;

	*why = "it is not a whole backup; a byte of it changed or its end is missing";
	if ((rc = check(file, sum)) != FV_OK)
		return rc;
	if ((rc = take_folder(dir, &was_made)) != FV_OK) {
		*why = rc == FV_EEXIST ? "the folder to restore into is not empty"
				       : "the folder to restore into cannot be made";
		return rc;
	}
	*why = "the folder cannot be written";
	if ((rc = write_all(file, dir)) == FV_OK) {
		*why = "its database or keys are damaged";
		rc = prove(dir);
	}
	if (rc != FV_OK)
		empty_folder(dir, was_made);
	return rc;
}

/* What a check left behind; nothing else of that name is touched. */
static enum fv_err
drop_checked(const char *dir)
{
	static const char *const names[] = {"lock", "fieldvisit.db", "fieldvisit.db-wal",
	    "fieldvisit.db-shm", "log.key", "server.pub"};
	char path[FV_HOST_PATH_BYTES], key[16];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (fv_host_path(dir, names[i], path))
			(void)unlink(path);
	for (unsigned id = 0; id <= UINT8_MAX; id++) {
		(void)snprintf(key, sizeof key, "hpke-%u.key", id);
		if (fv_host_path(dir, key, path))
			(void)unlink(path);
	}
	return rmdir(dir) == 0 || errno == ENOENT ? FV_OK : FV_EEXIST;
}

enum fv_err
fv_backup_check(const char *path, struct fv_backup_sum *sum_out, const char **why_out)
{
	char dir[FV_HOST_PATH_BYTES];
	enum fv_err rc;

	*sum_out = (struct fv_backup_sum){0};
	*why_out = "its name is too long";
	if ((size_t)snprintf(dir, sizeof dir, "%s.check", path) >= sizeof dir)
		return FV_ERANGE;
	*why_out = "a folder of its name with .check behind it holds something else";
	if ((rc = drop_checked(dir)) != FV_OK)
		return rc;
	rc = fv_backup_restore(path, dir, sum_out, why_out);
	if (rc == FV_OK && drop_checked(dir) != FV_OK) {
		*why_out = "the folder in which it was checked cannot be taken away";
		rc = FV_EIO;
	}
	return rc;
}

enum fv_err
fv_backup_restore(
    const char *path, const char *dir, struct fv_backup_sum *sum_out, const char **why_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;
	enum fv_err rc;

	*sum_out = (struct fv_backup_sum){0};
	*why_out = "it cannot be read";
	if (fd < 0)
		return errno == ENOENT ? FV_ENOENT : FV_EIO;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0) {
		close(fd);
		*why_out = "it is not a backup";
		return FV_EFORMAT;
	}
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return FV_EIO;
	rc = restore(fv_span_of(bytes, (size_t)st.st_size), dir, sum_out, why_out);
	(void)munmap(bytes, (size_t)st.st_size);
	return rc;
}
