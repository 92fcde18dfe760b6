#include "fv/slip.h"

#include <string.h>

#define CODE_CHARS (FV_CODE_BYTES - 1U)
#define RAW_BYTES FV_CODE_RAW_BYTES

/* Base32 (RFC 4648 section 6); 10 bytes are 16 characters and need no padding. */
static const char alphabet[33] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void
fv_code_put(const uint8_t raw[RAW_BYTES], char code_out[FV_CODE_BYTES])
{
	for (size_t i = 0; i < CODE_CHARS; i++) {
		const size_t bit = i * 5;
		const uint32_t two = (uint32_t)raw[bit / 8] << 8 |
		    (bit / 8 + 1 < RAW_BYTES ? raw[bit / 8 + 1] : 0U);

		code_out[i] = alphabet[two >> (11 - bit % 8) & 31];
	}
	code_out[CODE_CHARS] = '\0';
}

void
fv_slip_code(const uint8_t salt[FV_SALT_BYTES], const uint8_t dev[FV_DEV_BYTES], uint64_t seq,
    char code_out[FV_CODE_BYTES])
{
	struct fv_span parts[4];
	uint8_t seq_be[8];
	struct fv_hash hash;

	fv_store_u64be(seq_be, seq);
	parts[0] = fv_span_z("fieldvisit/slip/v1");
	parts[1] = fv_span_of(salt, FV_SALT_BYTES);
	parts[2] = fv_span_of(dev, FV_DEV_BYTES);
	parts[3] = fv_span_of(seq_be, sizeof seq_be);
	fv_sha256_parts(parts, 4, &hash);
	fv_code_put(hash.b, code_out);
}

void
fv_slip_hash(const char code[FV_CODE_BYTES], struct fv_hash *hash_out)
{
	fv_sha256(fv_span_of(code, CODE_CHARS), hash_out);
}

static enum fv_err
derive(const uint8_t secret[FV_HANDLE_SECRET_BYTES], int64_t day, char code_out[FV_CODE_BYTES])
{
	uint8_t day_be[4], raw[RAW_BYTES];
	struct fv_span info[2];
	enum fv_err rc;

	memset(code_out, 0, FV_CODE_BYTES);
	if (day < 0 || day > (int64_t)UINT32_MAX)
		return FV_ERANGE;
	fv_store_u32be(day_be, (uint32_t)day);
	info[0] = fv_span_z("fieldvisit/day/v1");
	info[1] = fv_span_of(day_be, sizeof day_be);
	rc = fv_hkdf_expand_parts(
	    fv_span_of(secret, FV_HANDLE_SECRET_BYTES), info, 2, raw, sizeof raw);
	if (rc == FV_OK)
		fv_code_put(raw, code_out);
	fv_wipe(raw, sizeof raw);
	return rc;
}

/* Rounded towards the past; only instants from 1970 on have a code. */
static int64_t
day_of(int64_t utc_ms)
{
	return utc_ms < 0 ? -1 : utc_ms / FV_DAY_MS;
}

enum fv_err
fv_day_code(const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], int64_t utc_ms,
    char code_out[FV_CODE_BYTES])
{
	return derive(handle_secret, day_of(utc_ms), code_out);
}

bool
fv_day_code_good(const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], int64_t utc_ms,
    const char code[FV_CODE_BYTES])
{
	char want[FV_CODE_BYTES];
	bool is_good = false;

	if (utc_ms < 0)
		return false;
	for (int64_t d = -1; d <= 1; d++)
		if (derive(handle_secret, day_of(utc_ms) + d, want) == FV_OK)
			is_good = fv_ct_equal(want, code, CODE_CHARS) || is_good;
	fv_wipe(want, sizeof want);
	return is_good;
}

/* The character of a code that was meant; 0: none. */
static char
meant(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	if ((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'))
		return (char)c;
	return c == '0' ? 'O' : c == '1' ? 'I' : c == '8' ? 'B' : '\0';
}

enum fv_err
fv_code_read(struct fv_span typed, char code_out[FV_CODE_BYTES])
{
	size_t count = 0;

	memset(code_out, 0, FV_CODE_BYTES);
	for (size_t i = 0; i < typed.len; i++) {
		if (typed.ptr[i] == ' ' || typed.ptr[i] == '-')
			continue;
		if (count == CODE_CHARS || meant(typed.ptr[i]) == '\0') {
			count = 0;
			break;
		}
		code_out[count++] = meant(typed.ptr[i]);
	}
	if (count == CODE_CHARS)
		return FV_OK;
	memset(code_out, 0, FV_CODE_BYTES);
	return FV_EFORMAT;
}

const char *
fv_code_print(const char code[FV_CODE_BYTES], char printed_out[FV_CODE_PRINTED_BYTES])
{
	size_t at = 0;

	for (size_t i = 0; i < CODE_CHARS; i++) {
		if (i > 0 && i % 4 == 0)
			printed_out[at++] = '-';
		printed_out[at++] = code[i];
	}
	printed_out[at] = '\0';
	return printed_out;
}
