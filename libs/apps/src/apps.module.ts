import { BuildsModule } from '@app/builds';
import { Module } from '@nestjs/common';
import { AppLifecycleService } from './app-lifecycle.service';
import { AppQueries } from './app.queries';

@Module({
  imports: [BuildsModule],
  providers: [AppQueries, AppLifecycleService],
  exports: [AppLifecycleService],
})
export class AppsModule {}
