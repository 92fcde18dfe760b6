// The map of trails: one canvas over Leaflet's panes, which draws the coarse base, the fixes of a
// day with its gaps left open, stamps with their accuracy, fences, and what is pointed at.
import type * as Leaflet from "leaflet";
import { fixNear, squareX, squareY, type Fixes, type Item, type Run } from "./data";
import { toGcj02 } from "./datum";

export interface Scene {
	runs: Run[];
	fixes: Fixes;
	items: Item[];
	fences: { key: string; lat: number; lon: number; radius: number; label: string }[];
}

/** What is pointed at or chosen: a fix by number, or an item by key. */
export type Point = { fix: number } | { item: string } | null;

export interface TrailMap {
	show: (scene: Scene) => void;
	/** Draw these as pointed at and as chosen. */
	mark: (hover: Point, chosen: Point) => void;
	fit: () => void;
	/** Bring a place into the view, if it is not in it. */
	reach: (lat: number, lon: number) => void;
	close: () => void;
}

export interface MapOptions {
	tiles: string | null;
	onHover: (point: Point) => void;
	onChoose: (point: Point) => void;
	label: string;
	isSmall?: boolean;
}

const COLOURS = {
	sea: "#eef3f5", land: "#8aa0aa", grid: "#c9d5da", gridText: "#55636b",
	coarse: "#3c6e80", fine: "#b0430d", end: "#1c2529", fence: "#1d5c37", stamp: "#7a1fa2",
	alarm: "#a4161a", chosen: "#0b63ce", accuracy: "rgb(11 99 206 / 14%)",
};

type Line = Float64Array;
let coast: Line[] | null = null;

/** Coastlines on the square of side 1; loaded once, and only where no tiles are given. */
async function loadCoast(): Promise<Line[]> {
	if (coast) return coast;
	const [world, topojson] = await Promise.all([import("world-atlas/land-50m.json"), import("topojson-client")]);
	const topology: any = world.default ?? world; // foreign JSON
	const mesh: any = topojson.mesh(topology, topology.objects.land);
	coast = (mesh.coordinates as [number, number][][]).map((line) => {
		const flat = new Float64Array(line.length * 2);
		line.forEach(([lon, lat], i) => { flat[2 * i] = squareX(lon); flat[2 * i + 1] = squareY(lat); });
		return flat;
	});
	return coast;
}

/** Make the map in `box`, which has a size. */
export async function makeMap(box: HTMLElement, options: MapOptions): Promise<TrailMap> {
	const L: typeof Leaflet = ((await import("leaflet")) as any).default; // CommonJS
	const [url, datum] = (options.tiles ?? "").split("#datum=");
	const isShifted = datum === "gcj02";
	const map = L.map(box, {
		zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, attributionControl: false,
		worldCopyJump: false, zoomSnap: 0.5, maxZoom: 19, minZoom: 2, scrollWheelZoom: !options.isSmall,
	}).setView([30, 110], 3);
	L.control.scale({ imperial: false }).addTo(map);
	if (url) L.tileLayer(url, { maxZoom: 19, referrerPolicy: "no-referrer" }).addTo(map);
	box.setAttribute("role", "application");
	box.setAttribute("aria-label", options.label);

	const canvas = L.DomUtil.create("canvas", "trail-canvas", map.getPanes().overlayPane) as HTMLCanvasElement;
	canvas.setAttribute("aria-hidden", "true");
	let scene: Scene | null = null, hover: Point = null, chosen: Point = null, isAsked = false, isClosed = false;

	const draw = () => {
		isAsked = false;
		if (isClosed) return;
		const size = map.getSize(), ratio = window.devicePixelRatio || 1;
		if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
			canvas.width = size.x * ratio;
			canvas.height = size.y * ratio;
			canvas.style.width = `${size.x}px`;
			canvas.style.height = `${size.y}px`;
		}
		L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
		const pen = canvas.getContext("2d")!;
		pen.setTransform(ratio, 0, 0, ratio, 0, 0);
		pen.clearRect(0, 0, size.x, size.y);
		const zoom = 256 * 2 ** map.getZoom();
		const corner = map.getPixelBounds().min!;
		const frame = { pen, scale: zoom, left: corner.x, top: corner.y, width: size.x, height: size.y };
		if (!url) drawBase(frame, coast);
		if (scene) drawScene(frame, scene, hover, chosen);
	};
	const ask = () => {
		if (isAsked) return;
		isAsked = true;
		requestAnimationFrame(draw);
	};
	map.on("move zoom viewreset resize", draw);
	if (!url) loadCoast().then(ask, () => {});

	const pointAt = (e: Leaflet.LeafletMouseEvent): Point => scene && pick(scene, e, map);
	map.on("mousemove", (e) => hasMoved(e.originalEvent) && options.onHover(pointAt(e)));
	map.on("mouseout", (e) => hasMoved(e.originalEvent) && options.onHover(null));
	map.on("click", (e) => options.onChoose(pointAt(e)));
	const resize = new ResizeObserver(() => map.invalidateSize({ animate: false }));
	resize.observe(box);

	const fit = () => {
		const bounds = scene && boundsOf(scene);
		if (bounds && !isClosed) map.fitBounds(bounds, { padding: [24, 24], maxZoom: 17, animate: false });
	};
	return {
		show: (next) => {
			scene = isShifted ? shifted(next) : next;
			draw();
		},
		mark: (h, c) => { hover = h; chosen = c; ask(); },
		fit,
		reach: (lat, lon) => {
			if (isClosed) return;
			const at: [number, number] = isShifted ? toGcj02(lat, lon) : [lat, lon];
			if (!map.getBounds().pad(-0.05).contains(at)) map.panTo(at, { animate: false });
		},
		close: () => { isClosed = true; resize.disconnect(); map.remove(); },
	};
}

