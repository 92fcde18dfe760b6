// What the server says of trails, and fixes out of their letters.

export interface Alarm { check: number; inputs: number[] }

export interface Stamp {
	mode?: number; gnss_ms?: number; lat_e7?: number; lon_e7?: number; eph_mm?: number;
	speed_mm_s?: number; used?: number; seen?: number; hdop_c?: number; status?: number;
	source?: number; age_ms?: number; run_3d?: number;
	fence?: "unsure" | "inside" | "outside"; distance_mm?: number;
	marks: Alarm[];
}

export interface Missing {
	is_provisional: boolean; is_open: boolean; unsealed: number; outstanding: number;
	apart: number; erased: number; unreadable: number;
	last_sync_ms: number | null; last_record_ms: number | null;
}

export interface Shift {
	seq: number; officer: string | null; officer_name?: string; begin_ms: number; end_ms: number | null;
	how: string | null; zone: string | null; goes_on_before: boolean; goes_on_after: boolean;
	begin: Stamp | null; end: Stamp | null; days?: string[];
}

export interface Run {
	seq: number; first_ms: number; last_ms: number; receiver_ahead_ms: number; quantum_e7: number;
	eph_mm: number | null; joined: boolean; count: number; kept: number;
	lat: number; lon: number; fixes: string;
}

export interface Gap { seq: number | null; from_ms: number; until_ms: number; reason: string }

export interface Visit {
	id: string; seq: number; case: string | null; officers: string[];
	begin_ms: number; begin_t_ms: number; end_ms: number | null; end_t_ms: number | null;
	how: string | null; place: string | null; outcome: string | null; zone: string | null;
	begin: Stamp | null; end: Stamp | null;
	site: { lat_e7: number; lon_e7: number; radius_mm: number } | null;
	arrived_ms: number | null; left_ms: number | null; amended: boolean;
	/** A shift ran when it was begun. */
	on_shift: boolean;
}

export interface Mark {
	seq: number; type: string; at_ms: number; t_ms: number; about: number | null; stamp: Stamp | null;
	alarm?: Alarm; before_ms?: number | null; after_ms?: number | null; due_ms?: number | null;
	contact?: string; channel?: string | null; event?: string | null; code?: number; text?: string | null;
}

export interface Day {
	dev: string; officer: string | null; officer_name?: string; agency: string | null; team: string | null;
	day: string; zone: string | null; from_ms: number; until_ms: number; fixes: number;
	missing: Missing; is_waiting?: boolean;
	shifts: Shift[]; runs: Run[]; gaps: Gap[]; visits: Visit[]; marks: Mark[];
}

/** All fixes of a day side by side: times, degrees, and the place on a web map of side 1. */
export interface Fixes {
	count: number;
	t: Float64Array;
	lat: Float64Array;
	lon: Float64Array;
	x: Float64Array;
	y: Float64Array;
	/** Number of the run of each fix. */
	run: Uint32Array;
	/** Where each run begins; one more at the end. */
	from: Uint32Array;
}

