import { connect } from 'node:net';

/** An HTTP answer as it came off the socket; times in ms from when the request was sent. */
export interface RawAnswer {
	status: number;
	/** Names in lower case, in the order they came. */
	headers: Array<[string, string]>;
	/** An entry for each HTTP chunk; the whole body in one where it came with a length. */
	chunks: Buffer[];
	body: Buffer;
	headersAtMs: number;
	endedAtMs: number;
	/** `cut`: closed before HTTP's own end; `left`: this side had enough. */
	ended: 'clean' | 'cut' | 'reset' | 'left';
}

export interface RawRequest {
	method: string;
	path: string;
	headers: Array<[string, string]>;
	body?: string | Buffer | null;
}

export interface Reading {
	/** Closes the connection after this long with nothing new. */
	silenceMs?: number;
	/** Closes it after so many chunks. */
	chunks?: number;
	onChunk?: (chunk: Buffer) => void;
}

/**
 * Asks over a bare socket, so that the chunks stay as they were written and nothing is added to the
 * request but its length.
 */
export async function askRaw(
	origin: string,
	request: RawRequest,
	{ silenceMs, chunks: most = Infinity, onChunk }: Reading = {},
): Promise<RawAnswer> {
	const { host, hostname, port } = new URL(origin);
	const startedAt = performance.now();
	const reader = new Reader();
	const socket = connect(Number(port), hostname);
	const ended = await new Promise<RawAnswer['ended']>((resolve) => {
		socket.write(bytesOf(host, request));
		if (silenceMs !== undefined) socket.setTimeout(silenceMs, () => resolve('left'));
		socket.on('data', (data) => {
			const before = reader.chunks.length;
			reader.push(data, performance.now() - startedAt);
			for (const chunk of reader.chunks.slice(before)) onChunk?.(chunk);
			if (reader.isWhole) resolve('clean');
			else if (reader.chunks.length >= most) resolve('left');
		});
		socket.on('error', () => resolve('reset'));
		socket.on('close', () => resolve('cut'));
	});
	socket.destroy();
	const { status, headers, chunks, headersAtMs } = reader;
	const endedAtMs = performance.now() - startedAt;
	return { status, headers, chunks, body: Buffer.concat(chunks), headersAtMs, endedAtMs, ended };
}

function bytesOf(host: string, { method, path, headers, body }: RawRequest): Buffer {
	const bytes = Buffer.from(body ?? '');
	const all = [...headers, ['Host', host], ['Connection', 'close']];
	// As clients do: a length wherever there is a body, and with every POST.
	if (bytes.length > 0 || method === 'POST') all.push(['Content-Length', String(bytes.length)]);
	const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`), bytes]);
}

/** Reads one HTTP/1.1 answer, chunk by chunk. */
class Reader {
	private rest: Buffer = Buffer.alloc(0);
	/** Of the body; `undefined` where it is chunked. */
	private length: number | undefined;
	status = 0;
	headers: Array<[string, string]> = [];
	chunks: Buffer[] = [];
	headersAtMs = 0;
	isWhole = false;

	push(data: Buffer, atMs: number): void {
		this.rest = Buffer.concat([this.rest, data]);
		if (this.status === 0 && !this.readHead(atMs)) return;
		if (this.length !== undefined) {
			if (this.rest.length < this.length) return;
			if (this.length > 0) this.chunks.push(this.rest);
			this.isWhole = true;
			return;
		}
		while (!this.isWhole && this.readChunk());
	}

	private readHead(atMs: number): boolean {
		const end = this.rest.indexOf('\r\n\r\n');
		if (end === -1) return false;
		const [first = '', ...lines] = this.rest.toString('latin1', 0, end).split('\r\n');
		this.rest = this.rest.subarray(end + 4);
		this.headersAtMs = atMs;
		this.status = Number(first.split(' ')[1]);
		this.headers = lines.map((line) => {
			const colon = line.indexOf(':');
			return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
		});
		const find = (name: string): string | undefined =>
			this.headers.find(([key]) => key === name)?.[1];
		if (find('transfer-encoding') !== 'chunked') this.length = Number(find('content-length') ?? 0);
		return true;
	}

	private readChunk(): boolean {
		const lineEnd = this.rest.indexOf('\r\n');
		if (lineEnd === -1) return false;
		const size = parseInt(this.rest.toString('latin1', 0, lineEnd), 16);
		const from = lineEnd + 2;
		if (this.rest.length < from + size + 2) return false;
		if (size === 0) this.isWhole = true;
		else this.chunks.push(this.rest.subarray(from, from + size));
		this.rest = this.rest.subarray(from + size + 2);
		return true;
	}
}
