import type { BenchResult, LoadModel, Machine, Plan, VerdictStatus } from '../result';
import { formatCount, formatNumber, formatSeconds, formatShare } from './format';

/** One line of the header that opens every report. It describes how the run was measured. */
export interface HeaderLine {
	label: string;
	text: string;
}

export const VERDICT_MEANINGS: Record<VerdictStatus, string> = {
	VALID: 'The measurement is valid',
	DEGRADED: 'The measurement was disturbed. Read the numbers together with the self-checks',
	INVALID: 'The measurement failed. The numbers say nothing about the server',
};

/** Returns the header without the verdict: method, requests, machine, target and run. */
export function describeRun(result: BenchResult): HeaderLine[] {
	const { plan, machine, started_at: startedAt, duration_ms: durationMs, version } = result;
	return [
		{ label: 'Method', text: describeMethod(plan) },
		{ label: 'Requests', text: describeRequests(plan) },
		{ label: 'Machine', text: describeMachine(machine) },
		{ label: 'Target', text: describeTarget(result) },
		{ label: 'Run', text: `${startedAt}, ${formatSeconds(durationMs)}, dify-bench ${version}` },
	];
}

function describeMethod(plan: Plan): string {
	const { engine, mode, load, requests, duration_ms: durationMs, warmup, seed, workers } = plan;
	return [
		`${engine} engine`,
		mode,
		describeLoad(load),
		`${formatCount(requests, 'request')}${durationMs === null ? '' : ` in ${formatSeconds(durationMs)}`}`,
		warmup === 0 ? 'no warm-up' : formatCount(warmup, 'unmeasured warm-up request'),
		`seed ${seed}`,
		formatCount(workers, 'worker'),
	].join(', ');
}

function describeLoad(load: LoadModel): string {
	switch (load.model) {
		case 'closed': {
			const requests = formatCount(load.concurrency, 'concurrent request');
			const think = load.think_ms === 0 ? '' : ` and ${formatSeconds(load.think_ms)} think time`;
			return `closed loop with ${requests}${think}`;
		}
		case 'open':
			return `open loop at ${formatNumber(load.rate)}/s, ${load.arrival} arrivals`;
		case 'ramp':
			return `ramp from ${formatNumber(load.from)}/s to ${formatNumber(load.to)}/s, ${load.arrival} arrivals`;
	}
}

function describeRequests(plan: Plan): string {
	const { conversation, auto_generate_name: isNamed, timeouts_ms: timeouts, queries } = plan;
	const limits = Object.entries(timeouts).flatMap(([name, limitMs]) =>
		limitMs === null ? [] : [`${name} ${formatSeconds(limitMs)}`],
	);
	const count =
		queries.count === 1 ? '1 query' : `${formatNumber(queries.count)} different queries`;
	return [
		conversation === 'new' ? 'a new conversation each' : 'one conversation for each user',
		`auto_generate_name ${isNamed}`,
		limits.length === 0 ? 'no timeouts' : `timeouts ${limits.join(', ')}`,
		`stall limit ${formatSeconds(plan.stall_limit_ms)}`,
		`${count} (sha256 ${queries.sha256.slice(0, 12)})`,
	].join(', ');
}

function describeMachine(machine: Machine): string {
	return [
		machine.platform,
		machine.cpu,
		formatCount(machine.cores, 'core'),
		`${formatNumber(machine.memory_bytes / 2 ** 30)} GiB`,
		`Node.js ${machine.node}`,
		`undici ${machine.undici}`,
	].join(', ');
}

function describeTarget({ plan, target }: BenchResult): string {
	const unknownApp = plan.target === 'n8n' ? 'n8n webhook' : 'unknown app';
	return [
		target.base_url,
		target.version === null ? 'no X-Version' : `X-Version ${target.version}`,
		target.app === null ? unknownApp : `${target.app.name} (${target.app.mode})`,
	].join(', ');
}

/** Returns what a reader must know before any number. Every report shows these texts prominently. */
export function listWarnings({ plan, interrupted, distributions }: BenchResult): string[] {
	const { count, censored } = distributions.ttft;
	return [
		...(plan.insecure
			? [
					'INSECURE: TLS certificates were not verified (--insecure), so the answers may come from another server',
				]
			: []),
		...(interrupted ? ['Interrupted: the run was ended early'] : []),
		...(censored > 0
			? [
					`${formatCount(censored, 'request')} (${formatShare(censored, count)}) had no first token when a timeout expired or the run ended. Each counts in ttft with the time that it waited, so the upper percentiles are lower bounds`,
				]
			: []),
	];
}
