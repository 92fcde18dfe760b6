// A bench of handhelds: the lines that they showed are compared here with what enrolled, and one
// passphrase signs for all; all of them are taken, or none.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../api";
import { approveBench, loadFleet, readBench, shortDev, type BenchLine } from "../fleet";
import { keyProblem } from "../keys";
import type { Directory } from "../keys/directory";
import { Field, Go, Load, Progress, Table, toast } from "../ui";
import { t } from "../words";
import "./Handhelds.css";

export function Bench(): VNode {
	const fleet = useLoad(loadFleet, []);
	return (
		<>
			<p><Go to="/handhelds">← {t("fleet.title")}</Go></p>
			<h1>{t("fleet.bench")}</h1>
			<p>{t("fleet.bench.what")}</p>
			<Load of={fleet} show={(directory) => <Compare directory={directory} reload={fleet.reload} />} />
		</>
	);
}

/** Handhelds that wait for an approval, as the box may name them. */
function waitingOf(directory: Directory): number {
	return directory.devices.filter((d) => !d.isApproved && !d.isRevoked).length;
}

function Compare({ directory, reload }: { directory: Directory; reload: () => void }): VNode {
	const [text, setText] = useState("");
	const [step, setStep] = useState<number | null>(null);
	const [problem, setProblem] = useState("");
	const lines = readBench(text, directory);
	const good = lines.filter((l) => l.fault === "");
	const bad = lines.filter((l) => l.fault !== "" && l.fault !== "done");
	const sign = async () => {
		setProblem("");
		setStep(0);
		try {
			const count = await approveBench(directory, lines, setStep);
			toast(t("fleet.bench.done", { n: count }));
			setText("");
			reload();
		} catch (error) {
			setProblem(keyProblem(error));
		} finally {
			setStep(null);
		}
	};
	return (
		<>
			<p class="names">{t("fleet.bench.waits", { n: waitingOf(directory) })}</p>
			<Field label={t("fleet.bench.lines")} hint={t("fleet.bench.hint")}>
				{(attrs) => <textarea {...attrs} class="bench-text" spellcheck={false} value={text} onInput={(e) => setText(e.currentTarget.value)} />}
			</Field>
			{lines.length > 0 && <Result lines={lines} />}
			{problem && <p class="refused" role="alert">{problem}</p>}
			{step !== null && <Progress done={step} of={good.length} text={t("fleet.bench.signing")} />}
			<p class="hint">{t("fleet.signed")}</p>
			<button type="button" class="main" disabled={good.length === 0 || bad.length > 0 || step !== null} onClick={() => void sign()}>{t("fleet.bench.go", { n: good.length })}</button>
		</>
	);
}

/** The faults first: with one of them nothing is signed. */
function Result({ lines }: { lines: BenchLine[] }): VNode {
	const bad = lines.filter((l) => l.fault !== "" && l.fault !== "done");
	const fine = lines.length - bad.length;
	return (
		<>
			<p role="status">{t("fleet.bench.compared", { n: lines.length, good: fine, bad: bad.length })}</p>
			{bad.length > 0 && <Table caption={t("fleet.bench.faults")} rows={bad} rowKey={(l) => String(l.line)} columns={[
				{ title: t("fleet.line"), isNumber: true, cell: (l) => l.line },
				{ title: t("fleet.handheld"), cell: (l) => l.device ? `${shortDev(l.device.dev)} · ${l.device.officer}` : <code>{l.text.slice(0, 40)}</code> },
				{ title: t("fleet.fault"), cell: (l) => t(`fleet.bench.${l.fault}`) },
			]} />}
		</>
	);
}
