/** Why a call to the outside failed. The message is for whoever asked: it holds no path, query, header or looked-up address. */
export type OutboundErrorCode =
  /** The request itself can't be sent. */
  | 'invalid'
  /** The destination is one that may not be called. */
  | 'denied'
  | 'timeout'
  | 'cancelled'
  /** More than the caller allows: bytes, redirects, calls at the same time. */
  | 'quota'
  /** Not in the state for it. */
  | 'conflict'
  /** The network, the other side, or its certificate. */
  | 'io';

export class OutboundError extends Error {
  constructor(
    readonly code: OutboundErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'OutboundError';
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by the other side',
  EPIPE: 'connection closed by the other side',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  EADDRNOTAVAIL: 'network not reachable',
  EAFNOSUPPORT: 'network not reachable',
  ENOTFOUND: 'host not found',
  ENODATA: 'host not found',
  EBADNAME: 'host not found',
  ESERVFAIL: 'the name of the host could not be resolved',
  EREFUSED: 'the name of the host could not be resolved',
  EAI_AGAIN: 'the name of the host could not be resolved',
  HPE_HEADER_OVERFLOW: 'response headers are too large',
  HPE_INVALID_CONSTANT: 'response is not HTTP',
  Z_DATA_ERROR: 'response body is not encoded as it says',
  Z_BUF_ERROR: 'response body ended too early',
  CERT_HAS_EXPIRED: 'certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate can not be verified',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate can not be verified',
};

/** What Node says of sockets, parsers and decoders, in words of our own: its texts name addresses. */
export function outboundErrorOf(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  // Several addresses were tried: each failed in its own way, the last one speaks for them.
  const one =
    error instanceof AggregateError && error.errors.length > 0 ? (error.errors.at(-1) as unknown) : error;
  const code = codeOf(one);
  const sentence = SENTENCES[code];
  if (sentence !== undefined) return new OutboundError('io', sentence);
  if (code.startsWith('HPE_')) return new OutboundError('io', 'response is not valid HTTP');
  if (/^(?:ERR_BROTLI|ERR__ERROR|ZSTD_|Z_)/.test(code))
    return new OutboundError('io', 'response body is not encoded as it says');
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO')
    return new OutboundError('io', 'TLS handshake failed');
  return new OutboundError('io', code === '' ? 'connection failed' : `connection failed (${code})`);
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