/** Did the pointer move, and not the page under it?  Who goes on by keyboard is not disturbed by
 * a pointer that lies still. */
export function hasMoved(e: MouseEvent): boolean {
	return e.movementX !== 0 || e.movementY !== 0;
}

/** A copy whose places fit tiles that are shifted as Chinese maps are.  What is stored and
 * shown in numbers stays as it was. */
function shifted(scene: Scene): Scene {
	const { fixes } = scene;
	const moved: Fixes = { ...fixes, x: new Float64Array(fixes.count), y: new Float64Array(fixes.count) };
	for (let i = 0; i < fixes.count; i++) {
		const [lat, lon] = toGcj02(fixes.lat[i]!, fixes.lon[i]!);
		moved.x[i] = squareX(lon);
		moved.y[i] = squareY(lat);
	}
	const move = <T extends { lat: number | null; lon: number | null }>(thing: T): T => {
		if (thing.lat === null || thing.lon === null) return thing;
		const [lat, lon] = toGcj02(thing.lat, thing.lon);
		return { ...thing, lat, lon };
	};
	return { ...scene, fixes: moved, items: scene.items.map(move), fences: scene.fences.map(move) };
}

function boundsOf(scene: Scene): [[number, number], [number, number]] | null {
	let south = 90, north = -90, west = 180, east = -180;
	const take = (lat: number, lon: number) => {
		south = Math.min(south, lat); north = Math.max(north, lat);
		west = Math.min(west, lon); east = Math.max(east, lon);
	};
	for (let i = 0; i < scene.fixes.count; i++) take(scene.fixes.lat[i]!, scene.fixes.lon[i]!);
	for (const item of scene.items) if (item.lat !== null && item.lon !== null) take(item.lat, item.lon);
	for (const f of scene.fences) {
		const d = Math.max(f.radius, 30) / 111195, e = d / Math.max(0.1, Math.cos((f.lat * Math.PI) / 180));
		take(f.lat - d, f.lon - e);
		take(f.lat + d, f.lon + e);
	}
	return south > north ? null : [[south, west], [north, east]];
}

/** What stands within a dozen pixels of the pointer: an item before a fix. */
function pick(scene: Scene, e: Leaflet.LeafletMouseEvent, map: Leaflet.Map): Point {
	const scale = 256 * 2 ** map.getZoom();
	const at = map.project(e.latlng);
	let best: string | null = null, least = 12 * 12;
	for (const item of scene.items) {
		if (item.lat === null || item.lon === null) continue;
		const dx = squareX(item.lon) * scale - at.x, dy = squareY(item.lat) * scale - at.y;
		// Of two at one place the visit, which is drawn on top.
		const d = dx * dx + dy * dy - (item.kind === "visit" ? 1 : 0);
		if (d < least) { least = d; best = item.key; }
	}
	if (best !== null) return { item: best };
	const fix = fixNear(scene.fixes, at.x / scale, at.y / scale, 12 / scale);
	return fix < 0 ? null : { fix };
}

// -- drawing -------------------------------------------------------------------------------

interface Frame {
	pen: CanvasRenderingContext2D;
	scale: number;
	left: number;
	top: number;
	width: number;
	height: number;
}

const pxOf = (f: Frame, x: number) => x * f.scale - f.left;
const pyOf = (f: Frame, y: number) => y * f.scale - f.top;
const metre = (f: Frame, lat: number) => f.scale / (40075016.7 * Math.cos((lat * Math.PI) / 180));

