// A KeyError in words.
import { asProblem } from "../api";
import { problemText } from "../ui";
import { has, t } from "../words";
import { saidText } from "../words/faults";
import { KeyError } from "./crypto";

/** What went wrong, for people; other errors come out as the server's problem. */
export function keyProblem(error: unknown): string {
	if (!(error instanceof KeyError)) return problemText(asProblem(error));
	const key = `notes.error.${error.code}`;
	const detail = saidText(error.message);
	return has(key) ? t(key, { detail }) : detail;
}
