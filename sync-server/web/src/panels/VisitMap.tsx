// On a visit's page: its stamps, accuracy and fence on a small map, with the track from ten
// minutes before to ten minutes after.
import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { itemsOf, type Day, type Visit } from "../trail/data";
import { MapBox, prepare } from "../trail/mapbox";
import type { Point } from "../trail/map";
import { clock, Facts, stampRows, stayText } from "../trail/say";
import { Go, Load, Time } from "../ui";
import { t } from "../words";

/** "v-<16 hex digits>-<seq>" taken apart. */
function partsOf(id: string): { dev: string; seq: number } | null {
	const m = /^v-([0-9a-f]{16})-(\d+)$/.exec(id);
	return m ? { dev: m[1]!, seq: +m[2]! } : null;
}

export function VisitMap({ id }: { id: string }): VNode {
	const parts = partsOf(id);
	return parts ? <OfDevice dev={parts.dev} seq={parts.seq} /> : <p class="hint">{t("trail.visit.nomap")}</p>;
}

function OfDevice({ dev, seq }: { dev: string; seq: number }): VNode {
	const day = useLoad(() => api.get<Day>(`/devices/${dev}/day`, { visit: seq }), [dev, seq]);
	return <Load of={day} show={(data) => <OneVisit day={data} seq={seq} />} />;
}

function OneVisit({ day, seq }: { day: Day; seq: number }): VNode {
	const visit = day.visits.find((v) => v.seq === seq);
	const shown = useMemo(() => visit && prepare(narrowed(day, visit)), [day]);
	const [hover, setHover] = useState<Point>(null);
	if (!visit || !shown) return <p class="hint">{t("trail.visit.nomap")}</p>;
	const zone = visit.zone ?? "UTC";
	const hasPlace = shown.fixes.count > 0 || shown.items.some((i) => i.lat !== null) || visit.site !== null;
	return (
		<>
			{hasPlace
				? <MapBox scene={shown.scene} hover={hover} chosen={null} onHover={setHover} label={t("trail.map.visit")} isSmall />
				: <p class="hint">{t("trail.visit.nomap")}</p>}
			<p class="hint" aria-live="polite">{hover && "fix" in hover ? <>{t("trail.fix")}: <Time ms={shown.fixes.t[hover.fix]} zone={zone} hasSeconds /></> : " "}</p>
			<div class="grid">
				<div><h3>{clock(visit.begin_ms, zone)} <span class="zone">{zone}</span></h3><Facts rows={stampRows(visit.begin, zone)} /></div>
				{visit.end_ms !== null && <div><h3>{clock(visit.end_ms, zone)} <span class="zone">{zone}</span></h3><Facts rows={stampRows(visit.end, zone)} /></div>}
			</div>
			<Facts rows={[[t("trail.stay"), stayText(visit)]]} />
			<p class="hint">{t("trail.hint")}</p>
			<Go to={`/device/${day.dev}?day=${day.day}&at=v${seq}`}>{t("trail.visit.day")}</Go>
		</>
	);
}

/** Of the day only this visit, its end as a stamp of its own, and what lies in it. */
function narrowed(day: Day, visit: Visit): Day {
	const end = visit.end_t_ms ?? visit.begin_t_ms;
	const marks = itemsOf(day).filter((i) => i.kind === "mark" && i.t >= visit.begin_t_ms && i.t <= end).map((i) => i.of as Day["marks"][number]);
	if (visit.end) marks.push({ seq: -1, type: "VISIT_END", at_ms: visit.end_ms ?? end, t_ms: end, about: visit.seq, stamp: visit.end });
	return { ...day, visits: [visit], shifts: [], marks };
}
