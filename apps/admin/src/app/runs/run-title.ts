import { shortId } from '@app/admin-ui/format';

export const shortIdTitle = (runId: string): string => `Run ${shortId(runId)}`;
