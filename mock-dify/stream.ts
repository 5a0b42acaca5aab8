import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scenario } from './scenario';
import { findFault } from './scenario';
import type { RecordedRequest } from './server';
import type { WorkflowRun } from './workflowRun';

/** Writes a stream of events as Dify frames them, or as a hazard has it. */
export class EventStream {
	private readonly lineEnd: string;
	private readonly pieceSize: number | undefined;
	private packet = '';
	private inPacket = 0;
	private first = true;
	private wake: (() => void) | undefined;
	/** Whether the reader left. */
	left = false;
	/** Who else hears the events. */
	follower: Pick<WorkflowRun, 'publish' | 'release'> | undefined;

	constructor(
		/** Absent for a run that nobody's request waits for: only followers hear it. */
		private response: ServerResponse | undefined,
		private readonly run: Scenario,
		private readonly record: Pick<RecordedRequest, 'stamps' | 'textStamps'>,
	) {
		this.lineEnd = findFault(run, 'lineEnds')?.with ?? '\n';
		this.pieceSize = findFault(run, 'resplit')?.bytes;
		response?.on('drain', () => this.wake?.());
		response?.on('close', () => {
			this.left = !response.writableFinished;
			this.wake?.();
		});
	}

	/** Begins. The headers go out with the first event, as Dify's do (recordings, a05). */
	open(headers: Record<string, string>): void {
		this.response?.writeHead(200, {
			...headers,
			'Content-Type': 'text/event-stream; charset=utf-8',
		});
	}

	async ping(): Promise<void> {
		await this.write('event: ping\n\n');
	}

	/** A data line: an object, or JSON (or what passes for it) already written. */
	async event(data: Record<string, unknown> | string): Promise<void> {
		await this.frames(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
	}

	/** Events that are framed already. */
	async frames(text: string, isText = false): Promise<void> {
		await this.follower?.publish(text);
		await this.write(text, isText);
	}

	/** A token's event, written together with the others of its packet. */
	async packed(json: string, perPacket: number): Promise<void> {
		this.packet += `data: ${json}\n\n`;
		if (++this.inPacket >= perPacket) await this.flush();
	}

	async flush(): Promise<void> {
		const packet = this.packet;
		if (packet === '') return;
		this.packet = '';
		this.inPacket = 0;
		await this.frames(packet, true);
	}

	async end(): Promise<void> {
		await this.flush();
		this.response?.end();
	}

	reset(): void {
		this.response?.socket?.resetAndDestroy();
	}

	/** Goes on without the reader, who is told, or not, or rudely. */
	lose(how: 'cut' | 'reset' | 'stall'): void {
		this.follower?.release((reader) => reader.lose(how));
		if (how === 'cut') this.response?.end();
		if (how === 'reset') this.reset();
		this.response = undefined;
	}

	private async write(text: string, isText = false): Promise<void> {
		if (this.left || this.response === undefined || this.response.destroyed) return;
		const dressed = this.dress(text);
		const now = performance.now();
		this.record.stamps.push(now);
		if (isText) this.record.textStamps.push(now);
		if (this.pieceSize === undefined) {
			await this.send(dressed);
			return;
		}
		const bytes = Buffer.from(dressed);
		for (let at = 0; at < bytes.length; at += this.pieceSize) {
			await this.send(bytes.subarray(at, at + this.pieceSize));
			// A turn of the loop between pieces, or the kernel would join them.
			await nextTurn();
		}
	}

	private dress(text: string): string {
		let dressed = text;
		if (findFault(this.run, 'comments') !== undefined)
			dressed = `: a comment\n${dressed}: another\n`;
		if (this.first && findFault(this.run, 'bom') !== undefined) dressed = `\uFEFF${dressed}`;
		this.first = false;
		return this.lineEnd === '\n' ? dressed : dressed.replaceAll('\n', this.lineEnd);
	}

	/** Writes, and waits while the reader is slower. */
	private async send(piece: string | Uint8Array): Promise<void> {
		const { response } = this;
		if (this.left || response === undefined || response.destroyed || response.write(piece)) return;
		await new Promise<void>((resolve) => {
			this.wake = resolve;
		});
	}
}
