/** The files of a new domain, in house style: small, real, tested, and meant to be changed. */

export function filesOf(n, { sentence, timestamp }) {
  const lib = `libs/${n.plural}`;
  return {
    [`${lib}/README.md`]: readme(n, sentence),
    [`${lib}/src/index.ts`]: index(n),
    [`${lib}/src/${n.plural}.module.ts`]: module(n),
    [`${lib}/src/${n.singular}.entity.ts`]: entity(n),
    [`${lib}/src/${n.singular}.repository.ts`]: repository(n),
    [`${lib}/src/${n.singular}.service.ts`]: service(n),
    [`${lib}/src/${n.singular}-name.ts`]: rule(n),
    [`${lib}/src/${n.singular}-name.spec.ts`]: ruleSpec(n),
    [`${lib}/src/${n.singular}.service.int.spec.ts`]: serviceSpec(n),
    [`migrations/${timestamp}-create-${n.plural}.ts`]: migration(n, timestamp),
  };
}

const readme = (n, sentence) => `# ${n.plural}

${sentence}

| File | Holds |
| --- | --- |
| \`${n.singular}.service.ts\` | use cases: create, find, list |
| \`${n.singular}.repository.ts\` | every read and write of \`hot.${n.table}\`, always inside an environment |
| \`${n.singular}-name.ts\` | what a name may be |
| \`${n.plural}.module.ts\` | the core: no controllers, no consumers |

Surfaces (\`api/\`, \`admin/\`, \`worker/\`) are added beside \`index.ts\`, each with a module and an index of its own.
`;

const index = (n) => `export { ${n.Plural}Module } from './${n.plural}.module';
export { ${n.Singular}Service, type ${n.Singular}View } from './${n.singular}.service';
`;

const module = (n) => `import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ${n.Singular}Entity } from './${n.singular}.entity';
import { ${n.Singular}Repository } from './${n.singular}.repository';
import { ${n.Singular}Service } from './${n.singular}.service';

@Module({
  imports: [TypeOrmModule.forFeature([${n.Singular}Entity])],
  providers: [${n.Singular}Repository, ${n.Singular}Service],
  exports: [${n.Singular}Service],
})
export class ${n.Plural}Module {}
`;

const entity = (n) => `import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: '${n.table}' })
export class ${n.Singular}Entity {
  @PrimaryColumn('uuid')
  ${n.singularCamel}Id: string;

  @Column('uuid')
  envId: string;

  @Column('text')
  name: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;
}
`;

const repository = (n) => `import { Injectable } from '@nestjs/common';
import type { EnvScope, Page, Paging } from '@app/kernel';
import { Db } from '@app/platform/database';
import { ${n.Singular}Entity } from './${n.singular}.entity';

@Injectable()
export class ${n.Singular}Repository {
  constructor(private readonly db: Db) {}

  async insert({ envId }: EnvScope, ${n.singularCamel}Id: string, name: string): Promise<${n.Singular}Entity> {
    const rows = this.db.repository(${n.Singular}Entity);
    await rows.insert({ ${n.singularCamel}Id, envId, name });
    return rows.findOneByOrFail({ envId, ${n.singularCamel}Id });
  }

  find({ envId }: EnvScope, ${n.singularCamel}Id: string): Promise<${n.Singular}Entity | null> {
    return this.db.repository(${n.Singular}Entity).findOneBy({ envId, ${n.singularCamel}Id });
  }

  /** Newest first. */
  async list({ envId }: EnvScope, paging: Paging): Promise<Page<${n.Singular}Entity>> {
    const [items, total] = await this.db.repository(${n.Singular}Entity).findAndCount({
      where: { envId },
      order: { ${n.singularCamel}Id: 'DESC' },
      take: paging.limit,
      skip: paging.offset,
    });
    return { items, total, ...paging };
  }
}
`;

const service = (n) => `import { Injectable } from '@nestjs/common';
import { AppError, ConflictError, mapPage, newId, type EnvScope, type Page, type Paging } from '@app/kernel';
import { isUniqueViolation } from '@app/platform/database';
import { parse${n.Singular}Name } from './${n.singular}-name';
import type { ${n.Singular}Entity } from './${n.singular}.entity';
import { ${n.Singular}Repository } from './${n.singular}.repository';

export interface ${n.Singular}View {
  readonly ${n.singularCamel}Id: string;
  readonly name: string;
  readonly createdAt: Date;
}

const viewOf = (row: ${n.Singular}Entity): ${n.Singular}View => ({
  ${n.singularCamel}Id: row.${n.singularCamel}Id,
  name: row.name,
  createdAt: row.createdAt,
});

@Injectable()
export class ${n.Singular}Service {
  constructor(private readonly rows: ${n.Singular}Repository) {}

  /** Throws BadRequestError for a name that is none, ConflictError for one that is taken. */
  async create(scope: EnvScope, name: string): Promise<${n.Singular}View> {
    const wanted = parse${n.Singular}Name(name);
    try {
      return viewOf(await this.rows.insert(scope, newId(), wanted));
    } catch (error) {
      // Two at once: the index decides, not a look beforehand.
      if (isUniqueViolation(error, '${n.table}_name_key')) throw new ConflictError(\`The name "\${wanted}" is taken.\`);
      throw error;
    }
  }

  /** Throws AppError not_found, also for one of another environment. */
  async get(scope: EnvScope, ${n.singularCamel}Id: string): Promise<${n.Singular}View> {
    const row = await this.rows.find(scope, ${n.singularCamel}Id);
    if (!row) throw new AppError('not_found', '${n.Words} not found');
    return viewOf(row);
  }

  async list(scope: EnvScope, paging: Paging): Promise<Page<${n.Singular}View>> {
    return mapPage(await this.rows.list(scope, paging), viewOf);
  }
}
`;

