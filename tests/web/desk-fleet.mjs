// The fleet in a browser: tickets, a sheet, approvals by digits, a bench, orders that cannot be
// taken back; officers and agencies; and how the pages look.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
	return page;
}

async function go(page, hash) {
	await page.goto(`${house.url}/#${hash}`);
	await page.locator("main h1").first().waitFor();
	await page.waitForFunction(() => !document.querySelector(".busy"));
}

const openKey = (page) => give(page, house.key, house.passphrase);
const button = (page, name) => page.getByRole("button", { name, exact: true });

// -- tickets -------------------------------------------------------------------------------

async function savedAs(page, press, name) {
	const [download] = await Promise.all([page.waitForEvent("download"), press()]);
	const file = join(house.saved, name);
	await download.saveAs(file);
	return file;
}

async function oneTicket(page) {
	await page.getByRole("link", { name: "Invite handhelds" }).click();
	await page.getByLabel("Tickets for Wang Fang").fill("1");
	await shot(page, "fleet-invite-en-1280");
	await button(page, "Sign the tickets (1)").click();
	await openKey(page);
	await page.locator(".slip").waitFor({ timeout: 20000 });
	await shot(page, "fleet-sheet-one-en-1280");
	await page.locator(".slip").screenshot({ path: join(house.saved, "code.png") });
	const file = await savedAs(page, () => button(page, "Save the file").click(), "ticket.txt");
	const phone = ask(`enroll two o2 ${file}`);
	check(/^[0-9a-f]{32}$/.test(phone.dev), "a ticket made and signed in the page enrols a real handheld");
	return phone;
}

/** The members of a tar archive. */
function untar(bytes) {
	const files = [];
	for (let at = 0; bytes[at] !== 0;) {
		const text = (from, len) => bytes.subarray(at + from, at + from + len).toString().replace(/\0.*$/s, "");
		const size = parseInt(text(124, 12), 8);
		files.push({ name: text(0, 100), text: bytes.subarray(at + 512, at + 512 + size).toString() });
		at += 512 + 512 * Math.ceil(size / 512);
	}
	return files;
}

async function bench(page) {
	await go(page, "/invite");
	await page.getByLabel("Agency", { exact: true }).selectOption("bank1");
	await button(page, "One for each officer without a handheld").click();
	await page.getByLabel("Tickets for Zhao Min").fill("2");
	await button(page, "Sign the tickets (3)").click();
	await page.locator(".slip").nth(2).waitFor({ timeout: 20000 });
	const sizes = await page.locator(".slip svg").evaluateAll((all) => all.map((s) => Math.round(s.getBoundingClientRect().width)));
	check(sizes.length === 3 && sizes.every((x) => x > 150), "the sheet has a code for each ticket, large enough for a camera", sizes.join(" "));
	const tar = await savedAs(page, () => button(page, "Save the files").click(), "tickets.tar");
	const phones = untar(readFileSync(tar)).map(({ name, text }, i) => {
		const file = join(house.saved, name);
		writeFileSync(file, text);
		return { ...ask(`enroll bench${i} ${name.split("-")[2].replace(".txt", "")} ${file}`), i };
	});
	check(phones.length === 3, "the files of a sheet are one archive, and each enrols a handheld");
	await go(page, "/bench");
	const line = (p, digits = p.digits) => `${p.dev}  ${digits}`;
	const wrong = phones[1].digits.replace(/^./, (d) => String((Number(d) + 1) % 10));
	await page.getByLabel("Lines of ids and digits").fill([line(phones[0]), line(phones[1], wrong), "nonsense", line(phones[0])].join("\n"));
	const faults = await page.locator(".table tbody tr").allInnerTexts();
	check(faults.length === 3 && faults.some((f) => f.includes("DIGITS DIFFER")) && await page.getByRole("button", { name: /Sign and approve/ }).isDisabled(),
		"with a line that does not agree nothing of a bench can be signed", faults.join("; "));
	await shot(page, "fleet-bench-faults-en-1280");
	await page.getByLabel("Lines of ids and digits").fill([line(phones[0]), JSON.stringify({ dev: phones[1].dev, digits: phones[1].digits }), "# the last one", line(phones[2])].join("\n"));
	await shot(page, "fleet-bench-en-1280");
	await button(page, "Sign and approve 3").click();
	await page.getByText("3 handhelds are approved.").waitFor({ timeout: 20000 });
	check(phones.every((p) => ask(`device ${p.dev}`).state === "approved"), "a bench is compared by program and approved with one passphrase");
	return phones;
}

