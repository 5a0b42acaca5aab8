import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeProperties,
	Workflow,
} from 'n8n-workflow';
import { ICredentialsHelper } from 'n8n-workflow';

const NOT_SUPPORTED = 'These credentials are in memory and cannot be read by id or changed.';

/** Provides credentials from memory and authenticates requests with them. n8n's server uses its database for this. */
export class InMemoryCredentialsHelper extends ICredentialsHelper {
	constructor(
		private readonly types: ReadonlyMap<string, ICredentialType>,
		private readonly data: ICredentialDataDecryptedObject,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(type: string): INodeProperties[] {
		return this.types.get(type)?.properties ?? [];
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return structuredClone(this.data);
	}

	/** Adds the headers of the credential type's generic `authenticate` to the request and resolves their expressions. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		request: IHttpRequestOptions,
		workflow: Workflow,
		node: INode,
	): Promise<IHttpRequestOptions> {
		const authenticate = this.types.get(typeName)?.authenticate;
		if (authenticate === undefined || typeof authenticate === 'function') {
			throw new Error(`The credential type ${typeName} has no generic authentication.`);
		}
		const { headers = {} } = authenticate.properties;
		const keys = { $credentials: credentials };
		const resolved = Object.entries(headers).map(([name, value]) => [
			name,
			workflow.expression.getSimpleParameterValue(
				node,
				String(value),
				'internal',
				keys,
				undefined,
				'',
			),
		]);
		return { ...request, headers: { ...request.headers, ...Object.fromEntries(resolved) } };
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<never> {
		throw new Error(NOT_SUPPORTED);
	}

	async updateCredentials(): Promise<never> {
		throw new Error(NOT_SUPPORTED);
	}

	async updateCredentialsOauthTokenData(): Promise<never> {
		throw new Error(NOT_SUPPORTED);
	}
}
