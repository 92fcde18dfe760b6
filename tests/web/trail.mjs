// Map, timeline and list of a day, a case's history, officers and agencies, as people use them.
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();
const PAGES = [
	["devices", "/devices", ".table"],
	["day", `/device/${house.dev}`, ".trail-list .table"],
	["long", `/device/${house.long}?day=2026-03-02`, ".trail-list .table"],
	["case", "/case/c-door", ".case-line"],
	["officer", `/officer/o1?day=${house.day}`, ".card .table"],
	["agency", `/agency/bank1?day=${house.day}`, ".table"],
	...(house.real ? [["real", `/device/${house.real}`, ".trail-list .table"]] : []),
];

async function go(page, path, wait) {
	await page.goto(`${house.url}/#${path}`);
	await page.locator(wait).first().waitFor();
	await page.waitForFunction(() => !document.querySelector(".busy"));
}

/** Pages in one language and size: a picture, whether it fits, and with `isDeep` axe. */
async function look(lang, size, pages, isDeep) {
	const page = await open(browser, { lang, size });
	await login(page, house.url, house.person, house.password);
	const serious = [], wide = [];
	for (const [name, path, wait] of pages) {
		await go(page, path, wait);
		await shot(page, `trail-${name}-${lang}-${size.width}`);
		if (isDeep) serious.push(...(await axe(page)).map((f) => `${name}: ${f}`));
		if (!(await fits(page))) wide.push(name);
		const raw = await page.evaluate(() => /\b(trail|error|verdict)\.[a-z]+\.?[a-z]*/.exec(document.body.innerText)?.[0]);
		if (raw) serious.push(`${name}: a word is missing: ${raw}`);
	}
	check(serious.length === 0, `${isDeep ? "axe has no serious finding and " : ""}no word is missing (${lang}, ${size.width})`, serious.join("; "));
	check(wide.length === 0, `every page of the trail fits ${size.width} pixels (${lang})`, wide.join(" "));
	check(page.complaints.length === 0, `nothing failed in the page and it asked no other host (${lang}, ${size.width})`, page.complaints.join("; "));
	await page.context().close();
}

/** A day of 28,800 fixes, from the click to the picture. */
async function drawTime(page) {
	const took = [await drawOnce(page), await drawOnce(page)];
	const [draw, whole] = took.sort((a, b) => a[0] - b[0])[0];
	check(draw < 1000, `a day of 28,800 fixes is decoded and drawn in under a second (${draw.toFixed(0)} ms; from the click ${whole.toFixed(0)} ms)`, draw);
	const again = await page.evaluate(async () => {
		const box = document.querySelector(".trail-map-box");
		const start = performance.now();
		for (let i = 0; i < 10; i++) {
			box.dispatchEvent(new WheelEvent("wheel", { deltaY: i % 2 ? 120 : -120, bubbles: true, cancelable: true, clientX: 300, clientY: 400 }));
			await new Promise(requestAnimationFrame);
		}
		return (performance.now() - start) / 10;
	});
	check(again < 250, `the map keeps up while it is moved (${again.toFixed(0)} ms a frame)`);
}

async function drawOnce(page) {
	await go(page, "/devices", ".table");
	await page.evaluate(() => performance.clearMeasures());
	const from = await page.evaluate(() => performance.now());
	await page.evaluate((to) => { location.hash = to; }, `/device/${house.long}?day=2026-03-02`);
	await page.waitForFunction(() => performance.getEntriesByName("trail-draw").length > 0);
	return page.evaluate((start) => {
		const m = performance.getEntriesByName("trail-draw").pop();
		return [m.duration, m.startTime + m.duration - start];
	}, from);
}

/** Is there, within some seconds, that much ink of that colour on the map? */
function inked(page, colour, least) {
	return page.waitForFunction(([r, g, b, least]) => {
		const c = document.querySelector(".trail-canvas");
		const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
		let n = 0;
		for (let i = 0; i < d.length; i += 4)
			if (Math.abs(d[i] - r) < 12 && Math.abs(d[i + 1] - g) < 12 && Math.abs(d[i + 2] - b) < 12) n++;
		return n > least;
	}, [...colour, least]).then(() => true, () => false);
}

