import type { DifyVersion } from '../../../../mock-dify';
import type { Version } from '../../../fixtures/recordings';

/** The profile that is each recorded version. */
export const DIFY_VERSION_OF: Readonly<Record<Version, DifyVersion>> = {
	'1.12.1': '1.12',
	'1.13.2': '1.13.1',
	'1.14.2': '1.14',
};
