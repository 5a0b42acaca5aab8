import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { parseFormActions } from '../../../protocol/humanInputForm';
import { limitText, toNumber, toText } from '../../../protocol/text';
import { LATEST_CONVERSATION, NEW_CONVERSATION } from '../helpers/conversationChoices';
import { isUuid } from '../helpers/parameters';
import { DifyClient } from '../transport/DifyClient';
import { throwInvalidParameter } from '../transport/errors';
import { readMessages } from '../transport/messages';
import type { ListRow, Page } from '../transport/pagination';
import { MAX_PAGE_SIZE, parsePage } from '../transport/pagination';
import { readForm } from './resourceMapping';

/** The list of messages sends a request per conversation, so its pages cover fewer conversations. */
const CONVERSATIONS_PER_MESSAGE_PAGE = 10;
const MESSAGES_PER_CONVERSATION = 20;
/** What the list of 'Send Chat Message' begins with. */
const CHOICES: INodeListSearchItems[] = [
	{ name: 'New Conversation', value: NEW_CONVERSATION },
	{ name: "The User's Latest Conversation", value: LATEST_CONVERSATION },
];

/** Characters of a question or a value that a list shows. */
const MAX_SHOWN_LENGTH = 80;

/**
 * Returns a page of the user's conversations, newest first. Dify cannot search by name, so the filter
 * applies to each page.
 */
export async function searchConversations(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const client = await DifyClient.forItem(this);
	const query = { user: readUser(this), limit: MAX_PAGE_SIZE, last_id: paginationToken };
	const page = await readConversations(client, query);
	return {
		results: filterByName(
			page.data.map((conversation) => toListItem(conversation, this.getTimezone())),
			filter,
		),
		paginationToken: nextToken(page),
	};
}

/**
 * Returns the choices of 'Conversation' of 'Send Chat Message': a new conversation, the user's latest one,
 * and then the conversations of the user. The first two need no request, so they are there even if the
 * conversations cannot be read, for example because 'User' is an expression of the chat.
 */
export async function searchConversationChoices(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const choices = paginationToken === undefined ? filterByName(CHOICES, filter) : [];
	const user = readUser(this);
	if (user === '' || user.startsWith('=')) return { results: choices };
	const page = await searchConversations.call(this, filter, paginationToken);
	return { ...page, results: [...choices, ...page.results] };
}

/**
 * Returns the latest messages of a page of the user's conversations, newest first within a conversation.
 * Dify only lists the messages of one conversation.
 */
export async function searchMessages(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const client = await DifyClient.forItem(this);
	const user = readUser(this);
	const page = await readConversations(client, {
		user,
		limit: CONVERSATIONS_PER_MESSAGE_PAGE,
		last_id: paginationToken,
	});
	const lists = await Promise.all(
		page.data.map(async (conversation) => {
			const name = nameOf(conversation);
			const query = { user, conversation_id: conversation.id, limit: MESSAGES_PER_CONVERSATION };
			const { data } = await readMessages(client, query);
			return data.reverse().map(({ id, query: question, created_at }) => ({
				name: `${name} › ${shorten(toText(question))}${formatTime(created_at, this.getTimezone())}`,
				value: id,
			}));
		}),
	);
	return { results: filterByName(lists.flat(), filter), paginationToken: nextToken(page) };
}

/** Returns the buttons of the form that 'Form Token' names. */
export async function searchFormActions(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const actions = parseFormActions(await readForm(this));
	const items = actions.map(({ id: value, title: name }) => ({ name, value }));
	return { results: filterByName(items, filter) };
}

/** Returns the variables of the chosen 'Conversation', with their types and values. */
export async function searchVariables(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const id = toText(this.getCurrentNodeParameter('conversationId', { extractValue: true }));
	if (!isUuid(id)) {
		throwInvalidParameter(
			{ context: this, itemIndex: 0 },
			"'Conversation' is not set",
			'Choose a conversation first. Each conversation has its own variables.',
		);
	}
	const client = await DifyClient.forItem(this);
	const query = { user: readUser(this), limit: MAX_PAGE_SIZE };
	const { data } = await client.requestParsed(
		{ method: 'GET', path: `/conversations/${id}/variables`, qs: query },
		parsePage<ListRow>,
	);
	const items = data.map(({ id: value, name, value_type, value: content }) => ({
		name: `${toText(name)} (${toText(value_type)}): ${shorten(toText(content))}`,
		value,
	}));
	return { results: filterByName(items, filter) };
}

interface ConversationsQuery {
	user: string;
	limit: number;
	last_id: string | undefined;
}

async function readConversations(
	client: DifyClient,
	{ user, limit, last_id }: ConversationsQuery,
): Promise<Page<ListRow>> {
	const qs = { user, limit, ...(last_id !== undefined && { last_id }) };
	return await client.requestParsed(
		{ method: 'GET', path: '/conversations', qs },
		parsePage<ListRow>,
	);
}

function readUser(context: ILoadOptionsFunctions): string {
	return toText(context.getCurrentNodeParameter('user'));
}

function nextToken({ data, has_more }: Page<ListRow>): string | undefined {
	return has_more ? data.at(-1)?.id : undefined;
}

function toListItem(conversation: ListRow, timeZone: string): INodeListSearchItems {
	// Dify before 0.9 does not send updated_at.
	const { id, created_at, updated_at } = conversation;
	return {
		name: `${nameOf(conversation)}${formatTime(updated_at ?? created_at, timeZone)}`,
		value: id,
	};
}

function nameOf({ id, name }: ListRow): string {
	return toText(name) === '' ? id : shorten(toText(name));
}

/** Returns ` · 2026-11-25 09:30` in the time zone of the workflow, or an empty text if there is no time. */
function formatTime(unixSeconds: unknown, timeZone: string): string {
	const date = new Date((toNumber(unixSeconds) ?? Number.NaN) * 1000);
	if (Number.isNaN(date.getTime())) return '';
	// The Swedish date format is that of ISO 8601.
	return ` · ${date.toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })}`;
}

function filterByName(items: INodeListSearchItems[], filter = ''): INodeListSearchItems[] {
	const searched = filter.toLowerCase();
	return items.filter(({ name }) => name.toLowerCase().includes(searched));
}

function shorten(text: string): string {
	return limitText(text.replace(/\s+/g, ' '), MAX_SHOWN_LENGTH);
}
