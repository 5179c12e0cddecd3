export * from './embed';
