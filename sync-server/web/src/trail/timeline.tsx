// The timeline of a day: lanes of shifts, track, gaps, visits and marks over one axis in the
// zone of the visits.  Each thing on it is a button; the list below the map says the same.
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { localText } from "../ui";
import { t } from "../words";
import { spot, ticksOf, type Span } from "./axis";
import type { Day, Item } from "./data";
import { hasMoved, isAlarm, type Point } from "./map";
import { clock, itemText } from "./say";

export function Axis({ span, zone, hasDate }: { span: Span; zone: string; hasDate?: boolean }): VNode {
	return (
		<div class="trail-axis" aria-hidden="true">
			{ticksOf(span, zone).map((at) => (
				<span key={at} style={spot(span, at, null)}>{hasDate ? localText(at, zone).slice(0, 10) : clock(at, zone, false)}</span>
			))}
		</div>
	);
}

const LANES = ["shift", "track", "gap", "visit", "mark"] as const;

export function Timeline(props: {
	day: Day; items: Item[]; span: Span; time: number; hover: Point; chosen: Point;
	/** Time of the fix that is pointed at on the map; null: none is. */
	pointed: number | null;
	onTime: (t: number, isChosen: boolean) => void; onHover: (point: Point) => void; onChoose: (point: Point) => void;
}): VNode {
	const { day, span } = props;
	const zone = day.zone ?? "UTC";
	const body = useRef<HTMLDivElement>(null);
	const timeOf = (e: MouseEvent) => {
		const box = body.current!.getBoundingClientRect();
		return span.from + ((e.clientX - box.left) / box.width) * (span.until - span.from);
	};
	const isIn = (point: Point, item: Item) => point !== null && "item" in point && point.item === item.key;
	const onLane = (e: MouseEvent, isChosen: boolean) => {
		if (!(e.target as Element).closest("button") && (isChosen || hasMoved(e))) props.onTime(timeOf(e), isChosen);
	};
	return (
		<section class="trail-timeline" aria-label={t("trail.timeline")}>
			<div class="trail-names" aria-hidden="true">{LANES.map((lane) => <span key={lane}>{t(`trail.lane.${lane}`)}</span>)}</div>
			<div class="trail-lanes" ref={body} onMouseMove={(e) => onLane(e, false)} onMouseLeave={(e) => hasMoved(e) && props.onHover(null)} onClick={(e) => onLane(e, true)}>
				{LANES.map((lane) => (
					<div key={lane} class={`trail-lane lane-${lane}`}>
						{lane === "track"
							? joined(day).map((r) => <i key={r.from} class="bar" style={spot(span, r.from, r.until)} />)
							: props.items.filter((i) => i.kind === lane).map((i) => (
								<button key={i.key} type="button" tabIndex={-1} aria-hidden="true"
									class={`${i.until === null ? "point" : "bar"}${isAlarm(i) ? " alarm" : ""}${i.kind === "gap" && "reason" in i.of && i.of.reason === "paused" ? " paused" : ""}${isIn(props.hover, i) ? " hover" : ""}${isIn(props.chosen, i) ? " chosen" : ""}`}
									style={spot(span, i.t, i.until ?? (i.kind === "mark" ? null : span.until))} title={`${clock(i.t, zone)} ${itemText(i)}`}
									onMouseEnter={(e) => hasMoved(e) && props.onHover({ item: i.key })} onClick={() => props.onChoose({ item: i.key })} />
							))}
					</div>
				))}
				<i class="trail-cursor" style={spot(span, props.time, null)} />
				{props.pointed !== null && <i class="trail-cursor hover" style={spot(span, props.pointed, null)} />}
			</div>
			<Axis span={span} zone={zone} />
		</section>
	);
}

/** Runs that follow each other without a gap, as one bar. */
function joined(day: Day): Span[] {
	const bars: Span[] = [];
	for (const run of day.runs) {
		const last = bars[bars.length - 1];
		if (run.joined && last) last.until = run.last_ms;
		else bars.push({ from: run.first_ms, until: run.last_ms });
	}
	return bars;
}
