import { measure, serve } from './benchProcess';
import type { Proof } from './validation';
import { median } from './validation';

const ROUNDS = 3;

/** Two clients that share nothing but the protocol read the same first tokens. */
export const engines: Proof = {
	name: 'engines',
	takes: 'half a minute',
	run: async (say) => {
		const server = await serve(['--first-token', '100ms', '--gap', '10ms', '--tokens', '30']);
		const p50s: Record<string, number[]> = { dispatch: [], autocannon: [] };
		try {
			for (let round = 0; round < ROUNDS; round++) {
				for (const [engine, found] of Object.entries(p50s)) {
					const load = ['--concurrency', '20', '--requests', '200'];
					const { distributions } = await measure(server, ['--engine', engine, ...load]);
					found.push(distributions.ttft.percentiles.p50?.value ?? Number.NaN);
				}
			}
		} finally {
			await server.stop();
		}
		const [ours, theirs] = Object.values(p50s).map(median) as [number, number];
		say(`TTFT p50: dispatch ${ours.toFixed(2)} ms, autocannon ${theirs.toFixed(2)} ms`);
		return [
			{
				claim: 'TTFT p50 of the two engines apart',
				measured: (Math.abs(ours - theirs) / theirs) * 100,
				limit: 5,
				unit: '%',
			},
		];
	},
};
