/* Any bytes as a PEM file, and as the certificate in one. */
#include <assert.h>
#include <stdlib.h>

#include "sync-server/certdate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_buf pem = {0};
	int64_t ms;
	enum fv_err rc = certdate_until((struct fv_span){data, size}, &ms);

	assert(rc == FV_OK || ms == 0);
	fv_buf_put_z(&pem, "-----BEGIN CERTIFICATE-----\n");
	fv_buf_put_base64(&pem, data, size);
	fv_buf_put_z(&pem, "\n-----END CERTIFICATE-----\n");
	if (fv_buf_status(&pem) != FV_OK)
		abort();
	rc = certdate_until(fv_buf_span(&pem), &ms);
	assert(rc == FV_OK || rc == FV_EFORMAT);
	fv_buf_clear(&pem);
	return 0;
}
