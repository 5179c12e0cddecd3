import { defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';

export const retentionConfig = defineConfig('retention', {
  graceDays: variable(
    'HOT_RETENTION_GRACE_DAYS',
    integer(0, 0, 3_650),
    'Days that history is kept beyond the retention class of its organization.',
  ),
});

export type RetentionConfig = ConfigOf<typeof retentionConfig>;
