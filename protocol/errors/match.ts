import type { ParsedError } from './errorRule';

/** Dify's own message says so. */
export const says =
	(pattern: RegExp) =>
	({ message }: ParsedError): boolean =>
		pattern.test(message);

/** Dify's own code is one of these. */
export const hasCode =
	(...codes: string[]) =>
	({ code }: ParsedError): boolean =>
		code !== undefined && codes.includes(code);

/** A web page of one of these statuses. */
export const isPage =
	(...statuses: number[]) =>
	({ isHtml, status }: ParsedError): boolean =>
		isHtml && status !== undefined && statuses.includes(status);

/** What to do where it is not Dify's API that answers. */
export const BASE_URL_HINT =
	"Check the credential's 'Base URL': it is the address of Dify's API, such as https://api.dify.ai/v1, and not that of the web page.";
