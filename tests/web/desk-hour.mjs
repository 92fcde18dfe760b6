// A page of the first hour, followed word for word: what it says to press is pressed under that
// name, what it says to type is typed into the field of that name, and what it says one reads is
// there.  A bold word that is none of these fails the test.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { check, end, launch, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();

const GRAMMAR = {
	en: [
		["save", /press \*\*([^*]+)\*\*, and the browser saves `([^`]+)`/gi],
		["press", /press \*\*([^*]+)\*\*/gi],
		["type", /type `([^`]+)` into \*\*([^*]+)\*\*/gi],
		["file", /choose the file `([^`]+)` in \*\*([^*]+)\*\*/gi],
		["tick", /tick \*\*([^*]+)\*\*/gi],
		["read", /you read \*\*([^*]+)\*\*/gi],
		["open", /open `([^`]+)`/gi],
	],
	zh: [
		["save", /按 \*\*([^*]+)\*\*,浏览器保存 `([^`]+)`/g],
		["press", /按 \*\*([^*]+)\*\*/g],
		["type", /把 `([^`]+)` 填入 \*\*([^*]+)\*\*/g],
		["file", /把文件 `([^`]+)` 选入 \*\*([^*]+)\*\*/g],
		["tick", /选中 \*\*([^*]+)\*\*/g],
		["read", /会看到 \*\*([^*]+)\*\*/g],
		["open", /打开 `([^`]+)`/g],
	],
};

/** What one paragraph asks for, in order. */
function deeds(text, lang) {
	const found = [];
	for (const [what, pattern] of GRAMMAR[lang])
		for (const m of text.matchAll(pattern))
			if (!found.some((f) => m.index >= f.at && m.index < f.at + f.length)) found.push({ what, at: m.index, length: m[0].length, words: m.slice(1) });
	return found.sort((a, b) => a.at - b.at);
}

/** The steps of a page: numbered lines and fenced blocks. */
function stepsOf(page, lang) {
	const steps = [], missed = [];
	let fence = null, item = "";
	const flush = () => {
		if (!item) return;
		const found = deeds(item, lang);
		if ((item.match(/\*\*/g) ?? []).length / 2 !== found.filter((f) => f.what !== "open").length) missed.push(item);
		steps.push(...found);
		item = "";
	};
	for (const line of page.split("\n")) {
		if (line.startsWith("```")) {
			flush();
			if (fence) steps.push(fence);
			fence = fence ? null : { what: line.slice(3), words: [""] };
		} else if (fence) fence.words[0] += `${line}\n`;
		else if (/^\d+\. /.test(line)) {
			flush();
			item = line;
		} else if (item && /^ {3}\S/.test(line)) item += line;
		else flush();
	}
	flush();
	return { steps, missed };
}

function ask(what) {
	writeFileSync(house.asked, what);
	const said = JSON.parse(readFileSync(house.answers, "utf8"));
	if (said.error) throw new Error(said.error);
	return said;
}

/** Where one looks: the dialog that is open, else the page. */
async function scope(page) {
	return (await page.locator("dialog[open]").count()) > 0 ? page.locator("dialog[open]").last() : page;
}

/** What is judged in the background may come after the list was drawn: a reader looks again, but
 * not soon, for what he opened with his key is gone then. */
async function appears(page, there) {
	for (const end = Date.now() + 90000; ;) {
		const isHere = await there.waitFor().then(() => true, () => false);
		if (isHere) return;
		if (Date.now() > end) throw new Error(`not there: ${there}`);
		if (await page.locator("dialog[open]").count() === 0) await page.reload();
	}
}

async function press(page, name) {
	const where = await scope(page);
	const exact = where.getByRole("button", { name, exact: true }).or(where.getByRole("link", { name, exact: true }));
	const part = where.getByRole("link", { name }).or(where.getByRole("button", { name }));
	const there = part.or(exact).first();
	await appears(page, there);
	await page.waitForFunction(() => !document.querySelector(".busy"));
	await ((await exact.count()) > 0 ? exact : part).first().click();
}

async function run(page, step, values) {
	const own = (text) => values[text] ?? text;
	const where = await scope(page);
	const [one, two] = step.words;
	if (step.what === "open") await page.goto(own(one));
	else if (step.what === "press") await press(page, one);
	else if (step.what === "save") {
		const [download] = await Promise.all([page.waitForEvent("download"), press(page, one)]);
		if (download.suggestedFilename() !== own(two)) values.saved.push(`${download.suggestedFilename()} is not ${own(two)}`);
		await download.saveAs(join(house.folder, own(two)));
	} else if (step.what === "type") await where.getByLabel(two, { exact: true }).fill(own(one));
	else if (step.what === "file") await where.getByLabel(two, { exact: true }).setInputFiles(join(house.folder, own(one)));
	else if (step.what === "tick") await where.getByLabel(one, { exact: true }).check();
	else if (step.what === "read") await page.getByText(one).first().waitFor({ timeout: 60000 });
	else {
		const said = ask(`${step.what}\n${one}`);
		if (said.digits) values.DIGITS = said.digits;
	}
}

const name = basename(house.page);
const { steps, missed } = stepsOf(readFileSync(house.page, "utf8"), house.lang);
check(missed.length === 0 && steps.length > 40, `${name}: all that is bold in a step can be followed (${steps.length} deeds)`, missed.join("; "));
const page = await open(browser, { lang: house.lang, acceptDownloads: true });
const values = { LINK: house.link, PASSWORD: "a password of the page", PASSPHRASE: house.passphrase, "AGENCY-ID.key": "bank1-supervisor.key", saved: [] };
let at = 0;
try {
	for (; at < steps.length; at++) await run(page, steps[at], values);
	check(true, `${name}: every step does what it says, to the last`);
} catch (error) {
	await shot(page, `hour-stuck-${house.lang}`);
	check(false, `${name}: every step does what it says, to the last`, `${steps[at].what} ${steps[at].words.join(" | ")}: ${String(error).split("\n")[0]}`);
}
check(values.saved.length === 0, `${name}: files are saved under the names that it gives`, values.saved.join("; "));
check(page.complaints.length === 0, `${name}: nothing failed in the page, and no other host was asked`, page.complaints.join("; "));
await end(browser);
