import { measure, startServer } from './benchProcess';
import type { Validation } from './validation';
import { median } from './validation';

const ROUNDS = 3;

/** Checks that both engines, which share only the protocol code, measure the same time to first token. */
export const engines: Validation = {
	name: 'engines',
	duration: 'half a minute',
	run: async (log) => {
		const server = await startServer(['--first-token', '100ms', '--gap', '10ms', '--tokens', '30']);
		const p50s: Record<string, number[]> = { dispatch: [], autocannon: [] };
		try {
			for (let round = 0; round < ROUNDS; round++) {
				for (const [engine, values] of Object.entries(p50s)) {
					const load = ['--concurrency', '20', '--requests', '200'];
					const { distributions } = await measure(server, ['--engine', engine, ...load]);
					values.push(distributions.ttft.percentiles.p50?.value ?? Number.NaN);
				}
			}
		} finally {
			await server.stop();
		}
		const [dispatch, autocannon] = Object.values(p50s).map(median) as [number, number];
		log(`TTFT p50: dispatch ${dispatch.toFixed(2)} ms, autocannon ${autocannon.toFixed(2)} ms`);
		return [
			{
				claim: 'difference between the TTFT p50 of the two engines',
				measured: (Math.abs(dispatch - autocannon) / autocannon) * 100,
				limit: 5,
				unit: '%',
			},
		];
	},
};
