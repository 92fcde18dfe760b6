// The shift of Chinese maps (GCJ-02), for tiles that are drawn so: as lib/geo.c has it.

type Box = [south: number, west: number, north: number, east: number]; // degrees x 100

const WITHIN: Box[] = [
	[4288, 7944, 4923, 9634], [3937, 10968, 5415, 13501], [2952, 7312, 4289, 12415],
	[2671, 8296, 2953, 9704], [2041, 9702, 2953, 12437], [1787, 10797, 2042, 11175],
];
const WITHOUT: Box[] = [
	[2178, 11992, 2540, 12250], [2009, 10186, 2229, 10667], [2048, 10645, 2155, 10806],
	[5032, 10903, 5582, 11913], [4955, 12745, 5582, 13703], [4256, 13126, 4490, 13703],
];

function isIn(lat: number, lon: number, boxes: Box[]): boolean {
	return boxes.some(([s, w, n, e]) => lat * 100 >= s && lat * 100 <= n && lon * 100 >= w && lon * 100 <= e);
}

const { sin, cos, sqrt, abs, PI } = Math;

function waves(x: number): number {
	return ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
}

/** Where a place in WGS 84 stands on a shifted map: [latitude, longitude]. */
export function toGcj02(lat: number, lon: number): [number, number] {
	if (!isIn(lat, lon, WITHIN) || isIn(lat, lon, WITHOUT)) return [lat, lon];
	const x = lon - 105, y = lat - 35;
	const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves(x) +
		((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 +
		((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
	const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves(x) +
		((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 +
		((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
	const rad = (lat / 180) * PI;
	const magic = 1 - 0.00669342162296594323 * sin(rad) * sin(rad);
	return [
		lat + (north * 180) / (((6378245 * (1 - 0.00669342162296594323)) / (magic * sqrt(magic))) * PI),
		lon + (east * 180) / ((6378245 / sqrt(magic)) * cos(rad) * PI),
	];
}
