import { readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import type { Level } from '../calibrate/measureLevel';
import { bench, measure, serve } from './benchProcess';
import type { Proof } from './validation';
import { median } from './validation';

/** 20,000 paced events a second on one thread. */
export const events: Proof = {
	name: 'events',
	takes: 'a quarter of a minute',
	run: async () => {
		// 600 streams of 20 packets a second, two tokens each, less what the beginning and the end lack.
		const { stdout } = await bench([
			'calibrate',
			'--streams',
			'600',
			'--first-token',
			'50ms',
			'--gap',
			'50ms',
			'--tokens',
			'80',
			'--tokens-per-packet',
			'2',
			'--duration',
			'10s',
			'--workers',
			'1',
			'--json',
			'-',
		]);
		const [level] = (JSON.parse(stdout) as { levels: Level[] }).levels;
		return [
			{
				claim: 'paced events a second on one worker',
				measured: level?.events_per_second ?? 0,
				limit: 20_000,
				relation: '>=',
			},
			{
				claim: 'its share of a core at that',
				measured: (level?.elu ?? 1) * 100,
				limit: 50,
				unit: '%',
			},
		];
	},
};

/** 100,000 requests in one run, reported. */
export const requests: Proof = {
	name: 'requests',
	takes: 'about two minutes',
	run: async (say) => {
		const server = await serve(['--first-token', '0', '--gap', '0', '--tokens', '3']);
		try {
			const memory = new MemoryWatch();
			const { outcomes } = await measure(server, ['--concurrency', '50', '--requests', '100000'], {
				onStart: (child) => memory.watch(child),
			}).finally(() => memory.end());
			say(`at most ${memory.most.toFixed(0)} MB`);
			return [
				{
					claim: 'requests completed of 100,000',
					measured: outcomes.completed,
					limit: 100_000,
					relation: '>=',
				},
				{ claim: 'most memory, in MB', measured: memory.most, limit: 600 },
			];
		} finally {
			await server.stop();
		}
	},
};

/** Ten minutes under load: memory at the end against that after the first minute. */
export const soak: Proof = {
	name: 'soak',
	takes: 'ten minutes',
	run: async (say) => {
		const server = await serve(['--first-token', '100ms', '--gap', '20ms', '--tokens', '40']);
		try {
			const memory = new MemoryWatch();
			const { outcomes } = await measure(server, ['--concurrency', '50', '--duration', '10m'], {
				onStart: (child) => memory.watch(child),
			}).finally(() => memory.end());
			const second = median(memory.between(60, 120));
			const last = median(memory.between(540, 600));
			say(
				`${outcomes.completed} requests; ${second.toFixed(0)} MB in the second minute, ${last.toFixed(0)} MB in the last`,
			);
			return [
				{
					claim: 'memory of the last minute over that of the second',
					measured: last / second,
					limit: 1.15,
				},
			];
		} finally {
			await server.stop();
		}
	},
};

/** Resident memory of a process, in MB, looked at each second (/proc). */
class MemoryWatch {
	most = 0;
	private readonly samples: Array<{ at: number; mb: number }> = [];
	private timer: NodeJS.Timeout | undefined;

	watch(child: ChildProcess): void {
		const began = performance.now();
		this.timer = setInterval(() => {
			let status: string;
			try {
				status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
			} catch {
				// It ended between two looks.
				return;
			}
			const mb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
			this.samples.push({ at: (performance.now() - began) / 1000, mb });
			this.most = Math.max(this.most, mb);
		}, 1_000);
	}

	end(): void {
		clearInterval(this.timer);
	}

	between(from: number, to: number): number[] {
		return this.samples.filter(({ at }) => at >= from && at < to).map(({ mb }) => mb);
	}
}
