// The borrower's pages without script, and the complaints inbox, as people use them.
import { readFileSync } from "node:fs";
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();
const SMALL = { width: 320, height: 640 };

/** axe-core needs script, which these pages may not run: their text is put into a page that may,
 * with the style sheet beside it. */
async function copied(page) {
	const content = (await page.content()).replace('<link rel="stylesheet" href="/style.css">', `<style>${house.style}</style>`);
	copy ??= await (await browser.newContext({ viewport: SMALL })).newPage();
	await copy.setContent(content);
	return copy;
}
let copy = null;

async function looksGood(page, name, lang, hasAxe = lang === "en") {
	await shot(page, `borrower-${name}-${lang}-320`);
	const able = await copied(page);
	check(await fits(able), `${name} fits 320 pixels (${lang})`);
	const found = hasAxe ? await axe(able) : [];
	if (hasAxe) check(found.length === 0, `axe has no serious finding on ${name} (${lang}, 320)`, found.join("; "));
}

async function borrower(lang) {
	const page = await open(browser, { lang, size: SMALL, javaScriptEnabled: false,
		extraHTTPHeaders: { "X-Forwarded-For": lang === "zh" ? "198.51.100.1" : "198.51.100.2" } });
	const url = house.public_url;
	await page.goto(url);
	await looksGood(page, "start", lang);
	await page.locator("#codeb").fill(house.credential);
	await page.locator('form[action="/b"] button').click();
	check(/(Entitled to visit today|今日可以上门)/.test(await page.locator("h1").innerText()), `a typed day code says who is at the door (${lang})`);
	await looksGood(page, "badge", lang);
	await page.goto(`${url}/b/ABCDEFGHIJKLMN23`);
	await looksGood(page, "badge-unknown", lang);
	await page.goto(`${url}/v/${house.slip}`);
	await looksGood(page, "visit", lang);
	await page.locator("ul.may a").nth(2).click();
	check(await page.locator('input[value="times"]').isChecked() && await page.locator("details").getAttribute("open") !== null,
		`a choice on the visit's page leads to its form, with days and hours open (${lang})`);
	await looksGood(page, "form", lang);
	await page.locator('input[name="from"]').fill("22:00");
	await page.locator('input[name="to"]').fill("06:00");
	await page.locator("textarea").fill("<b>Planted-Page</b> & more");
	await page.locator("form button").click();
	check(await page.locator('[role="alert"]').isVisible() && await page.locator("textarea").inputValue() === "<b>Planted-Page</b> & more",
		`a mistake is said, and nothing typed is lost (${lang})`);
	await looksGood(page, "form-wrong", lang);
	await page.locator('input[name="from"]').fill("06:00");
	await page.locator('input[name="to"]').fill("08:30");
	await page.locator("form button").click();
	check(/\/r\/[A-Z2-7]{16}/.test(page.url()), `sending leads to the receipt (${lang})`, page.url());
	await looksGood(page, "receipt", lang);
	const bytes = (await page.content()).length;
	check(bytes < 30000, `which is below 30 kB (${lang})`, bytes);
	await page.locator("header a").nth(1).click();
	check((await page.locator("html").getAttribute("lang")) === (lang === "zh" ? "en" : "zh-CN"), `and has a link to the other language (${lang})`);
	await page.goto(`${url}/complain`);
	await looksGood(page, "form-no-code", lang);
	await page.goto(`${url}/r/${house.receipt}`);
	await looksGood(page, "answered", lang);
	check((await page.locator(".answer").innerText()).includes("Planted-Answer"), `an answer is read at the receipt's page (${lang})`);
	await page.emulateMedia({ media: "print" });
	await shot(page, `borrower-print-${lang}`);
	check(page.complaints.length === 0, `nothing failed on the borrower's pages (${lang})`, page.complaints.join("; "));
	await page.context().close();
}

async function deskLooks(page, name, lang, size) {
	await shot(page, `care-${name}-${lang}-${size.width}`);
	const found = await axe(page);
	check(found.length === 0, `axe has no serious finding on the desk's ${name} (${lang}, ${size.width})`, found.join("; "));
	check(await fits(page), `the desk's ${name} fits ${size.width} pixels (${lang})`);
	const left = (await page.locator("main").innerText()).match(/care\.[a-z.]+/);
	check(!left, `every word of ${name} is there (${lang})`, left);
}

async function unlock(page) {
	await page.locator('dialog input[type="file"]').setInputFiles(house.key);
	await page.locator('dialog input[type="password"]').fill(readFileSync(house.passphrase, "utf8").trim());
	await page.locator('dialog button[type="submit"]').click();
}

async function desk(lang, size, id) {
	const page = await open(browser, { lang, size });
	await login(page, house.url, house.person, house.password);
	await page.goto(`${house.url}/#/complaints`);
	await page.locator(".table .opens").first().waitFor();
	await deskLooks(page, "inbox", lang, size);
	await page.goto(`${house.url}/#/complaint/${id}`);
	await page.locator("section.card button.main").click();
	await unlock(page);
	await page.locator(".care-words").waitFor({ timeout: 20000 });
	const words = await page.locator(".care-words").innerText();
	check(words.includes("Planted-Words") && words.includes("<i>tag</i>"), `the key opens the borrower's words in the page, as text (${lang})`, words);
	await page.locator('select[name="decision"]').selectOption("partly");
	await page.locator('select[name="reason"]').selectOption("officer_reminded");
	await page.locator('textarea[name="text"]').fill("We are sorry.\nIt will not happen again.");
	check((await page.locator(".care-preview").innerText()).includes("It will not happen again."), `what the borrower will see is shown before it is sent (${lang})`);
	await deskLooks(page, "complaint", lang, size);
	await page.locator('form button[type="submit"]').click();
	await page.locator("form").waitFor({ state: "detached" });
	await deskLooks(page, "decided", lang, size);
	await page.goto(`${house.url}/#/complaints?state=answered`);
	await page.locator(`a[href="#/complaint/${id}"]`).first().waitFor();
	check(true, `an answered complaint is in its list (${lang})`);
	await page.goto(`${house.url}/#/case/case-77`);
	await page.locator(`.care-list a[href="#/complaint/${id}"]`).waitFor();
	check(true, `and on its case's page (${lang})`);
	check(page.complaints.length === 0, `nothing failed at the desk (${lang}, ${size.width})`, page.complaints.join("; "));
	await page.context().close();
}

await borrower("en");
await borrower("zh");
await desk("en", WIDE, house.complaints[0]);
await desk("zh", NARROW, house.complaints[1]);
await end(browser);
