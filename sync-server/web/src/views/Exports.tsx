// Taking data out: lists with filters, a handheld's day, a case's proof.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { path } from "../api";
import { csv, save } from "../csv";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Act, Field, Go, Progress } from "../ui";
import { language, t } from "../words";
import "./Reports.css";

interface Wanted { from: string; to: string; agency: string; officer: string; case: string; rule: string; verdict: string }
const NOTHING: Wanted = { from: "", to: "", agency: "", officer: "", case: "", rule: "", verdict: "" };

const file = (name: string, query: Record<string, string>) => `/api/v1${path(name, query)}`;

/** A link that saves what it leads to. */
function Save({ href, children, isMain }: { href: string; children: string; isMain?: boolean }): VNode {
	return <a class={isMain ? "button main" : "button"} href={href} download="">{children}</a>;
}

export function Exports(): VNode {
	const { who } = useSession();
	return (
		<>
			<h1>{t("proof.exports")}</h1>
			<p>{t("proof.exports.lead")}</p>
			<Lists />
			<OneCase />
			{who?.role === "auditor" && <DeviceDay />}
			<section class="card">
				<h2>{t("proof.api")}</h2>
				<p>{t("proof.api.lead")} <code>GET /api/v1/outcomes?since=0</code></p>
				<p><a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">{t("proof.api.doc")}</a></p>
			</section>
		</>
	);
}

function Lists(): VNode {
	const { who } = useSession();
	const [wanted, setWanted] = useState(NOTHING);
	const [hasBom, setBom] = useState(language() === "zh");
	const query = { ...wanted } as Record<string, string>;
	const csv: Record<string, string> = hasBom ? { ...query, bom: "1" } : query;
	const set = (key: keyof Wanted) => ({
		value: wanted[key],
		onInput: (e: { currentTarget: HTMLInputElement }) => setWanted({ ...wanted, [key]: e.currentTarget.value.trim() }),
	});
	const date = (key: "from" | "to") => <Field label={t(`proof.${key}`)}>{(a) => <input {...a} type="date" {...set(key)} />}</Field>;
	const text = (key: keyof Wanted) => <Field label={t(`proof.${key}`)}>{(a) => <input {...a} size={12} {...set(key)} />}</Field>;
	return (
		<section class="card">
			<h2>{t("proof.exports.what")}</h2>
			<div class="row">
				{date("from")}{date("to")}{text("agency")}{text("officer")}{text("case")}{text("rule")}
				<Field label={t("proof.verdict")}>{(a) => (
					<select {...a} value={wanted.verdict} onChange={(e) => setWanted({ ...wanted, verdict: e.currentTarget.value })}>
						<option value="">{t("proof.any")}</option>
						{["fail", "review", "pass"].map((v) => <option value={v}>{t(`verdict.${v}`)}</option>)}
					</select>
				)}</Field>
			</div>
			<p class="hint">{t("proof.optional")} {t("proof.both")}</p>
			<p><label><input type="checkbox" checked={hasBom} onChange={(e) => setBom(e.currentTarget.checked)} /> {t("proof.exports.bom")}</label></p>
			<h3>{t("proof.exports.visits")}</h3>
			<p class="buttons">
				<Save isMain href={file("/export/visits.csv", csv)}>{t("proof.exports.csv")}</Save>
				<Save href={file("/export/visits.geojson", query)}>{t("proof.exports.geojson")}</Save>
				<Save href={file("/export/visits.ndjson", query)}>{t("proof.exports.ndjson")}</Save>
			</p>
			<h3>{t("proof.exports.findings")}</h3>
			<p class="buttons">
				<Save isMain href={file("/export/findings.csv", csv)}>{`${t("proof.exports.csv")}: ${wanted.verdict ? t(`verdict.${wanted.verdict}`) : t("proof.exports.acts")}`}</Save>
				{!wanted.verdict && <Save href={file("/export/findings.csv", { ...csv, verdict: "all" })}>{`${t("proof.exports.csv")}: ${t("proof.exports.all")}`}</Save>}
			</p>
			<p class="hint">{t("proof.exports.safe")}</p>
			{may(who, Right.NOTES) && <Sealed query={query} hasBom={hasBom} />}
		</section>
	);
}

/** The table with what a supervisor's key opens, made in this page. */
function Sealed({ query, hasBom }: { query: Record<string, string>; hasBom: boolean }): VNode {
	const [far, setFar] = useState({ done: 0, of: 0 });
	const [result, setResult] = useState("");
	const run = async () => {
		setResult("");
		const wanted = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
		try {
			const { SEALED_COLUMNS, sealedTable } = await import("../sealed");
			const table = await sealedTable(wanted, (done, of) => setFar({ done, of }));
			save("sealed.csv", csv(SEALED_COLUMNS, table.rows, hasBom), "text/csv;charset=utf-8");
			setResult(t("proof.exports.sealed.done", { opened: table.opened, failed: table.failed }));
		} catch (error) {
			const { keyProblem } = await import("../keys");
			setResult(keyProblem(error));
		}
	};
	return (
		<>
			<h3>{t("proof.exports.sealed")}</h3>
			<p class="hint">{t("proof.exports.sealed.lead")} {t("shell.limits")}</p>
			<p class="buttons"><Act run={run}>{t("proof.exports.sealed.make")}</Act></p>
			{far.of > 0 && <Progress done={far.done} of={far.of} text={t("proof.contact")} />}
			<p role="status">{result}</p>
		</>
	);
}

function OneCase(): VNode {
	const [id, setId] = useState("");
	const name = encodeURIComponent(id);
	return (
		<section class="card">
			<h2>{t("proof.exports.answer")}</h2>
			<Field label={t("proof.case")}>{(a) => <input {...a} value={id} onInput={(e) => setId(e.currentTarget.value.trim())} />}</Field>
			{id && (
				<p class="buttons">
					<Go class="button main" to={`/report/answer?case=${name}`}>{t("proof.exports.go.answer")}</Go>
					<Go class="button" to={`/report/case/${name}`}>{t("proof.casereport.title")}</Go>
					<Save href={`/api/v1/proof/case/${name}.tar`}>{t("proof.exports.go.proof")}</Save>
				</p>
			)}
		</section>
	);
}

function DeviceDay(): VNode {
	const [dev, setDev] = useState("");
	const [day, setDay] = useState("");
	const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
	const isWhole = /^[0-9a-f]{32}$/.test(dev) && day !== "";
	return (
		<section class="card">
			<h2>{t("proof.exports.device")}</h2>
			<p class="hint">{t("proof.exports.device.auditors")}</p>
			<div class="row">
				<Field label={t("proof.handheld")} hint={t("proof.exports.device.hint")}>{(a) => <input {...a} value={dev} size={32} onInput={(e) => setDev(e.currentTarget.value.trim())} />}</Field>
				<Field label={t("proof.date")}>{(a) => <input {...a} type="date" value={day} onInput={(e) => setDay(e.currentTarget.value)} />}</Field>
				<Field label={t("proof.exports.zone")}>{(a) => <input {...a} value={zone} onInput={(e) => setZone(e.currentTarget.value.trim())} />}</Field>
			</div>
			{isWhole && (
				<p class="buttons">
					<Save isMain href={file(`/export/device/${dev}/day.gpx`, { day, zone })}>GPX</Save>
					<Save href={file(`/export/device/${dev}/day.geojson`, { day, zone })}>GeoJSON</Save>
				</p>
			)}
		</section>
	);
}
