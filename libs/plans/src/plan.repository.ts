/** Tables: org_plan, plan (read). */
import { Injectable } from '@nestjs/common';
import type { OrgScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';

export interface OrgPlanRow {
  readonly plan_name: string;
  readonly plan_features: unknown;
  readonly org_features: unknown;
  readonly current_period_start: Date | null;
  readonly current_period_end: Date | null;
}

const FIND = statement(
  'org_plan_find',
  `SELECT p.plan_name, p.features AS plan_features, o.features AS org_features, o.current_period_start, o.current_period_end
     FROM hot.org_plan o JOIN hot.plan p ON p.plan_uuid = o.plan_uuid
    WHERE o.org_id = $1 AND o.status_id = 1`,
);

@Injectable()
export class PlanRepository {
  constructor(private readonly db: Db) {}

  /** Undefined for an organization that hosts itself. */
  find({ orgId }: OrgScope): Promise<OrgPlanRow | undefined> {
    return this.db.queryOne<OrgPlanRow & Record<string, unknown>>(FIND, [orgId]);
  }
}
