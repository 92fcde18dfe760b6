// One handheld: what is known of it, and what a supervisor may order about it.  Each order says
// first what happens to records that have not arrived, and is signed in this page.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { shortDev, type Handheld } from "../fleet";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Go, Load, Time } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";
import { ApproveDialog, RevokeDialog, WipeDialog } from "./HandheldOrders";
import { Heard, StateMark, clockText, receiverText, spaceText, waitingText } from "./Handhelds";
import "./Handhelds.css";

type Deed = "approve" | "lost" | "retire" | "replace" | "wipe";

export function HandheldPage({ params }: Seen): VNode {
	const dev = params.dev!;
	const one = useLoad(() => api.get<Handheld>(`/devices/${encodeURIComponent(dev)}`), [dev]);
	return <Load of={one} show={(d) => <One d={d} reload={one.reload} />} />;
}

export function nameOf(d: Handheld): string {
	return d.officer_name ? `${d.officer_name} (${d.officer})` : d.officer;
}

function One({ d, reload }: { d: Handheld; reload: () => void }): VNode {
	const { who } = useSession();
	const [deed, setDeed] = useState<Deed | null>(null);
	const done = () => {
		setDeed(null);
		reload();
	};
	const dialog = { d, onClose: () => setDeed(null), onDone: done };
	return (
		<>
			<p><Go to="/handhelds">← {t("fleet.title")}</Go></p>
			<div class="row page-head">
				<h1>{t("fleet.one", { dev: shortDev(d.dev), name: nameOf(d) })}</h1>
				<div class="row">
					<Go to={`/settings?device=${d.dev}&agency=${encodeURIComponent(d.agency)}`} class="button">{t("settings.title")}</Go>
					{may(who, Right.READ) && <Go to={`/device/${d.dev}`} class="button">{t("fleet.trail")}</Go>}
				</div>
			</div>
			<section class="card"><Facts d={d} /></section>
			{may(who, Right.NOTES) ? <Deeds d={d} onChoose={setDeed} /> : <p class="hint">{t("fleet.reads")}</p>}
			{deed === "approve" && <ApproveDialog {...dialog} />}
			{deed === "wipe" && <WipeDialog {...dialog} />}
			{(deed === "lost" || deed === "retire" || deed === "replace") && <RevokeDialog {...dialog} how={deed} />}
		</>
	);
}

function Facts({ d }: { d: Handheld }): VNode {
	const rows: [string, VNode | string][] = [
		["fleet.state", <><StateMark of={d} />{d.is_wipe_ordered && <span class="hint"> {t("fleet.wipe.ordered")}</span>}</>],
		["fleet.officer", nameOf(d)],
		["fleet.agency", `${d.agency} · ${d.team}`],
		["fleet.id", <code>{d.dev}</code>],
		["fleet.version", d.version ?? "–"],
		["fleet.model", [d.model, d.serial].filter(Boolean).join(" · ") || "–"],
		["fleet.battery", d.battery_percent === null ? "–" : `${d.battery_percent} %`],
		["fleet.free", spaceText(d.free_mib)],
		["fleet.receiver", receiverText(d)],
		["fleet.clock", clockText(d)],
		["fleet.heard", <Heard of={d} />],
		["fleet.waiting", waitingText(d)],
	];
	if (d.approved_ms !== null) rows.push(["fleet.approved.at", <Time ms={d.approved_ms} zone={d.zone} />]);
	if (d.revoked_ms !== null) rows.push(["fleet.revoked.at", <><Time ms={d.revoked_ms} zone={d.zone} />{d.reason && ` · ${reasonText(d.reason)}`}</>], ["fleet.trusted", t("fleet.trusted.n", { n: d.trusted_size ?? 0, of: d.records })]);
	return (
		<>
			<dl class="facts-list">{rows.map(([key, value]) => <div key={key}><dt>{t(key)}</dt><dd>{value}</dd></div>)}</dl>
			{(d.same_serial ?? []).length > 0 && <p class="limits">{t("fleet.same", { devs: d.same_serial.map(shortDev).join(", ") })}</p>}
		</>
	);
}

export function reasonText(reason: string): string {
	const key = `fleet.reason.${reason}`;
	const text = t(key);
	return text === key ? reason : text;
}

function Deeds({ d, onChoose }: { d: Handheld; onChoose: (deed: Deed) => void }): VNode {
	const deeds: Deed[] = d.is_revoked ? ["wipe"] : d.is_approved ? ["lost", "retire", "replace", "wipe"] : ["approve", "lost", "retire", "wipe"];
	return (
		<section aria-labelledby="deeds">
			<h2 id="deeds">{t("fleet.deeds")}</h2>
			<div class="deeds">
				{deeds.map((deed) => (
					<div key={deed}>
						<p>{t(`fleet.${deed}.what`)}</p>
						<button type="button" class={deed === "approve" ? "main" : deed === "lost" || deed === "wipe" ? "danger" : ""} onClick={() => onChoose(deed)}>{t(`fleet.${deed}`)}</button>
					</div>
				))}
			</div>
		</section>
	);
}
