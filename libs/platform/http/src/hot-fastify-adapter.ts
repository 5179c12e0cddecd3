import { FastifyAdapter } from '@nestjs/platform-fastify';
import { BareAnswer, ItemAnswer, itemText, ListAnswer, listText } from './answers';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Nest on Fastify with our envelope. The envelope is put on here, where the answer is sent, and not in an interceptor:
 * a single interceptor turns every handler into an Observable, which costs more than the rest of an empty request.
 */
export class HotFastifyAdapter extends FastifyAdapter {
  override reply(
    response: Parameters<FastifyAdapter['reply']>[0],
    body: unknown,
    statusCode?: number,
  ): ReturnType<FastifyAdapter['reply']> {
    if (typeof body !== 'object' || body === null || isPassedOn(body) || !('request' in response)) {
      return super.reply(response, body, statusCode);
    }
    const requestId = response.request.id;
    if (statusCode !== undefined) response.code(statusCode);
    response.header('content-type', JSON_TYPE);
    if (body instanceof ListAnswer) return response.send(listText(body.page, requestId));
    if (body instanceof BareAnswer) return response.send(JSON.stringify(body.value));
    if (body instanceof ItemAnswer) {
      response.code(body.status).headers({ ...body.headers });
      return response.send(itemText(body.data, requestId));
    }
    return response.send(itemText(body, requestId));
  }
}

/** Buffers, streams and files are downloads. */
function isPassedOn(body: object): boolean {
  return ArrayBuffer.isView(body) || 'pipe' in body || 'getStream' in body;
}
