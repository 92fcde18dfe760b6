// Goal of this test: a supervisor reads sealed things in his browser with his key, and is told in
// different words why he cannot.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { give, notes, openNote, refusal, row } from "./keyring.mjs";
import { NARROW, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const passphrase = readFileSync(join(house.keys, "passphrase"), "utf8").trim();
const KEY = join(house.keys, "supervisor.key");
const browser = await launch();

/** A change of the store behind the server's back, as a fault or an intruder would make it. */
function store(sql) {
	const program = "import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1],timeout=20)\n" +
		"db.create_function('flip',1,lambda b:b[:40]+bytes([b[40]^1])+b[41:])\nfor s in sys.argv[2].split(';;'): db.execute(s)\ndb.commit()";
	execFileSync("python3", ["-c", program, join(house.data, "fieldvisit.db"), sql]);
}
const CAPSULES = `kind = 3 AND seq = ${house.seq}`;
const PIECE = `kind = 5 AND seq = ${house.photo} AND total > 16400`;

async function read() {
	const page = await open(browser);
	await page.clock.install();
	await login(page, house.url, "supervisor", "a password of supervisor");
	await notes(page, house);
	await openNote(page);
	await shot(page, "notes-unlock-en");
	await give(page, KEY, "not the passphrase");
	await page.locator("dialog .field.wrong").waitFor();
	check((await page.locator("dialog .field.wrong .hint").innerText()).includes("does not open this key file"), "a wrong passphrase says so, and that nobody can reset it");
	await give(page, null, passphrase);
	await page.locator("pre.opened").waitFor();
	check((await page.locator("pre.opened").innerText()).trim() === house.note, "the note is read in the browser with the supervisor's key");
	check(/recorded in the ledger \(entry \d+\)/.test(await row(page, 0).innerText()), "and the page says that opening it is recorded, and where");
	await attachments(page);
	await shot(page, "notes-open-en");
	const serious = await axe(page);
	check(serious.length === 0, "the opened notes have no serious finding of axe-core", serious.join("; "));
	await page.setViewportSize(NARROW);
	check(await fits(page), "and fit a window of 360 px");
	await shot(page, "notes-open-en-360");
	await page.locator(".head .me button.plain").first().click();
	await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
	await shot(page, "notes-zh-360");
	await openNote(page);
	await page.locator("pre.opened").waitFor();
	await page.clock.fastForward(14 * 60_000);
	check(await page.locator("pre.opened").isVisible(), "an opened note stays for a quarter of an hour");
	await page.clock.fastForward(61_000);
	await page.locator(".keybar").waitFor({ state: "detached" });
	check((await page.locator("pre.opened").count()) === 0, "then the key is locked, and what it opened is gone from the page");
	await openNote(page);
	await give(page, null, passphrase);
	await page.locator("pre.opened").waitFor();
	await page.locator(".keybar button").click();
	check((await page.locator(".keybar").count()) === 0 && (await page.locator("pre.opened").count()) === 0, "both go by one press");
	check(page.complaints.length === 0, "no error, and nothing asked of another host", page.complaints.join("; "));
	await page.context().close();
}

async function attachments(page) {
	await row(page, 1).locator("button.main").click();
	await page.locator(".attached-image").waitFor();
	await page.waitForFunction(() => document.querySelector(".attached-image").naturalWidth > 0);
	check(true, "a photo is opened piece by piece and shown");
	const [download] = await Promise.all([page.waitForEvent("download"), row(page, 1).getByRole("button", { name: "Download" }).click()]);
	const bytes = readFileSync(await download.path());
	check(bytes.length > 40000 && !bytes.includes(house.exif), "what is downloaded lacks the EXIF that the photo has", bytes.length);
	await row(page, 2).locator("button.main").click();
	await page.locator("audio").waitFor();
	await page.waitForFunction(() => document.querySelector("audio").duration > 1.9);
	await page.evaluate(() => document.querySelector("audio").play());
	check(await page.evaluate(() => !document.querySelector("audio").paused), "a recording plays");
}

async function refusals() {
	const page = await open(browser);
	await login(page, house.url, "supervisor", "a password of supervisor");
	await notes(page, house);
	await openNote(page);
	await give(page, house.spare, passphrase);
	check((await refusal(page)).includes("not sealed to this key"), "a wrong key is told that the note is not sealed to it");
	await page.locator(".keybar button").click();

	store(`UPDATE blob SET data = flip(data) WHERE ${CAPSULES}`);
	await openNote(page);
	await give(page, KEY, passphrase);
	check((await refusal(page)).startsWith("Bad commitment"), "capsules altered in the store are a bad commitment, and nothing is shown");
	await shot(page, "notes-refused-en");
	store(`CREATE TABLE kept AS SELECT * FROM blob WHERE ${CAPSULES};;DELETE FROM blob WHERE ${CAPSULES}`);
	await notes(page, house);
	await openNote(page);
	await give(page, KEY, passphrase);
	check((await refusal(page)).startsWith("Erased") && (await row(page, 0).innerText()).includes("erased"), "a note whose capsules were deleted is said to be erased");
	store(`INSERT INTO blob SELECT * FROM kept;;DROP TABLE kept;;UPDATE blob SET data = flip(data) WHERE ${CAPSULES}`);
	store(`UPDATE blob SET data = flip(data) WHERE ${PIECE}`);
	await row(page, 1).locator("button.main").click();
	check(/piece \d+ of \d+/.test(await refusal(page, 1)), "an altered piece of an attachment is named, and nothing of it is shown");
	store(`UPDATE blob SET data = flip(data) WHERE ${PIECE}`);
	check(page.complaints.length === 0, "refusals are words, no errors of the page", page.complaints.join("; "));
	await page.context().close();
}

await read();
await refusals();
await end(browser);
