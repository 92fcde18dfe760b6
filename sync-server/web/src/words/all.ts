// Every area's words, a line each.
import type { Words } from "../words";
import { care } from "./care";
import { fleet } from "./fleet";
import { notes } from "./notes";
import { people } from "./people";
import { proof } from "./proof";
import { settings } from "./settings";
import { staff } from "./staff";
import { work } from "./work";
import { trail } from "./trail";
import { queue } from "./queue";

export const all: Words[] = [
	care,
	fleet,
	notes,
	people,
	proof,
	settings,
	staff,
	work,
	trail,
	queue,
];
