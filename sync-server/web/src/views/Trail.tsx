// One day of one handheld: map and timeline side by side, played back, and the same as a list.
import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import { MapBox, prepare, type Shown } from "../trail/mapbox";
import { hasMoved, type Point } from "../trail/map";
import { fixAt, spanOf, type Day, type Gap, type Item, type Run, type Shift, type Visit } from "../trail/data";
import { clock, degrees, Facts, itemText, length, metres, OffShift, Provisional, stampRows, stayText } from "../trail/say";
import type { Span } from "../trail/axis";
import { Timeline } from "../trail/timeline";
import { Player } from "../trail/play";
import { Empty, Go, goTo, Load, localText, Table, Time } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";

export function Trail({ params, query }: Seen): VNode {
	const dev = params.dev!;
	const wanted = query.get("day");
	const day = useLoad(() => api.get<Day>(`/devices/${dev}/day`, { day: wanted }), [dev, wanted]);
	return (
		<>
			<h1>{t("trail.title")}</h1>
			<Load of={day} show={(data) => <OneDay key={`${data.dev}${data.day}`} day={data} point={query.get("at")} />} />
		</>
	);
}

function OneDay({ day, point }: { day: Day; point: string | null }): VNode {
	const since = useMemo(() => performance.now(), [day]);
	const shown = useMemo(() => prepare(day), [day]);
	const isEmpty = day.shifts.length === 0 && day.visits.length === 0;
	return (
		<>
			<Head day={day} />
			{isEmpty
				? <Empty title={t("trail.noshift")}><p>{t("trail.noshift.do")}</p></Empty>
				: <Explorer shown={shown} since={since} start={point ? { item: point } : null} />}
		</>
	);
}

// -- head --------------------------------------------------------------------------------

function Head({ day }: { day: Day }): VNode {
	const days = useLoad(() => api.get<Page<Shift>>(`/devices/${day.dev}/days`, { limit: 200 }), [day.dev]);
	const dates = [...new Set((days.data?.rows ?? []).flatMap((s) => s.days ?? []))].sort();
	const before = dates.filter((d) => d < day.day).pop(), after = dates.find((d) => d > day.day);
	const go = (date: string | undefined) => date && goTo(`/device/${day.dev}?day=${date}`);
	const zone = day.zone ?? "UTC";
	const ahead = day.runs.map((r) => r.receiver_ahead_ms).find((off) => off !== 0);
	return (
		<div class="card trail-head">
			<div class="row">
				<label>{t("trail.day")} <input type="date" value={day.day} onChange={(e) => go(e.currentTarget.value)} /></label>
				<button type="button" disabled={!before} onClick={() => go(before)} aria-label={t("trail.day.before")} title={t("trail.day.before")}>◀ {before ?? ""}</button>
				<button type="button" disabled={!after} onClick={() => go(after)} aria-label={t("trail.day.after")} title={t("trail.day.after")}>{after ?? ""} ▶</button>
				<span class="zone">{zone}</span>
			</div>
			<Facts rows={[
				[t("trail.officer"), day.officer && <Go to={`/officer/${day.officer}?day=${day.day}`}>{day.officer_name || day.officer}</Go>],
				day.agency ? [t("trail.agency"), <Go to={`/agency/${day.agency}?day=${day.day}`}>{day.agency}</Go>] : null,
				[t("trail.device"), <code>{day.dev.slice(0, 16)}</code>],
			]} />
			<p class="hint">{day.missing.last_sync_ms === null
				? t("trail.live.never")
				: t("trail.live", { when: `${localText(day.missing.last_sync_ms, zone)} ${zone}`, coarse: metres(1000), fine: metres(100) })}</p>
			<Provisional day={day} />
			<OffShift visits={day.visits} />
			{ahead !== undefined && <p class="trail-warn">{t("trail.off", { off: length(ahead) })}</p>}
		</div>
	);
}

