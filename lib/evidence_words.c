/* What the evidence bundle says in words: README.txt, HOWTO.txt, known-limits.txt. */
#include <string.h>

#include "fv/evidence.h"

static const char readme[] =
    "Evidence of field visits, written by 'fieldvisitd export'.\n"
    "\n"
    "What this file proves, when 'fieldvisit-verify FILE' says that all claims hold:\n"
    "\n"
    "AUTHENTIC  The records shown were written by the handheld that is named, in this order,\n"
    "           and sealed by it with keys of which each signs once and is then erased.  The\n"
    "           first of these keys is in the server's public ledger (enrol.leaf), and a\n"
    "           supervisor approved the handheld (approve.note).\n"
    "COMPLETE   Nothing was taken out of the trail up to the seal, put into it or changed.\n"
    "           Records of other people's cases are here as hashes only: 32 bytes each, from\n"
    "           which nothing about them can be learned.\n"
    "TIME       Each record was written before the server's ledger took in the seal over it\n"
    "           and, where it quotes an earlier state of the ledger, after that.\n"
    "NOTE       The encrypted notes are those that were written then.  Whoever has a\n"
    "           supervisor's key can read them: 'fieldvisitd note open --key KEY FILE'.\n"
    "ATTACHMENT The encrypted photos and recordings are those that were sealed then.  The\n"
    "           same key writes them out: 'fieldvisitd note open --key KEY --out FOLDER "
    "FILE'.\n"
    "BUNDLE     Every other byte of this file is as it was exported.\n"
    "\n"
    "What it does not prove stands in known-limits.txt.  The same checks with stock tools,\n"
    "step by step, stand in HOWTO.txt.  Times in records are UTC in milliseconds; places are\n"
    "degrees times 10,000,000 in WGS 84.\n";

static const char limits[] =
    "What this evidence cannot show\n"
    "\n"
    "* That the handheld was where its receiver said.  Whoever controls a handheld can feed "
    "it\n"
    "  positions.  Such things leave marks (the CAVEAT lines), not proofs.\n"
    "* That a record was true when it was written.  It shows that the record was not changed\n"
    "  after the seal, and between which two moments it was written.\n"
    "* The time within those two moments.  The handheld's clock and the receiver's time are\n"
    "  claims.  Both walls are the server's clock unless a witness signed the checkpoint.\n"
    "* What the records shown as hashes hold, and so whether one of them belongs to this "
    "case.\n"
    "* What was written after the last seal shown here.\n"
    "* That nothing was invented before the first contact with the server.\n"
    "* Flash memory may keep old blocks: an erased key may survive on the chip.\n"
    "* Who held the handheld.  The trail names the officer who unlocked it.\n"
    "* Contacts that other systems reported (telephone, letters) are not signed and not "
    "here.\n"
    "* Whose key signs the ledger: 'policy' in this file says it, so compare that line with "
    "the\n"
    "  one that was given to you on paper.\n";

