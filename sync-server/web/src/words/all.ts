// Every area's words, a line each.
import type { Words } from "../words";
import { notes } from "./notes";
import { people } from "./people";
import { proof } from "./proof";
import { work } from "./work";

export const all: Words[] = [
	notes,
	people,
	proof,
	work,
];
