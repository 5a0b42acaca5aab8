import { parseBlockingBody, isBlockingBody } from '../../../../../protocol/stream/blocking';
import { RunAccumulator, PAIR_GRACE_MS } from '../../../../../protocol/stream/accumulator';
import type { SseMessage } from '../../../../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../../../../protocol/stream/sseDecoder';
import type { DifyEvent, UnknownEvent } from '../../../../../protocol/stream/events';
import type { DifyError, ErrorSource } from '../../../../../protocol/errors/classify';
import { classifyError } from '../../../../../protocol/errors/classify';
import type { RunStatus } from '../../../../../protocol/stream/result';
import { alarm } from '../../../transport/alarm';
import type { Reply } from '../../../transport/connection';
import {
	failureOf,
	httpEvidence,
	isCut,
	isSuccess,
	parseJson,
	readText,
} from '../../../transport/connection';
import { Watch } from '../../../transport/watch';
import type { Run, RunSettings } from './run';

/** A chatflow's worker starts within a second or two; silence this long has a reason. */
const SILENCE_MS = 10_000;

/** One answer being read. */
export class Reading {
	readonly watch: Watch;
	private readonly startedAt = performance.now();
	private readonly collector: RunAccumulator;
	private readonly events: Array<DifyEvent | UnknownEvent> = [];
	private firstTextAt: number | undefined;
	private malformedMessages = 0;
	private wasPassedOn = false;
	private version: string | undefined;
	private isBroken = false;
	/** Set when the reason of a silence was found. */
	private silence: DifyError | undefined;

	constructor(private readonly settings: RunSettings) {
		this.watch = new Watch(settings);
		this.collector = new RunAccumulator(settings);
	}

	/** Content-Type decides how the body is read, whatever was asked (contract, 3.4: 1.13.0). */
	async read(reply: Reply): Promise<Run> {
		this.watch.sign();
		this.version = reply.headers['x-version'];
		if (!isSuccess(reply)) return this.ended(await failureOf(reply), 'failed');
		const refused = await this.settings.begin?.();
		if (refused !== undefined) {
			this.watch.end('let-go');
			return this.ended(refused, 'failed');
		}
		if (reply.contentType.includes('text/event-stream')) return await this.readStream(reply);
		return await this.readBlocking(reply);
	}

	/** A run of which nothing came but the reason. */
	failed(evidence: ErrorSource): Run {
		return this.ended(classifyError(evidence), statusOf(evidence));
	}

	/** The limit that ended the request, if one did. */
	limitEvidence(): ErrorSource | undefined {
		const { ended } = this.watch;
		if (ended !== 'idle' && ended !== 'total') return undefined;
		const { idleMs, totalMs } = this.settings;
		const { hasBegun } = this.collector;
		const seconds = (ended === 'idle' ? idleMs : totalMs) / 1000;
		return { from: 'timeout', limit: ended, seconds, hasBegun };
	}

	private async readStream(reply: Reply): Promise<Run> {
		const pieces: string[] = [];
		const decoder = createSseDecoder((frame) => pieces.push(this.take(frame)));
		const stopListening = alarm(SILENCE_MS, () => void this.explainSilence());
		try {
			for await (const chunk of this.chunksOf(reply.body)) {
				decoder.push(chunk);
				await this.pass(pieces.splice(0));
				const { phase } = this.collector;
				if (phase === 'done') break;
				if (phase === 'awaitingPair') this.watch.letGoAfter(PAIR_GRACE_MS);
			}
			decoder.end();
			await this.pass(pieces.splice(0));
		} finally {
			stopListening();
		}
		if (this.silence !== undefined) return this.ended(this.silence, 'failed');
		return this.closed();
	}

	/** A body's chunks. A connection that breaks, or that the watch ended, ends them: what came is judged after. */
	private async *chunksOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
		try {
			for await (const chunk of body) {
				this.watch.sign();
				yield chunk;
			}
		} catch {
			this.isBroken = true;
		}
	}

	private async readBlocking(reply: Reply): Promise<Run> {
		const text = await readText(reply.body);
		const limit = this.limitEvidence();
		if (limit !== undefined) return this.failed(limit);
		const body = parseJson(text);
		if (body === undefined && isCut(text)) {
			return this.failed({ from: 'streamEnd', end: 'broken', hasBegun: true });
		}
		if (!isBlockingBody(body)) return this.failed(httpEvidence(reply, text));
		return { ...this.ended(), result: parseBlockingBody(body, this.settings), wasCut: false };
	}

	private take(frame: SseMessage): string {
		if (!frame.ok) {
			this.malformedMessages++;
			return '';
		}
		if (this.settings.includeEvents) this.events.push(frame.event);
		const text = this.collector.push(frame.event);
		if (text !== '') this.firstTextAt ??= performance.now();
		return text;
	}

	private async pass(pieces: string[]): Promise<void> {
		if (this.settings.onText === undefined) return;
		for (const piece of pieces) {
			if (piece === '') continue;
			this.wasPassedOn = true;
			await this.settings.onText(piece);
		}
	}

	private async explainSilence(): Promise<void> {
		if (this.collector.hasBegun) return;
		const reason = await this.settings.explainSilence?.();
		if (reason === undefined || this.collector.hasBegun) return;
		this.silence = reason;
		this.watch.end('let-go');
	}

	/** The stream is over, one way or another: what did the run come to? */
	private closed(): Run {
		const { status, error } = this.collector.snapshot();
		if (error !== undefined) return this.failed(error);
		if (status !== 'truncated') return this.ended();
		const { hasBegun } = this.collector;
		const end = this.isBroken ? 'broken' : 'ended';
		return this.failed(this.limitEvidence() ?? { from: 'streamEnd', end, hasBegun });
	}

	private ended(failure?: DifyError, status?: RunStatus): Run {
		const { collector, watch, startedAt, firstTextAt } = this;
		const result = collector.snapshot();
		if (status !== undefined) result.status = status;
		const wasCut = result.status === 'truncated' || result.status === 'timeout';
		return {
			result,
			timing: {
				ttft_ms: firstTextAt === undefined ? null : roundMs(firstTextAt - startedAt),
				duration_ms: roundMs(performance.now() - startedAt),
				events: collector.eventCount,
				text_events: collector.textEventCount,
			},
			failure,
			wasPassedOn: this.wasPassedOn,
			rawAnswer: collector.rawAnswer,
			wasCut,
			endedBy: watch.ended,
			events: this.events,
			malformedMessages: this.malformedMessages,
			version: this.version,
		};
	}
}

function roundMs(ms: number): number {
	return Math.round(ms * 10) / 10;
}

function statusOf(evidence: ErrorSource): RunStatus {
	if (evidence.from === 'timeout') return 'timeout';
	return evidence.from === 'streamEnd' ? 'truncated' : 'failed';
}
