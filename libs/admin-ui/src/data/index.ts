export { ApiClient, withQuery, type Query, type QueryValue } from './api-client';
export { ApiError, isAbort, toApiError } from './api-error';
export { forgetAnswers } from './answer-cache';
export { fetched, type Fetched, type FetchedOptions, type FetchStatus } from './fetched';
