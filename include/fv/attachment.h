/*
 * Attachments (PROTOCOL.md sections 2 and C5): a file in pieces of 16 KiB under one random
 * content key, committed to in the ATTACHMENT record and sealed to readers as a note's key
 * is.  The manifest is the pieces' SHA-256 joined.  The bytes are the file's own.
 *
 * Threads: no shared state.  Memory: only fv_bufs of the caller's; secrets are wiped by
 * the two clear functions.
 */
#ifndef FV_ATTACHMENT_H
#define FV_ATTACHMENT_H

#include "fv/note.h"

#define FV_PIECE_PLAIN_BYTES 16384U
#define FV_ATTACHMENT_MAX 16777216U    /* bytes of the file */
#define FV_ATTACHMENT_PIECES_MAX 1024U /* FV_ATTACHMENT_MAX / FV_PIECE_PLAIN_BYTES */
#define FV_MANIFEST_MAX 32768U         /* FV_ATTACHMENT_PIECES_MAX hashes */
#define FV_PIECE_MAX (FV_PIECE_PLAIN_BYTES + FV_STREAM_OVERHEAD_BYTES + FV_STREAM_HEADER_BYTES)

/* What it is.  Numbers of the payload's key 9; other numbers are read and kept. */
enum fv_attachment_kind {
	FV_ATTACHMENT_DOCUMENT = 1,
	FV_ATTACHMENT_OUTSIDE = 2, /* of a building */
	FV_ATTACHMENT_AUDIO = 3,   /* of a talk */
	FV_ATTACHMENT_HOME = 4,    /* inside of a home */
	FV_ATTACHMENT_OTHER = 5,
};

/* The payload of an ATTACHMENT record.  Borrows: case_id, key_ids. */
struct fv_attachment {
	bool is_visit; /* else case_id is the subject */
	uint64_t visit_seq;
	struct fv_span case_id;
	uint8_t kc[FV_NOTE_KC_BYTES];
	struct fv_hash manifest, capsules;
	uint64_t roster_version;
	struct fv_span key_ids; /* recipients' 4-byte key ids, in capsule order */
	uint32_t kind;
	uint64_t pieces, bytes;
	bool has_consent;
	uint64_t consent_seq; /* of the EVENT that agrees to it */
	uint32_t reason;      /* FV_CODES_ATTACHMENT_REASON; 0: none given */
	bool has_words;
	uint64_t words_seq; /* of the NOTE that says it in words */
};

/* Pieces of a file of `bytes`; 0 for none. */
FV_EXPORT uint64_t fv_attachment_pieces(uint64_t bytes);

/* Bytes of the sealed piece `idx` (below a->pieces). */
FV_EXPORT size_t fv_attachment_piece_bytes(const struct fv_attachment *a, uint64_t idx);

/* Append the payload map. */
FV_EXPORT void fv_attachment_put(struct fv_buf *out, const struct fv_attachment *a);

/*
 * Read a payload.  Borrows: payload, for as long as *out is used.
 * Errors: FV_EFORMAT  no such map, or pieces and bytes do not belong together
 *         FV_ETOOBIG  more than FV_ATTACHMENT_MAX bytes or FV_ATTACHMENT_PIECES_MAX pieces
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_attachment_parse(
    struct fv_span payload, struct fv_attachment *out);

/*
 * Whether a manifest is the one that the record names, with as many pieces, each once.
 * Errors: FV_EAUTH  another manifest;  FV_EFORMAT  its pieces
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_attachment_check_manifest(
    const struct fv_attachment *a, struct fv_span manifest);

/* A file on its way in: holds the content key, so keep it in secret memory. */
struct fv_attach_sealer {
	uint8_t cek[FV_NOTE_CEK_BYTES];
	uint8_t kc[FV_NOTE_KC_BYTES];
	struct fv_stream stream;
	uint8_t header[FV_STREAM_HEADER_BYTES];
	uint64_t pieces, bytes; /* so far */
	bool is_over;           /* the last piece is sealed */
};

/* Draw key and header. */
FV_EXPORT void fv_attach_seal_begin(struct fv_attach_sealer *s, struct fv_random random);
/*
 * Seal the next piece: FV_PIECE_PLAIN_BYTES, the last 1 to that.  Appends the sealed piece
 * to `piece_out` and its hash to `manifest_out`.
 * Errors: FV_ERANGE   a length that a piece cannot have
 *         FV_ETOOBIG  FV_ATTACHMENT_PIECES_MAX are sealed
 *         FV_ESTATE   the last one is sealed;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_attach_seal_piece(struct fv_attach_sealer *s,
    struct fv_span plain, bool is_last, struct fv_buf *piece_out, struct fv_buf *manifest_out);
/* Append a capsule of the key for each of `count` box keys, as fv_note_wrap(). */
FV_EXPORT FV_NODISCARD enum fv_err fv_attach_seal_capsules(const struct fv_attach_sealer *s,
    const uint8_t *pks, size_t count, struct fv_random random, struct fv_buf *capsules_out);
/* Wipe it all: key, stream, counts.  All zero is fine. */
FV_EXPORT void fv_attach_seal_clear(struct fv_attach_sealer *s);

/* A file on its way out.  Borrows: a, manifest. */
struct fv_attach_opener {
	const struct fv_attachment *a;
	struct fv_span manifest;
	uint8_t key[FV_KEY_BYTES];
	struct fv_stream stream;
	uint64_t next;  /* number of the next piece */
	uint64_t bytes; /* opened so far */
	bool is_over;   /* the piece that says it is the last has come */
};

/*
 * Begin with a content key (from fv_note_open_capsule(), or a disclosed one).  Checks the
 * commitment and the manifest before anything is decrypted.
 * Errors: FV_EAUTH    the key is not the committed one
 *         FV_ECONFLICT  the manifest is not the record's, or names no such pieces
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_attach_open_begin(struct fv_attach_opener *o,
    const struct fv_attachment *a, struct fv_span manifest,
    const uint8_t cek[FV_NOTE_CEK_BYTES]);
/*
 * Open the next piece: appends its plaintext to `plain_out`.
 * Errors: FV_ECONFLICT  not the bytes that the manifest names
 *         FV_EAUTH      it does not open, or stands elsewhere in the stream
 *         FV_ECUT       it says that it is the last, and the record names more
 *         FV_ESTATE     all pieces are open;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_attach_open_piece(
    struct fv_attach_opener *o, struct fv_span piece, struct fv_buf *plain_out);
/* After the last piece.  Errors: FV_ECUT  the stream does not end here, or not with as many
 * bytes as the record says */
FV_EXPORT FV_NODISCARD enum fv_err fv_attach_open_end(const struct fv_attach_opener *o);
/* Wipe it all, likewise; what it borrowed stays. */
FV_EXPORT void fv_attach_open_clear(struct fv_attach_opener *o);

#endif
