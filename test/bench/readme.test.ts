import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES } from '../../bench/thresholds/exitCode';
import { METRIC_NAMES } from '../../bench/thresholds/metricValues';
import { PERCENTILES, RESULT_FORMAT, samplesNeeded } from '../../bench/result';
import { runBench } from './cli';

const ROOT = join(__dirname, '../..');
const readme = readFileSync(join(ROOT, 'bench/README.md'), 'utf8');
const section = (title: string): string => {
	const [, text] = new RegExp(`\n## ${title}\n(.*?)(?=\n## |$)`, 's').exec(readme) ?? [];
	if (text === undefined) throw new Error(`The README has no section ${title}`);
	return text;
};

describe('bench/README.md:', () => {
	it.each(['run', 'serve', 'calibrate', 'overhead'])(
		'documents each flag of %s',
		async (command) => {
			const { stdout } = await runBench([command, '--help']);
			const flags = [...stdout.matchAll(/^ {2}(--[a-z0-9-]+)/gm)].map(([, flag]) => flag ?? '');
			expect(flags.length).toBeGreaterThan(5);
			const text = command === 'overhead' ? section('Through n8n') : section('Flags');
			for (const flag of flags) {
				if (flag !== '--help') expect(text).toMatch(new RegExp(`[ \`]${flag}[ \`]`));
			}
		},
	);

	it('defines each metric and each outcome', () => {
		for (const name of METRIC_NAMES) {
			const outcome = name.startsWith('outcome.');
			const text = section(outcome ? 'Outcomes' : 'Metrics');
			expect(text).toContain(`\`${name.replace('outcome.', '')}\``);
		}
	});

	it('states how many samples each percentile needs', () => {
		const needs = PERCENTILES.map((name) => `${name} ${samplesNeeded(name).toLocaleString('en')}`);
		expect(section('Method')).toContain(`${needs.join(', ').replace('p50 ', 'p50 needs ')}.`);
	});

	it('lists the exit codes and the result format', () => {
		const codes = [...section('Assertions and exit codes').matchAll(/^\| (\d) +\|/gm)].map(
			([, code]) => Number(code),
		);
		expect(codes).toEqual(Object.values(EXIT_CODES));
		expect(section('Reports')).toContain(`\`${RESULT_FORMAT}\``);
	});

	it('has a command for each validation', () => {
		const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
		const unknown = (): string => {
			try {
				const args = [tsx, join(ROOT, 'bench/validation/index.ts'), 'none'];
				return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' });
			} catch (error) {
				return (error as { stderr: string }).stderr;
			}
		};
		const [, names = ''] = /The validations are (.+)/.exec(unknown()) ?? [];
		expect(names).toContain('accuracy');
		for (const name of names.split(', ')) {
			expect(section('Validation')).toContain(`\`npm run prove -- ${name}\``);
		}
	});
});
