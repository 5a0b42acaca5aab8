import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage, ROOT } from '../build';
import type { WorkflowFile } from '../n8n-server';
import { installN8n, OWNER } from '../n8n-server';
import type { TestBed } from '../n8n-server/testBed';
import { findNode, readExample, startTestBed } from '../n8n-server/testBed';
import { runScript } from '../terminal';

/** The pictures that the README shows. */
const DOCS = join(ROOT, 'docs');
/** More pictures, to look at after a change of the node. */
const PICTURES = join(ROOT, 'build/pictures');
const NODE = 'Send Chat Message';
const VIEWPORT = { width: 1280, height: 800 };

/** The part of playwright-core's API that is used here. n8n's installation contains playwright-core. */
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

/** `npm run screenshots`: takes the pictures in a real n8n with Debian's chromium. */
async function main(): Promise<void> {
	await buildPackage();
	mkdirSync(PICTURES, { recursive: true });
	const { directory } = await installN8n(console.log);
	const testBed = await startTestBed();
	const { chromium } = createRequire(join(directory, 'package.json'))('playwright-core') as {
		chromium: { launch(options: object): Promise<Browser> };
	};
	const browser = await chromium.launch({
		executablePath: '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
	});
	try {
		const page = await browser.newPage({ viewport: VIEWPORT });
		await signIn(page, testBed);
		await takeNodePanel(page, testBed, DOCS);
		await takeCredential(page, testBed);
		await takeParameters(page, testBed);
		await takeChat(page, testBed);
		const dark = await browser.newPage({ viewport: VIEWPORT, colorScheme: 'dark' });
		await signIn(dark, testBed);
		await takeNodePanel(dark, testBed, PICTURES);
	} finally {
		await browser.close();
		await testBed.close();
	}
}

async function signIn(page: Page, { n8n }: TestBed): Promise<void> {
	await page.goto(`${n8n.origin}/signin`);
	await page.fill('input[type=email]', OWNER.email);
	await page.fill('input[type=password]', OWNER.password);
	await page.click('[data-test-id=form-submit-button]');
	await page.waitForSelector('text=Create workflow');
}

/** Takes a picture of n8n's node panel after a search for `dify`. */
async function takeNodePanel(page: Page, { n8n }: TestBed, folder: string): Promise<void> {
	const id = await n8n.importWorkflow(readExample('chat'));
	await openWorkflow(page, n8n.origin, id);
	await page.keyboard.press('n');
	await page.waitForTimeout(1_000);
	await page.keyboard.type('dify');
	await page.waitForSelector('text=Talk to Dify');
	await page.keyboard.press('Enter');
	await page.waitForSelector('text=Send chat message');
	await page.waitForTimeout(1_000);
	await takeScreenshot(page, folder, 'node-panel');
}

/** Takes a picture of the credential form with the result of the credential test. */
async function takeCredential(page: Page, { n8n }: TestBed): Promise<void> {
	await page.goto(`${n8n.origin}/home/credentials`);
	await page.click('text=Dify account');
	await page.waitForSelector('text=Connection tested successfully');
	await page.waitForTimeout(500);
	await takeScreenshot(page, PICTURES, 'credential');
}

/** Takes a picture of the node form with the app's input fields, and of the output of an execution. */
async function takeParameters(page: Page, { n8n, dify }: TestBed): Promise<void> {
	await n8n.createCredential('Support app', 'difyApi', {
		apiKey: dify.key('chat-vars'),
		baseUrl: dify.baseUrl,
	});
	dify.enqueue('chat-vars', {
		script: { text: 'The next high tide at Dover is at 14:32, at 6.1 m. Good timing for a walk!' },
	});
	const workflow = readExample('webhook-blocking');
	Object.assign(findNode(workflow, 'Webhook'), {
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
	// n8n's notification about the execution disappears after some seconds.
	await page.waitForTimeout(5_500);
	await page.setViewportSize({ width: 1280, height: 1000 });
	await takeScreenshot(page, DOCS, 'parameters');
}

/**
 * Takes a picture of n8n's chat page while an answer streams. The page loads its script from a CDN. Here it gets
 * the script from a package of the npm registry.
 */
async function takeChat(page: Page, testBed: TestBed): Promise<void> {
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
	await testBed.openExample('chat');
	const answer =
		'Twice a day the Earth turns under two bulges of water: one towards the Moon, and one on the far side. As the Moon moves on meanwhile, each high tide is some fifty minutes later than that of the day before.';
	testBed.dify.enqueue('chat-plain', { script: { text: answer, gapMs: 150 } });
	const { webhookId } = findNode(readExample('chat'), 'When chat message received');
	await page.setViewportSize({ width: 800, height: 560 });
	await page.goto(`${testBed.n8n.origin}/webhook/${String(webhookId)}/chat`);
	await page.fill('textarea', 'Why are there tides?');
	await page.keyboard.press('Enter');
	await page.waitForSelector('text=the Moon');
	await takeScreenshot(page, DOCS, 'chat');
	rmSync(packages, { recursive: true });
}

async function openWorkflow(page: Page, origin: string, id: string): Promise<void> {
	await page.goto(`${origin}/workflow/${id}`);
	await page.waitForSelector('[data-test-id=canvas-node]');
	await page.waitForTimeout(1_500);
}

function useCredential(workflow: WorkflowFile, name: string, parameters: object): void {
	Object.assign(findNode(workflow, NODE), {
		parameters,
		credentials: { difyApi: { id: null, name } },
	});
}

async function takeScreenshot(page: Page, folder: string, name: string): Promise<void> {
	await page.screenshot({ path: join(folder, `${name}.png`) });
}

runScript(main);