// -- one handheld --------------------------------------------------------------------------

async function approveOne(page, phone) {
	await go(page, "/handhelds?state=not-approved");
	await page.locator("tbody tr").waitFor();
	check(await page.locator("tbody tr").count() === 1, "the list is filtered by state");
	await page.locator("tbody tr a").first().click();
	await button(page, "Approve").click();
	await page.getByLabel("The 40 digits on the handheld’s screen").fill(phone.digits.replace(/.$/, (d) => String((Number(d) + 1) % 10)));
	await button(page, "Compare, sign and approve").click();
	await page.getByText("The digits differ").waitFor();
	check(!ask(`device ${phone.dev}`).is_approved, "digits that differ in one place approve nothing");
	await shot(page, "fleet-approve-en-1280");
	await page.getByLabel("The 40 digits on the handheld’s screen").fill(phone.digits);
	await button(page, "Compare, sign and approve").click();
	await page.getByText("The handheld of Wang Fang (o2) is approved.").waitFor({ timeout: 20000 });
	check(ask(`device ${phone.dev}`).is_approved, "a handheld whose digits agree is approved with the supervisor's key");
	await shot(page, "fleet-one-en-1280");
}

async function order(page, dev, name, go_, change = async () => {}) {
	await go(page, `/handheld/${dev}`);
	await button(page, name).click();
	const dialog = page.locator("dialog");
	const said = await dialog.innerText();
	await change(dialog);
	await shot(page, `fleet-${name.split(" ")[0].toLowerCase()}-en-1280`);
	await dialog.getByRole("button", { name: go_, exact: true }).click();
	await dialog.waitFor({ state: "detached", timeout: 20000 });
	return said;
}

async function orders(page, phones) {
	const [retired, replaced, lost] = phones;
	for (const name of ["bench1", "bench2"]) {
		ask(`record ${name}`);
		ask(`sync ${name}`);
	}
	const before = ask(`device ${lost.dev}`);
	let said = await order(page, lost.dev, "Lost or stolen", "Sign: lost", async (dialog) => {
		await dialog.getByLabel("Last certain time in the officer’s hands").fill("2020-01-01T00:00");
		await dialog.getByText("The order believes the first 0 records").waitFor();
	});
	check(/Chen Bo|Zhao Min/.test(said) && said.includes(lost.dev.slice(0, 4)) && /records that had not arrived under its seal/i.test(said),
		"an order names officer and handheld and says what happens to records that have not arrived", said);
	let now = ask(`device ${lost.dev}`);
	check(before.records > 0 && now.state === "lost" && now.trusted_size === 0 && now.is_wipe_ordered, "a lost handheld is believed up to the named time, and told to wipe", JSON.stringify(now));
	await order(page, retired.dev, "Retire", "Sign: retire it", async (dialog) => {
		check(await dialog.getByRole("button", { name: "Sign: retire it" }).isDisabled(), "one that was never heard of is retired only by who says so");
		await dialog.getByLabel("Retire it all the same").check();
	});
	now = ask(`device ${retired.dev}`);
	check(now.state === "retired" && !now.is_wipe_ordered, "a retired handheld is not told to wipe unless one says so", JSON.stringify(now));
	await order(page, replaced.dev, "Replace", "Sign, and make the ticket");
	await page.getByRole("heading", { name: "Invite handhelds" }).waitFor();
	await button(page, "Sign the tickets (1)").waitFor();
	now = ask(`device ${replaced.dev}`);
	check(now.state === "replaced" && now.records > 0 && now.trusted_size === now.records, "a replaced handheld is revoked and believed in all that it had, and the ticket for the next one is at hand", JSON.stringify(now));
	said = await order(page, house.one, "Erase its cards", "Sign: erase");
	check(/stay on it and still come in/.test(said), "a wipe says that records stay");
	now = ask("sync one");
	check(ask(`device ${house.one}`).is_wipe_ordered && /ordered the case cards to be erased/.test(now.said), "the handheld obeys the wipe at its next sync", JSON.stringify(now));
}

