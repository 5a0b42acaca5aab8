import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { calibrate, measure, startServer } from './benchProcess';
import type { Validation } from './validation';
import { median } from './validation';

/** Checks that one thread measures 20,000 paced events per second. */
export const events: Validation = {
	name: 'events',
	duration: 'a quarter of a minute',
	run: async () => {
		// 600 streams with 20 packets per second and two tokens each send 24,000 events per second. The
		// start and the end of the run have fewer.
		const level = await calibrate([
			...['--streams', '600', '--workers', '1', '--duration', '10s'],
			...['--first-token', '50ms', '--gap', '50ms'],
			...['--tokens', '80', '--tokens-per-packet', '2'],
		]);
		return [
			{
				claim: 'paced events per second on one worker',
				measured: level.events_per_second,
				limit: 20_000,
				relation: '>=',
			},
			{
				claim: 'CPU core usage of the worker at this rate',
				measured: level.elu * 100,
				limit: 50,
				unit: '%',
			},
		];
	},
};

/** Checks that one run with 100,000 requests is measured and reported. */
export const requests: Validation = {
	name: 'requests',
	duration: 'about two minutes',
	run: async (log) => {
		const server = await startServer(['--first-token', '0', '--gap', '0', '--tokens', '3']);
		try {
			const memory = new MemoryMonitor();
			const { outcomes } = await measure(server, ['--concurrency', '50', '--requests', '100000'], {
				onStart: (child) => memory.start(child),
			}).finally(() => memory.stop());
			log(`at most ${memory.maxMb.toFixed(0)} MB`);
			return [
				{
					claim: 'completed requests of 100,000',
					measured: outcomes.completed,
					limit: 100_000,
					relation: '>=',
				},
				{ claim: 'maximum memory in MB', measured: memory.maxMb, limit: 600 },
			];
		} finally {
			await server.stop();
		}
	},
};

/** Checks that the memory does not grow during ten minutes under load. */
export const soak: Validation = {
	name: 'soak',
	duration: 'ten minutes',
	run: async (log) => {
		const server = await startServer(['--first-token', '100ms', '--gap', '20ms', '--tokens', '40']);
		try {
			const memory = new MemoryMonitor();
			const { outcomes } = await measure(server, ['--concurrency', '50', '--duration', '10m'], {
				onStart: (child) => memory.start(child),
			}).finally(() => memory.stop());
			const second = median(memory.between(60, 120));
			const last = median(memory.between(540, 600));
			log(
				`${outcomes.completed} requests; ${second.toFixed(0)} MB in the second minute, ${last.toFixed(0)} MB in the last`,
			);
			return [
				{
					claim: 'memory in the last minute / memory in the second minute',
					measured: last / second,
					limit: 1.15,
				},
			];
		} finally {
			await server.stop();
		}
	},
};

/** Samples the resident memory of a process once per second, from /proc. */
class MemoryMonitor {
	maxMb = 0;
	private readonly samples: Array<{ second: number; mb: number }> = [];
	private timer: NodeJS.Timeout | undefined;

	start(child: ChildProcess): void {
		const startedAt = performance.now();
		this.timer = setInterval(() => {
			let status: string;
			try {
				status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
			} catch {
				// The process has ended since the last sample.
				return;
			}
			const mb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
			this.samples.push({ second: (performance.now() - startedAt) / 1000, mb });
			this.maxMb = Math.max(this.maxMb, mb);
		}, 1_000);
	}

	stop(): void {
		clearInterval(this.timer);
	}

	/** Returns the samples in MB of a time range, in s since the start. */
	between(from: number, to: number): number[] {
		return this.samples.filter(({ second }) => second >= from && second < to).map(({ mb }) => mb);
	}
}
