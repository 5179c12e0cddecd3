export * from './embed';
export * from './definitions';
