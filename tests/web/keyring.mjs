// What the browser tests of notes and of rosters share: a visit's notes, and the dialog that asks
// for a key.

/** Open the page of a visit's notes as if for the first time: no key is open. */
export async function notes(page, house) {
	await page.goto("about:blank");
	await page.goto(`${house.url}/#/notes/visit/${house.visit}`);
	await page.locator(".sealed-row").first().waitFor();
}

/** The row of a note or attachment. */
export const row = (page, at) => page.locator(".sealed-row").nth(at);

/** Answer the dialog that asks for a key. */
export async function give(page, file, words) {
	await page.locator('dialog input[type="password"]').waitFor();
	const which = page.locator("dialog select");
	if (file && (await which.count())) await which.selectOption("");
	if (file) await page.locator('dialog input[type="file"]').setInputFiles(file);
	await page.locator('dialog input[type="password"]').fill(words);
	await page.locator('dialog button[type="submit"]').click();
}

/** What the page says when it does not open one. */
export async function refusal(page, at = 0) {
	await row(page, at).locator(".refused").waitFor();
	return row(page, at).locator(".refused").innerText();
}

/** Press Open of the first. */
export async function openNote(page) {
	await row(page, 0).locator("button.main").click();
}