// -- people --------------------------------------------------------------------------------

async function register(page) {
	await go(page, "/agencies");
	await button(page, "Add an agency").click();
	await page.getByLabel("Id", { exact: true }).fill("west");
	await page.getByLabel("Name", { exact: true }).fill("West & Sons <b>");
	await page.getByLabel("Teams", { exact: true }).fill("team7, team8");
	await page.getByLabel("Contract until").fill("2031-12-31");
	await shot(page, "staff-agency-add-en-1280");
	await button(page, "Add").click();
	await page.getByText("west: saved.").waitFor();
	await page.locator("tbody tr", { hasText: "west" }).waitFor();
	const text = await page.locator("tbody").innerText();
	check(text.includes("West & Sons <b>") && text.includes("team7, team8") && /2020-01-31.*over/s.test(text), "agencies are kept with teams and dates, and what is over is marked", text);
	await shot(page, "staff-agencies-en-1280");
	await go(page, "/officers");
	await button(page, "Add an officer").click();
	await page.getByLabel("Id", { exact: true }).fill("w1");
	await page.getByLabel("Name", { exact: true }).fill("Wu Lan");
	await page.getByRole("combobox", { name: "Agency" }).last().selectOption("west");
	await page.getByRole("combobox", { name: "Team" }).fill("team9");
	await button(page, "Add").click();
	await page.locator("dialog .trouble").waitFor();
	check((await page.locator("dialog .trouble").innerText()).includes("team9"), "a team of no agency is refused with its name", await page.locator("dialog .trouble").innerText());
	await shot(page, "staff-officer-add-en-1280");
	await page.getByRole("combobox", { name: "Team" }).fill("team7");
	await button(page, "Add").click();
	await page.getByText("w1: saved, and proposed for the roster").waitFor();
	const row = await page.locator("tbody tr", { hasText: "w1" }).innerText();
	check(row.includes("not on the roster"), "an officer is in the register at once, and on the roster when it is signed", row);
	await shot(page, "staff-officers-en-1280");
}

/** Choose a file of these bytes in the dialog of imports. */
async function table(page, name, bytes, act) {
	const file = join(house.saved, name);
	writeFileSync(file, bytes);
	await page.getByLabel("Table", { exact: true }).setInputFiles(file);
	await button(page, act).click();
}

const GBK = Buffer.from([...Buffer.from("id,agency,badge\nw3,west,"), 0xd6, 0xd0, 0xce, 0xc4, 0x0a]);

async function importing(page) {
	await go(page, "/officers");
	await button(page, "Import a file").click();
	await table(page, "bad.csv", "id,agency,team,certifcate\nw1,west,team7,2031-01-01\n", "Only check");
	await page.locator("dialog tbody tr").first().waitFor();
	const faults = await page.locator("dialog tbody").innerText();
	check(/1\s+certifcate.*certificate/s.test(faults), "a column that is not known is named with its line and the word nearest to it", faults);
	await table(page, "bad2.csv", "id,agency,team,certificate\nw1,west,team7,31.12.2031\nw2,nowhere,,\nw4,west,,\nw4,west,,\n", "Import");
	await page.locator("dialog tbody tr").nth(2).waitFor();
	const rows = await page.locator("dialog tbody tr").allInnerTexts();
	check(rows.length === 3 && rows.map((r) => r.trim()[0]).join("") === "235", "every fault of a file is shown by line and column", rows.join("; "));
	await shot(page, "staff-import-faults-en-1280");
	check((await axe(page)).length === 0, "axe finds nothing serious in the dialog", (await axe(page)).join("; "));
	await table(page, "gbk.csv", GBK, "Only check");
	await page.getByText("The file is not UTF-8").waitFor();
	await page.getByLabel("Where it is not UTF-8").check();
	await button(page, "Only check").click();
	await page.getByText("Of 1 rows 1 would be new").waitFor();
	check(true, "a file in GBK is named for what it is, and read when the person says so");
	await table(page, "good.csv", "\ufeffid,agency,team,training\nw1,west,team8,2020-02-02\nw2,west,team8,\n", "Import");
	await page.getByText("2 rows: 1 new, 1 changed.").waitFor();
	await page.locator("tbody tr", { hasText: "w2" }).waitFor();
	check(/2020-02-02.*over a year ago/s.test(await page.locator("tbody tr", { hasText: "w1" }).innerText()), "a good one is taken whole, and old training is marked");
	await button(page, "w2").click();
	await page.getByLabel("Reason").selectOption("leave");
	await shot(page, "staff-officer-edit-en-1280");
	await button(page, "Disable").click();
	await page.locator("tbody tr", { hasText: "disabled (is on leave)" }).waitFor();
	await button(page, "w2").click();
	await button(page, "Let him be sent again").click();
	await page.locator("tbody tr", { hasText: "w2" }).filter({ hasText: "active" }).waitFor();
	await button(page, "w2").click();
	await page.getByLabel("Ends on").fill("2031-12-31");
	await button(page, "Set the end").click();
	await page.locator("tbody tr", { hasText: "until 2031-12-31" }).waitFor();
	check(true, "an officer is disabled with a reason, sent again, and given an end");
}