function drawBase(f: Frame, lines: Line[] | null): void {
	const { pen } = f;
	pen.fillStyle = COLOURS.sea;
	pen.fillRect(0, 0, f.width, f.height);
	drawGrid(f);
	pen.strokeStyle = COLOURS.land;
	pen.lineWidth = 1;
	pen.beginPath();
	for (const line of lines ?? []) drawLine(f, line);
	pen.stroke();
}

/** Only the stretches of a coast that touch the view. */
function drawLine(f: Frame, line: Line): void {
	let wasIn = false, px = 0, py = 0;
	for (let i = 0; i < line.length; i += 2) {
		const x = pxOf(f, line[i]!), y = pyOf(f, line[i + 1]!);
		const isIn = i > 0 && Math.max(x, px) > -50 && Math.min(x, px) < f.width + 50 &&
			Math.max(y, py) > -50 && Math.min(y, py) < f.height + 50;
		if (isIn) {
			if (!wasIn) f.pen.moveTo(px, py);
			f.pen.lineTo(x, y);
		}
		wasIn = isIn;
		px = x;
		py = y;
	}
}

/** Degrees between lines so that about six are in the view. */
function gridStep(degrees: number): number {
	const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
	return steps.find((s) => degrees / s <= 6) ?? 30;
}

function latOf(y: number): number {
	return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

function drawGrid(f: Frame): void {
	const { pen } = f;
	const west = (f.left / f.scale) * 360 - 180, east = ((f.left + f.width) / f.scale) * 360 - 180;
	const north = latOf(Math.max(0, f.top / f.scale)), south = latOf(Math.min(1, (f.top + f.height) / f.scale));
	const step = gridStep(east - west);
	const text = (degrees: number) => degrees.toFixed(step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0);
	pen.strokeStyle = COLOURS.grid;
	pen.fillStyle = COLOURS.gridText;
	pen.font = "11px system-ui, sans-serif";
	pen.lineWidth = 1;
	pen.beginPath();
	for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) {
		const x = Math.round(pxOf(f, squareX(lon))) + 0.5;
		pen.moveTo(x, 0);
		pen.lineTo(x, f.height);
		pen.fillText(`${text(lon)}°`, x + 3, f.height - 26);
	}
	for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
		const y = Math.round(pyOf(f, squareY(lat))) + 0.5;
		pen.moveTo(0, y);
		pen.lineTo(f.width, y);
		pen.fillText(`${text(lat)}°`, f.width - 48, y - 3);
	}
	pen.stroke();
}

function drawScene(f: Frame, scene: Scene, hover: Point, chosen: Point): void {
	for (const fence of scene.fences) drawFence(f, fence);
	drawRuns(f, scene);
	for (const item of scene.items) if (item.kind !== "visit") drawItem(f, item);
	for (const item of scene.items) if (item.kind === "visit") drawItem(f, item);
	for (const [point, colour] of [[hover, COLOURS.end], [chosen, COLOURS.chosen]] as const)
		drawPoint(f, scene, point, colour);
}

function drawFence(f: Frame, fence: Scene["fences"][number]): void {
	const { pen } = f;
	const x = pxOf(f, squareX(fence.lon)), y = pyOf(f, squareY(fence.lat)), r = fence.radius * metre(f, fence.lat);
	pen.strokeStyle = COLOURS.fence;
	pen.fillStyle = COLOURS.fence;
	pen.lineWidth = 1.5;
	pen.setLineDash([6, 4]);
	pen.beginPath();
	if (r > 2) pen.arc(x, y, r, 0, 2 * Math.PI);
	pen.stroke();
	pen.setLineDash([]);
	pen.fillRect(x - 4, y - 1, 8, 2);
	pen.fillRect(x - 1, y - 4, 2, 8);
	if (r > 14) {
		pen.font = "12px system-ui, sans-serif";
		pen.fillText(fence.label, x + 6, y - 6);
	}
}

/** Runs as lines, steps under half a pixel left out; where a gap lies before a run, none leads
 * to it, and both ends are marked. */
function drawRuns(f: Frame, scene: Scene): void {
	const { pen } = f;
	const { fixes, runs } = scene;
	for (const isFine of [false, true]) {
		pen.strokeStyle = isFine ? COLOURS.fine : COLOURS.coarse;
		pen.lineWidth = isFine ? 2.5 : 2;
		pen.lineJoin = "round";
		pen.beginPath();
		runs.forEach((run, n) => {
			if ((run.quantum_e7 < 100) === isFine) drawRun(f, fixes, n, run.joined);
		});
		pen.stroke();
	}
	pen.fillStyle = "#ffffff";
	pen.strokeStyle = COLOURS.end;
	pen.lineWidth = 1.5;
	runs.forEach((run, n) => {
		if (!run.joined) drawEnd(f, fixes, fixes.from[n]!);
		if (!runs[n + 1]?.joined) drawEnd(f, fixes, fixes.from[n + 1]! - 1);
	});
}

