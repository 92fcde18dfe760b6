// Reports, the answer to a regulator, exports and proofs as people use them.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { give } from "./keyring.mjs";
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const shots = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "build", "shots");
const browser = await launch();
const answer = `${house.url}/#/report/answer?case=${encodeURIComponent(house.case)}`;

async function looksGood(page, name, lang, size) {
	await shot(page, `proof-${name}-${lang}-${size.width}`);
	const found = await axe(page);
	check(found.length === 0, `axe has no serious finding on ${name} (${lang}, ${size.width})`, found.join("; "));
	check(await fits(page), `${name} fits ${size.width} pixels (${lang})`);
}

async function theAnswer(lang, size) {
	const page = await open(browser, { lang, size });
	await login(page, house.url, house.person, house.password);
	await page.goto(answer);
	await page.locator(".answer .contact").first().waitFor();
	const text = await page.locator(".answer article").innerText();
	check((await page.locator(".answer .contact").count()) === 5, `the answer has each of the five contacts (${lang})`);
	check(text.includes(house.visit) && text.includes("k-1") && text.includes(house.evil) && text.includes("Etc/GMT"),
		`with who came, shown as text, and the zone named (${lang})`);
	check(!/proof\.[a-z]/.test(text) && (lang === "en" ? !/[\u4e00-\u9fff]/.test(text.replace(/、/g, "")) : /[\u4e00-\u9fff]{20}|完整性说明/.test(text)),
		`every word of it is in the language of the page (${lang})`, (text.match(/proof\.[a-z.]+|[\u4e00-\u9fff]+/) ?? [""])[0]);
	await looksGood(page, "answer", lang, size);
	if (size === WIDE) {
		const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
		writeFileSync(join(shots, `proof-answer-${lang}.pdf`), pdf);
		check(pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 20000, `it prints as a PDF (${lang})`, pdf.length);
		if (existsSync("/usr/bin/pdftotext")) {
			const printed = execFileSync("/usr/bin/pdftotext", ["-layout", join(shots, `proof-answer-${lang}.pdf`), "-"]).toString();
			check(printed.includes("k-3") && !printed.includes(lang === "en" ? "Sign out" : "退出登录") && /\b1 ?\/ ?\d/.test(printed),
				`the print has every contact and page numbers, and no menu (${lang})`, printed.slice(0, 300));
		}
	}
	check(page.complaints.length === 0, `nothing failed in the page (${lang}, ${size.width})`, page.complaints.join("; "));
	return page;
}

async function reports(page, lang, size) {
	await page.goto(`${house.url}/#/report/day?date=${house.day}`);
	await page.locator(".report table").first().waitFor();
	check((await page.locator(".report table").count()) === 2, `a day's report counts by officer and lists its contacts (${lang})`);
	await looksGood(page, "day", lang, size);
	await page.locator(".spans button").nth(2).click();
	await page.locator(".report h1").filter({ hasText: house.day.slice(0, 8) + "01" }).waitFor();
	await page.locator(".report table").first().waitFor();
	check(true, `one press makes it a month's (${lang})`);
	await looksGood(page, "month", lang, size);
}

async function exports(page, lang, size) {
	await page.goto(`${house.url}/#/exports`);
	await page.locator("h1").waitFor();
	await page.locator('input[size="12"]').nth(1).fill("o1");
	await looksGood(page, "exports", lang, size);
	const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("a.button.main").first().click()]);
	check(saved.suggestedFilename() === "visits.csv", `the CSV is saved under its name (${lang})`, saved.suggestedFilename());
}

async function proof(page) {
	await page.goto(`${house.url}/#/exports`);
	await page.locator(".card").nth(1).locator("input").fill(house.case);
	const link = page.locator(".card").nth(1).locator("a", { hasText: "tar" });
	const [saved] = await Promise.all([page.waitForEvent("download"), link.click()]);
	await saved.saveAs(join(house.folder, "browser.tar"));
	check(saved.suggestedFilename() === `${house.case}.tar`, "the proof of a case is saved from the page", saved.suggestedFilename());
}

/** The table with what is sealed, and the borrower's copy, with the supervisor's key. */
async function sealed(lang, size) {
	const page = await open(browser, { lang, size });
	await login(page, house.url, house.person, house.password);
	await page.goto(`${house.url}/#/exports`);
	await page.locator('.card input[size="12"]').nth(2).fill(house.case);
	await page.locator(".card button").first().click();
	await give(page, join(house.keys, "supervisor.key"), readFileSync(join(house.keys, "passphrase"), "utf8").trim());
	const saved = await page.waitForEvent("download");
	await saved.saveAs(join(house.folder, "sealed.csv"));
	check(saved.suggestedFilename() === "sealed.csv", "a table with what is sealed is opened and saved in the browser", saved.suggestedFilename());
	await looksGood(page, "sealed", lang, size);
	await page.evaluate((id) => { location.hash = `/report/access/${id}`; }, house.case);
	await page.locator(".answer button.main").click();
	await page.locator(".answer .note-text").first().waitFor();
	const text = await page.locator(".answer article").innerText();
	check(text.includes(house.note) && text.includes("Planted-Wang") && text.includes("2027-01-05"), `a borrower's copy shows his card and the notes about him (${lang})`, text.slice(0, 300));
	check((await page.locator(".answer .note-text").count()) === 2, "but not what was noted of talking with somebody else");
	await looksGood(page, "access", lang, size);
	check(page.complaints.length === 0, `nothing failed with the key open (${lang})`, page.complaints.join("; "));
	await page.context().close();
}

const wide = await theAnswer("en", WIDE);
await reports(wide, "en", WIDE);
await exports(wide, "en", WIDE);
await proof(wide);
await wide.context().close();
const narrow = await theAnswer("zh", NARROW);
await reports(narrow, "zh", NARROW);
await exports(narrow, "zh", NARROW);
await narrow.context().close();
await (await theAnswer("zh", WIDE)).context().close();
await sealed("en", WIDE);
await end(browser);
