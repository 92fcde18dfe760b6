// Signing in as people do: a one-time link, a password, in both languages and at both sizes.
import { NARROW, WIDE, axe, check, end, fits, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();

async function welcome(lang, size, link, title) {
	const page = await open(browser, { lang, size });
	await page.goto(`${house.url}${link}`);
	await page.getByRole("heading", { name: title }).waitFor();
	await shot(page, `access-welcome-${lang}-${size.width}`);
	check((await axe(page)).length === 0, `axe has no serious finding on the welcome page (${lang}, ${size.width})`, (await axe(page)).join("; "));
	check(await fits(page), `the welcome page fits ${size.width} pixels (${lang})`);
	const button = page.locator('form button[type="submit"]');
	await page.locator('input[name="new-password"]').fill("too short");
	await page.locator('input[name="new-password-again"]').fill("too short");
	check(await button.isDisabled(), `a password of nine characters cannot be set (${lang})`);
	await page.locator('input[name="new-password"]').fill("kettle horse window");
	await page.locator('input[name="new-password-again"]').fill("kettle horse windoW");
	check(await button.isDisabled(), `two passwords that differ cannot be set (${lang})`);
	await shot(page, `access-welcome-differs-${lang}-${size.width}`);
	await page.locator('input[name="new-password-again"]').fill("kettle horse window");
	await button.click();
	await page.locator(".me .who").waitFor();
	check(true, `a one-time link sets the password and signs its owner in (${lang})`);
	check(page.complaints.length === 0, `nothing failed in the page behind the link (${lang})`, page.complaints.join("; "));
	await page.goto("about:blank");
	await page.goto(`${house.url}${link}`);
	await page.locator(".empty").waitFor();
	await shot(page, `access-spent-${lang}-${size.width}`);
	check(true, `a link that was used says that it does not work any more (${lang})`);
	await page.context().close();
}

async function signIn(lang, size, wrong) {
	const page = await open(browser, { lang, size });
	await page.goto(`${house.url}/`);
	await page.locator('input[name="username"]').fill("zhang");
	await page.locator('input[name="password"]').fill("not the password");
	await page.locator('form button[type="submit"]').click();
	await page.getByText(wrong).waitFor();
	await shot(page, `access-login-${lang}-${size.width}`);
	check((await axe(page)).length === 0, `axe has no serious finding on the sign-in page (${lang}, ${size.width})`, (await axe(page)).join("; "));
	check(await fits(page), `the sign-in page fits ${size.width} pixels (${lang})`);
	await login(page, house.url, "zhang", "a password of zhang");
	await page.locator(".me button").last().click();
	await page.locator('input[name="password"]').waitFor();
	check(page.complaints.length === 0, `signing in and out works from the page (${lang}, ${size.width})`, page.complaints.join("; "));
	await page.context().close();
}

await welcome("en", WIDE, house.links[0], /Welcome/);
await welcome("zh", NARROW, house.links[1], /欢迎/);
await signIn("en", NARROW, /id or the password is wrong/);
await signIn("zh", WIDE, /账号或密码错误/);

/** An admin's day: an account, its link, another role, the end of it. */
async function accounts(lang, size, words) {
	const page = await open(browser, { lang, size });
	const looks = async (what) => {
		await shot(page, `access-${what}-${lang}-${size.width}`);
		const found = await axe(page);
		check(found.length === 0 && await fits(page), `the ${what} page has no serious finding and fits (${lang}, ${size.width})`, found.join("; "));
	};
	await login(page, house.url, "boss", "a password of boss");
	await page.locator("table").waitFor();
	check(page.url().endsWith("#/people"), `an admin's first page is the one that he may see (${lang})`, page.url());
	await looks("accounts");
	check(await page.getByText("<img src=x onerror=alert(1)>").first().isVisible(), `a name is shown as it is written, never run (${lang})`);
	await page.getByRole("button", { name: words.add }).click();
	await page.locator('dialog input[name="id"]').fill(`new-${lang}`);
	await page.locator('dialog input[name="name"]').fill("New \u65b0");
	await page.locator('dialog select[name="role"]').selectOption("manager");
	await page.locator('dialog input[name="agency"]').fill("north");
	await looks("new-account");
	await page.locator('dialog button[type="submit"]').click();
	const link = await page.locator(".people-link").inputValue();
	check(link.startsWith(`${house.url}/#/welcome/`), `an admin makes an account in the page, and sees its link once (${lang})`, link);
	await looks("one-time-link");
	await page.locator("dialog header button").click();
	const row = page.locator("tr", { hasText: `new-${lang}` });
	await row.getByRole("button").click();
	await page.locator(".people-access button").nth(1).click();
	await row.getByText(words.disabled).waitFor();
	check(true, `an admin ends somebody's access in the page (${lang})`);
	await page.getByRole("button", { name: "Wang Li" }).click();
	check(await page.locator(".people-access button").nth(1).isDisabled(), `nobody can disable himself (${lang})`);
	await page.locator("dialog header button").click();
	await page.locator(".me .who").click();
	await page.locator("table").waitFor();
	await looks("my-account");
	check(page.complaints.length === 0, `nothing failed in the admin's pages (${lang})`, page.complaints.join("; "));
	await page.context().close();
}

await accounts("en", WIDE, { add: "Add an account", disabled: "disabled" });
await accounts("zh", NARROW, { add: "添加账号", disabled: "已停用" });
await end(browser);
