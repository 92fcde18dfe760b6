// Who leaves a page alone is signed out: first a warning, then the end.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, lastTouch } from "./api";
import { useSession, type Session } from "./session";
import { Dialog, goTo } from "./ui";
import { t } from "./words";

const WARN_MS = 120_000;
const KEPT = "fieldvisit.touched"; // of any tab of this browser

/** The last touch of any tab, and this tab's told to the others. */
function lastOfAll(): number {
	const mine = lastTouch(), theirs = Number(localStorage.getItem(KEPT) ?? 0);
	if (mine > theirs) localStorage.setItem(KEPT, String(mine));
	return Math.max(mine, theirs);
}

/** A bar: nothing to see until the session is about to end. */
export function Idle(): VNode | null {
	const { take } = useSession();
	const [idleMs, setIdleMs] = useState(0);
	const [left, setLeft] = useState<number | null>(null);

	useEffect(() => {
		api.get<Session & { idle_ms: number }>("/session").then((s) => setIdleMs(s.idle_ms), () => {});
	}, []);
	useEffect(() => {
		if (idleMs === 0) return;
		const warn = Math.min(WARN_MS, idleMs / 2);
		const look = () => {
			const ms = idleMs - (Date.now() - lastOfAll());
			setLeft(ms < warn ? Math.max(0, Math.ceil(ms / 1000)) : null);
			if (ms > 0) return;
			api.del("/session").catch(() => {});
			take(null);
			goTo("/login", true);
		};
		const timer = setInterval(look, 1000);
		return () => clearInterval(timer);
	}, [idleMs]);
	if (left === null) return null;
	const stay = () => {
		setLeft(null);
		api.get("/session").catch(() => {});
	};
	return (
		<Dialog title={t("people.idle")} onClose={stay}>
			<p role="alert">{t("people.idle.left", { n: left })}</p>
			<button type="button" class="main" onClick={stay}>{t("people.idle.stay")}</button>
		</Dialog>
	);
}
