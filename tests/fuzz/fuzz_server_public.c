/* Any path and any form of the borrower's pages: what is taken fits its bounds, and times not
 * to visit are JSON that this server wrote. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sync-server/public_in.h"

#define NOW INT64_C(1790000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_route(const uint8_t *data, size_t size)
{
	struct public_route route;
	char *path = calloc(1, size + 2);

	if (path == NULL)
		return;
	path[0] = '/';
	if (size > 0)
		memcpy(path + 1, data, size);
	public_route_read(path, &route);
	assert(!route.is_good || (route.has_code && strlen(route.code) == FV_CODE_BYTES - 1));
	free(path);
}

static void
check_form(const uint8_t *data, size_t size)
{
	static const uint8_t key[FV_KEY_BYTES] = {7};
	const struct fv_web_request request = {.method = "POST", .body = {data, size}};
	char receipt[FV_CODE_BYTES];
	struct public_form form;

	if (public_form_read(&request, NOW, &form) != FV_OK)
		return;
	assert(fv_utf8_valid(fv_buf_span(&form.text)));
	assert(form.wrong != W_NONE || form.text.len <= PUBLIC_TEXT_CHARS * 4);
	if (form.wrong == W_NONE) {
		assert(form.kind >= FV_CARE_COMPLAINT && form.kind <= FV_CARE_EXTENSION);
		assert((form.kind == FV_CARE_TIMES) == (form.windows[0] != '\0'));
	}
	if (form.windows[0] != '\0') {
		json_t *windows = json_loads(form.windows, 0, NULL);
		assert(json_is_array(windows));
		json_decref(windows);
	}
	assert(public_token_check(key, NOW, fv_buf_span(&form.token), receipt) == FV_OK ||
	    receipt[0] == '\0');
	public_form_clear(&form);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == '/')
		check_route(data + 1, size - 1);
	else
		check_form(data, size);
	return 0;
}
