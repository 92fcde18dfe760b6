// The parts that pages are made of.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Loaded, type Problem } from "./api";
import { has, t } from "./words";
import { saidText } from "./words/faults";

/** While something is loading. */
export function Busy({ text }: { text?: string }): VNode {
	return <p class="busy" role="status">{text ?? t("shell.loading")}</p>;
}

/** Nothing here, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): VNode {
	return <div class="empty"><p class="empty-title">{title}</p>{children}</div>;
}

/** A problem in words: the page's own for a code that it knows, else the server's. */
export function problemText(problem: Problem): string {
	const word = `error.${problem.code}`;
	return has(word) ? t(word, { detail: problem.detail }) : saidText(problem.detail) || t("error.title");
}

export function Trouble({ problem, retry }: { problem: Problem; retry?: () => void }): VNode {
	return (
		<div class="trouble" role="alert">
			<p>{problemText(problem)}</p>
			{retry && <button type="button" onClick={retry}>{t("shell.retry")}</button>}
		</div>
	);
}

/** What a load gave: its data, or that it is coming, or what went wrong. */
export function Load<T>({ of, show }: { of: Loaded<T>; show: (data: T) => VNode | null }): VNode | null {
	if (of.data !== null)
		return <>{of.error && <Trouble problem={of.error} retry={of.reload} />}{show(of.data)}</>;
	return of.error ? <Trouble problem={of.error} retry={of.reload} /> : <Busy />;
}

export interface Column<T> {
	title: string;
	cell: (row: T) => ComponentChildren;
	/** Numbers stand to the right. */
	isNumber?: boolean;
	/** Left out below 700 px. */
	isExtra?: boolean;
}

