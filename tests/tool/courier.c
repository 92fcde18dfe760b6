/*
 * A handheld that is only its sync: enrols and sends visits to a real server, whole, cut or
 * wrong as told, and prints what came back as one JSON object.  Its keys and records follow
 * from MARK, so that a later run goes on where an earlier one stopped.
 *
 * usage: courier enrol|sync TICKET MARK [NAME=VALUE ...]
 *   visits=N   the trail holds N visits of 3 records (sync; default 0)
 *   from=S until=U   send these records (default: none)
 *   want=BITS cursor=C answer=BYTES handle=I   as in the request
 *   chunk=BYTES      plaintext in one chunk (default 4096)
 *   cut=BYTES        close after so many bytes of the body
 *   spoil=SEQ        change a byte of that record's signature
 *   clone=N          from record N on another history than MARK's
 *   keys=MARK        sign in with the keys of another mark
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fv/enrol.h"
#include "fv/envelope.h"
#include "fv/ledger.h"
#include "fv/note.h"
#include "fv/sync.h"
#include "fv/ticket.h"
#include "tests/support/handset.h"

#define NEVER UINT64_MAX

struct options {
	uint64_t visits, from, until, want, cursor, answer, handle, chunk, cut, spoil, clone,
	    keys;
};

struct courier {
	struct options o;
	struct fv_ticket ticket;
	struct handset hs;
	uint8_t mark;
	struct fv_envelope_hdr hdr;
	struct fv_envelope_request envelope;
	struct fv_buf body;  /* up */
	struct fv_buf reply; /* all that came back */
};

static void
must(enum fv_err rc, const char *what)
{
	if (rc == FV_OK)
		return;
	fprintf(stderr, "courier: %s: %s\n", what, fv_err_text(rc));
	exit(70);
}

/* The same bytes for the same mark: the handle secret follows from them. */
static void
fill_from_mark(uint8_t *out, size_t len, void *ctx)
{
	const struct courier *c = ctx;
	uint8_t seed[2] = {c->mark, 0x77};
	struct fv_hash hash;

	fv_sha256(fv_span_of(seed, sizeof seed), &hash);
	for (size_t i = 0; i < len; i++)
		out[i] = hash.b[i % sizeof hash.b];
}

static struct fv_random
random_of(struct courier *c)
{
	return (struct fv_random){fill_from_mark, c};
}

static void
read_ticket(struct courier *c, const char *path)
{
	static uint8_t file[FV_TICKET_FILE_MAX];
	struct fv_span note;
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		must(FV_ENOENT, path);
	len = fread(file, 1, sizeof file, f);
	fclose(f);
	must(fv_ticket_file_parse(fv_span_of(file, len), &c->ticket, &note, NULL), path);
}

/* The mark's keys under this ticket. */
static void
make_handset(struct courier *c, struct handset *hs, uint8_t mark)
{
	handset_init(hs, mark);
	memcpy(hs->ticket_id, c->ticket.id, sizeof hs->ticket_id);
	fv_dev_id(hs->pk_0, hs->pk_sync, hs->pk_box, hs->ticket_id, hs->dev);
	fv_trail_init(&hs->trail, hs->dev, hs->pk_0);
}

static void
make_trail(struct courier *c)
{
	for (uint64_t i = 0; i < c->o.visits; i++) {
		if (c->hs.count == c->o.clone)
			c->hs.counter += 1000;
		handset_visit_end(&c->hs, handset_visit(&c->hs, "c1"));
		handset_seal(&c->hs);
	}
	if (c->o.spoil < c->hs.count)
		c->hs.records[c->o.spoil].sig[5] ^= 1;
}

static void
handle_secret(struct courier *c, uint8_t secret[FV_HANDLE_SECRET_BYTES])
{
	struct fv_envelope_hdr hdr = {
	    .kind = FV_ENVELOPE_ENROL, .key_id = c->ticket.hpke_key_id};
	struct fv_envelope_to to = {.hdr = &hdr,
	    .pk_server = c->ticket.hpke_pk,
	    .token = c->ticket.token,
	    .random = random_of(c)};
	struct fv_envelope_request request;
	struct fv_buf body = {0};

	memcpy(hdr.ticket_id, c->ticket.id, sizeof hdr.ticket_id);
	must(fv_envelope_request_begin(&to, &request, &body), "envelope");
	fv_envelope_request_handle_secret(&request, secret);
	fv_envelope_request_clear(&request);
	fv_buf_clear(&body);
}

