/* A photo, paper or recording of the open visit: which file, then what it shows. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/screen/screen.h"

#define FILES_MAX 9U       /* the newest; each has a digit */
#define ENTRIES_MAX 4096U  /* looked at, of one folder */
#define SEAL_WAIT_MS 60000 /* a large file on slow flash */

#define ID_PATH 100

struct file {
	char path[FV_FIELD_BYTES];
	int64_t changed_ms;
	int64_t bytes;
};

struct attach {
	struct file files[FILES_MAX]; /* newest first */
	size_t count;
	struct fv_field path; /* another one, typed */
	const char *chosen;   /* in this state; NULL: not yet */
	const char *kind;     /* NULL: not yet */
};

struct choice {
	const char *word, *text;
};

static const struct choice kinds[] = {{"document", N_("A paper")},
    {"outside", N_("The outside of a building")}, {"audio", N_("A talk")},
    {"home", N_("The inside of a home")}, {"other", N_("Something else")}};
static const struct choice reasons[] = {{"asked", N_("The borrower asked for it")},
    {"evidence", N_("It shows what must be shown")}, {"safety", N_("Somebody was in danger")},
    {"other", N_("Another reason")}};

/* --- the files --- */

static void
take_file(struct attach *a, const struct file *file)
{
	size_t at = a->count < FILES_MAX ? a->count++ : FILES_MAX - 1;

	if (at == FILES_MAX - 1 && a->files[at].changed_ms > file->changed_ms)
		return;
	for (; at > 0 && a->files[at - 1].changed_ms < file->changed_ms; at--)
		a->files[at] = a->files[at - 1];
	a->files[at] = *file;
}

static void
look_into(struct attach *a, const char *home, const char *folder)
{
	char path[FV_FIELD_BYTES];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (snprintf(path, sizeof path, "%s/%s", home, folder) >= (int)sizeof path ||
	    (dir = opendir(path)) == NULL)
		return;
	for (size_t n = 0; n < ENTRIES_MAX && (entry = readdir(dir)) != NULL; n++) {
		struct file file = {.changed_ms = 0};

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode) ||
		    snprintf(file.path, sizeof file.path, "%s/%s", path, entry->d_name) >=
			(int)sizeof file.path)
			continue;
		file.changed_ms = (int64_t)st.st_mtim.tv_sec * 1000;
		file.bytes = st.st_size;
		take_file(a, &file);
	}
	closedir(dir);
}

static void
open_attach(struct fv_ui *ui, void *state, const void *arg)
{
	static const char *const folders[] = {"Pictures", "DCIM", "Recordings", "Downloads"};
	const char *home = getenv("HOME");

	(void)ui, (void)arg;
	for (size_t i = 0; home != NULL && i < sizeof folders / sizeof folders[0]; i++)
		look_into(state, home, folders[i]);
}

/* --- the page --- */

static void
put_files(struct attach *a, struct fv_page *page)
{
	char when[FV_WHEN_BYTES], size[32];

	fv_page_line(page, FV_STYLE_PLAIN, "%s",
	    _("Which file? It is sealed for the supervisors, and the plain one is removed."));
	for (size_t i = 0; i < a->count; i++) {
		const char *name = strrchr(a->files[i].path, '/');

		snprintf(
		    size, sizeof size, _("%d kB"), (int)((a->files[i].bytes + 1023) / 1024));
		fv_page_row(page, (int)i, FV_STYLE_PLAIN, name + 1, size);
		fv_page_more(page, FV_STYLE_DIM, "%s", fv_when(a->files[i].changed_ms, when));
	}
	fv_page_field(page, ID_PATH, a->count > 0 ? _("another") : _("file"), &a->path);
}

static void
put_choices(
    struct fv_page *page, const char *question, const struct choice *list, size_t count)
{
	fv_page_line(page, FV_STYLE_STRONG, "%s", question);
	for (size_t i = 0; i < count; i++)
		fv_page_row(page, (int)i, FV_STYLE_PLAIN, gettext(list[i].text), NULL);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	struct attach *a = state;

	(void)ui;
	if (a->chosen == NULL)
		put_files(a, page);
	else if (a->kind == NULL)
		put_choices(
		    page, _("What does it show?"), kinds, sizeof kinds / sizeof kinds[0]);
	else
		put_choices(page, _("Is there no consent? Then why is it taken?"), reasons,
		    sizeof reasons / sizeof reasons[0]);
}

/* --- sealing --- */

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	bool is_removed = fv_json_is(answer->json, "removed");

	(void)state, (void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	fv_ui_pop(ui);
	fv_ui_say(ui, is_removed ? FV_STYLE_GOOD : FV_STYLE_ASK, "%s",
	    is_removed ? _("sealed; the plain file is removed")
		       : _("sealed; the plain file is still there"));
}

static void
seal(struct fv_ui *ui, const struct attach *a, const char *reason)
{
	struct fv_ask ask = {.verb = "attach",
	    .words = {"--kind", a->kind},
	    .what = _("sealing the file"),
	    .on = on_answer,
	    .wait_ms = SEAL_WAIT_MS,
	    .is_program = true};
	size_t n = 2;

	if (fv_ui_is_asking(ui))
		return;
	if (reason != NULL) {
		ask.words[n++] = "--reason";
		ask.words[n++] = reason;
	}
	ask.words[n++] = "--";
	ask.words[n] = a->chosen;
	fv_ui_ask(ui, &ask);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct attach *a = state;

	fv_ui_select(ui, 0);
	if (a->chosen == NULL) {
		a->chosen = id == ID_PATH ? a->path.text : a->files[id].path;
		if (*a->chosen == '\0')
			a->chosen = NULL;
	} else if (a->kind != NULL) {
		seal(ui, a, reasons[id].word);
	} else if (strcmp(kinds[id].word, "home") != 0) {
		a->kind = kinds[id].word;
		seal(ui, a, NULL);
		a->kind = NULL; /* where it fails, it is asked again */
	} else {
		a->kind = kinds[id].word;
	}
}

const struct fv_screen fv_screen_attach = {.title = N_("Attach"),
    .state_bytes = sizeof(struct attach),
    .open = open_attach,
    .build = build,
    .act = act};
