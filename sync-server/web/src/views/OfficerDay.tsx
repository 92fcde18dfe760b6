// One day of an officer, over all handhelds that he used or holds.
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { api, useLoad } from "../api";
import { fixesOf, itemsOf, type Day } from "../trail/data";
import { fencesOf, MapBox } from "../trail/mapbox";
import type { Scene } from "../trail/map";
import { clock, Facts, itemText, OffShift, Provisional } from "../trail/say";
import { Empty, Go, goTo, Load, Table, Time } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";

interface OfficerDayData { officer: string; officer_name: string; day: string; is_provisional: boolean; devices: Day[] }

/** A date to choose; the page is opened anew for it. */
export function DayField({ day, to }: { day: string; to: string }): VNode {
	const shift = (n: number) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86400000).toISOString().slice(0, 10);
	return (
		<div class="row">
			<label>{t("trail.day")} <input type="date" value={day} onChange={(e) => e.currentTarget.value && goTo(`${to}?day=${e.currentTarget.value}`)} /></label>
			<Go to={`${to}?day=${shift(-1)}`} class="button">◀ {shift(-1)}</Go>
			<Go to={`${to}?day=${shift(1)}`} class="button">{shift(1)} ▶</Go>
		</div>
	);
}

export function OfficerDay({ params, query }: Seen): VNode {
	const id = params.id!, wanted = query.get("day");
	const day = useLoad(() => api.get<OfficerDayData>(`/officers/${id}/day`, { day: wanted }), [id, wanted]);
	return (
		<>
			<h1>{t("trail.officer.title")}</h1>
			<Load of={day} show={(data) => (
				<>
					<div class="card">
						<h2>{data.officer_name || data.officer} <span class="zone">{data.officer}</span></h2>
						<DayField day={data.day} to={`/officer/${id}`} />
						{data.is_provisional && <p><b class="trail-provisional">◌ {t("trail.provisional")}</b></p>}
					</div>
					{data.devices.length === 0 && <Empty title={t("trail.officer.none")} />}
					{data.devices.map((d) => <DevicePart key={d.dev} day={d} />)}
				</>
			)} />
		</>
	);
}

function DevicePart({ day }: { day: Day }): VNode {
	const scene = useMemo<Scene>(() => ({ runs: day.runs, fixes: fixesOf(day.runs), items: itemsOf(day).filter((i) => i.lat !== null), fences: fencesOf([day]) }), [day]);
	const zone = day.zone ?? "UTC";
	const items = itemsOf(day).filter((i) => i.kind !== "mark" || i.of && "type" in i.of && /^(ALARM|SOS|CHECKIN|CLOCK_STEP|AMEND)$/.test(i.of.type));
	return (
		<section class="card">
			<h2><Go to={`/device/${day.dev}?day=${day.day}`}>{t("trail.device")} {day.dev.slice(0, 16)}</Go></h2>
			<Facts rows={[
				[t("trail.heard"), <Time ms={day.missing.last_sync_ms} zone={zone} />],
				[t("trail.day"), `${day.day} ${zone}`],
			]} />
			<Provisional day={day} />
			<OffShift visits={day.visits} />
			{day.shifts.length === 0 && day.visits.length === 0
				? <p>{t("trail.noshift")}</p>
				: (
					<>
						{(scene.fixes.count > 0 || scene.items.length > 0) && <MapBox scene={scene} hover={null} chosen={null} label={t("trail.map")} isSmall />}
						<Table caption={t("trail.list")} rows={items} rowKey={(i) => i.key} columns={[
							{ title: t("trail.when"), cell: (i) => <><Time ms={i.at} zone={i.zone} />{i.until !== null && <> {t("trail.until", { time: clock(i.until, i.zone, false) })}</>}</> },
							{ title: t("trail.what"), cell: (i) => i.kind === "visit" && "id" in i.of ? <Go to={`/visit/${i.of.id}`}>{itemText(i)}</Go> : itemText(i) },
						]} />
					</>
				)}
		</section>
	);
}
