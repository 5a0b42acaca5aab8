import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { startMockDify } from '../../mock-dify';
import { buildPackage, PACKAGE_DIRECTORY } from '../build';
import { N8nEngine } from '../n8n-engine';
import { printHelp, runScript } from '../terminal';

const TOKENS = 2_000;
const ROUNDS = 40;
const WARM_UP_ROUNDS = 5;

/** Sends the same request as the Dify node, reads the response to its end and discards it. */
const baselineNode: INodeType = {
	description: {
		displayName: 'Baseline',
		name: 'baseline',
		group: ['transform'],
		version: 1,
		description: 'Reads a stream and discards it',
		defaults: { name: 'Baseline' },
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

const HELP = `Compares the Dify node with a node that only reads the same stream, alternately, in the same
engine. The mock server sends all tokens at once, so the measured time is that of the nodes and not of the server.

  npm run measure`;

async function main(args: string[]): Promise<void> {
	if (printHelp(args, HELP)) return;
	await buildPackage();
	const dify = await startMockDify();
	const engine = await N8nEngine.create(PACKAGE_DIRECTORY);
	const credentials = { apiKey: dify.key('chat-plain'), baseUrl: dify.baseUrl };
	const measureMs = async (replacementNode?: INodeType): Promise<number> => {
		dify.enqueue('chat-plain', { script: { tokens: Array<string>(TOKENS).fill('word ') } });
		const { durationMs, error } = await engine.run({
			parameters: { query: 'x' },
			credentials,
			replacementNode,
		});
		if (error !== undefined) throw new Error(error.message);
		return durationMs;
	};
	const ratios: number[] = [];
	for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
		// The order alternates, so that neither node always runs second.
		const isNodeFirst = round % 2 === 0;
		const firstMs = await measureMs(isNodeFirst ? undefined : baselineNode);
		const secondMs = await measureMs(isNodeFirst ? baselineNode : undefined);
		if (round >= WARM_UP_ROUNDS) {
			ratios.push(isNodeFirst ? firstMs / secondMs : secondMs / firstMs);
		}
	}
	await dify.close();
	ratios.sort((a, b) => a - b);
	const quantile = (share: number): string =>
		(ratios[Math.floor(share * (ratios.length - 1))] ?? 0).toFixed(2);
	console.log(
		`The node needs ${quantile(0.5)} times as long as a node that only reads the stream (median; quartiles ${quantile(0.25)} and ${quantile(0.75)}; ${ROUNDS} pairs of streams with ${TOKENS} tokens).`,
	);
}

runScript(main);
