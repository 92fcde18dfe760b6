// Settings: what is in force for everybody, an agency or one handheld, who signed it, which
// handhelds have it already; a supervisor changes it and signs here, everybody else reads.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { shortDev } from "../fleet";
import { MoreButton, useMore } from "../parts/work";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { EVERYBODY, inForce, listHandhelds, teamsMissing, textOf, type Handheld, type Kind, type Known, type Scope, type Settings as All, type Text } from "../settings";
import { Field, Go, Load, Table, Time } from "../ui";
import { has, t } from "../words";
import type { Seen } from "../views";
import { Edit } from "./SettingsEdit";
import "./Handhelds.css";
import "./Settings.css";

/** What a setting is called. */
export function nameOf(known: Known): string {
	const phrase = /^phrase\.([0-9]+)\.(en|zh)$/.exec(known.name);
	if (phrase) return t(`settings.of.phrase.${phrase[2]}`, { n: phrase[1]! });
	return has(`settings.of.${known.name}`) ? t(`settings.of.${known.name}`) : known.name;
}

/** A value for people: "nothing" rather than an empty place. */
export function valueOf(known: Known, value: string): string {
	if (value === "") return t(known.kind === "speech" ? "settings.any" : "settings.nothing");
	if (known.kind === "speech") return value.split(",").map((x) => t(`settings.speech.${x}`)).join(", ");
	const unit = has(`settings.unit.${known.name}`) ? ` ${t(`settings.unit.${known.name}`)}` : "";
	return `${value}${unit}`;
}

export function scopeText(scope: { scope: Kind; of: string; agency: string }): string {
	return t(`settings.for.${scope.scope}`, { of: scope.scope === "device" ? shortDev(scope.of) : scope.of, agency: scope.agency });
}

/** The widest first. */
const KINDS: Kind[] = ["installation", "agency", "device"];

const keyOf = (scope: Scope) => `${scope.kind} ${scope.of}`;

/** Everybody, each agency with teams, and each handheld that has a text or is asked for. */
function scopesOf(all: All, asked: Scope | null): Scope[] {
	const devices = all.texts.filter((x) => x.scope === "device").map((x) => ({ kind: "device" as const, of: x.of, agency: x.agency }));
	return [
		EVERYBODY,
		...all.agencies.filter((a) => a.teams !== "").map((a) => ({ kind: "agency" as const, of: a.id, agency: a.id })),
		...devices,
		...(asked && !devices.some((d) => d.of === asked.of) ? [asked] : []),
	];
}

function askedOf(query: URLSearchParams): Scope | null {
	const dev = query.get("device") ?? "";
	return /^[0-9a-f]{32}$/.test(dev) ? { kind: "device", of: dev, agency: query.get("agency") ?? "" } : null;
}

export function Settings({ query }: Seen): VNode {
	const data = useLoad(() => api.get<All>("/settings"), []);
	const asked = askedOf(query);
	return (
		<div class="settings">
			<h1>{t("settings.title")}</h1>
			<p class="hint">{t("settings.what")}</p>
			<Load of={data} show={(all) => <Scoped key={query.toString()} all={all} asked={asked} reload={data.reload} />} />
		</div>
	);
}

function Scoped({ all, asked, reload }: { all: All; asked: Scope | null; reload: () => void }): VNode {
	const { who } = useSession();
	const [scope, setScope] = useState<Scope>(asked ?? EVERYBODY);
	const [isEditing, setEditing] = useState(false);
	const scopes = scopesOf(all, asked);
	const signs = may(who, Right.NOTES);
	const done = () => {
		setEditing(false);
		reload();
	};
	return (
		<>
			<div class="row sieve">
				<Field label={t("settings.whose")}>
					{(attrs) => (
						<select {...attrs} value={keyOf(scope)} disabled={isEditing} onChange={(e) => setScope(scopes.find((s) => keyOf(s) === e.currentTarget.value) ?? EVERYBODY)}>
							{scopes.map((s) => <option key={keyOf(s)} value={keyOf(s)}>{scopeText({ scope: s.kind, of: s.of, agency: s.agency })}</option>)}
						</select>
					)}
				</Field>
				{signs && !isEditing && <button type="button" class="main" onClick={() => setEditing(true)}>{t("settings.change")}</button>}
			</div>
			{isEditing ? <Edit scope={scope} onClose={() => setEditing(false)} onDone={done} /> : <Values all={all} scope={scope} />}
			{!signs && <p class="hint">{t("settings.reads")}</p>}
			{!isEditing && <Signed all={all} />}
			{!isEditing && <Having all={all} />}
		</>
	);
}

