// What is sealed about contacts and cases, opened with the supervisor's key for a table or a
// copy that leaves the desk.  The server sees no plain text; it logs who took what.
import { api, path, Problem, request } from "./api";
import { cardText, keyProblem, loadDirectory, openCard, openNote, unlock, type CardFile, type CardText, type Directory } from "./keys";

/** A line of GET /export/visits.ndjson. */
export interface Exported {
	id: string; case: string; agency: string; channel: string; officers: string[]; begin: string; end: string | null;
	zone: string; outcome: string | null; with: string | null; business: string | null; verdict: string;
}
interface NoteRow { dev: string; seq: number; type: "note" | "attachment"; kind?: number; state?: string }

/** Kinds of a note (PROTOCOL.md section 2). */
export const NOTE = 1, DETAIL = 2, REPLY = 3;

/** A note that was opened, or why not. */
export interface Opened { dev: string; seq: number; kind: number; text: string | null; why: string | null }
export interface OpenedCard { card: CardText | null; why: string | null }

/** The text "amount: 500\ndue: 2026-03-05\n" as its keys. */
export function detailOf(text: string): Record<string, string> {
	const out: Record<string, string> = {};
	for (const line of text.split("\n")) {
		const at = line.indexOf(": ");
		if (at > 0) out[line.slice(0, at)] = line.slice(at + 2);
	}
	return out;
}

/** Log an export that is made here; nothing may be saved before this has gone well. */
export async function logExport(name: string, asked: Record<string, unknown>): Promise<number> {
	return (await api.post<{ leaf: number }>("/export/log", { name, asked })).leaf;
}

/** The notes of a visit or contact, of these kinds, opened one by one. */
export async function openNotes(visit: string, kinds: number[]): Promise<Opened[]> {
	const { rows } = await api.get<{ rows: NoteRow[] }>("/notes", { visit });
	const out: Opened[] = [];
	for (const row of rows.filter((r) => r.type === "note" && kinds.includes(r.kind ?? 0)))
		out.push(await openOne(row));
	return out;
}

async function openOne(row: NoteRow): Promise<Opened> {
	const opened = { dev: row.dev, seq: row.seq, kind: row.kind ?? 0 };
	try {
		return { ...opened, text: (await openNote(row.dev, row.seq)).text, why: null };
	} catch (error) {
		return { ...opened, text: null, why: keyProblem(error) };
	}
}

/** The attachments of a visit: how many there are; they are opened on the visit's page. */
export async function countAttachments(visit: string): Promise<number> {
	const { rows } = await api.get<{ rows: NoteRow[] }>("/notes", { visit });
	return rows.filter((r) => r.type === "attachment").length;
}

/** The card of a case; a case without one has an empty card. */
export async function openCardOf(caseId: string, directory: Directory): Promise<OpenedCard> {
	try {
		const { card } = await api.post<{ card: CardFile }>(`/cases/${encodeURIComponent(caseId)}/card/open`);
		return { card: cardText(await openCard(caseId, card, directory)), why: null };
	} catch (error) {
		if (error instanceof Problem && error.status === 404) return { card: {}, why: null };
		return { card: null, why: keyProblem(error) };
	}
}

export const SEALED_COLUMNS = ["id", "case", "agency", "channel", "officers", "begin", "end", "zone", "outcome", "business", "verdict",
	"name", "address", "phones", "owed", "amount", "due", "balance", "currency", "months", "period", "method", "first", "each", "fees", "interest", "sealed"];

export interface SealedTable { rows: Record<string, string>[]; opened: number; failed: number }

/** A row a contact with what was agreed and whose case it is.  `onRow` hears how far it is. */
export async function sealedTable(query: Record<string, string>, onRow: (done: number, of: number) => void): Promise<SealedTable> {
	await unlock();
	const directory = await loadDirectory();
	await logExport("sealed.csv", { ...query });
	const answer = await request("GET", path("/export/visits.ndjson", query));
	const lines = (await answer.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line) as Exported);
	const cards = new Map<string, OpenedCard>();
	const table: SealedTable = { rows: [], opened: 0, failed: 0 };
	for (const line of lines) {
		if (!cards.has(line.case)) cards.set(line.case, await openCardOf(line.case, directory));
		table.rows.push(rowOf(line, cards.get(line.case)!, await openNotes(line.id, [DETAIL]), table));
		onRow(table.rows.length, lines.length);
	}
	return table;
}

function rowOf(line: Exported, card: OpenedCard, notes: Opened[], table: SealedTable): Record<string, string> {
	const why = [card.why, ...notes.map((n) => n.why)].filter((w): w is string => w !== null);
	table.failed += why.length;
	table.opened += notes.filter((n) => n.why === null).length + (card.why === null ? 1 : 0);
	// A later detail stands for an earlier one, as a later outcome does.
	const detail = Object.assign({}, ...notes.map((n) => (n.text ? detailOf(n.text) : {}))) as Record<string, string>;
	return {
		...detail, id: line.id, case: line.case, agency: line.agency, channel: line.channel, officers: line.officers.join(";"),
		begin: line.begin, end: line.end ?? "", zone: line.zone, outcome: line.outcome ?? "", business: line.business ?? "", verdict: line.verdict,
		name: card.card?.name ?? "", address: card.card?.address ?? "",
		phones: (card.card?.phones ?? []).map((p) => p.number).join(";"), owed: card.card?.amount ?? "", sealed: why.join("; "),
	};
}
