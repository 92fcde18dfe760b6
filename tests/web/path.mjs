// The supervisor's first morning: from the login page to the proof, actions counted.
import { NARROW, WIDE, check, end, launch, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const ACTIONS_MAX = 14;
const browser = await launch();

/** The same steps in each language; `words` are what the person looks for. */
async function morning(lang, size, words, isFirst) {
	const page = await open(browser, { lang, size, acceptDownloads: true });
	let actions = 0;
	const act = async (fn) => { await fn(); actions++; };
	const see = async (name) => { if (isFirst || size === NARROW) await shot(page, `path-${name}-${lang}-${size.width}`); };

	await page.goto(house.url); // the bookmark; nothing else is typed as an address
	await page.locator('input[name="username"]').waitFor();
	await act(() => page.locator('input[name="username"]').fill(house.person));
	await act(() => page.locator('input[name="password"]').fill(house.password));
	await act(() => page.locator('form button[type="submit"]').click());
	await page.getByRole("heading", { level: 1, name: words.home }).waitFor();
	await see("home");
	await act(() => page.getByRole("link", { name: words.fails }).click());
	await page.locator("table .opens").first().waitFor();
	await see("queue");
	await act(() => page.locator("table .opens a").first().click());
	await page.locator(".finding").first().waitFor();
	const why = await page.locator(".finding").first().innerText();
	check(/22:\d\d/.test(why) && why.includes("Etc/GMT"), `he reads when it was, and in which zone (${lang})`, why);
	check(words.source.test(why), `and where the rule stands and how sure that is (${lang})`, why);
	await see("visit");

	await act(() => page.getByRole("button", { name: words.open }).first().click());
	await act(() => page.locator('dialog input[type="file"]').setInputFiles(house.key));
	await act(() => page.locator('dialog input[type="password"]').fill(house.passphrase));
	await act(() => page.locator('dialog button[type="submit"]').click());
	await page.getByText(house.note).waitFor({ timeout: 30000 });
	check(true, `the note is opened in the page (${lang})`);
	await see("note");

	if (isFirst) {
		await act(() => page.locator(".finding").first().getByRole("button", { name: words.uphold }).click());
		await act(() => page.locator("dialog select, dialog input[type=radio]").first().evaluate((at) => {
			if (at.tagName === "SELECT") at.selectedIndex = 1;
			else at.checked = true;
			at.dispatchEvent(new Event("change", { bubbles: true }));
			at.dispatchEvent(new Event("input", { bubbles: true }));
		}));
		await act(() => page.locator('dialog button[type="submit"]').click());
		await page.getByText(words.upheld).first().waitFor({ timeout: 20000 });
		check(true, `he upholds it with a reason (${lang})`);
	}
	await page.getByRole("button", { name: words.answer }).first().click();
	await page.getByText(house.answer).waitFor();
	check(true, `what the officer answered is opened in the same way (${lang})`);
	const download = page.waitForEvent("download");
	await act(() => page.getByRole("link", { name: words.proof }).click());
	const file = await download;
	if (isFirst) {
		await file.saveAs(house.proof);
		check(actions <= ACTIONS_MAX, `from the login page to the proof in ${actions} actions, at most ${ACTIONS_MAX}`);
	}
	check((await file.failure()) === null, `he takes the proof away (${lang})`);
	check(page.complaints.length === 0, `nothing failed in the page, and no other host was asked (${lang})`, page.complaints.join("; "));
	const text = await page.locator("body").innerText();
	check(!/(?<![A-Za-z])lawful/.test(text.replace(/unlawful/g, "")) && !text.includes("合法"), `the page never says lawful (${lang})`);
	await page.context().close();
}

await morning("en", WIDE, {
	home: /since/i, fails: /broken|rule/i, source: /CBA 2026/, open: /^open$/i, answer: /open the answer/i, uphold: /uphold/i, upheld: /upheld/i, proof: /proof/i,
}, true);
await morning("zh", NARROW, {
	home: /上次/, fails: /违反|违规/, source: /CBA 2026/, open: /^打开$/, answer: /打开答复/, uphold: /维持/, upheld: /维持/, proof: /证/,
}, false);
await end(browser);