/** What stands in the table of faults: a list of [line, column, sentence]. */
async function faultsIn(page) {
	await page.locator("dialog tbody tr").first().waitFor();
	return (await page.locator("dialog tbody tr").all()).reduce(async (rows, row) =>
		[...await rows, await row.locator("td, th").allInnerTexts()], Promise.resolve([]));
}

const inChinese = (rows) => rows.length > 0 && rows.every((row) => /[\u4e00-\u9fff]/.test(row.at(-1)) && !/\b(is|the|not|such|that|use|number)\b/.test(row.at(-1)));

/** What the server refuses, by hand and by what it was sent: an agency twice, a team of another's,
 * a public key that is none, a plan for who has not the case, an order altered on its way. */
async function refusals(page) {
	const said = [];
	const told = async (name, where) => {
		await where.waitFor();
		await shot(page, `refused-${name}-zh-1280`);
		said.push((await where.innerText()).trim());
	};
	await go(page, "/agencies");
	await button(page, "添加机构").click();
	await page.getByLabel("标识", { exact: true }).fill("east");
	await button(page, "添加").click();
	await told("agency", page.locator("dialog .trouble"));
	await go(page, "/officers");
	await button(page, "添加外访员").click();
	await page.getByLabel("标识", { exact: true }).fill("w9");
	await page.getByRole("combobox", { name: "机构" }).last().selectOption("west");
	await page.getByRole("combobox", { name: "团队" }).fill("team9");
	await button(page, "添加").click();
	await told("team", page.locator("dialog .trouble"));
	await go(page, "/keys");
	await page.getByText("提议变更").click();
	await page.locator('details input[type="file"]').setInputFiles(join(house.saved, "好.csv"));
	await page.locator("details").getByRole("button", { name: "添加", exact: true }).first().click();
	await told("roster", page.locator(".toast").last());
	await go(page, "/plan?case=c1");
	await page.getByLabel("外访员", { exact: true }).selectOption("o2");
	await told("plan", page.locator("dialog .field.wrong .hint, dialog .trouble").first());
	await page.route("**/api/v1/devices/orders", (route) =>
		route.continue({ postData: route.request().postData().replace("Z\\n", "Z \\n") }));
	await go(page, `/handheld/${house.one}`);
	await button(page, "清除卡片").click();
	await button(page, "签名：清除").click();
	await told("order", page.locator("dialog .refused"));
	check(said.length === 5 && inChinese(said.map((line) => [line])), "what the server refuses it refuses in Chinese, each thing by its name", said.join("; "));
}

