import { AppError } from '@app/kernel';

export class DomainsDisabledError extends AppError {
  constructor() {
    super('custom_domains_disabled', 'Custom domains are switched off on this installation');
  }
}

export class DomainPlanError extends AppError {
  constructor() {
    super('plan_required', 'Custom domains are not part of the organization’s plan');
  }
}

export class DomainLimitError extends AppError {
  constructor(limit: number) {
    super('domain_limit_reached', `The organization has all ${limit} domains that its plan allows`);
  }
}

export class DomainExistsError extends AppError {
  constructor() {
    super('domain_exists', 'This domain is registered already');
  }
}

export class DomainBeingDeletedError extends AppError {
  constructor() {
    super('domain_pending_deletion', 'This domain is still being cleaned up; try again in a minute');
  }
}
