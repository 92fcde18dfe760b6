// Every area's words, a line each.
import type { Words } from "../words";
import { people } from "./people";

export const all: Words[] = [
	people,
];
