/* A folder of backups by time: names, and what is pruned. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fv/instant.h"
#include "fv/tar.h"
#include "sync-server/backup.h"

#define PREFIX "fieldvisit-"
#define SUFFIX ".backup"
#define TIME_CHARS 16U /* 20261123T085000Z */
#define PUB_MAX 4096U

void
fv_backup_name(int64_t now_ms, char name_out[FV_BACKUP_NAME_BYTES])
{
	char iso[FV_INSTANT_TEXT_BYTES], packed[TIME_CHARS + 1];
	size_t at = 0;

	(void)fv_instant_format(now_ms / 1000 * 1000, 0, true, iso);
	for (const char *c = iso; *c != '\0' && *c != '.' && at < TIME_CHARS; c++)
		if (*c != '-' && *c != ':')
			packed[at++] = *c;
	packed[at] = '\0';
	(void)snprintf(name_out, FV_BACKUP_NAME_BYTES, PREFIX "%s" SUFFIX, packed);
}

static bool
is_name(const char *name)
{
	const char *t = name + sizeof PREFIX - 1;

	if (strlen(name) != sizeof PREFIX - 1 + TIME_CHARS + sizeof SUFFIX - 1 ||
	    strncmp(name, PREFIX, sizeof PREFIX - 1) != 0 || t[8] != 'T' || t[15] != 'Z' ||
	    strcmp(t + TIME_CHARS, SUFFIX) != 0)
		return false;
	for (size_t i = 0; i < 15; i++)
		if (i != 8 && (t[i] < '0' || t[i] > '9'))
			return false;
	return true;
}

/* A backup whose last member is this server's public file. */
static bool
is_of(struct fv_span file, struct fv_span server_pub)
{
	struct fv_tar_reader reader = {.in = file};
	struct fv_tar_member member;
	bool is_first = true, is_ours = false;
	enum fv_err rc;

	while ((rc = fv_tar_next(&reader, &member)) == FV_OK) {
		if (is_first && !fv_span_equal(member.name, fv_span_z("fieldvisit.db/000000")))
			return false;
		is_first = false;
		is_ours = fv_span_equal(member.name, fv_span_z("server.pub")) &&
		    fv_span_equal(member.body, server_pub);
	}
	return rc == FV_ENOENT && is_ours;
}

static bool
is_ours(int folder_fd, const char *name, struct fv_span server_pub)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	void *bytes = MAP_FAILED;
	bool is_good = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return false;
	is_good = is_of(fv_span_of(bytes, (size_t)st.st_size), server_pub);
	(void)munmap(bytes, (size_t)st.st_size);
	return is_good;
}

static int
compare_down(const void *a, const void *b)
{
	return -strcmp(a, b);
}

/* The names of such a form.  Owned: *names_out. */
static enum fv_err
list(int folder_fd, char (**names_out)[FV_BACKUP_NAME_BYTES], size_t *count_out)
{
	char(*names)[FV_BACKUP_NAME_BYTES] = NULL, (*grown)[FV_BACKUP_NAME_BYTES];
	int fd = dup(folder_fd);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	size_t count = 0;

	*names_out = NULL;
	*count_out = 0;
	if (listing == NULL) {
		if (fd >= 0)
			close(fd);
		return FV_EIO;
	}
	while ((entry = readdir(listing)) != NULL) {
		if (!is_name(entry->d_name))
			continue;
		if ((grown = reallocarray(names, count + 1, sizeof *names)) == NULL) {
			free(names);
			closedir(listing);
			return FV_ENOMEM;
		}
		names = grown;
		memcpy(names[count++], entry->d_name,
		    strlen(entry->d_name) + 1); /* as is_name() */
	}
	closedir(listing);
	if (count > 0)
		qsort(names, count, sizeof *names, compare_down);
	*names_out = names;
	*count_out = count;
	return FV_OK;
}

static enum fv_err
load_public(const char *dir, uint8_t out[PUB_MAX], struct fv_span *span_out)
{
	char path[FV_HOST_PATH_BYTES];
	ssize_t got;
	int fd;

	*span_out = fv_span_z("");
	if (!fv_host_path(dir, "server.pub", path) ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return FV_EIO;
	got = read(fd, out, PUB_MAX);
	close(fd);
	if (got <= 0)
		return FV_EIO;
	*span_out = fv_span_of(out, (size_t)got);
	return FV_OK;
}

enum fv_err
fv_backup_prune(const struct fv_backup_folder *in, fv_backup_left_fn on_left, void *ctx,
    size_t *pruned_out)
{
	char(*names)[FV_BACKUP_NAME_BYTES] = NULL;
	uint8_t bytes[PUB_MAX];
	struct fv_span server_pub;
	size_t count = 0, kept = 1; /* the one that was made */
	int fd = open(in->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum fv_err rc = fd < 0 ? FV_EIO : FV_OK;

	*pruned_out = 0;
	if (rc == FV_OK)
		rc = load_public(in->dir, bytes, &server_pub);
	if (rc == FV_OK)
		rc = list(fd, &names, &count);
	for (size_t i = 0; rc == FV_OK && i < count; i++) {
		if (strcmp(names[i], in->made) == 0)
			continue;
		if (!is_ours(fd, names[i], server_pub))
			on_left(names[i], ctx);
		else if (kept < in->keep)
			kept++;
		else if (unlinkat(fd, names[i], 0) == 0)
			(*pruned_out)++;
		else
			rc = FV_EIO;
	}
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(names);
	return rc;
}
