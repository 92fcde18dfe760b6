// Every area's words, a line each.
import type { Words } from "../words";

export const all: Words[] = [
];
