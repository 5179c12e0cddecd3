export { UsageModule } from './usage.module';
export { hasWarning, percentOf } from './usage-percent';
export { UsageService, type OrgUsage } from './usage.service';
export { UsageVerifier, type UsageDifference, type UsageVerification } from './usage-verifier';
