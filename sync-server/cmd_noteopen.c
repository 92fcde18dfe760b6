/*
 * fieldvisitd note open: the notes and attachments of an export, with a supervisor's or the
 * recovery key, off the server.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fv/order.h"
#include "sync-server/cmd.h"
#include "sync-server/noteopen.h"

#define USAGE                                                                                 \
	"note open --key FILE BUNDLE.tar|FOLDER [--out FOLDER] [--passphrase-file FILE|-] "   \
	"[--json]\n"                                                                          \
	"  Prints the notes of an export that this key can read.  With --out it writes its "  \
	"attachments\n"                                                                       \
	"  there, a file each, and overwrites none."
#define FOLDER_DEPTH 4
#define PATH_BYTES 4096U

void
opening_complain(struct opening *o, const struct opening_found *f, const char *rule)
{
	fprintf(
	    stderr, "fieldvisitd: %.32s record %s: %s\n", f->prefix + 7, f->seq_text, rule);
	o->bad++;
}

bool
opening_read_name(
    struct fv_span name, const char *folder, const char *end, struct opening_found *f)
{
	const size_t folder_len = strlen(folder), end_len = strlen(end);
	const size_t least = OPENING_PREFIX + folder_len + 1 + end_len;
	size_t len;

	if (name.len <= least || memcmp(name.ptr, "device-", 7) != 0 ||
	    memcmp(name.ptr + OPENING_PREFIX, folder, folder_len) != 0 ||
	    name.ptr[OPENING_PREFIX + folder_len] != '/' ||
	    memcmp(name.ptr + name.len - end_len, end, end_len) != 0)
		return false;
	len = name.len - least;
	if (len >= sizeof f->seq_text ||
	    fv_hex_decode(fv_span_of(name.ptr + 7, 32), f->dev, sizeof f->dev) != FV_OK)
		return false;
	memcpy(f->prefix, name.ptr, OPENING_PREFIX);
	memcpy(f->seq_text, name.ptr + OPENING_PREFIX + folder_len + 1, len);
	return fv_decimal_decode(fv_span_z(f->seq_text), INT64_MAX, &f->seq) == FV_OK;
}

struct fv_span
opening_member(
    struct opening *o, const struct opening_found *f, const char *folder, const char *end)
{
	char name[FV_TAR_NAME_MAX + 1];
	const struct fv_tar_member *m;

	(void)snprintf(name, sizeof name, "%s%s/%s%s", f->prefix, folder, f->seq_text, end);
	m = fv_bundle_find(o->bundle, name);
	return m == NULL ? (struct fv_span){NULL, 0} : m->body;
}

/* The header of record `seq` among those that are shown. */
static bool
find_header(struct opening *o, const struct opening_found *f, struct fv_header *header)
{
	char name[FV_TAR_NAME_MAX + 1];
	const struct fv_tar_member *m;
	struct fv_span rest;
	size_t len;

	(void)snprintf(name, sizeof name, "%srecords.cborseq", f->prefix);
	if ((m = fv_bundle_find(o->bundle, name)) == NULL)
		return false;
	for (rest = m->body; rest.len > 0; rest = fv_span_of(rest.ptr + len, rest.len - len)) {
		if (fv_cbor_check(rest, &len) != FV_OK)
			return false;
		if (fv_header_parse(fv_span_of(rest.ptr, len), header) == FV_OK &&
		    header->seq == f->seq && memcmp(header->dev, f->dev, sizeof f->dev) == 0)
			return true;
	}
	return false;
}

const char *
opening_read_payload(struct opening *o, struct opening_found *f, uint32_t type)
{
	const struct fv_span body = opening_member(o, f, "payloads", "");
	struct fv_header header;
	struct fv_hash pc;

	if (!find_header(o, f, &header))
		return "its record is not in the export";
	if (header.type != type)
		return "its record is of another type";
	if (body.len < FV_SALT_BYTES)
		return "its payload is erased or not included";
	f->payload = fv_span_of(body.ptr + FV_SALT_BYTES, body.len - FV_SALT_BYTES);
	fv_record_commit(body.ptr, f->payload, &pc);
	if (memcmp(pc.b, header.pc.b, sizeof pc.b) != 0)
		return "its payload is not the one that the record commits to";
	if (fv_cbor_check_all(f->payload) != FV_OK)
		return "its payload cannot be read";
	return NULL;
}

