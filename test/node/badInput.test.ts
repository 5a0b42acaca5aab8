import type { IBinaryKeyData, INodeParameters } from 'n8n-workflow';
import type { World } from './harness';
import { openWorld } from './harness';

/**
 * What a person may fill in wrong. Each row runs three items of which the second is wrong: it is
 * named, with what to do about it, and the others come out. Nothing is sent of what is certainly wrong.
 */

let world: World;
let binary: IBinaryKeyData;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20 });
	const { engine } = world;
	binary = {
		photo: await engine.prepareBinary(Buffer.from('x'), 'photo.png', 'image/png'),
		sound: await engine.prepareBinary(Buffer.from('x'), 'sound.mp3', 'audio/mpeg'),
		big: await engine.prepareBinary(Buffer.alloc(11_000_000), 'big.png', 'image/png'),
	};
});

afterAll(async () => {
	await world.dify.close();
});

const VALUE = '={{ $json.value }}';
const inputs: INodeParameters = { inputsMode: 'json', inputsJson: VALUE };
const field: INodeParameters = {
	files: { file: [{ source: 'binary', binaryPropertyName: VALUE, type: 'auto' }] },
};
const url: INodeParameters = { files: { file: [{ source: 'url', url: VALUE, type: 'image' }] } };
const uploadId = (type: string): INodeParameters => ({
	files: { file: [{ source: 'uploadId', uploadFileId: VALUE, type }] },
});
const conversation: INodeParameters = {
	conversationId: { __rl: true, mode: 'id', value: VALUE },
};
const ID = '11111111-2222-4333-8444-555555555555';
const NEITHER = 'is not a binary field of the item, a URL or an upload ID';

interface Row {
	name: string;
	app?: string;
	parameters: INodeParameters;
	good: unknown;
	bad: unknown;
	message: string;
	/** A part of what to do about it. */
	advice: string;
	/** What Dify saw of the wrong item; nothing, unless it takes Dify to know. */
	sent?: string[];
}

const CHAT = 'POST /v1/chat-messages';
const UPLOAD = 'POST /v1/files/upload';
const PARAMETERS = 'GET /v1/parameters';

