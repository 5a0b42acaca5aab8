import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeProperties,
	Workflow,
} from 'n8n-workflow';
import { ICredentialsHelper } from 'n8n-workflow';

type Unsupported = Promise<never>;

/**
 * Hands a workflow its credentials, and signs requests as their type says: what n8n's server does,
 * without its database.
 */
export class CredentialsInMemory extends ICredentialsHelper {
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

	/** Resolves the `$credentials` expressions of a generic `authenticate` into the request. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		request: IHttpRequestOptions,
		workflow: Workflow,
		node: INode,
	): Promise<IHttpRequestOptions> {
		const authenticate = this.types.get(typeName)?.authenticate;
		if (authenticate === undefined || typeof authenticate === 'function') {
			throw new Error(`credential type ${typeName} has no generic authentication`);
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

	async getCredentials(): Unsupported {
		throw new Error('credentials are in memory here');
	}

	async updateCredentials(): Unsupported {
		throw new Error('credentials are in memory here');
	}

	async updateCredentialsOauthTokenData(): Unsupported {
		throw new Error('credentials are in memory here');
	}
}
