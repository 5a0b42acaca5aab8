import type { Version } from '../../fixtures/recordings';

/** A recording that local-dify does not answer in the same way, on purpose. */
export interface Difference {
	name: string;
	/** All of them where absent. */
	versions?: Version[];
	reason: string;
}

export const DIFFERENCES: readonly Difference[] = [
	{
		name: 'e22_json_array',
		versions: ['1.12.1'],
		reason:
			'1.12.1 says Vary: Cookie of the 500 for a body that is an array, and of no other refusal: of no use to a client',
	},
];
