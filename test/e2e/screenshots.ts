// npm run screenshots: the pictures of the README, taken in a real n8n with Debian's chromium.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage } from '../../dev/demo/build';
import type { WorkflowFile } from '../../dev/n8n-server';
import { installN8n, OWNER } from '../../dev/n8n-server';
import type { World } from './server';
import { nodeOf, openWorld, readExample } from './server';

const ROOT = join(__dirname, '../..');
const DOCS = join(ROOT, 'docs');
/** For whoever changes the node to look at. */
const PICTURES = join(ROOT, 'build/pictures');
const NODE = 'Send Chat Message';

/** What is used of playwright-core, which n8n's installation has. */
interface Page {
	goto(url: string): Promise<unknown>;
	fill(selector: string, text: string): Promise<void>;
	click(selector: string): Promise<void>;
	dblclick(selector: string, options: { position: { x: number; y: number } }): Promise<void>;
	keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
	mouse: { move(x: number, y: number): Promise<void>; wheel(x: number, y: number): Promise<void> };
	setViewportSize(size: { width: number; height: number }): Promise<void>;
	waitForSelector(selector: string): Promise<unknown>;
	waitForTimeout(ms: number): Promise<void>;
	route(
		url: string,
		handler: (route: Route, request: { url(): string }) => Promise<void>,
	): Promise<void>;
	screenshot(options: { path: string }): Promise<unknown>;
}
interface Route {
	fulfill(response: { path: string } | { body: string; contentType: string }): Promise<void>;
}
interface Browser {
	newPage(options: {
		viewport: { width: number; height: number };
		colorScheme?: 'dark';
	}): Promise<Page>;
	close(): Promise<void>;
}

async function main(): Promise<void> {
	await buildPackage(ROOT);
	mkdirSync(PICTURES, { recursive: true });
	const { directory } = await installN8n(console.log);
	const world = await openWorld();
	const { chromium } = createRequire(join(directory, 'package.json'))('playwright-core') as {
		chromium: { launch(options: object): Promise<Browser> };
	};
	const browser = await chromium.launch({
		executablePath: '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
	});
	try {
		const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
		await signIn(page, world);
		await nodePanel(page, world, DOCS);
		await credential(page, world);
		await parameters(page, world);
		await chat(page, world);
		const dark = await browser.newPage({
			viewport: { width: 1280, height: 800 },
			colorScheme: 'dark',
		});
		await signIn(dark, world);
		await nodePanel(dark, world, PICTURES);
	} finally {
		await browser.close();
		await world.close();
	}
}

async function signIn(page: Page, { n8n }: World): Promise<void> {
	await page.goto(`${n8n.origin}/signin`);
	await page.fill('input[type=email]', OWNER.email);
	await page.fill('input[type=password]', OWNER.password);
	await page.click('[data-test-id=form-submit-button]');
	await page.waitForSelector('text=Create workflow');
}

/** The node, found by its name. */
async function nodePanel(page: Page, { n8n }: World, folder: string): Promise<void> {
	const id = await n8n.importWorkflow(readExample('chat'));
	await openWorkflow(page, n8n.origin, id);
	await page.keyboard.press('n');
	await page.waitForTimeout(1_000);
	await page.keyboard.type('dify');
	await page.waitForSelector('text=Talk to Dify');
	await page.keyboard.press('Enter');
	await page.waitForSelector('text=Send chat message');
	await page.waitForTimeout(1_000);
	await shoot(page, folder, 'node-panel');
}

/** The credential's form, and what its test says when it is opened. */
async function credential(page: Page, { n8n }: World): Promise<void> {
	await page.goto(`${n8n.origin}/home/credentials`);
	await page.click('text=Dify account');
	await page.waitForSelector('text=Connection tested successfully');
	await page.waitForTimeout(500);
	await shoot(page, PICTURES, 'credential');
}

/** The form with the app's own fields, and a run's answer beside it. */
async function parameters(page: Page, { n8n, dify }: World): Promise<void> {
	await n8n.createCredential('Support app', 'difyApi', {
		apiKey: dify.key('chat-vars'),
		baseUrl: dify.baseUrl,
	});
	dify.enqueue('chat-vars', {
		script: { text: 'The next high tide at Dover is at 14:32, at 6.1 m. Good timing for a walk!' },
	});
	const workflow = readExample('webhook-blocking');
	Object.assign(nodeOf(workflow, 'Webhook'), {
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		parameters: {},
	});
	useCredential(workflow, 'Support app', {
		query: 'When is the next high tide at Dover?',
		inputs: {
			mappingMode: 'defineBelow',
			value: { name: 'Dora', about: null, colour: 'blue', age: null, agree: false },
		},
	});
	await openWorkflow(page, n8n.origin, await n8n.importWorkflow(workflow));
	await page.dblclick(`[data-test-id=canvas-node][data-node-name="${NODE}"]`, {
		position: { x: 40, y: 40 },
	});
	await page.waitForSelector('text=Colour');
	await page.click('[data-test-id=node-execute-button]');
	await page.waitForSelector('text=conversation_id');
	await page.click('text=Schema >> nth=-1');
	await page.mouse.move(640, 500);
	await page.mouse.wheel(0, 190);
	// The notice of the run goes by itself.
	await page.waitForTimeout(5_500);
	await page.setViewportSize({ width: 1280, height: 1000 });
	await shoot(page, DOCS, 'parameters');
}

/** n8n's chat page while an answer comes. It takes its script from a CDN; here, from the npm registry. */
async function chat(page: Page, world: World): Promise<void> {
	const packages = mkdtempSync(join(tmpdir(), 'n8n-chat-'));
	const npm = { cwd: packages, stdio: 'ignore' } as const;
	execFileSync('npm', ['pack', '@n8n/chat'], npm);
	execFileSync('sh', ['-c', 'tar -xzf *.tgz'], npm);
	await page.route('https://cdn.jsdelivr.net/npm/**', async (route, request) => {
		const [, file] = request.url().split('/@n8n/chat/');
		await route.fulfill(
			file === undefined
				? { body: '', contentType: 'text/css' }
				: { path: join(packages, 'package', file) },
		);
	});
	await world.open('chat');
	const answer =
		'Twice a day the Earth turns under two bulges of water: one towards the Moon, and one on the far side. As the Moon moves on meanwhile, each high tide is some fifty minutes later than that of the day before.';
	world.dify.enqueue('chat-plain', { script: { text: answer, gapMs: 150 } });
	const { webhookId } = nodeOf(readExample('chat'), 'When chat message received');
	await page.setViewportSize({ width: 800, height: 560 });
	await page.goto(`${world.n8n.origin}/webhook/${String(webhookId)}/chat`);
	await page.fill('textarea', 'Why are there tides?');
	await page.keyboard.press('Enter');
	await page.waitForSelector('text=the Moon');
	await shoot(page, DOCS, 'chat');
	rmSync(packages, { recursive: true });
}

async function openWorkflow(page: Page, origin: string, id: string): Promise<void> {
	await page.goto(`${origin}/workflow/${id}`);
	await page.waitForSelector('[data-test-id=canvas-node]');
	await page.waitForTimeout(1_500);
}

function useCredential(workflow: WorkflowFile, name: string, parameters: object): void {
	Object.assign(nodeOf(workflow, NODE), {
		parameters,
		credentials: { difyApi: { id: null, name } },
	});
}

async function shoot(page: Page, folder: string, name: string): Promise<void> {
	await page.screenshot({ path: join(folder, `${name}.png`) });
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
