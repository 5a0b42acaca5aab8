import type { IBinaryKeyData, INodeParameters } from 'n8n-workflow';
import { ITEM_VALUE, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { startTestBed, toLocator } from './testBed';

/**
 * Errors that wrong parameters of Send Chat Message cause. Each case runs the invalid item alone, where
 * the error names the parameter and says what to do, and between two valid items, which must complete.
 * The node sends no request for input that it can check without Dify.
 */

let testBed: TestBed;
let binary: IBinaryKeyData;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
	const { engine } = testBed;
	binary = {
		photo: await engine.prepareBinary(Buffer.from('x'), 'photo.png', 'image/png'),
		sound: await engine.prepareBinary(Buffer.from('x'), 'sound.mp3', 'audio/mpeg'),
		big: await engine.prepareBinary(Buffer.alloc(11_000_000), 'big.png', 'image/png'),
	};
});

afterAll(async () => {
	await testBed.dify.close();
});

const inputs: INodeParameters = { inputsMode: 'json', inputsJson: ITEM_VALUE };
const binaryFile: INodeParameters = {
	files: { file: [{ source: 'binary', binaryPropertyName: ITEM_VALUE, type: 'auto' }] },
};
const urlFile: INodeParameters = {
	files: { file: [{ source: 'url', url: ITEM_VALUE, type: 'image' }] },
};
const uploadedFile = (type: string): INodeParameters => ({
	files: { file: [{ source: 'uploadId', uploadFileId: ITEM_VALUE, type }] },
});
const conversation: INodeParameters = {
	conversationId: toLocator(ITEM_VALUE),
};

interface SendErrorCase {
	/** What the node does, such as 'rejects the user ""'. */
	name: string;
	/** Default: `chat-plain`. */
	app?: string;
	/** One of them is {@link ITEM_VALUE}. */
	parameters: INodeParameters;
	/** A value that works, or `undefined` if none works. */
	valid: unknown;
	invalid: unknown;
	message: string;
	/** A part of the error's description, which says what to do. */
	advice: string;
	/** The requests for the invalid item. Default: none. */
	requests?: string[];
}

const CHAT = 'POST /v1/chat-messages';
const UPLOAD = 'POST /v1/files/upload';
const PARAMETERS = 'GET /v1/parameters';

