// What the tests in a browser share: start it, sign in, keep a picture, say what was proved.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(join(top, "sync-server", "web", "package.json"));
const { chromium } = require("playwright-core");

const SHOTS = join(top, "build", "shots");
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };
let failed = 0, passed = 0;

/** Say what was proved: "ok - SENTENCE", or "not ok - SENTENCE: DETAIL". */
export function check(claim, sentence, detail = "") {
	console.log(`${claim ? "ok" : "not ok"} - ${sentence}${claim || !detail ? "" : `: ${detail}`}`);
	if (claim) passed++;
	else failed++;
	return Boolean(claim);
}

/** Debian's Chromium, headless.  Close it. */
export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--autoplay-policy=document-user-activation-required", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync"],
	});
}

/** A page of its own session: language "en" or "zh", size WIDE or NARROW.  What the page writes to
 * its console as an error, and what it asks of another host, is in page.complaints. */
export async function open(browser, { lang = "en", size = WIDE, ...more } = {}) {
	const context = await browser.newContext({ viewport: size, locale: lang === "zh" ? "zh-CN" : "en-GB", ...more });
	const page = await context.newPage();
	page.setDefaultTimeout(30000); // a machine that does other work too
	page.complaints = [];
	page.on("pageerror", (error) => page.complaints.push(String(error)));
	page.on("console", (message) => {
		// A problem that the page shows in words is also a line of the browser's own.
		if (message.type() === "error" && !/the server responded with a status of 4/.test(message.text()))
			page.complaints.push(message.text());
	});
	page.on("request", (request) => {
		const to = new URL(request.url());
		if (!["localhost", "127.0.0.1", ""].includes(to.hostname)) page.complaints.push(`asked ${to.host}`);
	});
	return page;
}

/** Sign in as a person does; `url` is the desk's address. */
export async function login(page, url, id, password) {
	await page.goto(`${url}/#/login`);
	await page.locator('input[name="username"]').fill(id);
	await page.locator('input[name="password"]').fill(password);
	await page.locator('form button[type="submit"]').click();
	await page.locator(".me .who").waitFor();
}

/** A picture of the whole page in build/shots/. */
export async function shot(page, name) {
	mkdirSync(SHOTS, { recursive: true });
	await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/** Serious findings of axe-core on the page of now, as "rule: target". */
export async function axe(page) {
	await page.evaluate(require("node:fs").readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
	const found = await page.evaluate(() => window.axe.run());
	return found.violations.filter((v) => ["serious", "critical"].includes(v.impact))
		.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}`));
}

/** True when nothing of the page stands out of the window sideways. */
export function fits(page) {
	return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

/** End the test with the exit code of what was checked. */
export async function end(browser) {
	await browser.close();
	process.exit(failed || !passed ? 1 : 0);
}
