import type { IncomingHttpHeaders } from 'node:http';
import type { Plan } from '../result';

/** What a response says of itself before its body. */
export class ResponseHead {
	readonly contentType: string;
	readonly location: string | undefined;
	/** Dify's `X-Version`. */
	readonly version: string | null;
	/** How the body is to be read: by its type, whatever was asked for. */
	readonly kind: 'stream' | 'json' | 'other';

	constructor(
		readonly status: number,
		headers: IncomingHttpHeaders,
		target: Plan['target'],
		mode: Plan['mode'],
	) {
		const version = headers['x-version'];
		this.contentType = headers['content-type'] ?? '';
		this.location = headers.location;
		this.version = typeof version === 'string' && version !== '' ? version : null;
		const isJson = /\bjson\b/i.test(this.contentType);
		const isStream = target === 'n8n' ? isJson : /^text\/event-stream\b/i.test(this.contentType);
		if (status < 200 || status >= 300) this.kind = 'other';
		else if (isStream) this.kind = 'stream';
		else this.kind = mode === 'blocking' && isJson ? 'json' : 'other';
	}
}
