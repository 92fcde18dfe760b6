/* What lies in the watched folders and should not: files that wait, and refused ones. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sync-server/health.h"
#include "sync-server/inbox.h"
#include "sync-server/store/intake.h"

#define WATCHED_LATE_MS INT64_C(600000)  /* a server takes a file within seconds, */
#define OTHER_LATE_MS INT64_C(172800000) /* `inbox run` perhaps every night */
#define NAMES_MAX 100000U                /* that are looked at in a folder */

/* All folders together, and the first with something to do. */
struct looking {
	int64_t now_ms;
	char watched[PATH_MAX]; /* ""; none */
	size_t folders, late, refused;
	char late_in[PATH_MAX], refused_in[PATH_MAX];
};

static bool
ends_with_result(const char *name)
{
	const size_t len = strlen(name), end = strlen(INBOX_RESULT);

	return len > end && strcmp(name + len - end, INBOX_RESULT) == 0;
}

/* A file came when its inode last changed: a move keeps the time of its text. */
static bool
is_late(const struct looking *l, DIR *dir, const char *name, bool is_watched)
{
	const int64_t limit_ms =
	    is_watched && inbox_is_wanted(name) ? WATCHED_LATE_MS : OTHER_LATE_MS;
	struct stat st;

	return fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    l->now_ms - ((int64_t)st.st_ctim.tv_sec * 1000) > limit_ms;
}

static size_t
count_late(const struct looking *l, DIR *dir, bool is_watched)
{
	const struct dirent *entry;
	size_t late = 0;

	for (size_t n = 0; n < NAMES_MAX && (entry = readdir(dir)) != NULL; n++)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, "done") != 0 &&
		    strcmp(entry->d_name, "refused") != 0 &&
		    is_late(l, dir, entry->d_name, is_watched))
			late++;
	return late;
}

/* Refused files; their results may stay. */
static size_t
count_refused(const char *folder)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	size_t refused = 0;
	DIR *dir = NULL;

	if ((size_t)snprintf(path, sizeof path, "%s/refused", folder) < sizeof path)
		dir = opendir(path);
	for (size_t n = 0; dir != NULL && n < NAMES_MAX && (entry = readdir(dir)) != NULL; n++)
		if (entry->d_name[0] != '.' && !ends_with_result(entry->d_name))
			refused++;
	if (dir != NULL)
		(void)closedir(dir);
	return refused;
}

/* False: it cannot be entered. */
static bool
look_at(struct looking *l, const char *folder, bool is_watched)
{
	size_t late, refused;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return false;
	late = count_late(l, dir, is_watched);
	(void)closedir(dir);
	refused = count_refused(folder);
	if (late > 0 && l->late == 0)
		(void)snprintf(l->late_in, sizeof l->late_in, "%s", folder);
	if (refused > 0 && l->refused == 0)
		(void)snprintf(l->refused_in, sizeof l->refused_in, "%s", folder);
	l->folders++;
	l->late += late;
	l->refused += refused;
	return true;
}

/* One that is there no more has nothing in it. */
static enum fv_err
on_folder(struct fv_span folder, void *ctx)
{
	struct looking *l = ctx;
	char path[PATH_MAX];

	if (folder.len >= sizeof path)
		return FV_OK;
	memcpy(path, folder.ptr, folder.len);
	path[folder.len] = '\0';
	if (strcmp(path, l->watched) != 0)
		(void)look_at(l, path, false);
	return FV_OK;
}

static void
say(const struct looking *l, struct health *out)
{
	char late[160] = "", refused[160] = "";

	if (l->late > 0)
		(void)snprintf(late, sizeof late, "%zu files wait too long in %.100s", l->late,
		    l->late_in);
	if (l->refused > 0)
		(void)snprintf(refused, sizeof refused,
		    "%zu refused files lie, with what stands in them, in %.80s/refused",
		    l->refused, l->refused_in);
	if (l->late == 0 && l->refused == 0)
		health_say(out, "inbox", HEALTH_OK, NULL,
		    "no file waits too long, and no refused one lies there");
	else
		health_say(out, "inbox", HEALTH_ATTENTION,
		    l->refused > 0
			? "read NAME.result.json beside each, put a mended one into the "
			  "folder, delete the refused"
			: "journalctl -u fieldvisitd, or fieldvisitd inbox run DIR, says why",
		    "%s%s%s", late, late[0] != '\0' && refused[0] != '\0' ? "; " : "",
		    refused);
}

void
health_check_inbox(const struct health_in *in, struct health *out)
{
	struct looking *l = calloc(1, sizeof *l);

	if (l == NULL)
		return;
	l->now_ms = in->now_ms;
	if (in->inbox != NULL && realpath(in->inbox, l->watched) == NULL)
		l->watched[0] = '\0';
	if (in->inbox != NULL && (l->watched[0] == '\0' || !look_at(l, l->watched, true)))
		health_say(out, "inbox", HEALTH_BROKEN,
		    "make it the server's, or name another with --inbox "
		    "(FIELDVISITD_INBOX); it is tried again",
		    "nothing is taken: %.200s is no folder that can be entered", in->inbox);
	else if (in->store != NULL &&
	    fv_store_intake_folders(in->store, on_folder, l) == FV_OK && l->folders > 0)
		say(l, out);
	free(l);
}
