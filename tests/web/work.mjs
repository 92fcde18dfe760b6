// The desk's work in a browser: details opened and searched here, many cases to another officer,
// a hold, a plan that a rule forbids, an SOS on top of the page.  What handhelds do meanwhile is
// asked of the scenario, one word at a time.
import { readFileSync, writeFileSync } from "node:fs";
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();

/** Let the handhelds do something. */
function handhelds(what) {
	writeFileSync(house.asked, what);
	const said = JSON.parse(readFileSync(house.answers, "utf8"));
	if (said.error) throw new Error(said.error);
	return said;
}

async function begin(lang, size) {
	const page = await open(browser, { lang, size });
	page.sent = [];
	page.on("request", (request) => page.sent.push(`${request.url()} ${request.postData() ?? ""}`));
	await login(page, house.url, house.person, house.password);
	return page;
}

async function goTo(page, hash) {
	await page.goto(`${house.url}/#${hash}`);
	await page.locator("main h1").first().waitFor();
}

async function openKey(page) {
	const dialog = page.locator("dialog", { has: page.locator('input[type="password"]') });
	await dialog.locator('input[type="password"]').waitFor();
	if (await dialog.locator("select").count() === 0) await dialog.locator('input[type="file"]').setInputFiles(house.key);
	await dialog.locator('input[type="password"]').fill(house.passphrase);
	await dialog.locator('button[type="submit"]').click();
	await dialog.waitFor({ state: "detached" });
}

const row = (page, id) => page.locator("tbody tr", { has: page.getByRole("link", { name: id, exact: true }) });

async function details(page) {
	await goTo(page, "/cases");
	await row(page, "c-1").waitFor();
	await page.getByRole("button", { name: /Open the details of 3/ }).click();
	await openKey(page);
	await page.getByText("3 opened").waitFor();
	check(await row(page, "c-2").getByText(house.names["c-2"]).isVisible(), "names are opened in the page with the supervisor's key");
	await page.getByLabel("Name or telephone number").fill("周");
	await row(page, "c-1").waitFor({ state: "detached" });
	check(await page.locator("tbody tr").count() === 1 && await row(page, "c-2").isVisible(), "a search by name finds it among the opened details");
	await shot(page, "work-search-en-1280");
	const told = page.sent.filter((x) => decodeURIComponent(x).includes("周") || x.includes("Chen"));
	check(told.length === 0, "neither a name nor what was searched for was sent to the server", told.join("; "));
	await page.getByLabel("Name or telephone number").fill("");
}

async function assign(page) {
	for (const id of ["c-1", "c-2"]) await row(page, id).getByRole("checkbox").check();
	await shot(page, "work-cases-en-1280");
	await page.getByRole("button", { name: "Assign 2 to…" }).click();
	const dialog = page.locator("dialog[open]");
	await dialog.getByRole("checkbox", { name: /Wang Fang/ }).check();
	await shot(page, "work-assign-en-1280");
	check((await axe(page)).length === 0, "axe has no serious finding on the dialog", (await axe(page)).join("; "));
	await dialog.getByRole("button", { name: "Seal and assign" }).click();
	await page.getByText(/2 cases assigned/).waitFor();
	await row(page, "c-1").getByText("o2").waitFor();
	const said = handhelds("sync");
	check(said.two, "after its next sync the new officer's handheld opens the details");
	check(!said.one, "and the old one has lost them");
}

async function importing(page) {
	await goTo(page, "/cases");
	const file = (rows) => ({ name: "cases.csv", mimeType: "text/csv", buffer: Buffer.from(`case,agency,zone,actor,debts,packs,assigned,name,phone,amount\n${rows}`) });
	const ask = async (rows) => {
		await page.getByRole("button", { name: "Import a case file" }).click();
		await page.locator('dialog[open] input[type="file"]').setInputFiles(file(rows));
		await page.locator("dialog[open]").getByRole("button", { name: "Seal and import" }).click();
	};
	await ask('c-8,bank1,Asia/Shanghai,third_party,d1,house,o2,"Planted, Name",13900139000\n');
	await page.locator("dialog[open]").getByText(/Line 2: not as many values/).waitFor();
	check(true, "a file with a fault is refused with its line");
	await shot(page, "work-import-en-1280");
	await page.locator("dialog[open]").getByRole("button", { name: "Close" }).click();
	await ask('c-8,bank1,Asia/Shanghai,third_party,d1,house,o2,"Planted, Name",13900139000,700\n');
	await row(page, "c-8").waitFor();
	check(page.sent.every((x) => !x.includes("Planted") && !x.includes("13900139000")), "a case file is sealed in the page: its name and number are not sent");
	check(handhelds("sync").import, "and the officer's handheld opens them");
}