function drawRun(f: Frame, fixes: Fixes, n: number, isJoined: boolean): void {
	const from = fixes.from[n]!, until = fixes.from[n + 1]!;
	const first = isJoined && from > 0 ? from - 1 : from;
	let px = pxOf(f, fixes.x[first]!), py = pyOf(f, fixes.y[first]!);
	f.pen.moveTo(px, py);
	if (until - first === 1) f.pen.lineTo(px + 0.1, py);
	for (let i = first + 1; i < until; i++) {
		const x = pxOf(f, fixes.x[i]!), y = pyOf(f, fixes.y[i]!);
		if (Math.abs(x - px) < 0.5 && Math.abs(y - py) < 0.5 && i < until - 1) continue;
		f.pen.lineTo(x, y);
		px = x;
		py = y;
	}
}

function drawEnd(f: Frame, fixes: Fixes, i: number): void {
	const x = pxOf(f, fixes.x[i]!), y = pyOf(f, fixes.y[i]!);
	if (x < -9 || y < -9 || x > f.width + 9 || y > f.height + 9) return;
	f.pen.beginPath();
	f.pen.rect(x - 3, y - 3, 6, 6);
	f.pen.fill();
	f.pen.stroke();
}

/** Visits are diamonds, alarms triangles, others small discs: told apart without colour. */
function drawItem(f: Frame, item: Item): void {
	if (item.lat === null || item.lon === null) return;
	const { pen } = f;
	const x = pxOf(f, squareX(item.lon)), y = pyOf(f, squareY(item.lat));
	if (item.kind === "visit" && item.eph !== null) ring(f, x, y, item.eph * metre(f, item.lat), COLOURS.stamp);
	pen.fillStyle = isAlarm(item) ? COLOURS.alarm : item.kind === "visit" ? COLOURS.stamp : COLOURS.end;
	pen.strokeStyle = "#ffffff";
	pen.lineWidth = 1.5;
	pen.beginPath();
	if (item.kind === "visit") {
		pen.moveTo(x, y - 8); pen.lineTo(x + 7, y); pen.lineTo(x, y + 8); pen.lineTo(x - 7, y);
	} else if (isAlarm(item)) {
		pen.moveTo(x, y - 7); pen.lineTo(x + 7, y + 6); pen.lineTo(x - 7, y + 6);
	} else {
		pen.arc(x, y, 4, 0, 2 * Math.PI);
	}
	pen.closePath();
	pen.fill();
	pen.stroke();
}

export function isAlarm(item: Item): boolean {
	return item.kind === "mark" && "type" in item.of && (item.of.type === "ALARM" || item.of.type === "SOS");
}

function ring(f: Frame, x: number, y: number, r: number, colour: string): void {
	if (r < 3) return;
	f.pen.strokeStyle = colour;
	f.pen.lineWidth = 1;
	f.pen.beginPath();
	f.pen.arc(x, y, r, 0, 2 * Math.PI);
	f.pen.stroke();
}

function drawPoint(f: Frame, scene: Scene, point: Point, colour: string): void {
	const at = point && whereIs(scene, point);
	if (!at) return;
	const { pen } = f;
	const x = pxOf(f, at.x), y = pyOf(f, at.y);
	if (at.eph !== null) {
		pen.fillStyle = COLOURS.accuracy;
		pen.beginPath();
		pen.arc(x, y, Math.max(3, at.eph * metre(f, latOf(at.y))), 0, 2 * Math.PI);
		pen.fill();
		ring(f, x, y, at.eph * metre(f, latOf(at.y)), colour);
	}
	pen.strokeStyle = "#ffffff";
	pen.fillStyle = colour;
	pen.lineWidth = 2;
	pen.beginPath();
	pen.arc(x, y, 6, 0, 2 * Math.PI);
	pen.fill();
	pen.stroke();
}

function whereIs(scene: Scene, point: NonNullable<Point>): { x: number; y: number; eph: number | null } | null {
	if ("fix" in point) {
		const run = scene.runs[scene.fixes.run[point.fix]!];
		if (!run) return null;
		return { x: scene.fixes.x[point.fix]!, y: scene.fixes.y[point.fix]!, eph: run.eph_mm === null ? null : run.eph_mm / 1000 };
	}
	const item = scene.items.find((i) => i.key === point.item);
	return item && item.lat !== null && item.lon !== null ? { x: squareX(item.lon), y: squareY(item.lat), eph: item.eph } : null;
}
