// Who leaves the page alone is warned, then signed out.  The server's time for it is 6 s here.
import { check, end, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();
const page = await open(browser, { lang: "zh" });

await login(page, house.url, "zhang", "a password of zhang");
await page.locator("dialog[open]").waitFor();
await shot(page, "access-idle-zh-1280");
check(true, "who leaves the page alone is asked whether he is still there");
await page.locator("dialog[open] button.main").click();
await page.locator("dialog[open]").waitFor({ state: "detached" });
check(await page.locator(".me .who").isVisible(), "who answers stays signed in");
await page.locator('input[name="password"]').waitFor({ timeout: 20000 });
check(page.complaints.length === 0, "who does not answer is signed out", page.complaints.join("; "));
await end(browser);
