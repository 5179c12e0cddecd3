export { cut, MAX_JSON_DEPTH, scanJson, type JsonScan, type Span } from './json-scan';
