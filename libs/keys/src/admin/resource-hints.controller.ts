import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ResourceHint } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { EventTypeQueries } from '@app/observe';
import { AnswersAll } from '@app/platform/lists';
import { KeyQueries } from './key.queries';

@ApiTags('API keys')
@Controller('admin/v1/orgs/:org/envs/:env/permissions/resources')
@Needs('key.own')
export class ResourceHintsController {
  constructor(
    private readonly queries: KeyQueries,
    private readonly types: EventTypeQueries,
  ) {}

  @Get()
  @AnswersAll('ResourceHint', 'Names that exist, for whoever writes permissions')
  async list(@CurrentEnv() member: EnvMember): Promise<readonly ResourceHint[]> {
    const [names, seen, handlers] = await Promise.all([
      this.queries.names(member),
      this.types.seen(member),
      this.types.handlers(member),
    ]);
    const eventTypes = [...new Set([...handlers.map((handler) => handler.event_type), ...seen])].sort();
    return [
      ...eventTypes.map((path) => ({ type: 'event', path, label: null })),
      ...names.flatMap(({ kind, name, label }) =>
        kind === 'project'
          ? [
              { type: 'project', path: name, label },
              { type: 'build', path: `${name}/*`, label: `every build of ${name}` },
            ]
          : [{ type: 'call', path: name, label }],
      ),
    ];
  }
}
