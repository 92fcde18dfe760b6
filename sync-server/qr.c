#include "sync-server/qr.h"

#include <limits.h>
#include <qrencode.h>

#define QUIET                                                                                 \
	2 /* modules of light around the code; 4 in the standard, 2 suffice on screens        \
	   */

static bool
is_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

enum fv_err
qr_print(FILE *out, struct fv_span bytes)
{
	/* Light on dark terminals: a light module is drawn, a dark one is left. */
	static const char *const blocks[] = {
	    "\xe2\x96\x88", "\xe2\x96\x80", "\xe2\x96\x84", " "};
	QRcode *code;

	if (bytes.len > INT_MAX)
		return FV_ETOOBIG;
	code = QRcode_encodeData((int)bytes.len, bytes.ptr, 0, QR_ECLEVEL_L);
	if (code == NULL)
		return FV_ETOOBIG;
	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		for (int x = -QUIET; x < code->width + QUIET; x++) {
			const int upper = is_dark(code, x, y) ? 2 : 0;
			const int lower = is_dark(code, x, y + 1) ? 1 : 0;
			fputs(blocks[upper + lower], out);
		}
		fputc('\n', out);
	}
	QRcode_free(code);
	return FV_OK;
}
