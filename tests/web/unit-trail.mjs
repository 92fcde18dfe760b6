// Fixes out of letters, playback and gaps, round local times, and the shift of Chinese maps: the
// modules of the page under node.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const WEB = join(dirname(fileURLToPath(import.meta.url)), "../../sync-server/web");
const { build } = createRequire(join(WEB, "package.json"))("esbuild");
let failed = 0;

function check(claim, sentence, detail = "") {
	console.log(`${claim ? "ok" : "not ok"} - ${sentence}${claim || detail === "" ? "" : `: ${detail}`}`);
	if (!claim) failed++;
}

async function load() {
	const folder = mkdtempSync(join(tmpdir(), "fv-trail-"));
	const out = join(folder, "trail.mjs");
	await build({
		stdin: { contents: `export * from "./src/trail/data"; export * from "./src/trail/datum"; export * from "./src/trail/axis";`, resolveDir: WEB, loader: "ts" },
		bundle: true, platform: "node", format: "esm", outfile: out, logLevel: "warning",
	});
	const modules = await import(pathToFileURL(out));
	rmSync(folder, { recursive: true });
	return modules;
}

const m = await load();

/** Letters of these numbers, as the server writes them. */
function letters(numbers) {
	return numbers.map((v) => {
		let u = v < 0 ? -2 * v - 1 : 2 * v, text = "";
		for (; u >= 0x20; u = Math.floor(u / 32)) text += String.fromCharCode((0x20 | u % 32) + 63);
		return text + String.fromCharCode(u + 63);
	}).join("");
}

function run(first, triples, more = {}) {
	const steps = triples.map((t) => t[0]);
	const last = triples.reduce((a, [dd]) => ({ step: a.step + dd, t: a.t + a.step + dd }), { step: 0, t: first }).t;
	return { seq: 1, first_ms: first, last_ms: last, receiver_ahead_ms: 0, quantum_e7: 100, eph_mm: 5000, joined: false, count: steps.length + 1,
		kept: steps.length + 1, lat: 3123040, lon: 12147370, fixes: letters(triples.flat()), ...more };
}

const numbers = [0, -1, 1, 15, -16, 16, 1000, -1000, 123456789, -4294967296, 9007199254740];
const back = [];
m.decode(letters(numbers), (at, value) => { back[at] = value; });
check(JSON.stringify(back) === JSON.stringify(numbers), "numbers of any size and sign come back out of their letters", back);

const runs = [run(1000000, [[1000, 1, -1], [0, 2, 0], [9000, -3, 5]]), run(1040000, [[1000, 0, 0]], { joined: true }), run(2000000, [[1000, 0, 1]])];
const fixes = m.fixesOf(runs);
check(fixes.count === 8 && fixes.t[3] === 1012000 && Math.abs(fixes.lat[3] - 31.2304) < 1e-9 && Math.abs(fixes.lon[3] - 121.47374) < 1e-9,
	"fixes come back with their times and places", [...fixes.t]);
check([999999, 1000000, 1011999, 1012500, 1030000, 1041000].map((t) => m.fixAt(fixes, runs, t)).join() === "-1,0,2,3,3,5",
	"at any time the last fix before it is shown");
check(m.fixAt(fixes, runs, 1500000) === -1 && m.fixAt(fixes, runs, 1999999) === -1 && m.fixAt(fixes, runs, 2000000) === 6,
	"inside a gap there is none, however near its ends are");
check(m.fixNear(fixes, fixes.x[6], fixes.y[6], 1e-9) === 0 && m.fixNear(fixes, 0, 0, 0.001) === -1, "the nearest fix to a pointer is found, and none far away");

const tick = (from, hours, zone) => m.ticksOf({ from: Date.parse(from), until: Date.parse(from) + hours * 3600000 }, zone).map((t) => new Date(t).toISOString().slice(11, 16)).join(" ");
check(tick("2026-03-02T00:50:00Z", 9, "Asia/Shanghai") === "02:00 04:00 06:00 08:00", "times on the axis are round in the zone", tick("2026-03-02T00:50:00Z", 9, "Asia/Shanghai"));
check(tick("2026-03-02T00:50:00Z", 4, "Asia/Kathmandu").split(" ").every((t) => t.endsWith(":15") || t.endsWith(":45")),
	"also where the zone is three quarters of an hour off", tick("2026-03-02T00:50:00Z", 4, "Asia/Kathmandu"));

const shifts = [ // as fv_geo_from_wgs84() gives them
	[312304000, 1214737000, 312284577, 1214782231],
	[399042000, 1164074000, 399056033, 1164136423],
	[231291000, 1132644000, 231264233, 1132697296],
	[518000000, 100000, 518000000, 100000],
	[250330000, 1215654000, 250330000, 1215654000],
];
check(shifts.every(([lat, lon, toLat, toLon]) => {
	const [a, b] = m.toGcj02(lat / 1e7, lon / 1e7);
	return Math.abs(a * 1e7 - toLat) <= 1 && Math.abs(b * 1e7 - toLon) <= 1;
}), "a place is shifted for Chinese tiles as the library does, and not outside of China", shifts.map(([lat, lon]) => m.toGcj02(lat / 1e7, lon / 1e7)));
process.exit(failed ? 1 : 0);
