/**
 * What a machine of one's own begins with: an organization, an environment, an admin, and an API key for everything,
 * remembered in the data folder. Safe to repeat; the key is made again only when it no longer works.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiKeyService, KeysModule } from '@app/keys';
import { LocalTenantService, OrgsModule, type LocalTenant } from '@app/orgs';
import { ConfigModule, processConfig, type Environment, type ProcessConfig } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { z } from 'zod';

@Module({})
class LocalAccountModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: LocalAccountModule,
      imports: [ConfigModule.forRoot(environment), DatabaseModule, OrgsModule, KeysModule],
    };
  }
}

export interface LocalAccount extends LocalTenant {
  readonly apiKey: string;
}

export const LOCAL_ACCOUNT_FILE = 'local.json';
const remembered = z.object({ apiKey: z.string() });

export async function ensureLocalAccount(environment: Environment): Promise<LocalAccount> {
  const app = await NestFactory.createApplicationContext(LocalAccountModule.forRoot(environment), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  try {
    const tenant = await app.get(LocalTenantService).ensure();
    const { dataDir } = app.get<ProcessConfig>(processConfig.token);
    return { ...tenant, apiKey: await ensureKey(app.get(ApiKeyService), tenant, dataDir) };
  } finally {
    await app.close();
  }
}

async function ensureKey(keys: ApiKeyService, tenant: LocalTenant, dataDir: string): Promise<string> {
  const path = join(dataDir, LOCAL_ACCOUNT_FILE);
  const known = await read(path);
  if (known !== null && (await keys.isFullAccess(tenant, known))) return known;
  const { token } = await keys.create(tenant, {
    description: 'Made by the starter for this machine',
    permissions: { '*:*': ['*'] },
    userId: tenant.userId,
  });
  await mkdir(dataDir, { recursive: true });
  // Never readable by others, not even for a moment; and whole or not at all.
  await writeFile(`${path}.new`, `${JSON.stringify({ ...tenant, apiKey: token }, null, 2)}\n`, {
    mode: 0o600,
  });
  await rename(`${path}.new`, path);
  return token;
}

/** The key in the file; null when there is no file, or it holds none. */
async function read(path: string): Promise<string | null> {
  try {
    return remembered.parse(JSON.parse(await readFile(path, 'utf8'))).apiKey;
  } catch {
    // Missing or damaged: a new key replaces it.
    return null;
  }
}
