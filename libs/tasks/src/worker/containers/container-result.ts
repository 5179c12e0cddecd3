/** What is kept of a container, and what programs get of it. Pure. */
import type { OutputStream } from '@app/platform/containers';

/** In the run's `info` under `container`: JSON-able. Times in milliseconds. */
export interface ContainerFacts {
  readonly image: string;
  readonly size: string;
  readonly multiplier: number;
  readonly backend: string;
  readonly capped: readonly string[];
  readonly timing: Partial<
    Record<
      'capacity_wait_ms' | 'image_pull_ms' | 'boot_ms' | 'execution_ms' | 'logs_collect_ms' | 'cleanup_ms',
      number
    >
  >;
  digest?: string;
  container_id?: string;
  exit_code?: number;
  out_of_memory?: boolean;
  compute_units?: number;
  memory_peak_bytes?: number;
  disk_peak_bytes?: number;
}

/** JSON text: the fields of a task's result that containers have. */
export function containerResult(
  facts: ContainerFacts,
  output: { text(stream: OutputStream): string },
): string {
  const { timing } = facts;
  const result = JSON.stringify({
    'exit-code': facts.exit_code ?? null,
    stdout: output.text('stdout'),
    stderr: output.text('stderr'),
    'slot-wait-ms': timing.capacity_wait_ms ?? null,
    'image-pull-ms': timing.image_pull_ms ?? null,
    'execution-ms': timing.execution_ms ?? null,
    'logs-collect-ms': timing.logs_collect_ms ?? null,
    size: facts.size,
    'compute-units': facts.compute_units ?? 0,
    'container-id': facts.container_id ?? null,
    backend: facts.backend,
  });
  // A decimal number in every case: programs tell it from a whole one.
  const multiplier = Number.isInteger(facts.multiplier) ? `${facts.multiplier}.0` : String(facts.multiplier);
  return `${result.slice(0, -1)},"cus-multiplier":${multiplier}}`;
}

/** @param err JSON text */
export function failureJson(message: string, err: string): string {
  return `{"$type":"::hot::run/Failure","$val":{"msg":${JSON.stringify(message)},"err":${err}}}`;
}

export function cancellationJson(message: string): string {
  return JSON.stringify({ $type: '::hot::run/Cancellation', $val: { msg: message } });
}
