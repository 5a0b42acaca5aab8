import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../bench/thresholds/exitCode';
import { METRIC_NAMES } from '../../bench/thresholds/metricValues';
import { PERCENTILES, RESULT_FORMAT } from '../../bench/result';
import { samplesNeeded } from '../../bench/samples';
import { bench } from './cli';

const ROOT = join(__dirname, '../..');
const readme = readFileSync(join(ROOT, 'bench/README.md'), 'utf8');
const part = (title: string): string => {
	const [, text] = new RegExp(`\n## ${title}\n(.*?)(?=\n## |$)`, 's').exec(readme) ?? [];
	if (text === undefined) throw new Error(`the README has no part ${title}`);
	return text;
};

describe('the README of dify-bench', () => {
	it.each(['run', 'serve', 'calibrate', 'overhead'])('names each flag of %s', async (command) => {
		const { stdout } = await bench([command, '--help']);
		const flags = [...stdout.matchAll(/^ {2}(--[a-z0-9-]+)/gm)].map(([, flag]) => flag ?? '');
		expect(flags.length).toBeGreaterThan(5);
		const text = command === 'overhead' ? part('Through n8n') : part('Flags');
		for (const flag of flags) {
			if (flag !== '--help') expect(text).toMatch(new RegExp(`[ \`]${flag}[ \`]`));
		}
	});

	it('defines each metric and each outcome', () => {
		for (const name of METRIC_NAMES) {
			const outcome = name.startsWith('outcome.');
			const text = part(outcome ? 'Outcomes' : 'Metrics');
			expect(text).toContain(`\`${name.replace('outcome.', '')}\``);
		}
	});

	it('says how many samples each percentile needs', () => {
		const needs = PERCENTILES.map((name) => `${name} ${samplesNeeded(name).toLocaleString('en')}`);
		expect(part('Method')).toContain(`${needs.join(', ').replace('p50 ', 'p50 needs ')}.`);
	});

	it('lists the exit codes, and names the format', () => {
		const codes = [...part('Gate').matchAll(/^\| (\d) +\|/gm)].map(([, code]) => Number(code));
		expect(codes).toEqual(Object.values(EXIT));
		expect(part('Reports')).toContain(`\`${RESULT_FORMAT}\``);
	});

	it('has a command for each proof', () => {
		const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
		const unknown = (): string => {
			try {
				const args = [tsx, join(ROOT, 'bench/validation/index.ts'), 'none'];
				return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' });
			} catch (error) {
				return (error as { stderr: string }).stderr;
			}
		};
		const [, names = ''] = /is none of (.+)/.exec(unknown()) ?? [];
		expect(names).toContain('accuracy');
		for (const name of names.split(', ')) {
			expect(part('Proofs')).toContain(`\`npm run prove -- ${name}\``);
		}
	});
});