const ROWS: Row[] = [
	...['', null].map((bad) => ({
		name: `query ${JSON.stringify(bad)}`,
		parameters: { query: VALUE },
		good: 'hello',
		bad,
		message: "'Query' is empty",
		advice: 'Dify does not accept an empty message',
	})),
	...['', null].map((bad) => ({
		name: `user ${JSON.stringify(bad)}`,
		parameters: { user: VALUE },
		good: 'ada',
		bad,
		message: "'User' is empty",
		advice: 'It can be any text',
	})),
	...(
		[
			['[1]', "'Inputs (JSON)' is an array, not an object"],
			['"text"', "'Inputs (JSON)' is a string, not an object"],
			['null', "'Inputs (JSON)' is null, not an object"],
			['7', "'Inputs (JSON)' is a number, not an object"],
			['{"a":', "'Inputs (JSON)' is not valid JSON: Unexpected end of JSON input"],
		] as const
	).map(([bad, message]) => ({
		name: `inputs ${bad}`,
		parameters: inputs,
		good: '{"topic":"tides"}',
		bad,
		message,
		advice: '{"topic": "tides"}',
	})),
	{
		name: 'an input that the app requires',
		app: 'chat-vars',
		parameters: inputs,
		good: '{"name":"Ada"}',
		bad: '{}',
		message: 'name is required in input form',
		advice: "'Inputs'",
		sent: [CHAT],
	},
	{
		name: 'a value that is none of the options',
		app: 'chat-vars',
		parameters: inputs,
		good: '{"name":"Ada","colour":"red"}',
		bad: '{"name":"Ada","colour":"pink"}',
		message: "colour in input form must be one of the following: ['red', 'green', 'blue']",
		advice: "'Inputs'",
		sent: [CHAT],
	},
	{
		name: 'a conversation that is unknown',
		parameters: conversation,
		good: '',
		bad: ID,
		message: 'Conversation Not Exists.',
		advice: "Leave 'Conversation' empty",
		sent: [CHAT],
	},
	{
		name: 'a conversation id that is none',
		parameters: conversation,
		good: '',
		bad: 'msg-1',
		message: "'Conversation' is not a valid conversation id",
		advice: 'conversation_id of an earlier answer',
		sent: [CHAT],
	},
	{
		name: 'a binary field that the item does not have',
		parameters: field,
		good: 'photo',
		bad: 'data',
		message: "The item has no binary field 'data'",
		advice: "'photo', 'sound', 'big'",
	},
	...(
		[
			['an empty binary field', field, 'photo', "'Source Binary Field' of file 1 is empty"],
			['an empty URL', url, 'https://example.com/a.png', "'Source URL' of file 1 is empty"],
			['an empty upload id', uploadId('image'), undefined, "'Source Upload ID' of file 1 is empty"],
		] as const
	).map(([name, parameters, good, message]) => ({
		name,
		parameters,
		good,
		bad: ' ',
		message,
		advice: 'Enter a value, or remove the file.',
	})),
	{
		name: 'a URL that is none',
		parameters: url,
		good: 'https://example.com/a.png',
		bad: 'example',
		message: "'example' is not a URL",
		advice: 'https://',
	},
	{
		name: 'an upload id whose type nobody said',
		parameters: uploadId('auto'),
		good: undefined,
		bad: ID,
		message: "'Type' of file 1 cannot be detected from an upload ID",
		advice: "instead of 'Automatic'",
	},
	{
		name: 'an upload id that is unknown',
		parameters: uploadId('image'),
		good: undefined,
		bad: ID,
		message: 'Invalid upload file',
		advice: "with the same 'User'",
		sent: [CHAT],
	},
	{
		name: "a file over the app's limit",
		parameters: field,
		good: 'photo',
		bad: 'big',
		message:
			"'big.png' from the binary field 'big' is too large: it has 10.5 MB, and Dify allows 10 MB",
		advice: 'Send a smaller file',
		sent: [PARAMETERS],
	},
	{
		name: 'a type of file that the app does not take',
		parameters: field,
		good: 'photo',
		bad: 'sound',
		message: 'File validation failed for file: sound.mp3',
		advice: 'accepts files of this type',
		sent: [UPLOAD, CHAT],
	},
	...(
		[
			['nonsense', `'Inputs': 'docs' ${NEITHER}`, "'photo'"],
			[ID, "'Inputs': the file type of 'docs' cannot be detected from an upload ID", ID],
		] as const
	).map(([file, message, advice]) => ({
		name: `a file variable given ${file}`,
		app: 'flow-vars',
		parameters: inputs,
		good: '{"name":"Ada"}',
		bad: JSON.stringify({ name: 'Ada', doc: 'https://example.com/x.pdf', docs: [file] }),
		message,
		advice,
		sent: [PARAMETERS],
	})),
];

it.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_, row) => {
	const { app = 'chat-plain', parameters, good, bad, message, advice, sent = [] } = row;
	const goodItem = { json: { value: good as never }, binary };
	const badItem = { json: { value: bad as never }, binary };
	const before = world.dify.requests.length;
	const alone = await world.send(app, parameters, { items: [badItem] });
	expect(alone.error?.message).toBe(`${message} [item 0]`);
	expect(alone.error?.description).toContain(advice);
	expect(world.dify.requests.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual(
		sent,
	);
	if (good === undefined) return;
	const items = [goodItem, badItem, goodItem];
	const among = await world.send(app, parameters, { items, onError: 'continueRegularOutput' });
	const [first, second, third] = among.outputs[0] ?? [];
	expect(second?.json.error).toBe(`${message} [item 1]`);
	expect([first?.json.status, third?.json.status]).toEqual(['completed', 'completed']);
});
