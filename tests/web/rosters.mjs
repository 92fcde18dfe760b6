// Goal of this test: keys are made in the browser, put on a roster by signatures, lost, and handed
// on; a server without a roster gets its first one here.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { give, notes, openNote, refusal } from "./keyring.mjs";
import { NARROW, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const passphrase = readFileSync(join(house.keys, "passphrase"), "utf8").trim();
const KEY = join(house.keys, "supervisor.key");
const BOS = "a passphrase of bo's own";
const browser = await launch();
let made = 0;

async function makeKey(page, words, teams = "team2") {
	await page.getByRole("button", { name: "Make or bring a key" }).click();
	await page.locator('input[name="new-password"]').fill(words);
	await page.locator('input[name="new-password-again"]').fill(words);
	await page.getByRole("button", { name: "Make the key" }).click();
	await page.getByRole("button", { name: "Download the key file" }).waitFor();
	const propose = page.getByRole("button", { name: "Put its public half on the next roster" });
	const wasBarred = await propose.isDisabled();
	const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the key file" }).click()]);
	const stillBarred = await propose.isDisabled();
	await page.getByRole("checkbox", { name: "I have saved it" }).check();
	const file = join(house.folder, `made-${++made}.key`);
	writeFileSync(file, readFileSync(await download.path()), { mode: 0o600 });
	await page.getByRole("textbox", { name: "Teams" }).fill(teams);
	await propose.click();
	await page.getByText("being drawn up").first().waitFor();
	return { file, isBarred: wasBarred && stillBarred };
}

async function keysPage(person) {
	const page = await open(browser);
	await login(page, house.url, person, `a password of ${person}`);
	await page.goto(`${house.url}/#/keys`);
	await page.locator("#roster").waitFor();
	return page;
}

async function reload(page) {
	await page.reload();
	await page.locator("#roster").waitFor();
}

async function signDraft(page) {
	await reload(page);
	await page.getByRole("button", { name: "Sign with my key" }).click();
	await give(page, KEY, passphrase);
	await page.getByText("The roster is in force.").waitFor();
}

async function rewrapTo(page, id) {
	await page.locator("#rewrap").waitFor();
	await page.getByRole("combobox", { name: "To" }).selectOption(id);
	await page.getByRole("button", { name: "Re-wrap", exact: true }).click();
	await page.locator(".progress").waitFor();
	await page.waitForFunction(() => /3\/3/.test(document.querySelector(".progress")?.textContent ?? ""));
}

async function keys() {
	const boss = await keysPage("supervisor");
	const bo = await keysPage("bo");
	await shot(bo, "keys-none-en");
	const first = await makeKey(bo, BOS);
	check(first.isBarred, "a key made in the browser is proposed only after its wrapped file was saved");
	check(/^fieldvisit-key\/v1\nkind supervisor\nagency bank1\nid bo\n/.test(readFileSync(first.file, "utf8")), "the file that is saved is a key file");
	await reload(boss);
	await shot(boss, "keys-draft-en");
	check((await boss.locator(".changes").innerText()).includes("supervisor bo (team2)"), "the one who signs is shown what changes, read out of the text");
	await signDraft(boss);
	await reload(bo);
	check((await bo.locator("#mykey ~ p").first().innerText()).includes("You are on the roster"), "a supervisor signs the next roster in his browser");

	await notes(bo, house);
	await openNote(bo);
	await give(bo, null, BOS);
	check((await refusal(bo)).includes("not sealed to this key"), "who was not a reader when a note was written cannot open it");
	await rewrapTo(boss, "bo");
	await shot(boss, "keys-rewrap-en");
	await notes(bo, house);
	await openNote(bo);
	await give(bo, null, BOS);
	await bo.locator("pre.opened").waitFor();
	check((await bo.locator("pre.opened").innerText()).trim() === house.note, "a deputy of another team reads what a supervisor re-wrapped for him");

	const second = await open(browser, { lang: "zh" });
	await login(second, house.url, "bo", "a password of bo");
	await notes(second, house);
	await openNote(second);
	await give(second, first.file, BOS);
	await second.locator("pre.opened").waitFor();
	check(true, "on a second computer, or in an emptied browser, the saved file opens the same notes");
	await shot(second, "notes-open-zh");
	await second.context().close();
	await lost(boss, bo, first.file);
	await leaver(boss);
	for (const page of [boss, bo]) {
		check(page.complaints.length === 0, "the page of keys works without an error", page.complaints.join("; "));
		await page.context().close();
	}
}

async function lost(boss, bo, oldFile) {
	await bo.goto(`${house.url}/#/keys`);
	await bo.locator("#roster").waitFor();
	const next = await makeKey(bo, "another passphrase of bo");
	await signDraft(boss);
	await rewrapTo(boss, "bo");
	await notes(bo, house);
	await openNote(bo);
	await give(bo, next.file, "another passphrase of bo");
	await bo.locator("pre.opened").waitFor();
	check(readFileSync(next.file, "utf8") !== readFileSync(oldFile, "utf8"), "a forgotten passphrase: a new key, signed by another and re-wrapped for, reads the old notes");
}

async function leaver(boss) {
	await reload(boss);
	boss.once("dialog", (dialog) => dialog.accept());
	await boss.getByRole("row", { name: /bo/ }).getByRole("button", { name: "Take off" }).click();
	await boss.getByText("being drawn up").first().waitFor();
	await signDraft(boss);
	await boss.waitForFunction(() => !/\bbo\b/.test(document.querySelector("table")?.textContent ?? "bo"));
	check(true, "a supervisor who leaves is taken off the roster by a signed version");
	const serious = await axe(boss);
	check(serious.length === 0, "the page of keys has no serious finding of axe-core", serious.join("; "));
	await boss.setViewportSize(NARROW);
	check(await fits(boss), "and fits a window of 360 px");
	await shot(boss, "keys-en-360");
	await boss.locator(".head .me button.plain").first().click();
	await boss.waitForFunction(() => document.documentElement.lang === "zh-CN");
	await shot(boss, "keys-zh-360");
}

// -- the first roster of a new server -------------------------------------------------------------

async function add(page, file, teams) {
	if (!(await page.locator("details[open]").count())) await page.getByText("Propose a change").click();
	await page.getByLabel("Public key file").setInputFiles(file);
	if (teams) await page.getByRole("textbox", { name: "Teams" }).fill(teams);
	await page.locator("details .grid > div").first().getByRole("button", { name: "Add" }).click();
}

async function firstRun() {
	const page = await open(browser);
	await page.goto(house.link);
	await page.locator('input[name="new-password"]').fill("a password of anna");
	await page.locator('input[name="new-password-again"]').fill("a password of anna");
	await page.locator('form button[type="submit"]').click();
	await page.getByRole("heading", { name: "Keys and roster" }).waitFor();
	check(true, "after his first password a supervisor is led to his key");
	await page.getByText("There is no roster yet.").first().waitFor();
	await shot(page, "first-run-en");
	await makeKey(page, BOS, "team1");
	const signs = page.getByRole("button", { name: "Sign with my key" });
	await signs.click();
	await give(page, null, BOS);
	await page.locator(".refused").waitFor();
	check((await page.locator(".refused").innerText()).includes("no recovery key"), "a roster without an offline recovery key is not signed, and the page says why");
	await add(page, `${house.fresh}/recovery.key.pub`);
	await page.locator(".changes", { hasText: "recovery key" }).waitFor();
	await add(page, `${house.fresh}/auditor.key.pub`);
	await page.locator(".changes", { hasText: "auditor" }).waitFor();
	await signs.click();
	await page.getByText("The roster is in force.").waitFor();
	check(true, "with a recovery key and an auditor the first roster is signed and in force");
	await shot(page, "first-roster-en");
	check(page.complaints.length === 0, "the first run shows no error", page.complaints.join("; "));
	await page.context().close();
}

await keys();
await firstRun();
await end(browser);
