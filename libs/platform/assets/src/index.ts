export { AssetStore, type Asset } from './asset-store';
export { contentSecurityPolicy, DATA_POLICY, SECURITY_HEADERS } from './security-headers';
export { installSpa, type SpaOptions } from './spa';
