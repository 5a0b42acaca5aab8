import type { ServerResponse } from 'node:http';
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import type { Scenario } from '../scenario';
import { findFault } from '../scenario';
import type { RecordedRequest } from '../server';
import type { Disconnection, EventSink } from '../workflowRun';

/**
 * The number of writes after which a server notices that the client has closed the connection. The
 * first write causes a TCP reset, and the second write fails.
 */
const WRITES_UNTIL_NOTICE = 2;

/** Writes an event stream in Dify's format, with the framing faults of a scenario applied. */
export class SseResponse implements EventSink {
	private readonly lineEnd: string;
	private readonly chunkBytes: number | undefined;
	private bufferedEvents = '';
	private bufferedCount = 0;
	private isFirstWrite = true;
	private resumeWriting: (() => void) | undefined;
	/** Whether the connection ended before the end of the stream. */
	private isConnectionLost = false;
	private lostWrites = 0;
	/** Whether the client disconnected before the end of the stream. */
	isClosedByClient = false;
	/** Whether the server has noticed that the client disconnected. */
	isDisconnectNoticed = false;
	/** Called when the server notices that the client has disconnected. */
	onDisconnectNoticed: (() => void) | undefined;
	/**
	 * How long after the end of the connection the server notices it, in ms. By default, it notices it
	 * at the second write.
	 */
	disconnectNoticeMs: number | undefined;
	/** Receives a copy of all events, but no pings. */
	sink: EventSink | undefined;

	constructor(
		/** Undefined for a run without a client of its own. Only `sink` then receives the events. */
		private response: ServerResponse | undefined,
		private readonly scenario: Scenario,
		private readonly record: Pick<RecordedRequest, 'writtenAtMs' | 'tokensWrittenAtMs'>,
	) {
		this.lineEnd = findFault(scenario, 'lineEnds')?.with ?? '\n';
		this.chunkBytes = findFault(scenario, 'resplit')?.bytes;
		response?.on('drain', () => this.resumeWriting?.());
		response?.on('close', () => {
			if (!response.writableFinished) {
				this.isClosedByClient = true;
				this.loseConnection();
			}
			this.resumeWriting?.();
		});
	}

	/** Prepares the response. As in Dify, the headers are sent together with the first event. */
	start(headers: Record<string, string>): void {
		this.response?.writeHead(200, {
			...headers,
			'Content-Type': 'text/event-stream; charset=utf-8',
		});
	}

	async sendPing(): Promise<void> {
		await this.writeToClient('event: ping\n\n');
	}

	/** Sends one event. A string is sent as it is, even if it is not valid JSON. */
	async sendEvent(data: Record<string, unknown> | string): Promise<void> {
		await this.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
	}

	/** Sends text that is already in SSE format. */
	async write(sseText: string, isToken = false): Promise<void> {
		await this.sink?.write(sseText);
		await this.writeToClient(sseText, isToken);
	}

	/** Adds the event of a token. Once `eventsPerWrite` events are buffered, one write sends them. */
	async sendToken(json: string, eventsPerWrite: number): Promise<void> {
		this.bufferedEvents += `data: ${json}\n\n`;
		if (++this.bufferedCount >= eventsPerWrite) await this.flush();
	}

	/** Sends the buffered token events. */
	async flush(): Promise<void> {
		const events = this.bufferedEvents;
		if (events === '') return;
		this.bufferedEvents = '';
		this.bufferedCount = 0;
		await this.write(events, true);
	}

	async end(): Promise<void> {
		await this.flush();
		this.response?.end();
	}

	/** Resets the TCP connection. */
	reset(): void {
		this.response?.socket?.resetAndDestroy();
	}

	/** Ends the connections to the client and to the clients of the sink. The run itself continues. */
	disconnect(how: Disconnection): void {
		this.sink?.disconnect(how);
		if (how === 'cut') this.response?.end();
		if (how === 'reset') this.reset();
		if (how !== 'stall') this.loseConnection();
		this.response = undefined;
	}

	/** Closes the connection without the end of the stream. */
	cutOff(): void {
		this.response?.destroy();
		this.response = undefined;
	}

	private loseConnection(): void {
		if (this.isConnectionLost) return;
		this.isConnectionLost = true;
		if (this.disconnectNoticeMs !== undefined)
			setTimeout(() => this.noticeDisconnect(), this.disconnectNoticeMs).unref();
	}

	private noticeDisconnect(): void {
		if (this.isDisconnectNoticed) return;
		this.isDisconnectNoticed = true;
		this.onDisconnectNoticed?.();
	}

	private async writeToClient(sseText: string, isToken = false): Promise<void> {
		if (this.isConnectionLost) {
			this.lostWrites++;
			if (this.lostWrites >= WRITES_UNTIL_NOTICE && this.disconnectNoticeMs === undefined)
				this.noticeDisconnect();
		}
		if (this.isClosedByClient || this.response === undefined || this.response.destroyed) return;
		const text = this.applyFramingFaults(sseText);
		if (this.chunkBytes === undefined) {
			this.recordWrite(isToken);
			await this.writeChunk(text);
			return;
		}
		const bytes = Buffer.from(text);
		for (let start = 0; start < bytes.length; start += this.chunkBytes) {
			const end = start + this.chunkBytes;
			// The client can read the event when its last byte arrives.
			if (end >= bytes.length) this.recordWrite(isToken);
			await this.writeChunk(bytes.subarray(start, end));
			// Without a pause between the writes, the kernel would send the chunks together.
			await nextEventLoopTurn();
		}
	}

	private recordWrite(isToken: boolean): void {
		const now = performance.now();
		this.record.writtenAtMs.push(now);
		if (isToken) this.record.tokensWrittenAtMs.push(now);
	}

	private applyFramingFaults(sseText: string): string {
		let text = sseText;
		if (findFault(this.scenario, 'comments') !== undefined)
			text = `: a comment\n${text}: another\n`;
		if (this.isFirstWrite && findFault(this.scenario, 'bom') !== undefined) text = `\uFEFF${text}`;
		this.isFirstWrite = false;
		return this.lineEnd === '\n' ? text : text.replaceAll('\n', this.lineEnd);
	}

	/** Writes one chunk. If the socket's buffer is full, waits until the client has read from it. */
	private async writeChunk(chunk: string | Uint8Array): Promise<void> {
		const { response } = this;
		if (this.isClosedByClient || response === undefined || response.destroyed) return;
		if (response.write(chunk)) return;
		await new Promise<void>((resolve) => {
			this.resumeWriting = resolve;
		});
	}
}
