/** `http.*` for programs on this machine: the worker's calls and limits, without its restrictions of addresses. */
import type { HttpCall, ProgramHttp } from '@app/platform/outbound';

export const LOCAL_HTTP_CALLS = [
  'http.request',
  'http.openStream',
  'http.readChunk',
] as const satisfies readonly HttpCall[];

export class LocalHttp {
  /** Made for the first call: most programs make none, and the client takes longer to load than they to run. */
  private http: Promise<{ readonly run: ProgramHttp; close(): void }> | null = null;

  async call(name: HttpCall, argsJson: string): Promise<string> {
    this.http ??= make();
    return (await this.http).run.call(name, argsJson);
  }

  /** Ends what is under way: an open stream would keep the process. */
  async close(): Promise<void> {
    const http = this.http;
    this.http = null;
    (await http)?.close();
  }
}

async function make(): Promise<{ readonly run: ProgramHttp; close(): void }> {
  const [{ parseSlice }, { outboundClientOf, outboundConfig, ProgramHttp, SharedBytes }] = await Promise.all([
    import('@app/platform/config'),
    import('@app/platform/outbound'),
  ]);
  const limits = parseSlice(outboundConfig, {});
  const client = outboundClientOf({ mode: 'development' }, limits);
  const run = new ProgramHttp(client, 'local', limits, new SharedBytes(limits.inFlightBytes));
  return {
    run,
    close: () => {
      run.close();
      client.close();
    },
  };
}
