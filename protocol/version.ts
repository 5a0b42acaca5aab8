/** A minor version of Dify, such as `1.13`. */
type MinorVersion = `${number}.${number}`;

/**
 * Returns whether a version of Dify is earlier than `limit`.
 *
 * @param version value of the header X-Version. A proxy may remove it
 * @returns `undefined` if the version is not known
 */
export function isVersionBefore(
	version: string | undefined,
	limit: MinorVersion,
): boolean | undefined {
	const [, foundMajor, foundMinor] = /^v?(\d{1,6})\.(\d{1,6})/.exec(version ?? '') ?? [];
	if (foundMajor === undefined || foundMinor === undefined) return undefined;
	const [major = 0, minor = 0] = limit.split('.').map(Number);
	if (Number(foundMajor) !== major) return Number(foundMajor) < major;
	return Number(foundMinor) < minor;
}

/** Returns whether a version of Dify is known, is at least `first`, and is earlier than `end`. */
export function isVersionInRange(
	version: string | undefined,
	first: MinorVersion,
	end: MinorVersion,
): boolean {
	return isVersionBefore(version, first) === false && isVersionBefore(version, end) === true;
}