const CASES: SendErrorCase[] = [
	...['', null].map((invalid) => ({
		name: `rejects the query ${JSON.stringify(invalid)}`,
		parameters: { query: ITEM_VALUE },
		valid: 'hello',
		invalid,
		message: "'Query' is empty",
		advice: 'Dify does not accept an empty message',
	})),
	...['', null].map((invalid) => ({
		name: `rejects the user ${JSON.stringify(invalid)}`,
		parameters: { user: ITEM_VALUE },
		valid: 'ada',
		invalid,
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
	).map(([invalid, message]) => ({
		name: `rejects the inputs ${invalid}`,
		parameters: inputs,
		valid: '{"topic":"tides"}',
		invalid,
		message,
		advice: '{"topic": "tides"}',
	})),
	{
		name: 'reports a missing input that the app requires',
		app: 'chat-vars',
		parameters: inputs,
		valid: '{"name":"Ada"}',
		invalid: '{}',
		message: 'name is required in input form',
		advice: "'Inputs'",
		requests: [CHAT],
	},
	{
		name: 'reports an input value that is not one of the options',
		app: 'chat-vars',
		parameters: inputs,
		valid: '{"name":"Ada","colour":"red"}',
		invalid: '{"name":"Ada","colour":"pink"}',
		message: "colour in input form must be one of the following: ['red', 'green', 'blue']",
		advice: "'Inputs'",
		requests: [CHAT],
	},
	{
		name: 'reports an unknown conversation',
		parameters: conversation,
		valid: '',
		invalid: UNKNOWN_ID,
		message: 'Conversation Not Exists.',
		advice: "Leave 'Conversation' empty",
		requests: [CHAT],
	},
	{
		name: 'reports a conversation id that is not a UUID',
		parameters: conversation,
		valid: '',
		invalid: 'msg-1',
		message: "'Conversation' is not an id of a conversation",
		advice: 'conversation_id of an earlier answer',
		requests: [CHAT],
	},
	{
		name: 'rejects a binary field that the item does not have',
		parameters: binaryFile,
		valid: 'photo',
		invalid: 'data',
		message: "The item has no binary field 'data'",
		advice: "'photo', 'sound', 'big'",
	},
	...(
		[
			[
				'rejects an empty binary field name',
				binaryFile,
				'photo',
				"'Source Binary Field' of file 1 is empty",
			],
			[
				'rejects an empty URL',
				urlFile,
				'https://example.com/a.png',
				"'Source URL' of file 1 is empty",
			],
			[
				'rejects an empty upload id',
				uploadedFile('image'),
				undefined,
				"'Source Upload ID' of file 1 is empty",
			],
		] as const
	).map(([name, parameters, valid, message]) => ({
		name,
		parameters,
		valid,
		invalid: ' ',
		message,
		advice: 'Enter a value, or remove the file.',
	})),
	{
		name: 'rejects an invalid URL',
		parameters: urlFile,
		valid: 'https://example.com/a.png',
		invalid: 'example',
		message: "'example' is not a URL",
		advice: 'https://',
	},
	{
		name: 'rejects an upload id without a file type',
		parameters: uploadedFile('auto'),
		valid: undefined,
		invalid: UNKNOWN_ID,
		message: "'Type' of file 1 cannot be detected from an upload ID",
		advice: "instead of 'Automatic'",
	},
	{
		name: 'reports an unknown upload id',
		parameters: uploadedFile('image'),
		valid: undefined,
		invalid: UNKNOWN_ID,
		message: 'Invalid upload file',
		advice: "with the same 'User'",
		requests: [PARAMETERS, CHAT],
	},
	{
		name: "rejects a file above the app's size limit",
		parameters: binaryFile,
		valid: 'photo',
		invalid: 'big',
		message:
			"'big.png' from the binary field 'big' is too large: it has 10.5 MB, and Dify allows 10 MB",
		advice: 'Send a smaller file',
		requests: [PARAMETERS],
	},
	{
		name: 'reports a file type that the app does not accept',
		parameters: binaryFile,
		valid: 'photo',
		invalid: 'sound',
		message: 'File validation failed for file: sound.mp3',
		advice: 'accepts files of this type',
		requests: [PARAMETERS, UPLOAD, CHAT],
	},
	...(
		[
			[
				'rejects a file variable that names no file',
				'nonsense',
				"'Inputs': 'docs' is not a binary field of the item, a URL or an upload ID",
				"'photo'",
			],
			[
				'rejects a file variable with an upload id of unknown type',
				UNKNOWN_ID,
				"'Inputs': the file type of 'docs' cannot be detected from an upload ID",
				UNKNOWN_ID,
			],
		] as const
	).map(([name, file, message, advice]) => ({
		name,
		app: 'flow-vars',
		parameters: inputs,
		valid: '{"name":"Ada","colour":"red"}',
		invalid: JSON.stringify({ name: 'Ada', doc: 'https://example.com/x.pdf', docs: [file] }),
		message,
		advice,
		requests: [PARAMETERS],
	})),
];

it.each(CASES.map((errorCase) => [errorCase.name, errorCase] as const))(
	'send: %s',
	async (_, errorCase) => {
		const { app = 'chat-plain', parameters, valid, invalid, message, advice } = errorCase;
		const validItem = { json: { value: valid as never }, binary };
		const invalidItem = { json: { value: invalid as never }, binary };
		const requestsBefore = testBed.dify.requests.length;
		const alone = await testBed.send(app, parameters, { items: [invalidItem] });
		expect(alone.error?.message).toBe(message);
		expect(alone.error?.description).toContain(advice);
		const requests = testBed.dify.requests.slice(requestsBefore);
		// The check of the files and the message are sent at the same time.
		expect(requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
			errorCase.requests?.toSorted() ?? [],
		);
		if (valid === undefined) return;
		const items = [validItem, invalidItem, validItem];
		const { outputs } = await testBed.send(app, parameters, {
			items,
			onError: 'continueRegularOutput',
		});
		const [first, second, third] = outputs[0] ?? [];
		expect(second?.json.error).toBe(`${message} [item 1]`);
		expect([first?.json.status, third?.json.status]).toEqual(['completed', 'completed']);
	},
);
