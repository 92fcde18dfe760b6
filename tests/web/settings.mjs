// Settings in a browser: what is in force for whom, a change that is said in words and signed with
// the supervisor's key, who reads only, and how the page looks.
import { writeFileSync, readFileSync } from "node:fs";
import { give } from "./keyring.mjs";
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();

/** Ask something of the handhelds and of the command line. */
function ask(what) {
	writeFileSync(house.asked, what);
	const said = JSON.parse(readFileSync(house.answers, "utf8"));
	if (said.error) throw new Error(said.error);
	return said;
}

async function begin(person, more = {}) {
	const page = await open(browser, more);
	await login(page, house.url, person, `a password of ${person}`);
	await go(page);
	return page;
}

async function go(page, query = "") {
	await page.goto("about:blank");
	await page.goto(`${house.url}/#/settings${query}`);
	await page.locator("#in-force").waitFor();
	await page.waitForFunction(() => !document.querySelector(".busy"));
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const box = (page, name) => page.locator(".set", { has: page.locator(`code:text-is("${name}")`) });
const row = (page, name) => page.locator("tr", { has: page.locator(`code:text-is("${name}")`) });

/** A row, once it shows this. */
async function shows(page, name, text) {
	const at = row(page, name).filter({ hasText: text });
	await at.waitFor();
	return at.innerText();
}

/** Tick a setting and give it a value. */
async function set(page, name, value) {
	await box(page, name).locator('input[type="checkbox"]').check();
	const field = box(page, name).locator('input:not([type="checkbox"]), select');
	if (await field.evaluate((e) => e.tagName) === "SELECT") await field.selectOption(value);
	else await field.fill(value);
}

async function sign(page, asks) {
	await button(page, "Sign and put in force").click();
	if (asks) await give(page, house.key, house.passphrase);
	await page.locator("#in-force").waitFor({ timeout: 20000 });
}

async function everybody(page) {
	await button(page, "Change").click();
	await page.locator("#edit").waitFor();
	check(await button(page, "Sign and put in force").isDisabled(), "nothing can be signed before something is changed");
	await set(page, "lock.after_s", "4");
	check((await box(page, "lock.after_s").innerText()).includes("from 5 to 86400") && await button(page, "Sign and put in force").isDisabled(),
		"a value out of its range is refused with its rule, and not signed");
	await shot(page, "settings-unfit-en-1280");
	await set(page, "lock.after_s", "600");
	await set(page, "ui.languages", "zh");
	const words = await page.locator(".preview").innerText();
	check(/Case cards are locked after: 900 s \(default\) → 600 s/.test(words) && /Screens: languages: any.*→ Chinese/.test(words),
		"what a change does is said in words before it is signed", words);
	await shot(page, "settings-preview-en-1280");
	await sign(page, true);
	const text = await shows(page, "lock.after_s", "600 s");
	check(/600 s/.test(text) && /every handheld/.test(text), "what is signed with the supervisor's key is in force", text);
	const phone = ask("sync one");
	check(phone["lock.after_s"] === 600 && phone["ui.languages"] === "zh", "and on the handheld after its next sync", JSON.stringify(phone));
}

async function narrower(page) {
	await page.getByLabel("For whom").selectOption({ label: "agency east" });
	await button(page, "Change").click();
	await page.locator("#edit").waitFor();
	check(await box(page, "complaint.days").count() === 0, "what is the server's own is not offered for an agency");
	await set(page, "slip.name", "East Firm <b>");
	await sign(page, false);
	const own = await shows(page, "slip.name", "East Firm <b>");
	check(own.includes("the agency"), "an agency's own goes before everybody's", own);
	await shot(page, "settings-agency-en-1280");
	await go(page, `?device=${house.two}&agency=east`);
	await button(page, "Change").click();
	await set(page, "gps.low_s", "60");
	await sign(page, true);
	check(ask("sync two")["gps.low_s"] === 60 && ask("values two")["slip.name"] === "East Firm <b>" && ask("values one")["slip.name"] === "",
		"one handheld has its own, its agency's, and what is everybody's");
	ask("record two");
	await go(page, `?device=${house.two}&agency=east`);
	const having = await page.locator("section", { has: page.locator("#having") }).innerText();
	check(/yes, version 3/.test(having) && /version 1 is signed|yes, version 1/.test(having), "the page says which handhelds have what is for them", having);
	await button(page, "Change").click();
	await box(page, "gps.low_s").locator('input[type="checkbox"]').uncheck();
	check((await page.locator(".preview").innerText()).includes("→ 30 s (default)"), "what is taken back is said too", await page.locator(".preview").innerText());
	await sign(page, true);
	await shot(page, "settings-device-en-1280");
	check(page.complaints.length === 0, "nothing failed in the page, and no other host was asked", page.complaints.join("; "));
}

async function readers() {
	for (const person of ["root", "law", "mia"]) {
		const page = await begin(person);
		const text = await page.locator("main").innerText();
		check(await button(page, "Change").count() === 0 && text.includes("600 s") && (await axe(page)).length === 0,
			`${person} reads what is in force and is not offered to change it`);
		if (person === "mia") check(!text.includes(house.one.slice(0, 4)) && text.includes("agency east"), "a manager sees his own agency's texts and handhelds");
		await page.context().close();
	}
}

async function look(lang, size) {
	const page = await begin("supervisor", { lang, size });
	const faults = [];
	const looks = async (name) => {
		await shot(page, `settings-${name}-${lang}-${size.width}`);
		faults.push(...(await axe(page)).map((f) => `${name}: ${f}`));
		if (!(await fits(page))) faults.push(`${name}: too wide`);
		const raw = await page.evaluate(() => /\b(settings|shell|error|notes)\.(of|unit|col|from|rule|has)\.[a-z_.]+/.exec(document.body.innerText)?.[0]);
		if (raw) faults.push(`${name}: a word is missing: ${raw}`);
	};
	await looks("all");
	await page.locator(".sieve button.main").click();
	await page.locator("#edit").waitFor();
	await box(page, "slip.name").locator('input[type="checkbox"]').check();
	await box(page, "lock.after_s").locator('input[type="checkbox"]').uncheck();
	await looks("edit");
	if (lang === "zh" && !/[\u4e00-\u9fff]/.test(await page.locator(".preview").innerText())) faults.push("no Chinese");
	check(faults.length === 0, `settings: axe finds nothing serious, all fits, every word is there (${lang}, ${size.width})`, faults.join("; "));
	await page.context().close();
}

const page = await begin("supervisor");
await everybody(page);
await narrower(page);
await page.context().close();
await readers();
await look("en", WIDE);
await look("en", NARROW);
await look("zh", NARROW);
await end(browser);
