#include "sync-server/packfile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync-server/cmd.h"

#define NAMES_MAX 256U

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Relative to the program's own file: a build in the tree, its modes, an installation. */
static bool
beside_program(char out[PACKFILE_PATH_MAX])
{
	static const char *const places[] = {
	    "/../sync-server/rules", "/../../sync-server/rules", "/../share/fieldvisit/rules"};
	char exe[PACKFILE_PATH_MAX - 64];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n <= 0)
		return false;
	exe[n] = '\0';
	char *slash = strrchr(exe, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(out, PACKFILE_PATH_MAX, "%s%s", exe, places[i]);
		if (is_folder(out))
			return true;
	}
	return false;
}

enum fv_err
packfile_folder(const char *dir, char out[PACKFILE_PATH_MAX])
{
	const char *env = getenv("FV_RULES");

	if (dir == NULL && env != NULL && env[0] != '\0')
		dir = env;
	if (dir == NULL && beside_program(out))
		return FV_OK;
	if (dir != NULL && is_folder(dir) && strlen(dir) < PACKFILE_PATH_MAX) {
		snprintf(out, PACKFILE_PATH_MAX, "%s", dir);
		return FV_OK;
	}
	out[0] = '\0';
	return FV_ENOENT;
}

enum fv_err
packfile_bytes(const char *path, struct fv_buf *out)
{
	uint8_t chunk[8192];
	FILE *f = fopen(path, "rbe");
	enum fv_err rc = FV_OK;
	size_t n;

	if (f == NULL) {
		cmd_fail("%s: %s", path, strerror(errno));
		return FV_EIO;
	}
	while (out->len <= FV_RULEPACK_MAX_BYTES && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
		fv_buf_put(out, chunk, n);
	if (ferror(f) != 0) {
		cmd_fail("%s: %s", path, strerror(errno));
		rc = FV_EIO;
	} else if (fv_buf_status(out) != FV_OK) {
		cmd_fail("%s: out of memory", path);
		rc = FV_ENOMEM;
	} else if (out->len > FV_RULEPACK_MAX_BYTES) {
		cmd_fail("%s: a pack has at most %zu bytes", path, FV_RULEPACK_MAX_BYTES);
		rc = FV_ETOOBIG;
	}
	fclose(f);
	if (rc != FV_OK)
		fv_buf_clear(out);
	return rc;
}

static void
explain(const char *path, const struct fv_rulepack_error *e)
{
	char line[16] = "";

	if (e->line > 0)
		snprintf(line, sizeof line, ":%u", e->line);
	cmd_fail("%s%s: %s%s%s%s%s%s", path, line, e->rule[0] != '\0' ? "rule " : "", e->rule,
	    e->rule[0] != '\0' ? ": " : "", e->field, e->field[0] != '\0' ? ": " : "",
	    e->text);
}

void
packfile_close(struct packfile *file)
{
	fv_rulepack_free(file->pack);
	fv_buf_clear(&file->bytes);
	fv_buf_clear(&file->base);
	*file = (struct packfile){0};
}

/* "ID.json" and "ID@rN.json" are of the pack ID. */
static bool
is_file_of(const char *file, const char *id)
{
	size_t len = strlen(id);
	size_t all = strlen(file);

	if (all < len + 5 || strncmp(file, id, len) != 0 ||
	    strcmp(file + all - 5, ".json") != 0)
		return false;
	return all == len + 5 || strncmp(file + len, "@r", 2) == 0;
}

/* What a name asks for. */
struct wanted {
	char id[64];
	uint32_t revision; /* 0: the highest that stands on `day` */
	int64_t day;
	const char *folder; /* where what a pack is laid over may be too */
	bool is_base;       /* to lay another over: itself laid over none */
	bool is_quiet;      /* faults of packs are not printed */
};

static enum fv_err read_file(const char *path, const struct wanted *w, struct packfile *out);
static enum fv_err search_folder(
    const char *folder, const struct wanted *w, struct packfile *out);

/* True when `a` answers better than `b`, which may be NULL. */
static bool
is_better(const struct wanted *w, const struct fv_rulepack *a, const struct fv_rulepack *b)
{
	if (w->revision != 0)
		return a->revision == w->revision;
	if (b == NULL)
		return true;
	bool a_stands = a->published_days <= w->day;
	bool b_stands = b->published_days <= w->day;
	if (a_stands != b_stands)
		return a_stands;
	/* Where none stands yet the first one is what there will be. */
	return a_stands ? a->revision > b->revision : a->revision < b->revision;
}

static int
unknown_pack(const char *folder, const struct wanted *w, DIR *d)
{
	char store[NAMES_MAX][64];
	const char *names[NAMES_MAX];
	size_t n = 0;

	if (w->revision != 0)
		return cmd_fail("%s: no pack %s of revision %u; 'pack show %s' shows the one "
				"that is there",
		    folder, w->id, w->revision, w->id);
	rewinddir(d);
	for (struct dirent *e; (e = readdir(d)) != NULL && n < NAMES_MAX;) {
		const char *dot = strstr(e->d_name, ".json");
		if (dot == NULL || (size_t)(dot - e->d_name) >= sizeof store[0] ||
		    strstr(e->d_name, ".schema.") != NULL)
			continue;
		snprintf(store[n], sizeof store[0], "%.*s", (int)(dot - e->d_name), e->d_name);
		names[n] = store[n];
		n++;
	}
	const char *near = fv_word_nearest(fv_span_z(w->id), names, n);
	if (near == NULL)
		return cmd_fail("%s: no pack %s; the folder's *.json are the packs, or name a "
				"FILE.json",
		    folder, w->id);
	return cmd_fail("%s: no pack %s; did you mean %s?", folder, w->id, near);
}

static enum fv_err
search_folder(const char *folder, const struct wanted *w, struct packfile *out)
{
	char path[PACKFILE_PATH_MAX + 256];
	DIR *d = opendir(folder);
	enum fv_err rc = FV_OK;

	*out = (struct packfile){0};
	if (d == NULL) {
		cmd_fail("%s: %s", folder, strerror(errno));
		return FV_EIO;
	}
	for (struct dirent *e; rc == FV_OK && (e = readdir(d)) != NULL;) {
		struct packfile file;
		if (!is_file_of(e->d_name, w->id))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if ((rc = read_file(path, w, &file)) != FV_OK)
			break;
		if (file.pack != NULL && strcmp(file.pack->id, w->id) == 0 &&
		    is_better(w, file.pack, out->pack)) {
			packfile_close(out);
			*out = file;
		} else {
			packfile_close(&file);
		}
	}
	if (rc == FV_OK && out->pack == NULL) {
		if (!w->is_base)
			unknown_pack(folder, w, d);
		rc = FV_ENOENT;
	}
	closedir(d);
	if (rc != FV_OK)
		packfile_close(out);
	return rc;
}

/* What a pack file is laid over: beside it, or in the folder of packs. */
static enum fv_err
find_base(const char *path, const struct fv_rulepack_head *head, const struct wanted *w,
    struct fv_buf *base_out)
{
	struct wanted under = {
	    .revision = head->extends_revision, .day = w->day, .is_base = true};
	char beside[PACKFILE_PATH_MAX];
	struct packfile file;
	const char *slash = strrchr(path, '/');
	enum fv_err rc;

	snprintf(under.id, sizeof under.id, "%s", head->extends);
	snprintf(beside, sizeof beside, "%.*s", slash == NULL ? 1 : (int)(slash - path + 1),
	    slash == NULL ? "." : path);
	rc = search_folder(beside, &under, &file);
	if (rc == FV_ENOENT && w->folder != NULL && w->folder[0] != '\0')
		rc = search_folder(w->folder, &under, &file);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK
				       : rc; /* without it the pack says what it wants */
	*base_out = file.bytes;
	file.bytes = (struct fv_buf){0};
	packfile_close(&file);
	return FV_OK;
}

/* out->pack is NULL where a base is sought and this one is laid over another itself. */
static enum fv_err
read_file(const char *path, const struct wanted *w, struct packfile *out)
{
	struct fv_rulepack_error error;
	struct fv_rulepack_head head;
	enum fv_err rc;

	*out = (struct packfile){0};
	if ((rc = packfile_bytes(path, &out->bytes)) != FV_OK)
		return rc;
	if (fv_rulepack_peek(fv_buf_span(&out->bytes), &head) == FV_OK &&
	    head.extends[0] != '\0') {
		if (w->is_base)
			return FV_OK;
		if ((rc = find_base(path, &head, w, &out->base)) != FV_OK)
			goto cleanup;
	}
	rc = fv_rulepack_parse_over(
	    fv_buf_span(&out->bytes), fv_buf_span(&out->base), &out->pack, &error);
	if (rc != FV_OK && !w->is_quiet)
		explain(path, &error);
cleanup:
	if (rc != FV_OK)
		packfile_close(out);
	return rc;
}

enum fv_err
packfile_open(const char *path, const char *folder, int64_t day, struct packfile *out)
{
	const struct wanted w = {.day = day, .folder = folder};

	return read_file(path, &w, out);
}

enum fv_err
packfile_open_named(const char *folder, const char *name, int64_t day, struct packfile *out)
{
	struct wanted w = {.day = day, .folder = folder};
	size_t len = strlen(name);
	const char *at = strstr(name, "@r");
	uint64_t revision = 0;

	*out = (struct packfile){0};
	if (len > 5 && strcmp(name + len - 5, ".json") == 0)
		return packfile_open(name, folder, day, out);
	if (at != NULL &&
	    (fv_decimal_decode(fv_span_z(at + 2), 999999, &revision) != FV_OK ||
		revision == 0)) {
		cmd_fail("--pack %s: after \"@r\" comes a revision such as 1", name);
		return FV_ENOENT;
	}
	size_t id_len = at == NULL ? len : (size_t)(at - name);
	if (id_len == 0 || id_len >= sizeof w.id || strchr(name, '/') != NULL) {
		cmd_fail("--pack %s: neither a pack's id nor a path that ends in .json", name);
		return FV_ENOENT;
	}
	memcpy(w.id, name, id_len);
	w.revision = (uint32_t)revision;
	if (folder[0] == '\0') {
		cmd_fail("no folder of rule packs; give one with --rules DIR or FV_RULES");
		return FV_ENOENT;
	}
	return search_folder(folder, &w, out);
}

enum fv_err
packfile_find(const char *folder, const char *name, int64_t day, struct fv_rulepack **pack_out)
{
	struct packfile file;
	enum fv_err rc = packfile_open_named(folder, name, day, &file);

	*pack_out = file.pack;
	file.pack = NULL;
	packfile_close(&file);
	return rc;
}

static int
is_pack(const struct dirent *e)
{
	const size_t len = strlen(e->d_name);

	return len > 5 && strcmp(e->d_name + len - 5, ".json") == 0 &&
	    strstr(e->d_name, ".schema.") == NULL;
}

enum fv_err
packfile_each(const char *folder, bool is_lenient, packfile_fn fn, void *ctx)
{
	const struct wanted w = {.day = INT32_MAX, .folder = folder, .is_quiet = is_lenient};
	char path[PACKFILE_PATH_MAX + 256];
	struct dirent **names = NULL;
	struct packfile file;
	enum fv_err rc = FV_OK;
	int count = folder[0] == '\0' ? 0 : scandir(folder, &names, is_pack, alphasort);

	if (count < 0) {
		cmd_fail("%s: %s", folder, strerror(errno));
		return FV_EIO;
	}
	if ((unsigned)count > PACKFILE_FOLDER_MAX) {
		cmd_fail("%s: more than %u packs", folder, PACKFILE_FOLDER_MAX);
		rc = FV_ETOOBIG;
	}
	for (int i = 0; rc == FV_OK && i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		rc = read_file(path, &w, &file);
		if (rc == FV_OK) {
			rc = fn(file.pack, ctx);
			file.pack = NULL;
			packfile_close(&file);
		} else if (is_lenient && rc != FV_ENOMEM) {
			rc = FV_OK;
		}
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return rc;
}
