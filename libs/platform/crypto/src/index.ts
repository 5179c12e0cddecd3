export { cryptoConfig, type CryptoConfig } from './crypto.config';
export { CryptoModule } from './crypto.module';
export { type SecretPlace } from './envelope';
export { Keyring, SecretUnreadableError, VOUCH_BYTES, type Sealed } from './keyring';
export { Resealer, type ResealOutcome } from './resealer';
