#include "firmware-app/profile.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "firmware-app/frame.h"

/* The last part of a path. */
static const char *
last_of(const char *dir)
{
	const char *slash = strrchr(dir, '/');

	return slash != NULL ? slash + 1 : dir;
}

const char *
fv_profile_name(const char *dir)
{
	const char *at = strchr(last_of(dir), '@');

	return at != NULL ? at + 1 : "";
}

/* PATH/FILE as a string.  NULL: out of memory. */
static const char *
path_of(struct fv_buf *out, const char *dir, const char *file)
{
	fv_buf_reset(out);
	fv_buf_putf(out, "%s/%s", dir, file);
	return fv_buf_z(out);
}

static bool
has_mark(const char *dir)
{
	struct fv_buf path = {0};
	const char *file = path_of(&path, dir, FV_PROFILE_FILE);
	bool is_there = file != NULL && access(file, F_OK) == 0;

	fv_buf_clear(&path);
	return is_there;
}

void
fv_profile_mark(const struct fv_app *app, bool is_recording)
{
	struct fv_buf path = {0};
	const char *file = path_of(&path, app->dir, FV_PROFILE_FILE);
	int fd = -1;

	if (file != NULL && !is_recording)
		unlink(file);
	else if (file != NULL)
		fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	fv_buf_clear(&path);
}

/* Call `on` with each profile's folder, the one without a name among them, until it says
 * false. */
static void
each(const char *dir, bool (*on)(const char *dir, void *ctx), void *ctx)
{
	const char *base = last_of(dir);
	size_t stem = strcspn(base, "@");
	struct fv_buf parent = {0}, path = {0};
	struct dirent *entry;
	DIR *all;

	fv_buf_put(&parent, dir, (size_t)(base - dir));
	fv_buf_put_z(&parent, ".");
	all = fv_buf_z(&parent) != NULL ? opendir(fv_buf_z(&parent)) : NULL;
	while (all != NULL && (entry = readdir(all)) != NULL) {
		const char *name = entry->d_name;

		if (strncmp(name, base, stem) != 0 ||
		    (name[stem] != '\0' && name[stem] != '@'))
			continue;
		fv_buf_reset(&path);
		fv_buf_put(&path, dir, (size_t)(base - dir));
		fv_buf_put_z(&path, name);
		if (fv_buf_z(&path) == NULL || !on(fv_buf_z(&path), ctx))
			break;
	}
	if (all != NULL)
		closedir(all);
	fv_buf_clear(&parent);
	fv_buf_clear(&path);
}

struct taking {
	const struct fv_app *app;
	struct fv_reply *reply; /* NULL: nothing is said */
	bool is_taken;
};

static bool
on_other(const char *dir, void *ctx)
{
	struct taking *t = ctx;

	t->is_taken = strcmp(dir, t->app->dir) != 0 && has_mark(dir);
	if (t->is_taken && t->reply != NULL)
		fv_reply_fail(t->reply, FV_FAIL_ON_SHIFT, dir, "%s",
		    _("a shift is open for another bank, which would see where you go for "
		      "this one; end or pause that first"));
	return !t->is_taken;
}

bool
fv_profile_take(const struct fv_app *app, struct fv_reply *reply)
{
	struct taking t = {app, reply, false};

	/* Its own mark before it looks: of two at once neither overlooks the other. */
	fv_profile_mark(app, true);
	if (!app->is_practice)
		each(app->dir, on_other, &t);
	if (t.is_taken)
		fv_profile_mark(app, false);
	return !t.is_taken;
}

void
fv_profile_warn(const struct fv_app *app, struct fv_reply *reply)
{
	struct taking t = {app, NULL, false};

	if (!app->is_practice)
		each(app->dir, on_other, &t);
	if (t.is_taken)
		fv_reply_warn(reply, "%s",
		    _("you are on shift for another bank, which sees where you are now"));
}

static bool
on_profile(const char *dir, void *ctx)
{
	const char *name = fv_profile_name(dir);
	struct fv_reply *reply = ctx;
	int fd = fv_client_connect(dir);

	fv_reply_line(reply, "%-24s %s%s", *name != '\0' ? name : "-",
	    fd >= 0 ? _("agent runs") : _("no agent"), has_mark(dir) ? _(", on shift") : "");
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "profile", name);
	fv_json_text_z(&reply->json, "dir", dir);
	fv_json_bool(&reply->json, "agent", fd >= 0);
	fv_json_bool(&reply->json, "recording", has_mark(dir));
	fv_json_end_object(&reply->json);
	if (fd >= 0)
		close(fd);
	return true;
}

int
fv_cmd_profiles(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	(void)app;
	fv_json_begin_array(&reply->json, NULL);
	each(call->dir, on_profile, reply);
	fv_json_end_array(&reply->json);
	return FV_EXIT_OK;
}
