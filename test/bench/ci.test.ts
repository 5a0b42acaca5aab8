import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { exitCode } from '../../bench/thresholds/exitCode';
import type { BenchResult } from '../../bench/result';
import { runBench } from './cli';
import type { Step } from './job';
import { Job, readYaml } from './job';

const ROOT = join(__dirname, '../..');
const SCRIPT = join(ROOT, 'examples/ci/dify-bench.sh');
const WORKFLOW = join(ROOT, 'examples/ci/dify-bench.yml');
const ACTION = join(ROOT, 'action.yml');

interface Workflow {
	jobs: Record<string, { steps: Step[] }>;
}
interface Action {
	inputs: Record<string, { default?: string; required?: boolean }>;
	runs: { using: string; steps: Step[] };
}

const action = readYaml<Action>(ACTION);
const steps = readYaml<Workflow>(WORKFLOW).jobs['dify-bench']?.steps ?? [];
const isThisAction = ({ uses }: Step): boolean => uses?.startsWith('n8n-nodes-dify-chat/') === true;

let job: Job;
beforeEach(() => {
	job = new Job();
});
afterEach(() => job.end());

const report = (...path: string[]): string => readFileSync(join(job.folder, ...path), 'utf8');
/** Expects the exit code that belongs to the result. The verdict depends on the load of the machine. */
function expectExitCodeFor(json: string, code: number | null): BenchResult {
	const result = JSON.parse(json) as BenchResult;
	expect(code).toBe(exitCode(result, { isStrict: false }));
	expect(result.outcomes.completed).toBe(result.plan.requests);
	return result;
}

describe('examples/ci/dify-bench.sh:', () => {
	it('runs unchanged, writes the reports and stops its server', async () => {
		const code = await job.run(SCRIPT, []);
		const result = expectExitCodeFor(report('reports/dify-bench.json'), code);
		expect(result.assertions).toHaveLength(2);
		expect(report('reports/dify-bench.html')).toContain('<!doctype html>');
		expect(report('reports/dify-bench.xml')).toContain('<testsuites');
		await expect(fetch(`${result.target.base_url}/info`)).rejects.toThrow('fetch failed');
	});

	it('returns the exit code of a broken limit', async () => {
		const code = await job.run(SCRIPT, ['--duration', '1s', '--assert', 'outcome.completed < 1'], {
			REPORTS: 'here',
		});
		expectExitCodeFor(report('here/dify-bench.json'), code);
		expect(code).not.toBe(0);
	});
});

describe('examples/ci/dify-bench.yml:', () => {
	it('starts a server, measures it with the action and uploads the reports', async () => {
		const [setup, start, measure, upload] = steps;
		expect(setup?.uses).toMatch(/^actions\/setup-node@/);
		expect(await job.shell(start?.run ?? '')).toBe(0);
		if (measure === undefined || !isThisAction(measure))
			throw new Error('The third step must be the action');
		const code = await act(measure.with ?? {});
		const result = expectExitCodeFor(report('dify-bench.json'), code);
		expect(result.assertions.map(({ text }) => text)).toEqual([
			'ttft.p95 < 800',
			'outcome.completed >= 99%',
		]);
		expect(upload?.uses).toMatch(/^actions\/upload-artifact@/);
		for (const file of (upload?.with?.path ?? '').trim().split('\n'))
			expect(report(file)).not.toBe('');
	});
});

describe('action.yml:', () => {
	it('does not execute its inputs as code', async () => {
		const query = '$(touch ran) `touch ran` "; touch ran';
		const args = `--user "o'neill $(touch ran)" --include-queries --json out.json\n--requests 1; touch ran`;
		await job.shell(steps[1]?.run ?? '');
		const url = job.variable('URL');
		const given = { url, key: job.variable('KEY'), query };
		expect(await act({ ...given, args })).toBe(2);
		expect(await act({ ...given, args: args.replace('1; touch ran', '1') })).not.toBe(2);
		const { plan } = JSON.parse(report('out.json')) as BenchResult;
		expect(plan.queries.texts).toEqual([query]);
		expect(() => report('ran')).toThrow('ENOENT');
	});

	it('fails on an unterminated quote and sends nothing', async () => {
		const inputs = { url: 'http://127.0.0.1:9', key: 'app-1', query: 'x' };
		expect(await act({ ...inputs, args: "--assert 'ttft.p95 < 800" })).toBe(1);
	});
});

/** Runs the only step of the action with the inputs of a workflow. */
async function act(given: Record<string, string>): Promise<number | null> {
	const [step, ...others] = action.runs.steps;
	expect([action.runs.using, others]).toEqual(['composite', []]);
	for (const name of Object.keys(given)) expect(action.inputs).toHaveProperty(name);
	const input = (name: string): string => {
		const { default: absent, required = false } = action.inputs[name] ?? {};
		if (required) expect(given).toHaveProperty(name);
		const text = given[name] ?? absent ?? '';
		return text.replace(/\$\{\{ env\.(\w+) \}\}/g, (_, variable: string) => job.variable(variable));
	};
	const env = Object.entries(step?.env ?? {}).map(([name, value]) => {
		const [, from] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value) ?? [];
		if (from === undefined) throw new Error(`${name} is not an input`);
		return [name, input(from)];
	});
	return await job.shell(step?.run ?? '', Object.fromEntries(env) as Record<string, string>);
}

describe('dify-bench commands in documents:', () => {
	const files = [SCRIPT, WORKFLOW, ACTION, join(ROOT, 'bench/README.md'), join(ROOT, 'README.md')];
	it.each(files.map((file) => relative(ROOT, file)))('all flags in %s exist', async (file) => {
		const text = readFileSync(join(ROOT, file), 'utf8').replace(/\\\n/g, ' ');
		for (const command of ['run', 'serve', 'calibrate', 'overhead']) {
			const { stdout } = await runBench([command, '--help']);
			const lines = text.matchAll(new RegExp(`dify-bench(?:@\\S+)? ${command} ([^>\`\\n]*)`, 'g'));
			for (const [, line] of lines) {
				for (const [flag] of (line ?? '').matchAll(/--[a-z][a-z0-9-]*/g)) {
					expect(stdout).toContain(`  ${flag}`);
				}
			}
		}
	});
});
