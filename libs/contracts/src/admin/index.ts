import shapes from './shapes.json';

/** The contract's shapes as JSON Schema, by name; made from the types by `tools/contract-shapes.mjs`. */
export const contractShapes: Readonly<Record<string, object>> = shapes;
