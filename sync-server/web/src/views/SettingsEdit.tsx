// Changing settings: each value with its rule, what the change does in words, and the key.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../api";
import { keyProblem } from "../keys";
import type { KnownRoster } from "../keys/roster";
import { changesOf, inForce, isFit, loadChecked, put, textOf, type Change, type Known, type Scope, type Settings as All, type Values } from "../settings";
import { Field, Trouble, Busy, toast } from "../ui";
import { t } from "../words";
import { nameOf, valueOf } from "./Settings";

interface Props {
	scope: Scope;
	onClose: () => void;
	onDone: () => void;
}

export function Edit(props: Props): VNode {
	const data = useLoad(async () => {
		try {
			return { ...(await loadChecked()), problem: "" };
		} catch (error) {
			return { all: null, chain: [], problem: keyProblem(error) };
		}
	}, []);
	if (data.error) return <Trouble problem={data.error} retry={data.reload} />;
	if (!data.data) return <Busy />;
	if (!data.data.all) return <p class="refused" role="alert">{data.data.problem}</p>;
	return <Form {...props} all={data.data.all} chain={data.data.chain} />;
}

function Form({ scope, onClose, onDone, all, chain }: Props & { all: All; chain: KnownRoster[] }): VNode {
	const [values, setValues] = useState<Values>(textOf(all, scope)?.values ?? {});
	const known = all.known.filter((k) => scope.kind === "installation" || !k.general);
	const row = (k: Known) => <Row key={k.name} known={k} all={all} scope={scope} values={values} onChange={setValues} />;
	return (
		<form onSubmit={(e) => e.preventDefault()}>
			<section class="card" aria-labelledby="edit">
				<h2 id="edit">{t("settings.edit")}</h2>
				<p class="hint">{t("settings.edit.what")}</p>
				{known.filter((k) => !k.name.startsWith("phrase.")).map(row)}
				<details>
					<summary>{t("settings.edit.phrases")}</summary>
					{known.filter((k) => k.name.startsWith("phrase.")).map(row)}
				</details>
			</section>
			<Preview all={all} chain={chain} scope={scope} values={values} onClose={onClose} onDone={onDone} />
		</form>
	);
}

function rule(known: Known): string {
	return t(`settings.rule.${known.kind}`, { min: known.min, max: known.max });
}

function Row(props: { known: Known; all: All; scope: Scope; values: Values; onChange: (values: Values) => void }): VNode {
	const { known, all, scope, values, onChange } = props;
	const own = values[known.name];
	const without = { ...values };
	delete without[known.name];
	const otherwise = inForce(all, scope, without, known);
	const toggle = (on: boolean) => onChange(on ? { ...values, [known.name]: otherwise.value } : without);
	const set = (value: string) => onChange({ ...values, [known.name]: value });
	return (
		<div class="set">
			<label class="check"><input type="checkbox" checked={own !== undefined} onChange={(e) => toggle(e.currentTarget.checked)} /> {nameOf(known)} <code>{known.name}</code></label>
			{own === undefined
				? <p class="hint">{valueOf(known, otherwise.value)} ({t(`settings.from.${otherwise.from}`)})</p>
				: <Field label={t("settings.value", { name: nameOf(known) })} hint={`${rule(known)} ${t("settings.otherwise", { value: valueOf(known, otherwise.value) })}`}
					error={isFit(known, own) ? null : rule(known)}>
					{(attrs) => known.kind === "speech"
						? <select {...attrs} value={own} onChange={(e) => set(e.currentTarget.value)}>{["", "en", "zh", "en,zh"].map((v) => <option key={v} value={v}>{valueOf(known, v)}</option>)}</select>
						: <input {...attrs} value={own} inputMode={known.kind === "number" ? "numeric" : "text"} maxLength={160} size={known.kind === "number" ? 10 : 34} onInput={(e) => set(e.currentTarget.value)} />}
				</Field>}
		</div>
	);
}

function changeText({ known, before, after }: Change): VNode {
	const from = (x: typeof before) => (x.from === "default" || x.from !== after.from ? ` (${t(`settings.from.${x.from}`)})` : "");
	return <>{nameOf(known)}: <s>{valueOf(known, before.value)}</s>{from(before)} → <b>{valueOf(known, after.value)}</b>{after.from === "default" ? ` (${t("settings.from.default")})` : ` · ${t("settings.default.is", { value: valueOf(known, known.default) })}`}</>;
}

function Preview({ all, chain, scope, values, onClose, onDone }: Props & { all: All; chain: KnownRoster[]; values: Values }): VNode {
	const [problem, setProblem] = useState("");
	const [isBusy, setBusy] = useState(false);
	const changes = changesOf(all, scope, values);
	const unfit = all.known.filter((k) => values[k.name] !== undefined && !isFit(k, values[k.name]!));
	const go = async () => {
		setBusy(true);
		setProblem("");
		try {
			toast(t("settings.done", { version: await put(all, chain, scope, values) }));
			onDone();
		} catch (error) {
			setProblem(keyProblem(error));
			setBusy(false);
		}
	};
	return (
		<section class="card preview" aria-labelledby="preview">
			<h2 id="preview">{t("settings.preview")}</h2>
			{changes.length === 0 ? <p>{t("settings.preview.none")}</p> : <ul tabIndex={0} aria-label={t("settings.preview")}>{changes.map((c) => <li key={c.known.name}>{changeText(c)}</li>)}</ul>}
			{unfit.length > 0 && <p class="refused">{t("settings.unfit", { names: unfit.map(nameOf).join(", ") })}</p>}
			{problem && <p class="refused" role="alert">{problem}</p>}
			<div class="row">
				<button type="button" class="main" disabled={isBusy || changes.length === 0 || unfit.length > 0} aria-busy={isBusy} onClick={go}>{t("settings.sign")}</button>
				<button type="button" class="plain" onClick={onClose}>{t("shell.cancel")}</button>
			</div>
		</section>
	);
}
