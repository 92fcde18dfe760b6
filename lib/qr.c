#include "fv/qr.h"

#include <errno.h>
#include <qrencode.h>

static bool
is_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

enum fv_err
fv_qr_put(struct fv_buf *out, const char *text)
{
	/* A light module is drawn, a dark one is left. */
	static const char *const blocks[] = {
	    "\xe2\x96\x88", "\xe2\x96\x80", "\xe2\x96\x84", " "};
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (code == NULL)
		return errno == ENOMEM ? FV_ENOMEM : FV_ETOOBIG;
	for (int y = -FV_QR_QUIET; y < code->width + FV_QR_QUIET; y += 2) {
		for (int x = -FV_QR_QUIET; x < code->width + FV_QR_QUIET; x++) {
			const int upper = is_dark(code, x, y) ? 2 : 0;
			const int lower = is_dark(code, x, y + 1) ? 1 : 0;
			fv_buf_put_z(out, blocks[upper + lower]);
		}
		fv_buf_put_u8(out, '\n');
	}
	QRcode_free(code);
	return fv_buf_status(out);
}