/** A bad file and a good one in each dialog of imports, and the files of the folder. */
async function chinese() {
	const page = await begin("supervisor", { lang: "zh" });
	const choose = async (label, name, text) => {
		writeFileSync(join(house.saved, name), text);
		await page.getByLabel(label, { exact: true }).setInputFiles(join(house.saved, name));
	};
	await go(page, "/officers");
	await button(page, "导入文件").click();
	await choose("表格", "坏.csv", "id,agency,team,certifcate,training\nw1,west,team7,,46083\nw2,nowhere,,,\n张三,west,,,\n张三,west,,,\nw1,bank1,,,3/2/2026\n");
	await button(page, "仅检查").click();
	let rows = await faultsIn(page);
	await shot(page, "staff-import-faults-zh-1280");
	check(rows.length > 4 && inChinese(rows), "a table of officers that is refused is refused in Chinese, in every line", JSON.stringify(rows));
	await choose("表格", "好.csv", "id,agency\nw1,west\n");
	await button(page, "仅检查").click();
	const told = await page.locator("dialog [role=status]").innerText();
	check(/[\u4e00-\u9fff]/.test(told) && /1/.test(told), "and what a good one would do is said in Chinese", told);
	await go(page, "/plan");
	await button(page, "从文件导入").click();
	await choose("文件", "计划.csv", "date,from,to,case,officer,second,place\n2026-13-01,10:00,11:00,c1,o1,,home\n");
	await button(page, "导入").click();
	rows = await faultsIn(page);
	await shot(page, "plan-import-faults-zh-1280");
	check(rows[0][0] === "2" && inChinese(rows), "so is a plan", JSON.stringify(rows));
	await go(page, "/cases");
	await button(page, "导入案件文件").click();
	await choose("文件", "案件.csv", "case,agency,zone,actor,debts,packs,name\nk1,nowhere,Asia/Shanghai,third_party,d1,house,张三\nk2,bank1,Mars/Olympus,third_party,d2,house,\n");
	await button(page, "密封并导入").click();
	const asks = page.locator("dialog", { has: page.locator('input[type="password"]') });
	await asks.locator('input[type="file"]').setInputFiles(house.key);
	await asks.locator('input[type="password"]').fill(house.passphrase);
	await asks.locator('button[type="submit"]').click();
	rows = await faultsIn(page);
	await shot(page, "case-import-faults-zh-1280");
	check(rows.map((row) => row[0]).join() === "2,3" && inChinese(rows), "so are cases, by the lines of the file that was chosen", JSON.stringify(rows));
	await refusals(page);
	await go(page, "/files");
	const said = await page.locator("main tbody tr").allInnerTexts();
	await shot(page, "files-zh-1280");
	check(said.length === 2 && said.every((row) => /接收 1 条联系记录|处错误/.test(row)), "what became of each file of the folder likewise", said.join("; "));
	check(page.complaints.filter((x) => !x.includes("422")).length === 0, "and nothing failed in the page", page.complaints.join("; "));
	await page.context().close();
}

async function closing(page) {
	await go(page, "/invite");
	await page.getByLabel("Tickets for Sui Tao").fill("1");
	await button(page, "Sign the tickets (1)").click();
	await page.locator(".slip").waitFor({ timeout: 20000 });
	const phone = ask(`enroll south s1 ${await savedAs(page, () => button(page, "Save the file").click(), "south.txt")}`);
	ask("sync south");
	await go(page, "/agencies");
	await button(page, "south").click();
	const close = button(page, "Close it for good");
	await close.waitFor();
	const isBarred = await close.isDisabled();
	await page.getByLabel("Agency south, with 1 handhelds in use").check();
	await shot(page, "staff-agency-close-en-1280");
	await close.click();
	await page.getByText("Agency south is closed; 1 handhelds are wiped at their next sync.").waitFor({ timeout: 20000 });
	const now = ask(`device ${phone.dev}`);
	check(isBarred && now.reason === "agency-closed" && now.is_wipe_ordered, "an agency is closed by who names it, and its handhelds are wiped and revoked with the supervisor's key", JSON.stringify(now));
	const closed = page.locator("tbody tr", { hasText: "closed" });
	await closed.waitFor();
	const paper = await savedAs(page, () => closed.getByRole("link", { name: "Certificate of return and deletion" }).click(), "south.html");
	check(readFileSync(paper, "utf8").includes("删除证明"), "and its certificate of return and deletion is a file to print");
	await shot(page, "staff-agencies-closed-en-1280");
}

