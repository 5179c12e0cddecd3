import { Module } from '@nestjs/common';
import { ContainerDriver } from './container-driver';
import { containersConfig, type ContainersConfig } from './containers.config';
import { DockerDriver } from './docker-driver';
import { EngineClient } from './engine-client';

/** Provides `ContainerDriver`, or null while containers are off. */
@Module({
  providers: [
    {
      provide: ContainerDriver,
      inject: [containersConfig.token],
      useFactory: ({ driver, socketPath }: ContainersConfig): ContainerDriver | null =>
        driver === 'off' ? null : new DockerDriver(new EngineClient(socketPath)),
    },
  ],
  exports: [ContainerDriver],
})
export class ContainersModule {}
