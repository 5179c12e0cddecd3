export { formatJson, JsonSyntaxError, parseJson, previewJson, type JsonNode } from './json-model';
export { rowsOf, type JsonRow } from './json-rows';
export { ValueTree } from './value-tree';
export { ValueViewer } from './value-viewer';
