// The end of an agency: its accounts and cases at once, then its handhelds, which a supervisor's key
// wipes and revokes, all of them or none.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { endHandhelds, handheldsOf, loadFleet } from "../fleet";
import { keyProblem, unlock } from "../keys";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Load, Progress } from "../ui";
import { t } from "../words";
import type { Agency } from "./staff";
import { done } from "./work";

/** What was ordered and confirmed, as a page to print. */
export function CertificateLink({ agency }: { agency: string }): VNode {
	return <a href={`/api/v1/agencies/${encodeURIComponent(agency)}/certificate`} download={`certificate-${agency}.html`}>{t("staff.close.certificate")}</a>;
}

export function CloseAgency({ agency, onDone }: { agency: Agency; onDone: () => void }): VNode {
	const left = useLoad(() => handheldsOf(agency.agency), [agency.agency]);
	const { who } = useSession();
	const signs = may(who, Right.NOTES);
	const [isSure, setSure] = useState(false);
	const [step, setStep] = useState<number | null>(null);
	const [problem, setProblem] = useState("");
	const end = async () => {
		setProblem("");
		setStep(0);
		try {
			const directory = signs ? await loadFleet() : null;
			if (directory) await unlock();
			if (agency.open) await api.post(`/agencies/${encodeURIComponent(agency.agency)}/close`);
			const devices = directory ? await handheldsOf(agency.agency) : [];
			if (directory && devices.length > 0) await endHandhelds(directory, devices, setStep);
			done("staff.close.done", { id: agency.agency, n: devices.length });
			onDone();
		} catch (error) {
			setProblem(keyProblem(error));
		} finally {
			setStep(null);
		}
	};
	const name = agency.name ? `${agency.name} (${agency.agency})` : agency.agency;
	return (
		<section class="people-access">
			<h3>{t("staff.close")}</h3>
			<p class="hint">{t(agency.open ? "staff.close.what" : "staff.close.closed")} {t(signs ? "staff.close.sign" : "staff.close.ask")}</p>
			{!agency.open && <p><CertificateLink agency={agency.agency} /></p>}
			<Load of={left} show={(devices) => !agency.open && (devices.length === 0 || !signs) ? null : (
				<>
					<p><label><input type="checkbox" checked={isSure} onChange={(e) => setSure(e.currentTarget.checked)} /> {t("staff.close.sure", { name, n: devices.length })}</label></p>
					<button type="button" class="danger" disabled={!isSure || step !== null} aria-busy={step !== null} onClick={() => void end()}>{t(agency.open ? "staff.close.go" : "staff.close.rest")}</button>
					{step !== null && <Progress done={step} of={2 * devices.length} text={t("fleet.bench.signing")} />}
				</>
			)} />
			{problem && <p class="refused" role="alert">{problem}</p>}
		</section>
	);
}
