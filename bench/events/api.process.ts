/** The public API as it is, plus one tenant to publish as: prints `{type: 'ready', url, token, orgId, envId}` to its parent. */
import { createApi } from '../../apps/api/src/create-api';
import { ManifestOnlyCompiler } from '@app/builds';
import { newId } from '@app/kernel';
import { ApiKeyService } from '@app/keys';
import { Db } from '@app/platform/database';
import { RedisConnections } from '@app/platform/redis';
import { profiled } from './profile';

async function main(): Promise<void> {
  const http = await createApi(process.env, ManifestOnlyCompiler, { logger: ['error', 'warn'] as never });
  await http.app.listen({ host: '127.0.0.1', port: 0 });
  await http.app.get(RedisConnections).whenUp(2_000);
  const db = http.app.get(Db);
  const scope = { orgId: newId(), envId: newId(), userId: newId() };
  await db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'Bench', $2)`, [
    scope.orgId,
    scope.orgId,
  ]);
  await db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'bench')`, [
    scope.envId,
    scope.orgId,
  ]);
  await db.execute(`INSERT INTO hot."user" (user_id, email, name) VALUES ($1, $2, 'Bench')`, [
    scope.userId,
    `${scope.userId}@example.test`,
  ]);
  const { token } = await http.app
    .get(ApiKeyService)
    .create(scope, { description: 'bench', permissions: { '*:*': ['*'] }, userId: scope.userId });
  profiled('api');
  process.send?.({ type: 'ready', url: await http.app.getUrl(), token, ...scope });
  process.on('disconnect', () => process.exit(0));
}

void main();
