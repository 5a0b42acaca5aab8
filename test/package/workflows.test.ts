import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import bench from '../../bench/package.json';
import manifest from '../../package.json';
import type { Step } from '../bench/job';
import { readYaml } from '../bench/job';

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');

interface Workflow {
	permissions: Record<string, string>;
	jobs: Record<string, { steps: Array<Step & { name?: string }> }>;
}
const read = (name: string): Workflow => readYaml(join(FOLDER, name));
const stepsOf = ({ jobs }: Workflow): Workflow['jobs'][string]['steps'] =>
	Object.values(jobs).flatMap(({ steps }) => steps);

it.each(readdirSync(FOLDER))(
	'workflow %s: reads the repository only, runs .ci/run and existing npm scripts',
	(name) => {
		const workflow = read(name);
		expect(workflow.permissions.contents).toBe('read');
		const commands = stepsOf(workflow).map(({ run = '' }) => run);
		expect(commands).toContain('.ci/run');
		for (const [, script = ''] of commands.join('\n').matchAll(/npm run (\S+)/g)) {
			expect(manifest.scripts).toHaveProperty([script]);
		}
	},
);

describe('workflow publish.yml', () => {
	const publish = read('publish.yml');

	it('publishes both packages, with provenance', () => {
		expect(publish.permissions['id-token']).toBe('write');
		const commands = stepsOf(publish)
			.map(({ run = '' }) => run)
			.filter((run) => run.startsWith('npm publish'));
		expect(commands.map((run) => /-w (\S+)/.exec(run)?.[1])).toEqual([undefined, bench.name]);
		for (const run of commands) expect(run).toContain(' --provenance --access public');
	});

	it('fails if the tag is not the version of both packages', () => {
		const guard =
			stepsOf(publish).find(({ name }) => name?.startsWith('Both packages must'))?.run ?? '';
		const codeFor = (tag: string): number | null => {
			const env = { ...process.env, GITHUB_REF_NAME: tag };
			return spawnSync('bash', ['-e', '-c', guard], { cwd: ROOT, env }).status;
		};
		expect(codeFor(`v${manifest.version}`)).toBe(0);
		expect(codeFor('v99.0.0')).toBe(1);
	});
});
