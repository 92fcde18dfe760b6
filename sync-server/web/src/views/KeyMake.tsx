// Make a key in the browser, or bring one: the wrapped file is saved first, then its public
// half goes to the roster that is being drawn up.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api";
import { keyProblem } from "../keys";
import { KeyError, sodium } from "../keys/crypto";
import { keepFile } from "../keys/kept";
import { makeKey, publicFile, readPublic, wipeKey, wrapKey } from "../keys/keyfile";
import { drawn } from "../keys/Unlock";
import { save } from "../keys/save";
import { NewPassword } from "../password";
import { Field, toast } from "../ui";
import { t } from "../words";
import type { Mine, Rosters } from "./Keys";

interface Made {
	file: string;
	pub: string;
	name: string;
	/** It comes from a file that the person has; there is nothing to save. */
	isBrought: boolean;
}

export function MakeKey({ mine, rosters, onDone }: { mine: Mine; rosters: Rosters; onDone: () => void }): VNode {
	const [made, setMade] = useState<Made | null>(null);
	if (made) return <Publish made={made} mine={mine} rosters={rosters} onDone={onDone} />;
	return (
		<div class="grid">
			<Fresh mine={mine} onMade={setMade} />
			<Bring onMade={setMade} />
		</div>
	);
}

function Fresh({ mine, onMade }: { mine: Mine; onMade: (made: Made) => void }): VNode {
	const [passphrase, setPassphrase] = useState<string | null>(null);
	const [isBusy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	const submit = async (e: Event) => {
		e.preventDefault();
		if (passphrase === null || isBusy) return;
		setBusy(true);
		try {
			const lib = await sodium();
			await drawn();
			const key = makeKey(lib, "supervisor", mine.agency, mine.id);
			const file = wrapKey(lib, key, passphrase);
			const pub = publicFile(lib, key);
			wipeKey(key);
			onMade({ file, pub, name: `${mine.agency}/${mine.id}`, isBrought: false });
		} catch (error) {
			setProblem(keyProblem(error));
			setBusy(false);
		}
	};
	return (
		<form onSubmit={submit}>
			<h3>{t("notes.make.here")}</h3>
			<p>{t("notes.make.what")}</p>
			<NewPassword onChange={setPassphrase} label={t("notes.passphrase.new")} />
			{problem && <p class="refused" role="alert">{problem}</p>}
			<p role="status" class="hint">{isBusy ? t("notes.unlock.busy") : ""}</p>
			<button type="submit" class="main" disabled={passphrase === null || isBusy}>{t("notes.make.go")}</button>
		</form>
	);
}

function Bring({ onMade }: { onMade: (made: Made) => void }): VNode {
	const [problem, setProblem] = useState<string | null>(null);
	const choose = async (input: HTMLInputElement) => {
		const picked = input.files?.[0];
		if (!picked) return;
		try {
			const lib = await sodium();
			const file = await picked.text();
			const { key, hasSecret } = readPublic(lib, file);
			if (key.kind === "recovery") throw new KeyError("recovery-offline");
			if (!hasSecret) throw new KeyError("public-only");
			onMade({ file, pub: publicFile(lib, key), name: `${key.agency}/${key.id}`, isBrought: true });
		} catch (error) {
			setProblem(keyProblem(error));
		}
	};
	return (
		<div>
			<h3>{t("notes.bring")}</h3>
			<p>{t("notes.bring.what")}</p>
			<Field label={t("notes.unlock.file")} error={problem}>
				{(attrs) => <input {...attrs} type="file" onChange={(e) => choose(e.currentTarget)} />}
			</Field>
		</div>
	);
}

function Publish(props: { made: Made; mine: Mine; rosters: Rosters; onDone: () => void }): VNode {
	const { made, mine, rosters } = props;
	const before = (rosters.draft?.roster ?? rosters.inForce?.roster)?.supervisors.find((s) => s.id === mine.id);
	const [isSaved, setSaved] = useState(made.isBrought);
	const [isSure, setSure] = useState(made.isBrought);
	const [teams, setTeams] = useState(before?.teams.join(", ") ?? "team1");
	const [problem, setProblem] = useState<string | null>(null);
	const download = () => {
		save(`${made.name.replace("/", "-")}.key`, "text/plain", made.file);
		setSaved(true);
	};
	const propose = async (e: Event) => {
		e.preventDefault();
		try {
			await api.post("/roster/draft", { add: made.pub, teams: teams.split(/[\s,;、,]+/).filter(Boolean).join(",") });
			await keepFile({ name: made.name, text: made.file });
			toast(t("notes.make.proposed"));
			props.onDone();
		} catch (error) {
			setProblem(keyProblem(error));
		}
	};
	return (
		<form onSubmit={propose}>
			<h3>{t("notes.save")}</h3>
			{!made.isBrought && (
				<ol class="steps">
					<li>{t("notes.save.what")} <button type="button" class={isSaved ? "" : "main"} onClick={download}>{t("notes.save.go")}</button></li>
					<li><label><input type="checkbox" checked={isSure} disabled={!isSaved} onChange={(e) => setSure(e.currentTarget.checked)} /> {t("notes.save.sure")}</label></li>
				</ol>
			)}
			<Field label={t("notes.teams")} hint={t("notes.teams.hint")} error={problem}>
				{(attrs) => <input {...attrs} value={teams} required onInput={(e) => setTeams(e.currentTarget.value)} />}
			</Field>
			<button type="submit" class="main" disabled={!isSaved || !isSure}>{t("notes.make.propose")}</button>
		</form>
	);
}
