#include "fv/zonefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 512U
#define VERSION_LINE "# version "

static bool
is_letter(uint8_t ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z');
}

static bool
is_inner(uint8_t ch)
{
	return is_letter(ch) || (ch >= '0' && ch <= '9') || ch == '_' || ch == '-' ||
	    ch == '+';
}

static bool
begins_with(struct fv_span s, const char *z)
{
	return s.len >= strlen(z) && memcmp(s.ptr, z, strlen(z)) == 0;
}

bool
fv_zonefile_is_name(struct fv_span name)
{
	if (name.len == 0 || name.len > FV_ZONE_NAME_MAX_BYTES ||
	    begins_with(name, "right/") || begins_with(name, "posix/"))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		bool first = i == 0 || name.ptr[i - 1] == '/';

		if (first ? !is_letter(name.ptr[i])
			  : !is_inner(name.ptr[i]) && name.ptr[i] != '/')
			return false;
	}
	return name.ptr[name.len - 1] != '/';
}

static enum fv_err
load(const char *name, struct fv_buf *out, void *ctx)
{
	const char *folder = ctx == NULL ? FV_ZONEFILE_FOLDER : (const char *)ctx;
	char path[PATH_BYTES];
	uint8_t piece[4096];
	FILE *file = NULL;
	size_t got;
	int len;
	enum fv_err rc;

	rc = FV_ERANGE;
	if (!fv_zonefile_is_name((struct fv_span){(const uint8_t *)name, strlen(name)}))
		goto cleanup;
	len = snprintf(path, sizeof path, "%s/%s", folder, name);
	if (len < 0 || (size_t)len >= sizeof path)
		goto cleanup;
	if ((file = fopen(path, "rbe")) == NULL) {
		rc = errno == ENOENT || errno == ENOTDIR ? FV_ENOENT : FV_EIO;
		goto cleanup;
	}
	while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
		fv_buf_put(out, piece, got);
		rc = FV_ETOOBIG;
		if (out->len > FV_ZONE_FILE_MAX_BYTES)
			goto cleanup;
	}
	/* A folder opens and then does not read: "Asia" is no zone. */
	rc = errno == EISDIR ? FV_ENOENT : FV_EIO;
	if (ferror(file))
		goto cleanup;
	rc = fv_buf_status(out);
cleanup:
	if (file != NULL)
		(void)fclose(file);
	return rc;
}

struct fv_zone_source
fv_zonefile_source(const char *folder)
{
	union {
		const char *in;
		void *out;
	} same = {.in = folder}; /* a port's ctx is void *; load() only reads it */

	return (struct fv_zone_source){load, same.out};
}

enum fv_err
fv_zonefile_open(struct fv_zone_source source, const char *name, struct fv_zone **zone_out)
{
	struct fv_buf bytes = {0};
	enum fv_err rc;

	*zone_out = NULL;
	if ((rc = source.load(name, &bytes, source.ctx)) == FV_OK)
		rc = fv_zone_parse(fv_buf_span(&bytes), zone_out);
	fv_buf_clear(&bytes);
	return rc;
}

enum fv_err
fv_zonefile_version(const char *folder, char version_out[FV_ZONEFILE_VERSION_BYTES])
{
	char path[PATH_BYTES];
	char line[sizeof VERSION_LINE + FV_ZONEFILE_VERSION_BYTES + 1] = "";
	FILE *file = NULL;
	size_t n = 0;
	int len;
	enum fv_err rc;

	version_out[0] = '\0';
	rc = FV_ENOENT;
	len = snprintf(
	    path, sizeof path, "%s/tzdata.zi", folder == NULL ? FV_ZONEFILE_FOLDER : folder);
	if (len < 0 || (size_t)len >= sizeof path)
		goto cleanup;
	if ((file = fopen(path, "re")) == NULL) {
		rc = errno == ENOENT || errno == ENOTDIR ? FV_ENOENT : FV_EIO;
		goto cleanup;
	}
	rc = FV_EFORMAT;
	if (fgets(line, (int)sizeof line, file) == NULL ||
	    strncmp(line, VERSION_LINE, strlen(VERSION_LINE)) != 0)
		goto cleanup;
	for (const char *p = line + strlen(VERSION_LINE); is_inner((uint8_t)*p); p++, n++)
		if (n + 1 < FV_ZONEFILE_VERSION_BYTES)
			version_out[n] = *p;
	if (n == 0 || n >= FV_ZONEFILE_VERSION_BYTES) {
		version_out[0] = '\0';
		goto cleanup;
	}
	version_out[n] = '\0';
	rc = FV_OK;
cleanup:
	if (file != NULL)
		(void)fclose(file);
	return rc;
}
