// Words for the things of a trail.
import type { ComponentChildren, VNode } from "preact";
import { localText } from "../ui";
import { has, language, t } from "../words";
import type { Alarm, Day, Gap, Item, Mark, Shift, Stamp, Visit } from "./data";
import "leaflet/dist/leaflet.css";
import "./trail.css";

/** "14:03" or, with seconds, "14:03:09", in the zone. */
export function clock(ms: number, zone: string, hasSeconds = true): string {
	return localText(ms, zone, hasSeconds).slice(11);
}

/** "9 min", "1 h 4 min", "40 s". */
export function length(ms: number): string {
	const s = Math.round(Math.abs(ms) / 1000);
	const parts = (n: number, unit: "day" | "hour" | "minute" | "second") =>
		new Intl.NumberFormat(language() === "zh" ? "zh-CN" : "en", { style: "unit", unit, unitDisplay: "short" }).format(n);
	if (s < 60) return parts(s, "second");
	if (s < 3600) return parts(Math.round(s / 60), "minute");
	if (s < 48 * 3600) return `${parts(Math.floor(s / 3600), "hour")} ${parts(Math.round((s % 3600) / 60), "minute")}`;
	return parts(Math.round(s / 86400), "day");
}

export function checkText(alarm: Alarm | undefined): string {
	const key = `trail.check.${alarm?.check ?? 0}`;
	return t(has(key) ? key : "trail.check.0");
}

function wordOr(key: string, otherwise: string): string {
	return has(key) ? t(key) : otherwise;
}

export const channelText = (channel: string | null | undefined): string =>
	wordOr(`trail.channel.${channel}`, t("trail.channel.other"));
export const outcomeText = (outcome: string | null): string =>
	outcome === null ? "" : wordOr(`trail.outcome.${outcome}`, outcome);
export const eventText = (kind: string | null | undefined): string =>
	wordOr(`proof.kind.${kind}`, (kind ?? "").replaceAll("_", " "));

function markText(m: Mark, zone: string): string {
	if (m.type === "SOS" && m.code === 2) return t("trail.mark.SOS.2");
	if (m.type === "CHECKIN" && m.due_ms) return t("trail.mark.CHECKIN.due", { time: clock(m.due_ms, zone, false) });
	return t(`trail.mark.${m.type}`, {
		channel: channelText(m.channel), event: eventText(m.event), check: checkText(m.alarm),
		s: m.after_ms != null && m.before_ms != null ? ((m.after_ms - m.before_ms) / 1000).toFixed(1) : "?",
		who: m.text ?? "",
	});
}

export function visitText(v: Visit): string {
	const parts = [v.case ? `${t("trail.visit")} ${v.case}` : `${t("trail.visit")} (${t("trail.visit.hidden")})`];
	if (v.outcome) parts.push(outcomeText(v.outcome));
	if (v.end_ms === null) parts.push(t("trail.visit.open"));
	if (v.amended) parts.push(t("trail.visit.amended"));
	if (!v.on_shift) parts.push(t("trail.offshift"));
	return parts.join(", ");
}

export function itemText(item: Item): string {
	switch (item.kind) {
	case "shift": {
		const s = item.of as Shift;
		const parts = [t("trail.shift.of", { who: s.officer_name || s.officer || "?" })];
		if (s.goes_on_before) parts.push(t("trail.shift.before"));
		if (s.goes_on_after) parts.push(t("trail.shift.after"));
		if (s.end_ms === null) parts.push(t("trail.shift.open"));
		else if (s.how && s.how !== "by_hand") parts.push(t(`trail.how.${s.how}`));
		return parts.join(", ");
	}
	case "visit": return visitText(item.of as Visit);
	case "gap": {
		const g = item.of as Gap;
		return `${t(`trail.gap.${g.reason}`)}, ${length(g.until_ms - g.from_ms)}`;
	}
	case "mark": return markText(item.of as Mark, item.zone);
	}
}

export function metres(mm: number): string {
	const isFar = mm >= 1000000;
	return new Intl.NumberFormat(language() === "zh" ? "zh-CN" : "en", {
		style: "unit", unit: isFar ? "kilometer" : "meter", unitDisplay: "short", maximumFractionDigits: isFar ? 2 : mm >= 10000 ? 0 : 1,
	}).format(mm / (isFar ? 1000000 : 1000));
}

