#include "sync-server/newfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync-server/cli.h"

/* Where `path` is begun: ".NAME.XXXXXX" beside it.  False: too long. */
static bool
name_work(struct newfolder *folder, const char *path)
{
	size_t len = strlen(path);
	const char *slash;

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len + sizeof "/..XXXXXX" >= sizeof folder->path)
		return false;
	memcpy(folder->path, path, len);
	folder->path[len] = '\0';
	slash = strrchr(folder->path, '/');
	const int above = slash != NULL ? (int)(slash - folder->path) + 1 : 0;
	return snprintf(folder->work, sizeof folder->work, "%.*s.%s.XXXXXX", above,
		   folder->path, folder->path + above) < (int)sizeof folder->work;
}

/* 0: nothing is there, or an empty folder. */
static int
look(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int error = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : errno;
	while ((entry = readdir(dir)) != NULL && error == 0)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = ENOTEMPTY;
	closedir(dir);
	return error;
}

int
newfolder_begin(struct newfolder *folder, const char *path)
{
	sigset_t waiting;
	int error;

	folder->work[0] = '\0';
	if ((error = look(path)) == ENOTEMPTY)
		return fv_cli_fail(FV_EXIT_CANTCREAT, path,
		    "is not empty and is never written over; give a new name or an empty "
		    "folder");
	if (error != 0)
		return fv_cli_fail(FV_EXIT_CANTCREAT, path, "%s", strerror(error));
	if (!name_work(folder, path)) {
		folder->work[0] = '\0';
		return fv_cli_fail(FV_EXIT_CANTCREAT, path, "the name is too long");
	}
	(void)sigemptyset(&waiting);
	(void)sigaddset(&waiting, SIGHUP);
	(void)sigaddset(&waiting, SIGINT);
	(void)sigaddset(&waiting, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &waiting, &folder->mask);
	if (mkdtemp(folder->work) != NULL)
		return FV_EXIT_OK;
	error = errno;
	folder->work[0] = '\0';
	(void)sigprocmask(SIG_SETMASK, &folder->mask, NULL);
	return fv_cli_fail(FV_EXIT_CANTCREAT, path, "%s", strerror(error));
}

int
newfolder_put(struct newfolder *folder, const char *name, mode_t mode, struct fv_span bytes)
{
	char path[PATH_MAX + NAME_MAX];
	int fd, error = 0;

	(void)snprintf(path, sizeof path, "%s/%s", folder->work, name);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) < 0)
		return fv_cli_fail(
		    FV_EXIT_CANTCREAT, folder->path, "%s: %s", name, strerror(errno));
	if (fchmod(fd, mode) != 0 || fv_cli_write_fd(fd, bytes) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error == 0 ? FV_EXIT_OK
			  : fv_cli_fail(FV_EXIT_IO, folder->path,
				"%s: %s; nothing was written", name, strerror(error));
}

/* One sync for all files: each its own would cost a second a hundred on a memory stick. */
static int
sync_all(const char *path)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || syncfs(fd) != 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

int
newfolder_commit(struct newfolder *folder)
{
	int error = sync_all(folder->work);

	if (error == 0 && rename(folder->work, folder->path) != 0)
		error = errno;
	if (error == EBUSY)
		return fv_cli_fail(FV_EXIT_CANTCREAT, folder->path,
		    "is in use as a whole (a mounted disk?); give a new name below it");
	if (error != 0)
		return fv_cli_fail(FV_EXIT_CANTCREAT, folder->path, "%s; nothing was written",
		    strerror(error));
	(void)sync_all(folder->path);
	folder->work[0] = '\0';
	(void)sigprocmask(SIG_SETMASK, &folder->mask, NULL);
	return FV_EXIT_OK;
}

void
newfolder_drop(struct newfolder *folder)
{
	const struct dirent *entry;
	DIR *dir;

	if (folder->work[0] == '\0')
		return;
	if ((dir = opendir(folder->work)) != NULL) {
		while ((entry = readdir(dir)) != NULL)
			if (entry->d_name[0] != '.')
				(void)unlinkat(dirfd(dir), entry->d_name, 0);
		closedir(dir);
	}
	(void)rmdir(folder->work);
	folder->work[0] = '\0';
	(void)sigprocmask(SIG_SETMASK, &folder->mask, NULL);
}