/* -- HTTP --------------------------------------------------------------------------------- */

static int
dial(const struct courier *c)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const char *colon = strrchr(c->ticket.url, ':');
	uint64_t port = 0;
	int fd;

	if (colon != NULL)
		must(fv_decimal_decode(fv_span_z(colon + 1), 65535, &port), c->ticket.url);
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		must(FV_EIO, c->ticket.url);
	return fd;
}

static void
send_all(int fd, struct fv_span bytes)
{
	ssize_t sent;

	while (bytes.len > 0) {
		sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* refused before the body was read: the answer says so */
		bytes = fv_span_of(bytes.ptr + sent, bytes.len - (size_t)sent);
	}
}

/* Post the body; the status, and the answer's body in c->reply.  0: none came. */
static unsigned
post(struct courier *c)
{
	struct fv_buf head = {0};
	struct fv_span body = fv_buf_span(&c->body);
	char piece[4096];
	const char *end;
	unsigned status = 0;
	ssize_t got;
	int fd = dial(c);

	fv_buf_putf(&head, "POST /%c/", c->hdr.kind == FV_ENVELOPE_SYNC ? 's' : 'e');
	fv_envelope_hdr_put_path(&head, &c->hdr);
	fv_buf_putf(&head,
	    " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    body.len);
	send_all(fd, fv_buf_span(&head));
	send_all(fd, fv_span_of(body.ptr, c->o.cut < body.len ? (size_t)c->o.cut : body.len));
	if (c->o.cut < body.len)
		shutdown(fd, SHUT_RDWR);
	while ((got = recv(fd, piece, sizeof piece, 0)) > 0)
		fv_buf_put(&c->reply, piece, (size_t)got);
	close(fd);
	fv_buf_clear(&head);
	if (fv_buf_z(&c->reply) == NULL || c->reply.len < 12)
		return 0;
	status = (unsigned)strtoul((const char *)c->reply.ptr + 9, NULL, 10);
	end = strstr((const char *)c->reply.ptr, "\r\n\r\n");
	if (end != NULL) {
		size_t skip = (size_t)(end + 4 - (const char *)c->reply.ptr);

		memmove(c->reply.ptr, c->reply.ptr + skip, c->reply.len - skip);
		c->reply.len -= skip;
	}
	return status;
}

/* -- enrolment -------------------------------------------------------------------------------
 */

static void
make_enrolment(struct courier *c)
{
	struct fv_envelope_to to = {.hdr = &c->hdr,
	    .pk_server = c->ticket.hpke_pk,
	    .token = c->ticket.token,
	    .random = random_of(c)};
	struct fv_enrol_request request = {.seed_count = 1};
	struct fv_buf plain = {0};

	memcpy(request.pk_0, c->hs.pk_0, FV_KEY_BYTES);
	memcpy(request.pk_sync, c->hs.pk_sync, FV_KEY_BYTES);
	memcpy(request.pk_box, c->hs.pk_box, FV_KEY_BYTES);
	fv_note_box_key_id(c->ticket.auditors[0], request.seeds[0].key_id);
	request.model = fv_span_z("courier");
	request.serial = fv_span_z("1");
	request.version = fv_span_z("0");
	must(fv_enrol_request_put(&plain, &request, c->hs.dev, c->hs.seed), "request");
	c->hdr.kind = FV_ENVELOPE_ENROL;
	memcpy(c->hdr.ticket_id, c->ticket.id, sizeof c->hdr.ticket_id);
	must(fv_envelope_request_begin(&to, &c->envelope, &c->body), "envelope");
	must(fv_envelope_request_seal(&c->envelope, fv_buf_span(&plain), true, &c->body),
	    "seal");
	fv_buf_clear(&plain);
}

static void
print_enrolment(struct courier *c)
{
	struct fv_receipt receipt = {0};
	struct fv_enrol_answer answer;
	struct fv_buf plain = {0};
	struct fv_hash root;
	uint64_t size = 0;
	bool is_proven;

	must(fv_envelope_request_open_answer(&c->envelope, fv_buf_span(&c->reply), &plain),
	    "answer");
	must(fv_enrol_answer_parse(fv_buf_span(&plain), &answer), "answer");
	receipt.leaf = answer.enrol_leaf;
	receipt.index = answer.leaf_index;
	receipt.inclusion = answer.inclusion;
	receipt.inclusion_count = answer.inclusion_count;
	receipt.checkpoint = answer.checkpoint;
	is_proven = fv_receipt_verify(&receipt, c->ticket.log_pk, &size, &root) == FV_OK &&
	    memcmp(answer.dev, c->hs.dev, FV_DEV_BYTES) == 0;
	printf(",\"proven\":%s,\"rosters\":%zu,\"log_size\":%" PRIu64 ",\"dev\":\"",
	    is_proven ? "true" : "false", answer.roster_count, size);
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		printf("%02x", answer.dev[i]);
	printf("\"");
	fv_buf_clear(&plain);
}

/* -- sync ------------------------------------------------------------------------------------
 */

static void
make_sync(struct courier *c)
{
	struct fv_envelope_to to = {.hdr = &c->hdr,
	    .pk_server = c->ticket.hpke_pk,
	    .sk_sync = c->hs.sk_sync,
	    .random = fv_random_system()};
	struct fv_sync_request request = {.from_seq = c->o.from, .n = c->hs.count};
	uint8_t secret[FV_HANDLE_SECRET_BYTES];
	struct fv_buf chunk = {0}, record = {0};
	struct handset other;

	handle_secret(c, secret);
	c->hdr.kind = FV_ENVELOPE_SYNC;
	fv_envelope_handle(secret, (uint32_t)c->o.handle, c->hdr.handle);
	if (c->o.keys != NEVER) {
		make_handset(c, &other, (uint8_t)c->o.keys);
		memcpy(c->hs.sk_sync, other.sk_sync, sizeof c->hs.sk_sync);
		handset_clear(&other);
	}
	must(fv_envelope_request_begin(&to, &c->envelope, &c->body), "envelope");
	request.want = (uint32_t)c->o.want;
	request.cursor = c->o.cursor;
	request.answer_max = c->o.answer;
	fv_sync_request_put(&chunk, &request);
	for (size_t i = c->o.from; i < c->o.until; i++) {
		fv_buf_reset(&record);
		handset_wire(&c->hs, i, i + 1, &record);
		if (chunk.len + record.len > c->o.chunk) {
			must(fv_envelope_request_seal(
				 &c->envelope, fv_buf_span(&chunk), false, &c->body),
			    "seal");
			fv_buf_reset(&chunk);
		}
		fv_buf_put_span(&chunk, fv_buf_span(&record));
	}
	must(fv_envelope_request_seal(&c->envelope, fv_buf_span(&chunk), true, &c->body),
	    "seal");
	fv_buf_clear(&chunk);
	fv_buf_clear(&record);
}

/* Whether the receipt is about this very trail. */
static bool
is_own_receipt(
    const struct courier *c, const struct fv_sync_answer *answer, uint64_t *size_out)
{
	struct fv_receipt receipt = {.leaf = answer->head_leaf,
	    .index = answer->head_index,
	    .inclusion = answer->inclusion,
	    .inclusion_count = answer->inclusion_count,
	    .checkpoint = answer->checkpoint};
	struct fv_leaf_head head;
	struct fv_leaf leaf;
	struct fv_hash root;

	return fv_receipt_verify(&receipt, c->ticket.log_pk, size_out, &root) == FV_OK &&
	    fv_leaf_parse(answer->head_leaf, &leaf) == FV_OK &&
	    fv_leaf_head_parse(leaf.body, &head) == FV_OK &&
	    memcmp(head.dev, c->hs.dev, FV_DEV_BYTES) == 0 &&
	    head.size == answer->sealed_size &&
	    (head.size != c->hs.count ||
		memcmp(head.root.b, c->hs.trail.sealed_root.b, FV_HASH_BYTES) == 0);
}

static void
print_sync(struct courier *c)
{
	static struct fv_sync_answer answer;
	struct fv_cbor_reader r;
	struct fv_buf plain = {0};
	struct fv_item item;
	uint64_t log_size = 0;

	must(fv_envelope_request_open_answer(&c->envelope, fv_buf_span(&c->reply), &plain),
	    "answer");
	must(fv_sync_answer_parse(fv_buf_span(&plain), &answer), "answer");
	printf(",\"next_seq\":%" PRIu64 ",\"sealed_size\":%" PRIu64 ",\"receipt\":\"%s\"",
	    answer.next_seq, answer.sealed_size,
	    !answer.has_receipt                         ? "none"
		: is_own_receipt(c, &answer, &log_size) ? "good"
							: "BAD");
	printf(",\"log_size\":%" PRIu64 ",\"cursor\":%" PRIu64 ",\"more\":%s,\"notices\":[",
	    log_size, answer.cursor, answer.more ? "true" : "false");
	for (size_t i = 0; i < answer.notice_count; i++)
		printf("%s%u", i > 0 ? "," : "", answer.notices[i]);
	printf("],\"items\":[");
	r = fv_cbor_reader_of(answer.items);
	for (size_t i = 0; !fv_cbor_at_end(&r); i++) {
		must(fv_item_parse(&r, &item), "item");
		printf("%s%u", i > 0 ? "," : "", item.kind);
	}
	printf("]");
	fv_buf_clear(&plain);
}

/* -- the command line
 * -------------------------------------------------------------------------- */

static void
read_option(struct options *o, const char *text)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {{"visits", &o->visits}, {"from", &o->from}, {"until", &o->until},
	    {"want", &o->want}, {"cursor", &o->cursor}, {"answer", &o->answer},
	    {"handle", &o->handle}, {"chunk", &o->chunk}, {"cut", &o->cut},
	    {"spoil", &o->spoil}, {"clone", &o->clone}, {"keys", &o->keys}};
	const char *equals = strchr(text, '=');

	for (size_t i = 0; equals != NULL && i < sizeof known / sizeof known[0]; i++)
		if (strncmp(text, known[i].name, (size_t)(equals - text)) == 0 &&
		    known[i].name[equals - text] == 0) {
			must(fv_decimal_decode(
				 fv_span_z(equals + 1), INT64_MAX, known[i].value),
			    text);
			return;
		}
	must(FV_EFORMAT, text);
}

