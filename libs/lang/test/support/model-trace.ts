/** A recorder as simple as can be: objects and JSON, nothing packed. What the real one writes must read like it. */
import { writeJson } from '../../src/runtime/json-write';
import type { Masker } from '../../src/runtime/mask';
import type { Value } from '../../src/runtime/values';

export interface ModelCall {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly line: number | null;
  readonly flow: string | null;
  readonly startUs: number;
  readonly args: string | null;
  durationUs: number | null;
  result: string | null;
  error: string | null;
  branch: string | null;
  again: number;
}

export class ModelTracer {
  readonly calls: ModelCall[] = [];
  now = 0;

  constructor(private readonly masker: Masker) {}

  private json(v: Value): string {
    return writeJson(this.masker.value(v), true);
  }

  begin(
    parent: ModelCall | null,
    name: string,
    line: number | null,
    flow: string | null,
    args: readonly Value[] | null,
  ): ModelCall {
    const call: ModelCall = {
      id: this.calls.length + 1,
      parent: parent?.id ?? 0,
      name,
      line,
      flow,
      startUs: this.now,
      args: args === null ? null : `[${args.map((v) => this.json(v)).join(',')}]`,
      durationUs: null,
      result: null,
      error: null,
      branch: null,
      again: 0,
    };
    this.calls.push(call);
    return call;
  }

  end(call: ModelCall, value: Value, branch: string | null, again: number): void {
    call.durationUs = this.now - call.startUs;
    call.result = this.json(value);
    call.branch = branch;
    call.again = again;
  }

  fail(call: ModelCall, message: string): void {
    call.durationUs = this.now - call.startUs;
    call.error = JSON.stringify(message);
  }
}
