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
	await page.locator('input[name="username"]').fill(house.person);
	await page.locator('input[name="password"]').fill("not the password");
	await page.locator('form button[type="submit"]').click();
	await page.getByText(wrong).waitFor();
	await shot(page, `access-login-${lang}-${size.width}`);
	check((await axe(page)).length === 0, `axe has no serious finding on the sign-in page (${lang}, ${size.width})`, (await axe(page)).join("; "));
	check(await fits(page), `the sign-in page fits ${size.width} pixels (${lang})`);
	await login(page, house.url, house.person, house.password);
	await page.locator(".me button").last().click();
	await page.locator('input[name="password"]').waitFor();
	check(page.complaints.length === 0, `signing in and out works from the page (${lang}, ${size.width})`, page.complaints.join("; "));
	await page.context().close();
}

await welcome("en", WIDE, house.links[0], /Welcome/);
await welcome("zh", NARROW, house.links[1], /欢迎/);
await signIn("en", NARROW, /id or the password is wrong/);
await signIn("zh", WIDE, /账号或密码错误/);
await end(browser);