async function manager() {
	const page = await begin("mia");
	await go(page, "/officers");
	const text = await page.locator("tbody").innerText();
	check(text.includes("e1") && !text.includes("o1"), "a manager's list holds his own officers", text);
	await button(page, "e1").click();
	await page.getByLabel("Badge").fill("E-1");
	await button(page, "Save").click();
	await page.getByText("e1: saved.").waitFor();
	await page.locator("tbody tr", { hasText: "E-1" }).waitFor();
	check(true, "and he changes them");
	await go(page, "/handhelds");
	check(await page.getByRole("link", { name: "Invite handhelds" }).count() === 0, "he is not offered what only a supervisor signs");
	await page.context().close();
}

// -- how it looks --------------------------------------------------------------------------

const PAGES = [["handhelds", "/handhelds"], ["handheld", `/handheld/${house.one}`], ["bench", "/bench"], ["invite", "/invite"], ["officers", "/officers"], ["agencies", "/agencies"], ["files", "/files"]];

async function look(lang, size, person, pages, isDeep) {
	const page = await begin(person, { lang, size });
	const faults = [];
	for (const [name, hash] of pages) {
		await go(page, hash);
		await shot(page, `fleet-${name}-${lang}-${size.width}-${person}`);
		if (isDeep) faults.push(...(await axe(page)).map((f) => `${name}: ${f}`));
		if (!(await fits(page))) faults.push(`${name}: too wide`);
		const raw = await page.evaluate(() => /\b(fleet|staff|trail|shell|error|notes)\.[a-z]+[.a-z]*/.exec(document.body.innerText)?.[0]);
		if (raw) faults.push(`${name}: a word is missing: ${raw}`);
		const text = await page.locator("main").innerText();
		if (lang === "zh" && !/[\u4e00-\u9fff]/.test(text)) faults.push(`${name}: no Chinese`);
	}
	check(faults.length === 0, `fleet and register: ${isDeep ? "axe finds nothing serious, " : ""}all fits, every word is there (${lang}, ${size.width}, ${person})`, faults.join("; "));
	check(page.complaints.length === 0, `nothing failed in the page and it asked no other host (${lang}, ${size.width}, ${person})`, page.complaints.join("; "));
	await page.context().close();
}

async function menu() {
	const page = await begin("supervisor");
	const height = () => page.locator(".head").evaluate((e) => e.getBoundingClientRect().height);
	check(await height() < 64, "the menu fits one row at 1280", await height());
	await button(page, "Set up").focus();
	await page.keyboard.press("Enter");
	await shot(page, "fleet-menu-en-1280");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { level: 1, name: "Handhelds" }).waitFor();
	check(await page.locator("#menu .pages.open").count() === 0, "a group opens, is walked and closes by keyboard");
	await button(page, "Work").click();
	await page.keyboard.press("Escape");
	check(await page.locator("#menu .pages.open").count() === 0, "Escape closes it");
	await page.context().close();
	const small = await begin("supervisor", { size: NARROW });
	await small.locator("button.menu").click();
	check(await small.locator("#menu").getByRole("link", { name: "Officers" }).isVisible() && await fits(small), "at 360 it is a drawer with every page");
	await shot(small, "fleet-menu-en-360");
	await small.context().close();
}

const page = await begin("supervisor");
await go(page, "/handhelds");
const phone = await oneTicket(page);
await approveOne(page, phone);
const phones = await bench(page);
await orders(page, phones);
await register(page);
await importing(page);
await closing(page);
check(page.complaints.length === 0, "nothing failed in the page, and no other host was asked", page.complaints.join("; "));
await page.context().close();
await chinese();
await manager();
await menu();
await look("en", WIDE, "supervisor", PAGES, true);
await look("zh", NARROW, "supervisor", PAGES);
await look("zh", WIDE, "root", PAGES.filter(([name]) => ["handhelds", "officers"].includes(name)));
await look("en", NARROW, "law", PAGES.filter(([name]) => ["handheld", "agencies"].includes(name)));
await end(browser);
