/**
 * Returns whether a version of Dify is earlier than `major.minor`.
 *
 * @param version value of the header X-Version. A proxy may remove it
 * @returns `undefined` if the version is not known
 */
export function isVersionBefore(
	version: string | undefined,
	major: number,
	minor: number,
): boolean | undefined {
	const [, foundMajor, foundMinor] = /^v?(\d{1,6})\.(\d{1,6})/.exec(version ?? '') ?? [];
	if (foundMajor === undefined || foundMinor === undefined) return undefined;
	if (Number(foundMajor) !== major) return Number(foundMajor) < major;
	return Number(foundMinor) < minor;
}
