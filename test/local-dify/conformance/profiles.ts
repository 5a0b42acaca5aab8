import type { ProfileName } from '../../../local-dify';
import type { Version } from '../../fixtures/recordings';

/** The profile that is each recorded version. */
export const PROFILES: Readonly<Record<Version, ProfileName>> = {
	'1.12.1': '1.12',
	'1.13.2': '1.13.1',
	'1.14.2': '1.14',
};