// -- map, timeline, list -----------------------------------------------------------------

function Explorer({ shown, since, start }: { shown: Shown; since: number; start: Point }): VNode {
	const { day, fixes, items, scene } = shown;
	const zone = day.zone ?? "UTC";
	const span = useMemo<Span>(() => { const [from, until] = spanOf(day); return { from, until }; }, [day]);
	const [time, setTime] = useState(span.from);
	const [hover, setHover] = useState<Point>(null);
	const [chosen, setChosen] = useState<Point>(null);

	const toTime = useCallback((at: number) => {
		const fix = fixAt(fixes, day.runs, at);
		setTime(at);
		setChosen(fix < 0 ? gapAt(items, at) : { fix });
	}, [shown]);
	const choose = useCallback((point: Point) => {
		if (point === null) return;
		setChosen(point);
		const at = "fix" in point ? fixes.t[point.fix] : items.find((i) => i.key === point.item)?.t;
		if (at !== undefined) setTime(at);
	}, [shown]);
	const step = useCallback((way: 1 | -1) => {
		const next = way > 0 ? items.find((i) => i.t > time) : [...items].reverse().find((i) => i.t < time);
		if (next) choose({ item: next.key });
	}, [shown, time]);
	useEffect(() => choose(start), [shown]);

	const point = hover ?? chosen;
	return (
		<>
			<div class="trail-both">
				<MapBox scene={scene} since={since} hover={hover} chosen={chosen} label={t("trail.map")} onHover={setHover} onChoose={choose} />
				<aside class="card trail-details" aria-label={t("trail.details")}>
					<Details shown={shown} point={point} zone={zone} />
				</aside>
			</div>
			{fixes.count === 0 ? <p class="hint">{t("trail.nofixes")}</p> : <Legend />}
			<Player span={span} zone={zone} time={time} said={saidAt(shown, time)} onTime={toTime} onStep={step} />
			<Timeline day={day} items={items} span={span} time={time} hover={hover} chosen={chosen} onHover={setHover} onChoose={choose}
				pointed={hover && "fix" in hover ? fixes.t[hover.fix]! : null}
				onTime={(at, isChosen) => isChosen ? toTime(at) : setHover(fixPoint(fixAt(fixes, day.runs, at)))} />
			<details class="trail-list" open>
				<summary><h2>{t("trail.list")}</h2></summary>
				<List items={items} chosen={chosen} onChoose={choose} onHover={setHover} />
			</details>
		</>
	);
}

/** What the signs on the map mean. */
function Legend(): VNode {
	return (
		<ul class="trail-legend">
			<li><i class="coarse" /> {t("trail.legend.coarse")}</li>
			<li><i class="fine" /> {t("trail.legend.fine")}</li>
			<li><i class="end" /> {t("trail.legend.end")}</li>
			<li><i class="visit" /> {t("trail.legend.visit")}</li>
			<li><i class="fence" /> {t("trail.legend.fence")}</li>
		</ul>
	);
}

function fixPoint(fix: number): Point {
	return fix < 0 ? null : { fix };
}

function gapAt(items: Item[], at: number): Point {
	const gap = items.find((i) => i.kind === "gap" && i.t <= at && (i.until ?? at) >= at);
	return gap ? { item: gap.key } : null;
}

/** What a screen reader says at a time: the gap, or nothing special. */
function saidAt(shown: Shown, time: number): string {
	if (fixAt(shown.fixes, shown.day.runs, time) >= 0) return "";
	const gap = shown.items.find((i) => i.kind === "gap" && i.t <= time && (i.until ?? time) >= time);
	return gap ? t("trail.ingap", { reason: t(`trail.gap.${(gap.of as Gap).reason}`) }) : t("trail.nofix.here");
}

