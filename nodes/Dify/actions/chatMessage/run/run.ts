import type { AccumulatorOptions } from '../../../../../protocol/stream/accumulator';
import type { DifyEvent, UnknownEvent } from '../../../../../protocol/stream/events';
import type { DifyError } from '../../../../../protocol/errors/classify';
import type { RunResult } from '../../../../../protocol/stream/result';
import type { Connection, Request } from '../../../transport/connection';
import type { WatchEnd, WatchLimits } from '../../../transport/watch';
import { Reading } from './reading';

export interface RunSettings extends WatchLimits, AccumulatorOptions {
	includeEvents: boolean;
	/** Takes each piece of the answer as it comes; the reading waits for it. */
	onText?: (text: string) => Promise<void>;
	/** Asked once when a stream has begun but no event has come for ten seconds: why? */
	explainSilence?: () => Promise<DifyError | undefined>;
	/** What is done once Dify lets the stream be read, and makes it go on; what keeps it from that. */
	begin?: () => Promise<DifyError | undefined>;
}

/** In ms from the request; `events` without pings. */
export interface Timing {
	ttft_ms: number | null;
	duration_ms: number;
	events: number;
	text_events: number;
}

/** A run as far as it came, and why it came no further. */
export interface Run {
	result: RunResult;
	timing: Timing;
	failure?: DifyError;
	/** Whether any text was passed on while it came. */
	wasPassedOn: boolean;
	/** The answer as it came, with whatever tags: what a read-back must begin with. */
	rawAnswer: string;
	/** Whether the reading was cut short, so that Dify may hold more than arrived. */
	wasCut: boolean;
	endedBy?: WatchEnd;
	events: Array<DifyEvent | UnknownEvent>;
	/** Lines of the stream that were no events: left out, and said. */
	malformedMessages: number;
	/** Dify's `X-Version`, where nothing on the way removed it. */
	version?: string;
}

/** Sends a request whose answer is a run, and reads that to its end, in whichever way Dify sends it. */
export async function readRun(
	connection: Connection,
	request: Pick<Request, 'method' | 'path' | 'qs' | 'body'>,
	settings: RunSettings,
): Promise<Run> {
	const reading = new Reading(settings);
	const { watch } = reading;
	try {
		const sent = await connection.send({
			...request,
			signal: watch.signal,
			// It would end a long answer; the watch does better.
			silenceMs: 0,
		});
		if (!sent.ok) return reading.failed(reading.limitEvidence() ?? sent.evidence);
		return await reading.read(sent.reply);
	} finally {
		watch.release();
	}
}
