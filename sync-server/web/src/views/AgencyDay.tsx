// One day of an agency: its officers by id, and what is missing.  No numbers to compare.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import type { Missing, Shift, Visit } from "../trail/data";
import { clock, whyProvisional } from "../trail/say";
import { Empty, Go, Load, localText, Table } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";
import { DayField } from "./OfficerDay";

interface Part { dev: string; zone: string; shifts: Shift[]; visits: Visit[]; missing: Missing; is_waiting: boolean }
interface Row { officer: string; officer_name: string; is_provisional: boolean; devices: Part[] }
interface AgencyDayData extends Page<Row> { agency: string; day: string }

export function AgencyDay({ params, query }: Seen): VNode {
	const id = params.id!, wanted = query.get("day");
	const [after, setAfter] = useState<string | null>(null);
	const day = useLoad(() => api.get<AgencyDayData>(`/agencies/${id}/day`, { day: wanted, after }), [id, wanted, after]);
	return (
		<>
			<h1>{t("trail.agency.title")}</h1>
			<Load of={day} show={(data) => (
				<>
					<div class="card">
						<h2>{data.agency}</h2>
						<DayField day={data.day} to={`/agency/${id}`} />
						<p class="hint">{t("trail.agency.note")}</p>
					</div>
					{data.rows.length > 0 ? <Officers data={data} /> : <Empty title={t("trail.agency.empty")} />}
					{data.next && <button type="button" onClick={() => setAfter(data.next)}>{t("shell.more")}</button>}
				</>
			)} />
		</>
	);
}

function Officers({ data }: { data: AgencyDayData }): VNode {
	return (
		<Table caption={t("trail.agency.title")} rows={data.rows} rowKey={(r) => r.officer} columns={[
			{ title: t("trail.officer"), cell: (r) => <Go to={`/officer/${r.officer}?day=${data.day}`}>{r.officer_name || r.officer} <span class="zone">{r.officer}</span></Go> },
			{ title: t("trail.agency.shifts"), cell: (r) => <Shifts row={r} day={data.day} /> },
			{ title: t("trail.agency.visits"), cell: (r) => <Visits row={r} /> },
			{ title: t("trail.agency.missing"), cell: (r) => <MissingCell row={r} /> },
		]} />
	);
}

function Shifts({ row, day }: { row: Row; day: string }): VNode {
	const shifts = row.devices.flatMap((d) => d.shifts.map((s) => ({ ...s, dev: d.dev })));
	if (shifts.length === 0) return <span class="none">{t("trail.agency.noshift")}</span>;
	return (
		<ul class="trail-chips">{shifts.map((s) => (
			<li key={`${s.dev}${s.seq}`}><Go to={`/device/${s.dev}?day=${day}`}>
				{clock(s.begin_ms, s.zone ?? "UTC", false)}–{s.end_ms === null ? t("trail.shift.open") : clock(s.end_ms, s.zone ?? "UTC", false)}
			</Go> <span class="zone">{s.zone}</span></li>
		))}</ul>
	);
}

function Visits({ row }: { row: Row }): VNode {
	const visits = row.devices.flatMap((d) => d.visits);
	if (visits.length === 0) return <span class="none">–</span>;
	return <ul class="trail-chips">{visits.map((v) => <li key={v.id}><Go to={`/visit/${v.id}`}>{clock(v.begin_ms, v.zone ?? "UTC", false)}</Go>{!v.on_shift && <span class="hint"> {t("trail.offshift")}</span>}</li>)}</ul>;
}

function MissingCell({ row }: { row: Row }): VNode {
	const why = row.devices.flatMap((d) => whyProvisional(d).concat(
		d.is_waiting && whyProvisional(d).length === 0
			? [d.missing.last_sync_ms ? t("trail.agency.silent", { when: `${localText(d.missing.last_sync_ms, d.zone)} ${d.zone}` }) : t("trail.agency.never")]
			: []));
	if (why.length === 0) return <span class="none">{t("trail.agency.nothing")}</span>;
	return <><b class="trail-provisional">◌ {t("trail.provisional")}</b> {why.join(" · ")}</>;
}
