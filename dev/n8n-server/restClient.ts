/** n8n's REST API returned an error. */
export class RestError extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/** A client of n8n's internal REST API, which n8n's editor also uses. It keeps the session cookie. */
export class RestClient {
	private cookie = '';

	constructor(private readonly origin: string) {}

	/**
	 * Sends a request and returns the response's `data`, or the whole body if it has no `data`.
	 *
	 * @throws {RestError} with n8n's own message if the status is not 2xx
	 */
	async request<Data>(method: string, path: string, body?: unknown): Promise<Data> {
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
		const parsed = (text === '' ? {} : JSON.parse(text)) as { data?: Data };
		return (parsed.data ?? parsed) as Data;
	}
}
