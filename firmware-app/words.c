#include "firmware-app/words.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "fieldvisit"
#define CATALOG "/zh_CN/LC_MESSAGES/" DOMAIN ".mo"

static const char *
get(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* True when catalogs lie in `dir` + `tail`; then they are used. */
static bool
use(const char *dir, const char *tail)
{
	struct fv_buf path = {0};
	bool is_there = false;
	size_t len;

	fv_buf_put_z(&path, dir);
	fv_buf_put_z(&path, tail);
	len = path.len;
	fv_buf_put_z(&path, CATALOG);
	if (fv_buf_z(&path) == NULL || access(fv_buf_z(&path), R_OK) != 0)
		goto cleanup;
	path.ptr[len] = '\0';
	is_there = bindtextdomain(DOMAIN, (const char *)path.ptr) != NULL;
cleanup:
	fv_buf_clear(&path);
	return is_there;
}

/* PREFIX/bin has its catalogs in PREFIX/share/locale, PREFIX/libexec/fieldvisit too, a build
 * tree in build/locale. */
static void
find_catalogs(void)
{
	char dir[4096];
	ssize_t len = readlink("/proc/self/exe", dir, sizeof dir - 1);
	char *slash;

	if (len <= 0)
		return;
	dir[len] = '\0';
	if ((slash = strrchr(dir, '/')) == NULL)
		return;
	*slash = '\0';
	if (!use(dir, "/locale") && !use(dir, "/../locale") && !use(dir, "/../share/locale"))
		(void)use(dir, "/../../share/locale");
}

void
fv_words_init(void)
{
	const char *name = get("LC_ALL"), *languages = get("LANGUAGE");

	if (name == NULL)
		name = get("LC_MESSAGES");
	if (name == NULL)
		name = get("LANG");
	if (name != NULL && (strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0))
		languages = "";
	else if (languages == NULL)
		languages = name != NULL ? name : "";

	/* gettext reads LANGUAGE in no locale called "C", and knows no locale that is not
	 * generated; C.UTF-8 is always there. */
	if (setlocale(LC_ALL, "") == NULL)
		(void)setlocale(LC_ALL, "C.UTF-8");
	if (strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)setlocale(LC_MESSAGES, "C.UTF-8");
	(void)setlocale(LC_NUMERIC, "C");
	find_catalogs();
	(void)bind_textdomain_codeset(DOMAIN, "UTF-8");
	fv_words_choose(fv_span_z(languages));
	(void)textdomain(DOMAIN);
}

const char *
fv_words_language(void)
{
	const char *languages = get("LANGUAGE");

	return languages != NULL ? languages : "";
}

/* A name of a catalog is part of a path: letters, digits and what joins them. */
static bool
is_list(struct fv_span language)
{
	if (language.len > FV_WORDS_LANGUAGE_MAX)
		return false;
	for (size_t i = 0; i < language.len; i++) {
		uint8_t c = language.ptr[i];

		if (c == '\0' ||
		    strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-@.:",
			c) == NULL)
			return false;
	}
	return true;
}

void
fv_words_choose(struct fv_span language)
{
	char list[FV_WORDS_LANGUAGE_MAX + 1] = "";

	if (is_list(language) && language.len > 0)
		memcpy(list, language.ptr, language.len);
	if (strcmp(fv_words_language(), list) == 0 && getenv("LANGUAGE") != NULL)
		return;
	/* gettext keeps what it found until a domain is named again. */
	if (setenv("LANGUAGE", list, 1) == 0)
		(void)textdomain(DOMAIN);
}