int
main(int argc, char **argv)
{
	static struct courier c;
	uint64_t mark;
	unsigned status;

	if (argc < 4) {
		fputs("usage: courier enrol|sync TICKET MARK [NAME=VALUE ...]\n", stderr);
		return 2;
	}
	must(fv_crypto_init(), "randomness");
	c.o = (struct options){.answer = FV_ANSWER_DEFAULT,
	    .chunk = FV_CHUNK_PLAIN_MAX,
	    .cut = NEVER,
	    .spoil = NEVER,
	    .clone = NEVER,
	    .keys = NEVER};
	for (int i = 4; i < argc; i++)
		read_option(&c.o, argv[i]);
	must(fv_decimal_decode(fv_span_z(argv[3]), 255, &mark), argv[3]);
	c.mark = (uint8_t)mark;
	read_ticket(&c, argv[2]);
	c.hdr.key_id = c.ticket.hpke_key_id;
	make_handset(&c, &c.hs, c.mark);
	make_trail(&c);
	if (strcmp(argv[1], "enrol") == 0)
		make_enrolment(&c);
	else
		make_sync(&c);
	status = post(&c);
	printf("{\"status\":%u", status);
	if (status == 200 && c.hdr.kind == FV_ENVELOPE_ENROL)
		print_enrolment(&c);
	else if (status == 200)
		print_sync(&c);
	printf(",\"up\":%zu}\n", c.body.len);
	fv_envelope_request_clear(&c.envelope);
	fv_buf_clear(&c.body);
	fv_buf_clear(&c.reply);
	handset_clear(&c.hs);
	return 0;
}
