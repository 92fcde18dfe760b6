#include "firmware-app/identity.h"

#include <string.h>

#include "fv/hpke.h"

void
fv_identity_make(struct fv_random random, const uint8_t ticket_id[FV_TICKET_ID_BYTES],
    struct fv_identity_keys *keys_out)
{
	memcpy(keys_out->ticket_id, ticket_id, sizeof keys_out->ticket_id);
	fv_random_fill(random, keys_out->seed_0, sizeof keys_out->seed_0);
	fv_ed25519_public(keys_out->seed_0, keys_out->pk_0);
	fv_hpke_keypair(random, keys_out->sk_sync, keys_out->pk_sync);
	fv_hpke_keypair(random, keys_out->sk_box, keys_out->pk_box);
	fv_random_fill(random, keys_out->mac_seed, sizeof keys_out->mac_seed);
	fv_dev_id(
	    keys_out->pk_0, keys_out->pk_sync, keys_out->pk_box, ticket_id, keys_out->dev);
}

static enum fv_err
put(struct fv_store *store, const char *name, const uint8_t *bytes, size_t len)
{
	return fv_store_put_setting(store, name, fv_span_of(bytes, len));
}

enum fv_err
fv_identity_store(struct fv_store *store, const char *dir, const struct fv_identity_keys *keys)
{
	struct fv_ratchet *first = NULL;
	enum fv_err rc;

	if ((first = fv_secret_alloc(sizeof *first)) == NULL)
		return FV_ENOMEM;
	memset(first, 0, sizeof *first);
	fv_ratchet_start(first, keys->mac_seed, keys->dev);
	memcpy(first->seed, keys->seed_0, sizeof first->seed);
	first->gen = 1;
	rc = fv_slots_create(dir, first);
	fv_secret_free(first);

	if (rc != FV_OK ||
	    (rc = put(store, FV_SET_DEV, keys->dev, sizeof keys->dev)) != FV_OK ||
	    (rc = put(store, FV_SET_PK_0, keys->pk_0, sizeof keys->pk_0)) != FV_OK ||
	    (rc = put(store, FV_SET_PK_SYNC, keys->pk_sync, sizeof keys->pk_sync)) != FV_OK ||
	    (rc = put(store, FV_SET_SK_SYNC, keys->sk_sync, sizeof keys->sk_sync)) != FV_OK ||
	    (rc = put(store, FV_SET_PK_BOX, keys->pk_box, sizeof keys->pk_box)) != FV_OK ||
	    (rc = put(store, FV_SET_TICKET_ID, keys->ticket_id, sizeof keys->ticket_id)) !=
		FV_OK)
		return rc;
	return fv_store_put_int(store, FV_SET_STATE, FV_IDENTITY_PENDING);
}

static enum fv_err
load_ticket(struct fv_store *store, struct fv_ticket *ticket)
{
	struct fv_signednote note;
	struct fv_buf text = {0};
	enum fv_err rc;

	rc = fv_store_get_setting(store, FV_SET_TICKET_NOTE, &text);
	if (rc == FV_OK && (rc = fv_signednote_parse(fv_buf_span(&text), &note)) == FV_OK)
		rc = fv_ticket_text_parse(note.text, ticket, NULL);
	if (rc == FV_EFORMAT || rc == FV_ERANGE || rc == FV_ETOOBIG)
		rc = FV_ECORRUPT;
	fv_buf_clear(&text);
	return rc;
}

enum fv_err
fv_identity_load(struct fv_store *store, struct fv_identity *identity_out)
{
	struct fv_identity *id = identity_out;
	int64_t state;
	enum fv_err rc;

	memset(id, 0, sizeof *id);
	rc = fv_store_get_int(store, FV_SET_STATE, &state);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if ((rc = fv_store_get_fixed(store, FV_SET_DEV, id->dev, sizeof id->dev)) != FV_OK ||
	    (rc = fv_store_get_fixed(store, FV_SET_PK_0, id->pk_0, sizeof id->pk_0)) !=
		FV_OK ||
	    (rc = fv_store_get_fixed(
		 store, FV_SET_PK_SYNC, id->pk_sync, sizeof id->pk_sync)) != FV_OK ||
	    (rc = fv_store_get_fixed(store, FV_SET_PK_BOX, id->pk_box, sizeof id->pk_box)) !=
		FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	/* Identities made by tests alone have no ticket. */
	rc = load_ticket(store, &id->ticket);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	id->state = state == FV_IDENTITY_ENROLLED ? FV_IDENTITY_ENROLLED : FV_IDENTITY_PENDING;
	return FV_OK;
}
