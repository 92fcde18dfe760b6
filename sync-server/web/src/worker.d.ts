declare module "*.worker.js" {
	const url: string;
	export default url;
}
