// Re-wrapping: a reader makes capsules of a note's content key for a further reader.  The
// note itself is untouched; what is new is signed and stands in the ledger.
import { api } from "../api";
import { fetchParts } from "../keys";
import { KeyError, base64Of, boxKeyId, hexOf, sha256, sodium, wipe } from "./crypto";
import { REC_ATTACHMENT } from "./attach";
import { type Key, signerName } from "./keyfile";
import { REC_NOTE, checkedPayload, contentKey, wrap } from "./note";
import { sign } from "./signednote";

/** A row of GET /notes. */
export interface NoteRow {
	dev: string;
	seq: number;
	type: "note" | "attachment";
	at_ms: number;
	received_ms: number;
	sealed: boolean;
	state: "here" | "outstanding" | "erased";
	readers: string[];
	kind?: number;
	bytes?: number;
	pieces?: number;
	held?: number;
	visit?: string;
	case?: string;
}

/** Every note and attachment that `key` can open and `to` cannot, page by page. */
export async function rewrappable(key: Key, to: Uint8Array): Promise<NoteRow[]> {
	const lib = await sodium();
	const own = hexOf(boxKeyId(lib, key.boxPk));
	const other = hexOf(boxKeyId(lib, to));
	const found: NoteRow[] = [];
	let next: string | null = null;
	do {
		const page: { rows: NoteRow[]; next: string | null } = await api.get("/notes", { after: next, limit: 500 });
		found.push(...page.rows.filter((row) => row.readers.includes(own) && !row.readers.includes(other) && row.state !== "erased"));
		next = page.next;
	} while (next !== null);
	return found;
}

/** The text of fieldvisit/v1/rewrap (PROTOCOL.md section 10). */
export function rewrapText(dev: string, seq: number, capsulesHash: Uint8Array, readers: string[], now: Date): string {
	const time = now.toISOString().replace(/\.\d+Z$/, "Z");
	return `fieldvisit/v1/rewrap\n${dev}\n${seq}\n${base64Of(capsulesHash)}\n${readers.join(" ")}\n${time}\n`;
}

/** Re-wrap one note or attachment for the reading key `to`.  Fetching it is logged as opening. */
export async function rewrapOne(row: NoteRow, to: Uint8Array, key: Key): Promise<void> {
	const lib = await sodium();
	if (!key.signSeed) throw new KeyError("not-a-supervisor");
	const isNote = row.type === "note";
	const { parts } = await fetchParts(isNote ? "notes" : "attachments", row.dev, row.seq);
	const payload = checkedPayload(lib, parts, isNote ? REC_NOTE : REC_ATTACHMENT, row.dev, row.seq);
	const { cek, kc } = contentKey(lib, parts, payload, key);
	const capsule = wrap(lib, cek, kc, to);
	wipe(cek);
	const text = rewrapText(row.dev, row.seq, sha256(lib, capsule), [hexOf(boxKeyId(lib, to))], new Date());
	const note = sign(lib, text, signerName(key.agency, key.id), key.signSeed);
	await api.post(`/notes/${row.dev}/${row.seq}/rewrap`, { note, capsules: base64Of(capsule) });
}