/** A table that becomes a list of cards on a narrow screen. */
export function Table<T>(props: {
	caption: string; columns: Column<T>[]; rows: T[];
	rowKey: (row: T) => string; current?: string; onOpen?: (row: T) => void;
}): VNode {
	const { columns } = props;
	const name = (c: Column<T>) => `${c.isNumber ? "number" : ""} ${c.isExtra ? "extra" : ""}`.trim();
	return (
		<table class="table">
			<caption class="unseen">{props.caption}</caption>
			<thead><tr>{columns.map((c) => <th scope="col" class={name(c)}>{c.title}</th>)}</tr></thead>
			<tbody>
				{props.rows.map((row) => (
					<tr key={props.rowKey(row)} class={props.onOpen ? "opens" : ""}
						aria-current={props.current === props.rowKey(row) ? "true" : undefined}
						onClick={props.onOpen && ((e) => isPlain(e) && props.onOpen!(row))}>
						{columns.map((c) => <td class={name(c)} data-title={c.title}>{c.cell(row)}</td>)}
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** A click on the row itself, not on a control in it. */
function isPlain(e: MouseEvent): boolean {
	return !(e.target as Element).closest("a, button, input, select, label");
}

/** A dialog over the page; Escape closes it, focus stays in it and goes back after it. */
export function Dialog(props: {
	title: string; onClose: () => void; children: ComponentChildren; isWide?: boolean;
}): VNode {
	const box = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const before = document.activeElement as HTMLElement | null;
		box.current?.showModal();
		return () => before?.focus?.();
	}, []);
	return (
		<dialog ref={box} class={props.isWide ? "wide" : ""} aria-label={props.title}
			onCancel={(e) => { e.preventDefault(); props.onClose(); }}>
			<header>
				<h2>{props.title}</h2>
				<button type="button" class="plain" aria-label={t("shell.close")} onClick={props.onClose}>✕</button>
			</header>
			{props.children}
		</dialog>
	);
}

/** A labelled field; `hint` stands below it and is read with it. */
export function Field(props: {
	label: string; hint?: string; error?: string | null; children: (attrs: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => VNode;
}): VNode {
	const [id] = useState(() => `f${++fieldCount}`);
	const said = props.error ?? props.hint;
	return (
		<div class={`field${props.error ? " wrong" : ""}`}>
			<label for={id}>{props.label}</label>
			{props.children({ id, ...(said ? { "aria-describedby": `${id}-said` } : {}), ...(props.error ? { "aria-invalid": true } : {}) })}
			{said && <p id={`${id}-said`} class="hint">{said}</p>}
		</div>
	);
}
let fieldCount = 0;

/** A button that does something slow: it cannot be pressed twice, and says what went wrong. */
export function Act(props: {
	run: () => Promise<void>; children: ComponentChildren; kind?: "main" | "plain" | "danger"; disabled?: boolean;
}): VNode {
	const [busy, setBusy] = useState(false);
	const press = async () => {
		setBusy(true);
		try {
			await props.run();
		} catch (error) {
			toast(problemText(asProblem(error)), { isBad: true });
		} finally {
			setBusy(false);
		}
	};
	return (
		<button type="button" class={props.kind ?? ""} disabled={busy || props.disabled} aria-busy={busy} onClick={press}>
			{props.children}
		</button>
	);
}

/** How far a long work is. */
export function Progress({ done, of, text }: { done: number; of: number; text: string }): VNode {
	return (
		<div class="progress" role="status">
			<progress value={done} max={Math.max(of, 1)} aria-label={text} />
			<span>{text} {done}/{of}</span>
		</div>
	);
}

// -- toasts ------------------------------------------------------------------------------

interface Toast {
	id: number;
	text: string;
	isBad: boolean;
	undo?: () => void;
}
let toasts: Toast[] = [];
let drawToasts: (list: Toast[]) => void = () => {};
let toastCount = 0;

/** A sentence at the foot of the page for some seconds; with `undo`, a button that takes it back. */
export function toast(text: string, options: { isBad?: boolean; undo?: () => void; ms?: number } = {}): () => void {
	const id = ++toastCount;
	const drop = () => {
		toasts = toasts.filter((x) => x.id !== id);
		drawToasts(toasts);
	};
	const undo = options.undo && (() => { drop(); options.undo!(); });
	toasts = [...toasts, { id, text, isBad: options.isBad ?? false, ...(undo ? { undo } : {}) }];
	drawToasts(toasts);
	setTimeout(drop, options.ms ?? (options.isBad ? 12000 : 6000));
	return drop;
}

export function Toasts(): VNode {
	const [list, setList] = useState(toasts);
	useEffect(() => { drawToasts = setList; }, []);
	return (
		<div class="toasts" role="status" aria-live="polite">
			{list.map((x) => (
				<div key={x.id} class={x.isBad ? "toast bad" : "toast"}>
					<span>{x.text}</span>
					{x.undo && <button type="button" onClick={x.undo}>{t("shell.undo")}</button>}
				</div>
			))}
		</div>
	);
}

// -- values ------------------------------------------------------------------------------

/** "2026-03-02 21:50" in the zone of the place. */
export function localText(ms: number, zone: string, hasSeconds = false): string {
	const parts = new Intl.DateTimeFormat("en-CA", {
		timeZone: zone || "UTC", year: "numeric", month: "2-digit", day: "2-digit",
		hour: "2-digit", minute: "2-digit", second: hasSeconds ? "2-digit" : undefined, hourCycle: "h23",
	} as Intl.DateTimeFormatOptions).formatToParts(ms);
	const of = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
	return `${of("year")}-${of("month")}-${of("day")} ${of("hour")}:${of("minute")}${hasSeconds ? `:${of("second")}` : ""}`;
}

/** A time in the zone of the place it belongs to, the zone named. */
export function Time({ ms, zone, hasSeconds }: { ms: number | null | undefined; zone: string; hasSeconds?: boolean }): VNode {
	if (ms === null || ms === undefined) return <span class="none">–</span>;
	return (
		<time dateTime={new Date(ms).toISOString()}>
			{localText(ms, zone, hasSeconds)} <span class="zone">{zone || "UTC"}</span>
		</time>
	);
}

/** A verdict by shape and word, never by colour alone. */
export function Verdict({ of }: { of: string | null }): VNode {
	const word = of ?? "none";
	const shape = { fail: "✕", review: "?", pass: "○", "n/a": "–", none: "·" }[word] ?? "·";
	return <span class={`verdict v-${word === "n/a" ? "na" : word}`}><b aria-hidden="true">{shape}</b> {t(`verdict.${word}`)}</span>;
}

/** Keys of a page: {"j": fn, "Enter": fn}.  Silent while somebody types or a dialog is open. */
export function useKeys(keys: Record<string, (e: KeyboardEvent) => void>): void {
	const latest = useRef(keys);
	latest.current = keys;
	useEffect(() => {
		const on = (e: KeyboardEvent) => {
			const at = e.target as HTMLElement;
			const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && (at as HTMLInputElement).type !== "checkbox";
			const isControl = e.key === "Enter" && /^(A|BUTTON|SUMMARY)$/.test(at.tagName);
			if (isTyping || isControl || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
			const fn = latest.current[e.key];
			if (fn) { e.preventDefault(); fn(e); }
		};
		document.addEventListener("keydown", on);
		return () => document.removeEventListener("keydown", on);
	}, []);
}

/** A link to a page of the desk. */
export function Go({ to, children, ...rest }: { to: string; children: ComponentChildren; class?: string; title?: string; "aria-current"?: "page" | undefined; "aria-label"?: string }): VNode {
	return <a href={`#${to}`} {...rest}>{children}</a>;
}

/** Go to a page of the desk; `replace`: without a step back to this one. */
export function goTo(to: string, replace = false): void {
	if (replace) location.replace(`#${to}`);
	else location.hash = to;
}
