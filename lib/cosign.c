#include "fv/cosign.h"

#include <string.h>

#define DIGITS (FV_COSIGN_CODE_BYTES - 1U)
#define MODULUS UINT64_C(100000000)
#define STEP_MAX INT64_C(4294967295)

bool
fv_cosign_code_valid(struct fv_span code)
{
	if (code.len != DIGITS)
		return false;
	for (size_t i = 0; i < code.len; i++)
		if (code.ptr[i] < '0' || code.ptr[i] > '9')
			return false;
	return true;
}

static enum fv_err
derive(const uint8_t secret[FV_HANDLE_SECRET_BYTES], struct fv_span case_id, int64_t step,
    char code_out[FV_COSIGN_CODE_BYTES])
{
	const uint8_t zero = 0;
	uint8_t step_be[4], okm[FV_HASH_BYTES];
	struct fv_span info[5];
	uint64_t v;
	enum fv_err rc;

	memset(code_out, 0, FV_COSIGN_CODE_BYTES);
	if (step < 0 || step > STEP_MAX)
		return FV_ERANGE;
	fv_store_u32be(step_be, (uint32_t)step);
	info[0] = fv_span_z("fieldvisit/cosign/v1");
	info[1] = fv_span_of(&zero, 1);
	info[2] = case_id;
	info[3] = fv_span_of(&zero, 1);
	info[4] = fv_span_of(step_be, sizeof step_be);
	rc = fv_hkdf_expand_parts(
	    fv_span_of(secret, FV_HANDLE_SECRET_BYTES), info, 5, okm, sizeof okm);
	if (rc != FV_OK)
		return rc;
	v = fv_load_u64be(okm) % MODULUS;
	for (size_t i = DIGITS; i-- > 0; v /= 10)
		code_out[i] = (char)('0' + v % 10);
	fv_wipe(okm, sizeof okm);
	return FV_OK;
}

/* Rounded towards the past; only instants from 1970 on have a code. */
static int64_t
step_of(int64_t utc_ms)
{
	return utc_ms < 0 ? -1 : utc_ms / FV_COSIGN_STEP_MS;
}

enum fv_err
fv_cosign_code(const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], struct fv_span case_id,
    int64_t utc_ms, char code_out[FV_COSIGN_CODE_BYTES])
{
	return derive(handle_secret, case_id, step_of(utc_ms), code_out);
}

bool
fv_cosign_code_good(const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES],
    struct fv_span case_id, int64_t utc_ms, struct fv_span code)
{
	char want[FV_COSIGN_CODE_BYTES];
	bool is_good = false;

	if (!fv_cosign_code_valid(code) || utc_ms < 0)
		return false;
	for (int64_t d = -1; d <= 1; d++)
		if (derive(handle_secret, case_id, step_of(utc_ms) + d, want) == FV_OK)
			is_good = fv_ct_equal(want, code.ptr, DIGITS) || is_good;
	fv_wipe(want, sizeof want);
	return is_good;
}
