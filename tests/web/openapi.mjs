// The API's document against the running server: what is answered has the form that is described,
// and each error that is described occurs.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check } from "./support.mjs";

const house = JSON.parse(process.env.HOUSE);
const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(join(top, "sync-server", "web", "package.json"));
const Ajv = require("ajv").default;

const doc = await (await fetch(`${house.url}/api/v1/openapi.json`)).json();
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

/** OpenAPI 3.0's nullable is JSON Schema's type "null". */
function schemaOf(node) {
	if (Array.isArray(node)) return node.map(schemaOf);
	if (node === null || typeof node !== "object") return node;
	const out = {};
	for (const [key, value] of Object.entries(node)) out[key] = key === "$ref" ? value.replace("#/", "doc#/") : schemaOf(value);
	if (node.nullable !== true) return out;
	delete out.nullable;
	return { anyOf: [out, { type: "null" }] };
}
ajv.addSchema({ $id: "doc", components: schemaOf(doc.components) });

const resolve = (part) => (part?.$ref ? part.$ref.slice(2).split("/").reduce((at, name) => at[name], doc) : part);
const params = (op) => (op.parameters ?? []).map(resolve);

async function signIn(id) {
	const answer = await fetch(`${house.url}/api/v1/session`, {
		method: "POST", headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ id, password: `a password of ${id}` }),
	});
	return answer.headers.get("set-cookie").split(";")[0];
}
const cookies = { law: await signIn("law"), zhang: await signIn("zhang"), root: await signIn("root") };

/** What stands for {name} in this path, where this house has such a thing. */
function value(path, name) {
	if (name === "dev") return house.dev;
	if (name === "file") return `${path.includes("/visit/") ? house.visit : house.case}.tar`;
	const known = path.startsWith("/visits/") ? house.visit : path.startsWith("/cases/") ? house.case
		: path.startsWith("/officers/") ? "o1" : path.startsWith("/agencies/") ? "bank1" : null;
	return known;
}

function fill(path, op, broken = null) {
	const query = new URLSearchParams();
	for (const p of params(op).filter((p) => p.in === "query"))
		if (p.name === broken) query.set(p.name, p.schema?.type === "integer" ? "many" : "no such");
		else if (p.required || (p.name === "day" && path.includes("day")) || house.query[p.name]) query.set(p.name, house.query[p.name] ?? "x");
	const filled = path.replace(/\{(\w+)\}/g, (whole, name) => encodeURIComponent(value(path, name) ?? "nothing-of-that-name"));
	return `${house.url}/api/v1${filled}${query.size ? `?${query}` : ""}`;
}

async function ask(url, cookie) {
	const answer = await fetch(url, { headers: cookie ? { Cookie: cookie } : {} });
	const type = (answer.headers.get("content-type") ?? "").split(";")[0];
	const text = await answer.text();
	return { status: answer.status, type, body: type.includes("json") && !type.includes("ndjson") ? JSON.parse(text) : text, headers: answer.headers };
}

/** Why an answer is none of those described; null: it is. */
function wrong(op, answer) {
	const described = resolve(op.responses?.[answer.status]);
	const isGeneral = [401, 403, 404, 405, 422, 429, 503].includes(answer.status);
	if (!described && !isGeneral) return `${answer.status} is not described`;
	const content = described?.content?.[answer.type];
	if (described?.content && !content) return `${answer.type} is not described for ${answer.status}`;
	const schema = content?.schema ?? { $ref: "#/components/schemas/Problem" };
	if (answer.status === 304 || typeof answer.body === "string") return null;
	const fits = ajv.compile(schemaOf(schema));
	return fits(answer.body) ? null : ajv.errorsText(fits.errors).slice(0, 300);
}

const said = { fine: 0, bad: [], anonymous: [], broken: [], notFound: [], root: [], kept: [] };
for (const [path, methods] of Object.entries(doc.paths)) {
	const op = methods.get;
	if (!op) continue;
	const url = fill(path, op);
	let answer = await ask(url, cookies.zhang);
	if (answer.status === 403) answer = await ask(url, cookies.law);
	if (answer.status === 403) answer = await ask(url, cookies.root);
	const why = wrong(op, answer);
	if (why) said.bad.push(`${path}: ${answer.status} ${why}`);
	if (answer.status < 300) said.fine++;
	const isOpen = op.security?.length === 0;
	const anonymous = await ask(url, null);
	if (!isOpen && anonymous.status !== 401) said.anonymous.push(`${path}: ${anonymous.status}`);
	for (const p of params(op).filter((p) => p.in === "query" && op.responses["422"] && ["integer", "date"].includes(p.schema?.format ?? p.schema?.type))) {
		let refused = await ask(fill(path, op, p.name), cookies.zhang);
		if (refused.status === 403) refused = await ask(fill(path, op, p.name), cookies.law);
		if (refused.status !== 422 || wrong(op, refused)) said.broken.push(`${path}?${p.name}: ${refused.status} ${wrong(op, refused)}`);
	}
	if (path.includes("{") && op.responses["404"]) {
		const nothing = await ask(url.replace(/\/[^/?]*(\.tar)?(\/day[^/?]*|\/[a-z]+)?(\?|$)/, "/nothing$1$2$3"), cookies.law);
		if (![404, 403].includes(nothing.status)) said.notFound.push(`${path}: ${nothing.status}`);
	}
	const tag = answer.headers.get("etag");
	if (tag) {
		const again = await fetch(url, { headers: { Cookie: answer.status === 200 ? cookies.zhang : "", "If-None-Match": tag } });
		if (![200, 304, 403].includes(again.status)) said.kept.push(`${path}: ${again.status}`);
	}
}
check(said.bad.length === 0 && said.fine >= 15, "every live answer has the form that the document gives it", said.bad.join("\n") || String(said.fine));
check(said.anonymous.length === 0, "without a session nothing is answered but what is open", said.anonymous.join("; "));
check(said.broken.length === 0, "a number or date that is none is refused as described", said.broken.join("; "));
check(said.notFound.length === 0, "what is not there is not found", said.notFound.join("; "));
check(said.kept.length === 0, "an answer with an ETag can be asked for again", said.kept.join("; "));
const wide = await fetch(`${house.url}/api/v1/outcomes?since=0`, { headers: { Cookie: cookies.zhang } });
const same = await fetch(`${house.url}/api/v1/outcomes?since=0`, { headers: { Cookie: cookies.zhang, "If-None-Match": wide.headers.get("etag") } });
check(wide.status === 200 && same.status === 304, "and is then 304, without its bytes", same.status);
const none = await ask(`${house.url}/api/v1/nothing`, cookies.zhang);
check(none.status === 404 && none.type === "application/problem+json" && none.body.code === "not-found", "a path that is no route is a problem in JSON too", JSON.stringify(none.body));
process.exit(Object.values(said).some((x) => Array.isArray(x) && x.length) ? 1 : 0);
