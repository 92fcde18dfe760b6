// Which alerts the bar shows (sync-server/web/src/parts/alertlines.ts), under node.
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { check } from "./support.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "sync-server", "web");
const { build } = createRequire(join(web, "package.json"))("esbuild");
const folder = mkdtempSync(join(tmpdir(), "fv-alerts-"));
await build({ entryPoints: [join(web, "src/parts/alertlines.ts")], bundle: true, format: "esm", outfile: join(folder, "lines.mjs"), logLevel: "warning" });
const { lines } = await import(pathToFileURL(join(folder, "lines.mjs")));
rmSync(folder, { recursive: true });

const alert = (dev, kind, n) => ({ id: `${kind}-${dev}-${n}`, dev, kind, ended_ms: null });
const crowd = Array.from({ length: 100 }, (_, n) => alert("a", "sos", n));
const shown = lines([...crowd, alert("b", "sos", 1), alert("a", "checkin", 1)]);
check(shown.length === 3 && shown[1].alert.id === "sos-b-1" && shown[2].alert.kind === "checkin",
	"a handheld that calls a hundred times takes one line, and the call of another stands below it", JSON.stringify(shown));
check(shown[0].alert.id === "sos-a-0" && shown[0].same === 99 && shown[1].same === 0, "its line is the newest call, and says how many more there are");
const over = { ...alert("a", "sos", 2), ended_ms: 5 };
const mixed = lines([over, { ...alert("a", "sos", 1), ended_ms: null }, over]);
check(mixed.length === 1 && mixed[0].alert.id === "sos-a-1" && mixed[0].same === 2, "one that goes on stands before those that are over", JSON.stringify(mixed));
process.exit(0);
