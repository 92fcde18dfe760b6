// The page's words in English and Chinese.  A key is "area.word"; {name} stands for a value.
import { shell } from "./words/shell";
import { all } from "./words/all";

export interface Words {
	en: Record<string, string>;
	zh: Record<string, string>;
}
export type Language = "en" | "zh";

const KEPT = "fieldvisit.language";
const areas: Words[] = [shell, ...all];
const en: Record<string, string> = Object.assign({}, ...areas.map((a) => a.en));
const zh: Record<string, string> = Object.assign({}, ...areas.map((a) => a.zh));

let current: Language = read();

function read(): Language {
	const kept = localStorage.getItem(KEPT);
	if (kept === "en" || kept === "zh") return kept;
	return navigator.language.startsWith("zh") ? "zh" : "en";
}

export function language(): Language {
	return current;
}

/** Keep the choice in this browser; the caller draws again. */
export function setLanguage(next: Language): void {
	current = next;
	localStorage.setItem(KEPT, next);
	document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

document.documentElement.lang = current === "zh" ? "zh-CN" : "en";

/** Is there such a word? */
export function has(key: string): boolean {
	return key in en;
}

/** The word in the language of now; a key without one stands as it is. */
export function t(key: string, values: Record<string, string | number> = {}): string {
	const text = (current === "zh" ? zh : en)[key] ?? en[key] ?? key;
	return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Pick the text of now out of {en, zh}, as the API gives sentences. */
export function said(text: { en?: string | null; zh?: string | null } | null | undefined): string {
	return (current === "zh" ? text?.zh : text?.en) ?? text?.en ?? text?.zh ?? "";
}