const rule = (n) => `import { BadRequestError } from '@app/kernel';

export const MAX_${n.table.toUpperCase()}_NAME_LENGTH = 100;

/** The name without surrounding space. Throws BadRequestError when nothing is left or it is too long. */
export function parse${n.Singular}Name(text: string): string {
  const name = text.trim();
  if (name === '') throw new BadRequestError('The name of a ${n.words} must not be empty.');
  if (name.length > MAX_${n.table.toUpperCase()}_NAME_LENGTH) {
    throw new BadRequestError(\`The name of a ${n.words} has at most \${MAX_${n.table.toUpperCase()}_NAME_LENGTH} characters.\`);
  }
  return name;
}
`;

const ruleSpec = (
  n,
) => `import { MAX_${n.table.toUpperCase()}_NAME_LENGTH, parse${n.Singular}Name } from './${n.singular}-name';

describe('the name of a ${n.words}', () => {
  it('loses surrounding space', () => {
    expect(parse${n.Singular}Name('  first ')).toBe('first');
  });

  it.each([
    ['is empty', ' '],
    ['is too long', 'x'.repeat(MAX_${n.table.toUpperCase()}_NAME_LENGTH + 1)],
  ])('is refused when it %s', (_, name) => {
    expect(() => parse${n.Singular}Name(name)).toThrow(/The name of a ${n.words}/);
  });
});
`;

const serviceSpec = (n) => `import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { newId, type EnvScope } from '@app/kernel';
import { useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { ${n.Plural}Module, ${n.Singular}Service } from './index';

describe('${n.plural}', () => {
  const database = useDatabase();
  let app: TestingModule;
  let ${n.pluralCamel}: ${n.Singular}Service;

  beforeAll(async () => {
    const imports = [ConfigModule.forRoot({ DATABASE_URL: database.url }), DatabaseModule, ${n.Plural}Module];
    app = await Test.createTestingModule({ imports }).compile();
    await app.init();
    ${n.pluralCamel} = app.get(${n.Singular}Service);
  });

  afterAll(() => app.close());

  /** Each test has a tenant of its own: the files of a Jest worker share a database. */
  async function anEnvironment(): Promise<EnvScope> {
    const scope = { orgId: newId(), envId: newId() };
    const db = app.get(Db);
    await db.query('INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)', [scope.orgId, 'Test', scope.orgId]);
    await db.query('INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)', [scope.envId, scope.orgId, 'test']);
    return scope;
  }

  it('are found again as they were created, newest first', async () => {
    const scope = await anEnvironment();
    const first = await ${n.pluralCamel}.create(scope, 'first');
    const second = await ${n.pluralCamel}.create(scope, ' second ');
    await expect(${n.pluralCamel}.get(scope, first.${n.singularCamel}Id)).resolves.toEqual(first);
    const page = await ${n.pluralCamel}.list(scope, { limit: 10, offset: 0 });
    expect(page.items).toEqual([second, first]);
    expect(page.total).toBe(2);
  });

  it('do not exist for another environment', async () => {
    const [mine, theirs] = [await anEnvironment(), await anEnvironment()];
    const created = await ${n.pluralCamel}.create(mine, 'mine');
    await expect(${n.pluralCamel}.get(theirs, created.${n.singularCamel}Id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('have a name of their own within an environment, also when two are made at once', async () => {
    const scope = await anEnvironment();
    const both = await Promise.allSettled([${n.pluralCamel}.create(scope, 'same'), ${n.pluralCamel}.create(scope, 'same')]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
`;

const migration = (n, timestamp) => `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Create${n.Plural}${timestamp} implements MigrationInterface {
  name = 'Create${n.Plural}${timestamp}';

  async up(q: QueryRunner): Promise<void> {
    await q.query(\`
      CREATE TABLE hot.${n.table} (
        ${n.table}_id uuid PRIMARY KEY,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )\`);
    // Also serves the cascade from hot.env.
    await q.query(\`CREATE UNIQUE INDEX ${n.table}_name_key ON hot.${n.table} (env_id, name)\`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(\`DROP TABLE hot.${n.table}\`);
  }
}
`;
