// A KeyError in words.
import { asProblem } from "../api";
import { has, t } from "../words";
import { KeyError } from "./crypto";

/** What went wrong, for people; other errors come out as the server's problem. */
export function keyProblem(error: unknown): string {
	if (error instanceof KeyError) {
		const key = `notes.error.${error.code}`;
		return has(key) ? t(key, { detail: error.message }) : error.message;
	}
	const problem = asProblem(error);
	return has(`error.${problem.code}`) && problem.code !== "refused" ? t(`error.${problem.code}`) : problem.detail;
}
