import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import type { World } from './harness';
import { byId, itemOf, openWorld } from './harness';
import { itRefuses, UNKNOWN, VALUE } from './refusals';

/** Speech to text, and text to speech. */

let world: World;
let binary: IBinaryKeyData;
/** An answer of `talker`. */
let said: IDataObject;

beforeAll(async () => {
	world = await openWorld({
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
	const { engine } = world;
	binary = {
		voice: await engine.prepareBinary(Buffer.from('ID3'), 'Grüße.mp3', 'audio/mpeg'),
		memo: await engine.prepareBinary(Buffer.from('RIFF'), 'memo.wav', 'audio/x-wav'),
		film: await engine.prepareBinary(Buffer.from('x'), 'film.webm', 'audio/webm'),
		long: await engine.prepareBinary(Buffer.alloc(32_000_000), 'long.mp3', 'audio/mpeg'),
	};
	said = itemOf(await world.send('talker'));
});

afterAll(async () => {
	await world.dify.close();
});

describe('Transcribe', () => {
	it('sends each field under its user, by the type that Dify has for it', async () => {
		const items = ['voice', 'memo'].map((value) => ({ json: { value }, binary }));
		const parameters = { user: 'ada', binaryPropertyName: VALUE };
		const before = world.dify.requests.length;
		const { outputs } = await world.run('talker', 'audio', 'transcribe', parameters, { items });
		expect(outputs).toEqual([
			items.map((_, item) => ({
				json: { text: 'Wann ist Flut? 満潮' },
				pairedItem: { item },
			})),
		]);
		const file = { fieldname: 'file', size: expect.any(Number) };
		expect(world.dify.requests.slice(before).map(({ body }) => body)).toEqual([
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

describe('Generate Speech', () => {
	const spoken = async (parameters: Record<string, unknown>): Promise<string> => {
		const outcome = await world.run('talker', 'audio', 'generateSpeech', parameters as never);
		const item = itemOf(outcome);
		const audio = outcome.outputs[0]?.[0]?.binary?.data;
		expect(audio).toMatchObject({
			fileName: 'speech.mp3',
			mimeType: 'audio/mpeg',
			fileExtension: 'mp3',
		});
		const bytes = await world.engine.readBinary(audio);
		expect(item).toEqual({ name: 'speech.mp3', mime_type: 'audio/mpeg', size: bytes.length });
		return bytes.toString();
	};

	it('says a text, in the voice of the app or another', async () => {
		expect(await spoken({ text: 'Flut um sechs. 満潮' })).toBe('ID3 echo: Flut um sechs. 満潮');
		expect(await spoken({ text: '0', options: { voice: 'nova' } })).toBe('ID3 nova: 0');
		expect(world.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', text: '0', voice: 'nova' });
	});

	it("says a message's answer", async () => {
		const parameters = { source: 'message', messageId: byId(said.message_id) };
		expect(await spoken(parameters)).toBe(`ID3 echo: ${String(said.answer)}`);
		expect(world.dify.requests.at(-1)?.body).toEqual({
			user: 'n8n',
			message_id: said.message_id,
		});
	});

	it('puts each in the field asked for', async () => {
		const items = ['one', 'two'].map((value) => ({ json: { value } }));
		const parameters = { text: VALUE, binaryPropertyName: 'speech' };
		const { outputs } = await world.run('talker', 'audio', 'generateSpeech', parameters, { items });
		expect(
			outputs[0]?.map(({ binary, pairedItem }) => [Object.keys(binary ?? {}), pairedItem]),
		).toEqual([
			[['speech'], { item: 0 }],
			[['speech'], { item: 1 }],
		]);
	});
});

describe('is refused', () => {
	const transcribe = {
		operation: 'transcribe',
		app: 'talker',
		parameters: { binaryPropertyName: VALUE },
		good: () => 'voice',
		binary: () => binary,
	};
	const speak = {
		operation: 'generateSpeech',
		app: 'talker',
		parameters: { text: VALUE },
		good: () => 'hello',
	};
	const message = {
		...speak,
		parameters: { source: 'message', messageId: byId(VALUE) },
		good: (): unknown => said.message_id,
	};
	const about = (file: string, field: string): string =>
		`Transcribing '${file}' from the binary field '${field}'`;
	itRefuses(() => world, 'audio', [
		{
			...transcribe,
			name: 'a binary field that the item does not have',
			bad: 'data',
			message: "The item has no binary field 'data'",
			advice: "'voice', 'memo'",
		},
		{
			...transcribe,
			name: 'no binary field',
			bad: '',
			message: "'Input Binary Field' is empty",
			advice: 'Enter a value',
		},
		{
			...transcribe,
			name: 'a type that Dify does not take',
			bad: 'film',
			message: `${about('film.webm', 'film')}: Audio type not allowed.`,
			advice: 'MP3, M4A, WAV, AMR and MPGA',
			code: 'unsupported_audio_type',
			status: 415,
		},
		{
			...transcribe,
			name: 'more than 30 MB',
			bad: 'long',
			message: `${about('long.mp3', 'long')}: Audio size larger than 30 mb`,
			advice: 'Send a shorter recording',
			code: 'audio_too_large',
			status: 413,
		},
		{
			...transcribe,
			app: 'chat-plain',
			name: 'an app that has it switched off',
			good: undefined,
			bad: 'voice',
			message: `${about('Grüße.mp3', 'voice')}: Speech to text is not enabled`,
			advice: "'Speech to Text'",
			code: 'invalid_param',
			status: 400,
		},
		...['transcribe', 'generateSpeech'].map((operation) => ({
			operation,
			app: 'talker',
			name: 'no user',
			parameters: { user: VALUE, text: 'x' },
			bad: '',
			message: "'User' is empty",
			advice: 'It can be any text',
		})),
		{ ...speak, name: 'no text', bad: ' ', message: "'Text' is empty", advice: 'Enter a value' },
		{
			...speak,
			app: 'chat-plain',
			name: 'an app that has it switched off',
			good: undefined,
			bad: 'hello',
			message: 'Text to speech is not enabled',
			advice: "'Text to Speech'",
			code: 'invalid_param',
			status: 400,
		},
		{
			...message,
			name: 'no message',
			bad: '',
			message: "'Message' is empty",
			advice: 'message_id of an earlier answer',
		},
		{
			...message,
			name: 'a message id that is none',
			bad: 'msg',
			message: "'Message' is not a valid ID (UUID)",
			advice: 'message_id of an earlier answer',
		},
		{
			...message,
			name: 'an unknown message, to which Dify says null',
			bad: UNKNOWN,
			message: 'Dify returned no audio',
			advice: 'have an answer',
		},
	]);
});
