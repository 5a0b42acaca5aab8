import type { ErrorRule, ParsedError } from './errorRule';

/** Returns a matcher for the code or the text of an error of Node's socket, DNS or TLS layer. */
function networkCode(pattern: RegExp): ErrorRule['matches'] {
	return ({ source }) => source.from === 'network' && pattern.test(source.code);
}

function codeOf({ source }: ParsedError): string {
	return source.from === 'network' ? source.code : '';
}

function startsRun({ source }: ParsedError): boolean {
	return source.from === 'network' && source.startsRun === true;
}

const RUN_MAY_HAVE_BEGUN =
	"Dify may have received the message, and the run may be in progress. Check the app's 'Logs' in Dify before you send the message again.";

/** No response: Dify's address, the certificate, the connection. The last rule matches every network error. */
export const NETWORK_RULES: readonly ErrorRule[] = [
	{
		kind: 'certificate_expired',
		matches: networkCode(/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/),
		message: (error) =>
			`The certificate of Dify's server is not valid at this time (${codeOf(error)})`,
		hint: 'Renew the certificate of the server, or check the clock of the machine that runs n8n.',
	},
	{
		kind: 'certificate_name',
		matches: networkCode(/ALTNAME_INVALID|HOSTNAME_MISMATCH/),
		message: (error) =>
			`The certificate of Dify's server is for another host name (${codeOf(error)})`,
		hint: "Use the host name of the certificate in the credential's 'Base URL', or add the name to the certificate.",
	},
	{
		kind: 'certificate_untrusted',
		matches: networkCode(
			/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_|self[- ]signed|unable to verify/,
		),
		message: (error) => `n8n does not trust the certificate of Dify's server (${codeOf(error)})`,
		hint: "The certificate is self-signed or comes from a private CA. Set the environment variable NODE_EXTRA_CA_CERTS of n8n to a file with the certificate of that CA. In n8n's container image, mount the certificate into /opt/custom-certificates.",
	},
	{
		kind: 'tls_mismatch',
		matches: networkCode(
			/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST|wrong version number/,
		),
		message: (error) => `Dify's server does not use HTTPS on this port (${codeOf(error)})`,
		hint: "The credential's 'Base URL' begins with https://, but the server answers without TLS. Use http://, or the port on which the server uses HTTPS.",
	},
	{
		kind: 'tls_failed',
		matches: networkCode(/^ERR_SSL|^EPROTO|^ERR_TLS|SSL routines/),
		message: (error) => `The TLS connection to Dify's server failed (${codeOf(error)})`,
		hint: 'The server or a proxy in front of it rejected the TLS handshake. Check its TLS versions, its ciphers and whether it requires a client certificate.',
	},
	{
		kind: 'not_http',
		matches: networkCode(/^HPE_/),
		message: (error) => `Dify's server did not answer with HTTP (${codeOf(error)})`,
		hint: "If the server uses HTTPS on this port, the credential's 'Base URL' must begin with https://. Otherwise check the port.",
	},
	{
		kind: 'host_not_found',
		matches: networkCode(/^ENOTFOUND|^EAI_|getaddrinfo/),
		message: (error) => `The host name of Dify was not found (${codeOf(error)})`,
		hint: "Check the host name in the credential's 'Base URL', and check that the machine that runs n8n can resolve it. Inside a Docker container, only names of its own networks and of DNS are known.",
	},
	{
		kind: 'blocked_by_n8n',
		matches: networkCode(/request was blocked because/),
		message: codeOf,
		hint: "n8n's protection against requests to internal addresses blocks Dify's address. Add its host name to the environment variable N8N_SSRF_ALLOWED_HOSTNAMES of n8n.",
	},
	{
		kind: 'connection_lost',
		matches: networkCode(
			/^ECONNRESET|^EPIPE|^ECONNABORTED|socket hang up|aborted|^ERR_STREAM_PREMATURE_CLOSE/,
		),
		message: (error) => `The connection was closed before Dify answered (${codeOf(error)})`,
		hint: (error) =>
			startsRun(error)
				? RUN_MAY_HAVE_BEGUN
				: 'Dify or a proxy in front of it closed the connection. Run the node again. If this happens every time, check the proxies between n8n and Dify.',
	},
	{
		kind: 'unreachable',
		matches: ({ source }) => source.from === 'network',
		message: (error) => `Dify could not be reached (${codeOf(error)})`,
		hint: "Check the credential's 'Base URL', and check that the machine that runs n8n can reach it. Inside a Docker container, localhost is the container itself.",
	},
];
