// The map as a part of a page.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api";
import { Busy } from "../ui";
import { makeMap, type Point, type Scene, type TrailMap } from "./map";
import { fixesOf, itemsOf, type Day, type Fixes, type Item } from "./data";

let tiles: Promise<string | null> | null = null;

/** The tiles that the server was given, asked for once. */
function tilesOf(): Promise<string | null> {
	tiles ??= api.get<{ tiles?: string }>("/about").then((about) => about.tiles ?? null, () => null);
	return tiles;
}

export interface Shown {
	day: Day;
	fixes: Fixes;
	items: Item[];
	scene: Scene;
}

/** A day made ready for map, timeline and list. */
export function prepare(day: Day): Shown {
	const fixes = fixesOf(day.runs), items = itemsOf(day);
	return { day, fixes, items, scene: { runs: day.runs, fixes, items, fences: fencesOf([day]) } };
}

/** One circle a place, whoever visited it. */
export function fencesOf(days: Day[]): Scene["fences"] {
	const found = new Map<string, Scene["fences"][number]>();
	for (const v of days.flatMap((d) => d.visits))
		if (v.site && v.case)
			found.set(v.case, { key: v.case, lat: v.site.lat_e7 / 1e7, lon: v.site.lon_e7 / 1e7, radius: v.site.radius_mm / 1000, label: v.case });
	return [...found.values()];
}

/** `since`: when drawing began (performance.now()); how long it took is told as the
 * measurement "trail-draw". */
export function MapBox(props: {
	scene: Scene; hover: Point; chosen: Point; label: string; isSmall?: boolean; since?: number;
	onHover?: (point: Point) => void; onChoose?: (point: Point) => void;
}): VNode {
	const box = useRef<HTMLDivElement>(null);
	const map = useRef<TrailMap | null>(null);
	const latest = useRef(props);
	const [isReady, setReady] = useState(false);
	latest.current = props;

	useEffect(() => {
		let isGone = false;
		tilesOf().then((url) => isGone || !box.current ? null : makeMap(box.current, {
			tiles: url, label: props.label, isSmall: props.isSmall ?? false,
			onHover: (p) => latest.current.onHover?.(p),
			onChoose: (p) => latest.current.onChoose?.(p),
		})).then((made) => {
			if (!made) return;
			if (isGone) return made.close();
			map.current = made;
			setReady(true);
		}, () => {});
		return () => {
			isGone = true;
			map.current?.close();
			map.current = null;
		};
	}, []);
	useEffect(() => {
		if (!isReady || !map.current) return;
		map.current.show(props.scene);
		map.current.fit();
		if (props.since !== undefined)
			performance.measure("trail-draw", { start: props.since, end: performance.now() });
	}, [isReady, props.scene]);
	useEffect(() => {
		if (isReady) map.current?.mark(props.hover, props.chosen);
	}, [isReady, props.hover, props.chosen, props.scene]);
	useEffect(() => {
		const at = isReady && whereIs(props.scene, props.chosen);
		if (at) map.current?.reach(at[0], at[1]);
	}, [isReady, props.chosen]);
	return <div class={props.isSmall ? "trail-map small" : "trail-map"}><div ref={box} class="trail-map-box" tabIndex={0} />{!isReady && <Busy />}</div>;
}

function whereIs(scene: Scene, point: Point): [number, number] | null {
	if (!point) return null;
	if ("fix" in point) return [scene.fixes.lat[point.fix]!, scene.fixes.lon[point.fix]!];
	const item = scene.items.find((i) => i.key === point.item);
	return item && item.lat !== null && item.lon !== null ? [item.lat, item.lon] : null;
}
