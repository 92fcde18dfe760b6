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

/* How many modules from x on are dark, or light. */
static int
measure_run(const QRcode *code, int x, int y, bool dark)
{
	int end = x;

	while (end < code->width && is_dark(code, end, y) == dark)
		end++;
	return end - x;
}

enum fv_err
fv_qr_svg_put(struct fv_buf *out, const char *text)
{
	enum { QUIET = 4 };
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	if (code == NULL && errno != ENOMEM)
		code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	if (code == NULL)
		return errno == ENOMEM ? FV_ENOMEM : FV_ETOOBIG;
	fv_buf_putf(out,
	    "<svg viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><path stroke=\"#000\" "
	    "d=\"",
	    code->width + 2 * QUIET, code->width + 2 * QUIET);
	for (int y = 0; y < code->width; y++) {
		fv_buf_putf(out, "M%d %d.5", QUIET, y + QUIET);
		for (int x = 0; x < code->width;) {
			const int light = measure_run(code, x, y, false);
			const int dark = measure_run(code, x + light, y, true);

			if (dark > 0)
				fv_buf_putf(out, "m%d 0h%d", light, dark);
			x += light + dark;
		}
	}
	fv_buf_put_z(out, "\"/></svg>");
	QRcode_free(code);
	return fv_buf_status(out);
}
