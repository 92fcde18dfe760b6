/* Until when a certificate holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"
#include "sync-server/certdate.h"

/* The beginning of a certificate that ends at `until`: version, serial, algorithm, issuer,
 * validity; as PEM. */
static void
put_pem(struct fv_buf *pem, uint8_t tag, const char *until, bool has_version)
{
	static const uint8_t version[] = {0xa0, 3, 2, 1, 2}, serial[] = {2, 1, 7};
	static const uint8_t empty[] = {0x30, 0, 0x30, 0};
	static const char from[] = "260101000000Z";
	struct fv_buf tbs = {0}, der = {0};
	const size_t validity = 2 + sizeof from - 1 + 2 + strlen(until);

	if (has_version)
		fv_buf_put(&tbs, version, sizeof version);
	fv_buf_put(&tbs, serial, sizeof serial);
	fv_buf_put(&tbs, empty, sizeof empty);
	fv_buf_put_u8(&tbs, 0x30);
	fv_buf_put_u8(&tbs, (uint8_t)validity);
	fv_buf_put_u8(&tbs, 0x17);
	fv_buf_put_u8(&tbs, sizeof from - 1);
	fv_buf_put_z(&tbs, from);
	fv_buf_put_u8(&tbs, tag);
	fv_buf_put_u8(&tbs, (uint8_t)strlen(until));
	fv_buf_put_z(&tbs, until);
	fv_buf_put_u8(&der, 0x30);
	fv_buf_put_u8(&der, 0x81); /* the long form of a length */
	fv_buf_put_u8(&der, (uint8_t)(tbs.len + 2));
	fv_buf_put_u8(&der, 0x30);
	fv_buf_put_u8(&der, (uint8_t)tbs.len);
	fv_buf_put_span(&der, fv_buf_span(&tbs));
	fv_buf_put_z(pem, "# chain\n-----BEGIN CERTIFICATE-----\n");
	fv_buf_put_base64(pem, der.ptr, der.len);
	fv_buf_put_z(pem, "\n-----END CERTIFICATE-----\n");
	assert_int_equal(fv_buf_status(pem), FV_OK);
	fv_buf_clear(&tbs);
	fv_buf_clear(&der);
}

static enum fv_err
until(uint8_t tag, const char *text, bool has_version, int64_t *ms_out)
{
	struct fv_buf pem = {0};
	enum fv_err rc;

	put_pem(&pem, tag, text, has_version);
	rc = certdate_until(fv_buf_span(&pem), ms_out);
	fv_buf_clear(&pem);
	return rc;
}

static void
both_forms_of_a_date_are_read(void **state)
{
	const int64_t day = INT64_C(86400000);
	int64_t ms;

	(void)state;
	assert_int_equal(until(0x17, "270301120000Z", true, &ms), FV_OK);
	assert_int_equal(ms, fv_days_from_civil(2027, 3, 1) * day + day / 2);
	assert_int_equal(until(0x18, "20530301120000Z", false, &ms), FV_OK);
	assert_int_equal(ms, fv_days_from_civil(2053, 3, 1) * day + day / 2);
	assert_int_equal(until(0x17, "750301120000Z", true, &ms), FV_OK);
	assert_int_equal(ms, fv_days_from_civil(1975, 3, 1) * day + day / 2);
}

static void
what_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = {"270301120000+", "27030112000Z", "271301120000Z",
	    "2703011200xxZ", "", "270301120000Z0"};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(until(0x17, bad[i], true, &ms), FV_EFORMAT);
	assert_int_equal(until(0x04, "270301120000Z", true, &ms), FV_EFORMAT);
	assert_int_equal(until(0x18, "270301120000Z", true, &ms), FV_EFORMAT);
}

static void
a_file_that_is_cut_anywhere_is_refused(void **state)
{
	struct fv_buf pem = {0};
	int64_t ms;

	(void)state;
	put_pem(&pem, 0x17, "270301120000Z", true);
	for (size_t len = 0; len + 26 < pem.len; len++)
		assert_int_not_equal(certdate_until(fv_span_of(pem.ptr, len), &ms), FV_OK);
	assert_int_equal(certdate_until(fv_span_z("a key, no certificate"), &ms), FV_ENOENT);
	assert_int_equal(certdate_until(fv_span_z(""), &ms), FV_ENOENT);
	fv_buf_clear(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_forms_of_a_date_are_read),
	    cmocka_unit_test(what_is_no_date_is_refused),
	    cmocka_unit_test(a_file_that_is_cut_anywhere_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
