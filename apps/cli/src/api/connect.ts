import type { ProjectConfig } from '../project/config';
import { UsageError } from '../usage-error';
import { ApiClient } from './client';

const DEFAULT_URL = 'http://localhost:4681';

/** Where to and with which key: the selected remote of hot.hot, then HOT_API_URL and HOT_API_KEY. */
export function connect(config: ProjectConfig, env: Readonly<Record<string, string | undefined>>): ApiClient {
  const remote = config.remote?.[config.set?.remote ?? ''];
  const url = remote?.url ?? env['HOT_API_URL'] ?? DEFAULT_URL;
  const key = remote?.key ?? env['HOT_API_KEY'];
  if (key === undefined || key === '') {
    throw new UsageError(
      'No API key: set HOT_API_KEY (the platform prints one at its first start; the app makes more under API keys)',
    );
  }
  if (!URL.canParse(url))
    throw new UsageError(`"${url}" is no address: HOT_API_URL looks like http://localhost:4681`);
  return new ApiClient({ url, key });
}