static bool
get_fixed(struct fv_span map, uint64_t key, uint8_t out[FV_HASH_BYTES])
{
	struct fv_cbor_reader value;

	return fv_cbor_map_find(map, key, &value) == FV_OK &&
	    fv_cbor_get_fixed(&value, out, FV_HASH_BYTES) == FV_OK;
}

bool
opening_is_hash_of(struct fv_span map, uint64_t key, struct fv_span bytes)
{
	uint8_t want[FV_HASH_BYTES];
	struct fv_hash got;

	fv_sha256(bytes, &got);
	return get_fixed(map, key, want) && memcmp(want, got.b, sizeof want) == 0;
}

/* The content key out of one row [signed note, capsules], when there is a capsule of this key.
 * What a row holds cannot lead to another text: the key must be the committed one. */
static bool
open_row(struct opening *o, struct fv_cbor_reader *r, const uint8_t kc[FV_NOTE_KC_BYTES],
    uint8_t cek_out[FV_NOTE_CEK_BYTES])
{
	struct fv_signednote note;
	struct fv_rewrap rewrap;
	struct fv_span text, capsules;
	size_t count, index;

	if (fv_cbor_get_array(r, &count) != FV_OK || count != 2 ||
	    fv_cbor_get_text(r, &text) != FV_OK || fv_cbor_get_bytes(r, &capsules) != FV_OK ||
	    fv_signednote_parse(text, &note) != FV_OK ||
	    fv_rewrap_parse(note.text, &rewrap, NULL) != FV_OK)
		return false;
	return fv_note_find_recipient(
		   fv_span_of(&rewrap.key_ids[0][0], rewrap.recipient_count * FV_KEY_ID_BYTES),
		   o->key->box_pk, &index) == FV_OK &&
	    fv_note_open_capsule(capsules, index, kc, o->secret->box_sk, cek_out) == FV_OK;
}

/* The content key out of capsules that were made later. */
static bool
open_rewraps(struct opening *o, const struct opening_found *f,
    const uint8_t kc[FV_NOTE_KC_BYTES], uint8_t cek_out[FV_NOTE_CEK_BYTES])
{
	const struct fv_span all = opening_member(o, f, "rewraps", "");
	struct fv_cbor_reader r = fv_cbor_reader_of(all);
	size_t rows = 0;

	if (all.len == 0 || fv_cbor_check_all(all) != FV_OK ||
	    fv_cbor_get_array(&r, &rows) != FV_OK)
		return false;
	for (size_t i = 0; i < rows; i++)
		if (open_row(o, &r, kc, cek_out))
			return true;
	return false;
}

const char *
opening_unseal(struct opening *o, const struct opening_found *f, struct fv_span capsules,
    uint8_t kc_out[FV_NOTE_KC_BYTES], uint8_t cek_out[FV_NOTE_CEK_BYTES], bool *is_ours_out)
{
	struct fv_cbor_reader value;
	struct fv_span key_ids;
	size_t index;
	enum fv_err rc;

	*is_ours_out = false;
	memset(cek_out, 0, FV_NOTE_CEK_BYTES);
	if (!get_fixed(f->payload, 4, kc_out) ||
	    fv_cbor_map_find(f->payload, 8, &value) != FV_OK ||
	    fv_cbor_get_bytes(&value, &key_ids) != FV_OK)
		return "its record lacks the commitment or the recipients";
	if (open_rewraps(o, f, kc_out, cek_out)) {
		*is_ours_out = true;
		return NULL;
	}
	if (capsules.len == 0)
		return "its capsules are erased or not included";
	if (!opening_is_hash_of(f->payload, 7, capsules))
		return "its capsules are not those that the record names";
	rc = fv_note_find_recipient(key_ids, o->key->box_pk, &index);
	if (rc == FV_ENOENT)
		return NULL;
	*is_ours_out = true;
	if (rc != FV_OK ||
	    fv_note_open_capsule(capsules, index, kc_out, o->secret->box_sk, cek_out) != FV_OK)
		return "this key's capsule does not hold the key that the record commits to";
	return NULL;
}

const char *
opening_decrypt(struct opening *o, const struct opening_found *f, struct fv_span ct,
    struct fv_buf *plain, bool *is_ours)
{
	uint8_t kc[FV_NOTE_KC_BYTES], cek[FV_NOTE_CEK_BYTES], aad[FV_NOTE_AAD_BYTES];
	const char *rule;
	enum fv_err rc;

