// The server's API: JSON in, JSON out, a problem (RFC 9457) as an exception.
import { useCallback, useEffect, useState } from "preact/hooks";
import { language } from "./words";

/** One thing that is wrong with a file: its sentence in English, in Chinese where the server has it. */
export interface Fault {
	line: number;
	column: string;
	rule: string;
	zh?: string;
}

/** What the server says when it does not do what was asked. */
export class Problem extends Error {
	constructor(readonly status: number, readonly code: string, readonly detail: string, readonly faults: Fault[] = []) {
		super(detail);
	}
}

type Query = Record<string, string | number | boolean | null | undefined>;

let csrf = "";
let onSignedOut: () => void = () => {};

/* A page that looks for news by itself does not keep a session alive: what is asked a minute
 * after the last touch says so. */
const QUIET_MS = 60_000;
let touched = Date.now();
for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"])
	addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });

/** When somebody last touched this page, ms since 1970. */
export function lastTouch(): number {
	return touched;
}

/** The token of this session; every request that changes something carries it. */
export function setCsrf(token: string): void {
	csrf = token;
}

/** Called when the server knows no session (any more). */
export function whenSignedOut(fn: () => void): void {
	onSignedOut = fn;
}

/** "/visits?day=2026-03-02": members that are null, undefined or "" are left out. */
export function path(base: string, query: Query = {}): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(query))
		if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
	const text = params.toString();
	return text ? `${base}?${text}` : base;
}

async function problemOf(response: Response): Promise<Problem> {
	try {
		const body = await response.json();
		return new Problem(response.status, String(body.code ?? "unknown"), String(body.detail ?? ""), body.faults ?? []);
	} catch {
		return new Problem(response.status, "unknown", response.statusText);
	}
}

/** The answer as it came, for what is not JSON. */
export async function request(method: string, url: string, body?: unknown): Promise<Response> {
	const headers: Record<string, string> = { "Accept-Language": language() };
	if (method !== "GET") headers["X-CSRF-Token"] = csrf;
	if (body !== undefined) headers["Content-Type"] = "application/json";
	if (Date.now() - touched > QUIET_MS) headers["X-Background"] = "yes";
	let response: Response;
	try {
		response = await fetch(`/api/v1${url}`, {
			method, headers, credentials: "same-origin",
			body: body === undefined ? null : JSON.stringify(body),
		});
	} catch {
		throw new Problem(0, "offline", "the server cannot be reached");
	}
	if (response.ok) return response;
	const problem = await problemOf(response);
	if (problem.status === 401) onSignedOut();
	throw problem;
}

async function json<T>(method: string, url: string, body?: unknown): Promise<T> {
	const response = await request(method, url, body);
	return (response.status === 204 ? null : await response.json()) as T;
}

export const api = {
	get: <T>(base: string, query?: Query) => json<T>("GET", path(base, query)),
	post: <T>(url: string, body: unknown = {}) => json<T>("POST", url, body),
	put: <T>(url: string, body: unknown) => json<T>("PUT", url, body),
	del: <T>(url: string) => json<T>("DELETE", url),
};

export interface Loaded<T> {
	data: T | null;
	error: Problem | null;
	loading: boolean;
	reload: () => void;
}

/** Load when the view appears and when `deps` change; the last data stays while loading. */
export function useLoad<T>(load: () => Promise<T>, deps: unknown[]): Loaded<T> {
	const [state, setState] = useState<Omit<Loaded<T>, "reload">>({ data: null, error: null, loading: true });
	const [turn, setTurn] = useState(0);
	useEffect(() => {
		let isCurrent = true;
		setState((s) => ({ ...s, loading: true }));
		load().then(
			(data) => isCurrent && setState({ data, error: null, loading: false }),
			(error) => isCurrent && setState((s) => ({ ...s, loading: false, error: asProblem(error) })),
		);
		return () => { isCurrent = false; };
	}, [...deps, turn]);
	return { ...state, reload: useCallback(() => setTurn((n) => n + 1), []) };
}

/** Any thrown thing as a Problem. */
export function asProblem(error: unknown): Problem {
	return error instanceof Problem ? error : new Problem(0, "page", String((error as Error)?.message ?? error));
}

/** One page of a list. */
export interface Page<T> {
	rows: T[];
	next: string | null;
}
