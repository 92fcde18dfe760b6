// What somebody must be told of now, on top of every page and audible until it is seen.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, asProblem } from "../api";
import { may, Right, type Who } from "../rights";
import tickUrl from "../tick.worker.js";
import { Act, Go, Time, toast } from "../ui";
import { t } from "../words";
import "./AlertBar.css";
import { type Alert, lines } from "./alertlines";
import { ring, watchSound } from "./sound";

const SHOWN = 5;
const MARK = "⚠ ";
const ORDER = ["sos", "welfare", "checkin", "hold"];

/** Nobody has seen it, and it still matters. */
function isOpen(a: Alert): boolean {
	return a.seen_by === null && (a.ended_ms === null || a.kind === "sos" || a.kind === "welfare");
}

function mark(count: number): void {
	const plain = document.title.replace(/^⚠ \(\d+\) /, "");
	const wanted = count > 0 ? `${MARK}(${count}) ${plain}` : plain;
	if (document.title !== wanted) document.title = wanted;
}

/** Ask every two seconds, also in the background; the last answer stays while it fails. */
function useAlerts(isOn: boolean): { alerts: Alert[]; isCut: boolean; ask: () => Promise<void> } {
	const [alerts, setAlerts] = useState<Alert[]>([]);
	const [isCut, setCut] = useState(false);
	const asking = useRef(false);
	const ask = async () => {
		if (asking.current) return;
		asking.current = true;
		try {
			const open = (await api.get<{ rows: Alert[] }>("/alerts")).rows.filter(isOpen);
			open.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.received_ms - a.received_ms);
			setAlerts(open);
			setCut(false);
		} catch (error) {
			setCut(asProblem(error).status !== 401);
		} finally {
			asking.current = false;
		}
	};
	useEffect(() => {
		if (!isOn) return;
		const worker = new Worker(tickUrl);
		worker.onmessage = () => void ask();
		void ask();
		return () => worker.terminate();
	}, [isOn]);
	return { alerts, isCut, ask };
}

/** Whether an alarm would be silent. */
function useBlocked(isOn: boolean): boolean {
	const [isBlocked, setBlocked] = useState(false);
	useEffect(() => isOn ? watchSound(setBlocked) : undefined, [isOn]);
	return isBlocked;
}

/** The button needs to do nothing: any click lets sound out. */
function Silent(): VNode {
	return <p class="blocked" role="status">🔇 {t("work.alert.blocked")} <button type="button">{t("work.alert.allow")}</button></p>;
}

export function AlertBar({ who }: { who: Who }): VNode | null {
	const isOn = may(who, Right.READ);
	const { alerts, isCut, ask } = useAlerts(isOn);
	const isBlocked = useBlocked(isOn);
	const count = alerts.length;
	const sound = isBlocked ? "blocked" : count > 0 ? "on" : "off";
	const shown = lines(alerts);

	useEffect(() => {
		const keep = () => mark(count);
		keep();
		const watcher = new MutationObserver(keep);
		watcher.observe(document.querySelector("title")!, { childList: true });
		if (count > 0) ring();
		const again = count > 0 ? setInterval(ring, 2000) : 0;
		return () => { watcher.disconnect(); clearInterval(again); };
	}, [count]);
	if (isCut) return <div class="alerts cut" role="alert" data-sound={sound}>{t("work.alert.cut")}</div>;
	if (count === 0) return isBlocked ? <div class="sound-off"><Silent /></div> : null;
	return (
		<section class="alerts" role="alert" aria-label={t("work.alerts", { n: count })} data-sound={sound}>
			{isBlocked && <Silent />}
			<ul>{shown.slice(0, SHOWN).map((l) => <One key={l.alert.id} alert={l.alert} same={l.same} who={who} ask={ask} />)}</ul>
			{shown.length > SHOWN && <p>{t("work.alert.more", { n: shown.length - SHOWN })}</p>}
		</section>
	);
}

function One({ alert: a, same, who, ask }: { alert: Alert; same: number; who: Who; ask: () => Promise<void> }): VNode {
	const seen = async () => {
		await api.post(`/alerts/${a.id}/ack`);
		toast(t("work.alert.seen"));
		await ask();
	};
	return (
		<li data-kind={a.kind}>
			<strong>{t(`work.alert.${a.kind}`)}</strong>
			<span>{t("work.alert.officer", { officer: a.officer })}</span>
			{a.case && <Go to={`/case/${a.case}`}>{a.case}</Go>}
			<Time ms={a.at_ms} zone={a.zone} hasSeconds />
			<span class="alert-place">{a.place
				? `${a.place.lat.toFixed(5)}, ${a.place.lon.toFixed(5)}${a.place.accuracy_mm === null ? "" : ` ± ${Math.round(a.place.accuracy_mm / 1000)} m`}`
				: t("work.alert.noplace")}</span>
			{a.ended_ms !== null && <span>{t("work.alert.ended")}</span>}
			{same > 0 && <span>{t("work.alert.same", { n: same })}</span>}
			{may(who, Right.WORK) && <Act run={seen}>{t("work.alert.ack")}</Act>}
		</li>
	);
}
