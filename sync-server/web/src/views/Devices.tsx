// The handhelds: when each was last heard from, and what is on the way.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import { Empty, Go, Load, Table, Time } from "../ui";
import { t } from "../words";
import "../trail/trail.css";

interface Device {
	dev: string; officer: string; officer_name: string; agency: string; team: string; is_approved: boolean; is_revoked: boolean;
	records: number; unsealed: number; outstanding: number; apart: number; last_sync_ms: number | null; is_silent: boolean;
	battery_percent: number | null; clock_ahead_ms: number | null; version: string | null; on_shift_since_ms: number | null; zone: string;
}

export function Devices(): VNode {
	const [onlySilent, setOnlySilent] = useState(false);
	const [after, setAfter] = useState<string | null>(null);
	const list = useLoad(() => api.get<Page<Device>>("/devices", { after, silent: onlySilent ? 1 : null }), [after, onlySilent]);
	return (
		<>
			<h1>{t("trail.devices")}</h1>
			<p><label><input type="checkbox" checked={onlySilent} onChange={(e) => { setAfter(null); setOnlySilent(e.currentTarget.checked); }} /> {t("trail.devices.silent")}</label></p>
			<Load of={list} show={(page) => page.rows.length === 0
				? <Empty title={t(onlySilent ? "trail.devices.none.silent" : "trail.devices.none")} />
				: <><Rows rows={page.rows} />{page.next && <button type="button" onClick={() => setAfter(page.next)}>{t("shell.more")}</button>}</>} />
		</>
	);
}

function Rows({ rows }: { rows: Device[] }): VNode {
	return (
		<Table caption={t("trail.devices")} rows={rows} rowKey={(d) => d.dev} columns={[
			{
				title: t("trail.officer"), cell: (d) => (
					<><Go to={`/device/${d.dev}`}>{d.officer_name || d.officer}</Go> <span class="zone">{d.officer}</span>
						{d.is_revoked && <div class="hint">{t("trail.revoked")}</div>}{!d.is_approved && <div class="hint">{t("trail.unapproved")}</div>}</>
				),
			},
			{ title: t("trail.agency"), isExtra: true, cell: (d) => <Go to={`/agency/${d.agency}`}>{d.agency}</Go> },
			{
				title: t("trail.heard"), cell: (d) => (
					<>{d.last_sync_ms === null ? t("trail.heard.never") : <Time ms={d.last_sync_ms} zone={d.zone} />}
						{d.is_silent && <b class="trail-provisional"> ! {t("trail.silent")}</b>}</>
				),
			},
			{ title: t("trail.state"), cell: (d) => d.on_shift_since_ms === null ? t("trail.offshift") : <>{t("trail.onshift")} <Time ms={d.on_shift_since_ms} zone={d.zone} /></> },
			{ title: t("trail.waiting"), cell: (d) => waiting(d) },
			{ title: t("trail.battery"), isNumber: true, isExtra: true, cell: (d) => d.battery_percent === null ? "–" : `${d.battery_percent} %` },
			{ title: t("trail.clock"), isExtra: true, cell: (d) => clockText(d.clock_ahead_ms) },
			{ title: t("trail.version"), isExtra: true, cell: (d) => d.version ?? "–" },
		]} />
	);
}

function waiting(d: Device): string {
	const parts: string[] = [];
	if (d.outstanding > 0) parts.push(t("trail.waiting.records", { n: d.outstanding }));
	if (d.apart > 0) parts.push(t("trail.waiting.parts", { n: d.apart }));
	if (d.unsealed > 0) parts.push(t("trail.waiting.unsealed", { n: d.unsealed }));
	return parts.join(" · ") || t("trail.waiting.none");
}

function clockText(ahead: number | null): string {
	if (ahead === null) return t("trail.clock.unknown");
	if (Math.abs(ahead) <= 2000) return t("trail.clock.right");
	return t(ahead > 0 ? "trail.clock.ahead" : "trail.clock.behind", { s: Math.round(Math.abs(ahead) / 1000) });
}
