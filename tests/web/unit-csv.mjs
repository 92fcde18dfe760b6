// The table that the page makes by itself (sync-server/web/src/csv.ts), under node.
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { check } from "./support.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "sync-server", "web");
const { build } = createRequire(join(web, "package.json"))("esbuild");
const folder = mkdtempSync(join(tmpdir(), "fv-csv-"));
await build({ entryPoints: [join(web, "src/csv.ts")], bundle: true, format: "esm", outfile: join(folder, "csv.mjs"), logLevel: "warning" });
const { cell, csv } = await import(pathToFileURL(join(folder, "csv.mjs")));
rmSync(folder, { recursive: true });

const runs = ["=1+1", "+86 139", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1"];
check(runs.every((text) => cell(text).startsWith("\"'")), "a text that a spreadsheet would run has an apostrophe in front", runs.map(cell).join(" "));
check(cell("500 yuan") === "500 yuan" && cell(-3) === "-3" && cell(null) === "" && cell(undefined) === "", "other texts and numbers stand as they are");
check(cell('a "b", c\r\nd') === '"a ""b"", c\r\nd"', "quotes, commas and line ends are quoted");
const text = csv(["a", "b"], [{ a: "x", b: "张三" }, { b: "=1" }], true);
check(text === "\ufeffa,b\r\nx,张三\r\n,\"'=1\"\r\n", "a table has its header, its rows and a byte-order mark when asked for", JSON.stringify(text));
check(csv(["a"], [], false) === "a\r\n", "without rows it is its header");
process.exit(0);