async function plan(page) {
	await goTo(page, "/plan");
	await page.locator("main").getByRole("button", { name: "Plan a visit" }).click();
	const dialog = page.locator("dialog[open]");
	await dialog.getByLabel("Case", { exact: true }).fill("c-1");
	await dialog.getByLabel("Date").fill(house.day);
	await dialog.getByLabel("From").fill("22:30");
	await dialog.getByLabel("To", { exact: true }).fill("23:30");
	await dialog.getByLabel("Officer", { exact: true }).selectOption("o2");
	await dialog.getByLabel("Second officer").selectOption("o1");
	await dialog.getByText(/A rule forbids it/).waitFor();
	check(await dialog.getByRole("button", { name: "Plan it" }).isDisabled() && await dialog.locator('.reasons li[data-verdict="fail"]').count() > 0,
		"a visit at night cannot be planned, and the rule is named");
	await shot(page, "work-plan-forbidden-en-1280");
	await dialog.getByLabel("From").fill("10:00");
	await dialog.getByLabel("To", { exact: true }).fill("12:00");
	await dialog.getByText(/You decide|No rule that was looked at/).waitFor();
	await shot(page, "work-plan-new-en-1280");
	await dialog.getByRole("button", { name: "Plan it" }).click();
	await row(page, "c-1").waitFor();
	await shot(page, "work-plan-en-1280");
	check((await axe(page)).length === 0, "axe has no serious finding on the plan", (await axe(page)).join("; "));
	check(/c-1[^]*planned: 10:00-12:00 o2;o1/.test(handhelds("sync").plan), "'fieldvisit plan' prints the visit that was planned in the page");
}

async function hold(page) {
	await goTo(page, "/case/c-1");
	await page.getByRole("button", { name: "Hold the case" }).click();
	const dialog = page.locator("dialog[open]");
	await dialog.getByLabel("Hold", { exact: true }).selectOption("complaint");
	await dialog.getByLabel("How it became known").selectOption("by_phone");
	await shot(page, "work-hold-en-1280");
	await dialog.getByRole("button", { name: "Hold the case" }).click();
	await page.getByRole("button", { name: "Lift the hold" }).waitFor();
	await shot(page, "work-case-en-1280");
	const said = handhelds("sync").check;
	check(/not now/.test(said) && /complaint/i.test(said), "the hold is at the handheld after its next sync: 'check' says not now", said);
	await page.getByRole("button", { name: "Lift the hold" }).click();
	await page.locator("dialog[open]").getByLabel("Reason").selectOption("answered");
	await page.locator("dialog[open]").getByRole("button", { name: "Lift the hold" }).click();
	await page.getByText(/lifted by/).waitFor();
	check(!/complaint/i.test(handhelds("sync").check), "and it is gone there once it was lifted with a reason");
}

/** The desk in a tab that nobody has touched: the browser lets no sound out of it. */
async function untouched(page) {
	const other = await page.context().newPage();
	// Looking into a page counts as a touch: the bar has begun when it asks for alerts.
	const begun = other.waitForRequest((r) => r.url().includes("/api/v1/alerts"));
	await other.goto(`${house.url}/#/plan`);
	await begun;
	await other.locator(".sound-off").waitFor();
	check(/An alarm would be silent/.test(await other.locator(".sound-off").innerText()) && await other.getByRole("button", { name: "Turn the sound on" }).isVisible(),
		"where the browser holds sound back, the page says so before there is an alert, and how to turn it on");
	await shot(other, "work-silent-en-1280");
	check((await axe(other)).length === 0, "axe has no serious finding on that", (await axe(other)).join("; "));
	return other;
}

