import { delay } from '../delay';
import type { Fault } from '../scenario';
import type { EventWriter } from './eventWriter';
import { runsInWorker } from './runContext';

type StreamFault = Extract<Fault, { afterTokens: number }>;

/** How long `stall` keeps the connection open. */
const STALL_MS = 600_000;
/** A reset discards data that the client has not read yet. This gives the client time to read it. */
const RESET_DELAY_MS = 50;

/**
 * Applies the fault that occurs after this number of tokens. Returns whether the run is over. A run in
 * a worker continues after its connection has failed.
 */
export async function applyStreamFault(writer: EventWriter, tokenCount: number): Promise<boolean> {
	const { context, response } = writer;
	const { scenario, shutdownSignal, message } = context;
	const fault = scenario.faults?.find(
		(candidate): candidate is StreamFault =>
			'afterTokens' in candidate && candidate.afterTokens === tokenCount,
	);
	if (fault === undefined) return false;
	await response.flush();
	if (fault.kind === 'reset') await delay(RESET_DELAY_MS, shutdownSignal);
	if (runsInWorker(context) && fault.kind !== 'errorEvent') {
		response.disconnect(fault.kind);
		return false;
	}
	switch (fault.kind) {
		case 'cut':
			await response.end();
			return true;
		case 'reset':
			response.reset();
			return true;
		case 'stall':
			await delay(STALL_MS, shutdownSignal);
			return true;
		case 'errorEvent':
			await writer.emitError(fault.code, fault.status, fault.message);
			message.status = 'error';
			message.error = fault.message;
			await response.end();
			return true;
		default:
			return fault satisfies never;
	}
}
