/** `::hot::box`: containers. */
import { isInt } from '../../runtime/arith';
import { Dec } from '../../runtime/dec';
import { HotMap } from '../../runtime/hot-map';
import { shortTypeOf } from '../../runtime/types';
import { err, Res, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { payloadOf } from '../limits';
import { hostCall, isErr, record } from './call';
import { contextProblem, startRefusals, taskInfo } from './task';

const FN = '::hot::box/start';
const type = (name: string): TypeInfo => new TypeInfo(`::hot::box/${name}`);
const PROFILE = type('BoxSizeProfile');
const POLICY = type('BoxImagePolicy');
const STATS = type('BoxStats');
const QUOTA = type('BoxQuota');
const LIMITS = type('BoxLimits');

/** name, memory MB, cpu %, tmp MB, disk MB, timeout s, multiplier in hundredths. */
const SIZES: readonly (readonly [string, number, number, number, number, number, number])[] = [
  ['nano', 64, 10, 32, 256, 60, 25],
  ['micro', 128, 25, 64, 512, 60, 50],
  ['small', 256, 25, 128, 1024, 60, 100],
  ['medium', 512, 50, 256, 5120, 300, 200],
  ['large', 1024, 75, 500, 10_240, 600, 400],
  ['xlarge', 2048, 100, 1024, 20_480, 1800, 800],
  ['2xlarge', 4096, 100, 2048, 51_200, 3600, 1600],
  ['4xlarge', 8192, 100, 4096, 51_200, 7200, 3200],
];

const SHORT: Readonly<Record<string, string>> = {
  sm: 'small',
  md: 'medium',
  lg: 'large',
  xl: 'xlarge',
  xxl: '2xlarge',
};

function multiplier(hundredths: number): Dec {
  if (hundredths % 100 === 0) return new Dec(BigInt(hundredths / 100), 0);
  return hundredths % 10 === 0 ? new Dec(BigInt(hundredths / 10), 1) : new Dec(BigInt(hundredths), 2);
}

const sizes = (): Value =>
  SIZES.map(
    ([name, memory, cpu, tmp, disk, timeout, hundredths]): Value =>
      new Tagged(
        PROFILE,
        record({
          name,
          'memory-mb': memory,
          'cpu-pct': cpu,
          'tmp-mb': tmp,
          'disk-mb': disk,
          'timeout-secs': timeout,
          'cus-multiplier': multiplier(hundredths),
        }),
      ),
  );

// ---- checking ---------------------------------------------------------------------------------------------------------

const RESERVED = ['/', '/proc', '/sys', '/dev', '/data', '/tmp', '/usr/local/bin', '/hot', '/hot/sockets'];

interface Mount {
  readonly resource: string;
  readonly dest: string;
  readonly readonly: Value;
}

/** A Vec of BoxMounts, or a Map of container paths. */
function mountsOf(given: Value): readonly Mount[] | Res {
  const v = payloadOf(given);
  if (v === null) return [];
  const list: [Value, Value, Value][] = [];
  if (Array.isArray(v)) {
    for (const one of v) {
      const m = payloadOf(one);
      if (!(m instanceof HotMap)) return err(`${FN}: a mount must be a BoxMount, got: ${shortTypeOf(one)}`);
      list.push([m.getStr('dest') ?? null, m.getStr('resource') ?? null, m.getStr('readonly') ?? null]);
    }
  } else if (v instanceof HotMap) {
    for (let i = 0; i < v.size; i++) {
      const one = payloadOf(v.valueAt(i));
      list.push(
        one instanceof HotMap
          ? [v.keyAt(i), one.getStr('path') ?? null, one.getStr('readonly') ?? null]
          : [v.keyAt(i), one, null],
      );
    }
  } else return err(`${FN}: mounts must be a Vec of BoxMount`);
  const out: Mount[] = [];
  for (const [dest, resource, readonly] of list) {
    const problem = mountProblem(dest, resource);
    if (problem !== null) return err(`${FN}: ${problem}`);
    out.push({ dest: String(dest), resource: String(resource), readonly });
  }
  return out;
}

function mountProblem(dest: Value, resource: Value): string | null {
  if (typeof dest !== 'string' || !dest.startsWith('/')) return 'container mount path must be absolute';
  if (dest.split('/').includes('..')) return `container mount path "${dest}" must not contain ".."`;
  const clean = `/${dest
    .split('/')
    .filter((s) => s !== '' && s !== '.')
    .join('/')}`;
  if (RESERVED.includes(clean)) {
    return `container mount path "${dest}" clashes with a reserved hot.box mount point`;
  }
  if (typeof resource !== 'string' || resource === '') return 'a mount needs a resource path';
  const path = resource.replace(/^hot:\/\/res\//, '');
  return path.startsWith('/') || path.split('/').includes('..')
    ? `resource path "${resource}" must be relative, without ".."`
    : null;
}

function strings(conf: HotMap, key: string): Value {
  const v = conf.getStr(key) ?? null;
  if (v === null) return null;
  const isList = Array.isArray(v) && v.every((s) => typeof s === 'string');
  return isList ? v : err(`${FN}: '${key}' must be a Vec of Str`);
}

function environment(conf: HotMap): Value {
  const v = conf.getStr('env') ?? null;
  if (v === null) return null;
  const isMap =
    v instanceof HotMap &&
    v.keys().every((k) => typeof k === 'string') &&
    v.vals().every((x) => typeof x === 'string');
  return isMap ? v : err(`${FN}: 'env' must be a Map of Str to Str`);
}

/** Names in any case and short forms; null for what is unknown: the host has a default. */
function sizeOf(v: Value): Value {
  const name = typeof v === 'string' ? v.toLowerCase() : '';
  const known = SHORT[name] ?? name;
  return SIZES.some(([size]) => size === known) ? known : null;
}

const DAY_SECONDS = 86_400;

/** Everything the container needs, checked; an Err when something is wrong. */
function configuration(conf: HotMap): HotMap | Res {
  const image = conf.getStr('image') ?? null;
  if (typeof image !== 'string' || image === '') return err("Missing required 'image' field");
  if ((conf.getStr('cmd') ?? null) !== null && (conf.getStr('script') ?? null) !== null) {
    return err(`${FN}: 'cmd' and 'script' are mutually exclusive — use one or the other`);
  }
  const size = sizeOf(conf.getStr('size') ?? null);
  const timeout = conf.getStr('timeout') ?? null;
  if (timeout !== null && (!isInt(timeout) || timeout < 1 || timeout > DAY_SECONDS)) {
    return err(`${FN}: 'timeout' must be between 1 and ${DAY_SECONDS} seconds`);
  }
  // Nothing said is whatever may be, which the host knows.
  const network = conf.getStr('network') ?? null;
  if (network !== null && network !== 'none' && network !== 'internet')
    return err(`${FN}: 'network' must be "none" or "internet"`);
  const mounts = mountsOf(conf.getStr('mounts') ?? null);
  if (mounts instanceof Res) return mounts;
  const parts: readonly (readonly [string, Value])[] = [
    ['cmd', strings(conf, 'cmd')],
    ['entrypoint', strings(conf, 'entrypoint')],
    ['env', environment(conf)],
  ];
  for (const [, v] of parts) if (v instanceof Res) return v;
  return record({
    image,
    size,
    ...Object.fromEntries(parts),
    script: conf.getStr('script') ?? null,
    timeout,
    network,
    'tmp-size': conf.getStr('tmp-size') ?? null,
    'disk-size': conf.getStr('disk-size') ?? null,
    memory: conf.getStr('memory') ?? null,
    writable: conf.getStr('writable') ?? true,
    mounts: mounts.map((m): Value => record({ resource: m.resource, dest: m.dest, readonly: m.readonly })),
  });
}

// ---- policy -----------------------------------------------------------------------------------------------------------

interface Policy {
  readonly enabled: boolean;
  readonly policy: Value;
  readonly denied: readonly Value[];
  readonly prefixes: readonly Value[];
}

const listOf = (v: Value | undefined, otherwise: readonly Value[]): readonly Value[] =>
  Array.isArray(v) ? v : otherwise;

async function policyOf(fb: Fiber, site: number, fn: string): Promise<Policy | Res> {
  const answer = await hostCall(fb, site, fn, 'box.policy', HotMap.empty, {
    unavailable: () => HotMap.empty,
  });
  if (isErr(answer)) return answer;
  const map = answer instanceof HotMap ? answer : HotMap.empty;
  return {
    enabled: map.getStr('enabled') === true,
    policy: map.getStr('policy') ?? 'open',
    denied: listOf(map.getStr('denied'), ['docker:dind', 'docker:latest']),
    prefixes: listOf(map.getStr('deniedPrefixes'), ['docker:']),
  };
}

const DISABLED = '::hot::box is disabled. Set hot.box.enabled to true in your configuration.';

async function start(fb: Fiber, site: number, input: Value): Promise<Value> {
  const conf = payloadOf(input);
  if (!(conf instanceof HotMap)) return err(`${FN}: expected a BoxConf, got: ${shortTypeOf(input)}`);
  const policy = await policyOf(fb, site, FN);
  if (policy instanceof Res) return policy;
  if (!policy.enabled) return err(DISABLED);
  const args = configuration(conf);
  if (args instanceof Res) return args;
  const image = String(args.getStr('image'));
  if (policy.denied.includes(image) || policy.prefixes.some((p) => image.startsWith(String(p)))) {
    return err(`Image '${image}' is not allowed`);
  }
  const problem = contextProblem(fb, FN);
  if (problem !== null) return problem;
  const call = record({
    function: null,
    args,
    options: record({ type: 'container', retry: null }),
  });
  const answer = await hostCall(fb, site, FN, 'task.start', call, startRefusals(FN));
  return answer instanceof HotMap ? taskInfo(fb, answer.getStr('taskId') ?? null, null) : answer;
}

type Show = (policy: Policy) => Value;

const byPolicy = (name: string, returns: string, doc: string, show: Show): NativeDef =>
  native(`::hot::box/${name}`, {
    sig: `(): ${returns}`,
    doc,
    a: async (fb, _d, site) => {
      const policy = await policyOf(fb, site, `::hot::box/${name}`);
      return policy instanceof Res ? policy : show(policy);
    },
  });

const typed = (name: string, info: TypeInfo, doc: string): NativeDef =>
  native(`::hot::box/${name}`, {
    sig: `(): ${info.local}`,
    doc,
    a: async (fb, _d, site) => {
      const answer = await hostCall(fb, site, `::hot::box/${name}`, `box.${name}`, HotMap.empty, {
        unavailable: () => err(DISABLED),
      });
      return answer instanceof HotMap ? new Tagged(info, answer) : answer;
    },
  });

export const BOX: readonly NativeDef[] = [
  byPolicy('enabled', 'Bool', 'Whether containers can be started.', (p) => p.enabled),
  native(FN, {
    sig: '(input: BoxConf): ::hot::task/TaskInfo',
    doc: 'Queues a container; its result is read with ::hot::task/await.',
    a: (fb, _d, site, input = null) => start(fb, site, input),
  }),
  native('::hot::box/sizes', {
    pure: true,
    sig: '(): Vec<BoxSizeProfile>',
    doc: 'The sizes of containers.',
    s: () => sizes(),
  }),
  byPolicy(
    'image-policy',
    'BoxImagePolicy',
    'Which images are allowed.',
    (p) =>
      new Tagged(
        POLICY,
        record({ policy: p.policy, denied: [...p.denied], 'denied-prefixes': [...p.prefixes] }),
      ),
  ),
  byPolicy(
    'stats',
    'BoxStats',
    'Whether containers are in use.',
    (p) => new Tagged(STATS, record({ enabled: p.enabled })),
  ),
  typed('quota', QUOTA, 'What is left of the plan.'),
  typed('limits', LIMITS, 'What one container may use.'),
];
