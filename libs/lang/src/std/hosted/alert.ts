/** `::hot::alert` and `::hot::info`. */
import { HotMap } from '../../runtime/hot-map';
import { shortTypeOf } from '../../runtime/types';
import { err, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { payloadOf } from '../limits';
import { hostCall, isErr, record, runPart } from './call';

const FN = '::hot::alert/alert';

async function alert(fb: Fiber, site: number, given: Value, more: Value | undefined): Promise<Value> {
  const map = payloadOf(given);
  const whole = more === undefined && map instanceof HotMap ? map : null;
  const channel = whole === null ? given : (whole.getStr('channel') ?? null);
  const data = whole === null ? (more ?? HotMap.empty) : (whole.getStr('data') ?? HotMap.empty);
  if (typeof channel !== 'string') return err(`${FN}: channel must be string, got: ${shortTypeOf(channel)}`);
  if (runPart(fb, 'env') === null || runPart(fb, 'org') === null) {
    return record({ channel, status: 'no_context' });
  }
  const failed = (message: string): Value => err(`${FN}: failed to publish alert: ${message}`);
  const answer = await hostCall(fb, site, FN, 'alert.publish', record({ channel, data }), {
    unavailable: () => record({ status: 'no_database' }),
    io: failed,
    timeout: failed,
    invalid: failed,
    denied: failed,
    quota: failed,
  });
  if (isErr(answer)) return answer;
  const facts = answer instanceof HotMap ? answer : HotMap.empty;
  const status = facts.getStr('status');
  return status === undefined
    ? record({ alert_id: facts.getStr('alertId') ?? null, channel, status: 'published' })
    : record({ channel, status });
}

const VERSION_TYPE = new TypeInfo('::hot::info/Version');

export const ALERT: readonly NativeDef[] = [
  native(FN, {
    core: true,
    sig: ['(alert-val: Alert): Map', '(channel: Str, data: Map): Map', '(channel: Str): Map'],
    doc: 'Raises an alert on a channel.',
    a: (fb, _d, site, first = null, data) => alert(fb, site, first, data),
  }),
  native('::hot::info/version', {
    core: true,
    sig: '(): Version',
    doc: 'The version of the platform.',
    a: async (fb, _d, site) => {
      const answer = await hostCall(fb, site, '::hot::info/version', 'info.version', HotMap.empty, {
        unavailable: () => HotMap.empty,
      });
      if (!(answer instanceof HotMap)) return answer;
      return new Tagged(
        VERSION_TYPE,
        record({
          version: answer.getStr('version') ?? 'unknown',
          'git-sha': answer.getStr('gitSha') ?? 'unknown',
        }),
      );
    },
  }),
];