static const char howto[] =
    "Checking this file by hand, with tar, sha256sum, base64, xxd, sed and openssl (3.0 or\n"
    "newer).  Lines that begin with '$' are commands for bash, to be run in one shell.\n"
    "\n"
    "1. Unpack into an empty folder, go there, and compare every member with the manifest.\n"
    "\n"
    "   $ sha256sum --quiet -c manifest\n"
    "\n"
    "2. The manifest itself is in the ledger: the EXPORT leaf holds the SHA-256 of a salt "
    "and\n"
    "   the manifest.  Its last 32 bytes must be:\n"
    "\n"
    "   $ cat export.salt manifest | sha256sum | cut -c1-64 > want\n"
    "   $ tail -c 32 export.leaf | xxd -p -c 32 | cmp - want\n"
    "\n"
    "3. The ledger's signature.  'policy' holds the log's key in base64 after the second '+': "
    "one\n"
    "   byte 01, then the key.  A checkpoint is three lines; the signature line holds four "
    "bytes\n"
    "   of key id and 64 bytes of signature.\n"
    "\n"
    "   $ sed -n 's/^log [^+]*+[0-9a-f]*+//p' policy | base64 -d | tail -c 32 > key\n"
    "   $ (echo 302a300506032b6570032100 | xxd -r -p; cat key) > key.der\n"
    "   $ sed '1,/^$/d' export.tlog-proof > checkpoint\n"
    "   $ head -3 checkpoint > text\n"
    "   $ tail -1 checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > sig\n"
    "   $ openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile "
    "sig\n"
    "\n"
    "4. A ledger leaf is in that tree: the hash of a leaf is SHA-256 of a byte 00 and the "
    "leaf;\n"
    "   the hash of a node is SHA-256 of a byte 01, the left and the right hash.  Follow the\n"
    "   hashes of the .tlog-proof (RFC 9162 section 2.1.3.2) from the leaf's index up to the\n"
    "   root, which is the third line of the checkpoint.\n"
    "\n"
    "   $ (printf '\\0'; cat export.leaf) | sha256sum\n"
    "\n"
    "5. The handheld.  Its folder begins with 'device-'.  enrol.leaf holds its name (16 "
    "bytes)\n"
    "   and its first seal key (32 bytes): CBOR, readable with any CBOR tool.\n"
    "\n"
    "   $ cd device-*/ && xxd enrol.leaf | head -8\n"
    "\n"
    "6. A record.  A payload and its salt are in payloads/NUMBER; the record's header ends "
    "with\n"
    "   this hash:\n"
    "\n"
    "   $ n=$(ls payloads | head -1)\n"
    "   $ (printf fieldvisit/pl/v1; cat payloads/$n) | sha256sum | cut -c1-64 > ../pc\n"
    "   $ xxd -p -c 1000000 records.cborseq | grep -q \"$(cat ../pc)\"\n"
    "\n"
    "7. Its place.  Leaf NUMBER (32 bytes at 32 * NUMBER of 'leaves') is SHA-256 of a byte "
    "00,\n"
    "   leaf NUMBER - 1 (32 zero bytes for the first) and the header.  records.cborseq is "
    "the\n"
    "   headers one after the other, each a CBOR array of 11 elements (it begins with 8b).\n"
    "\n"
    "8. The seal.  device.note is a checkpoint of the leaves: its second line is their "
    "number,\n"
    "   its third their root by the rule of step 4.  The key that signs it was introduced by "
    "the\n"
    "   SEAL record before (payload key 4 in seals.cborseq), whose own seal is by the key "
    "before\n"
    "   that, back to the key of enrol.leaf.  head.leaf holds the same signature.\n"
    "\n"
    "   $ head -2 device.note | tail -1 && echo $(($(stat -c %s leaves) / 32))\n"
    "\n"
    "9. An attachment.  Its record's payload holds the SHA-256 of "
    "attachments/NUMBER.manifest\n"
    "   (key 5) and of NUMBER.capsules (key 7).  The manifest is one hash of 32 bytes for "
    "each\n"
    "   piece; NUMBER.pieces is the pieces one after the other, the first of 16425 bytes, "
    "the\n"
    "   others of 16401, the last of what is left.  This compares those that are here:\n"
    "\n"
    "   $ for m in $(ls attachments/*.manifest 2>/dev/null); do n=${m%.manifest}; at=0; i=0\n"
    "   $ grep -q \"$(sha256sum < $m | cut -c1-64)\" <(xxd -p -c 100000 payloads/${n##*/})\n"
    "   $ size=$(stat -c %s $n.pieces 2>/dev/null || echo 0)\n"
    "   $ while [ $at -lt $size ]; do end=$((at + (i == 0 ? 16425 : 16401)))\n"
    "   $ end=$((end < size ? end : size)); i=$((i + 1))\n"
    "   $ head -c $end $n.pieces | tail -c $((end - at)) | sha256sum | cut -c1-64 > ../got\n"
    "   $ head -c $((i * 32)) $m | tail -c 32 | xxd -p -c 32 | cmp - ../got\n"
    "   $ at=$end; done; done\n";

enum fv_err
fv_evidence_add_words(struct fv_bundle *bundle, const uint8_t log_pk[FV_KEY_BYTES])
{
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf policy = {0};
	enum fv_err rc;

	fv_log_origin(log_pk, origin);
	fv_buf_put_z(&policy, "log ");
	fv_vkey_put(&policy, fv_span_z(origin), log_pk);
	fv_buf_put_z(&policy, "\nquorum none\n");
	if ((rc = fv_buf_status(&policy)) != FV_OK ||
	    (rc = fv_evidence_add(bundle, "", "policy", fv_buf_span(&policy))) != FV_OK ||
	    (rc = fv_evidence_add(bundle, "", "README.txt", fv_span_z(readme))) != FV_OK ||
	    (rc = fv_evidence_add(bundle, "", "HOWTO.txt", fv_span_z(howto))) != FV_OK)
		goto cleanup;
	rc = fv_evidence_add(bundle, "", "known-limits.txt", fv_span_z(limits));
cleanup:
	fv_buf_clear(&policy);
	return rc;
}
