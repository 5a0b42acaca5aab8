import { connect } from 'node:net';

/** An HTTP response as it arrived at the socket. Times are in ms since the request was sent. */
export interface RawResponse {
	status: number;
	/** In the order of their arrival, with lower-case names. */
	headers: Array<[string, string]>;
	/** One entry for each HTTP chunk, or the whole body if it has a `Content-Length`. */
	chunks: Buffer[];
	body: Buffer;
	headersAtMs: number;
	endedAtMs: number;
	/**
	 * `clean`: the response is complete. `cut`: the server closed the connection before that.
	 * `client_closed`: this client closed it. The recordings use the same words.
	 */
	ended: 'clean' | 'cut' | 'reset' | 'client_closed';
}

export interface RawRequest {
	method: string;
	path: string;
	headers: Array<[string, string]>;
	body?: string | Buffer | null;
}

export interface ReadOptions {
	/** Closes the connection after this many ms without data. */
	idleTimeoutMs?: number;
	/** Closes the connection after this many chunks. */
	maxChunks?: number;
	onChunk?: (chunk: Buffer) => void;
}

/**
 * Sends a request over a plain socket. An HTTP client would join chunks and add headers. This function
 * keeps the chunks as the server wrote them and only adds the headers that HTTP requires.
 */
export async function sendRawRequest(
	origin: string,
	request: RawRequest,
	{ idleTimeoutMs, maxChunks = Infinity, onChunk }: ReadOptions = {},
): Promise<RawResponse> {
	const { host, hostname, port } = new URL(origin);
	const startedAt = performance.now();
	const reader = new ResponseReader();
	const socket = connect(Number(port), hostname);
	const ended = await new Promise<RawResponse['ended']>((resolve) => {
		socket.write(toBytes(host, request));
		if (idleTimeoutMs !== undefined)
			socket.setTimeout(idleTimeoutMs, () => resolve('client_closed'));
		socket.on('data', (data) => {
			const knownChunks = reader.chunks.length;
			reader.push(data, performance.now() - startedAt);
			for (const chunk of reader.chunks.slice(knownChunks)) onChunk?.(chunk);
			if (reader.isComplete) resolve('clean');
			else if (reader.chunks.length >= maxChunks) resolve('client_closed');
		});
		socket.on('error', () => resolve('reset'));
		socket.on('close', () => resolve('cut'));
	});
	socket.destroy();
	const { status, headers, headersAtMs } = reader;
	// On a busy machine, more chunks can arrive at once.
	const chunks = reader.chunks.slice(0, maxChunks);
	const endedAtMs = performance.now() - startedAt;
	return { status, headers, chunks, body: Buffer.concat(chunks), headersAtMs, endedAtMs, ended };
}

function toBytes(host: string, { method, path, headers, body }: RawRequest): Buffer {
	const bytes = Buffer.from(body ?? '');
	const all = [...headers, ['Host', host], ['Connection', 'close']];
	// HTTP clients send a length with every body and with every POST request.
	if (bytes.length > 0 || method === 'POST') all.push(['Content-Length', String(bytes.length)]);
	const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`), bytes]);
}

/** Parses one HTTP/1.1 response, chunk by chunk. */
class ResponseReader {
	private unparsed: Buffer = Buffer.alloc(0);
	/** The length of the body. `undefined` if the body is chunked. */
	private contentLength: number | undefined;
	status = 0;
	headers: Array<[string, string]> = [];
	chunks: Buffer[] = [];
	headersAtMs = 0;
	isComplete = false;

	push(data: Buffer, atMs: number): void {
		this.unparsed = Buffer.concat([this.unparsed, data]);
		if (this.status === 0 && !this.readHead(atMs)) return;
		if (this.contentLength !== undefined) {
			if (this.unparsed.length < this.contentLength) return;
			if (this.contentLength > 0) this.chunks.push(this.unparsed);
			this.isComplete = true;
			return;
		}
		while (!this.isComplete && this.readChunk());
	}

	private readHead(atMs: number): boolean {
		const end = this.unparsed.indexOf('\r\n\r\n');
		if (end === -1) return false;
		const [first = '', ...lines] = this.unparsed.toString('latin1', 0, end).split('\r\n');
		this.unparsed = this.unparsed.subarray(end + 4);
		this.headersAtMs = atMs;
		this.status = Number(first.split(' ')[1]);
		this.headers = lines.map((line) => {
			const colon = line.indexOf(':');
			return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
		});
		const find = (name: string): string | undefined =>
			this.headers.find(([key]) => key === name)?.[1];
		if (find('transfer-encoding') !== 'chunked')
			this.contentLength = Number(find('content-length') ?? 0);
		return true;
	}

	private readChunk(): boolean {
		const lineEnd = this.unparsed.indexOf('\r\n');
		if (lineEnd === -1) return false;
		const size = parseInt(this.unparsed.toString('latin1', 0, lineEnd), 16);
		const from = lineEnd + 2;
		if (this.unparsed.length < from + size + 2) return false;
		if (size === 0) this.isComplete = true;
		else this.chunks.push(this.unparsed.subarray(from, from + size));
		this.unparsed = this.unparsed.subarray(from + size + 2);
		return true;
	}
}
