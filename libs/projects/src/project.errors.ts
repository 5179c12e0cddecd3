import { ConflictError } from '@app/kernel';

export class ProjectNameTakenError extends ConflictError {
  constructor(name: string, cause: unknown) {
    super(`name is taken: there is another project ${JSON.stringify(name)} in this environment`, { cause });
  }
}