function Values({ all, scope }: { all: All; scope: Scope }): VNode {
	const own = textOf(all, scope)?.values ?? {};
	const rows = all.known.map((known) => ({ known, ...inForce(all, scope, own, known) }));
	const shown = rows.filter((r) => !r.known.name.startsWith("phrase.") || r.from !== "default");
	return (
		<section class="card" aria-labelledby="in-force">
			<h2 id="in-force">{t("settings.inforce", { of: scopeText({ scope: scope.kind, of: scope.of, agency: scope.agency }) })}</h2>
			<Table caption={t("settings.title")} rows={shown} rowKey={(r) => r.known.name} columns={[
				{ title: t("settings.col.name"), cell: (r) => <>{nameOf(r.known)} <code>{r.known.name}</code></> },
				{ title: t("settings.col.value"), cell: (r) => <b>{valueOf(r.known, r.value)}</b> },
				{ title: t("settings.col.from"), cell: (r) => t(`settings.from.${r.from}`) },
			]} />
			<p class="hint">{t("settings.phrases", { n: rows.length - shown.length })}</p>
		</section>
	);
}

function Signed({ all }: { all: All }): VNode {
	const missing = (x: Text) => teamsMissing(all, x);
	const texts = [...all.texts].sort((a, b) => KINDS.indexOf(a.scope) - KINDS.indexOf(b.scope));
	return (
		<section class="card" aria-labelledby="signed">
			<h2 id="signed">{t("settings.signed")}</h2>
			{all.texts.length === 0 ? <p>{t("settings.none")}</p> : (
				<Table caption={t("settings.signed")} rows={texts} rowKey={(x) => String(x.version)} columns={[
					{ title: t("settings.col.for"), cell: (x) => <>{scopeText(x)}{x.teams && <span class="zone"> {x.teams}</span>}
						{missing(x).length > 0 && <><br /><b class="mark-review">! {t("settings.missing", { teams: missing(x).join(", ") })}</b></>}</> },
					{ title: t("settings.col.version"), isNumber: true, cell: (x) => x.version },
					{ title: t("settings.col.count"), isNumber: true, cell: (x) => Object.keys(x.values).length },
					{ title: t("settings.col.signer"), cell: (x) => <>{x.signer || "–"}{x.signer_gone && <><br /><b class="mark-review">! {t("settings.gone")}</b></>}</> },
					{ title: t("settings.col.taken"), cell: (x) => <Time ms={x.taken_ms || null} zone="" /> },
				]} />
			)}
		</section>
	);
}

function hasText(d: Handheld): VNode {
	if (d.wants === 0) return <span>{t("settings.has.none")}</span>;
	const isThere = d.has >= d.wants;
	return (
		<span class={`verdict ${isThere ? "v-pass" : "v-review"}`}><b aria-hidden="true">{isThere ? "○" : "?"}</b>{" "}
			{isThere ? t("settings.has.it", { version: d.has }) : t("settings.has.not", { wants: d.wants, has: d.has || "–" })}</span>
	);
}

function Having({ all }: { all: All }): VNode {
	const list = useMore((after) => listHandhelds(after), [all.version]);
	return (
		<section class="card" aria-labelledby="having">
			<h2 id="having">{t("settings.having")}</h2>
			<p class="hint">{t("settings.having.what")}</p>
			<Load of={list} show={() => list.rows.length === 0 ? <p>{t("settings.having.none")}</p> : (
				<>
					<Table caption={t("settings.having")} rows={list.rows} rowKey={(d) => d.dev} columns={[
						{ title: t("settings.col.handheld"), cell: (d) => <Go to={`/settings?device=${d.dev}&agency=${encodeURIComponent(d.agency)}`}><code class="dev">{shortDev(d.dev)}</code></Go> },
						{ title: t("settings.col.officer"), cell: (d) => d.officer },
						{ title: t("settings.col.agency"), isExtra: true, cell: (d) => <>{d.agency} <span class="zone">{d.team}</span></> },
						{ title: t("settings.col.has"), cell: hasText },
					]} />
					<MoreButton of={list} />
				</>
			)} />
		</section>
	);
}