	*is_ours = false;
	if (!opening_is_hash_of(f->payload, 5, ct))
		return "its ciphertext is not the one that the record names";
	rule =
	    opening_unseal(o, f, opening_member(o, f, "notes", ".capsules"), kc, cek, is_ours);
	if (rule != NULL || !*is_ours)
		return rule;
	fv_note_aad(f->dev, f->seq, aad);
	const struct fv_note_parts parts = {
	    .kind = FV_NOTE_RECORD, .ct = ct, .aad = fv_span_of(aad, sizeof aad), .kc = kc};
	rc = fv_note_open(&parts, cek, plain);
	fv_wipe(cek, sizeof cek);
	return rc == FV_OK ? NULL : "it does not open with the committed key";
}

static uint64_t
note_kind(struct fv_span payload)
{
	struct fv_cbor_reader value;
	uint64_t kind = 0;

	if (fv_cbor_map_find(payload, 9, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, 255, &kind) != FV_OK)
		return 0;
	return kind;
}

static void
print_note(struct opening *o, const struct opening_found *f, const struct fv_buf *plain)
{
	json_t *text;

	o->opened++;
	if (!o->as_json) {
		printf("%.32s record %s:\n", f->prefix + 7, f->seq_text);
		(void)fwrite(plain->ptr, 1, plain->len, stdout);
		if (plain->len == 0 || plain->ptr[plain->len - 1] != '\n')
			putchar('\n');
		return;
	}
	text = json_stringn((const char *)plain->ptr, plain->len);
	(void)fv_cli_print_json(json_pack("{s:s%, s:I, s:I, s:o}", "dev", f->prefix + 7,
	    (size_t)32, "seq", (json_int_t)f->seq, "kind", (json_int_t)note_kind(f->payload),
	    "text", text == NULL ? json_null() : text));
}

static void
open_note(struct opening *o, struct fv_span name, struct fv_span ct)
{
	struct opening_found f = {0};
	struct fv_buf plain = {0};
	bool is_ours = false;
	const char *rule;

	if (!opening_read_name(name, "notes", ".ct", &f))
		return;
	rule = opening_read_payload(o, &f, FV_REC_NOTE);
	if (rule == NULL)
		rule = opening_decrypt(o, &f, ct, &plain, &is_ours);
	if (rule != NULL)
		opening_complain(o, &f, rule);
	else if (!is_ours)
		o->not_ours++;
	else
		print_note(o, &f, &plain);
	fv_buf_clear(&plain);
}

static void
take_claim(const struct fv_claim *claim, void *ctx)
{
	struct opening *o = ctx;

	if (claim->holds || claim->kind == FV_CLAIM_NOT_INCLUDED ||
	    claim->kind == FV_CLAIM_CAVEAT || claim->kind == FV_CLAIM_EXPLAIN)
		return;
	fprintf(
	    stderr, "fieldvisitd: export: %s: %s\n", fv_claim_word(claim->kind), claim->text);
	o->bad++;
}

static int load_folder(
    const char *top, const char *below, int depth, struct fv_bundle *bundle);