async function use(page) {
	await go(page, `/device/${house.dev}`, ".trail-list .table");
	check(await inked(page, [60, 110, 128], 50), "the track is on the map");
	const details = page.locator(".trail-details");
	// From the list to map and timeline; the pointer rests wherever it was.
	const row = page.locator(".trail-row", { hasText: "c-door" }).first();
	await row.focus();
	await page.locator(".lane-visit .hover").waitFor();
	await page.waitForFunction(() => document.querySelector(".trail-details").innerText.includes("c-door"));
	check((await details.innerText()).includes("c-door"), "what has the focus in the list is marked on the timeline and told in words");
	await row.press("Enter");
	await page.locator(".lane-visit .chosen").waitFor();
	check(await inked(page, [11, 99, 206], 20), "what is chosen in the list is marked on the map");
	check(/perhaps a replay/.test(await details.innerText()), "a plausibility mark stands in words beside its stamp");
	check(/Etc\/GMT/.test(await details.innerText()), "times stand in the visit's zone, which is named");
	// From the timeline to the map.
	const lane = await page.locator(".lane-track .bar").first().boundingBox();
	await page.mouse.move(lane.x + lane.width / 2, lane.y + 5);
	await page.waitForFunction(() => /Fix of the track/.test(document.querySelector(".trail-details").innerText));
	check(true, "pointing at the timeline marks the fix of that time");
	// From the map to the words.
	const fix = await page.evaluate(() => document.querySelector(".trail-details").innerText);
	check(/m or better/.test(fix) && /about 1 m|about 0\.1 m/.test(fix), "a fix says how well it is known and how coarse it is kept", fix);
	const map = await page.locator(".trail-map-box").boundingBox();
	let found = false;
	for (let y = 10; y < map.height && !found; y += 16)
		for (let x = 10; x < map.width && !found; x += 16) {
			await page.mouse.move(map.x + x, map.y + y);
			found = await page.evaluate(() => document.querySelectorAll(".trail-lanes .hover").length > 0);
		}
	check(found, "pointing at the map marks the same thing on the timeline");
	await page.mouse.move(2, 2);
	await playback(page);
	await keyboard(page);
	check((await page.locator(".trail-head").innerText()).includes("no live following"), "the page says that there is no live following and until when it shows");
}

async function playback(page) {
	const slider = page.locator(".trail-slider");
	await page.locator(".trail-player select").selectOption("1200");
	const before = +(await slider.inputValue());
	await page.locator(".trail-player .main").click();
	await page.waitForFunction((t) => +document.querySelector(".trail-slider").value > t + 60000, before);
	await page.locator(".trail-player .main").click();
	check(true, "a day can be played and paused");
	// Into the gap: there is no position, and its reason is said.
	const gap = await page.evaluate(() => {
		const bars = [...document.querySelectorAll(".lane-gap .bar")].map((b) => b.getBoundingClientRect());
		const widest = bars.sort((a, b) => b.width - a.width)[0], lanes = document.querySelector(".trail-lanes").getBoundingClientRect();
		const s = document.querySelector(".trail-slider");
		return +s.min + ((widest.x + widest.width / 2 - lanes.x) / lanes.width) * (s.max - s.min);
	});
	await slider.evaluate((s, at) => { s.value = at; s.dispatchEvent(new Event("input", { bubbles: true })); }, gap);
	await page.waitForFunction(() => /gap:/.test(document.querySelector(".trail-slider").getAttribute("aria-valuetext")));
	check(await page.locator(".lane-gap .chosen").count() === 1, "inside a gap no position is shown, but the gap and its reason");
	await shot(page, "trail-gap-en-1280");
}

async function keyboard(page) {
	const slider = page.locator(".trail-slider");
	await slider.focus();
	const at = +(await slider.inputValue());
	await page.keyboard.press("ArrowRight");
	check(+(await slider.inputValue()) > at, "the keyboard moves the time");
	await page.locator("h1").click();
	await page.keyboard.press("[");
	await page.locator(".trail-lanes .chosen").first().waitFor();
	check(true, "a key goes from one item to the next");
}

async function casePage(page) {
	await go(page, "/case/c-door", ".case-line");
	check(await page.locator(".case-line .window").count() >= 2, "a case shows the window of each rule that counted");
	check(await page.locator(".case-line .point.counted").count() >= 2, "what a window counted is marked on the timeline");
	const text = await page.locator(".trail-windows").innerText();
	check(/2 of at most 1/.test(text) && /house-visits-1d/.test(text), "a window says how many of how many, and by which rule", text);
	await page.locator("a", { hasText: /^visit$/ }).first().click();
	await page.waitForFunction(() => location.hash.startsWith("#/visit/v-"));
	check(true, "a verdict of a visit leads to the visit");
}

const page = await open(browser, { lang: "en", size: WIDE });
await login(page, house.url, house.person, house.password);
await drawTime(page);
await use(page);
await casePage(page);
check(page.complaints.length === 0, "nothing failed in the page while it was used", page.complaints.join("; "));
await page.context().close();
await Promise.all([look("en", WIDE, PAGES, true), look("zh", NARROW, PAGES, true)]);
await Promise.all([look("zh", WIDE, PAGES.slice(1, 5), false), look("en", NARROW, PAGES.slice(1, 5), false)]);
await end(browser);
