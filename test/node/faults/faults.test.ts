import type { TestBed } from '../testBed';
import { startTestBed, withTestBed } from '../testBed';
import { blockingFaults } from './blockingFaults';
import { commonFaults } from './commonFaults';
import type { AppKind, FaultCase } from './faultCase';
import { TEXT } from './faultCase';
import { interruptedStreams } from './interruptedStreams';
import { unusualStreams } from './unusualStreams';

/**
 * Every fault in every app kind and response mode in which it can occur. The node returns the complete
 * item, or an error with the partial answer. 'Continue' turns errors into items, so one check covers both.
 */

const OPTIONS = { lingerMs: 100 };

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed(OPTIONS);
});

afterAll(async () => {
	await testBed.dify.close();
});

const APPS = {
	chat: 'chat-plain',
	'agent-chat': 'agent-fc',
	'advanced-chat': 'flow-plain',
} as const;
const APP_KINDS: AppKind[] = ['chat', 'agent-chat', 'advanced-chat'];
/** Agent apps have no blocking mode. */
const APP_KINDS_WITH_BLOCKING: AppKind[] = ['chat', 'advanced-chat'];

const CASES = [
	...APP_KINDS.flatMap((appKind) =>
		selectCases(appKind, 'streaming', [...commonFaults, ...unusualStreams, ...interruptedStreams]),
	),
	...APP_KINDS_WITH_BLOCKING.flatMap((appKind) =>
		selectCases(appKind, 'blocking', [...commonFaults, ...blockingFaults]),
	),
];

function selectCases(
	appKind: AppKind,
	responseMode: string,
	cases: FaultCase[],
): Array<[AppKind, string, string, FaultCase]> {
	return cases
		.filter(({ appKinds }) => appKinds === undefined || appKinds.includes(appKind))
		.map((faultCase) => [appKind, responseMode, faultCase.name, faultCase]);
}

/** Sends the message of a case, and checks the item, the hints and the requests. */
async function testCase(
	{ dify, send }: TestBed,
	appKind: AppKind,
	responseMode: string,
	faultCase: FaultCase,
): Promise<void> {
	const { faults, script = { text: TEXT }, options = {}, expected } = faultCase;
	const app = APPS[appKind];
	const before = dify.requests.length;
	dify.enqueue(app, { script, faults });
	const result = await send(
		app,
		{ responseMode, options: options as never },
		{ onError: 'continueRegularOutput' },
	);
	const json = result.outputs[0]?.[0]?.json;
	expect(json).toMatchObject(expected);
	if (!('error' in expected)) expect(json).not.toHaveProperty('error');
	// The message is sent once, whatever happens, and no result contains the API key.
	const chatRequests = dify.requests
		.slice(before)
		.filter(({ path }) => path === '/v1/chat-messages');
	expect(chatRequests).toHaveLength(1);
	expect(JSON.stringify(result.run)).not.toContain(dify.key(app));
	if (faultCase.hasSkippedMessage === true) {
		expect(JSON.stringify(result.hints)).toContain('Skipped 1 message');
	}
}

const [waitingCases, otherCases] = [true, false].map((waits) =>
	CASES.filter(([, , , { waitsForRecovery = false }]) => waitsForRecovery === waits),
) as [typeof CASES, typeof CASES];

it.concurrent.each(waitingCases)(
	'send, %s %s: handles %s',
	async (appKind, responseMode, _, faultCase) =>
		await withTestBed(OPTIONS, async (ownTestBed) => {
			await testCase(ownTestBed, appKind, responseMode, faultCase);
		}),
);

// One after another: some have a short limit, which a busy process would exceed.
it.each(otherCases)('send, %s %s: handles %s', async (appKind, responseMode, _, faultCase) => {
	await testCase(testBed, appKind, responseMode, faultCase);
});