function List(props: { items: Item[]; chosen: Point; onChoose: (p: Point) => void; onHover: (p: Point) => void }): VNode {
	const current = props.chosen && "item" in props.chosen ? props.chosen.item : undefined;
	return (
		<Table caption={t("trail.list")} rows={props.items} rowKey={(i) => i.key} {...(current ? { current } : {})} onOpen={(i) => props.onChoose({ item: i.key })}
			columns={[
				{ title: t("trail.when"), cell: (i) => <><Time ms={i.at} zone={i.zone} hasSeconds />{i.until !== null && <> {t("trail.until", { time: clock(i.until, i.zone) })}</>}</> },
				{
					title: t("trail.what"), cell: (i) => (
						<button type="button" class="plain trail-row" onFocus={() => props.onHover({ item: i.key })} onBlur={() => props.onHover(null)}
							onMouseEnter={(e) => hasMoved(e) && props.onHover({ item: i.key })} onMouseLeave={(e) => hasMoved(e) && props.onHover(null)}
							onClick={() => props.onChoose({ item: i.key })}>{itemText(i)}</button>
					),
				},
			]} />
	);
}

// -- details -----------------------------------------------------------------------------

function Details({ shown, point, zone }: { shown: Shown; point: Point; zone: string }): VNode {
	if (point === null) return <><h2>{t("trail.details")}</h2><p class="hint">{t("trail.details.none")}</p></>;
	if ("fix" in point) return <FixDetails shown={shown} fix={point.fix} zone={zone} />;
	const item = shown.items.find((i) => i.key === point.item);
	return item ? <ItemDetails item={item} /> : <p class="hint">{t("trail.details.none")}</p>;
}

function stepMetres(run: Run): string {
	const m = run.quantum_e7 * 0.01113;
	return m < 1 ? m.toFixed(1) : String(Math.round(m));
}

function FixDetails({ shown, fix, zone }: { shown: Shown; fix: number; zone: string }): VNode {
	const { fixes, day } = shown;
	const run = day.runs[fixes.run[fix]!]!;
	const at = fixes.t[fix]!;
	return (
		<>
			<h2>{t("trail.fix")}</h2>
			<Facts rows={[
				[t("trail.when"), <Time ms={at} zone={zone} hasSeconds />],
				[t("trail.fix.place"), degrees(fixes.lat[fix]!, fixes.lon[fix]!, run.quantum_e7 < 100 ? 6 : 5)],
				[t("trail.fix.accuracy"), run.eph_mm === null ? t("trail.fix.accuracy.unknown") : t("trail.fix.accuracy.run", { m: (run.eph_mm / 1000).toFixed(1) })],
				[t("trail.fix.step"), t("trail.fix.step.m", { m: stepMetres(run) })],
				run.receiver_ahead_ms !== 0 && [t("trail.receiver.time"), <Time ms={at + run.receiver_ahead_ms} zone={zone} hasSeconds />],
				[t("trail.fix.record"), run.seq],
			]} />
		</>
	);
}

function ItemDetails({ item }: { item: Item }): VNode {
	const { zone } = item;
	const visit = item.kind === "visit" ? item.of as Visit : null;
	return (
		<>
			<h2>{itemText(item)}</h2>
			<Facts rows={[
				[t("trail.when"), <><Time ms={item.at} zone={zone} hasSeconds />{item.until !== null && <> {t("trail.until", { time: clock(item.until, zone) })}</>}</>],
				visit && visit.case ? [t("trail.visit.case"), <Go to={`/case/${visit.case}`}>{visit.case}</Go>] : null,
				visit ? [t("trail.officer"), visit.officers.join(", ")] : null,
				visit ? [t("trail.stay"), stayText(visit)] : null,
				...stampRows(item.stamp, zone),
				"seq" in item.of && item.of.seq !== null ? [t("trail.fix.record"), item.of.seq] : null,
			]} />
			{visit && <p><Go to={`/visit/${visit.id}`} class="button">{t("trail.visit.show")}</Go></p>}
			{item.stamp && <p class="hint">{t("trail.hint")}</p>}
		</>
	);
}
