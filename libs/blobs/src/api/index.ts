export { BlobsApiModule } from './blobs-api.module';
