#include "sync-server/account.h"

#include <string.h>

#include "sync-server/verb.h"

/* About 0.1 s and 32 MiB on the machines that servers are. */
#define OPS 3U
#define MEM_KIB 32768U

static const char *const roles[] = {
    [DESK_ADMIN] = "admin",
    [DESK_SUPERVISOR] = "supervisor",
    [DESK_AUDITOR] = "auditor",
    [DESK_MANAGER] = "manager",
};

const char *
fv_role_word(uint32_t role)
{
	return role < sizeof roles / sizeof roles[0] ? roles[role] : NULL;
}

bool
fv_role_find(const char *word, uint32_t *role_out)
{
	for (uint32_t i = 1; i < sizeof roles / sizeof roles[0]; i++) {
		if (strcmp(roles[i], word) == 0) {
			*role_out = i;
			return true;
		}
	}
	return false;
}

json_t *
fv_account_json(const struct fv_store_account *account)
{
	const char *role = fv_role_word(account->role);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:o}", "id", account->id,
	    "name", account->name, "role", role != NULL ? role : "", "agency", account->agency,
	    "officer", account->officer, "disabled", account->is_disabled, "has_password",
	    account->password.is_set, "created_ms", (json_int_t)account->created_ms,
	    "login_ms", account->has_login ? json_integer(account->login_ms) : json_null());
}

const char *
fv_password_fault(struct fv_span password)
{
	size_t chars = 0;

	if (password.len > FV_PASSWORD_BYTES_MAX)
		return "is too long: at most 512 bytes";
	if (!fv_utf8_valid(password))
		return "is not UTF-8";
	for (size_t i = 0; i < password.len; i++)
		chars += (password.ptr[i] & 0xc0) != 0x80 ? 1U : 0U;
	return chars < FV_PASSWORD_MIN ? "is too short: at least 12 characters" : NULL;
}

static enum fv_err
hash(
    struct fv_span password, const struct fv_account_password *with, uint8_t out[FV_KEY_BYTES])
{
	return fv_argon2id(password, with->salt, with->ops, (size_t)with->mem_kib << 10, out);
}

enum fv_err
fv_password_make(struct fv_span password, struct fv_account_password *out)
{
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->ops = OPS;
	out->mem_kib = MEM_KIB;
	fv_random_fill(fv_random_system(), out->salt, sizeof out->salt);
	if ((rc = hash(password, out, out->hash)) == FV_OK)
		out->is_set = true;
	return rc;
}

enum fv_err
fv_password_check(struct fv_span password, const struct fv_account_password *stored)
{
	static const struct fv_account_password nobody = {.ops = OPS, .mem_kib = MEM_KIB};
	const bool is_set = stored != NULL && stored->is_set;
	const struct fv_account_password *with = is_set ? stored : &nobody;
	uint8_t got[FV_KEY_BYTES];
	enum fv_err rc = hash(password, with, got);

	if (rc == FV_OK && (!fv_ct_equal(got, with->hash, sizeof got) || !is_set))
		rc = FV_EAUTH;
	fv_wipe(got, sizeof got);
	return rc;
}

json_t *
fv_password_json(const struct fv_account_password *password)
{
	return json_pack("{s:i, s:i, s:o, s:o}", "ops", (int)password->ops, "mem_kib",
	    (int)password->mem_kib, "salt",
	    fv_verb_json_hex(password->salt, sizeof password->salt), "hash",
	    fv_verb_json_hex(password->hash, sizeof password->hash));
}

enum fv_err
fv_password_read(const json_t *object, struct fv_account_password *out)
{
	memset(out, 0, sizeof *out);
	out->ops = (uint32_t)json_integer_value(json_object_get(object, "ops"));
	out->mem_kib = (uint32_t)json_integer_value(json_object_get(object, "mem_kib"));
	out->is_set = true;
	if (out->ops == 0 || out->mem_kib < 8)
		return FV_ERANGE;
	if (fv_hex_decode(fv_span_z(fv_verb_text(object, "salt")), out->salt,
		sizeof out->salt) != FV_OK ||
	    fv_hex_decode(
		fv_span_z(fv_verb_text(object, "hash")), out->hash, sizeof out->hash) != FV_OK)
		return FV_EFORMAT;
	return FV_OK;
}
