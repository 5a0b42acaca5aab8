import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import { ITEM_VALUE, testErrorCases, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator } from './testBed';

/** The operations of the resource Audio: speech to text, and text to speech. */

let testBed: TestBed;
let binary: IBinaryKeyData;
/** The item of a message that the app `talker` answered. */
let answer: IDataObject;

beforeAll(async () => {
	testBed = await startTestBed({
		apps: [
			{
				name: 'talker',
				mode: 'chat',
				speechToText: 'Wann ist Flut? 満潮',
				textToSpeech: { language: 'de', voice: 'echo' },
			},
			{ name: 'chat-plain', mode: 'chat' },
		],
	});
	const { engine } = testBed;
	binary = {
		voice: await engine.prepareBinary(Buffer.from('ID3'), 'Grüße.mp3', 'audio/mpeg'),
		memo: await engine.prepareBinary(Buffer.from('RIFF'), 'memo.wav', 'audio/x-wav'),
		film: await engine.prepareBinary(Buffer.from('x'), 'film.webm', 'audio/webm'),
		long: await engine.prepareBinary(Buffer.alloc(32_000_000), 'long.mp3', 'audio/mpeg'),
	};
	answer = getItem(await testBed.send('talker'));
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('audio transcribe:', () => {
	it('uploads the binary field of each item with its user and the MIME type that Dify accepts', async () => {
		const items = ['voice', 'memo'].map((value) => ({ json: { value }, binary }));
		const parameters = { user: 'ada', binaryPropertyName: ITEM_VALUE };
		const before = testBed.dify.requests.length;
		const { outputs } = await testBed.run(
			{ app: 'talker', resource: 'audio', operation: 'transcribe', parameters },
			{ items },
		);
		expect(outputs).toEqual([
			items.map((_, item) => ({
				json: { text: 'Wann ist Flut? 満潮' },
				pairedItem: { item },
			})),
		]);
		const file = { fieldname: 'file', size: expect.any(Number) };
		expect(testBed.dify.requests.slice(before).map(({ body }) => body)).toEqual([
			{
				fields: { user: 'ada' },
				files: [{ ...file, filename: 'Grüße.mp3', mimeType: 'audio/mp3' }],
			},
			{
				fields: { user: 'ada' },
				files: [{ ...file, filename: 'memo.wav', mimeType: 'audio/wav' }],
			},
		]);
	});
});

describe('audio generateSpeech:', () => {
	/** Returns the bytes of the audio as text: `ID3 <voice>: <spoken text>`. */
	const generateSpeech = async (parameters: Record<string, unknown>): Promise<string> => {
		const result = await testBed.run({
			app: 'talker',
			resource: 'audio',
			operation: 'generateSpeech',
			parameters: parameters as never,
		});
		const item = getItem(result);
		const audio = result.outputs[0]?.[0]?.binary?.data;
		expect(audio).toMatchObject({
			fileName: 'speech.mp3',
			mimeType: 'audio/mpeg',
			fileExtension: 'mp3',
		});
		const bytes = await testBed.engine.readBinary(audio);
		expect(item).toEqual({ name: 'speech.mp3', mime_type: 'audio/mpeg', size: bytes.length });
		return bytes.toString();
	};

	it("reads a text aloud in the app's voice or in a chosen voice", async () => {
		expect(await generateSpeech({ text: 'Flut um sechs. 満潮' })).toBe(
			'ID3 echo: Flut um sechs. 満潮',
		);
		expect(await generateSpeech({ text: '0', options: { voice: 'nova' } })).toBe('ID3 nova: 0');
		expect(testBed.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', text: '0', voice: 'nova' });
	});

	it('reads the answer of a message aloud', async () => {
		const parameters = { source: 'message', messageId: toLocator(answer.message_id) };
		expect(await generateSpeech(parameters)).toBe(`ID3 echo: ${String(answer.answer)}`);
		expect(testBed.dify.requests.at(-1)?.body).toEqual({
			user: 'n8n',
			message_id: answer.message_id,
		});
	});

	it('puts the audio of each item into the chosen output field', async () => {
		const items = ['one', 'two'].map((value) => ({ json: { value } }));
		const parameters = { text: ITEM_VALUE, binaryPropertyName: 'speech' };
		const { outputs } = await testBed.run(
			{ app: 'talker', resource: 'audio', operation: 'generateSpeech', parameters },
			{ items },
		);
		expect(
			outputs[0]?.map(({ binary, pairedItem }) => [Object.keys(binary ?? {}), pairedItem]),
		).toEqual([
			[['speech'], { item: 0 }],
			[['speech'], { item: 1 }],
		]);
	});
});

const transcribe = {
	operation: 'transcribe',
	app: 'talker',
	parameters: { binaryPropertyName: ITEM_VALUE },
	getValid: () => 'voice',
	getBinary: () => binary,
};
const speak = {
	operation: 'generateSpeech',
	app: 'talker',
	parameters: { text: ITEM_VALUE },
	getValid: () => 'hello',
};
const message = {
	...speak,
	parameters: { source: 'message', messageId: toLocator(ITEM_VALUE) },
	getValid: (): unknown => answer.message_id,
};
const describeUpload = (file: string, field: string): string =>
	`Transcribing '${file}' from the binary field '${field}'`;
testErrorCases(() => testBed, 'audio', [
	{
		...transcribe,
		name: 'rejects a binary field that the item does not have',
		invalid: 'data',
		message: "The item has no binary field 'data'",
		advice: "'voice', 'memo'",
	},
	{
		...transcribe,
		name: 'rejects an empty binary field name',
		invalid: '',
		message: "'Input Binary Field' is empty",
		advice: 'Enter a value',
	},
	{
		...transcribe,
		name: 'reports an audio type that Dify does not support',
		invalid: 'film',
		message: `${describeUpload('film.webm', 'film')}: Audio type not allowed.`,
		advice: 'MP3, M4A, WAV, AMR and MPGA',
		code: 'unsupported_audio_type',
		status: 415,
	},
	{
		...transcribe,
		name: 'reports a recording of more than 30 MB',
		invalid: 'long',
		message: `${describeUpload('long.mp3', 'long')}: Audio size larger than 30 mb`,
		advice: 'Send a shorter recording',
		code: 'audio_too_large',
		status: 413,
	},
	{
		...transcribe,
		app: 'chat-plain',
		name: 'reports that speech to text is switched off in the app',
		getValid: undefined,
		invalid: 'voice',
		message: `${describeUpload('Grüße.mp3', 'voice')}: Speech to text is not enabled`,
		advice: "'Speech to Text'",
		code: 'invalid_param',
		status: 400,
	},
	...['transcribe', 'generateSpeech'].map((operation) => ({
		operation,
		app: 'talker',
		name: 'rejects an empty user',
		parameters: { user: ITEM_VALUE, text: 'x' },
		invalid: '',
		message: "'User' is empty",
		advice: 'It can be any text',
	})),
	{
		...speak,
		name: 'rejects an empty text',
		invalid: ' ',
		message: "'Text' is empty",
		advice: 'Enter a value',
	},
	{
		...speak,
		app: 'chat-plain',
		name: 'reports that text to speech is switched off in the app',
		getValid: undefined,
		invalid: 'hello',
		message: 'Text to speech is not enabled',
		advice: "'Text to Speech'",
		code: 'invalid_param',
		status: 400,
	},
	{
		...message,
		name: 'rejects an empty message id',
		invalid: '',
		message: "'Message' is empty",
		advice: 'message_id of an earlier answer',
	},
	{
		...message,
		name: 'rejects a message id that is not a UUID',
		invalid: 'msg',
		message: "'Message' is not a valid ID (UUID)",
		advice: 'message_id of an earlier answer',
	},
	{
		...message,
		name: 'reports an unknown message, for which Dify returns null',
		invalid: UNKNOWN_ID,
		message: 'Dify returned no audio',
		advice: 'have an answer',
	},
]);