/** Degrees to the square of side 1 that web maps draw on, north up. */
export function squareX(lon: number): number {
	return (lon + 180) / 360;
}
export function squareY(lat: number): number {
	const sin = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
	return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

/** Signed whole numbers out of the letters of the Encoded Polyline form. */
export function decode(letters: string, on: (at: number, value: number) => void): void {
	let value = 0, weight = 1, at = 0;
	for (let i = 0; i < letters.length; i++) {
		const letter = letters.charCodeAt(i) - 63;
		value += (letter & 0x1f) * weight;
		weight *= 32;
		if (letter >= 0x20) continue;
		on(at++, value % 2 === 1 ? -(value + 1) / 2 : value / 2);
		value = 0;
		weight = 1;
	}
}

/** The fixes of these runs. */
export function fixesOf(runs: Run[]): Fixes {
	const count = runs.reduce((sum, r) => sum + r.kept, 0);
	const all: Fixes = {
		count, t: new Float64Array(count), lat: new Float64Array(count), lon: new Float64Array(count),
		x: new Float64Array(count), y: new Float64Array(count),
		run: new Uint32Array(count), from: new Uint32Array(runs.length + 1),
	};
	let at = 0;
	runs.forEach((r, n) => {
		const degrees = r.quantum_e7 / 1e7;
		let t = r.first_ms, step = 0, lat = r.lat, lon = r.lon;
		const put = () => {
			all.t[at] = t;
			all.lat[at] = lat * degrees;
			all.lon[at] = lon * degrees;
			all.x[at] = squareX(all.lon[at]!);
			all.y[at] = squareY(all.lat[at]!);
			all.run[at++] = n;
		};
		all.from[n] = at;
		put();
		decode(r.fixes, (i, value) => {
			if (i % 3 === 0) { step += value; t += step; }
			else if (i % 3 === 1) lat += value;
			else { lon += value; put(); }
		});
	});
	all.from[runs.length] = at;
	return all;
}

/** The last fix at or before a time, if no gap lies between; -1: there is none. */
export function fixAt(fixes: Fixes, runs: Run[], t: number): number {
	let low = 0, high = fixes.count;
	while (low < high) {
		const mid = (low + high) >> 1;
		if (fixes.t[mid]! <= t) low = mid + 1;
		else high = mid;
	}
	const at = low - 1;
	if (at < 0) return -1;
	const run = runs[fixes.run[at]!]!;
	if (t <= run.last_ms) return at;
	const next = runs[fixes.run[at]! + 1];
	return next !== undefined && next.joined && next.first_ms > t ? at : t - run.last_ms <= 1000 ? at : -1;
}

/** The fix nearest to a place on the square, no further than `reach`; -1: none. */
export function fixNear(fixes: Fixes, x: number, y: number, reach: number): number {
	let best = -1, least = reach * reach;
	for (let i = 0; i < fixes.count; i++) {
		const dx = fixes.x[i]! - x, dy = fixes.y[i]! - y, d = dx * dx + dy * dy;
		if (d < least) { least = d; best = i; }
	}
	return best;
}

/** A thing of a day that stands at a time: it is on the map, on the timeline and in the list. */
export interface Item {
	key: string;
	kind: "shift" | "visit" | "gap" | "mark";
	t: number;
	/** End on the axis; null: it has none, or is an instant. */
	until: number | null;
	/** Legal time, where that is another than t. */
	at: number;
	lat: number | null;
	lon: number | null;
	/** Of the stamp, in metres. */
	eph: number | null;
	stamp: Stamp | null;
	of: Shift | Visit | Gap | Mark;
	zone: string;
}

function place(stamp: Stamp | null): { lat: number | null; lon: number | null; eph: number | null; stamp: Stamp | null } {
	if (stamp?.lat_e7 === undefined || stamp.lon_e7 === undefined) return { lat: null, lon: null, eph: null, stamp };
	return { lat: stamp.lat_e7 / 1e7, lon: stamp.lon_e7 / 1e7, eph: stamp.eph_mm === undefined ? null : stamp.eph_mm / 1000, stamp };
}

/** Everything of the day but its fixes, by time. */
export function itemsOf(day: Day): Item[] {
	const zone = day.zone ?? "UTC";
	const items: Item[] = [];
	for (const s of day.shifts)
		items.push({ key: `s${s.seq}`, kind: "shift", t: s.begin_ms, until: s.end_ms, at: s.begin_ms, ...place(s.begin), of: s, zone: s.zone ?? zone });
	for (const v of day.visits)
		items.push({ key: `v${v.seq}`, kind: "visit", t: v.begin_t_ms, until: v.end_t_ms, at: v.begin_ms, ...place(v.begin), of: v, zone: v.zone ?? zone });
	for (const g of day.gaps)
		// A handheld that saves power is silent for some minutes again and again: the map and the
		// lane of the track show it.
		if (g.reason !== "not_told" || g.until_ms - g.from_ms >= 300000)
			items.push({ key: `g${g.from_ms}`, kind: "gap", t: g.from_ms, until: g.until_ms, at: g.from_ms, lat: null, lon: null, eph: null, stamp: null, of: g, zone });
	for (const m of day.marks)
		items.push({ key: `m${m.seq}`, kind: "mark", t: m.t_ms, until: null, at: m.at_ms, ...place(m.stamp), of: m, zone });
	return items.sort((a, b) => a.t - b.t);
}

/** From the first to the last thing of a day, with a little room. */
export function spanOf(day: Day): [number, number] {
	const ends = [
		...day.shifts.flatMap((s) => [s.begin_ms, s.end_ms ?? s.begin_ms]),
		...day.runs.flatMap((r) => [r.first_ms, r.last_ms]),
		...day.visits.flatMap((v) => [v.begin_t_ms, v.end_t_ms ?? v.begin_t_ms]),
		...day.marks.map((m) => m.t_ms),
	].map((t) => Math.max(day.from_ms, Math.min(day.until_ms, t)));
	if (ends.length === 0) return [day.from_ms, day.until_ms];
	const from = Math.min(...ends), until = Math.max(...ends);
	const room = Math.max(60000, (until - from) * 0.02);
	return [from - room, until + room];
}
