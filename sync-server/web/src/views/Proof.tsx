// The panels of a visit and of a case: their proof, and how it is checked.
import type { VNode } from "preact";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Go } from "../ui";
import { t } from "../words";
import "./Reports.css";

function How({ file }: { file: string }): VNode {
	return (
		<>
			<p>{t("proof.panel.check")}</p>
			<pre class="howto" tabIndex={0}><code>{`fieldvisit-verify ${file}\nfieldvisit-verify ${file} --policy POLICY`}</code></pre>
			<p class="hint">{t("proof.panel.policy")}</p>
			<p class="hint">{t("proof.panel.notes")}</p>
		</>
	);
}

export function VisitProof({ id }: { id: string }): VNode {
	return (
		<section>
			<p>{t("proof.panel.lead")}</p>
			<p class="buttons"><a class="button main" href={`/api/v1/proof/visit/${encodeURIComponent(id)}.tar`} download={`${id}.tar`}>{t("proof.panel.visit")}</a></p>
			<How file={`${id}.tar`} />
		</section>
	);
}

export function CaseProof({ id }: { id: string }): VNode {
	const { who } = useSession();
	return (
		<section>
			<p>{t("proof.panel.lead")}</p>
			<p class="buttons">
				<a class="button main" href={`/api/v1/proof/case/${encodeURIComponent(id)}.tar`} download={`${id}.tar`}>{t("proof.panel.case")}</a>
				<Go class="button" to={`/report/answer?case=${encodeURIComponent(id)}`}>{t("proof.panel.answer")}</Go>
				{may(who, Right.NOTES) && <Go class="button" to={`/report/access/${encodeURIComponent(id)}`}>{t("proof.access.button")}</Go>}
				<Go class="button" to={`/report/case/${encodeURIComponent(id)}`}>{t("proof.panel.report")}</Go>
			</p>
			<How file={`${id}.tar`} />
		</section>
	);
}
