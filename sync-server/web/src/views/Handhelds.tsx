// The handhelds: who has which, how it fares, and when it was last heard of.  By enrolment, never
// by what its officer achieved.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../api";
import { STATES, listHandhelds, shortDev, type Filters, type Handheld } from "../fleet";
import { everyRow, type Agency } from "../parts/staff";
import { MoreButton, useMore } from "../parts/work";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Empty, Field, Go, Load, Table, Time } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";
import "./Handhelds.css";

export function Handhelds({ query }: Seen): VNode {
	const { who } = useSession();
	const [filters, setFilters] = useState<Filters>({ agency: query.get("agency") ?? "", state: query.get("state") ?? "", silent: query.get("silent") === "1" });
	const list = useMore((after) => listHandhelds(filters, after), [filters.agency, filters.state, filters.silent]);
	const isFiltered = filters.agency !== "" || filters.state !== "" || filters.silent;
	const signs = may(who, Right.NOTES);
	return (
		<>
			<div class="row page-head">
				<h1>{t("fleet.title")}</h1>
				{signs && <div class="row">
					<Go to="/bench" class="button">{t("fleet.bench")}</Go>
					<Go to="/invite" class="button main">{t("fleet.invite")}</Go>
				</div>}
			</div>
			<FilterRow filters={filters} onChange={setFilters} isBound={who?.agency !== ""} />
			<Load of={list} show={() => list.rows.length === 0
				? <Empty title={t(isFiltered ? "fleet.none.so" : "fleet.none")}>{!isFiltered && <p>{t(signs ? "fleet.none.invite" : "fleet.none.ask")}</p>}</Empty>
				: <><Rows rows={list.rows} /><MoreButton of={list} /></>} />
			{!signs && <p class="hint">{t("fleet.reads")}</p>}
		</>
	);
}

function FilterRow({ filters, onChange, isBound }: { filters: Filters; onChange: (filters: Filters) => void; isBound: boolean }): VNode {
	const agencies = useLoad(async () => isBound ? [] : await everyRow<Agency>("/agencies"), []);
	return (
		<div class="row sieve" role="search" aria-label={t("fleet.filters")}>
			{!isBound && <Field label={t("fleet.agency")}>
				{(attrs) => (
					<select {...attrs} value={filters.agency} onChange={(e) => onChange({ ...filters, agency: e.currentTarget.value })}>
						<option value="">{t("fleet.every")}</option>
						{(agencies.data ?? []).map((a) => <option key={a.agency} value={a.agency}>{a.name ? `${a.name} (${a.agency})` : a.agency}</option>)}
					</select>
				)}
			</Field>}
			<Field label={t("fleet.state")}>
				{(attrs) => (
					<select {...attrs} value={filters.state} onChange={(e) => onChange({ ...filters, state: e.currentTarget.value })}>
						<option value="">{t("fleet.every")}</option>
						{STATES.map((s) => <option key={s} value={s}>{t(`fleet.state.${s}`)}</option>)}
					</select>
				)}
			</Field>
			<label class="check"><input type="checkbox" checked={filters.silent} onChange={(e) => onChange({ ...filters, silent: e.currentTarget.checked })} /> {t("fleet.silent.only")}</label>
		</div>
	);
}

/** The state by word and shape. */
export function StateMark({ of: d }: { of: Pick<Handheld, "state"> }): VNode {
	const kind = d.state === "approved" ? "pass" : d.state === "not-approved" ? "review" : "none";
	const shape = { pass: "○", review: "?", none: "–" }[kind];
	return <span class={`verdict v-${kind}`}><b aria-hidden="true">{shape}</b> {t(`fleet.state.${d.state}`)}</span>;
}

function Rows({ rows }: { rows: Handheld[] }): VNode {
	return (
		<Table caption={t("fleet.title")} rows={rows} rowKey={(d) => d.dev} columns={[
			{ title: t("fleet.officer"), cell: (d) => <><Go to={`/handheld/${d.dev}`} aria-label={`${d.officer_name || d.officer}, ${shortDev(d.dev)}`}>{d.officer_name || d.officer}</Go> <span class="zone">{d.officer}</span></> },
			{ title: t("fleet.handheld"), cell: (d) => <code class="dev">{shortDev(d.dev)}</code> },
			{ title: t("fleet.agency"), isExtra: true, cell: (d) => <>{d.agency} <span class="zone">{d.team}</span></> },
			{ title: t("fleet.state"), cell: (d) => <StateMark of={d} /> },
			{ title: t("fleet.heard"), cell: (d) => <><Heard of={d} />{d.is_silent && <b class="mark-review"> ! {t("trail.silent")}</b>}</> },
			{ title: t("fleet.waiting"), cell: waitingText },
			{ title: t("fleet.power"), isExtra: true, cell: powerText },
			{ title: t("fleet.receiver"), isExtra: true, cell: receiverText },
			{ title: t("fleet.clock"), isExtra: true, cell: (d) => clockText(d) },
			{ title: t("fleet.version"), isExtra: true, cell: (d) => d.version ?? "–" },
		]} />
	);
}

export function Heard({ of: d }: { of: Handheld }): VNode {
	return d.last_sync_ms === null ? <span>{t("trail.heard.never")}</span> : <Time ms={d.last_sync_ms} zone={d.zone} />;
}

export function waitingText(d: Handheld): string {
	const parts: string[] = [];
	if (d.outstanding > 0) parts.push(t("trail.waiting.records", { n: d.outstanding }));
	if (d.apart > 0) parts.push(t("trail.waiting.parts", { n: d.apart }));
	if (d.unsealed > 0) parts.push(t("trail.waiting.unsealed", { n: d.unsealed }));
	return parts.join(" · ") || t("trail.waiting.none");
}

function powerText(d: Handheld): string {
	const parts = [d.battery_percent === null ? "" : `${d.battery_percent} %`, d.free_mib === null ? "" : spaceText(d.free_mib)];
	return parts.filter(Boolean).join(", ") || "–";
}

export function spaceText(mib: number | null): string {
	if (mib === null) return "–";
	return mib >= 1024 ? `${(mib / 1024).toFixed(1)} GiB` : `${mib} MiB`;
}

export function receiverText(d: Handheld): string {
	if (!d.receiver) return t("fleet.receiver.none");
	const kind = t(`fleet.receiver.${d.receiver.source}`);
	return d.receiver.driver ? `${kind} (${d.receiver.driver})` : kind;
}

export function clockText(d: Handheld): string {
	const ahead = d.clock_ahead_ms;
	if (ahead === null) return t("trail.clock.unknown");
	const from = d.clock_from === "server" ? "fleet.clock" : "trail.clock";
	if (Math.abs(ahead) <= 2000) return t(`${from}.right`);
	const s = Math.round(Math.abs(ahead) / 1000);
	return ahead > 0 ? t(`${from}.ahead`, { s }) : t(`${from}.behind`, { s });
}
