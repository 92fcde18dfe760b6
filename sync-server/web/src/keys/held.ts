// The opened key: only in the memory of this page, and not for long.
import { type Key, wipeKey } from "./keyfile";

const IDLE_MS = 15 * 60_000;
const LOCK_ON_HIDE = "fieldvisit.lock-on-hide";

let held: Key | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<(key: Key | null) => void>();

/** The key that is open now. */
export function heldKey(): Key | null {
	return held;
}

/** Be told when a key is opened or locked; answers a function that ends it. */
export function watchKey(fn: (key: Key | null) => void): () => void {
	watchers.add(fn);
	return () => { watchers.delete(fn); };
}

/** Take an opened key; one that was open before is wiped. */
export function holdKey(key: Key): void {
	if (held && held !== key) wipeKey(held);
	held = key;
	touch();
	watchers.forEach((fn) => fn(key));
}

/** Wipe it. */
export function lockKey(): void {
	clearTimeout(timer);
	if (!held) return;
	wipeKey(held);
	held = null;
	watchers.forEach((fn) => fn(null));
}

function touch(): void {
	clearTimeout(timer);
	if (held) timer = setTimeout(lockKey, IDLE_MS);
}

export function locksOnHide(): boolean {
	return localStorage.getItem(LOCK_ON_HIDE) === "1";
}

export function setLocksOnHide(on: boolean): void {
	localStorage.setItem(LOCK_ON_HIDE, on ? "1" : "0");
}

if (typeof document !== "undefined") {
	for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, touch, { passive: true });
	document.addEventListener("visibilitychange", () => {
		if (document.hidden && locksOnHide()) lockKey();
	});
	// Who signs out, or is signed out, comes to the login page.
	window.addEventListener("hashchange", () => {
		if (location.hash.startsWith("#/login")) lockKey();
	});
	// A page that is kept for "back" must not keep the key.
	window.addEventListener("pagehide", lockKey);
}
