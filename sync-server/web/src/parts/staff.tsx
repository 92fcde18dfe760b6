// What the pages of officers and of agencies share: rows as the API gives them, and dates.
import type { VNode } from "preact";
import { api, type Page } from "../api";
import { Field } from "../ui";
import { t } from "../words";
import { today } from "./work";

export type Dates = Record<string, string>;

export interface Officer {
	officer: string; name: string | null; agency: string; team: string; badge: string; state: string;
	reason: string; ends: string | null; on_roster: boolean; in_register: boolean; dates: Dates;
}

export interface Agency {
	agency: string; name: string; open: boolean; added: string | null; closed: string | null;
	teams: string[]; officers: number; dates: Dates;
}

/** What a change answers. */
export interface Changed { id: string; changed: boolean; on_roster?: boolean }

/** The last day on which it holds; the others say when it was done. */
const UNTIL = ["certificate", "contract", "white_list"];
const YEAR_DAYS = 366;
export const OFFICER_DATES = ["certificate", "training", "consent"];
export const AGENCY_DATES = ["contract", "white_list", "evaluation", "inspection"];

/** "over" or "old", or that there is nothing to say about a date. */
export function dateState(word: string, date: string): "over" | "old" | null {
	if (UNTIL.includes(word)) return date < today() ? "over" : null;
	const age = (Date.parse(today()) - Date.parse(date)) / 86400_000;
	return word !== "consent" && age > YEAR_DAYS ? "old" : null;
}

/** The dates that are kept of somebody, and which of them is over. */
export function DateList({ dates, of }: { dates: Dates; of: string[] }): VNode {
	const known = of.filter((word) => dates[word]);
	if (known.length === 0) return <span class="none">–</span>;
	return (
		<ul class="dates">
			{known.map((word) => {
				const state = dateState(word, dates[word]!);
				return <li key={word}>{t(`staff.date.${word}`)} <time>{dates[word]}</time>{state && <b class="mark-review"> ! {t(`staff.${state}`)}</b>}</li>;
			})}
		</ul>
	);
}

/** Fields of dates; an emptied one takes the date away. */
export function DateFields({ of, dates, onChange }: { of: string[]; dates: Dates; onChange: (dates: Dates) => void }): VNode {
	return (
		<div class="grid">
			{of.map((word) => (
				<Field key={word} label={t(`staff.date.${word}`)}>
					{(attrs) => <input {...attrs} type="date" value={dates[word] ?? ""} onInput={(e) => onChange({ ...dates, [word]: e.currentTarget.value })} />}
				</Field>
			))}
		</div>
	);
}

/** What changed of the dates, as a request names it. */
export function changedDates(of: string[], before: Dates, now: Dates): Dates {
	const out: Dates = {};
	for (const word of of) if ((now[word] ?? "") !== (before[word] ?? "")) out[word] = now[word] || "none";
	return out;
}

/** Every page of a list. */
export async function everyRow<T>(path: string, query: Record<string, string> = {}): Promise<T[]> {
	const rows: T[] = [];
	for (let after: string | null = ""; after !== null;) {
		const page: Page<T> = await api.get<Page<T>>(path, { ...query, after, limit: 500 });
		rows.push(...page.rows);
		after = page.next;
	}
	return rows;
}
