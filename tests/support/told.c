#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/made.h"

void
handset_tell(struct handset *h, uint32_t type, const char *fmt, ...)
{
	struct fv_buf payload = {0};
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert_in_range(len, 1, sizeof text - 1);
	made_cbor(&payload, text);
	handset_add(h, type, fv_buf_span(&payload));
	fv_buf_clear(&payload);
}
