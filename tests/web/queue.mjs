// A supervisor's morning: what is new, the worst visit, why, a decision and its undo; both languages.
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();

async function looks(page, name, lang, size) {
	await shot(page, `queue-${name}-${lang}-${size.width}`);
	const found = await axe(page);
	check(found.length === 0, `axe has no serious finding on the page ${name} (${lang}, ${size.width})`, found.join("; "));
	check(await fits(page), `the page ${name} fits ${size.width} pixels (${lang})`);
}

async function morning(lang, size) {
	const page = await open(browser, { lang, size });
	await login(page, house.url, house.person, house.password);
	await page.goto(`${house.url}/#/`);
	await page.locator(".counts li").first().waitFor();
	await looks(page, "home", lang, size);
	await page.locator(".counts .of-fails a, .counts li a").first().click();
	await page.locator("tr[aria-current=true]").waitFor();
	check(page.url().includes("verdict=fail"), `a count leads to what it counts (${lang}, ${size.width})`, page.url());
	await page.goto(`${house.url}/#/queue`);
	await page.locator("tr[aria-current=true]").waitFor();
	await looks(page, "list", lang, size);
	const text = await page.locator("main").innerText();
	check(!/\blawful\b|合法/.test(text), `the queue never calls a visit lawful (${lang}, ${size.width})`);
	check(/[✕?]/.test(text), `verdicts are told by shape and word (${lang}, ${size.width})`);
	await page.keyboard.press("j");
	const second = await page.locator("tbody tr").nth(1).getAttribute("aria-current");
	check(second === "true", `the key j goes to the next line (${lang}, ${size.width})`);
	await page.goto(`${house.url}/#/queue?causes=1`);
	await page.locator("tbody tr").first().waitFor();
	await looks(page, "causes", lang, size);
	await page.goto(`${house.url}/#/queue`);
	await page.locator("tr[aria-current=true]").waitFor();
	await page.keyboard.press("Enter");
	await page.locator(".finding").first().waitFor();
	await page.locator(".finding details summary").first().click();
	await looks(page, "visit", lang, size);
	check(page.complaints.length === 0, `nothing failed in the page (${lang}, ${size.width})`, page.complaints.join("; "));
	await page.context().close();
}

async function decide() {
	const page = await open(browser, { lang: "en", size: WIDE });
	await login(page, house.url, house.person, house.password);
	await page.goto(`${house.url}/#/queue`);
	await page.locator("tr[aria-current=true]").waitFor();
	const before = await page.locator("tbody tr").first().innerText();
	await page.keyboard.press("d");
	await page.locator("dialog[open] input[type=radio]").first().waitFor();
	await looks(page, "decide", "en", WIDE);
	check(await page.locator("dialog button[type=submit]").isDisabled(), "nothing is decided without a reason");
	await page.locator("dialog input[value=rule-not-meant]").check();
	await page.locator("dialog button[type=submit]").click();
	await page.locator(".toast button").waitFor();
	await page.locator(".queue-why.is-held").first().waitFor();
	await shot(page, "queue-undo-en-1280");
	await page.keyboard.press("z");
	await page.waitForFunction(() => document.querySelectorAll(".queue-why.is-held").length === 0);
	check((await page.locator("tbody tr").first().innerText()) === before, "a decision is taken back before it is sent");
	await page.keyboard.press("d");
	await page.locator("dialog input[value=rule-not-meant]").check();
	const sent = page.waitForResponse((r) => r.url().endsWith("/api/v1/reviews"), { timeout: 15000 });
	await page.locator("dialog button[type=submit]").click();
	check((await sent).status() === 200, "a decision that is not taken back is sent after ten seconds");
	await page.keyboard.press("?");
	await page.locator("dialog[open] kbd").first().waitFor();
	check(true, "the key ? shows the keys");
	await page.context().close();
}

await morning("en", WIDE);
await morning("zh", WIDE);
await morning("zh", NARROW);
await morning("en", NARROW);
await decide();
await end(browser);
