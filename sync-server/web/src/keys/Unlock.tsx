// The dialog that opens a key: a file kept in this browser or one chosen, and its passphrase.
import type { VNode } from "preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Busy, Dialog, Field } from "../ui";
import { t } from "../words";
import { KeyError, sodium } from "./crypto";
import { holdKey } from "./held";
import { keepFile, keptFiles, type KeptFile } from "./kept";
import { type Key, openKey, readPublic } from "./keyfile";
import { keyProblem } from "./problem";

/** Let the page draw before something that holds it up for a second. */
export function drawn(): Promise<void> {
	return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}

/** Open a key file's text and hold the key; keeps the wrapped file in this browser. */
export async function openFile(text: string, passphrase: string): Promise<Key> {
	const lib = await sodium();
	await drawn();
	const key = openKey(lib, text, passphrase);
	await keepFile({ name: `${key.agency}/${key.id}`, text });
	holdKey(key);
	return key;
}

const OTHER = "";

function Unlock(props: { onOpen: (key: Key) => void; onClose: () => void }): VNode {
	const [files, setFiles] = useState<KeptFile[] | null>(null);
	const [chosen, setChosen] = useState(OTHER);
	const [own, setOwn] = useState<KeptFile | null>(null);
	const [passphrase, setPassphrase] = useState("");
	const [problem, setProblem] = useState<string | null>(null);
	const [isBusy, setBusy] = useState(false);
	useEffect(() => {
		keptFiles().then((kept) => {
			setFiles(kept);
			setChosen(kept[0]?.name ?? OTHER);
		});
	}, []);
	const file = chosen === OTHER ? own : files?.find((f) => f.name === chosen) ?? null;
	const choose = async (input: HTMLInputElement) => {
		const picked = input.files?.[0];
		if (!picked) return setOwn(null);
		try {
			const text = await picked.text();
			const { key, hasSecret } = readPublic(await sodium(), text);
			if (!hasSecret) throw new KeyError("public-only");
			if (key.kind === "recovery") throw new KeyError("recovery-offline");
			setOwn({ name: `${key.agency}/${key.id}`, text });
			setProblem(null);
		} catch (error) {
			setOwn(null);
			setProblem(keyProblem(error));
		}
	};
	const submit = async (e: Event) => {
		e.preventDefault();
		if (!file || isBusy) return;
		setBusy(true);
		setProblem(null);
		try {
			const key = await openFile(file.text, passphrase);
			setPassphrase("");
			props.onOpen(key);
		} catch (error) {
			setProblem(keyProblem(error));
			setBusy(false);
		}
	};
	return (
		<Dialog title={t("notes.unlock")} onClose={props.onClose}>
			{files === null ? <Busy /> : <form class="unlock" onSubmit={submit}>
				{files.length > 0 && (
					<Field label={t("notes.unlock.which")}>
						{(attrs) => (
							<select {...attrs} value={chosen} onChange={(e) => setChosen(e.currentTarget.value)}>
								{files.map((f) => <option key={f.name} value={f.name}>{t("notes.unlock.kept", { name: f.name })}</option>)}
								<option value={OTHER}>{t("notes.unlock.other")}</option>
							</select>
						)}
					</Field>
				)}
				{chosen === OTHER && (
					<Field label={t("notes.unlock.file")} hint={t("notes.unlock.file.hint")}>
						{(attrs) => <input {...attrs} type="file" onChange={(e) => choose(e.currentTarget)} />}
					</Field>
				)}
				<Field label={t("notes.passphrase")} error={problem} hint={t("notes.unlock.hint")}>
					{(attrs) => (
						<input {...attrs} type="password" autocomplete="off" value={passphrase} required
							onInput={(e) => setPassphrase(e.currentTarget.value)} />
					)}
				</Field>
				<p role="status" class="hint">{isBusy ? t("notes.unlock.busy") : ""}</p>
				<div class="row">
					<button type="submit" class="main" disabled={!file || isBusy} aria-busy={isBusy}>{t("notes.unlock.open")}</button>
					<button type="button" class="plain" onClick={props.onClose}>{t("shell.cancel")}</button>
				</div>
			</form>}
		</Dialog>
	);
}

/** Ask for a key; rejects with KeyError "cancelled" when the person closes the dialog. */
export function askForKey(): Promise<Key> {
	const place = document.createElement("div");
	document.body.append(place);
	const end = () => {
		render(null, place);
		place.remove();
	};
	return new Promise((resolve, reject) => {
		render(<Unlock onOpen={(key) => { end(); resolve(key); }}
			onClose={() => { end(); reject(new KeyError("cancelled")); }} />, place);
	});
}
