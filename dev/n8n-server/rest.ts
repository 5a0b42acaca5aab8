/** An answer of n8n's REST that is no success. */
export class RestError extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/** n8n's own REST, as its editor speaks it: what it answers comes without its `data` envelope. */
export class Rest {
	private cookie = '';

	constructor(readonly origin: string) {}

	/** @throws {RestError} with n8n's own message */
	async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
		const response = await fetch(`${this.origin}/rest${path}`, {
			method,
			headers: {
				Cookie: this.cookie,
				...(body !== undefined && { 'Content-Type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const session = response.headers
			.getSetCookie()
			.find((cookie) => cookie.startsWith('n8n-auth='));
		if (session !== undefined) this.cookie = session.split(';')[0] ?? '';
		const text = await response.text();
		if (!response.ok) throw new RestError(response.status, `${method} ${path}: ${text}`);
		const parsed = (text === '' ? {} : JSON.parse(text)) as { data?: Answer };
		return (parsed.data ?? parsed) as Answer;
	}
}
