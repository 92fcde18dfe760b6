// With tiles: the page asks the one host that the server was given, and no other.
import { WIDE, check, end, launch, login, open, shot } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const browser = await launch();
const page = await open(browser, { lang: "zh", size: WIDE });
const asked = [];
page.on("request", (request) => { if (request.url().startsWith(house.tiles)) asked.push(request.url().slice(house.tiles.length)); });
await login(page, house.url, house.person, house.password);
await page.goto(`${house.url}/#/device/${house.dev}?day=2026-03-02`);
await page.locator(".leaflet-tile-loaded").first().waitFor();
check(asked.length > 0 && asked.every((path) => /^\/\d+\/\d+\/\d+\.png$/.test(path)), "tiles are asked of the URL that the server was given", asked.join(" "));
const near = await page.evaluate(() => performance.getEntriesByType("resource").map((r) => new URL(r.name).origin));
check(new Set(near).size === 2, "and nothing of any other host", [...new Set(near)].join(" "));
check(page.complaints.length === 0, "the page's policy lets them in", page.complaints.join("; "));
await page.locator(".trail-row", { hasText: "c-long" }).first().focus();
const said = await page.locator(".trail-details").innerText();
check(/31\.2\d+, 121\.4\d+/.test(said), "what is said in numbers is not shifted", said);
await shot(page, "trail-tiles-zh-1280");
await end(browser);
