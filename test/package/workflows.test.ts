import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import bench from '../../bench/package.json';
import manifest from '../../package.json';
import type { Step } from '../bench/job';
import { readYaml } from '../bench/job';

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');

interface Job {
	needs?: string | string[];
	permissions?: Record<string, string>;
	steps: Array<Step & { name?: string }>;
}
interface Workflow {
	permissions: Record<string, string>;
	jobs: Record<string, Job>;
}
const read = (name: string): Workflow => readYaml(join(FOLDER, name));
const stepsOf = ({ jobs }: Workflow): Job['steps'] =>
	Object.values(jobs).flatMap(({ steps }) => steps);

describe.each(readdirSync(FOLDER))('workflow %s', (name) => {
	const workflow = read(name);

	it('runs .ci/run and existing npm scripts', () => {
		const commands = stepsOf(workflow).map(({ run = '' }) => run);
		expect(commands).toContain('.ci/run');
		for (const [, script = ''] of commands.join('\n').matchAll(/npm run (\S+)/g)) {
			expect(manifest.scripts).toHaveProperty([script]);
		}
	});

	it('may only read the repository, where it runs code of the repository', () => {
		for (const { permissions = workflow.permissions, steps } of Object.values(workflow.jobs)) {
			const isFromRepository = steps.some(({ uses = '' }) => uses.startsWith('actions/checkout@'));
			if (isFromRepository) expect(permissions).toEqual({ contents: 'read' });
		}
	});

	it('pins each action by its commit and names the version', () => {
		const text = readFileSync(join(FOLDER, name), 'utf8');
		const uses = text.match(/uses: .*/g) ?? [];
		expect(uses.length).toBeGreaterThan(0);
		for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	});
});

describe('workflow publish.yml', () => {
	const publish = read('publish.yml');

	it('publishes both packages, with provenance', () => {
		const commands = stepsOf(publish)
			.map(({ run = '' }) => run)
			.filter((run) => run.startsWith('npm publish'));
		const versioned = (name: string): string => `"./${name}-\${GITHUB_REF_NAME#v}.tgz"`;
		expect(commands).toEqual(
			[manifest.name, bench.name].map(
				(name) => `npm publish ${versioned(name)} --provenance --access public --ignore-scripts`,
			),
		);
	});

	it('gives the permission to publish only to a job that publishes what another job built', () => {
		expect(publish.permissions).toEqual({});
		const publishers = Object.values(publish.jobs).filter(
			({ permissions }) => permissions?.['id-token'] !== undefined,
		);
		expect(publishers).toHaveLength(1);
		const [{ needs, permissions, steps }] = publishers as [Job];
		expect(needs).toBe('build');
		expect(permissions).toEqual({ 'id-token': 'write' });
		const actions = steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []);
		expect(actions.sort()).toEqual(['actions/download-artifact', 'actions/setup-node']);
		const commands = steps.flatMap(({ run }) => run ?? []);
		expect(commands).toHaveLength(2);
		for (const command of commands) expect(command).toMatch(/^npm publish "\.\/[^"]+\.tgz" /);
	});

	it('uploads the packages after all checks have passed', () => {
		const steps = publish.jobs.build?.steps ?? [];
		const checked = steps.findIndex(({ run }) => run === '.ci/run');
		const uploaded = steps.findIndex(({ uses = '' }) =>
			uses.startsWith('actions/upload-artifact@'),
		);
		expect(checked).toBeGreaterThan(0);
		expect(uploaded).toBeGreaterThan(checked);
		expect(steps[uploaded]?.with?.path).toBe('build/*.tgz');
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
