import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Resolved } from '@app/contracts';
import { CurrentUser, ForSignedIn, type SignedIn } from '@app/identity';
import { AppError } from '@app/kernel';
import { AnswersOne, parseSearch } from '@app/platform/lists';
import { z } from 'zod';
import { ResolveQueries } from './resolve.queries';

const resolveQuery = z.object({ id: z.string().max(200) });

@ApiTags('Search')
@Controller('admin/v1/resolve')
@ForSignedIn()
export class ResolveController {
  constructor(private readonly queries: ResolveQueries) {}

  @Get()
  @AnswersOne('Resolved', 'Where an object is, by its id or the beginning of it')
  async resolve(
    @CurrentUser() user: SignedIn,
    @Query({ schema: resolveQuery }) { id }: z.infer<typeof resolveQuery>,
  ): Promise<Resolved> {
    const term = parseSearch(id);
    const ids =
      term?.kind === 'id' ? { from: term.id, to: term.id } : term?.kind === 'partial-id' ? term : undefined;
    const found = ids === undefined ? undefined : await this.queries.find(user.userId, ids);
    if (found === undefined) throw new AppError('not_found', 'Nothing with this id, or nothing you may see');
    return found;
  }
}
