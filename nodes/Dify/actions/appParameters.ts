import type { Connection } from '../transport/connection';

/** GET /parameters of the app, asked for where it matters, and once for an item. */
export class AppParameters {
	private asked: Promise<unknown> | undefined;

	constructor(
		private readonly connection: Connection,
		private readonly user: string,
	) {}

	/** The body, or `undefined` when the app cannot be asked: Dify then judges for itself. */
	async read(): Promise<unknown> {
		this.asked ??= this.ask();
		return await this.asked;
	}

	private async ask(): Promise<unknown> {
		const answer = await this.connection.json({
			method: 'GET',
			path: '/parameters',
			qs: { user: this.user },
		});
		return answer.ok ? answer.body : undefined;
	}
}
