export {
  ContainerDriver,
  ContainerEngineError,
  type ContainerFile,
  type ContainerImage,
  type ContainerOrder,
  type ContainerState,
  type KnownContainer,
  type OutputStream,
} from './container-driver';
export { containersConfig, type ContainersConfig } from './containers.config';
export { ContainersModule } from './containers.module';
export { DockerDriver } from './docker-driver';
export { EngineClient } from './engine-client';
