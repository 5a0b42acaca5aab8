/**
 * What the node costs over reading alone: the time of one item of a 2,000-token stream through the
 * packed node, against a node that only reads the same stream to its end, in the same engine, in turns.
 * The streams come at once, so that the reader and not the server is what takes the time.
 *
 *     npm run measure
 */
import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { N8nEngine } from '../../dev/n8n-engine';
import { startMockDify } from '../../mock-dify';
import { PACKAGE } from '../node/harness';

const TOKENS = 2_000;
const ROUNDS = 40;
const WARM_UP = 5;

/** Asks as the node does and reads the body to its end. */
const emptyReader: INodeType = {
	description: {
		displayName: 'Empty reader',
		name: 'emptyReader',
		group: ['transform'],
		version: 1,
		description: 'Reads a stream and throws it away',
		defaults: { name: 'Empty reader' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'difyApi', required: true }],
		properties: [],
	},
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { baseUrl } = await this.getCredentials('difyApi');
		const stream = (await this.helpers.httpRequestWithAuthentication.call(this, 'difyApi', {
			method: 'POST',
			url: `${String(baseUrl)}/chat-messages`,
			body: { inputs: {}, query: 'x', user: 'n8n', response_mode: 'streaming' },
			encoding: 'stream',
		})) as AsyncIterable<Buffer>;
		let bytes = 0;
		for await (const chunk of stream) bytes += chunk.length;
		return [[{ json: { bytes } }]];
	},
};

async function main(): Promise<void> {
	const dify = await startMockDify();
	const engine = await N8nEngine.create(PACKAGE);
	const credentials = { apiKey: dify.key('chat-plain'), baseUrl: dify.baseUrl };
	const timeOf = async (insteadOfDify?: INodeType): Promise<number> => {
		dify.enqueue('chat-plain', { script: { tokens: Array<string>(TOKENS).fill('word ') } });
		const { durationMs, error } = await engine.run({
			parameters: { query: 'x' },
			credentials,
			insteadOfDify,
		});
		if (error !== undefined) throw new Error(error.message);
		return durationMs;
	};
	const ratios: number[] = [];
	for (let round = 0; round < WARM_UP + ROUNDS; round++) {
		// The order changes from round to round, so that neither always comes second.
		const isNodeFirst = round % 2 === 0;
		const first = await timeOf(isNodeFirst ? undefined : emptyReader);
		const second = await timeOf(isNodeFirst ? emptyReader : undefined);
		if (round >= WARM_UP) ratios.push(isNodeFirst ? first / second : second / first);
	}
	await dify.close();
	ratios.sort((a, b) => a - b);
	const at = (share: number): string =>
		(ratios[Math.floor(share * (ratios.length - 1))] ?? 0).toFixed(2);
	console.log(
		`the node takes ${at(0.5)} times an empty reader's time (quartiles ${at(0.25)} and ${at(0.75)}, ${ROUNDS} pairs of ${TOKENS} tokens)`,
	);
}

void main();
