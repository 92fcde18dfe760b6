#include "sync-server/certdate.h"

#include <stdio.h>
#include <string.h>

#include "fv/instant.h"

#define DER_SEQUENCE 0x30U
#define DER_VERSION 0xa0U /* [0] of TBSCertificate */
#define DER_UTC_TIME 0x17U
#define DER_GENERAL_TIME 0x18U

/* Take one element off `in`: its tag and content. */
static enum fv_err
take(struct fv_span *in, uint8_t *tag_out, struct fv_span *body_out)
{
	size_t at = 2, len;

	if (in->len < 2)
		return FV_EFORMAT;
	*tag_out = in->ptr[0];
	len = in->ptr[1];
	if (len > 0x80) {
		size_t octets = len & 0x7f;

		len = 0;
		if (octets > 3 || in->len < at + octets)
			return FV_EFORMAT;
		while (octets-- > 0)
			len = len << 8 | in->ptr[at++];
	} else if (len == 0x80) {
		return FV_EFORMAT; /* an indefinite length is not DER */
	}
	if (len > in->len - at)
		return FV_EFORMAT;
	*body_out = fv_span_of(in->ptr + at, len);
	*in = fv_span_of(in->ptr + at + len, in->len - at - len);
	return FV_OK;
}

static enum fv_err
enter(struct fv_span *in, struct fv_span *body_out)
{
	uint8_t tag;
	enum fv_err rc = take(in, &tag, body_out);

	return rc == FV_OK && tag != DER_SEQUENCE ? FV_EFORMAT : rc;
}

/* "YYMMDDhhmmssZ" or "YYYYMMDDhhmmssZ" (RFC 5280 section 4.1.2.5). */
static enum fv_err
read_time(uint8_t tag, struct fv_span text, int64_t *ms_out)
{
	const bool is_short = tag == DER_UTC_TIME;
	char iso[24], digits[16];
	int year;

	if ((!is_short && tag != DER_GENERAL_TIME) || text.len != (is_short ? 13U : 15U) ||
	    text.ptr[text.len - 1] != 'Z')
		return FV_EFORMAT;
	year = is_short ? (text.ptr[0] - '0') * 10 + (text.ptr[1] - '0') : 0;
	(void)snprintf(digits, sizeof digits, "%s%.*s",
	    !is_short        ? ""
		: year >= 50 ? "19"
			     : "20",
	    (int)text.len - 1, (const char *)text.ptr);
	if (strlen(digits) != 14)
		return FV_EFORMAT;
	(void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4,
	    digits + 6, digits + 8, digits + 10, digits + 12);
	return fv_instant_parse(fv_span_z(iso), ms_out) == FV_OK ? FV_OK : FV_EFORMAT;
}

/* Certificate { TBSCertificate { [version] serial algorithm issuer validity ... } ... } */
static enum fv_err
read_certificate(struct fv_span der, int64_t *ms_out)
{
	struct fv_span outer, tbs, body, validity;
	uint8_t tag;
	enum fv_err rc;

	if ((rc = enter(&der, &outer)) != FV_OK || (rc = enter(&outer, &tbs)) != FV_OK ||
	    (rc = take(&tbs, &tag, &body)) != FV_OK)
		return rc;
	if (tag == DER_VERSION && (rc = take(&tbs, &tag, &body)) != FV_OK)
		return rc;
	if ((rc = enter(&tbs, &body)) != FV_OK || (rc = enter(&tbs, &body)) != FV_OK ||
	    (rc = enter(&tbs, &validity)) != FV_OK ||
	    (rc = take(&validity, &tag, &body)) != FV_OK ||
	    (rc = take(&validity, &tag, &body)) != FV_OK)
		return rc;
	return read_time(tag, body, ms_out);
}

enum fv_err
certdate_until(struct fv_span pem, int64_t *until_ms_out)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END";
	struct fv_buf text = {0}, der = {0};
	const uint8_t *from, *to;
	enum fv_err rc;

	*until_ms_out = 0;
	from = pem.len > 0 ? memmem(pem.ptr, pem.len, begin, sizeof begin - 1) : NULL;
	if (from == NULL)
		return FV_ENOENT;
	from += sizeof begin - 1;
	to = memmem(from, (size_t)(pem.ptr + pem.len - from), end, sizeof end - 1);
	if (to == NULL)
		return FV_EFORMAT;
	for (; from < to; from++)
		if (*from != '\n' && *from != '\r' && *from != ' ' && *from != '\t')
			fv_buf_put_u8(&text, *from);
	rc = fv_buf_status(&text);
	if (rc == FV_OK)
		rc = fv_base64_decode(fv_buf_span(&text), &der);
	if (rc == FV_OK)
		rc = read_certificate(fv_buf_span(&der), until_ms_out);
	fv_buf_clear(&text);
	fv_buf_clear(&der);
	return rc == FV_ENOMEM || rc == FV_OK ? rc : FV_EFORMAT;
}
