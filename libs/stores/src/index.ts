export { NotOurStoreRunError, StoreRefusedError, type StoreRefusal } from './store.errors';
export {
  StoreService,
  type Hit,
  type Listed,
  type StoreCaller,
  type StoreQuery,
  type StoreWrite,
} from './store.service';
export { settingsOf, type StoreSettings } from './store-settings';
export { storesConfig, type StoresConfig } from './stores.config';
export { StoresModule } from './stores.module';
