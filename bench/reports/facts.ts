import type { BenchResult, LoadModel, Plan, VerdictStatus } from '../result';
import { counted, number, seconds, share } from './format';

/** What every report opens with, so that no number stands without how it was come by. */
export interface Fact {
	label: string;
	text: string;
}

export const VERDICT_MEANS: Record<VerdictStatus, string> = {
	VALID: 'the measuring itself held up',
	DEGRADED: 'the measuring itself was strained: read the numbers with its checks beside them',
	INVALID: 'the measuring itself failed: these numbers are no statement about the server',
};

export function facts(result: BenchResult): Fact[] {
	const { plan, machine, target } = result;
	const isN8n = plan.target === 'n8n';
	const unknown = isN8n ? 'an n8n webhook' : 'app unknown';
	const app = target.app === null ? unknown : `${target.app.name} (${target.app.mode})`;
	const version = target.version === null ? 'no X-Version' : `X-Version ${target.version}`;
	return [
		{ label: 'Method', text: method(plan) },
		{ label: 'Requests', text: requests(plan) },
		{
			label: 'Machine',
			text: [
				machine.platform,
				machine.cpu,
				counted(machine.cores, 'core'),
				`${number(machine.memory_bytes / 2 ** 30)} GiB`,
				`Node.js ${machine.node}`,
				`undici ${machine.undici}`,
			].join(', '),
		},
		{ label: 'Target', text: `${target.base_url}, ${version}, ${app}` },
		{
			label: 'Run',
			text: `${result.started_at}, ${seconds(result.duration_ms)}, dify-bench ${result.version}`,
		},
	];
}

function method(plan: Plan): string {
	const {
		engine,
		mode,
		load,
		requests: planned,
		duration_ms: duration,
		warmup,
		seed,
		workers,
	} = plan;
	return [
		`${engine} engine`,
		mode,
		describeLoad(load),
		`${counted(planned, 'request')}${duration === null ? '' : ` in ${seconds(duration)}`}`,
		warmup === 0 ? 'no warm-up' : `${number(warmup)} before them as warm-up, not counted`,
		`seed ${seed}`,
		counted(workers, 'worker'),
	].join(', ');
}

function describeLoad(load: LoadModel): string {
	switch (load.model) {
		case 'closed': {
			const think = load.think_ms === 0 ? '' : `, ${seconds(load.think_ms)} between two of them`;
			return `closed loop with ${number(load.concurrency)} in flight${think}`;
		}
		case 'open':
			return `open loop at ${number(load.rate)}/s, ${load.arrival} arrivals`;
		case 'ramp':
			return `ramp from ${number(load.from)}/s to ${number(load.to)}/s, ${load.arrival} arrivals`;
	}
}

function requests(plan: Plan): string {
	const { conversation, auto_generate_name: isNamed, timeouts_ms: timeouts, queries } = plan;
	const limits = Object.entries(timeouts).flatMap(([name, limit]) =>
		limit === null ? [] : [`${name} ${seconds(limit)}`],
	);
	return [
		conversation === 'new' ? 'each a new conversation' : 'conversations chained',
		`auto_generate_name ${isNamed}`,
		limits.length === 0 ? 'no timeouts' : `timeouts ${limits.join(', ')}`,
		`stall limit ${seconds(plan.stall_limit_ms)}`,
		`${queries.count === 1 ? '1 query' : `${number(queries.count)} queries`} (sha256 ${queries.sha256.slice(0, 12)})`,
	].join(', ');
}

/** What a reader must know before any number; loud in every report. */
export function warnings(result: BenchResult): string[] {
	const { plan, interrupted, distributions } = result;
	const { count, censored } = distributions.ttft;
	return [
		...(plan.insecure
			? [
					'INSECURE: certificates went unchecked (--insecure), so anyone could have answered in the server’s place',
				]
			: []),
		...(interrupted ? ['Interrupted: the run was ended early, by hand'] : []),
		...(censored > 0
			? [
					`${counted(censored, 'request')} (${share(censored, count)}) still waited for a first token when the run ended: each counts in ttft with its age, so its upper percentiles are lower bounds`,
				]
			: []),
	];
}
