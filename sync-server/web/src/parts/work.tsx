// What the pages of the desk's work share.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad, type Loaded, type Page } from "../api";
import { Act, Dialog, Field, toast } from "../ui";
import { t } from "../words";

export interface Officer {
	id: string;
	name: string;
	handhelds: number;
}

export interface Plan {
	id: number;
	date: string;
	from: string;
	to: string;
	case: string;
	agency: string;
	officer: string;
	second: string | null;
	place: string;
	purpose: string;
	approach: string;
	agreed: boolean;
	state: "open" | "made" | "closed";
	reason: string | null;
	made_by: string;
	ended_by: string | null;
	zone?: string;
}

export interface Hold {
	id: number;
	kind: string;
	reason: string;
	by: string;
	from_ms: number;
	until_ms: number | null;
	lifted_ms: number | null;
	lifted_by: string | null;
	lift_reason: string | null;
}

export interface CaseRow {
	case: string;
	agency: string;
	zones: string[];
	has_place: boolean;
	product: string | null;
	packs: string[];
	assigned: string[];
	as_of: string | null;
	closed: boolean;
	card_version: number | null;
	holds: Hold[];
	updated_ms: number;
	plans?: Plan[];
	reason?: string | null;
}

export const HOLD_KINDS = ["complaint", "attorney", "moratorium", "vulnerable", "no_contact_order"];
export const HOLD_REASONS = ["by_phone", "by_letter", "in_person", "court", "law", "other_system"];
export const LIFT_REASONS = ["answered", "withdrawn", "ended", "court", "error"];
export const PLAN_REASONS = ["sick", "no_time", "borrower_asked", "hold", "weather", "access", "not_needed", "error"];
export const CLOSE_REASONS = ["paid", "withdrawn", "sold", "legal", "error"];
export const SETTLE_REASONS = ["explained", "corrected", "no_signal", "equipment", "own_duty", "false_alarm", "passed_on"];

/** Holds that bind now. */
export function liveHolds(holds: Hold[]): Hold[] {
	return holds.filter((h) => h.lifted_ms === null && (h.until_ms === null || h.until_ms > Date.now()));
}

/** A list of words to choose from, each shown by its key. */
export function Choice(props: {
	label: string; value: string; of: string[]; words: string; onChange: (value: string) => void; empty?: string; hint?: string; error?: string | null;
}): VNode {
	return (
		<Field label={props.label} {...(props.hint ? { hint: props.hint } : {})} error={props.error ?? null}>
			{(attrs) => (
				<select {...attrs} value={props.value} onChange={(e) => props.onChange(e.currentTarget.value)}>
					{props.empty !== undefined && <option value="">{props.empty}</option>}
					{props.of.map((x) => <option key={x} value={x}>{t(`${props.words}.${x}`)}</option>)}
				</select>
			)}
		</Field>
	);
}

/** Ask for a reason out of a list, then do it. */
export function ReasonDialog(props: {
	title: string; text?: string; reasons: string[]; words: string; onClose: () => void; act: string; isDanger?: boolean;
	run: (reason: string) => Promise<void>;
}): VNode {
	const [reason, setReason] = useState("");
	const run = async () => {
		await props.run(reason);
		props.onClose();
	};
	return (
		<Dialog title={props.title} onClose={props.onClose}>
			{props.text && <p>{props.text}</p>}
			<Choice label={t("work.reason")} value={reason} of={props.reasons} words={props.words} onChange={setReason} empty={t("work.choose")} />
			<div class="row">
				<Act run={run} kind={props.isDanger ? "danger" : "main"} disabled={reason === ""}>{props.act}</Act>
				<button type="button" onClick={props.onClose}>{t("shell.cancel")}</button>
			</div>
		</Dialog>
	);
}

export function useOfficers(): Loaded<Page<Officer>> {
	return useLoad(() => api.get<Page<Officer>>("/officers"), []);
}

/** A list that grows page by page. */
export interface More<T> extends Loaded<Page<T>> {
	rows: T[];
	next: string | null;
	more: () => Promise<void>;
}

export function useMore<T>(load: (after: string) => Promise<Page<T>>, deps: unknown[]): More<T> {
	const [tail, setTail] = useState<{ rows: T[]; next: string | null } | null>(null);
	const head = useLoad(async () => {
		const page = await load("");
		setTail(null);
		return page;
	}, deps);
	const next = tail ? tail.next : head.data?.next ?? null;
	const more = async () => {
		const page = await load(next!);
		setTail({ rows: [...(tail?.rows ?? []), ...page.rows], next: page.next });
	};
	return { ...head, rows: [...(head.data?.rows ?? []), ...(tail?.rows ?? [])], next, more };
}

export function MoreButton<T>({ of }: { of: More<T> }): VNode | null {
	return of.next === null ? null : <Act run={of.more}>{t("shell.more")}</Act>;
}

/** A short note that something was done. */
export function done(key: string, values: Record<string, string | number> = {}): void {
	toast(t(key, values));
}

/** Today in a zone, "YYYY-MM-DD". */
export function today(zone = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
	return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(Date.now());
}

/** A date so many days from another. */
export function dayAfter(date: string, days: number): string {
	return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

/** The file that somebody chose, as text. */
export async function readFile(input: HTMLInputElement): Promise<string> {
	const file = input.files?.[0];
	return file ? await file.text() : "";
}
