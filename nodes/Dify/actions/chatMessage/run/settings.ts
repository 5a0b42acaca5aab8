import type { IExecuteFunctions } from 'n8n-workflow';
import type { Live } from './live';
import type { RunSettings } from './run';

/** The 'Options' that every run has; what is absent has its default. */
export interface RunOptions {
	/** Seconds; 0 for none. */
	idleTimeout: number;
	includeEvents: boolean;
	/** Seconds; 0 for none. */
	maxDuration: number;
	recover: boolean;
	separateReasoning: boolean;
	streamToResponse: boolean;
}

export const RUN_OPTION_DEFAULTS: RunOptions = {
	idleTimeout: 300,
	includeEvents: false,
	maxDuration: 0,
	recover: true,
	separateReasoning: false,
	streamToResponse: true,
};

/** How a run is read. */
export function settingsOf(
	context: IExecuteFunctions,
	{ idleTimeout, maxDuration, includeEvents, separateReasoning }: RunOptions,
	live: Live | undefined,
): RunSettings {
	return {
		idleMs: idleTimeout * 1000,
		totalMs: maxDuration * 1000,
		cancelSignal: context.getExecutionCancelSignal(),
		includeEvents,
		separateReasoning,
		onText: live === undefined ? undefined : async (text) => await live.text(text),
	};
}
