import { VALUE_FORMATS, type ValueFormat } from '@app/lang';
import type { SelectedProject } from '../project/select-project';
import { UsageError } from '../usage-error';
import type { Flags } from './command';

export function valueFormat(flags: Flags, project: SelectedProject): ValueFormat {
  const wanted = flags.text('value.format') ?? project.config.value?.format ?? 'hot';
  const known = VALUE_FORMATS.find((format) => format === wanted);
  if (known === undefined) throw new UsageError(`--value.format is hot or json, not "${wanted}"`);
  return known;
}
