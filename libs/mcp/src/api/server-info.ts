import { META } from './era';

/** Of the endpoint, as clients are told; its version is that of what it can do. */
export const SERVER_INFO = { name: 'hot-mcp', version: '0.1.0' } as const;

/** Members that results of modern answers end with, as JSON text. */
export const MODERN_ENDING = `,"resultType":"complete","_meta":${JSON.stringify({ [`${META}serverInfo`]: SERVER_INFO })}`;
