import Ajv from 'ajv/dist/2020';
import { judge } from '../../../../bench/thresholds/judge';
import { parseAssertion } from '../../../../bench/thresholds/assertions';
import { jsonReport } from '../../../../bench/reports/json';
import schema from '../../../../bench/result.schema.json';
import type { BenchResult } from '../../../../bench/result';
import {
	DISTRIBUTIONS,
	OUTCOMES,
	PERCENTILES,
	RESULT_FORMAT,
	SCALARS,
} from '../../../../bench/result';
import { fixtureResult } from './fixture';

const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

/** Returns the paths at which the JSON of a result violates the schema. */
function violations(result: BenchResult): string[] {
	validate(JSON.parse(jsonReport(result)));
	return (validate.errors ?? []).map(({ instancePath }) => instancePath);
}

/** Returns every object schema within the schema, with its path. */
function findObjectSchemas(node: unknown, path = '#'): Array<[string, Record<string, unknown>]> {
	if (typeof node !== 'object' || node === null) return [];
	const inner = Object.entries(node).flatMap(([key, child]) =>
		findObjectSchemas(child, `${path}/${key}`),
	);
	return 'properties' in node && 'type' in node
		? [[path, node as Record<string, unknown>], ...inner]
		: inner;
}

const { plan } = fixtureResult();

describe('JSON report:', () => {
	it.each<[string, Partial<BenchResult>]>([
		['a usual run', {}],
		['no app, no version', { target: { base_url: 'http://x/v1', version: null, app: null } }],
		['no completed stream', { slowest: null, seconds: [] }],
		['open loop', { plan: { ...plan, load: { model: 'open', rate: 2.5, arrival: 'poisson' } } }],
		['ramp', { plan: { ...plan, load: { model: 'ramp', from: 1, to: 9, arrival: 'constant' } } }],
		['queries', { plan: { ...plan, queries: { ...plan.queries, texts: ['Hello'] } } }],
		[
			'assertions',
			{ assertions: judge(['ttft.p95<1', 'ttfvt.p50<1'].map(parseAssertion), fixtureResult()) },
		],
	])('matches the schema: %s', (_, change) => {
		expect(violations(fixtureResult(change))).toEqual([]);
	});

	it('contains the whole result and ends with a newline', () => {
		const result = fixtureResult();
		expect(JSON.parse(jsonReport(result))).toEqual(result);
		expect(jsonReport(result).endsWith('}\n')).toBe(true);
	});

	it.each<[string, (result: BenchResult) => void, string]>([
		['another format', (result) => Object.assign(result, { format: 'dify-bench/2' }), '/format'],
		['an API key', (result) => Object.assign(result.target, { api_key: 'app-x' }), '/target'],
		['a missing outcome', (result) => Reflect.deleteProperty(result.outcomes, 'tls'), '/outcomes'],
		[
			'a string in place of a number',
			(result) => Object.assign(result.scalars, { goodput: '98' }),
			'/scalars/goodput',
		],
		['a negative count', (result) => (result.outcomes.tls = -1), '/outcomes/tls'],
	])('does not match the schema with %s', (_, corrupt, path) => {
		const result = fixtureResult();
		corrupt(result);
		expect(violations(result)).toContain(path);
	});
});

describe('result.schema.json:', () => {
	it('forbids unknown properties and requires all others', () => {
		const found = findObjectSchemas(schema);
		expect(found.length).toBeGreaterThan(20);
		for (const [path, { additionalProperties, required, properties }] of found) {
			expect([path, additionalProperties]).toEqual([path, false]);
			const optional = Object.keys(properties as object).filter(
				(name) => !(required as string[]).includes(name),
			);
			expect([path, optional]).toEqual([path, path.endsWith('/queries') ? ['texts'] : []]);
		}
	});

	it('describes every property', () => {
		const undescribed = findObjectSchemas(schema).flatMap(([path, { properties }]) =>
			Object.entries(properties as Record<string, { description?: string }>)
				.filter(([, { description }]) => description === undefined)
				.map(([name]) => `${path}/${name}`),
		);
		expect(undescribed).toEqual([]);
	});

	it('lists the same names as result.ts', () => {
		const { outcomes, distributions, scalars, format } = schema.properties;
		expect(format.const).toBe(RESULT_FORMAT);
		expect(outcomes.required).toEqual([...OUTCOMES]);
		expect(schema.$defs.outcome.enum).toEqual([...OUTCOMES]);
		expect(distributions.required).toEqual([...DISTRIBUTIONS]);
		expect(scalars.required).toEqual(Object.keys(SCALARS));
		expect(schema.$defs.distribution.properties.percentiles.required).toEqual([...PERCENTILES]);
	});
});
