import { Module } from '@nestjs/common';
import { StoreRepository } from './store.repository';
import { StoreService } from './store.service';
import { StoreUsage } from './store-usage';

@Module({ providers: [StoreRepository, StoreUsage, StoreService], exports: [StoreService] })
export class StoresModule {}