async function audible(other) {
	await other.bringToFront();
	await other.locator('.alerts[data-sound="blocked"]').waitFor();
	await shot(other, "work-sos-blocked-en-1280");
	await other.getByRole("button", { name: "Turn the sound on" }).click();
	await other.locator('.alerts[data-sound="on"]').waitFor();
	check(await other.locator(".blocked").count() === 0, "with an alert it says so in it, and one click lets the alarm out");
	await other.close();
}

async function sos(page) {
	await goTo(page, "/plan");
	await page.reload();
	await page.locator("main h1").waitFor();
	const other = await untouched(page);
	const said = handhelds("sos");
	await page.locator('.alerts li[data-kind="sos"]').waitFor();
	check(true, `an SOS comes to the top of the page without a reload (${((Date.now() - said.at) / 1000).toFixed(1)} s)`);
	check(/^⚠ \(1\) /.test(await page.title()), "the title of the page says so", await page.title());
	const bar = page.locator(".alerts");
	await page.bringToFront();
	await page.locator("main h1").click();
	await page.locator('.alerts[data-sound="on"]').waitFor();
	check(true, "the alarm sounds");
	await audible(other);
	await shot(page, "work-sos-en-1280");
	check((await axe(page)).length === 0, "axe has no serious finding on the alert", (await axe(page)).join("; "));
	await goTo(page, "/cases");
	check(await bar.locator("li").count() === 1, "it stays on top of another page");
	await bar.getByRole("button", { name: "I have seen it" }).click();
	await bar.waitFor({ state: "detached" });
	await page.waitForFunction(() => !document.title.includes("⚠"));
	check(!/⚠/.test(await page.title()), "it goes, and the alarm stops, when somebody has seen it", await page.title());
	check(handhelds("sos end").seen_by === house.person, "the handheld learns who has seen it");
}

async function lists(page) {
	await goTo(page, "/followups");
	await row(page, "c-3").waitFor();
	await row(page, "c-3").getByRole("button", { name: "Open the details" }).click();
	await openKey(page); // the page was loaded again since
	await page.locator(".sealed-detail").waitFor();
	check(/amount: 500/.test(await page.locator(".sealed-detail").textContent()), "what was promised is opened in the page");
	await shot(page, "work-followups-en-1280");
	await row(page, "c-3").getByRole("button", { name: "Answer" }).click();
	await page.locator("dialog[open]").getByLabel("Answer", { exact: true }).selectOption("granted");
	await page.locator("dialog[open]").getByRole("button", { name: "Answer" }).click();
	await page.getByText("Nothing waits for an answer").waitFor();
	check(true, "an answered promise waits no more");
	for (const [path, name] of [["/exceptions", "exceptions"], ["/figures", "figures"]]) {
		await goTo(page, path);
		await page.locator(".empty, tbody tr").first().waitFor();
		await shot(page, `work-${name}-en-1280`);
		check((await axe(page)).length === 0, `axe has no serious finding on the ${name}`, (await axe(page)).join("; "));
	}
	check(await page.getByText("Nobody is ranked").isVisible() && await page.locator("th button").count() === 0, "figures stand by name and cannot be sorted");
}

async function inChinese() {
	const page = await begin("zh", NARROW);
	for (const [path, name] of [["/cases", "cases"], ["/plan", "plan"], ["/followups", "followups"], ["/exceptions", "exceptions"], ["/figures", "figures"], ["/case/c-1", "case"]]) {
		await goTo(page, path);
		await page.locator(".empty, tbody tr, .card").first().waitFor();
		await page.waitForLoadState("networkidle");
		check(await fits(page), `${path} fits 360 pixels in Chinese`);
		const english = (await page.locator("main").innerText()).match(/work\.[a-z.]+/);
		check(!english, `${path} has a Chinese word for everything`, english?.[0]);
		await shot(page, `work-${name}-zh-360`);
	}
	handhelds("sos");
	await page.locator(".alerts li").waitFor();
	check(await fits(page) && await page.getByText("紧急求助").isVisible(), "an SOS fits 360 pixels, in Chinese");
	await shot(page, "work-sos-zh-360");
	await page.context().close();
}

const page = await begin("en", WIDE);
await details(page);
await assign(page);
await importing(page);
await plan(page);
await hold(page);
await sos(page);
await lists(page);
await inChinese();
check(page.complaints.length === 0, "nothing failed in the page", page.complaints.join("; "));
await end(browser);