export function degrees(lat: number, lon: number, digits: number): string {
	return `${lat.toFixed(digits)}, ${lon.toFixed(digits)}`;
}

/** Name and value, as many as there are. */
export function Facts({ rows }: { rows: ([string, ComponentChildren] | null | false)[] }): VNode {
	return (
		<dl class="trail-facts">
			{rows.filter((r): r is [string, ComponentChildren] => !!r).map(([name, value]) => (
				<div key={name}><dt>{name}</dt><dd>{value}</dd></div>
			))}
		</dl>
	);
}

/** What stands beside a stamp: where, how well, and what is odd about it. */
export function stampRows(stamp: Stamp | null, zone: string): ([string, ComponentChildren] | null)[] {
	if (!stamp) return [];
	return [
		stamp.lat_e7 !== undefined && stamp.lon_e7 !== undefined
			? [t("trail.fix.place"), degrees(stamp.lat_e7 / 1e7, stamp.lon_e7 / 1e7, 6)]
			: [t("trail.fix.place"), t("trail.nofix.here")],
		[t("trail.fix.accuracy"), stamp.eph_mm === undefined ? t("trail.fix.accuracy.unknown") : t("trail.fix.accuracy.stamp", { m: (stamp.eph_mm / 1000).toFixed(1) })],
		stamp.distance_mm !== undefined ? [t("trail.distance"), metres(stamp.distance_mm)] : null,
		stamp.fence ? [t("trail.fence"), t(`trail.fence.${stamp.fence}`)] : null,
		stamp.used !== undefined ? [t("trail.satellites"), t("trail.satellites.of", { used: stamp.used, seen: stamp.seen ?? "?" })] : null,
		stamp.age_ms !== undefined && stamp.age_ms > 1000 ? [t("trail.age"), length(stamp.age_ms)] : null,
		stamp.gnss_ms !== undefined ? [t("trail.receiver.time"), localText(stamp.gnss_ms, zone, true)] : null,
		[t("trail.plausibility"), stamp.marks.length === 0
			? t("trail.plausible")
			: <ul class="trail-odd">{stamp.marks.map((m) => <li key={m.check}>{checkText(m)}</li>)}</ul>],
	];
}

/** Why a day is not final, a phrase each. */
export function whyProvisional(day: Pick<Day, "missing"> & { until_ms?: number }): string[] {
	const m = day.missing;
	const why: string[] = [];
	if (m.is_open) why.push(t("trail.provisional.is_open"));
	for (const key of ["outstanding", "unsealed", "apart"] as const)
		if (m[key] > 0) why.push(t(`trail.provisional.${key}`, { n: m[key] }));
	if (why.length === 0 && day.until_ms !== undefined && (m.last_sync_ms ?? 0) < day.until_ms)
		why.push(t("trail.provisional.heard"));
	return why;
}

/** A line that says what of a day is not here; nothing where all is. */
export function Provisional({ day }: { day: Pick<Day, "missing"> & { until_ms?: number } }): VNode {
	const why = whyProvisional(day);
	const m = day.missing;
	return (
		<div class="trail-missing" role="status">
			{why.length > 0
				? <p><b class="trail-provisional">◌ {t("trail.provisional")}</b> {why.join(" · ")}</p>
				: <p>{t("trail.final")}</p>}
			{m.erased > 0 && <p>{t("trail.erased", { n: m.erased })}</p>}
			{m.unreadable > 0 && <p>{t("trail.unreadable", { n: m.unreadable })}</p>}
		</div>
	);
}

/** That some visits were begun while no shift ran, where that is so. */
export function OffShift({ visits }: { visits: Visit[] }): VNode | null {
	return visits.every((v) => v.on_shift) ? null : <p class="trail-warn">{t("trail.offshift.why")}</p>;
}

/** When the track came to the place and left it. */
export function stayText(v: Visit): string {
	const zone = v.zone ?? "UTC";
	if (v.arrived_ms === null) return t("trail.stay.none");
	if (v.left_ms === null) return t("trail.stay.open", { from: clock(v.arrived_ms, zone) });
	return `${t("trail.stay.span", { from: clock(v.arrived_ms, zone), until: clock(v.left_ms, zone) })} (${length(v.left_ms - v.arrived_ms)})`;
}
