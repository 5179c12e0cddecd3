/** The app's server on a database of the test run, with people and tenants to try it on. */
import { newId } from '@app/kernel';
import { hashPassword } from '@app/identity';
import { Db } from '@app/platform/database';
import type { HttpApp } from '@app/platform/http';
import { workerDatabase } from '@app/testing';
import type { LightMyRequestResponse, InjectOptions } from 'fastify';
import { adminDocument } from '../admin-document';
import { createAdminApp } from '../create-admin-app';
import { Documented } from './documented';

export interface AdminTestApp extends HttpApp {
  readonly db: Db;
  readonly documented: Documented;
}

export async function startAdminApp(
  environment: Readonly<Record<string, string>> = {},
): Promise<AdminTestApp> {
  const database = await workerDatabase();
  const http = await createAdminApp(
    {
      DATABASE_URL: database.url,
      REDIS_URL: process.env['TEST_REDIS_URL'],
      HOT_MODE: 'development',
      HOT_APP_FOLDER: '/nonexistent',
      HOT_ENCRYPTION_KEY: 'a'.repeat(64),
      ...environment,
    },
    { logger: false },
  );
  await http.app.init();
  await http.server.ready();
  return { ...http, db: http.app.get(Db), documented: new Documented(adminDocument(http.app, 'test')) };
}

export interface TestTenant {
  readonly orgId: string;
  readonly slug: string;
  readonly envId: string;
  readonly envName: string;
  readonly base: string;
}

export interface TestPerson {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
}

export async function makeTenant(db: Db, envName = 'production'): Promise<TestTenant> {
  const orgId = newId();
  const envId = newId();
  const slug = `t-${orgId.slice(-12)}`;
  await db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)`, [orgId, slug, slug]);
  await db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)`, [envId, orgId, envName]);
  return { orgId, slug, envId, envName, base: `/admin/v1/orgs/${slug}/envs/${envName}` };
}

export async function makePerson(
  db: Db,
  memberOf: readonly { readonly tenant: TestTenant; readonly role: 'member' | 'admin' }[] = [],
): Promise<TestPerson> {
  const userId = newId();
  const email = `${userId.slice(-12)}@example.com`;
  const password = `pw-${userId}`;
  await db.execute(`INSERT INTO hot."user" (user_id, email, name) VALUES ($1, $2, $3)`, [
    userId,
    email,
    'Test',
  ]);
  await db.execute(
    `INSERT INTO hot.user_auth (user_auth_id, user_id, auth_type, auth_identifier, auth_data)
     VALUES ($1, $2, 'email_password', $3, $4)`,
    [newId(), userId, email, JSON.stringify(await hashPassword(password))],
  );
  for (const { tenant, role } of memberOf) {
    await db.execute(
      `INSERT INTO hot.org_user (org_user_id, org_id, user_id, org_user_role_id) VALUES ($1, $2, $3, $4)`,
      [newId(), tenant.orgId, userId, role === 'admin' ? 2 : 1],
    );
  }
  return { userId, email, password };
}

/**
 * A browser that keeps its cookie and sends what a page of the app sends. Throws when an answer is not what the document
 * says.
 */
export class TestBrowser {
  cookie: string | undefined;
  csrfToken: string | undefined;

  constructor(private readonly app: AdminTestApp) {}

  async signIn({ email, password }: TestPerson): Promise<LightMyRequestResponse> {
    const response = await this.send({
      method: 'POST',
      url: '/admin/v1/login',
      payload: { email, password },
    });
    if (response.statusCode === 200) {
      this.csrfToken = (response.json() as { data: { csrf_token: string } }).data.csrf_token;
    }
    return response;
  }

  get(url: string): Promise<LightMyRequestResponse> {
    return this.send({ method: 'GET', url });
  }

  post(url: string, payload?: object): Promise<LightMyRequestResponse> {
    return this.send({ method: 'POST', url, ...(payload === undefined ? {} : { payload }) });
  }

  async send(options: InjectOptions): Promise<LightMyRequestResponse> {
    const response = await this.app.server.inject({
      ...options,
      headers: {
        host: 'localhost:4680',
        origin: 'http://localhost:4680',
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(this.csrfToken === undefined ? {} : { 'x-csrf-token': this.csrfToken }),
        ...options.headers,
      },
    });
    const { method = 'GET', url } = options;
    const problem = this.app.documented.problemOf(method, String(url), response.statusCode, response.body);
    if (problem !== undefined) throw new Error(problem);
    for (const { name, value } of response.cookies) {
      this.cookie = value === '' ? undefined : `${name}=${value}`;
    }
    return response;
  }
}