static int
load_entry(
    const char *top, const char *below, const char *name, int depth, struct fv_bundle *bundle)
{
	char inside[PATH_BYTES], path[PATH_BYTES];
	struct fv_buf file = {0};
	struct stat st;
	int code;

	if (snprintf(inside, sizeof inside, "%s%s%s", below, *below == '\0' ? "" : "/",
		name) >= (int)sizeof inside ||
	    snprintf(path, sizeof path, "%s/%s", top, inside) >= (int)sizeof path)
		return fv_cli_fail(FV_EXIT_DATA, top, "holds a name that is too long");
	if (lstat(path, &st) != 0)
		return fv_cli_fail(FV_EXIT_NOINPUT, path, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return load_folder(top, inside, depth + 1, bundle);
	if (!S_ISREG(st.st_mode))
		return FV_EXIT_OK;
	if ((code = fv_cli_read(path, &file)) == FV_EXIT_OK &&
	    fv_bundle_add(bundle, fv_span_z(inside), fv_buf_span(&file)) != FV_OK)
		code = fv_cli_fail(FV_EXIT_DATA, path, "is no member of an export");
	fv_buf_clear(&file);
	return code;
}

static int
load_folder(const char *top, const char *below, int depth, struct fv_bundle *bundle)
{
	char path[PATH_BYTES];
	struct dirent *entry;
	DIR *listing;
	int code = FV_EXIT_OK;

	if (depth > FOLDER_DEPTH)
		return fv_cli_fail(FV_EXIT_DATA, top, "is nested too deep for an export");
	if (snprintf(path, sizeof path, "%s/%s", top, below) >= (int)sizeof path ||
	    (listing = opendir(path)) == NULL)
		return fv_cli_fail(FV_EXIT_NOINPUT, top, "%s", strerror(errno));
	while (code == FV_EXIT_OK && (entry = readdir(listing)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			code = load_entry(top, below, entry->d_name, depth, bundle);
	}
	closedir(listing);
	return code;
}

int
opening_load(const char *path, struct opening_source *source, struct fv_bundle **bundle_out)
{
	struct stat st;
	size_t at = 0;
	int code;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (fv_bundle_new(bundle_out) != FV_OK)
			return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
		if ((code = load_folder(path, "", 0, *bundle_out)) != FV_EXIT_OK)
			return code;
		if (fv_bundle_put(*bundle_out, &source->buf) != FV_OK)
			return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
		source->tar = fv_buf_span(&source->buf);
		return FV_EXIT_OK;
	}
	code = fv_cli_map(path, &source->map, &source->buf, &source->tar);
	if (code != FV_EXIT_OK)
		return code;
	if (fv_bundle_read(source->tar, bundle_out, &at) != FV_OK)
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "is not an export, or was altered, at byte %zu; see fieldvisit-verify",
		    at);
	return FV_EXIT_OK;
}

int
opening_verify(struct opening *o, const char *path, struct fv_span tar)
{
	const struct fv_bundle_check check = {.tar = tar, .fn = take_claim, .ctx = o};
	enum fv_bundle_verdict verdict;

	if (fv_bundle_verify(&check, &verdict) != FV_OK)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	if (verdict != FV_BUNDLE_HOLDS)
		return fv_cli_fail(FV_EXIT_NO, path,
		    "does not verify, so no note of it is shown; see fieldvisit-verify");
	return FV_EXIT_OK;
}

static int
open_all(struct opening *o, const char *path, struct fv_span tar)
{
	const struct fv_tar_member *m;
	int verified = opening_verify(o, path, tar);

	if (verified != FV_EXIT_OK)
		return verified;
	for (size_t i = 0; (m = fv_bundle_member(o->bundle, i)) != NULL; i++) {
		open_note(o, m->name, m->body);
		opening_attachment(o, m->name);
	}
	if (o->not_ours > 0)
		fprintf(stderr, "fieldvisitd: %s: %zu notes are not sealed to this key\n",
		    path, o->not_ours);
	if (o->attachments_not_ours > 0)
		fprintf(stderr,
		    "fieldvisitd: %s: %zu attachments are not sealed to this key\n", path,
		    o->attachments_not_ours);
	if (o->left_closed > 0)
		fprintf(stderr,
		    "fieldvisitd: %s: %zu attachments are in it; --out FOLDER writes them\n",
		    path, o->left_closed);
	if (o->opened + o->bad + o->not_ours + o->attachments == 0)
		fprintf(stderr, "fieldvisitd: %s: no note or attachment is in it\n", path);
	const int code = fv_cli_finish();
	if (code != FV_EXIT_OK)
		return code;
	return o->opened > 0 && o->bad == 0 ? FV_EXIT_OK : FV_EXIT_NO;
}

int
cmd_note_open(int argc, char **argv)
{
	const char *key_path = NULL, *pass_file = NULL;
	struct opening o = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &key_path, true},
	    {"out", FV_CLI_TEXT, &o.out, false},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"json", FV_CLI_FLAG, &o.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	struct opening_source source = {0};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc != 2)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "note open", "needs one BUNDLE or FOLDER; see --help");
	if ((code = opening_load(argv[1], &source, &o.bundle)) != FV_EXIT_OK ||
	    (code = fv_cli_open_key(key_path, pass_file, &key, &secret)) != FV_EXIT_OK)
		goto cleanup;
	o.key = &key;
	o.secret = secret;
	code = open_all(&o, argv[1], source.tar);
cleanup:
	fv_secret_free(secret);
	fv_bundle_free(o.bundle);
	fv_cli_unmap(&source.map);
	fv_buf_clear(&source.buf);
	return code;
}
